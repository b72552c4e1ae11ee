"""Where the characters of a YAML scalar stand in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from wasifix.documents.yaml import Node, YamlDocument


def places(document: YamlDocument, node: Node) -> Sequence[int] | None:
    """Where each character of a scalar's value stands in the text, and where the value ends.

    A line end stands where it begins (at the `\\r`), so that no word takes part of it along. None where they
    do not match one by one: behind escapes, or an indentation that is given as a number.
    """
    known = document.known_places
    if id(node) not in known:
        known[id(node)] = _places(document, node)
    return known[id(node)]


def _places(document: YamlDocument, node: Node) -> Sequence[int] | None:
    value, start, end = str(node.value), node.start_mark.index, node.end_mark.index
    written: Written | None
    if node.style in ("|", ">"):
        first = _after_header(document.text, start, end)
        if first is None:
            return None
        lines = _lines(document.text, first, end)
        if node.style == "|" and (found := _literal_places(lines, value)) is not None:
            return found
        written = _block_lines(lines)
    else:
        quotes = 1 if node.style else 0
        has_escapes = node.style == '"' and "\\" in document.text[start:end]
        written = None if has_escapes else _flow_lines(document.text, start + quotes, end - quotes)
    return None if written is None else _aligned(value, written, node.style or "")


Written: TypeAlias = list[tuple[str, int]]
"""Characters with their places, indentation left out."""
Lines: TypeAlias = list[tuple[int, str]]
"""Lines with their line ends, and where they begin."""


def _after_header(text: str, start: int, end: int) -> int | None:
    header_end = text.find("\n", start, end)
    if header_end < 0 or any(character.isdigit() for character in text[start:header_end].partition("#")[0]):
        return None
    return header_end + 1


def _literal_places(lines: Lines, value: str) -> Sequence[int] | None:
    """The places of a `|` text line by line, which is faster; None where a line is not as it is written."""
    *whole, rest = value.split("\n")
    wanted = [each + "\n" for each in whole] + ([rest] if rest else [])
    found: list[int] = []
    for (at, line), text in zip(lines, wanted, strict=False):
        written = line if text.endswith("\n") else line.removesuffix("\n")
        indent = len(written) - len(text)
        if indent < 0 or written[indent:] != text or written[:indent].strip(" "):
            return None
        found += range(at + indent, at + len(written))
    return (*found, found[-1] + 1) if len(found) == len(value) > 0 else None


def _block_lines(lines: Lines) -> Written:
    indents = (len(line) - len(line.lstrip(" ")) for _, line in lines if line.strip(" \r\n"))
    indent = next(indents, 0)
    return [
        (character, at + place)
        for at, line in lines
        for place, character in enumerate(line.replace("\r\n", "\n"))
        if place >= indent or character == "\n"
    ]


def _flow_lines(text: str, start: int, end: int) -> Written:
    found: Written = []
    lines = _lines(text, start, end)
    for number, (at, line) in enumerate(lines):
        kept = line if number == len(lines) - 1 else line.rstrip(" \t\r\n") + "\n"
        first = 0 if number == 0 else len(kept) - len(kept.lstrip(" \t"))
        found += [(character, at + first + place) for place, character in enumerate(kept[first:])]
    return found


def _lines(text: str, start: int, end: int) -> Lines:
    found = []
    while start < end:
        stop = min(end, text.find("\n", start) + 1 or end)
        found.append((start, text[start:stop]))
        start = stop
    return found


def _aligned(value: str, written: Written, style: str) -> Sequence[int] | None:
    found: list[int] = []
    index = 0
    for character in value:
        if style != "|":
            while index < len(written) and written[index][0] == "\n" and character not in " \n":
                index += 1  # a fold that leaves nothing
        if index >= len(written):
            return None
        there = written[index][0]
        if there != character and not (there == "\n" and character == " " and style != "|"):
            return None
        found.append(written[index][1])
        index += 2 if style == "'" and character == "'" else 1
    return (*found, found[-1] + 1) if found else None
