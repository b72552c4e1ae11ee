"""The words of shell commands: what the shell makes of them, and where they stand."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

TEXT_LIMIT = 100_000
"""Characters of a word. Variables made of one another twice would double it with every line."""
UNKNOWN = "__WASIFIX_UNKNOWN__"
"""Stands in a script for what cannot be resolved, such as an expression of a workflow."""


class Piece(Struct, frozen=True):
    """Part of a word: what the shell makes of it, and the characters `start`..`end` it is written with.

    `text` is None where it cannot be known; `variable` is the one it comes from. `is_literal` tells that the
    characters of the script are the text itself.
    """

    text: str | None
    start: int
    end: int
    variable: str = ""
    is_literal: bool = False


class Word(Struct, frozen=True):
    """A word of a command, and the characters `start`..`end` of the script, quotes included."""

    pieces: tuple[Piece, ...]
    start: int
    end: int

    @property
    def text(self) -> str | None:
        """What the shell makes of it, None where it cannot be known, or is too long to be of use."""
        if len(self.pieces) == 1:
            return self.pieces[0].text
        parts = [piece.text for piece in self.pieces]
        if None in parts:
            return None
        text = "".join(part for part in parts if part is not None)
        return text if len(text) <= TEXT_LIMIT else None

    def after(self, count: int) -> Piece | None:
        """What follows the first `count` characters, where that is one piece: the 1.91 of `+1.91`."""
        rest: list[Piece] = []
        for piece in self.pieces:
            length = len(piece.text or "")
            if count >= length and count:
                count -= length
            elif count and not piece.is_literal:
                return None
            else:
                text = None if piece.text is None else piece.text[count:]
                rest.append(Piece(text, piece.start + count, piece.end, piece.variable, piece.is_literal))
                count = 0
        return rest[0] if len(rest) == 1 else None


class Definition(Struct, frozen=True):
    """A function: its body stands at `start`..`end`. `is_called` tells whether the script itself calls it."""

    name: str
    start: int
    end: int
    is_called: bool


class Command(Struct, frozen=True, dict=True):
    """A simple command at `start`..`end` of the script; `output` is where a redirection sends what it prints.

    `assigned` are variables set for this command alone, or, where there are no words, for what follows, and
    `removed` those that are taken away. `exports` tells that it is an `export`, perhaps of variables that are
    only `named`. `document` is the text of a here-document.
    """

    parts: tuple[Word, ...]
    start: int
    end: int
    assigned: tuple[tuple[str, Word], ...] = ()
    exports: bool = False
    output: str = ""
    removed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    document: str = ""

    @cached_property
    def words(self) -> tuple[str | None, ...]:
        """The words as the shell makes them; None where one cannot be known."""
        return tuple(part.text for part in self.parts)

    @property
    def variables(self) -> tuple[tuple[str, str | None], ...]:
        """Names and values of what is assigned."""
        return tuple((name, word.text) for name, word in self.assigned)
