"""The toolchains that jobs set up for a WebAssembly target, whatever builds it then (npm, napi, make)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.project.expressions import Known, known_at
from wasifix.project.file_names import workflow_files
from wasifix.project.matrix import known_values, legs
from wasifix.project.setup_steps import Leg, set_up
from wasifix.project.sources import Sources
from wasifix.project.targets import is_wasm


class SetUp(Struct, frozen=True, kw_only=True):
    """What the actions of a leg leave behind: a default, an override, the variable RUSTUP_TOOLCHAIN."""

    path: str
    job: str
    default: Known | None
    override: Known | None
    variable: Known | None


def set_ups(sources: Sources) -> Iterator[SetUp]:
    """One for each leg that sets up a toolchain with a WebAssembly target. Raises UnreadableInput."""
    for path in workflow_files(sources):
        document = sources.yaml(path) if b"wasm32" in (sources.read(path) or b"") else None
        if document is None:
            continue
        for job, node in entries(child(document.root, "jobs")):
            yield from _of_job(document, job, node)


def _of_job(document: YamlDocument, job: str, node: Node) -> Iterator[SetUp]:
    steps = [step for step in items(child(node, "steps")) if child(step, "uses") is not None]
    for values in legs(node):
        leg = Leg(scope=known_values(document, values), environment={})
        named = False
        for step in steps:
            set_up(document, step, leg)
            named |= any(is_wasm(each) for each in _targets(document, step, leg))
        if named and (leg.default or leg.overrides):
            yield SetUp(
                path=document.path,
                job=job,
                default=leg.default,
                override=leg.overrides.get(""),
                variable=leg.environment.get("RUSTUP_TOOLCHAIN"),
            )


def _targets(document: YamlDocument, step: Node, leg: Leg) -> list[str]:
    """The targets that an action installs along."""
    options = child(step, "with")
    given = child(options, "targets") or child(options, "target")
    text = known_at(document, given, leg.scope).text if scalar(given) else None
    return (text or "").replace(",", " ").split()
