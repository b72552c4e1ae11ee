"""Bytes to text and back without loss: byte-order mark, line ends and missing final newlines stay."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from wasifix.documents.kinds import is_toml, takes_any_bytes
from wasifix.errors import UnreadableInput

_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""What files of other encodings begin with; that of UTF-32 begins with that of UTF-16."""
_SURROGATES = re.compile("[\ud800-\udfff]")


class Edit(Struct, frozen=True):
    """Characters `start`..`end` of a text become `text`. An insertion has `start == end`."""

    start: int
    end: int
    text: str


class CannotEdit(Exception):
    """A change that cannot be written without moving other text; `offset` is the place in the text."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def decode(path: str, data: bytes) -> tuple[str, bool]:
    """The text without its byte-order mark, and whether it had one.

    Raises UnreadableInput with line and column where the bytes are not UTF-8. In a script, whose readers do
    not care, such a byte is a character of its own, which `encode` turns back: a lone surrogate.
    """
    has_mark = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if has_mark else data
    try:
        return body.decode("utf-8"), has_mark
    except UnicodeDecodeError as error:
        if takes_any_bytes(path) and b"\0" not in body:
            return body.decode("utf-8", "surrogateescape"), has_mark
        found = next((f", but {name}" for mark, name in _OTHER_MARKS if data.startswith(mark)), "")
        readers = ": rustup and Cargo read nothing else" if is_toml(path) else ""
        before = body[: error.start]
        start_of_line = before.rfind(b"\n") + 1
        raise UnreadableInput(
            f"not UTF-8{found}",
            path=path,
            line=before.count(b"\n") + 1,
            column=len(before[start_of_line:].decode("utf-8", "replace")) + 1,
            advice=f"save the file as UTF-8{readers}",
        ) from None


def encode(text: str, has_mark: bool) -> bytes:
    """The inverse of `decode`."""
    return (codecs.BOM_UTF8 if has_mark else b"") + text.encode("utf-8", "surrogateescape")


def well_formed(text: str) -> str:
    """The text with U+FFFD in the place of each lone surrogate, so that it can be printed and parsed."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def position(text: str, offset: int) -> tuple[int, int]:
    """1-based line and column, in characters."""
    starts = _line_starts(text)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


@lru_cache(maxsize=64)
def _line_starts(text: str) -> list[int]:
    """Where the lines of a text begin: places are asked for by the hundred, a few files at a time."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def line_start(text: str, offset: int) -> int:
    """Where the line of the offset begins."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of the offset ends, its line end included."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def lines_below(text: str, offset: int, count: int) -> int:
    """Where the line begins that lies so many below the start of a line; the end, where there are fewer."""
    while count > 0 and offset < len(text):
        offset = line_end(text, offset)
        count -= 1
    return offset


def eol_near(text: str, offset: int) -> str:
    """The line end in use around the offset: of the line itself, else of the one before, else `\\n`."""
    end = line_end(text, offset)
    if not text.endswith("\n", 0, end):
        end = line_start(text, offset)
    return "\r\n" if text.endswith("\r\n", 0, end) else "\n"


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits. Raises CannotEdit where two of them overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.start < done:
            raise CannotEdit("two changes would meet in the same place", edit.start)
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    return "".join((*parts, text[done:]))
