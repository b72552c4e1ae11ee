"""Random Rust projects: a workspace, its profiles, configuration files up the tree, and variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from differential.random_config import config_files, variables
from differential.random_profiles import CHAINS, profile_tables
from differential.toml_styles import toml_text

WASM = "wasm32-wasip1-threads"
FOLDERS = ("a", "crates/b", "crates/c", "deep/er/d", "vendor/e", "f")
FLAWS = ("missing-member", "unlisted", "mixed-kinds", "unknown-parent", "include-nothing", "include-twice")
COMMANDS = ("build", "build", "run", "test", "bench")


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomProject:
    """Files below a folder, and a Cargo command that is run in one of its folders."""

    files: Mapping[str, str]
    variables: Mapping[str, str]
    start: str
    command: str
    options: tuple[str, ...]
    profile: str
    """The profile that the command uses."""
    target: str | None
    """What `--target` says."""


def random_project(seed: int) -> RandomProject:
    """The project of a seed, always the same."""
    rng = Random(seed)
    flaw = rng.choice(FLAWS) if rng.random() < 0.08 else ""
    root = rng.choice(("", "", "w"))
    packages = rng.sample(FOLDERS, rng.randint(0, 4))
    kind = rng.choice(("single", "root", "virtual")) if packages else "single"
    manifests = _manifests(rng, root, kind, packages, flaw)
    starts = [root] if kind != "virtual" else []
    starts += [_join(root, each) for each in packages if kind != "single" and each != "vendor/e"]
    start = rng.choice(starts) if starts and rng.random() < 0.8 else root
    command = rng.choice(COMMANDS if start in starts else ("build", "test"))
    profile, options = _profile_option(rng, command)
    if command in ("test", "bench"):
        options += ("--lib", "--bins")  # no documentation tests, which need rustdoc
    files = _texts(rng, manifests) | config_files(rng, (root, start), flaw)
    given = variables(rng, profile)
    target = rng.choice((None, WASM)) if command != "run" else WASM  # `run` takes no two targets
    if f"{start}/src/lib.rs" in files and rng.random() < 0.1:
        start = f"{start}/src"
    return RandomProject(
        files=files,
        variables=given,
        start=start,
        command=command,
        options=options if target is None else (*options, "--target", target),
        profile=profile,
        target=target,
    )


def _texts(rng: Random, manifests: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """The manifests and the sources of their packages."""
    files = {path: toml_text(table, rng) for path, table in manifests.items()}
    for path, table in manifests.items():
        folder = path.removesuffix("Cargo.toml")
        if "package" in table:
            files |= {f"{folder}src/lib.rs": "", f"{folder}src/main.rs": "fn main() {}\n"}
        if rng.random() < 0.2:
            files[f"{folder}build.rs"] = "fn main() {}\n"
    return files


def _manifests(
    rng: Random, root: str, kind: str, packages: list[str], flaw: str
) -> dict[str, dict[str, Any]]:
    names = [each.rpartition("/")[2] for each in packages]
    top: dict[str, Any] = {} if kind == "virtual" else {"package": _package("top")}
    if kind != "single":
        top["workspace"] = _workspace(rng, packages, flaw)
    if kind == "virtual" or rng.random() < 0.9:
        top["profile"] = profile_tables(rng, ["top", *names], 0.8)
    found = {}
    for index, folder in enumerate(packages):
        table: dict[str, Any] = {"package": _package(names[index])}
        for other in packages[:index]:  # only earlier ones, so there is no circle
            if rng.random() < 0.4:
                path = "/".join([".."] * len(folder.split("/"))) + f"/{other}"
                _depend(rng, table, other.rpartition("/")[2], path)
        if rng.random() < 0.25:
            table["profile"] = profile_tables(rng, names, 0.4)
        found[_join(root, f"{folder}/Cargo.toml")] = table
    if kind != "virtual":
        for folder, name in zip(packages, names, strict=True):
            if rng.random() < 0.6:
                _depend(rng, top, name, folder)
    return {_join(root, "Cargo.toml"): top, **found}


def _depend(rng: Random, table: dict[str, Any], name: str, path: str) -> None:
    kind = rng.choice(("dependencies", "dependencies", "build-dependencies", "dev-dependencies"))
    place = table.setdefault("target", {}).setdefault("cfg(all())", {}) if rng.random() < 0.1 else table
    place.setdefault(kind, {})[name] = {"path": path}


def _workspace(rng: Random, packages: list[str], flaw: str) -> dict[str, Any]:
    listed = [each for each in packages if each != "vendor/e"]
    members = [f"./{each}/" if rng.random() < 0.1 else each for each in listed]
    if any(each.startswith("crates/") for each in listed) and rng.random() < 0.4:
        members = [each for each in members if "crates" not in each] + [rng.choice(("crates/*", "crates/?"))]
    if flaw == "missing-member":
        members.append("nowhere")
    if flaw == "unlisted" and members:
        members.pop()
    table: dict[str, Any] = {"members": members, "resolver": "2"}
    if "vendor/e" in packages:
        table["exclude"] = [rng.choice(("vendor", "vendor/e", "./vendor"))]
    if rng.random() < 0.2:  # what is listed by its name stays a member
        table.setdefault("exclude", []).append(rng.choice(("crates", "deep", "a", "f", "crates/b")))
    return table


def _profile_option(rng: Random, command: str) -> tuple[str, tuple[str, ...]]:
    implied = {"test": "test", "bench": "bench"}.get(command, "dev")
    choice = rng.random()
    if choice < 0.25:
        return implied, ()
    if choice < 0.5 and command != "bench":
        return "release", (rng.choice(("--release", "-r")),)
    name = rng.choice((*CHAINS, "dev", "release", "test", "bench"))
    return name, ("--profile", name) if rng.random() < 0.5 else (f"--profile={name}",)


def _package(name: str) -> dict[str, Any]:
    return {"name": name, "version": "0.1.0", "edition": "2021"}


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
