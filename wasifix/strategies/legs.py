"""A leg of a matrix that gets a toolchain of its own, because it shares the value with other targets."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from wasifix.changes import AddItem, Change, KeyPath, Origin
from wasifix.documents.yaml import Node, YamlDocument, scalar
from wasifix.project.matrix import axes_of, legs

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall

_MATRIX = ("strategy", "matrix")
Leg = Mapping[str, Node]


def in_matrix(origin: Origin) -> bool:
    """Whether the value stands in the matrix of a job."""
    return origin.part is None and origin.route[:1] == ("jobs",) and origin.route[2:4] == _MATRIX


def by_leg(
    origin: Origin, mine: Sequence[CargoCall], others: Sequence[CargoCall], text: str, old: str
) -> str | None:
    """The expression that is one text for these commands and another for the others, by the leg's target.

    None where the matrix does not tell them apart, or where the place takes no expression.
    """
    target = mine[0].target
    is_step = origin.route[:1] == ("jobs",) and origin.route[2:3] == ("steps",)
    if target.origin is None or not in_matrix(target.origin) or not is_step:
        return None
    if target.text in [each.target.text for each in others] or len({each.target.text for each in mine}) > 1:
        return None
    keys = [key for key in target.origin.route[4:] if isinstance(key, str) and key != "include"]
    return f"${{{{ matrix.{keys[0]} == '{target.text}' && '{text}' || '{old}' }}}}"


def own_legs(
    document: YamlDocument, origin: Origin, numbers: Iterable[int], text: str
) -> tuple[Change, ...] | None:
    """The changes that take the legs of these numbers out of the product and add them with another value.

    None where a value of the matrix is more than a scalar, or a leg is no product.
    """
    job = document.locate(origin.route[:2])
    axes = axes_of(job)
    every = legs(job)
    chosen = [every[number] for number in sorted(set(numbers))]
    products = [leg for leg in every if all(name in leg for name in axes)]
    if not axes or any(leg not in products or not _is_flat(leg) for leg in chosen):
        return None
    name = next((name for name, node in chosen[0].items() if document.route(node) == origin.route), None)
    if name is None:
        return None
    matrix: KeyPath = (*origin.route[:2], *_MATRIX)
    excluded = (AddItem((*matrix, "exclude"), pairs) for pairs in _excluding(chosen, products, tuple(axes)))
    included = (
        AddItem(
            (*matrix, "include"),
            tuple((key, text if key == name else scalar(node) or "") for key, node in leg.items()),
        )
        for leg in chosen
    )
    return (*excluded, *included)


def _excluding(
    chosen: Sequence[Leg], products: Sequence[Leg], axes: tuple[str, ...]
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The shortest entries that exclude the chosen legs and no others: by as few axes as tell them apart."""
    for count in range(1, len(axes) + 1):
        for names in itertools.combinations(axes, count):
            entries = tuple(dict.fromkeys(_values(leg, names) for leg in chosen))
            if sum(_values(leg, names) in entries for leg in products) == len(chosen):
                return entries
    return tuple(_values(leg, axes) for leg in chosen)


def _values(leg: Leg, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, scalar(leg[name]) or "") for name in names)


def _is_flat(leg: Leg) -> bool:
    return all(scalar(node) is not None for node in leg.values())
