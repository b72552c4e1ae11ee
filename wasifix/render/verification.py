"""The answer of `verify` for people: a table, then why, then what to do."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.render.terminal import WIDTH, Style, clean, shortened, wrapped
from wasifix.verification import Row, Verdict, Verification

HEAD = ("strategy", "cargo", "builds", "memory", "runs", "verdict")
_KINDS = {
    Verdict.WORKS: "good",
    Verdict.NO_THREADS: "good",
    Verdict.LUCK: "warning",
    Verdict.HIT: "error",
    Verdict.FAILS: "error",
    Verdict.NO_BUILD: "error",
    Verdict.MISSING: "warning",
}
WORDS = {
    Verdict.NO_THREADS: "without threads it runs",
    Verdict.LUCK: "runs only by luck: its memory cannot grow",
    Verdict.FAILS: "its memory can grow, but it fails",
}
"""What verdicts mean where no row says it better."""


def render_verification(found: Verification, style: Style) -> str:
    """The table, the reasons, and the strategies that are proven."""
    lines = [*headings(found), ""]
    rows = table(found)
    widths = [max(len(row[index]) for row in (HEAD, *rows)) for index in range(len(HEAD) - 1)]
    lines.append(style.paint("bold", _line(HEAD, widths)))
    for row, cells in zip(found.rows, rows, strict=True):
        line = _line(cells, widths)
        kind = _KINDS.get(row.verdict, "dim")
        lines.append(line.removesuffix(cells[-1]) + style.paint(kind, cells[-1]))
    lines.append("")
    for words, detail, install in reasons(found):
        lines += wrapped(clean(words), "  ")
        lines += [shortened(f"    {clean(detail)}", WIDTH)] if detail else []
        lines += [f"    next: {clean(install)}"] if install else []
    return "\n".join([*lines, "", *conclusion(found)]) + "\n"


def headings(found: Verification) -> Iterator[str]:
    """What was built, with what, and how it was run."""
    yield from wrapped(f"{found.target}: cargo {', cargo '.join(found.commands)}", "")
    yield from wrapped(f"Rust {clean(found.compiler) or 'not known'}; run by {clean(found.runner)}", "")


def table(found: Verification) -> list[tuple[str, ...]]:
    """The cells; the name of a trial only in its first row."""
    cells: list[tuple[str, ...]] = []
    last = ""
    for row in found.rows:
        name = "" if row.trial == last else row.trial
        last = row.trial
        built = {True: "yes", False: "no", None: "-"}[row.built]
        command = row.command.partition(" ")[0] or "-"
        cells.append((name, command, built, row.memory or "-", row.runs or "-", str(row.verdict)))
    return cells


def reasons(found: Verification) -> list[tuple[str, str, str]]:
    """Each reason once, with the trials that it holds for, the program's own words, and what installs."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for row in found.rows:
        if row.verdict is Verdict.WORKS:
            continue
        reason = row.reason or WORDS.get(row.verdict, str(row.verdict))
        grouped.setdefault((reason, row.detail, row.install), []).append(_named(row))
    return [
        (f"{', '.join(dict.fromkeys(names))}: {reason}", detail, install)
        for (reason, detail, install), names in grouped.items()
    ]


def conclusion(found: Verification) -> list[str]:
    """What is proven, and the next command."""
    if found.base_works and not found.proven:
        return ["It works as it is."]
    if found.proven:
        names = ", ".join(found.proven)
        as_it_is = " (it also works as it is)" if found.base_works else ""
        return [
            *wrapped(f"Works here: {names}{as_it_is}.", ""),
            f"next: {found.next_command}",
        ]
    if any(row.install for row in found.rows):
        return [
            *wrapped("No strategy is proven here: some need what is not installed (--install gets it).", "")
        ]
    return ["No strategy is proven here."]


def _named(row: Row) -> str:
    return row.trial


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False))
    return f"{'  '.join(padded)}  {cells[-1]}"
