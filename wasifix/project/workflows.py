"""The builds of a project's GitHub workflows: jobs, matrix legs, set-up actions and scripts.

Not followed yet: reusable workflows and composite actions, scripts behind npm, make and the like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from wasifix.documents.shell import Command, commands
from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, parse_yaml, scalar
from wasifix.errors import OutsideProject
from wasifix.model import Evidence
from wasifix.project.matrix import Known, legs, resolved
from wasifix.project.setup_steps import UNKNOWN, Leg, installed_wasmtime, set_up
from wasifix.project.sources import Sources
from wasifix.project.targets import BUILDING, RUNNING, option_value
from wasifix.tree import join

FOLDER = ".github/workflows"


@dataclass(frozen=True, kw_only=True, slots=True)
class CargoCall:
    """One Cargo command of one leg, with everything that decides how it builds."""

    path: str
    job: str
    folder: str
    at: Evidence
    target: Known
    plus: Known | None
    default: Known | None
    override: Known | None
    environment: Mapping[str, Known]
    configs: tuple[str, ...]
    doubts: tuple[str, ...]
    runs: bool
    """Whether it runs what it builds."""
    wasmtime: Known | None
    """The version of Wasmtime that the job installed before, `latest` where it names none."""


def cargo_calls(sources: Sources, always: bool) -> Iterator[CargoCall]:
    """The Cargo commands that link, of all workflows. Without `always` only of files that name wasm32.

    Raises UnreadableInput.
    """
    for name in sources.tree.files(FOLDER):
        path = join(FOLDER, name)
        if not name.endswith((".yml", ".yaml")):
            continue
        data = sources.read(path)
        if data is not None and b"cargo" in data and (always or b"wasm32" in data):
            yield from _of_workflow(parse_yaml(path, data))


def _of_workflow(document: YamlDocument) -> Iterator[CargoCall]:
    outer = _environment(document, document.root, {})
    folder = scalar(child(document.root, "defaults", "run", "working-directory"))
    for job, node in entries(child(document.root, "jobs")):
        for values in legs(document, node):
            leg = Leg(scope=dict(values), environment=dict(outer))
            leg.scope |= {f"env.{name}": value for name, value in outer.items()}
            leg.environment |= _environment(document, node, leg.scope)
            leg.scope |= {f"env.{name}": value for name, value in leg.environment.items()}
            own = scalar(child(node, "defaults", "run", "working-directory")) or folder
            for step in items(child(node, "steps")):
                yield from _of_step(document, job, step, leg, own)


def _of_step(
    document: YamlDocument, job: str, step: Node, leg: Leg, default_folder: str | None
) -> Iterator[CargoCall]:
    uses, run = child(step, "uses"), child(step, "run")
    if uses is not None and (action := scalar(uses)) is not None:
        set_up(document, step, uses, action, leg)
    if run is None or (script := scalar(run)) is None:
        return
    own = _environment(document, step, leg.scope)
    during = replace(leg, environment={**leg.environment, **own})
    during.scope = {**leg.scope, **{f"env.{name}": value for name, value in own.items()}}
    folder = scalar(child(step, "working-directory")) or default_folder or ""
    during.doubts = []
    _enter(during, resolved(folder, during.scope).text)
    yield from _of_script(document, job, run, script, during)
    leg.default, leg.override, leg.wasmtime = during.default, during.override, during.wasmtime


def _of_script(document: YamlDocument, job: str, node: Node, script: str, leg: Leg) -> Iterator[CargoCall]:
    variables = {name: value.text for name, value in leg.environment.items()}
    places: dict[str, Known] = {}

    def put(match: re.Match[str]) -> str:
        known = resolved(match.group(), leg.scope)
        if known.text is None:
            return UNKNOWN
        places[known.text] = known
        return known.text

    text = re.sub(r"\$\{\{.*?\}\}", put, script, flags=re.DOTALL)
    for command in commands(text, variables):
        line = _line_of(document, node, text, command.start)
        if not command.words:
            _assign(leg, command, line)
            continue
        words = tuple(None if word is None or UNKNOWN in word else word for word in command.words)
        if (version := installed_wasmtime(words, text)) is not None:
            leg.wasmtime = Known(version, (line,))
        call = _of_command(words, leg, places, line)
        if call is not None:
            own = {name: Known(value, (line,)) for name, value in command.variables}
            yield replace(call, path=document.path, job=job, environment={**leg.environment, **own})


def _of_command(
    words: tuple[str | None, ...], leg: Leg, places: Mapping[str, Known], at: Evidence
) -> CargoCall | None:
    def known(word: str | None) -> Known:
        source = places.get(word or "", Known(None))
        return Known(word, (*source.evidence, at), source.written)

    name, rest = words[0], words[1:]
    if name == "cd":
        _enter(leg, rest[0] if rest else None)
    elif name == "rustup" and rest[:1] == ("default",) and len(rest) > 1:
        leg.default = known(rest[-1])
    elif name == "rustup" and rest[:2] == ("override", "set") and len(rest) > 2:
        leg.override = known(rest[2])
    elif name == "rustup" and rest[:1] == ("run",) and len(rest) > 2 and rest[2] == "cargo":
        return _cargo(rest[3:], known(rest[1]), leg, known, at)
    elif name in ("cargo", "cross"):
        plus = rest[0][1:] if rest and rest[0] and rest[0].startswith("+") else None
        return _cargo(rest[1:] if plus else rest, known(plus) if plus else None, leg, known, at)
    return None


def _cargo(
    rest: tuple[str | None, ...],
    plus: Known | None,
    leg: Leg,
    known: Callable[[str | None], Known],
    at: Evidence,
) -> CargoCall | None:
    subcommand = _subcommand(rest)
    if subcommand not in BUILDING:
        return None
    words = tuple(word if word is not None else UNKNOWN for word in rest)
    target = option_value(words, "--target")
    values = [words[index + 1] for index, word in enumerate(words[:-1]) if word == "--config"]
    values += [word.removeprefix("--config=") for word in words if word.startswith("--config=")]
    doubts = list(leg.doubts)
    if any("=" in value or UNKNOWN in value for value in values):
        doubts.append("a --config value is not read")
    return CargoCall(
        path="",
        job="",
        folder=leg.folder,
        at=at,
        target=known(None if target == UNKNOWN else target) if target else Known(None),
        plus=plus,
        default=leg.default,
        override=leg.override,
        environment=leg.environment,
        configs=tuple(value for value in values if "=" not in value and UNKNOWN not in value),
        doubts=tuple(doubts),
        runs=subcommand in RUNNING,
        wasmtime=leg.wasmtime,
    )


def _subcommand(words: tuple[str | None, ...]) -> str | None:
    """The first word that is no option, nor the value of one (`cargo --config FILE test`)."""
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word is None or not word.startswith("-"):
            return word
        if word in ("--config", "--color", "-C", "-Z") and waiting:
            waiting.pop(0)
    return None


def _environment(document: YamlDocument, node: Node | None, scope: Mapping[str, Known]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for name, value in entries(child(node, "env")):
        known = resolved(scalar(value) or "", scope)
        found[name] = Known(known.text, (*known.evidence, document.evidence(value)), known.written)
    return found


def _assign(leg: Leg, command: Command, at: Evidence) -> None:
    for name, value in command.variables:
        if command.exports or name in leg.environment:
            leg.environment[name] = Known(value, (at,))


def _enter(leg: Leg, folder: str | None) -> None:
    try:
        leg.folder = join(leg.folder, folder) if folder is not None and "$" not in folder else leg.folder
    except OutsideProject:
        leg.doubts.append(f"runs in {folder}, which is not in the project")
    if folder is None:
        leg.doubts.append("the folder it runs in cannot be known")


def _line_of(document: YamlDocument, node: Node, script: str, start: int) -> Evidence:
    """The line of a command: exact in a block scalar, whose lines are those of the script."""
    whole = document.evidence(node)
    if node.style not in ("|", ">"):
        return whole
    number = whole.line + 1 + script.count("\n", 0, start)
    lines = document.text.split("\n")
    text = lines[number - 1] if number <= len(lines) else ""
    column = len(text) - len(text.lstrip()) + 1
    return Evidence(path=document.path, line=number, column=column, text=text.strip())
