"""Words on a terminal: colour with a meaning, columns, and no control characters from foreign files."""

from __future__ import annotations

import re
import textwrap
import unicodedata

from msgspec import Struct

WIDTH = 80
"""Columns that text output keeps to."""

_COMMAND = re.compile(r"(?<=##)\[|(?<!\S):(?=:)")
_CODES = {"error": "1;31", "warning": "1;33", "note": "1;36", "good": "1;32", "bold": "1", "dim": "2"}


def clean(text: str) -> str:
    """The text with everything spelled out that a terminal could obey, or that turns text around.

    Also what GitHub's runner would obey in a log: `##[` anywhere, and `::` where a line could begin. Rust
    paths such as `std::thread` stay. https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(_spelled(character) for character in text)
    if "::" not in text and "##[" not in text:
        return text
    return _COMMAND.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)


def unmistakable(json_text: str) -> str:
    """JSON without `##[`, which GitHub's runner would obey in a log. In JSON it can stand only in strings."""
    return json_text.replace("##[", "##\\u005b")


def shortened(text: str, width: int) -> str:
    """The text in at most so many columns, its end cut off visibly."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def excerpt(text: str, at: int, width: int) -> str:
    """The text in at most so many columns, with the character `at` and some that follow it in sight."""
    begin = min(at + min(width // 2, 30) - width, len(text) - width)
    if begin <= 0:
        return shortened(text, width)
    return "…" + shortened(text[begin + 1 :], width - 1)


class Style(Struct, frozen=True):
    """Paints text if colour is on."""

    colour: bool = False

    def paint(self, kind: str, text: str) -> str:
        """Text in the colour of a level, or `good`, `bold`, `dim`."""
        return f"\x1b[{_CODES[kind]}m{text}\x1b[0m" if self.colour and text else text


PLAIN = Style()
"""No colour."""


def _spelled(character: str) -> str:
    if character == "\t":
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\u{{{ord(character):x}}}"
    return character


def wrapped(text: str, lead: str) -> list[str]:
    """The text folded at WIDTH; the lines after the first are indented. Long words are not broken."""
    indent = " " * (len(lead) if not lead.strip() or len(lead) < 8 else 4)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=indent or "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
