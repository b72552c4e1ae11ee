"""The jobs of GitLab CI: images, variables, matrices and scripts.

Files that it includes are not read: the jobs are those of .gitlab-ci.yml itself. https://docs.gitlab.com/ci/yaml/
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.project.expressions import Known, origin_of
from wasifix.project.file_names import GITLAB
from wasifix.project.images import VARIABLE, image_toolchain
from wasifix.project.leads import LEADS_ON
from wasifix.project.matrix import LEG_LIMIT
from wasifix.project.script import Script, script_at
from wasifix.project.scripts import CargoCall, cargo_calls_of
from wasifix.project.setup_steps import Leg
from wasifix.project.sources import Sources

DEPTH_LIMIT = 11
"""How deep jobs may extend one another: GitLab allows no more. https://docs.gitlab.com/ci/yaml/#extends"""
_NO_JOBS = (
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script",
    "after_script", "spec", "pages:deploy",
)  # fmt: skip


def gitlab_calls(sources: Sources, always: bool) -> Iterator[CargoCall]:
    """The Cargo commands of all jobs that link. Raises UnreadableInput."""
    data = sources.read(GITLAB) or b""
    may_matter = LEADS_ON.search(data) and (always or b"wasm32" in data)
    if not may_matter and b"\0" not in data:  # NUL: no UTF-8, so nothing can be seen in it
        return
    document = sources.yaml(GITLAB)
    for job, node in entries(document.root) if document else ():
        is_job = job not in _NO_JOBS and not job.startswith(".") and node.id == "mapping"
        if document is not None and is_job:
            yield from _of_job(sources, document, job, _Job(document, node))


class _Job:
    """A job with what it extends, and the defaults of the file."""

    def __init__(self, document: YamlDocument, node: Node) -> None:
        self.document = document
        self.layers = tuple(_layers(document, node, 0))

    def key(self, name: str) -> Node | None:
        """What counts: its own, of what it extends the last, then the defaults."""
        top = self.document.root
        found = (child(layer, name) for layer in (*self.layers, child(top, "default"), top))
        return next((node for node in found if node is not None), None)

    def variables(self) -> dict[str, Known]:
        """All of them, what is nearer over what is farther."""
        known: dict[str, Known] = {}
        for layer in (self.document.root, *reversed(self.layers)):
            for name, node in entries(child(layer, "variables")):
                value = child(node, "value") or node
                if scalar(value) is not None:
                    known[name] = _known(self.document, value)
        return known


def _layers(document: YamlDocument, node: Node | None, depth: int) -> Iterator[Node]:
    """The job, then what it extends; a merged mapping counts as part of it."""
    if node is None or depth > DEPTH_LIMIT:
        return
    yield node
    merged = child(node, "<<")
    yield from (each for each in (items(merged) or (merged,)) if each is not None)
    extended = child(node, "extends")
    names = [scalar(each) for each in items(extended)] or [scalar(extended)]
    for name in reversed(names):
        if name and (other := child(document.root, name)) is not None:
            yield from _layers(document, other, depth + 1)


def layer_names(document: YamlDocument, job: str) -> tuple[str, ...]:
    """The names of a job and of what it extends."""
    layers = tuple(_layers(document, child(document.root, job), 0))
    return tuple(name for name, node in entries(document.root) if any(node is each for each in layers))


def _known(document: YamlDocument, node: Node) -> Known:
    return Known(scalar(node), (document.evidence(node),), origin=origin_of(document, node))


def _of_job(sources: Sources, document: YamlDocument, name: str, job: _Job) -> Iterator[CargoCall]:
    for number, values in enumerate(_legs(document, job.key("parallel"))):
        variables = _expanded({**job.variables(), **values})
        leg = Leg(scope={}, environment=dict(variables), sources=sources)
        image = job.key("image")
        image = child(image, "name") or image
        if image is not None and scalar(image) is not None:
            leg.default = image_toolchain(_with_variables(script_at(document, image, {}), variables))
        parts = ("before_script", "script")
        lines = [line for part in parts for line in _lines(document, job.key(part), 0)]
        for count, line in enumerate(lines, 1):
            script = script_at(document, line, {})
            for call in cargo_calls_of(script, leg, is_whole=count == len(lines)):
                yield replace(call, workflow=document.path, job=name, leg=number)


def _with_variables(script: Script, known: Mapping[str, Known]) -> Script:
    return script.with_values(VARIABLE, lambda match: (_value(match, known),))


def _value(match: re.Match[str], known: Mapping[str, Known]) -> Known:
    return known.get(match[1] or match[3]) or Known(match[2])


def _expanded(known: dict[str, Known]) -> dict[str, Known]:
    """Variables whose values name others: one that is another as a whole stands where that one does."""
    found = dict(known)
    for name, value in known.items():
        match = VARIABLE.fullmatch(value.text or "")
        if match is not None:
            other = known.get(match[1] or match[3])
            found[name] = replace(other, evidence=(*other.evidence, *value.evidence)) if other else value
        elif VARIABLE.search(value.text or ""):
            found[name] = _joined(value, known)
    return found


def _joined(value: Known, known: Mapping[str, Known]) -> Known:
    parts = [_value(each, known).text for each in VARIABLE.finditer(value.text or "")]
    texts = iter(part or "" for part in parts)
    text = VARIABLE.sub(lambda _: next(texts), value.text or "")
    return Known(None if None in parts else text, value.evidence)


def _legs(document: YamlDocument, parallel: Node | None) -> Iterator[dict[str, Known]]:
    """https://docs.gitlab.com/ci/yaml/#parallelmatrix"""
    rows = items(child(parallel, "matrix"))
    if not rows:
        yield {}
    for row in rows:
        axes = [[(name, each) for each in items(node) or (node,)] for name, node in entries(row)]
        for values in itertools.islice(itertools.product(*axes), LEG_LIMIT):
            yield {name: _known(document, node) for name, node in values}


def _lines(document: YamlDocument, node: Node | None, depth: int) -> Iterator[Node]:
    """The commands, also those of lists in the list, and of what `!reference` names."""
    if node is None or depth > DEPTH_LIMIT:
        return
    if str(node.tag) == "!reference":
        keys = [scalar(each) or "" for each in items(node)]
        yield from _lines(document, child(document.root, *keys), depth + 1)
    elif scalar(node) is not None:
        yield node
    for each in items(node) if str(node.tag) != "!reference" else ():
        yield from _lines(document, each, depth + 1)
