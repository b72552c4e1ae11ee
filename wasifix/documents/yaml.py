"""A YAML file as nodes with their places. Scalars stay text: `1.90` is not 1.9 here, and `on` is not true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from wasifix.documents.text import decode, line_at, position
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence

Node: TypeAlias = Any
"""A yaml.Node: the type stubs know neither its `id` nor its `style`."""
DEPTH_LIMIT = 100
"""How deep brackets may nest: the parser is recursive, and no workflow comes near it."""


@dataclass(frozen=True, kw_only=True)
class YamlDocument:
    """A composed file; `root` is None where it is empty."""

    path: str
    text: str
    root: Node | None

    def evidence(self, node: Node, note: str = "") -> Evidence:
        """The place of a node, with its line as text."""
        offset = node.start_mark.index
        line, column = position(self.text, offset)
        return Evidence(path=self.path, line=line, column=column, text=line_at(self.text, offset), note=note)


def parse_yaml(path: str, data: bytes) -> YamlDocument:
    """Composes a file. Raises UnreadableInput with line and column where it is not UTF-8 or not YAML."""
    import yaml

    text, _ = decode(path, data)
    if max(text.count("["), text.count("{")) > DEPTH_LIMIT and _deepest(text) > DEPTH_LIMIT:
        raise UnreadableInput("not readable as YAML: nested too deeply", path=path)
    loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise UnreadableInput(
            f"not valid YAML: {error.problem}",
            path=path,
            line=mark.line + 1 if mark else 0,
            column=mark.column + 1 if mark else 0,
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableInput(f"not readable as YAML: {error}", path=path) from None
    return YamlDocument(path=path, text=text, root=root)


def entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The keys and values of a mapping; nothing for anything else."""
    if node is not None and node.id == "mapping":
        for key, value in node.value:
            if key.id == "scalar":
                yield str(key.value), value


def child(node: Node | None, *path: str) -> Node | None:
    """The value below the keys, None where there is none."""
    for key in path:
        node = next((value for name, value in entries(node) if name == key), None)
    return node


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a sequence; nothing for anything else."""
    return tuple(node.value) if node is not None and node.id == "sequence" else ()


def scalar(node: Node | None) -> str | None:
    """The text of a scalar, None for anything else."""
    return str(node.value) if node is not None and node.id == "scalar" else None


def is_plain(node: Node) -> bool:
    """Whether a scalar is written without quotes."""
    return node.id == "scalar" and not node.style


def _deepest(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
