"""Where new lines go in a YAML file, and what goes away with an item of a list."""

from __future__ import annotations

import re

from wasifix.documents.text import CannotEdit, Edit, line_end, line_start
from wasifix.documents.yaml import Node, YamlDocument, items


def dropped(document: YamlDocument, outer: Node, index: int) -> Edit:
    """An item of a list goes, with the comma or the lines that it has there. Raises CannotEdit."""
    node = items(outer)[index]
    start, end = int(node.start_mark.index), last_offset(document.text, node) + 1
    if not outer.flow_style:
        return _dropped_lines(document.text, start, end)
    if index:
        between = (last_offset(document.text, items(outer)[index - 1]) + 1, start)
        edit = Edit(between[0], end, "")
    else:
        between = (end, int(items(outer)[1].start_mark.index))
        edit = Edit(start, between[1], "")
    if "#" in document.text[slice(*between)]:
        raise CannotEdit("a comment stands between the items", start)
    return edit


def _dropped_lines(text: str, start: int, end: int) -> Edit:
    """From the end of the line above to the end of the item: all that stays keeps its line."""
    first = line_start(text, start)
    if not re.fullmatch(r"[ \t]*-[ \t]+", text[first:start]) or not first:
        raise CannotEdit("an item that shares its line", start)
    return Edit(_without_end(text, first), _without_end(text, line_end(text, end)), "")


def _without_end(text: str, offset: int) -> int:
    """The end of the line before the offset, without its line end."""
    return len(text[:offset].removesuffix("\n").removesuffix("\r"))


def joined(edits: list[Edit]) -> list[Edit]:
    """The edits, those that take out what lies side by side as one."""
    found: list[Edit] = []
    for each in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        last = found[-1] if found else None
        if (
            last is not None
            and last.end == each.start
            and not (last.text or each.text)
            and each.end > each.start
        ):
            found[-1] = Edit(last.start, each.end, "")
        else:
            found.append(each)
    return found


def last_offset(text: str, node: Node) -> int:
    """The last character that a node holds: the end mark of a block lies behind what follows it."""
    node = last_of(node)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + max(len(text[start:end].rstrip()) - 1, 0)


def last_of(node: Node) -> Node:
    """The last scalar or collection in brackets of a block."""
    while node.id != "scalar" and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def shared(first: list[str], more: list[str]) -> int:
    """How many keys two groups of new lines begin with alike: one `include:` is enough."""
    return next((index for index, line in enumerate(more) if not line.endswith(":") or line not in first), 0)
