"""The steps of a job, with those of the composite actions of the repository that they use.

What cannot matter is left out once for all legs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar, scalars
from wasifix.errors import OutsideProject
from wasifix.project.expressions import Known, is_false, known_at, named
from wasifix.project.mise import chosen_by_asdf, chosen_by_mise
from wasifix.project.outcomes import Outcomes
from wasifix.project.scripts import CargoCall
from wasifix.project.setup_steps import SET_UPS, Leg, set_up
from wasifix.project.sources import Sources
from wasifix.project.step_scripts import (
    CARGO_ACTIONS,
    MATTERS,
    calls_of_action,
    calls_of_run,
    environment_of,
)
from wasifix.tree import join

DEPTH_LIMIT = 10
"""How deep actions may use actions: GitHub allows no more. https://docs.github.com/en/actions/reference/limits"""
_MANAGERS = ("jdx/mise-action@", "asdf-vm/actions/")
_NAMES = re.compile(r"(?:env|inputs|matrix)\.[\w.-]+")
"""What expressions refer to, and a little more: a word boundary before it takes three times as long."""


class Step(Struct, frozen=True, kw_only=True):
    """A step that may matter."""

    node: Node
    condition: str | None
    action: str
    """What it uses; empty where it runs a script."""
    run: Node | None
    names: tuple[str, ...]
    """What it refers to: `inputs.target`."""


