"""Changes of value in a YAML file or a plain text, as edits of its text; the rest of the file stays.

Scalars are spliced where the parser found them. What cannot be done so is refused: anchors, mappings and
lists in brackets that would grow, text behind escapes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wasifix.changes import AddItem, Change, KeyPath, Remove, Rename, Replace, Set
from wasifix.documents.fragments import with_comments, without_comments
from wasifix.documents.lines import insertion
from wasifix.documents.shell import same_commands
from wasifix.documents.text import CannotEdit, Edit, encode, line_end, line_start
from wasifix.documents.yaml import Node, YamlDocument, child, items, parse_yaml, scalar
from wasifix.documents.yaml_lines import dropped, joined, last_of, last_offset, shared
from wasifix.documents.yaml_places import places
from wasifix.documents.yaml_scalars import written
from wasifix.documents.yaml_values import Tree, changed_tree, tree_of
from wasifix.errors import UnreadableInput
from wasifix.markers import Author

_NO_COMMENTS = ("cmd", "node")
"""Shells of workflows in which # begins no comment."""


def changed(document: YamlDocument, changes: Sequence[Change], author: Author) -> str:
    """The new text with the author's comments, proven. Raises CannotEdit."""
    writer = _Writer(document, author)
    for change in changes:
        writer.add(change)
    new = with_comments(document.text, joined(writer.fragments), author, writer.new_lines(), writer.closed)
    _prove(document, new, changes)
    return new


