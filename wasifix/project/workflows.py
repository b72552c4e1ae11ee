"""The builds of a project's GitHub workflows: jobs, matrix legs, set-up actions and scripts.

Composite actions and reusable workflows of the same repository are read where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.errors import OutsideProject
from wasifix.project.expressions import EXPRESSION, Known, evaluated, is_false, known_at, resolved
from wasifix.project.images import image_toolchain
from wasifix.project.leads import LEADS_ON
from wasifix.project.matrix import known_values, legs
from wasifix.project.mise import chosen_by_asdf, chosen_by_mise
from wasifix.project.scripts import CargoCall, cargo_calls_of, enter, script_at
from wasifix.project.setup_steps import Leg, set_up
from wasifix.project.sources import Sources
from wasifix.tree import join

FOLDER = ".github/workflows"
DEPTH_LIMIT = 10
"""How deep actions may use actions: GitHub allows no more. https://docs.github.com/en/actions/reference/limits"""


def workflow_calls(sources: Sources, always: bool) -> Iterator[CargoCall]:
    """The Cargo commands that link, of all workflows. Without `always` only of files that may name wasm32.

    Raises UnreadableInput.
    """
    names = [join(FOLDER, name) for name in sources.tree.files(FOLDER) if name.endswith((".yml", ".yaml"))]
    for path in names:
        data = sources.read(path) or b""
        if _LEADS_HERE.search(data) or (LEADS_ON.search(data) and (always or b"wasm32" in data)):
            document = sources.yaml(path)
            if document is not None and not _is_only_called(document):
                yield from _of_workflow(sources, document, {}, 0)


_LEADS_HERE = re.compile(rb"\./\.github/|uses: \./")


def _is_only_called(document: YamlDocument) -> bool:
    """Whether other workflows start it, and nothing else; it is read where they do."""
    events = child(document.root, "on")
    names = [name for name, _ in entries(events)] + [scalar(each) or "" for each in items(events)]
    return (names or [scalar(events) or ""]) == ["workflow_call"]


def _of_workflow(
    sources: Sources, document: YamlDocument, inputs: Mapping[str, Known], depth: int
) -> Iterator[CargoCall]:
    outer = _environment(document, document.root, inputs)
    folder = scalar(child(document.root, "defaults", "run", "working-directory"))
    for job, node in entries(child(document.root, "jobs")):
        if is_false(scalar(child(node, "if")), inputs):
            continue
        for number, values in enumerate(legs(node)):
            scope = {**inputs, **known_values(document, values)}
            leg = Leg(scope=scope, environment=dict(outer), sources=sources)
            leg.scope |= {f"env.{name}": value for name, value in outer.items()}
            leg.environment |= _environment(document, node, leg.scope)
            leg.scope |= {f"env.{name}": value for name, value in leg.environment.items()}
            image = child(node, "container")
            image = child(image, "image") or image
            if image is not None and scalar(image) is not None:
                leg.default = image_toolchain(script_at(document, image, leg.scope))
            leg.shell_name = _shell(document, node, leg)
            called = _called(sources, document, node, leg, depth)
            own = scalar(child(node, "defaults", "run", "working-directory")) or folder
            steps = items(child(node, "steps"))
            for call in (*called, *_of_steps(sources, document, steps, leg, own, depth)):
                yield call if call.job else replace(call, workflow=document.path, job=job, leg=number)


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


def _of_steps(
    sources: Sources,
    document: YamlDocument,
    steps: tuple[Node, ...],
    leg: Leg,
    folder: str | None,
    depth: int,
) -> Iterator[CargoCall]:
    for step in steps:
        if is_false(scalar(child(step, "if")), leg.scope):
            continue
        if (action := scalar(child(step, "uses"))) is not None:
            set_up(document, step, leg)
            if action.startswith("jdx/mise-action@") and scalar(child(step, "with", "env")) != "false":
                leg.environment |= chosen_by_mise(sources, "")
            elif action.startswith("asdf-vm/actions/") and (known := chosen_by_asdf(sources, "")) is not None:
                leg.environment["RUSTUP_TOOLCHAIN"] = known
            if action.startswith("./") and depth < DEPTH_LIMIT:
                yield from _of_action(sources, document, step, action, leg, depth)
        elif (run := child(step, "run")) is not None and _may_matter(run, leg):
            yield from _of_run(document, step, run, leg, folder)


