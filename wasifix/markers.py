"""The one comment line that every edit leaves: who wrote it, why, what it was before, and a link.

    # wasifix pin for memory-cannot-grow (unproven): 1.91.0 -> 1.90.0; https://...

It has no quotes and never the word "channel", because scripts grep these files for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from wasifix.model import Effect, Evidence

if TYPE_CHECKING:
    from wasifix.changes import KeyPath, TomlValue

_LINE = (  # compiled by the first file that has one: nearly no project has
    r"(?m)^[ \t]*(?:#|//) wasifix (?P<strategy>[a-z][a-z-]*) for (?P<advisory>[a-z][a-z0-9-]*) "
    r"\((?P<effect>[a-z-]+)\): (?P<details>[^;\r\n]*); (?P<url>https://\S+)[ \t]*(?=\r?$)"
)
_STEP = r"(?s)(?:(?P<key>\S+) )?(?P<old>.*) -> (?P<new>.*)"
_REMOVED = r"removed \[(?P<words>(?:[^\]\\]|\\.)*)\] at (?:line (?P<line>\d+) )?column (?P<column>\d+)"
_STEPS = rf"(?s)(?:{_REMOVED}|(?P<other>.+?))(?:, |\Z)"
_PLACE = r"(\d+):(\d+)"
_SHOWN = {"\n": r"\n", "\r": r"\r", "\\": r"\\", "]": r"\]"}
NEW_FILE = "new file"
NEW_TABLE = "new table"
NONE = "none"


class Step(Struct, frozen=True, kw_only=True):
    """One change: `old` and `new` are as the file wrote them, encoded by `encode`; NONE for nothing.

    It reads `opt-level 3 -> 1`; where words of a line went, `removed [ -S threads] at column 50`.
    """

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        place = re.fullmatch(_PLACE, self.key) if self.new == NONE else None
        if place is not None and safe(unquote(self.old)) == self.old:
            line = f"line {int(place[1]) + 1} " if place[1] != "0" else ""
            return f"removed [{_shown(unquote(self.old))}] at {line}column {place[2]}"
        if not self.key:  # without a key the first space ends the old value
            return f"{self.old.replace(' ', '%20')} -> {self.new}"
        return f"{self.key} {self.old} -> {self.new}"


class Author(Struct, frozen=True, kw_only=True):
    """On whose behalf a comment is written."""

    strategy: str
    advisory: str
    effect: Effect
    url: str

    def comment(self, details: str, sign: str = "#") -> str:
        """The comment line, without indentation and line end."""
        return f"{sign} wasifix {self.strategy} for {self.advisory} ({self.effect}): {details}; {self.url}"


class Marker(Struct, frozen=True, kw_only=True):
    """A comment that wasifix wrote, found in a text at `start`..`end` (the line without its line end)."""

    author: Author
    details: str
    start: int
    end: int

    def evidence(self, path: str, text: str, note: str = "") -> Evidence:
        """The place of the comment in a file of that text."""
        line = text.count("\n", 0, self.start) + 1
        return Evidence(path=path, line=line, column=1, text=f"# wasifix {self.author.strategy}", note=note)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The single changes; empty for a new table or file."""
        return tuple(step for each in re.finditer(_STEPS, self.details) if (step := _step(each)) is not None)


def _step(found: re.Match[str]) -> Step | None:
    if found["other"] is None:
        line = int(found["line"] or 1) - 1
        return Step(key=f"{line}:{found['column']}", old=safe(_unshown(found["words"])), new=NONE)
    step = re.fullmatch(_STEP, found["other"])
    return Step(key=step["key"] or "", old=step["old"], new=step["new"]) if step else None


def find_markers(text: str) -> Iterator[Marker]:
    """All comments of wasifix in a text. Cheap where there are none."""
    if " wasifix " in text:
        yield from _found(text)


