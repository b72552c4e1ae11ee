"""The values of a YAML file as a tree, before and after changes: what the text is proven against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wasifix.changes import AddItem, Change, KeyPath, Remove, Rename, Replace, Set
from wasifix.documents.yaml import Node, entries, items

STRING = "tag:yaml.org,2002:str"
ALIAS = "alias"
"""Stands for the tag of what stands somewhere else."""
Tree = Any
"""Mappings as dicts, lists as lists, scalars as pairs of tag and text."""


def tree_of(node: Node | None) -> Tree:
    """The values of a file; an alias is named by the route to what it stands for, however much that is."""
    return None if node is None else _tree(node, (), {})


def _tree(node: Node, route: KeyPath, seen: dict[int, KeyPath]) -> Tree:
    if seen.setdefault(id(node), route) != route:
        return (ALIAS, repr(seen[id(node)]))
    if node.id == "mapping":
        return {key: _tree(value, (*route, key), seen) for key, value in entries(node)}
    if node.id == "sequence":
        return [_tree(each, (*route, index), seen) for index, each in enumerate(items(node))]
    return (_tag(node), str(node.value))


def _tag(node: Node) -> str:
    """The type of a scalar: the one that is written, else what YAML makes of its text."""
    from yaml import ScalarNode, resolver

    resolve: Any = resolver.Resolver().resolve
    return str(node.tag or resolve(ScalarNode, node.value, (not node.style, True)))


def changed_tree(tree: Tree, changes: Iterable[Change]) -> Tree:
    """The values after the changes, computed without any text.

    What moves other places goes last: of each text the last words and of each list the last items go first.
    """
    changes = tuple(changes)
    words = sorted((each for each in changes if isinstance(each, Replace)), key=_span)[::-1]
    others = sorted((each for each in changes if not isinstance(each, Replace)), key=_order)
    for change in (*words, *others):
        match change:
            case Set(path, value):
                _parent(tree, path)[path[-1]] = (STRING, str(value))
            case Replace(path, start, end, text):
                parent = _parent(tree, path)
                tag, value = parent[path[-1]]
                parent[path[-1]] = (tag, value[:start] + text + value[end:])
            case AddItem(path, pairs):
                _parent(tree, path).setdefault(path[-1], []).append(
                    {key: (STRING, value) for key, value in pairs}
                )
            case Remove(path):
                del _parent(tree, path)[path[-1]]
            case Rename(path, name):
                parent = _parent(tree, path)
                parent[name] = parent.pop(path[-1])
    return tree


def _span(change: Replace) -> tuple[int, int]:
    return (change.start, change.end)


def _order(change: Change) -> tuple[int, int]:
    match change:
        case Remove(path):
            return (1, -path[-1] if isinstance(path[-1], int) else 0)
        case Rename():
            return (2, 0)
    return (0, 0)


def _parent(tree: Tree, path: KeyPath) -> Tree:
    for key in path[:-1]:
        tree = tree.setdefault(key, {}) if isinstance(tree, dict) else tree[key]
    return tree
