"""How each condition of an advisory is answered for a build."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from wasifix.advisories import Condition
from wasifix.documents.places import evidence_at
from wasifix.model import Build, Evidence
from wasifix.project import Project
from wasifix.project.globs import inside
from wasifix.project.link_args import linker_arguments
from wasifix.project.targets import requested_targets
from wasifix.rust import Release
from wasifix.tree import join


class Held(Struct, frozen=True, kw_only=True):
    """A condition that holds, in words, and what shows it."""

    why: str
    evidence: tuple[Evidence, ...]


def held(condition: Condition, project: Project, build: Build) -> Held | None:
    """Whether the condition holds for the build; None where it does not, or where nothing shows it."""
    if condition in _OF_BUILD:
        return _OF_BUILD[condition](project, build)
    known: dict[str, Held | None] = project.remembered
    if condition not in known:
        known[condition] = _OF_PROJECT[condition](project)
    return known[condition]


def _max_memory_argument(_: Project, build: Build) -> Held | None:
    size, initial = build.max_memory, build.initial_memory
    if size.value is None or (initial.value is not None and size.value <= initial.value):
        return None
    return Held(why=f"--max-memory={size.value} is passed to the linker", evidence=size.evidence)


def _napi_build(project: Project) -> Held | None:
    """napi-build has the build script pass --max-memory=4294967296 for this target.

    It may also be a plain dependency of a crate that other build scripts use.

    https://github.com/napi-rs/napi-rs/blob/main/crates/build/src/wasi.rs
    """
    evidence = tuple(
        package.document.evidence(path)
        for package in project.workspace.packages
        for name, value, path in package.dependencies(("build-dependencies", "dependencies"))
        if name == "napi-build" or (isinstance(value, dict) and value.get("package") == "napi-build")
    )
    why = "napi-build sets the linker arguments (--max-memory=4294967296, crt1-reactor.o)"
    return Held(why=why, evidence=evidence) if evidence else None


def _build_script_argument(project: Project) -> Held | None:
    pattern = r"rustc-link-arg[a-z-]*=[^\n\"]*?--max-memory=[\d{]"
    return _in_build_scripts(project, pattern, "a build script passes --max-memory")


def _bootstrap_environment(_: Project, build: Build) -> Held | None:
    """A stable compiler that acts as a nightly sees the target's atomics, and adds the argument itself."""
    if not build.bootstrap.value or build.clang_linker.value:
        return None
    return Held(why="RUSTC_BOOTSTRAP makes this compiler act as a nightly", evidence=build.bootstrap.evidence)


def _clang_linker(_: Project, build: Build) -> Held | None:
    if not build.clang_linker.value:
        return None
    return Held(why="the linker is a clang driver", evidence=build.clang_linker.evidence)


def _cdylib(project: Project) -> Held | None:
    for package in project.workspace.packages:
        kinds = package.document.get("lib", "crate-type") or package.document.get("lib", "crate_type")
        if isinstance(kinds, list) and "cdylib" in kinds:
            return Held(
                why="a package is built as cdylib",
                evidence=(package.document.evidence(("lib", "crate-type")),),
            )
    return None


def _crt1_reactor_argument(project: Project, build: Build) -> Held | None:
    for flag in linker_arguments(project.config.rustflags(str(build.target.value))):
        if flag.text.endswith("crt1-reactor.o"):
            return Held(why="crt1-reactor.o is linked by rustflags", evidence=(flag.evidence,))
    return _in_build_scripts(project, r"crt1-reactor\.o", "a build script links crt1-reactor.o")


def _old_cc_crate(project: Project) -> Held | None:
    """cc 1.2.65 names the right target: https://github.com/rust-lang/cc-rs/pull/1763."""
    lock = project.sources.toml(join(project.workspace.folder, "Cargo.lock"))
    packages = lock.get("package") if lock else None
    for index, package in enumerate(packages if isinstance(packages, list) else []):
        if isinstance(package, dict) and package.get("name") == "cc" and lock is not None:
            try:
                version = Release.parse(str(package.get("version")))
            except ValueError:
                continue
            if version < Release(1, 2, 65):
                evidence = lock.evidence(("package", index, "version"), "cc before 1.2.65")
                return Held(why=f"the cc crate is {version}", evidence=(evidence,))
    return None


def _target_requested(project: Project, build: Build) -> Held | None:
    uses = requested_targets(project.config, project.toolchain_files)
    evidence = tuple(at for triple, _, at in uses if triple == build.target.value)
    return Held(why="the target is built or installed by this name", evidence=evidence) if evidence else None


def _in_build_scripts(project: Project, pattern: str, why: str) -> Held | None:
    for package in project.workspace.packages:
        script = package.document.get("package", "build")
        if script is False:
            continue
        path = join(package.folder, "build.rs")
        if isinstance(script, str):
            at = partial(package.document.evidence, ("package", "build"))
            path = inside(at, package.folder, script)
        text = project.sources.text(path) or ""
        for match in re.finditer(pattern, text):
            evidence = evidence_at(path, text, match.start())
            if not evidence.text.startswith("//"):
                return Held(why=why, evidence=(evidence,))
    return None


_OF_BUILD: dict[Condition, Callable[[Project, Build], Held | None]] = {
    Condition.MAX_MEMORY_ARGUMENT: _max_memory_argument,
    Condition.BOOTSTRAP_ENVIRONMENT: _bootstrap_environment,
    Condition.CLANG_LINKER: _clang_linker,
    Condition.CRT1_REACTOR_ARGUMENT: _crt1_reactor_argument,
    Condition.TARGET_REQUESTED: _target_requested,
}
_OF_PROJECT: dict[Condition, Callable[[Project], Held | None]] = {
    Condition.NAPI_BUILD: _napi_build,
    Condition.BUILD_SCRIPT_ARGUMENT: _build_script_argument,
    Condition.CDYLIB: _cdylib,
    Condition.OLD_CC_CRATE: _old_cc_crate,
}
"""Asked once: a workspace can have a thousand members, and its workflows hundreds of builds."""
