"""A YAML file as nodes with their places. Scalars stay text: `1.90` is not 1.9 here, and `on` is not true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from wasifix.documents.places import evidence_at
from wasifix.documents.text import decode, position
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

Node: TypeAlias = Any
"""A yaml.Node: the type stubs know neither its `id` nor its `style`."""
DEPTH_LIMIT = 100
"""How deep a file may nest: the parser is recursive, and no workflow comes near it."""
_FAR_RIGHT = re.compile(r"\n(?: {50}|.{50,}[-?] )")
"""What a file has that nests deeply without brackets: a level is a column, or two at most share one.

It begins with a character, as `^` would be tried at each one of the file.
"""


class YamlDocument(Struct, frozen=True, kw_only=True, dict=True):
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
            self._evidence[offset, note] = found = evidence_at(self.path, self.text, offset, note)
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
    def remembered(self) -> dict[int, Any]:
        """What others made of its nodes: each leg of a job asks again."""
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
            if node.id == "scalar":  # most are
                continue
            if node.id == "sequence":
                for index, each in enumerate(node.value):
                    waiting.append((None if route is None else (*route, index), each))
            seen: set[str] = set()
            for key, each in entries(node):
                waiting.append((None if route is None or key in seen else (*route, key), each))
                seen.add(key)
        return found


def parse_yaml(path: str, data: bytes) -> YamlDocument:
    """Composes a file. Raises UnreadableInput with line and column where it is not UTF-8 or not YAML."""
    import yaml

    text, has_mark = decode(path, data)
    if max(text.count("["), text.count("{")) > DEPTH_LIMIT and _deepest(text) > DEPTH_LIMIT:
        raise UnreadableInput("not readable as YAML: nested too deeply", path=path)
    try:
        root = yaml.compose(text, Loader=_loader())
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
    if _FAR_RIGHT.search(f"\n{text}") and _is_too_deep(root):
        raise UnreadableInput("not readable as YAML: nested too deeply", path=path)
    return YamlDocument(path=path, text=text, root=root, has_mark=has_mark)


@cache
def _loader() -> Any:
    """The fastest parser that there is, without the search for a type in every scalar: here all stay text."""
    import yaml

    loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    unresolved = {
        "resolve": lambda self, kind, value, implicit: "",
        "descend_resolver": lambda self, node, key: None,
        "ascend_resolver": lambda self: None,
    }
    return type("Loader", (loader,), unresolved)


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
        elif each.id == "sequence":
            waiting += each.value
        else:
            waiting += [value for _, value in each.value]


def is_plain(node: Node) -> bool:
    """Whether a scalar is written without quotes."""
    return node.id == "scalar" and not node.style


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
