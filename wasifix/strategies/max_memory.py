"""Pass the missing linker argument, so that the memory can grow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wasifix.changes import AddLines, Append, Change, FileEdit, KeyPath, Set
from wasifix.model import Build, Evidence
from wasifix.project import Project
from wasifix.project.cargo_config import Setting
from wasifix.project.link_args import PAGE
from wasifix.project.workspace import Manifest
from wasifix.proposals import Declined, Plan
from wasifix.remedies import REMEDIES
from wasifix.rust import Release
from wasifix.strategies.base import Hits, Options, Strategy, test_command
from wasifix.strategies.ci_commands import add_flags
from wasifix.strategies.draft import Draft
from wasifix.tree import join

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall

DEFAULT = 2**30
"""Bytes; what the target passes by itself since Rust 1.92."""
LARGEST = 2**32
"""Bytes; all that 32-bit addresses reach."""
_PRESENT = re.compile(r"(--max-memory[=,]?)(\d+)(?!\w)")
_MAIN = re.compile(r"^fn main\(\) \{[ \t]*\r?$", re.MULTILINE)


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """Adds the argument to the target's rustflags; where those are switched off, to what does so."""
    size = options.max_memory or DEFAULT
    for build in hits.builds:
        if build.initial_memory.value is not None and build.initial_memory.value >= size:
            return Declined(
                strategy="max-memory",
                reason=f"--initial-memory={build.initial_memory.value} leaves no room below {size}",
                at=build.initial_memory.evidence[0],
                instead="give a larger --max-memory",
            )
    variable = project.config.flags_variable()
    if hits.local and variable is not None:
        return _in_build_script(project, hits, size, variable)
    draft = Draft()
    notes: list[str] = []
    for build in hits.builds:
        dropped = [call for call in (project.calls[number] for number in build.calls) if _has_flags(call)]
        add_flags(project, dropped, f"-C {_argument(build, size)}", draft)
        if len(dropped) < len(build.calls) or build.is_local:
            for path, change in _in_config(project, build, size, notes):
                draft.change(path, change)
    if not project.calls:
        notes.append("a RUSTFLAGS variable, even an empty one, makes Cargo drop this; look at your CI")
    return Plan(
        strategy="max-memory",
        edits=draft.edits,
        by_hand=draft.left,
        follow_up=test_command(hits.targets),
        notes=tuple(dict.fromkeys(notes)),
    )


def _has_flags(call: CargoCall) -> bool:
    """Whether variables of the workflow make Cargo ignore all configured rustflags."""
    return not {"RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"}.isdisjoint(call.environment)


def _in_config(project: Project, build: Build, size: int, notes: list[str]) -> Iterator[tuple[str, Change]]:
    triple = str(build.target.value)
    setting = project.config.winner("target", triple, "rustflags")
    if build.max_memory.value is not None:
        yield from _enlarged(project, build, size)
    elif setting is not None:
        yield setting.document.path, _extended(setting, build, size)
    else:
        flags = project.config.rustflags(triple)
        copied = () if _from_target(project, triple) else tuple(flag.text for flag in flags)
        if copied:
            notes.append(
                f"[build] rustflags are copied: a target's own rustflags switch them off for {triple}"
            )
        value = (*copied, "-C", _argument(build, size))
        yield _config_path(project, triple), Set(("target", triple, "rustflags"), value)


def _enlarged(project: Project, build: Build, size: int) -> Iterator[tuple[str, Change]]:
    """The number of an argument that the build has already, where it is too small."""
    given = {flag.evidence.place for flag in project.config.rustflags(str(build.target.value))}
    for document in project.config.layers:
        for table in document.table("target"):
            for path in (("target", table, "rustflags"), ("build", "rustflags")):
                value = document.get(*path)
                flags = dict(enumerate(value)) if isinstance(value, list) else {None: value}
                for index, flag in flags.items():
                    place: KeyPath = path if index is None else (*path, index)
                    larger = _PRESENT.sub(lambda found: _at_least(found, size), str(flag))
                    if larger != str(flag) and document.evidence(place).place in given:
                        yield document.path, Set(place, larger)


def _at_least(found: re.Match[str], size: int) -> str:
    return found[1] + str(max(int(found[2]), size))


