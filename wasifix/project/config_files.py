"""Cargo's configuration files from a folder upward, in the order in which they count.

Rules: https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from wasifix.documents.toml import TomlDocument
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.globs import inside
from wasifix.project.sources import Sources
from wasifix.tree import join, parent, upward

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

INCLUDE_DEPTH = 100
"""Files that may include each other in a chain; only a hostile project has more."""


def read_config(
    sources: Sources,
    start: str,
    environment: Mapping[str, str],
    *,
    includes: bool = True,
    nightly: bool = False,
) -> CargoConfig:
    """The configuration of the folder. Raises UnreadableInput."""
    key = ("configuration", start, includes)
    if key not in sources.remembered:
        layers = tuple(_layers(sources, start, includes))
        _refuse_mixed_kinds(layers)
        sources.remembered[key] = layers
    return CargoConfig(layers=sources.remembered[key], environment=environment, nightly=nightly)


def _layers(sources: Sources, start: str, includes: bool) -> Iterator[TomlDocument]:
    for folder in upward(start):
        document = _of_folder(sources, folder)
        if document is not None:
            yield from _with_includes(sources, document, set()) if includes else [document]


def _of_folder(sources: Sources, folder: str) -> TomlDocument | None:
    old = sources.toml(join(folder, ".cargo/config"))
    new = sources.toml(join(folder, ".cargo/config.toml"))
    if old is not None and new is not None and old.values != new.values:
        raise UnreadableInput(
            f"two configuration files disagree: this one and {new.path}",
            path=old.path,
            line=1,
            column=1,
            advice=f"Cargo takes {old.path} and warns: move what it says to {new.path} and delete it",
        )
    return old or new


def _with_includes(
    sources: Sources, document: TomlDocument, seen: set[str], depth: int = 0
) -> list[TomlDocument]:
    """The file, then what it includes: the own values win, and of two included files the later one.

    Cargo takes a file that is reached twice for a circle. https://doc.rust-lang.org/cargo/reference/config.html#include
    """
    seen.add(document.path)
    if depth > INCLUDE_DEPTH:
        raise _at(document.evidence(("include",)), "includes are nested too deeply", "flatten them")
    listed = document.get("include")
    if listed is not None and not isinstance(listed, list):
        raise _at(document.evidence(("include",)), "`include` must be a list", "put it in brackets")
    found: list[list[TomlDocument]] = []
    for index, entry in enumerate(listed or ()):
        name = entry.get("path") if isinstance(entry, dict) else entry
        at = partial(document.evidence, ("include", index))
        if not isinstance(name, str) or not name.endswith(".toml"):
            raise _at(at(), "this must name a .toml file", "Cargo refuses it too")
        path = inside(at, parent(document.path), name)
        if path in seen:
            raise _at(at(), f"{path} is included a second time, or includes itself", "Cargo refuses it too")
        included = sources.toml(path)
        if included is not None:
            found.append(_with_includes(sources, included, seen, depth + 1))
        elif not (isinstance(entry, dict) and entry.get("optional") is True):
            raise _at(at(), f"there is no {path}", "Cargo needs it too")
    return [document, *(each for layers in reversed(found) for each in layers)]


def _refuse_mixed_kinds(layers: Sequence[TomlDocument]) -> None:
    """Raises UnreadableInput where a key is an array or table in one file and something else in another."""
    known: dict[KeyPath, tuple[str, TomlDocument]] = {}
    for document in layers:
        for path, kind in _kinds(document.values, ()):
            there, first = known.setdefault(path, (kind, document))
            if there != kind:
                message = f"`{path[-1]}` is {there} here, and {kind} in {document.evidence(path).place}"
                raise _at(
                    first.evidence(path), message, "Cargo cannot merge them: write both in the same form"
                )


def _kinds(values: dict[str, Any], above: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for key, value in values.items():
        path = (*above, key)
        if path == ("include",):
            continue
        yield (
            path,
            "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a value",
        )
        if isinstance(value, dict):
            yield from _kinds(value, path)


def _at(at: Evidence, message: str, advice: str) -> UnreadableInput:
    return UnreadableInput(message, path=at.path, line=at.line, column=at.column, advice=advice)
