"""TOML text for nested dictionaries, in the styles that people write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

Table = Mapping[str, Any]


def toml_text(table: Table, rng: Random) -> str:
    """The table as a TOML text: with headers, with dotted keys, or with inline tables."""
    style = rng.choice((_with_headers, _with_headers, _dotted, _inline))
    return "".join(f"{line}\n" for line in style(table))


def _with_headers(table: Table, path: tuple[str, ...] = ()) -> Iterator[str]:
    yield from (f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _is_table(value))
    for key, value in table.items():
        if _is_table(value):
            below = (*path, key)
            yield f"[{'.'.join(map(_key, below))}]"
            yield from _with_headers(value, below)


def _dotted(table: Table, path: tuple[str, ...] = ()) -> Iterator[str]:
    for key, value in table.items():
        below = (*path, key)
        if _is_table(value) and value:
            yield from _dotted(value, below)
        else:
            yield f"{'.'.join(map(_key, below))} = {_value(value)}"


def _inline(table: Table) -> Iterator[str]:
    yield from (f"{_key(key)} = {_value(value)}" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str) and "'" not in value:
        return f"'{value}'"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else f"'{key}'"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)
