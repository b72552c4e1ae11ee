"""A built module's verdict: whether its memory can grow, what built it, and which problems that brings."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from wasifix.advisories import Advisory, load_advisories
from wasifix.artifact import Artifact, Memory, read_artifact
from wasifix.model import Fact
from wasifix.releases import release_of_commit
from wasifix.rust import Answer, Toolchain, parse_toolchain, parse_version
from wasifix.wasm_reader import Buffer, Fault, UnreadableModule

MEMORY_CANNOT_GROW = "memory-cannot-grow"


class Verdict(StrEnum):
    """What a file's memory limits mean."""

    HIT = "hit"
    GROWS = "grows"
    NOT_CONCERNED = "not-concerned"
    UNREADABLE = "unreadable"


class Kind(StrEnum):
    """What a file is built for, as far as it shows."""

    WASI_THREADS = "wasi-threads"
    THREADS = "threads"
    WASI = "wasi"
    OTHER = "other"
    OBJECT = "object"
    COMPONENT = "component"
    UNKNOWN = "unknown"


_TRIPLES = {
    Kind.WASI_THREADS: "wasm32-wasip1-threads",
    Kind.WASI: "wasm32-wasip1",
    Kind.THREADS: "wasm32-unknown-unknown",
    Kind.OTHER: "wasm32-unknown-unknown",
}
"""The target that makes such modules; for threads outside of WASI it is the one that is given atomics."""


_UNKNOWN: Fact[Toolchain] = Fact(value=None)


class Inspection(Struct, frozen=True, kw_only=True):
    """The answer for one file. `artifact` is None for a component and for what cannot be read.

    `advisories` are other problems that the release brings to this kind of module, whatever the project.
    `notes` say what else is odd.
    """

    path: str
    kind: Kind
    verdict: Verdict
    reason: str
    artifact: Artifact | None = None
    toolchain: Fact[Toolchain] = _UNKNOWN
    advisories: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    offset: int | None = None
    """Where in the file it cannot be read, in bytes."""


def inspect(path: str, data: Buffer) -> Inspection:
    """What the file at the path says of itself. Never fails: what cannot be read is a verdict too."""
    try:
        artifact = read_artifact(data)
    except UnreadableModule as error:
        if error.fault is Fault.COMPONENT:
            reason = "a component: these targets have no threads"
            return Inspection(path=path, kind=Kind.COMPONENT, verdict=Verdict.NOT_CONCERNED, reason=reason)
        return Inspection(
            path=path,
            kind=Kind.UNKNOWN,
            verdict=Verdict.UNREADABLE,
            reason=error.message,
            offset=error.offset,
        )
    toolchain = built_by(artifact)
    kind = _kind(artifact)
    verdict, reason = _judged(artifact, toolchain)
    return Inspection(
        path=path,
        kind=kind,
        verdict=verdict,
        reason=reason,
        artifact=artifact,
        toolchain=toolchain,
        advisories=tuple(each.id for each in load_advisories() if _brings(each, kind, toolchain.value)),
        notes=tuple(_oddities(artifact)),
    )


def built_by(artifact: Artifact) -> Fact[Toolchain]:
    """The toolchain, from the producers section, or else from the commit in the paths of panic messages."""
    for producer in artifact.producers:
        if producer.name == "rustc":
            found = re.match(r"(\S+)(?: \([0-9a-f]+ (\d{4}-\d\d-\d\d)\))?", producer.version)
            if found is not None:
                return Fact(value=parse_version(found[1], found[2]), reason="its producers section says so")
    if artifact.commit is None:
        return Fact(value=None, reason="no producers section, and no path with a rustc commit")
    name, sure = release_of_commit(artifact.commit)
    if name is None:
        return Fact(value=None, reason=f"rustc commit {artifact.commit[:9]} is not in wasifix's list")
    doubt = "" if sure else ", concluded from dates"
    return Fact(value=parse_toolchain(name), reason=f"rustc commit {artifact.commit[:9]}{doubt}")


def _kind(artifact: Artifact) -> Kind:
    if artifact.is_object:
        return Kind.OBJECT
    if artifact.shared_memory is not None:
        return Kind.WASI_THREADS if artifact.is_wasi else Kind.THREADS
    return Kind.WASI if artifact.is_wasi else Kind.OTHER


def _judged(artifact: Artifact, toolchain: Fact[Toolchain]) -> tuple[Verdict, str]:
    memory = artifact.shared_memory
    if artifact.is_object:
        return Verdict.NOT_CONCERNED, "an object file: its memory comes when it is linked"
    if memory is None:
        return Verdict.NOT_CONCERNED, "no shared memory, so it is not built for threads"
    limits = memory.limits
    if limits.maximum is None or limits.maximum > limits.minimum:
        return Verdict.GROWS, "its memory can grow"
    return Verdict.HIT, f"its memory cannot grow: {_cause(toolchain.value)}"


def _cause(toolchain: Toolchain | None) -> str:
    """Why the linker was not told a maximum."""
    advisory = next(each for each in load_advisories() if each.id == MEMORY_CANNOT_GROW)
    if toolchain is None or toolchain.is_custom:
        return "it was linked without --max-memory"
    if _answer(advisory, Kind.WASI_THREADS, toolchain) is Answer.YES:
        return f"Rust {toolchain.name} links it without --max-memory"
    return f"Rust {toolchain.name} passes --max-memory, so something took it away (a linker, other flags)"


def pages(memory: Memory) -> str:
    """The limits in words: `17 to 16384 pages (1.1 MiB to 1 GiB)`."""
    limits = memory.limits
    least = readable_size(limits.minimum * limits.page_size)
    if limits.maximum == limits.minimum:
        return f"{limits.minimum} of {limits.maximum} pages ({least})"
    if limits.maximum is None:
        return f"{limits.minimum} pages ({least}), no maximum"
    most = readable_size(limits.maximum * limits.page_size)
    return f"{limits.minimum} to {limits.maximum} pages ({least} to {most})"


def readable_size(size: int) -> str:
    """Bytes in the largest unit of which there is at least one, with one digit behind the point if needed."""
    units = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    step = min((size.bit_length() - 1) // 10 if size else 0, len(units) - 1)
    return f"{round(size / (1 << 10 * step), 1):g} {units[step]}"


def _brings(advisory: Advisory, kind: Kind, toolchain: Toolchain | None) -> bool:
    """Whether the release alone decides, and the file's limits have not: those are the verdict."""
    if advisory.id == MEMORY_CANNOT_GROW or toolchain is None or toolchain.is_custom:
        return False
    return _answer(advisory, kind, toolchain) is Answer.YES


def _answer(advisory: Advisory, kind: Kind, toolchain: Toolchain) -> Answer:
    triple = _TRIPLES.get(kind, "")
    answers = [
        each.hits(toolchain)
        for each in advisory.affected
        if triple and each.concerns(triple) and not each.when
    ]
    return Answer.YES if Answer.YES in answers else Answer.NO


def _oddities(artifact: Artifact) -> list[str]:
    if artifact.imports_thread_spawn and not artifact.exports_thread_start:
        return ["imports thread-spawn, but exports no wasi_thread_start: threads cannot start"]
    if artifact.imports_thread_spawn and artifact.shared_memory is None:
        return ["imports thread-spawn, but has no shared memory: threads cannot start"]
    return []
