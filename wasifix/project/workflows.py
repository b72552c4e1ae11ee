"""The builds of a project's GitHub workflows: jobs, matrix legs, set-up actions and scripts.

Composite actions and reusable workflows of the same repository are read where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.project.expressions import Known, is_false, known_at
from wasifix.project.file_names import workflow_files
from wasifix.project.images import image_toolchain
from wasifix.project.leads import LEADS_ON
from wasifix.project.matrix import known_values, legs
from wasifix.project.scripts import CargoCall, script_at
from wasifix.project.setup_steps import Leg
from wasifix.project.sources import Sources
from wasifix.project.step_scripts import environment_of
from wasifix.project.steps import (
    DEPTH_LIMIT,
    Step,
    Steps,
    condition_of,
    inputs_of,
    names_in,
)
from wasifix.tree import join

_LEADS_HERE = re.compile(rb"\./\.github/|uses: \./")


class _Job(Struct, frozen=True, kw_only=True):
    """A job that may matter."""

    name: str
    node: Node
    condition: str | None
    steps: tuple[Step, ...]
    called: YamlDocument | None
    """The reusable workflow of this repository that it calls."""
    image: Node | None
    folder: str | None


def workflow_calls(sources: Sources, always: bool) -> Iterator[CargoCall]:
    """The Cargo commands that link, of all workflows. Without `always` only of files that may name wasm32.

    Raises UnreadableInput.
    """
    workflows = _Workflows(sources)
    for path in workflow_files(sources):
        data = sources.read(path) or b""
        may_matter = LEADS_ON.search(data) and (always or b"wasm32" in data)
        if may_matter or _LEADS_HERE.search(data) or b"\0" in data:  # NUL: no UTF-8, so nothing can be seen
            document = sources.yaml(path)
            if document is not None and not _is_only_called(document):
                yield from workflows.calls(document, {}, 0)


def _is_only_called(document: YamlDocument) -> bool:
    """Whether other workflows start it, and nothing else; it is read where they do."""
    events = child(document.root, "on")
    names = [name for name, _ in entries(events)] + [scalar(each) or "" for each in items(events)]
    return (names or [scalar(events) or ""]) == ["workflow_call"]


class _Workflows:
    """Reads the workflows of a project: which of their jobs may matter once, the jobs for each leg."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.steps = Steps(sources)
        self._jobs: dict[str, tuple[_Job, ...]] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def calls(self, document: YamlDocument, inputs: Mapping[str, Known], depth: int) -> Iterator[CargoCall]:
        """The Cargo commands of all jobs."""
        outer = environment_of(document, document.root, inputs)
        for job in self._jobs_of(document):
            if is_false(job.condition, inputs):
                continue
            for number, values in enumerate(legs(job.node)):
                leg = self._leg(document, job, {**inputs, **known_values(document, values)}, outer)
                if job.called is not None and depth < DEPTH_LIMIT:
                    yield from self._called(document, job, job.called, leg, depth)
                for call in self.steps.calls(document, job.steps, leg, job.folder, depth):
                    yield replace(call, workflow=document.path, job=job.name, leg=number)

    def _jobs_of(self, document: YamlDocument) -> tuple[_Job, ...]:
        if document.path not in self._jobs:
            self._jobs[document.path] = ()  # a workflow that calls itself never ends: GitHub refuses it
            found = (self._job(document, name, node) for name, node in entries(child(document.root, "jobs")))
            self._jobs[document.path] = tuple(job for job in found if job.steps or job.called)
        return self._jobs[document.path]

    def _job(self, document: YamlDocument, name: str, node: Node) -> _Job:
        uses = scalar(child(node, "uses")) or ""
        called = self.sources.yaml(join("", uses)) if uses.startswith("./.github/") else None
        image = child(node, "container")
        image = child(image, "image") or image
        folders = (child(each, "defaults", "run", "working-directory") for each in (node, document.root))
        return _Job(
            name=name,
            node=node,
            condition=condition_of(node),
            steps=self.steps.kept(document, child(node, "steps")),
            called=called if called is not None and self._jobs_of(called) else None,
            image=image if scalar(image) is not None else None,
            folder=next((text for each in folders if (text := scalar(each))), None),
        )

    def _leg(
        self, document: YamlDocument, job: _Job, scope: dict[str, Known], outer: Mapping[str, Known]
    ) -> Leg:
        leg = Leg(scope=scope, environment=dict(outer), sources=self.sources)
        leg.scope |= {f"env.{name}": value for name, value in outer.items()}
        leg.environment |= environment_of(document, job.node, leg.scope)
        leg.scope |= {f"env.{name}": value for name, value in leg.environment.items()}
        if job.image is not None:
            leg.default = image_toolchain(script_at(document, job.image, leg.scope))
        leg.shell_name = _shell(document, job.node, leg)
        return leg

    def _called(
        self, document: YamlDocument, job: _Job, called: YamlDocument, leg: Leg, depth: int
    ) -> Iterator[CargoCall]:
        """The jobs of a reusable workflow of this repository.

        https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
        """
        if called.path not in self._names:
            self._names[called.path] = names_in(called.root)
        declared, given = child(called.root, "on", "workflow_call", "inputs"), child(job.node, "with")
        inputs = inputs_of(called, declared, document, given, leg.scope, self._names[called.path])
        yield from self.calls(called, inputs, depth + 1)


def _shell(document: YamlDocument, job: Node, leg: Leg) -> str:
    """The shell of a job's steps: the one that is named, else that of the machine; empty where it is unknown.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    """
    for outer in (job, document.root):
        if (named := child(outer, "defaults", "run", "shell")) is not None:
            return (known_at(document, named, leg.scope).text or "").split(" ")[0]
    machine = child(job, "runs-on")
    labels = [known_at(document, each, leg.scope).text for each in (*items(machine), machine) if each]
    names = [label.lower() for label in labels if label is not None]
    if any("windows" in name for name in names) and child(job, "container") is None:
        return "pwsh"
    return "bash" if names or machine is None or child(job, "container") is not None else ""