def _may_matter(run: Node, leg: Leg) -> bool:
    """Whether a script or one of its expressions has a word that leads to Cargo or to a choice."""
    text = scalar(run) or ""
    if _MATTERS.search(text):
        return True
    expressions = (evaluated(match[1], leg.scope).text for match in EXPRESSION.finditer(text))
    return any(_MATTERS.search(each or "") for each in expressions)


_MATTERS = re.compile(
    r"cargo|cross|rustup|napi|wasmtime|sh\b|\./|npm|yarn|bun|make|just|docker|podman|buildah|mise|build|ENV"
)


def _of_run(
    document: YamlDocument, step: Node, run: Node, leg: Leg, default_folder: str | None
) -> Iterator[CargoCall]:
    own = _environment(document, step, leg.scope)
    during = replace(leg, environment={**leg.environment, **own}, doubts=[], later={}, shell={})
    during.scope = {**leg.scope, **{f"env.{name}": value for name, value in own.items()}}
    folder = scalar(child(step, "working-directory")) or default_folder or ""
    enter(during, resolved(folder, during.scope).text)
    chosen = known_at(document, child(step, "shell"), during.scope) if child(step, "shell") else None
    shell = leg.shell_name if chosen is None else (chosen.text or "").split(" ")[0]
    yield from cargo_calls_of(script_at(document, run, during.scope, shell), during)
    leg.default, leg.override, leg.wasmtime = during.default, during.override, during.wasmtime
    leg.environment |= during.later


def _of_action(
    sources: Sources, document: YamlDocument, step: Node, action: str, leg: Leg, depth: int
) -> Iterator[CargoCall]:
    """The steps of a composite action of this repository, as if they stood here.

    https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
    """
    found = None
    for name in ("action.yml", "action.yaml"):
        try:
            found = found or sources.yaml(join(join("", action), name))
        except OutsideProject:
            return
    if found is None:
        return
    inputs = _inputs(found, child(found.root, "inputs"), document, child(step, "with"), leg.scope)
    outer = {name: value for name, value in leg.scope.items() if name.startswith("env.")}
    inner = replace(leg, scope={**outer, **inputs})
    inner.environment |= _environment(document, step, leg.scope)
    yield from _of_steps(sources, found, items(child(found.root, "runs", "steps")), inner, None, depth + 1)
    leg.default, leg.override, leg.wasmtime = inner.default, inner.override, inner.wasmtime


def _called(sources: Sources, document: YamlDocument, job: Node, leg: Leg, depth: int) -> Iterator[CargoCall]:
    """The jobs of a reusable workflow of this repository.

    https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
    """
    name = scalar(child(job, "uses")) or ""
    called = sources.yaml(join("", name)) if name.startswith("./.github/") and depth < DEPTH_LIMIT else None
    if called is not None:
        declared = child(called.root, "on", "workflow_call", "inputs")
        yield from _of_workflow(
            sources, called, _inputs(called, declared, document, child(job, "with"), leg.scope), depth + 1
        )


def _inputs(
    found: YamlDocument,
    declared: Node | None,
    document: YamlDocument,
    given: Node | None,
    scope: Mapping[str, Known],
) -> dict[str, Known]:
    """The inputs of an action or workflow: what is given, else their defaults."""
    values = {
        f"inputs.{name}": known_at(found, child(node, "default"), {}) if child(node, "default") else Known("")
        for name, node in entries(declared)
    }
    return {**values, **{f"inputs.{name}": known_at(document, node, scope) for name, node in entries(given)}}


def _environment(document: YamlDocument, node: Node | None, scope: Mapping[str, Known]) -> dict[str, Known]:
    return {name: known_at(document, value, scope) for name, value in entries(child(node, "env"))}
