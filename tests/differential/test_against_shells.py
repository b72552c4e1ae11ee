"""wasifix against real bash, make, just and npm with real rustup, on random scripts.

WASIFIX_RANDOM_PROJECTS and WASIFIX_SEED as for Cargo. What wasifix says that it does not know is counted, and
shown with -rP; it must be little where a script depends on nothing but the files.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from rust_programs import write

from differential.random_scripts import PROGRAMS, RandomScripts, random_scripts
from differential.script_oracle import DEFAULT, Machine, Recorded, machine
from differential.seeds import SEEDS
from wasifix.model import Evidence
from wasifix.project import Project, read_project
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.ci import config_of, toolchain_choice
from wasifix.project.expressions import Known
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.tree import DiskTree

HEEDED = re.compile(r"RUSTFLAGS$|RUSTC_BOOTSTRAP$|CARGO_(BUILD|PROFILE|TARGET|ENCODED)_")
"""The variables that Cargo heeds and the scripts set."""
WASM = "wasm32-wasip1-threads"
SCRIPTS = SEEDS[: max(1, len(SEEDS) * 2 // 3)]
"""Fewer than of projects: each starts a dozen programs."""
BATCH = 50
LITTLE = 0.05
"""The share of facts that may stay unknown in scripts which depend on nothing but the files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What decides how a Cargo command builds; None for what wasifix does not claim to know."""

    toolchain: str | None
    folder: str | None
    target: str | None
    profile: str | None
    configs: tuple[str, ...] | None
    variables: tuple[tuple[str, str | None], ...] | None
    rustflags: tuple[str, ...] | None
    runner: str | None

    def allow(self, real: Facts) -> bool:
        """Whether nothing that is claimed differs."""
        ours, theirs, absent = dict(self.variables or ()), dict(real.variables or ()), "not set"
        names = {**ours, **theirs} if self.variables is not None else ()
        if any(ours.get(name, absent) not in (None, theirs.get(name, absent)) for name in names):
            return False
        claimed = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "variables"}
        return all(value is None or value == getattr(real, name) for name, value in claimed.items())

    @property
    def unknown(self) -> int:
        """How many of the facts are not claimed."""
        values = [getattr(self, each.name) for each in fields(self)]
        return sum(value is None for value in values) + (None in dict(self.variables or ()).values())


@pytest.fixture(scope="session")
def shells(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return machine(tmp_path_factory.mktemp("shells"))


@pytest.mark.parametrize("first", SCRIPTS[::BATCH])
def test_random_scripts_are_understood_as_their_shells_do(
    first: int, tmp_path: Path, shells: Machine
) -> None:
    facts: Counter[str] = Counter()
    missing = set()
    for seed in range(first, min(first + BATCH, SCRIPTS.stop)):
        given = random_scripts(seed)
        program = PROGRAMS.get(given.carrier, "bash")
        if shutil.which(program) is None:
            missing.add(program)
        else:
            _compare(seed, given, shells, tmp_path / str(seed), facts)
    files, unknown = facts["of files"], facts["unknown of files"]
    print(f"seeds {first} to {seed}: {facts['commands']} commands ran,")
    print(f"{unknown} of {files} facts are unknown where the files decide,")
    print(f"{facts['unknown of the machine']} of {facts['of the machine']} where the machine has a say")
    print(f"not tried: {', '.join(missing) or 'nothing'}")
    assert unknown <= LITTLE * files


def _compare(seed: int, given: RandomScripts, shells: Machine, folder: Path, facts: Counter[str]) -> None:
    tree = folder / "tree"
    write(tree, given.files)
    for path in given.files:
        if path.endswith(".sh"):
            (tree / path).chmod(0o755)
    done, problem = shells.run(given, tree, folder / "scratch")
    assert not problem, f"seed {seed}: {problem}\n{_text(given)}"
    project = read_project(Sources(DiskTree(tree)), "", {})
    claims: dict[str, list[Facts]] = {}
    for call in project.calls:
        if call.workflow:
            claims.setdefault(_number(project, call.at), []).append(_claimed(project, call))
    kind = "of the machine" if given.asks_machine else "of files"
    for each in done:
        number, real = each.arguments[each.arguments.index("--features") + 1], _real(project, each)
        found = claims.get(number, [])
        fitting = [claimed for claimed in found if claimed.allow(real)]
        facts["commands"] += 1
        facts[kind] += len(fields(real))
        if fitting:
            facts[f"unknown {kind}"] += min(claimed.unknown for claimed in fitting)
        elif not found and given.asks_machine and not _is_in_workflow(number, given):
            # a script cannot be found where the folder is not known
            facts[f"unknown {kind}"] += len(fields(real))
        else:
            pytest.fail(f"seed {seed}, {number}:\n{real}\n{found}\n{_text(given)}")


def _is_in_workflow(number: str, given: RandomScripts) -> bool:
    """Whether nothing has to be found to read the command."""
    texts = [text for path, text in given.files.items() if path.endswith("ci.yml")]
    return any(re.search(rf"{number}\b", text) for text in texts)


def _text(given: RandomScripts) -> str:
    shown = [path for path in given.files if not path.endswith((".rs", "Cargo.toml", "more.toml"))]
    return "\n".join(f"--- {path}\n{given.files[path]}" for path in shown)


def _number(project: Project, at: Evidence) -> str:
    """The number of the command that begins there."""
    lines = (project.sources.text(at.path) or "").split("\n")
    rest = "\n".join((lines[at.line - 1][at.column - 1 :], *lines[at.line :]))
    found = re.search(r"call\d+", rest)
    assert found is not None
    return found[0]


def _claimed(project: Project, call: CargoCall) -> Facts:
    choice = toolchain_choice(project, call)
    toolchain = choice.files[0].name if choice.files else DEFAULT
    if choice.known is not None:
        toolchain = _sure(choice.known)
    by_folder = choice.known not in (call.plus, call.environment.get("RUSTUP_TOOLCHAIN")) or not choice.known
    heeded = {name: _sure(known) for name, known in call.environment.items() if HEEDED.search(name)}
    is_sure = not call.doubts and None not in heeded.values()
    return Facts(
        toolchain=None if call.doubts and by_folder else toolchain,
        folder=None if call.doubts else call.folder,
        target=_sure(call.target) if call.target.evidence else None if call.doubts else "",
        profile=None if call.doubts else _sure(call.profile),
        configs=None if call.doubts else call.configs,
        variables=None if call.doubts else tuple(heeded.items()),
        **_effective(config_of(project, call), is_sure),
    )


def _sure(known: Known) -> str | None:
    return None if known.is_conditional else known.text


def _effective(config: CargoConfig, is_sure: bool) -> dict[str, Any]:
    if not is_sure:
        return {"rustflags": None, "runner": None}
    return {
        "rustflags": tuple(flag.text for flag in config.rustflags(WASM)),
        "runner": config.target_setting(WASM, "runner").value or "",
    }


def _real(project: Project, done: Recorded) -> Facts:
    """What Cargo was told; its flags and runner follow from that as test_against_cargo.py proves."""
    arguments = done.arguments
    variables = {name: value for name, value in done.environment.items() if HEEDED.search(name)}
    release = "release" if {"--release", "-r"} & set(arguments) else ""
    seen = CargoCall(
        path="",
        folder=done.folder,
        at=Evidence(path=""),
        start=None,
        program=None,
        subcommand="build",
        target=Known(None),
        profile=Known(""),
        profile_option="",
        plus=Known(done.toolchain),
        default=None,
        override=None,
        mentions=(),
        environment={name: Known(value) for name, value in variables.items()},
        configs=tuple(_values(arguments, "--config")),
        doubts=(),
        wasmtime=None,
    )
    return Facts(
        toolchain=done.toolchain,
        folder=done.folder,
        target=next(reversed(_values(arguments, "--target")), ""),
        profile=next(reversed(_values(arguments, "--profile")), release),
        configs=seen.configs,
        variables=tuple(variables.items()),
        **_effective(config_of(project, seen), True),
    )


def _values(arguments: tuple[str, ...], option: str) -> list[str]:
    found = []
    for index, each in enumerate(arguments):
        if each == option:
            found.append(arguments[index + 1])
        elif each.startswith(f"{option}="):
            found.append(each.removeprefix(f"{option}="))
    return found