@lru_cache(maxsize=16)
def _found(text: str) -> tuple[Marker, ...]:
    """Looked for once: each of them, and each build, asks for the others."""
    return tuple(_each(text))


def _each(text: str) -> Iterator[Marker]:
    for match in re.finditer(_LINE, text):
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


def blanked(text: str) -> str:
    """The text with spaces in the place of wasifix's comments; everything else keeps its place."""
    parts: list[str] = []
    done = 0
    for each in find_markers(text):
        parts += (text[done : each.start], " " * (each.end - each.start))
        done = each.end
    return "".join((*parts, text[done:]))


def merged(earlier: tuple[Step, ...], later: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps from before the earlier ones to after the later ones."""
    steps = {step.key: step for step in earlier}
    for step in later:
        first = steps.get(step.key)
        if first is None:
            steps[step.key] = step
        elif first.old == step.old == NONE:  # items added to an array once more
            steps[step.key] = Step(key=step.key, old=NONE, new=f"{first.new} {step.new}")
        else:
            steps[step.key] = Step(key=step.key, old=first.old, new=step.new)
    return tuple(steps.values())


def encode(raw: str, replaced_by: TomlValue | None = None) -> str:
    """A value as the file writes it (`raw`), as a word for a step.

    Without its quotes where the other side is a string in the same quotes, else in backquotes.
    """
    is_string = raw[:1] in ("'", '"')
    if not is_string:
        return f"={safe(raw)}" if isinstance(replaced_by, str) else safe(raw)
    body = raw[1:-1]
    if isinstance(replaced_by, str) and body and not raw.startswith(('"""', "'''")):
        keeps_quotes = raw[0] == '"' or not re.search(r"['\x00-\x1f\x7f]", replaced_by)
        if keeps_quotes:
            return safe(body) if body != NONE else _percent_first(body)
    plain = raw[0] == '"' and body[:1] not in ("'", '"')
    return f"`{safe(body if plain else raw)}`"


def encode_items(items: tuple[str, ...]) -> str:
    """Array items, with spaces between them."""
    words = " ".join(safe(item).replace(" ", "%20") or "``" for item in items)
    return _percent_first(words) if words == NONE or words.startswith("[") else words


def decode_items(token: str) -> tuple[str, ...]:
    """The inverse of `encode_items`."""
    return tuple("" if word == "``" else unquote(word) for word in token.split(" "))


def encode_key(path: KeyPath) -> str:
    """Keys with dots between them, as one word."""
    return ".".join(re.sub(r"[\s.`]", _percent, safe(str(key))) for key in path)


def decode(token: str, current: str) -> str:
    """The inverse of `encode`: how the value was written, given how the present value is written."""
    if token.startswith("`"):
        body = unquote(token[1:-1])
        return body if body[:1] in ("'", '"') else f'"{body}"'
    if token.startswith("="):
        return unquote(token[1:])
    quote = current[0] if current[:1] in ("'", '"') else ""
    return f"{quote}{unquote(token)}{quote}"


def safe(text: str) -> str:
    """Without what separates steps, what scripts grep for, and what a comment must not hold."""
    text = re.sub(r"[%,;`'\"\x00-\x08\x0a-\x1f\x7f]|->|\A[= \t]|[ \t]\Z", _percent, text)
    return text.replace("channel", "%63hannel")


def _shown(words: str) -> str:
    """Between brackets more characters can stay as they are than `safe` leaves."""
    kept = re.sub(r"[%;`'\"\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|->", _percent, words)
    kept = kept.replace("channel", "%63hannel")
    return re.sub(r"[\n\r\\\]]", lambda found: _SHOWN[found.group()], kept)


def _unshown(shown: str) -> str:
    signs = {sign: text for text, sign in _SHOWN.items()}
    return unquote(re.sub(r"\\.", lambda found: signs.get(found.group(), found.group()), shown))


def _percent_first(text: str) -> str:
    return f"%{ord(text[0]):02X}{text[1:]}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode())
