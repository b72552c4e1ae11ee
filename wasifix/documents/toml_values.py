"""Single TOML values and keys as text."""

from __future__ import annotations

import re

from wasifix.changes import TomlValue
from wasifix.documents.text import CannotEdit


def written(value: TomlValue, *, like: str = '""', at: int = 0) -> str:
    """A value as TOML text. A string gets the quotes of `like` where it can.

    Raises CannotEdit where `like` is a string over several lines.
    """
    if like.startswith(("'''", '"""')):
        raise CannotEdit("a string over several lines", at)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(written(item, like=like.lstrip('[ ')[:1] * 2) for item in value)}]"
    import tomlkit

    literal = like.startswith("'") and not re.search(r"['\x00-\x1f\x7f]", value)
    return tomlkit.string(value, literal=literal).as_string()


def written_key(key: str) -> str:
    """A key as TOML text, quoted only where it must be."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else written(key)
