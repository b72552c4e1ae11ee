"""Every reason for which an edit is declined or left to the user is said about a real small project."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from declined_edits import ALL
from reasons import reasons
from situations import Changed, Regression, Situation

GUARDS = (
    "two changes would meet in the same place",
    "lines that wasifix added: `wasifix remove` first",
    "new lines would part the command",
    "the array has no such item",
    "a table inside an array of tables",
    "a new table inside one that is renamed",
    "nothing to remove",
    "a key of an inline table",
    "a dotted key",
    "the result would not be readable (*)",
    "what should change is not there",
    "not a single value",
    "a comment would be part of a value",
    "a second run would change the files again; this is a bug in wasifix",
)
"""What no strategy asks for today. The writers refuse it all the same, which their own tests show."""
WRAPPERS = (
    r"(?s).+ cannot be edited safely: (.+)",
    r"(?s)cannot be taken out safely: (.+)",
    r"(?s)(.+ \((.+)\))",
    r"(?s)do it by hand: (.+)",
    r"(?s)do it by hand: .+ \((.+)\)",
    r"(?s).+: (.+)",
)
"""What may stand around a reason, or be said of it."""


@pytest.mark.parametrize("situation", ALL, ids=lambda each: each.says[:70])
def test_it_says_why(situation: Situation | Changed | Regression) -> None:
    assert situation.says in situation.said()


def test_every_reason_is_in_the_table() -> None:
    said = {part for each in ALL for text in (each.says, *each.said()) for part in _parts(text)}
    silent = [each for each in reasons() if not any(each.fits(part) for part in said)]
    missing = [each for each in silent if each.text not in GUARDS]
    assert set(GUARDS) <= {each.text for each in silent}, "a guard that has a situation, or is gone"
    assert not missing, "\n".join(f"{each.place}: {each.text}" for each in missing)


def _parts(text: str) -> Iterator[str]:
    yield text
    for wrapper in WRAPPERS:
        if (match := re.fullmatch(wrapper, text)) is not None:
            yield from match.groups()
