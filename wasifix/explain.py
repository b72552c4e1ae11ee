"""Which advisories, checks and strategies a word or an error message means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wasifix.advisories import Advisory
from wasifix.rust import Release


def by_symptom(text: str, advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """The advisories one of whose symptoms is in the text, in the order of their first match."""
    found = [(at, each) for each in advisories if (at := _first_match(text, each)) is not None]
    return tuple(advisory for _, advisory in sorted(found, key=lambda pair: pair[0]))


def symptom_pattern(symptom: str) -> re.Pattern[str]:
    """A symptom as a pattern: `{number}` stands for digits, `{any}` for the rest of a phrase."""
    parts = re.split(r"(\{number\}|\{any\})", symptom)
    kinds = {"{number}": r"\d+", "{any}": r"[^\n]*?"}
    return re.compile("".join(kinds.get(part) or re.escape(part) for part in parts), re.IGNORECASE)


def releases_hit(advisory: Advisory, releases: Iterable[Release]) -> tuple[tuple[Release, bool], ...]:
    """Each stable release with whether the advisory holds for it, on some target."""
    ranges = tuple(each for affected in advisory.affected for each in affected.rust)
    return tuple((release, any(release in each for each in ranges)) for release in releases)


def _first_match(text: str, advisory: Advisory) -> int | None:
    matches = (symptom_pattern(symptom).search(text) for symptom in advisory.symptoms)
    return min((match.start() for match in matches if match), default=None)
