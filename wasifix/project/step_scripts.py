"""What a step runs: its script, or Cargo by an action that is told the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from wasifix.documents.yaml import Node, YamlDocument, child, entries, scalar
from wasifix.project.effects import enter
from wasifix.project.expressions import EXPRESSION, Known, evaluated, known_at, resolved
from wasifix.project.script import Script, composed
from wasifix.project.scripts import CargoCall, cargo_calls_of, script_at
from wasifix.project.setup_steps import Leg

MATTERS = re.compile(
    r"cargo|cross|rustup|napi|wasmtime|sh\b|\./|npm|yarn|bun|make|just|docker|podman|buildah|mise|build|ENV"
)
"""What a script must say to be read: a word that leads to Cargo or to a choice."""


class _CargoAction(Struct, frozen=True, kw_only=True):
    """The inputs of an action that runs Cargo or cross, beside `command`, `args` and `toolchain`."""

    folder: str = ""
    target: str = ""
    command: str = ""
    """What it runs where it is not told."""
    toolchain: str = ""
    """What it chooses where it is not told."""
    is_set_up: bool = False
    """Whether the toolchain is the default one from there on."""


CARGO_ACTIONS: Mapping[str, _CargoAction] = {
    "actions-rs/cargo": _CargoAction(),
    "clechasseur/rs-cargo": _CargoAction(folder="working-directory"),
    "ClementTsang/cargo-action": _CargoAction(folder="directory", toolchain="stable"),
    "houseabsolute/actions-rust-cross": _CargoAction(
        folder="working-directory", target="target", command="build", toolchain="stable", is_set_up=True
    ),
}
"""By name, as their README has them: https://github.com/houseabsolute/actions-rust-cross and the others."""


def calls_of_run(
    document: YamlDocument, step: Node, run: Node, leg: Leg, default_folder: str | None
) -> Iterator[CargoCall]:
    """The Cargo commands of a step's script; the leg takes up what lasts of what it does."""
    if not _may_matter(run, leg):
        return
    during = _during(document, step, leg)
    folder = scalar(child(step, "working-directory")) or default_folder or ""
    enter(during, resolved(folder, during.scope).text)
    chosen = child(step, "shell")
    named_shell = known_at(document, chosen, during.scope).text if chosen is not None else leg.shell_name
    shell = (named_shell or "").split(" ")[0]
    yield from cargo_calls_of(script_at(document, run, during.scope, shell), during)
    leg.default, leg.overrides, leg.wasmtime = during.default, during.overrides, during.wasmtime
    leg.environment |= during.later


def calls_of_action(document: YamlDocument, step: Node, name: str, leg: Leg) -> Iterator[CargoCall]:
    """The Cargo commands of one of the CARGO_ACTIONS, as if they stood in its `args`."""
    action, during = CARGO_ACTIONS[name], _during(document, step, leg)
    toolchain = _given(document, step, "toolchain", action.toolchain, during)
    if action.is_set_up:
        leg.default = during.default = toolchain
    folder = _given(document, step, action.folder, "", during)
    enter(during, folder.text)
    command = _given(document, step, "command", action.command, during)
    both = (Known("build"), Known("test"))
    for each in both if command.text == "both" else (command,):
        plus = (Known(" +"), toolchain) if toolchain.text != "" else ()
        words = [Known("cargo"), *plus, Known(" "), each]
        if action.target:
            words += [Known(" --target "), _given(document, step, action.target, "", during)]
        for call in cargo_calls_of(_script(document, step, during).preceded_by([*words, Known(" ")]), during):
            yield replace(call, start=None)


def _script(document: YamlDocument, step: Node, leg: Leg) -> Script:
    arguments = child(step, "with", "args")
    if arguments is not None and scalar(arguments) is not None:
        return script_at(document, arguments, leg.scope, "bash")
    return composed(document.path, document.evidence(child(step, "uses") or step), ())


def _given(document: YamlDocument, step: Node, name: str, standard: str, leg: Leg) -> Known:
    node = child(step, "with", name) if name else None
    if node is not None:
        return known_at(document, node, leg.scope)
    return Known(standard, (document.evidence(child(step, "uses") or step),))


def _during(document: YamlDocument, step: Node, leg: Leg) -> Leg:
    """The leg while the step runs, with what it sets for itself."""
    own = environment_of(document, step, leg.scope)
    during = replace(leg, environment={**leg.environment, **own}, doubts=[], later={}, shell={})
    during.functions, during.earlier, during.stack = {}, None, []
    during.scope = {**leg.scope, **{f"env.{name}": value for name, value in own.items()}}
    return during


def environment_of(document: YamlDocument, node: Node | None, scope: Mapping[str, Known]) -> dict[str, Known]:
    """The variables that a workflow, job or step sets."""
    return {name: known_at(document, value, scope) for name, value in entries(child(node, "env"))}


def _may_matter(run: Node, leg: Leg) -> bool:
    """Whether a script or one of its expressions has a word that leads to Cargo or to a choice."""
    text = scalar(run) or ""
    if MATTERS.search(text):
        return True
    expressions = (evaluated(match[1], leg.scope).text for match in EXPRESSION.finditer(text))
    return any(MATTERS.search(each or "") for each in expressions)
