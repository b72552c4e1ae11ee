"""A workflow asks for another toolchain than the rust-toolchain file, or links with other memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Evidence, Finding, Level
from wasifix.project import Project
from wasifix.project.file_names import workflow_files
from wasifix.project.targets import is_wasm
from wasifix.project.toolchain import ToolchainFile, governing_files
from wasifix.rust import Toolchain, parse_toolchain
from wasifix.tree import parent

if TYPE_CHECKING:
    from wasifix.project.expressions import Known
    from wasifix.project.scripts import CargoCall

CHECK = Check(
    id="ci-differs",
    title="local builds and CI differ",
    explanation=(
        "What fails in CI alone, or works there alone, is often built in another way. rustup takes `+name`, "
        "then RUSTUP_TOOLCHAIN, then the nearest of `rustup override` and rust-toolchain file (the override, "
        "in the same folder), and only then the default. So `rustup default` and dtolnay/rust-toolchain, "
        "which sets the default, have no effect beside a rust-toolchain file, while "
        "actions-rust-lang/setup-rust-toolchain with a toolchain sets an override, which wins over it. "
        "Have both say the same, best in the file alone."
    ),
    reference="https://rust-lang.github.io/rustup/overrides.html",
)


class _Request(Struct, frozen=True, kw_only=True):
    """What a command, or a job that builds in another way, says of its toolchain."""

    path: str
    job: str
    folder: str
    plus: Known | None = None
    variable: Known | None
    override: Known | None
    override_folder: str = ""
    default: Known | None


class _Difference(Struct, frozen=True, kw_only=True):
    """A toolchain that is asked for, the file that asks for another, and which of them wins."""

    request: _Request
    asked: Known
    file: ToolchainFile
    why: str
    """Why the asked-for one wins; empty where the file does."""


def differing_toolchains(project: Project, builds: tuple[Build, ...]) -> Iterator[Finding]:
    """What workflows ask for beside a rust-toolchain file, for WebAssembly or with a file for it.

    One finding for those that the file makes ineffective, one for those that set the file aside. The latter
    only where no command takes what the file says: several toolchains on purpose are no difference.
    """
    if not builds:
        return
    requests = tuple(_requests(project, builds))
    found = [each for request in requests if (each := _difference(project, request)) is not None]
    ineffective = [each for each in found if not each.why]
    if ineffective:
        asked = [parse_toolchain(each.asked.text or "") for each in ineffective]
        level = Level.NOTE if all(each.is_floating for each in asked) else Level.WARNING
        message = f"CI asks for another toolchain than {ineffective[0].file.path}, which wins"
        yield _finding(ineffective, level, message, builds)
    winning = [each for each in found if each.why]
    if winning and len(winning) == len(requests):
        message = f"CI takes another toolchain than {winning[0].file.path} says"
        yield _finding(winning, Level.NOTE, message, builds)


def differing_memory(builds: tuple[Build, ...]) -> Iterator[Finding]:
    """A --max-memory that either the local build or CI has, where no lost argument explains it already."""
    for local in (build for build in builds if build.is_local):
        others = [
            build
            for build in builds
            if build.is_ci and build.target.value == local.target.value and not build.doubts
        ]
        for other in others:
            lost = other.unused_max_memory.value or local.unused_max_memory.value
            here, there = local.max_memory, other.max_memory
            if lost or here.value == there.value:
                continue
            sizes = [str(each.value or "none") for each in (here, there)]
            yield Finding(
                id=CHECK.id,
                level=Level.NOTE,
                confidence=Confidence.CONFIRMED,
                message=f"--max-memory is {sizes[0]} locally, {sizes[1]} in CI",
                builds=(local.id, other.id),
                evidence=(*here.evidence[:1], *there.evidence[:1], *other.target.evidence[:1]),
            )


def _requests(project: Project, builds: tuple[Build, ...]) -> Iterator[_Request]:
    """Of the commands that matter, and of jobs without any command that is known."""
    for call in project.calls:
        if call.workflow and _concerns(project, call, builds):
            yield _Request(
                path=call.workflow,
                job=call.job,
                folder=call.folder,
                plus=call.plus,
                variable=call.environment.get("RUSTUP_TOOLCHAIN"),
                override=call.override,
                override_folder=call.override_folder,
                default=call.default,
            )
    if not workflow_files(project.sources):
        return
    from wasifix.project.prepared_toolchains import set_ups

    known = {(call.workflow, call.job) for call in project.calls}
    for each in set_ups(project.sources):
        if (each.path, each.job) not in known:
            yield _Request(
                path=each.path,
                job=each.job,
                folder="",
                variable=each.variable,
                override=each.override,
                default=each.default,
            )


def _concerns(project: Project, call: CargoCall, builds: tuple[Build, ...]) -> bool:
    """Whether the command builds for WebAssembly, or the toolchain file is there for it."""
    if is_wasm(call.target.text or "") or any(
        build.id.startswith(f"{call.workflow}:{call.job}:") for build in builds
    ):
        return True
    files = governing_files(project.sources, call.folder)
    return any(is_wasm(triple) for file in files for triple in file.targets)


def _difference(project: Project, request: _Request) -> _Difference | None:
    files = governing_files(project.sources, request.folder)
    if not files or files[0].name is None:
        return None
    file = files[0]
    is_nearer = len(parent(file.path)) > len(request.override_folder)
    override = None if is_nearer else request.override
    ranked = (
        (request.plus, "`+name` wins over the file"),
        (request.variable, "RUSTUP_TOOLCHAIN wins over the file"),
        (override, "an override wins over the file beside it"),
        (request.default, ""),
    )
    asked, why = next(((known, why) for known, why in ranked if known is not None), (None, ""))
    if asked is None or not asked.text or not asked.evidence:
        return None
    if _agree(parse_toolchain(asked.text), parse_toolchain(str(file.name))):
        return None
    return _Difference(request=request, asked=asked, file=file, why=why)


def _agree(one: Toolchain, other: Toolchain) -> bool:
    """Whether the two names can mean the same release: 1.91 and 1.91.1, but not stable and 1.91."""
    if one.name == other.name:
        return True
    if one.low is None or one.high is None or other.low is None or other.high is None:
        same = (one.channel, one.low, one.date) == (other.channel, other.low, other.date)
        return same and one.channel is not None
    return one.channel is other.channel and one.low <= other.high and other.low <= one.high


def _finding(found: list[_Difference], level: Level, message: str, builds: tuple[Build, ...]) -> Finding:
    jobs = {(each.request.path, each.request.job) for each in found}
    ids = [build.id for build in builds for path, job in jobs if build.id.startswith(f"{path}:{job}:")]
    places = {
        each.asked.evidence[0]: replace(each.asked.evidence[0], note=each.why or "not used") for each in found
    }
    file = found[0].file
    return Finding(
        id=CHECK.id,
        level=level,
        confidence=Confidence.CONFIRMED,
        message=message,
        builds=tuple(dict.fromkeys([*ids, *(build.id for build in builds if build.is_local)])),
        evidence=(*places.values(), _of_file(file, bool(found[0].why))),
    )


def _of_file(file: ToolchainFile, loses: bool) -> Evidence:
    return replace(file.evidence, note="for local builds alone" if loses else "wins over a default")
