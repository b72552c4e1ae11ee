"""The one comment line that every edit leaves: who wrote it, why, what it was before, and a link.

    # wasifix pin for memory-cannot-grow (unproven): 1.91.0 -> 1.90.0; https://...

It has no quotes and never the word "channel", because scripts grep these files for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from wasifix.model import Effect, TomlValue

_LINE = re.compile(
    r"^[ \t]*# wasifix (?P<strategy>[a-z][a-z-]*) for (?P<advisory>[a-z][a-z0-9-]*) "
    r"\((?P<effect>[a-z-]+)\): (?P<details>[^;\r\n]*); (?P<url>https://\S+)[ \t]*$",
    re.MULTILINE,
)
_STEP = re.compile(r"(?:(?P<key>\S+) )?(?P<old>.*) -> (?P<new>.*)", re.DOTALL)
NEW_FILE = "new file"
NEW_TABLE = "new table"
NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One change: `old` and `new` are as the file wrote them, encoded by `encode`; NONE for nothing."""

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.key} {self.old} -> {self.new}".lstrip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """On whose behalf a comment is written."""

    strategy: str
    advisory: str
    effect: Effect
    url: str

    def comment(self, details: str) -> str:
        """The comment line, without indentation and line end."""
        return f"# wasifix {self.strategy} for {self.advisory} ({self.effect}): {details}; {self.url}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """A comment that wasifix wrote, found in a text at `start`..`end` (the line without its line end)."""

    author: Author
    details: str
    start: int
    end: int

    @property
    def steps(self) -> tuple[Step, ...]:
        """The single changes; empty for a new table or file."""
        found = (_STEP.fullmatch(each) for each in self.details.split(", "))
        return tuple(Step(key=each["key"] or "", old=each["old"], new=each["new"]) for each in found if each)


def find_markers(text: str) -> Iterator[Marker]:
    """All comments of wasifix in a text. Cheap where there are none."""
    if "# wasifix " not in text:
        return
    for match in _LINE.finditer(text):
        if match["effect"] not in tuple(Effect):
            continue
        author = Author(
            strategy=match["strategy"],
            advisory=match["advisory"],
            effect=Effect(match["effect"]),
            url=match["url"],
        )
        start = match.start() + len(match.group()) - len(match.group().lstrip(" \t"))
        yield Marker(author=author, details=match["details"], start=start, end=match.end())


def merged(earlier: tuple[Step, ...], later: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps from before the earlier ones to after the later ones."""
    first = {step.key: step for step in earlier}
    changed = {
        step.key: Step(key=step.key, old=first[step.key].old if step.key in first else step.old, new=step.new)
        for step in later
    }
    return tuple({**first, **changed}.values())


def encode(raw: str, replaced_by: TomlValue | None = None) -> str:
    """A value as written, without quotes: plain where the other side is a string too, else in backquotes."""
    is_string = raw[:1] in ("'", '"')
    body = raw[1:-1] if is_string else raw
    body = re.sub(r"[%,;`'\"\n\r]|->", lambda each: "".join(f"%{ord(c):02X}" for c in each.group()), body)
    if is_string and not isinstance(replaced_by, str):
        return f"`{body}`"
    if not is_string and isinstance(replaced_by, str):
        return f"={body}"
    return body


def encode_items(items: tuple[str, ...]) -> str:
    """Array items, with spaces between them."""
    return " ".join(encode(f'"{item}"', "").replace(" ", "%20") for item in items)


def decode(token: str, current: str) -> str:
    """The inverse of `encode`: how the value was written, given how the present value is written."""
    if token.startswith("`"):
        return f'"{unquote(token[1:-1])}"'
    if token.startswith("="):
        return unquote(token[1:])
    quote = current[0] if current[:1] in ("'", '"') else ""
    return f"{quote}{unquote(token)}{quote}"
