"""Scripts in files of all kinds: their text, expressions resolved, and where each character stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from wasifix.changes import KeyPath, Origin
from wasifix.documents.places import evidence_at
from wasifix.documents.shell_words import UNKNOWN, Piece
from wasifix.documents.yaml import Node, YamlDocument, scalar
from wasifix.documents.yaml_places import places
from wasifix.model import Evidence
from wasifix.project.expressions import EXPRESSION, Known, Scope, evaluated


class Script(Struct, frozen=True, kw_only=True):
    """A script that is all or a part of a file, its expressions resolved."""

    path: str
    source: str
    """The text of the file."""
    route: KeyPath | None
    """What leads to the script's text in the file; None where it cannot be edited."""
    text: str
    places: Callable[[], Sequence[int] | None]
    """Says where each character of the text as it is written stands in the source; few scripts are asked."""
    at: Evidence
    filled: tuple[tuple[int, int, int, Known], ...] = ()
    """Of each expression: where its value is in `text`, how much longer it is written, and what it is."""
    shell: str = "sh"
    """What runs it: `bash`, `pwsh`, `cmd`, ...; empty where that cannot be known."""
    before: int = 0
    """How many characters of the value at the route come before the script."""

    def evidence(self, start: int) -> Evidence:
        """The place of a character in the file."""
        places = self.places()
        if places is None:
            return self.at
        offset = places[self._written(start)]
        return evidence_at(self.path, self.source, offset)

    def origin(self, start: int, end: int) -> Origin | None:
        """The characters as they can be replaced; None where an expression is among them."""
        inside = any(
            # also before a word that is written nowhere, there is no place to write
            (first < end and start < last) or (first <= start < last and longer == first - last)
            for first, last, longer, _ in self.filled
        )
        if self.route is None or inside or self.places() is None:
            return None
        part = (self.before + self._written(start), self.before + self._written(end))
        return Origin(path=self.path, route=self.route, part=part)

    def known(self, piece: Piece | None, variables: Mapping[str, Known]) -> Known:
        """The value of a word or of a part of it, with the place that decides it."""
        if piece is None or piece.text is None or UNKNOWN in piece.text:
            return Known(None, (self.evidence(piece.start),) if piece else (self.at,))
        at = self.evidence(piece.start)
        source = variables.get(piece.variable)
        if source is not None and source.text != piece.text:
            source = None  # `${NAME:-standard}` took the standard
        for start, end, _, value in self.filled:
            if (start, end) == (piece.start, piece.end) and source is None:
                source = value
        if source is not None:
            return replace(source, text=piece.text, evidence=(*source.evidence, at))
        origin = self.origin(piece.start, piece.end) if piece.is_literal else None
        return Known(piece.text, (at,), origin=origin)

    def part(self, start: int, end: int) -> Script:
        """The script that is some of its characters: the `make` of `sh -c 'make'`."""
        return replace(self, text=" " * start + self.text[start:end])

    def with_values(
        self, pattern: re.Pattern[str], value: Callable[[re.Match[str]], Sequence[Known]]
    ) -> Script:
        """Every match replaced by what it stands for: one value, or several as words of their own."""
        parts: list[str] = []
        filled: list[tuple[int, int, int, Known]] = []
        done = length = 0
        for match in pattern.finditer(self.text):
            before = self.text[done : match.start()]
            values, longer = _spaced(value(match)), len(match.group())
            parts.append(before)
            length, done = length + len(before), match.end()
            for known in values or (Known(""),):
                text = UNKNOWN if known.text is None else known.text
                filled.append((length, length + len(text), longer - len(text), known))
                parts.append(text)
                length, longer = length + len(text), 0
        return replace(self, text="".join((*parts, self.text[done:])), filled=tuple(filled))

    def preceded_by(self, parts: Sequence[Known]) -> Script:
        """The script with more at its beginning, which is not written there."""
        filled: list[tuple[int, int, int, Known]] = []
        before = ""
        for known in parts:
            text = UNKNOWN if known.text is None else known.text
            filled.append((len(before), len(before) + len(text), -len(text), known))
            before += text
        by = len(before)
        moved = [(start + by, end + by, longer, known) for start, end, longer, known in self.filled]
        return replace(self, text=before + self.text, filled=(*filled, *moved))

    def followed_by(self, words: Sequence[Known]) -> Script:
        """The script with more words at its end."""
        length, filled, parts = len(self.text.rstrip()), list(self.filled), []
        for known in (*((_SPACE,) if length and words else ()), *_spaced(words)):
            text = " " if known is _SPACE else quoted(known.text)
            filled.append((length, length + len(text), -len(text), known))
            parts.append(text)
            length += len(text)
        return replace(self, text="".join((self.text.rstrip(), *parts)), filled=tuple(filled))

    def _written(self, place: int) -> int:
        """The character as it is written; inside the value of an expression, where that begins."""
        place = next((start for start, end, _, _ in self.filled if start < place < end), place)
        return place + sum(longer for _, end, longer, _ in self.filled if end <= place)


def nowhere() -> None:
    """The places of a script that stands nowhere as it is."""


_SPACE = Known(" ")


def _spaced(words: Sequence[Known]) -> tuple[Known, ...]:
    return tuple(each for word in words for each in (_SPACE, word))[1:] if len(words) != 1 else tuple(words)


def quoted(text: str | None) -> str:
    """The word as a shell needs it to be written."""
    from shlex import quote

    return UNKNOWN if text is None else quote(text)


def script_at(document: YamlDocument, node: Node, scope: Scope, shell: str = "sh") -> Script:
    """The script in a scalar of a YAML file."""
    written = Script(
        path=document.path,
        source=document.text,
        route=document.route(node),
        text=scalar(node) or "",
        places=partial(places, document, node),
        at=document.evidence(node),
        shell=shell,
    )
    return written.with_values(EXPRESSION, lambda match: (evaluated(match[1], scope),))


def plain_script(path: str, text: str) -> Script:
    """A script that is a file of its own."""
    return part_of_file(path, text, 0, len(text))


def part_of_file(path: str, text: str, start: int, end: int) -> Script:
    """A script that is some characters of a plain file."""
    return Script(
        path=path,
        source=text,
        route=(),
        text=text[start:end],
        places=lambda: range(start, end + 1),
        before=start,
        at=evidence_at(path, text, start),
    )


def script_of_value(known: Known) -> Script:
    """A script that a variable holds: what it says stands where the variable is set."""
    at = known.evidence[0]
    return Script(path=at.path, source="", route=None, text=known.text or "", places=nowhere, at=at)


def composed(path: str, at: Evidence, words: Sequence[Known]) -> Script:
    """A command that stands nowhere as a whole: the words of an alias and those that follow it."""
    empty = Script(path=path, source="", route=None, text="", places=nowhere, at=at)
    return empty.followed_by(words)
