"""Changes of YAML and of plain texts, as the tests state them."""

from __future__ import annotations

from wasifix.changes import AddItem, Change, FileEdit, KeyPath, Replace, Set
from wasifix.documents.yaml import YamlDocument, parse_yaml
from wasifix.edits import rendered
from wasifix.markers import Author
from wasifix.model import Effect
from wasifix.removal import restored

URL = "https://example.org/1"
PIN = Author(strategy="pin", advisory="memory-cannot-grow", effect=Effect.UNPROVEN, url=URL)
TARGET = Author(strategy="target", advisory="memory-cannot-grow", effect=Effect.AVOIDS_TARGET, url=URL)


def note(details: str, author: Author = PIN) -> str:
    """The comment with these details."""
    return author.comment(details)


def written(text: str | bytes, *changes: Change, author: Author = PIN, path: str = "a.yml") -> str:
    """The text after the changes. Raises CannotEdit."""
    data = text if isinstance(text, bytes) else text.encode()
    return rendered(FileEdit(path=path, changes=changes), data, author).decode()


def without(text: str | bytes, *strategies: str, path: str = "a.yml") -> str:
    """The text without what the strategies wrote."""
    data = restored(path, text if isinstance(text, bytes) else text.encode(), strategies or ("pin", "target"))
    assert data is not None
    return data.decode()


def parsed(text: str | bytes) -> YamlDocument:
    return parse_yaml("a.yml", text if isinstance(text, bytes) else text.encode())


def put(route: str, value: str) -> Set:
    """`Set` with a route of keys and indices."""
    return Set(keys(route), value)


def swap(text: str | bytes, route: str, old: str, new: str, nth: int = 0) -> Replace:
    """The replacement of the n-th `old` in a value; of a plain text where the route is empty."""
    node = parsed(text).locate(keys(route)) if route else None
    value = str(node.value) if node is not None else str(text)
    start = -1
    for _ in range(nth + 1):
        start = value.index(old, start + 1)
    return Replace(keys(route), start, start + len(old), new)


def add(route: str, **entries: str) -> AddItem:
    return AddItem(keys(route), tuple(entries.items()))


def keys(route: str) -> KeyPath:
    return tuple(int(key) if key.isdigit() else key for key in route.split(".")) if route else ()
