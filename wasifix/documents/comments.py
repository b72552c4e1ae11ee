"""The comments of a text file, as far as its kind tells where one begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wasifix.documents.toml_spans import STRING

_TOML = f"(?s)(?:{STRING.pattern})|(?P<comment>#[^\r\n]*)"
_RUST = (
    r'(?s)r(?P<hashes>#*)".*?"(?P=hashes)|"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\\n])'|/\*.*?\*/|"
    r"(?P<comment>//[^\r\n]*)"
)
_SHELL_LIKE = r"(?<![^\s])(?P<comment>#[^\r\n]*)"
"""YAML, Dockerfiles, shell and make agree on this much: `#` at the start of a word."""


def comments(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Where each comment starts, and the comment with its sign."""
    for found in re.finditer(_syntax(path), text):
        if found["comment"]:
            yield found.start("comment"), found["comment"]


def _syntax(path: str) -> str:
    name = path.rpartition("/")[2]
    if name.endswith(".rs"):
        return _RUST
    if name.endswith(".toml") or name in ("rust-toolchain", "config"):  # their names of old
        return _TOML
    return _SHELL_LIKE
