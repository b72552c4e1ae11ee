"""The legs of a job's matrix, and the expressions that read it.

https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wasifix.documents.yaml import Node, YamlDocument, child, entries, is_plain, items, scalar
from wasifix.model import Evidence

LEG_LIMIT = 256
"""GitHub makes no more jobs of one matrix."""
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_REFERENCE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)+)\s*")


@dataclass(frozen=True, slots=True)
class Known:
    """A value and the places it comes from, the deciding one first; None where it cannot be known."""

    text: str | None
    evidence: tuple[Evidence, ...] = ()
    written: str = ""
    """How the file has it, where YAML makes another number of it: 1.90 is 1.9."""


Scope = Mapping[str, Known]
"""What expressions can refer to: `matrix.rust`, `env.RUST`."""


def legs(document: YamlDocument, job: Node) -> Iterator[dict[str, Known]]:
    """The values of each leg, by `matrix.NAME`; one empty leg without a matrix.

    A matrix that is made at run time gives one leg in which every value is unknown.
    """
    matrix = child(job, "strategy", "matrix")
    if matrix is None:
        yield {}
        return
    axes = {name: items(node) for name, node in entries(matrix) if name not in ("include", "exclude")}
    if matrix.id != "mapping" or any(not values for values in axes.values()):
        yield {}
        return
    found = [
        dict(zip(axes, values, strict=True))
        for values in itertools.islice(itertools.product(*axes.values()), LEG_LIMIT)
    ]
    excluded = [dict(entries(each)) for each in items(child(matrix, "exclude"))]
    kept = [leg for leg in found if not any(_matches(leg, each) for each in excluded)] if axes else []
    for leg in _with_includes(kept, axes, items(child(matrix, "include"))):
        yield {f"matrix.{name}": _known(document, node) for name, node in leg.items()}


def resolved(text: str, scope: Scope) -> Known:
    """The text with its expressions replaced; unknown where one of them is more than a reference."""
    evidence: list[Evidence] = []
    unknown = False
    written = ""

    def value(match: re.Match[str]) -> str:
        nonlocal unknown, written
        reference = _REFERENCE.fullmatch(match[1])
        known = scope.get(reference[1]) if reference else None
        if known is None and reference and reference[1].startswith("matrix.") and _is_static(scope):
            known = Known("")  # a leg without this value: GitHub puts nothing there
        if known is None or known.text is None:
            unknown = True
            return ""
        evidence.extend(known.evidence)
        written = known.written or written
        return known.text

    replaced = _EXPRESSION.sub(value, text)
    return Known(None if unknown else replaced, tuple(evidence), written)


def _is_static(scope: Scope) -> bool:
    return any(name.startswith("matrix.") for name in scope)


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
    return Known(text, (document.evidence(node),), written if written and written != text else "")


def as_github_reads(node: Node) -> str | None:
    """A scalar as an expression gives it: an unquoted 1.90 is the number 1.9."""
    text = scalar(node)
    if text is not None and is_plain(node) and re.fullmatch(r"\d+\.\d+", text):
        return str(float(text)).removesuffix(".0")
    return text
