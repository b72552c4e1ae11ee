"""The answer of `inspect` for people: the verdict of each file, the bad ones first and in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wasifix.inspection import MEMORY_CANNOT_GROW, Inspection, Kind, Verdict, pages, readable_size
from wasifix.render.terminal import WIDTH, Style, clean, wrapped

_ORDER = (Verdict.UNREADABLE, Verdict.HIT, Verdict.GROWS, Verdict.NOT_CONCERNED)
_HEADS = {
    Verdict.UNREADABLE: ("error", "error[unreadable]"),
    Verdict.HIT: ("error", f"error[{MEMORY_CANNOT_GROW}]"),
    Verdict.GROWS: ("good", "ok"),
    Verdict.NOT_CONCERNED: ("dim", "not concerned"),
}
_COUNTED = {
    Verdict.UNREADABLE: "unreadable",
    Verdict.HIT: "hit",
    Verdict.GROWS: "can grow",
    Verdict.NOT_CONCERNED: "not concerned",
}
_KINDS = {
    Kind.WASI_THREADS: "WASI with threads (wasm32-wasip1-threads)",
    Kind.THREADS: "threads, but not WASI",
    Kind.WASI: "WASI without threads",
    Kind.OTHER: "neither WASI nor threads",
    Kind.OBJECT: "an object file",
}

_SPAWNS = "imports thread-spawn, exports wasi_thread_start"


def render_inspections(found: Iterable[Inspection], style: Style) -> str:
    """A block for each file, then one line of summary."""
    found = sorted(found, key=lambda each: _ORDER.index(each.verdict))
    lines: list[str] = []
    for each in found:
        lines += [*_block(each, style), ""]
    counts = [
        f"{number} {_COUNTED[verdict]}"
        for verdict in _ORDER
        if (number := sum(each.verdict is verdict for each in found))
    ]
    lines.append(f"{len(found)} file{'s' * (len(found) != 1)}: {', '.join(counts)}.")
    if any(each.verdict is Verdict.HIT and "/deps/" in each.path for each in found):
        lines.append("Files of earlier builds count too; `cargo clean` removes them.")
    return "\n".join(lines) + "\n"


def _block(inspection: Inspection, style: Style) -> Iterator[str]:
    kind, head = _HEADS[inspection.verdict]
    path = clean(inspection.path)
    between = " " if len(head) + len(path) + 2 <= WIDTH else "\n  "
    yield f"{style.paint(kind, head)}:{between}{style.paint('bold', path)}"
    at = f" (at byte {inspection.offset})" if inspection.offset else ""
    yield from wrapped(f"{clean(inspection.reason)}{at}", "  ")
    yield from _details(inspection)
    for note in inspection.notes:
        yield from wrapped(note, "  note: ")
    for advisory in inspection.advisories:
        yield f"  {style.paint('note', 'may be hit by')} {advisory}: wasifix explain {advisory}"
    if inspection.verdict is Verdict.HIT:
        yield "  next: wasifix check, in the project that built it"


def _details(inspection: Inspection) -> Iterator[str]:
    artifact = inspection.artifact
    if artifact is None:
        return
    yield f"  kind      {_KINDS[inspection.kind]}, {readable_size(artifact.size)}"
    for memory in artifact.memories:
        words = [pages(memory), "shared" if memory.limits.shared else "not shared"]
        words.append(f"imported as {clean(memory.origin)}" if memory.origin else "its own")
        yield from wrapped(", ".join(words), "  memory    ")
    if inspection.kind is Kind.WASI_THREADS and not inspection.notes:
        spawns = artifact.imports_thread_spawn
        yield f"  threads   {_SPAWNS if spawns else 'imports no thread-spawn: starts none'}"
    toolchain = inspection.toolchain
    name = f"Rust {clean(toolchain.value.name)}" if toolchain.value else "not known"
    yield from wrapped(f"{name} ({toolchain.reason})", "  built by  ")
    if artifact.features:
        yield from wrapped(clean(" ".join(artifact.features)), "  features  ")