def _extended(setting: Setting, build: Build, size: int) -> Change:
    argument = _argument(build, size)
    if isinstance(setting.value, str):
        return Set(setting.path, f"{setting.value} -C {argument}".lstrip())
    flags = [str(flag) for flag in setting.value] if isinstance(setting.value, list) else []
    joined = "-C" not in flags and any(flag.startswith("-C") for flag in flags)
    return Append(setting.path, (f"-C{argument}",) if joined else ("-C", argument))


def _argument(build: Build, size: int) -> str:
    return f"link-arg={'-Wl,' if build.clang_linker.value else ''}--max-memory={size}"


def _from_target(project: Project, triple: str) -> bool:
    """Whether the target has flags of its own already (then `[build] rustflags` are off as it is)."""
    return project.config.target_flags_table(triple)


def _config_path(project: Project, triple: str) -> str:
    """The file that has the target's table, else the workspace's, else a new one."""
    if (table := project.config.winner("target", triple)) is not None:
        return table.document.path
    old = join(project.workspace.folder, ".cargo/config")
    return (
        old if project.sources.read(old) is not None else join(project.workspace.folder, ".cargo/config.toml")
    )


def _in_build_script(project: Project, hits: Hits, size: int, variable: str) -> Plan | Declined:
    packages = project.workspace.packages
    at = Evidence(path="", text=variable, note="set, so Cargo drops all configured rustflags")
    lines = "\n".join(_script_lines(hits, size, "cargo::"))
    if len(packages) != 1:
        return Declined(
            strategy="max-memory",
            reason=f"{variable} is set and the workspace has {len(packages)} packages: which of them link?",
            at=at,
            instead=f"unset {variable}, or add to the build script of each package that links:\n{lines}",
        )
    edit = _script_edit(project, packages[0], hits, size)
    if edit is None:
        return Declined(
            strategy="max-memory",
            reason=f"{variable} is set, and the build script of {packages[0].name} cannot be extended safely",
            at=at,
            instead=f"unset {variable}, or add to its main function:\n{lines}",
        )
    note = f"{variable} is set and makes Cargo drop configured flags, so the build script passes it"
    return Plan(strategy="max-memory", edits=(edit,), follow_up=test_command(hits.targets), notes=(note,))


def _script_edit(project: Project, package: Manifest, hits: Hits, size: int) -> FileEdit | None:
    declared = package.rust_version_floor
    prefix = "cargo:" if declared is not None and declared < Release(1, 77) else "cargo::"
    body = tuple(f"    {line}" for line in _script_lines(hits, size, prefix))
    named = package.document.get("package", "build")
    if named not in (None, True):
        path = join(package.folder, str(named)) if isinstance(named, str) else None
    else:
        path = join(package.folder, "build.rs")
    text = project.sources.text(path) if path else None
    if path is None:
        return None
    if text is None:
        rerun = f'    println!("{prefix}rerun-if-changed=build.rs");'
        return FileEdit(path=path, changes=(AddLines(None, ("fn main() {", rerun, *body, "}")),))
    found = list(_MAIN.finditer(text))
    if len(found) != 1 or "max-memory" in text:
        return None
    return FileEdit(path=path, changes=(AddLines(text.count("\n", 0, found[0].start()) + 1, body),))


def _script_lines(hits: Hits, size: int, prefix: str) -> Iterator[str]:
    """https://doc.rust-lang.org/cargo/reference/build-scripts.html#rustc-link-arg"""
    for build in hits.builds:
        yield f'if std::env::var("TARGET").as_deref() == Ok("{build.target.value}") {{'
        yield f'    println!("{prefix}rustc-{_argument(build, size)}");'
        yield "}"


def parse_size(text: str) -> int:
    """Bytes from `1073741824`, `64MiB` or `1GiB`. Raises ValueError with the reason."""
    match = re.fullmatch(r"(\d+)\s*(KiB|MiB|GiB)?", text)
    if match is None:
        raise ValueError("give bytes, or a number with KiB, MiB or GiB")
    size = int(match[1]) * {None: 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[match[2]]
    if size % PAGE or not 0 < size <= LARGEST:
        raise ValueError(f"must be a multiple of {PAGE}, a page of memory, and at most {LARGEST}")
    return size


MAX_MEMORY = Strategy(claim=REMEDIES["max-memory"], plan=plan)
