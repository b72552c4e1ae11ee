"""The data files of the package."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data  # importlib.resources loads tempfile and zipfile
from typing import Any


@cache
def data(name: str) -> dict[str, Any]:
    """The values of `data/NAME.toml`; nobody changes them."""
    import tomli

    return tomli.loads((get_data("wasifix", f"data/{name}.toml") or b"").decode("utf-8"))
