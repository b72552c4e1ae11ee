"""Folders that a pattern of `workspace.members` finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import chain, islice
from typing import TypeAlias

from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.model import Evidence
from wasifix.tree import Tree, is_absolute, join

At: TypeAlias = Callable[[], Evidence]
"""Says where something is written; asked only where there is something wrong with it."""
FOLDER_LIMIT = 20_000
"""Folders that a pattern may find. Links that lead round in a circle would find billions."""


def matching_folders(tree: Tree, at: At, folder: str, pattern: str) -> list[str]:
    """The folders that the pattern names, seen from a folder; one without a wildcard need not exist.

    Raises OutsideProject or UnreadableInput at the place `at()`, where the pattern stands.
    """
    if is_absolute(pattern):
        inside(at, folder, pattern)
    places = [folder]
    for part in pattern.split("/"):
        if not any(sign in part for sign in "*?["):
            places = [inside(at, place, part) for place in places]
        elif part == "**":
            below = chain.from_iterable(_all_below(tree, place) for place in places)
            places = list(islice(below, FOLDER_LIMIT + 1))
        else:
            places = [
                join(place, name)
                for place in places
                for name in tree.folders(place)
                if fnmatchcase(name, part)
            ]
        if len(places) > FOLDER_LIMIT:
            place = at()
            raise UnreadableInput(
                f"finds more than {FOLDER_LIMIT} folders",
                path=place.path,
                line=place.line,
                column=place.column,
            )
    return places


def _all_below(tree: Tree, folder: str) -> Iterator[str]:
    yield folder
    for name in tree.folders(folder):
        if name not in (".git", "target"):
            yield from _all_below(tree, join(folder, name))


def inside(at: At, folder: str, name: str) -> str:
    """`join`, with the place that names the path in the error. Raises OutsideProject."""
    try:
        return join(folder, name)
    except OutsideProject as error:
        place = at()
        raise OutsideProject(
            error.message, path=place.path, line=place.line, column=place.column, advice=error.advice
        ) from None
