"""Characters of a file as places to show."""

from __future__ import annotations

from wasifix.documents.text import position
from wasifix.model import Evidence

LINE_LIMIT = 500
"""Characters of a line that are shown. A generated file may be a single line of megabytes."""


def evidence_at(path: str, text: str, offset: int, note: str = "") -> Evidence:
    """The place of a character in a file of that text, with its line."""
    line, column = position(text, offset)
    start = offset - column + 1
    begin = start if column <= LINE_LIMIT else offset - LINE_LIMIT // 2
    whole = text[begin : begin + LINE_LIMIT].partition("\n")[0]
    indent = len(whole) - len(whole.lstrip())
    within = max(offset - begin - indent, 0)
    return Evidence(path=path, line=line, column=column, text=whole.strip(), note=note, within=within)