class Steps:
    """Reads the steps of a project."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._kept: dict[tuple[str, int], tuple[Step, ...]] = {}
        self._outcomes = Outcomes()
        self._actions: dict[str, YamlDocument | None] = {}
        self._open = 0
        """How many actions are being read, one because of the other."""

    def kept(self, document: YamlDocument, sequence: Node | None) -> tuple[Step, ...]:
        """The steps of a job or an action that may matter in one of its legs."""
        if sequence is None:
            return ()
        key = (document.path, sequence.start_mark.index)
        if key not in self._kept:
            if self._open > DEPTH_LIMIT:
                return ()
            self._open += 1
            self._kept[key] = ()  # an action that uses itself never ends: GitHub refuses it
            found = (self._step(node) for node in items(sequence))
            self._kept[key] = tuple(step for step in found if step is not None)
            self._open -= 1
        return self._kept[key]

    def calls(
        self, document: YamlDocument, steps: tuple[Step, ...], leg: Leg, folder: str | None, depth: int
    ) -> Iterator[CargoCall]:
        """The Cargo commands of the steps; the leg takes up what the steps do to it."""
        for step in steps:
            name = step.action.partition("@")[0]
            if is_false(step.condition, leg.scope):
                continue
            if step.run is not None:
                yield from self._of_run(document, step, step.run, leg, folder)
            elif step.action.startswith("./"):
                yield from self._of_action(document, step, leg, depth)
            elif name in CARGO_ACTIONS:
                yield from calls_of_action(document, step.node, name, leg)
            elif name == "jdx/mise-action":
                if scalar(child(step.node, "with", "env")) != "false":
                    leg.environment |= chosen_by_mise(self.sources, "")
            elif step.action.startswith("asdf-vm/actions/"):
                if (known := chosen_by_asdf(self.sources, "")) is not None:
                    leg.environment["RUSTUP_TOOLCHAIN"] = known
            else:
                set_up(document, step.node, leg)

    def _step(self, node: Node) -> Step | None:
        action, run = scalar(child(node, "uses")), child(node, "run")
        if action is not None:
            run = None
            matters = self._does_something(action)
        else:
            text = scalar(run) or ""
            matters = MATTERS.search(text) is not None or "${{" in text
        if not matters:
            return None
        condition = condition_of(node)
        if is_false(condition, {}):
            return None
        return Step(node=node, condition=condition, action=action or "", run=run, names=names_in(node))

    def _of_run(
        self, document: YamlDocument, step: Step, run: Node, leg: Leg, default_folder: str | None
    ) -> Iterator[CargoCall]:
        place = (document.path, run.start_mark.index, default_folder, leg.shell_name)
        read = partial(calls_of_run, document, step.node, run, leg, default_folder)
        outcome = self._outcomes.of(place, _values(step.names, leg), leg, read, is_script=True)
        if not outcome.is_idle:
            leg.take_up(outcome.after)
        yield from outcome.calls

    def _of_action(self, document: YamlDocument, step: Step, leg: Leg, depth: int) -> Iterator[CargoCall]:
        """The steps of a composite action of this repository, as if they stood here.

        https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
        """
        found = self._action(step.action)
        if found is None or depth >= DEPTH_LIMIT:
            return
        steps = self.kept(found, child(found.root, "runs", "steps"))
        names = tuple(dict.fromkeys(name for each in steps for name in each.names))
        declared, given = child(found.root, "inputs"), child(step.node, "with")
        outer = {name: value for name, value in leg.scope.items() if name.startswith("env.")}
        own = environment_of(document, step.node, leg.scope)
        inner = replace(leg, environment={**leg.environment, **own})
        inner.scope = {**outer, **inputs_of(found, declared, document, given, leg.scope, names)}
        place = (found.path, depth, leg.shell_name)
        read = partial(self.calls, found, steps, inner, None, depth + 1)
        outcome = self._outcomes.of(place, _values(names, inner), inner, read, is_script=False)
        before = leg.environment
        leg.take_up(outcome.after)
        for name in (name for name, value in own.items() if leg.environment.get(name) == value):
            leg.environment.pop(name)  # what the step sets for itself ends with it
            if name in before:
                leg.environment[name] = before[name]
        yield from outcome.calls

    def _action(self, action: str) -> YamlDocument | None:
        if action not in self._actions:
            self._actions[action] = self._found_action(action)
        return self._actions[action]

    def _found_action(self, action: str) -> YamlDocument | None:
        for name in ("action.yml", "action.yaml"):
            try:
                if (found := self.sources.yaml(join(join("", action), name))) is not None:
                    return found
            except OutsideProject:
                return None
        return None

    def _does_something(self, action: str) -> bool:
        if action.startswith("./"):
            found = self._action(action)
            return found is not None and bool(self.kept(found, child(found.root, "runs", "steps")))
        name = action.partition("@")[0]
        return name in SET_UPS or name in CARGO_ACTIONS or action.startswith(_MANAGERS)


def condition_of(node: Node) -> str | None:
    """The `if` of a step or job, unless it refers to nothing that is ever known and so may always hold."""
    text = scalar(child(node, "if"))
    return text if text is not None and (_NAMES.search(text) or is_false(text, {})) else None


def names_in(node: Node | None) -> tuple[str, ...]:
    """What the expressions in a node refer to, all its texts taken together."""
    return tuple(dict.fromkeys(_NAMES.findall("\n".join(scalars(node)))))


def inputs_of(
    found: YamlDocument,
    declared: Node | None,
    document: YamlDocument,
    given: Node | None,
    scope: Mapping[str, Known],
    names: tuple[str, ...],
) -> dict[str, Known]:
    """The inputs of an action or workflow that it refers to: what is given, else their defaults."""
    values: dict[str, Known] = {}
    wanted = frozenset(names)
    for name, node in entries(given):
        if f"inputs.{name}" in wanted:
            values[f"inputs.{name}"] = known_at(document, node, scope)
    for name, default in _defaults(found, declared):
        if f"inputs.{name}" in wanted and f"inputs.{name}" not in values:
            values[f"inputs.{name}"] = known_at(found, default, {}) if default is not None else Known("")
    return values


def _defaults(found: YamlDocument, declared: Node | None) -> tuple[tuple[str, Node | None], ...]:
    """The inputs that are declared, and their defaults."""
    if id(declared) not in found.remembered:
        defaults = ((name, child(node, "default")) for name, node in entries(declared))
        found.remembered[id(declared)] = tuple(defaults)
    known: tuple[tuple[str, Node | None], ...] = found.remembered[id(declared)]
    return known


def _values(names: tuple[str, ...], leg: Leg) -> tuple[Known, ...]:
    return tuple(named(name, leg.scope) for name in names)
