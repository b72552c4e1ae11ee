"""Reads each file of a tree once, and remembers which files there were."""

from __future__ import annotations

from typing import Any

from wasifix.documents.json import parse_json
from wasifix.documents.text import decode, well_formed
from wasifix.documents.toml import TomlDocument, parse_toml
from wasifix.documents.yaml import YamlDocument, parse_yaml
from wasifix.tree import Tree

FOLLOW_LIMIT = 5_000
"""How many scripts, recipes and aliases are followed in a project, again and again ones included."""


class Sources:
    """A tree with a memory. Every method returns None where there is no such file."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._files: dict[str, tuple[str, ...]] = {}
        self._bytes: dict[str, bytes | None] = {}
        self._texts: dict[str, str | None] = {}
        self._followed = 0
        self.cut_off = 0
        """How many leads were not followed: they lead in a circle, or too far."""
        self.idle: set[tuple[object, ...]] = set()
        """Leads to scripts that do nothing, with what decides about it: many commands lead to the same."""
        self._toml: dict[str, TomlDocument] = {}
        self._yaml: dict[str, YamlDocument] = {}
        self.remembered: dict[tuple[object, ...], Any] = {}
        """Answers about a folder, by their question: each command in it asks again."""

    @property
    def files_read(self) -> tuple[str, ...]:
        """The files that were there, in the order of their first reading."""
        return tuple(path for path, data in self._bytes.items() if data is not None)

    def files(self, folder: str) -> tuple[str, ...]:
        """The names of the files in a folder, sorted. Raises UnreadableInput."""
        if folder not in self._files:
            self._files[folder] = self.tree.files(folder)
        return self._files[folder]

    def read(self, path: str) -> bytes | None:
        """The file's bytes. Raises UnreadableInput."""
        if path not in self._bytes:
            self._bytes[path] = self.tree.read(path)
        return self._bytes[path]

    def text(self, path: str) -> str | None:
        """The file's text, with U+FFFD for bytes of a script that are not UTF-8. Raises UnreadableInput."""
        if path not in self._texts:
            data = self.read(path)
            self._texts[path] = None if data is None else well_formed(decode(path, data)[0])
        return self._texts[path]

    def may_follow(self) -> bool:
        """Whether one more script may be followed. Ten that call each other twice are a thousand."""
        self._followed += 1
        return self._followed <= FOLLOW_LIMIT

    def toml(self, path: str) -> TomlDocument | None:
        """The parsed file. Raises UnreadableInput."""
        if path not in self._toml:
            data = self.read(path)
            if data is None:
                return None
            self._toml[path] = parse_toml(path, data)
        return self._toml[path]

    def yaml(self, path: str) -> YamlDocument | None:
        """The composed file. Raises UnreadableInput."""
        if path not in self._yaml:
            data = self.read(path)
            if data is None:
                return None
            self._yaml[path] = parse_yaml(path, data)
        return self._yaml[path]

    def json(self, path: str) -> YamlDocument | None:
        """The composed JSON file, which may have comments. Raises UnreadableInput."""
        if path not in self._yaml:
            data = self.read(path)
            if data is None:
                return None
            self._yaml[path] = parse_json(path, data)
        return self._yaml[path]
