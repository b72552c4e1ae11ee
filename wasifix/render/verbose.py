"""What lies behind a report: where settings and the facts of builds come from, and what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wasifix.model import Build, Evidence, Fact, Report
from wasifix.render.phrases import build_title
from wasifix.render.terminal import WIDTH, clean, wrapped
from wasifix.render.text import TextOptions, shown_path, shown_place

LONG = 32
"""Columns. A longer value makes no column of that width."""


def render(report: Report, settings: Iterable[tuple[str, str, Evidence]], options: TextOptions) -> str:
    """All of it. `settings` are name, value and origin."""
    lines = [options.style.paint("bold", "Settings")]
    rows = [(name, clean(value), _origin(at, options)) for name, value, at in settings]
    lines += _rows(rows) if rows else ["  none: everything is as by default"]
    lines.append(options.style.paint("bold", "Builds"))
    lines += [] if report.builds else ["  none for WebAssembly"]
    for build in report.builds:
        lines += wrapped(build_title(build), "  ")
        lines += _rows(list(_facts(build, options)), "    ")
        lines += [line for doubt in build.doubts for line in wrapped(f"in doubt: {clean(doubt)}", "    ")]
    lines.append(options.style.paint("bold", "Files read"))
    lines += [f"  {shown_path(path, options)}" for path in report.files_read]
    return "\n".join(lines) + "\n"


def _facts(build: Build, options: TextOptions) -> Iterator[tuple[str, str, str]]:
    facts: tuple[tuple[str, Fact[Any]], ...] = (
        ("target", build.target),
        ("toolchain", build.toolchain),
        ("max-memory", build.max_memory),
        ("unused max-memory", build.unused_max_memory),
        ("runner", build.runner),
        ("wasmtime", build.wasmtime),
    )
    for name, fact in facts:
        if fact.value is None and not fact.evidence and not fact.reason:
            continue
        value = "-" if fact.value is None else clean(str(getattr(fact.value, "name", fact.value)))
        origin = _origin(fact.evidence[-1], options) if fact.evidence else ""
        yield name, value, "; ".join(part for part in (origin, clean(fact.reason)) if part)


def _rows(rows: list[tuple[str, str, str]], indent: str = "  ") -> Iterator[str]:
    """Three columns; where they do not fit, the origin is below the value."""
    first = max((len(name) for name, _, _ in rows), default=0)
    second = max((len(value) for _, value, _ in rows if len(value) < LONG), default=0)
    for name, value, origin in rows:
        line = f"{indent}{name:<{first}}  {value:<{second}}"
        longest = max(map(len, origin.split()), default=0)
        if len(value) > second or len(line) + 2 + longest > WIDTH:
            yield from wrapped(line.rstrip(), "")
            line = " " * (len(indent) + first)
        lead = f"{line}  "
        more = wrapped(origin, " " * len(lead))
        yield from (f"{lead}{more[0].lstrip()}", *more[1:]) if more else (line.rstrip(),)


def _origin(at: Evidence, options: TextOptions) -> str:
    return shown_place(at, options) if at.path else clean(at.text)
