"""How each condition of an advisory is answered for a build."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from wasifix.advisories import Condition
from wasifix.documents.text import line_at, position
from wasifix.model import Build, Evidence
from wasifix.project import Project
from wasifix.tree import join


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A condition that holds, in words, and what shows it."""

    why: str
    evidence: tuple[Evidence, ...]


def held(condition: Condition, project: Project, build: Build) -> Held | None:
    """Whether the condition holds for the build; None where it does not, or where nothing shows it."""
    return _ANSWERS[condition](project, build)


def _max_memory_argument(_: Project, build: Build) -> Held | None:
    size, initial = build.max_memory, build.initial_memory
    if size.value is None or (initial.value is not None and size.value <= initial.value):
        return None
    return Held(why=f"--max-memory={size.value} is passed to the linker", evidence=size.evidence)


def _napi_build(project: Project, _: Build) -> Held | None:
    """napi-build's build script passes --max-memory=4294967296 for this target.

    https://github.com/napi-rs/napi-rs/blob/main/crates/build/src/wasi.rs
    """
    evidence = tuple(
        package.document.evidence(path)
        for package in project.workspace.packages
        for name, value, path in package.dependencies(("build-dependencies",))
        if name == "napi-build" or (isinstance(value, dict) and value.get("package") == "napi-build")
    )
    return Held(why="napi-build passes --max-memory=4294967296", evidence=evidence) if evidence else None


def _build_script_argument(project: Project, _: Build) -> Held | None:
    for package in project.workspace.packages:
        script = package.document.get("package", "build")
        if script is False:
            continue
        path = join(package.folder, script if isinstance(script, str) else "build.rs")
        text = project.sources.text(path) or ""
        match = re.search(r"rustc-link-arg[a-z-]*=[^\n\"]*?--max-memory=\d+", text)
        if match is not None:
            line, column = position(text, match.start())
            evidence = Evidence(path=path, line=line, column=column, text=line_at(text, match.start()))
            return Held(why="a build script passes --max-memory", evidence=(evidence,))
    return None


def _bootstrap_environment(_: Project, build: Build) -> Held | None:
    """A stable compiler that acts as a nightly sees the target's atomics, and adds the argument itself."""
    if not build.bootstrap.value or build.clang_linker.value:
        return None
    return Held(why="RUSTC_BOOTSTRAP makes this compiler act as a nightly", evidence=build.bootstrap.evidence)


def _clang_linker(_: Project, build: Build) -> Held | None:
    if not build.clang_linker.value:
        return None
    return Held(why="the linker is a clang driver", evidence=build.clang_linker.evidence)


_ANSWERS: dict[Condition, Callable[[Project, Build], Held | None]] = {
    Condition.MAX_MEMORY_ARGUMENT: _max_memory_argument,
    Condition.NAPI_BUILD: _napi_build,
    Condition.BUILD_SCRIPT_ARGUMENT: _build_script_argument,
    Condition.BOOTSTRAP_ENVIRONMENT: _bootstrap_environment,
    Condition.CLANG_LINKER: _clang_linker,
}
