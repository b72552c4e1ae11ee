"""The legs of a job's matrix.

https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.project.expressions import Known, as_github_reads, origin_of

LEG_LIMIT = 256
"""GitHub makes no more jobs of one matrix."""
VALUE_LIMIT = 256
"""Values of one leg that are read: with aliases a file of ten lines can hold any number."""
_LISTS = ("include", "exclude")


def legs(job: Node) -> tuple[dict[str, Node], ...]:
    """The values of each leg by name; one empty leg without a matrix.

    A matrix that is made at run time gives one leg in which no value is known.
    """
    matrix = child(job, "strategy", "matrix")
    axes = axes_of(job)
    if matrix is None or matrix.id != "mapping" or any(not values for values in axes.values()):
        return ({},)
    found = [
        dict(zip(axes, values, strict=True))
        for values in itertools.islice(itertools.product(*axes.values()), LEG_LIMIT)
    ]
    excluded = [dict(entries(each)) for each in items(child(matrix, "exclude"))]
    kept = [leg for leg in found if not any(_matches(leg, each) for each in excluded)] if axes else []
    return tuple(_with_includes(kept, axes, items(child(matrix, "include"))))


def axes_of(job: Node) -> dict[str, tuple[Node, ...]]:
    """The lists whose products are the legs."""
    matrix = child(job, "strategy", "matrix")
    return {name: items(node) for name, node in entries(matrix) if name not in _LISTS}


def known_values(document: YamlDocument, leg: Mapping[str, Node]) -> dict[str, Known]:
    """What expressions can refer to: `matrix.NAME`, and `matrix.NAME.KEY` of a value that is a mapping."""
    found: dict[str, Known] = {}
    waiting = [(f"matrix.{name}", node) for name, node in leg.items()]
    while waiting and len(found) < VALUE_LIMIT:
        name, node = waiting.pop(0)
        found[name] = _known(document, node)
        waiting += [(f"{name}.{key}", value) for key, value in entries(node)]
    return found


def _with_includes(
    found: list[dict[str, Node]], axes: Mapping[str, tuple[Node, ...]], includes: tuple[Node, ...]
) -> list[dict[str, Node]]:
    """An include extends the legs whose own values it does not change; else it is a leg of its own."""
    added: list[dict[str, Node]] = []
    originals = [dict(leg) for leg in found]
    for node in includes:
        extra = dict(entries(node))
        shared = {name: value for name, value in extra.items() if name in axes}
        fitting = [leg for leg, original in zip(found, originals, strict=True) if _matches(original, shared)]
        for leg in fitting:
            leg.update(extra)
        if not fitting:
            added.append(extra)
    return [*found, *added]


def _matches(leg: Mapping[str, Node], wanted: Mapping[str, Node]) -> bool:
    return all(name in leg and scalar(leg[name]) == scalar(value) for name, value in wanted.items())


def _known(document: YamlDocument, node: Node) -> Known:
    text, written = as_github_reads(node), scalar(node)
    return Known(
        text,
        (document.evidence(node),),
        written if written and written != text else "",
        origin_of(document, node) if written is not None else None,
    )
