"""What `verify` found on the crate of a bug report, in Markdown: answers, then the table.

Only wasifix's own words are in it, never the output of a program.
"""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.releases import recommended
from wasifix.render.verification import HEAD, table
from wasifix.verification import AS_IT_IS, Verdict, Verification

TRIED = ("opt-level", "pin", "upgrade", "max-memory")
"""The strategies that answer the questions."""
_QUESTIONS = (
    ("Does it crash as it is?", AS_IT_IS),
    ("Does it with opt-level = 1 and lto = false?", "opt-level"),
    ("Does it on Rust 1.90.0?", "pin"),
    ("Does it on Rust {fixed}, which has the fix?", "upgrade"),
    ("Does it when the linker is given --max-memory?", "max-memory"),
)
_ANSWERS = {
    Verdict.WORKS: "No, its memory can grow and the tests pass.",
    Verdict.NO_THREADS: "No.",
    Verdict.LUCK: "Not these tests, but its memory cannot grow.",
    Verdict.HIT: "Yes, its memory cannot grow.",
    Verdict.FAILS: "Yes, although its memory can grow.",
    Verdict.NOT_RUN: "Its memory can grow; it was not run.",
    Verdict.NO_BUILD: "Not known: it does not build here.",
    Verdict.MISSING: "Not known: not installed here.",
    Verdict.DECLINED: "Not known: could not be applied.",
    Verdict.NO_CHANGE: "The same as it is.",
}


def measured(found: Verification) -> Iterator[str]:
    """The lines of the section."""
    yield from ("## What changes it", "")
    for question, trial in _QUESTIONS:
        verdict = next((row.verdict for row in found.rows if row.trial == trial), None)
        answer = _ANSWERS[verdict] if verdict is not None else "Not tried."
        yield f"- {question.format(fixed=recommended())} {answer}"
    yield ""
    yield f"`cargo {'`, `cargo '.join(found.commands)}`, run by {found.runner}."
    yield from ("Memory is in pages of 64 KiB, minimum/maximum.", "")
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    yield from (f"| {' | '.join(cells)} |" for cells in table(found))
    yield ""