class _Writer:
    def __init__(self, document: YamlDocument, author: Author) -> None:
        self.document = document
        self.author = author
        self.fragments: list[Edit] = []
        self.insertions: list[tuple[int, list[str]]] = []
        """Lines to add, each group with the offset of the line that they follow."""
        self.closed: list[tuple[int, int]] = []
        """Scalars over several lines in which a comment would be text."""

    def add(self, change: Change) -> None:
        match change:
            case Set(path, value):
                node = self._editable(path)
                if node is None:
                    self._new_entry(path, str(value))
                else:
                    self._replace_all(node, str(value))
            case Replace(path, start, end, text):
                node = self._editable(path)
                if node is None:
                    raise CannotEdit("what should change is not there", 0)
                quoted = {"'": text.replace("'", "''"), '"': re.sub(r'(["\\])', r"\\\1", text)}
                self._replace(path, node, quoted.get(node.style or "", text), start, end)
            case AddItem(path, pairs):
                self._new_item(path, pairs)
            case Remove(path):
                self._drop(path)
            case Rename(path, name):
                self._rename(path, name)
            case _:
                raise TypeError(f"no change for a YAML file: {change}")

    def _replace_all(self, node: Node, value: str) -> None:
        """Another value in the quotes that are there, if it can be."""
        start, end, quote = int(node.start_mark.index), int(node.end_mark.index), self._raw(node)[:1]
        if node.style in ("|", ">"):
            raise CannotEdit("a text of several lines, which cannot be replaced as a whole", start)
        self._close(node)
        new = written(value, quote)
        if quote in ("'", '"') and new[:1] == quote:
            start, end, new = start + 1, end - 1, new[1:-1]
        lead = " " if start == end and self.document.text[start - 1 : start] == ":" else ""
        self.fragments.append(Edit(start, end, lead + new))

    def _close(self, node: Node) -> None:
        first, last = int(node.start_mark.index), int(node.end_mark.index)
        if node.style != "|" and "\n" in self.document.text[first:last].rstrip():
            self.closed.append((first, last))

    def _replace(self, path: KeyPath, node: Node, text: str, start: int, end: int) -> None:
        first = node.start_mark.index
        if node.style in ("|", ">") and _shell(self.document, path).startswith(_NO_COMMENTS):
            raise CannotEdit("a script for a shell in which # begins no comment", first)
        self._close(node)
        offsets = places(self.document, node)
        if offsets is None:
            raise CannotEdit("a text with escapes", first)
        self.fragments.append(Edit(offsets[start], offsets[end], text))

    def _editable(self, path: KeyPath) -> Node | None:
        node = self.document.locate(path)
        if node is None:
            return None
        if self.document.route(node) is None or self._raw(node)[:1] in ("&", "*", "!"):
            raise CannotEdit("an anchor or a tag is on it", node.start_mark.index)
        if node.id != "scalar" or (node.style in ("|", ">") and node.end_mark.index <= node.start_mark.index):
            raise CannotEdit("not a single value", node.start_mark.index)
        return node

    def _raw(self, node: Node) -> str:
        return self.document.text[node.start_mark.index : node.end_mark.index]

    def new_lines(self) -> list[Edit]:
        """The insertions, those behind the same line as one."""
        groups: dict[int, list[str]] = {}
        for offset, lines in self.insertions:
            there = groups.setdefault(offset, [])
            there += lines[shared(there, lines) :]
        text = self.document.text
        return [
            insertion(text, line_end(text, offset), lines, self.author, "#")
            for offset, lines in groups.items()
        ]

    def _new_entry(self, path: KeyPath, value: str) -> None:
        """`with:` and `version: V` below it, or only the last of them."""
        above = next(path[:length] for length in range(len(path) - 1, -1, -1) if self._there(path[:length]))
        keys = path[len(above) :]
        node = self._block(above, "mapping")
        indent = self._column(node)
        lines = [f"{' ' * (indent + 2 * depth)}{key}:" for depth, key in enumerate(keys)]
        lines[-1] += f" {written(value)}"
        self.insertions.append((last_offset(self.document.text, node), lines))

    def _drop(self, path: KeyPath) -> None:
        """An item of a list, with the comma or the lines that it has there."""
        node, outer, index = self.document.locate(path), self.document.locate(path[:-1]), path[-1]
        if node is None or outer is None or not isinstance(index, int) or len(items(outer)) < 2:
            raise CannotEdit("the only item of a list", 0)
        if node.id == "scalar" and self._editable(path) is None:
            raise CannotEdit("not a single value", node.start_mark.index)
        if self.document.route(node) is None:
            raise CannotEdit("an anchor is on it", node.start_mark.index)
        self.fragments.append(dropped(self.document, outer, index))

    def _rename(self, path: KeyPath, name: str) -> None:
        outer = self.document.locate(path[:-1])
        keys = [key for key, _ in outer.value if key.value == path[-1]] if outer is not None else []
        if len(keys) != 1 or keys[0].style:
            raise CannotEdit("a name in quotes", keys[0].start_mark.index if keys else 0)
        self.fragments.append(Edit(keys[0].start_mark.index, keys[0].end_mark.index, name))

    def _new_item(self, path: KeyPath, pairs: tuple[tuple[str, str], ...]) -> None:
        first, *rest = (f"{key}: {written(value)}" for key, value in pairs)
        if self._there(path):
            node = self._block(path, "sequence")
            lead = " " * self._column(node)
            lines = [f"{lead}- {first}", *(f"{lead}  {each}" for each in rest)]
        else:
            node = self._block(path[:-1], "mapping")
            lead = " " * self._column(node)
            lines = [f"{lead}{path[-1]}:", f"{lead}  - {first}", *(f"{lead}    {each}" for each in rest)]
        self.insertions.append((last_offset(self.document.text, node), lines))

    def _there(self, path: KeyPath) -> bool:
        return self.document.locate(path) is not None

    def _block(self, path: KeyPath, kind: str) -> Node:
        node = self.document.locate(path)
        if node is None or node.id != kind or node.flow_style or self.document.route(node) is None:
            at = node.start_mark.index if node is not None else 0
            raise CannotEdit(f"not a {kind} with an entry on each line", at)
        last = last_of(node)
        if last.id == "scalar" and last.style in ("|", ">") and not self._raw(last).endswith("\n"):
            reason = "the file ends in a text without a line end, which a line below would add"
            raise CannotEdit(reason, last.start_mark.index)
        return node

    def _column(self, node: Node) -> int:
        start = int(node.start_mark.index)
        return start - line_start(self.document.text, start)


def _shell(document: YamlDocument, path: KeyPath) -> str:
    """The shell that is named for a step's script."""
    step, job = document.locate(path[:-1]), document.locate(path[:2])
    places = (
        child(step, "shell"),
        *(child(each, "defaults", "run", "shell") for each in (job, document.root)),
    )
    return next((scalar(each) or "" for each in places if each is not None), "")


def _prove(document: YamlDocument, new: str, changes: Sequence[Change]) -> None:
    """The new text has exactly the intended values."""
    try:
        after = parse_yaml(document.path, encode(new, document.has_mark))
    except UnreadableInput as error:
        raise CannotEdit(f"the result would not be readable ({error.message})", 0) from None
    if _plain(tree_of(after.root)) != _plain(changed_tree(tree_of(document.root), changes)):
        raise CannotEdit("the result would have other values too", 0)
    for path in dict.fromkeys(each.path for each in changes if isinstance(each, Replace)):
        script = scalar(after.locate(path))
        if script and not same_commands(script, without_comments(script)):
            raise CannotEdit("a comment would not fit into the script", 0)


def _plain(tree: Tree) -> Tree:
    """The values without the comments that wasifix wrote into scripts."""
    if isinstance(tree, dict):
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(each) for each in tree]
    return tree and (tree[0], without_comments(tree[1]))
