"""Small projects as `{path: text}`, and reading them from memory."""

from __future__ import annotations

from collections.abc import Mapping

from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree


def package(name: str, more: str = "", *, of: str = "package") -> str:
    """A manifest; `more` follows the keys of its `[package]`."""
    return f'[{of}]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}'


def workspace(*members: str, more: str = "") -> str:
    """A virtual manifest with these members."""
    return f"[workspace]\nmembers = {list(members)}\n{more}".replace("'", '"')


def path_dependency(name: str, path: str, kind: str = "dependencies") -> str:
    """A table with one path dependency."""
    return f'[{kind}]\n{name} = {{ path = "{path}" }}\n'


def in_memory(files: Mapping[str, str]) -> Sources:
    """The files as a tree that lies nowhere."""
    return Sources(MemoryTree({path: text.encode() for path, text in files.items()}))
