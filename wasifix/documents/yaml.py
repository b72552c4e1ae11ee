"""A YAML file as nodes with their places. Scalars stay text: `1.90` is not 1.9 here, and `on` is not true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from wasifix.documents.text import decode, line_at, position
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

Node: TypeAlias = Any
"""A yaml.Node: the type stubs know neither its `id` nor its `style`."""
DEPTH_LIMIT = 100
"""How deep a file may nest: the parser is recursive, and no workflow comes near it."""
_FAR_RIGHT = re.compile(r"^(?: {50}|.{50,}[-?] )", re.MULTILINE)
"""What a file has that nests deeply without brackets: a level is a column, or two at most share one."""


@dataclass(frozen=True, kw_only=True)
class YamlDocument:
    """A composed file; `root` is None where it is empty."""

    path: str
    text: str
    root: Node | None
    has_mark: bool = False
    """Whether the file begins with a byte-order mark, which is no part of the text."""

    def evidence(self, node: Node, note: str = "") -> Evidence:
        """The place of a node, with its line as text."""
        return self.evidence_at(node.start_mark.index, note)

    def evidence_at(self, offset: int, note: str = "") -> Evidence:
        """The place of a character, with its line as text."""
        found = self._evidence.get((offset, note))
        if found is None:
            line, column = position(self.text, offset)
            text = line_at(self.text, offset)
            found = Evidence(path=self.path, line=line, column=column, text=text, note=note)
            self._evidence[offset, note] = found
        return found

    @property
    def is_json(self) -> bool:
        """Whether it is written as JSON is: brackets around everything, and each key in quotes."""
        root = self.root
        if root is None or root.id != "mapping" or not root.flow_style:
            return False
        return all(key.style == '"' for key, _ in root.value)

    def route(self, node: Node) -> KeyPath | None:
        """What leads to a node; None for what an anchor or a double key puts in two places."""
        return self._routes.get(id(node))

    def locate(self, route: KeyPath) -> Node | None:
        """The node at the end of a route."""
        node = self.root
        for key in route:
            if isinstance(key, int):
                node = items(node)[key] if key < len(items(node)) else None
            else:
                node = child(node, key)
        return node

    @cached_property
    def _evidence(self) -> dict[tuple[int, str], Evidence]:
        return {}

    @cached_property
    def known_places(self) -> dict[int, Sequence[int] | None]:
        """The places that were asked for: each leg of a job asks again."""
        return {}

    @cached_property
    def _routes(self) -> dict[int, KeyPath | None]:
        found: dict[int, KeyPath | None] = {}
        waiting: list[tuple[KeyPath | None, Node]] = [((), self.root)] if self.root is not None else []
        while waiting:
            route, node = waiting.pop()
            if id(node) in found:
                if found[id(node)] is None:
                    continue
                route = None  # an anchor puts it in two places
            found[id(node)] = route
            seen: set[str] = set()
            inner: list[tuple[str | int, Node]] = [*entries(node), *enumerate(items(node))]
            for key, each in inner:
                is_unique = route is not None and str(key) not in seen
                waiting.append(((*(route or ()), key) if is_unique else None, each))
                seen.add(str(key))
        return found


def parse_yaml(path: str, data: bytes) -> YamlDocument:
    """Composes a file. Raises UnreadableInput with line and column where it is not UTF-8 or not YAML."""
    import yaml

    text, has_mark = decode(path, data)
    if max(text.count("["), text.count("{")) > DEPTH_LIMIT and _deepest(text) > DEPTH_LIMIT:
        raise UnreadableInput("not readable as YAML: nested too deeply", path=path)
    loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        # not the parser's own line: to YAML 1.1, characters end a line that end none in editors and for git
        line, column = position(text, mark.index) if mark else (0, 0)
        raise UnreadableInput(
            f"not valid YAML: {error.problem}", path=path, line=line, column=column
        ) from None
    except yaml.reader.ReaderError as error:
        strange = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line, column = position(text, strange.start()) if strange else (0, 0)
        raise UnreadableInput(
            f"not valid YAML: {error.reason}", path=path, line=line, column=column
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableInput(f"not readable as YAML: {error}", path=path) from None
    if _FAR_RIGHT.search(text) and _is_too_deep(root):
        raise UnreadableInput("not readable as YAML: nested too deeply", path=path)
    return YamlDocument(path=path, text=text, root=root, has_mark=has_mark)


def entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The keys and values of a mapping; nothing for anything else."""
    if node is not None and node.id == "mapping":
        for key, value in node.value:
            if key.id == "scalar":
                yield str(key.value), value


def child(node: Node | None, *path: str) -> Node | None:
    """The value below the keys, None where there is none."""
    for wanted in path:
        if node is None or node.id != "mapping":
            return None
        for key, value in node.value:
            if key.value == wanted and key.id == "scalar":
                node = value
                break
        else:
            return None
    return node


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a sequence; nothing for anything else."""
    return tuple(node.value) if node is not None and node.id == "sequence" else ()


def scalar(node: Node | None) -> str | None:
    """The text of a scalar, None for anything else."""
    return str(node.value) if node is not None and node.id == "scalar" else None


def scalars(node: Node | None) -> Iterator[str]:
    """The texts of all values in a node; each node once, as with aliases it can stand in many places."""
    waiting, seen = [node], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if each.id == "scalar":
            yield str(each.value)
        waiting += items(each)
        waiting += [value for _, value in entries(each)]


def is_plain(node: Node) -> bool:
    """Whether a scalar is written without quotes."""
    return node.id == "scalar" and not node.style


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
    if node.style in ("|", ">"):
        written = _block_lines(document.text, start, end)
    else:
        quotes = 1 if node.style else 0
        has_escapes = node.style == '"' and "\\" in document.text[start:end]
        written = None if has_escapes else _flow_lines(document.text, start + quotes, end - quotes)
    return None if written is None else _aligned(value, written, node.style or "")


Written: TypeAlias = list[tuple[str, int]]
"""Characters with their places, indentation left out."""


def _block_lines(text: str, start: int, end: int) -> Written | None:
    header_end = text.find("\n", start, end)
    if header_end < 0 or any(character.isdigit() for character in text[start:header_end].partition("#")[0]):
        return None
    lines = _lines(text, header_end + 1, end)
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


def _lines(text: str, start: int, end: int) -> list[tuple[int, str]]:
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


def _is_too_deep(root: Node | None) -> bool:
    waiting, seen = [(root, 1)], set()
    while waiting:
        node, depth = waiting.pop()
        if node is None or id(node) in seen:
            continue
        if depth > DEPTH_LIMIT:
            return True
        seen.add(id(node))
        if node.id != "scalar":
            parts = (part for each in node.value for part in (each if isinstance(each, tuple) else (each,)))
            waiting += [(part, depth + 1) for part in parts]
    return False


def _deepest(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
