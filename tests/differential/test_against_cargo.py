"""wasifix against the installed Cargo on random projects: what is built, how, and what runs it.

WASIFIX_RANDOM_PROJECTS: how many projects. WASIFIX_SEED: the number of the first one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rust_programs import write

from differential.cargo_oracle import CargoAnswer, ask_cargo, programs
from differential.random_config import MARK
from differential.random_projects import RandomProject, random_project
from differential.seeds import SEEDS
from wasifix.checks import project_checks
from wasifix.errors import WasifixError
from wasifix.project import Project, build_of, read_project
from wasifix.project.profiles import lineage, package_overrides, settings
from wasifix.project.sources import Sources
from wasifix.project.targets import configured_targets
from wasifix.tree import DiskTree

BESIDE_THE_POINT = (
    "that profile is not defined",
    "` is not defined",
    "is missing an `inherits` directive",
    "several matching instances of",
    "the workspace has no members",
)
"""Why Cargo refuses to build, where wasifix can still say what it was asked for."""
DEVELOPMENT = {
    "opt-level": 0,
    "lto": False,
    "codegen-units": None,
    "debug": 2,
    "debug-assertions": True,
    "overflow-checks": True,
    "rpath": False,
    "incremental": True,
    "panic": "unwind",
}
RELEASE = {
    **DEVELOPMENT,
    "opt-level": 3,
    "debug": 0,
    "debug-assertions": False,
    "overflow-checks": False,
    "incremental": False,
}
"""https://doc.rust-lang.org/cargo/reference/profiles.html#default-profiles"""
DEBUG_LEVELS = {True: 2, False: 0, "none": 0, "limited": 1, "full": 2}


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    if os.name != "posix":
        pytest.skip("the compiler's stand-in is a shell script")
    return programs(tmp_path_factory.mktemp("programs"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_project_is_understood_as_cargo_does(
    seed: int, tmp_path: Path, recording: Mapping[str, str]
) -> None:
    given = random_project(seed)
    tree = tmp_path / "tree"
    write(tree, given.files)
    answer = ask_cargo(given, tree, tmp_path, recording)
    if answer.problem:
        if not any(each in answer.problem for each in BESIDE_THE_POINT):
            with pytest.raises(WasifixError):
                _read(given, tree)
        return
    project = _read(given, tree)
    assert _workspace(project) == (answer.root, answer.members)
    assert _ignored(project) == answer.ignored_profiles
    triples = _built_for(given, project)
    assert triples == _targets(answer)
    for triple in filter(None, triples):
        wanted = [flag.text for flag in project.config.rustflags(triple)]
        for call in answer.calls:
            if _option(call, "--target") == triple:
                assert [each for each in call if each.startswith(MARK)] == wanted
    for triple, words in answer.runners.items():
        if triple in triples:  # not the host's
            runner = project.config.target_setting(triple, "runner").value
            assert runner is not None
            # Of lists in several files Cargo 1.95 takes the nearest or joins them, as a hash map has it:
            # `merge_helper` in src/cargo/util/context/config_value.rs never takes a key off its path again.
            assert runner.split() == ["recording-runner", *words][-len(runner.split()) :]
    for unit in answer.units:
        if unit["platform"] is not None and unit["mode"] != "run-custom-build":
            _assert_profile(given, project, unit)


def _read(given: RandomProject, tree: Path) -> Project:
    return read_project(Sources(DiskTree(tree)), given.start, given.variables)


def _workspace(project: Project) -> tuple[str, frozenset[str]]:
    return project.workspace.folder, frozenset(each.path for each in project.workspace.packages)


def _ignored(project: Project) -> frozenset[str]:
    build = build_of(project, "wasm32-wasip1-threads", name="local", title="", uses=())
    findings = (each for each in project_checks(project, (build,)) if each.id == "profile-ignored")
    return frozenset(each.evidence[0].path for each in findings)


def _built_for(given: RandomProject, project: Project) -> set[str | None]:
    if given.target is not None:
        return {given.target}
    return {triple for triple, _, _ in configured_targets(project.config)} or {None}


def _targets(answer: CargoAnswer) -> set[str | None]:
    """The targets of what is compiled; None where none is named (then everything is for the host)."""
    found = {_option(call, "--target") for call in answer.calls}
    return found - {None} or found


def _option(call: tuple[str, ...], name: str) -> str | None:
    return call[call.index(name) + 1] if name in call else None


def _assert_profile(given: RandomProject, project: Project, unit: Mapping[str, Any]) -> None:
    profile, name = unit["profile"], unit["pkg_id"].rpartition("/")[2].partition("#")[0]
    name = unit["pkg_id"].rpartition("#")[2].partition("@")[0] if "@" in unit["pkg_id"] else name
    members = {each.name for each in project.workspace.packages}
    found = {key: _effective(given, project, key, name, name in members) for key in DEVELOPMENT}
    assert _shown(found) == {
        "opt-level": profile["opt_level"],
        "lto": profile["lto"],
        "codegen-units": profile["codegen_units"],
        "debug": profile["debuginfo"],
        "debug-assertions": profile["debug_assertions"],
        "overflow-checks": profile["overflow_checks"],
        "rpath": profile["rpath"],
        "incremental": profile["incremental"],
        "panic": profile["panic"] if given.command not in ("test", "bench") else _shown(found)["panic"],
    }, name


def _effective(given: RandomProject, project: Project, key: str, package: str, is_member: bool) -> Any:
    overrides = {
        str(each.path[3]): each.value
        for each in package_overrides(project.root, project.config, given.profile, key)
    }
    for spec in (package, f"{package}@0.1.0", *(() if is_member else ("*",))):
        if spec in overrides:
            return overrides[spec]
    chosen = next(settings(project.root, project.config, given.profile, key), None)
    if chosen is not None:
        return chosen.value
    return (RELEASE if _ends_in_release(given, project) else DEVELOPMENT)[key]


def _ends_in_release(given: RandomProject, project: Project) -> bool:
    return lineage(project.root, project.config, given.profile)[-1] == "release"


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    """Values as the unit graph writes them."""
    debug = found["debug"]
    return {
        **found,
        "opt-level": str(found["opt-level"]),
        "lto": str(found["lto"]).lower() if isinstance(found["lto"], bool) else found["lto"],
        "debug": DEBUG_LEVELS.get(debug, debug) if isinstance(debug, bool | str) else debug,
    }
