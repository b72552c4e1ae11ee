"""What the commands of a script do: toolchains they choose, tools they install, Cargo that they call."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping

from msgspec.structs import replace

from wasifix.documents.shell_flow import Turn, flow
from wasifix.documents.shell_words import UNKNOWN, Definition
from wasifix.project.all_leads import leads_of
from wasifix.project.branches import Branches
from wasifix.project.cargo_call import CargoCall
from wasifix.project.cargo_reading import CargoReading
from wasifix.project.commands import WRAPPERS, Reading, without_wrappers
from wasifix.project.effects import assign, hand_on, move
from wasifix.project.expressions import Known
from wasifix.project.functions import define, function_lead, uncalled, without_arguments
from wasifix.project.installs import rustup, rustup_init, wasmtime
from wasifix.project.leads import OPAQUE, SHELLS, SOURCING, Lead, opaque_target
from wasifix.project.outcomes import FOLLOW_LIMIT, deciding, is_same, set_values
from wasifix.project.script import Script, plain_script, script_at
from wasifix.project.setup_steps import Leg

DEPTH_LIMIT = 10
"""How many scripts may lead to one another."""
_HANDS_ON = "GITHUB_ENV"
"""Where any program may send a variable for the steps that follow."""
PROGRAMS = re.compile(
    "|".join(map(re.escape, (*SHELLS, *SOURCING, *WRAPPERS, *OPAQUE)))
    + "|cd|pushd|popd|eval|curl|wget"
    + "|rustup|cargo|cross|napi|npm|pnpm|yarn|bun|g?make|just|mise|docker|podman|buildah"
)
"""How the programs are called that do something here. The end is open: `rustup-init.exe`."""
_ANY = re.compile("")
__all__ = ("UNKNOWN", "CargoCall", "Script", "cargo_calls_of", "plain_script", "script_at")


def cargo_calls_of(script: Script, leg: Leg, *, is_whole: bool = True) -> Iterator[CargoCall]:
    """The Cargo commands of a script that link; the leg takes up what the commands between them do.

    A script that is not the whole has others after it which may call its functions.
    """
    branches = Branches(leg)
    found = flow(script.text, _Texts(leg), _asked(script, leg), _Doubted(leg), is_whole=is_whole)
    for command in found:
        if isinstance(command, Turn):
            branches.take(command)
        elif isinstance(command, Definition):
            define(leg, script, command)
        elif not command.parts:
            assign(Reading(script, command, leg))
        else:
            yield from _Reader(script, without_wrappers(command), leg).calls()
    for lead in uncalled(leg) if is_whole else ():
        branches.take(Turn.FORK)
        yield from followed(lead, leg, leg.environment)
        branches.take(Turn.BRANCH)
        branches.take(Turn.END)


def _asked(script: Script, leg: Leg) -> Callable[[str], object]:
    """Which programs are of interest."""
    if _HANDS_ON in script.text:
        return _ANY.match
    return lambda name: PROGRAMS.match(name) or name in leg.functions


class _Texts(Mapping[str, str | None]):
    """The texts of a leg's variables, those of the shell before those of the environment."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg

    def __getitem__(self, name: str) -> str | None:
        return (self.leg.shell.get(name) or self.leg.environment[name]).text

    def __iter__(self) -> Iterator[str]:
        return iter({**self.leg.environment, **self.leg.shell})

    def __len__(self) -> int:
        return len(list(iter(self)))


class _Doubted(Container[str]):
    """The names of a leg's variables whose value depends on a condition."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg

    def __contains__(self, name: object) -> bool:
        known = self.leg.shell.get(str(name)) or self.leg.environment.get(str(name))
        return known is not None and known.is_conditional


class _Reader(CargoReading):
    """One command that may do something."""

    def calls(self) -> Iterator[CargoCall]:
        wasmtime(self)
        if _HANDS_ON in self.command.output:
            hand_on(self)
        words = self.words
        name = (words[0] or "").rpartition("/")[2] if words else ""
        if name in self.leg.functions and (lead := function_lead(self, name)) is not None:
            yield from self._inside_function(lead)
            return
        match name:
            case "cd" | "pushd" | "popd":
                move(self, name)
            case "rustup" if words[1:2] == ("run",) and len(words) > 3 and words[3] == "cargo":
                yield from self.cargo_call(3, self.of(2))
            case "rustup":
                rustup(self)
            case "cargo" | "cross":
                has_plus = len(words) > 1 and (words[1] or self.head(1)).startswith("+")
                yield from self.cargo_call(0, self.of(1, 1) if has_plus else None)
            case _ if self._is_rustup_init(name):
                rustup_init(self)
        if self.leg.sources is not None:
            leads = tuple(leads_of(self, name))
            environment = self.environment() if leads else {}
            for lead in leads:
                yield from followed(lead, self.leg, environment)
            if not leads and (target := opaque_target(self, name)) is not None:
                yield self.opaque_call(target)

    def _inside_function(self, lead: Lead) -> Iterator[CargoCall]:
        """What its caller has set for it alone, and its arguments, end with it."""
        leg, own = self.leg, [name for name, _ in self.command.assigned]
        before = {name: leg.environment[name] for name in own if name in leg.environment}
        arguments = {name: known for name, known in leg.shell.items() if name.isdigit()}
        yield from followed(lead, leg, self.environment())
        leg.shell = {**without_arguments(leg.shell), **arguments}
        kept = {name: known for name, known in leg.environment.items() if name not in own}
        leg.environment = {**kept, **before}

    def _is_rustup_init(self, name: str) -> bool:
        """Also `sh -s -- -y`, the end of the pipe that https://rustup.rs shows."""
        if name.startswith(("rustup-init", "rustup.sh")) or "--default-toolchain" in self.words:
            return True
        is_end = len(self.words) < 2 or self.words[1] == "-s" or "rustup" in (self.words[1] or "")
        return name in SHELLS and is_end and "sh.rustup.rs" in self.script.text


def followed(lead: Lead, leg: Leg, environment: Mapping[str, Known]) -> Iterator[CargoCall]:
    """The commands that the lead leads to with these variables, unless it leads round in a circle."""
    sources = leg.sources
    if sources is None:
        return
    is_circle = lead.key in leg.trail or len(leg.trail) >= DEPTH_LIMIT
    if is_circle or len(leg.followed) >= FOLLOW_LIMIT or not sources.may_follow():
        sources.cut_off += 1
        return
    leg.followed.append(lead.key)
    inner = _inside(lead, leg, environment)
    key = (lead.key, *(each.text for each in lead.scripts), lead.folders, deciding(inner))
    if key in sources.idle:
        return
    cut_off, held = sources.cut_off, set_values(leg)
    is_idle = not lead.is_sourced
    for call in _calls_inside(lead, inner):
        is_idle = False
        yield call
    if not lead.in_container:
        leg.default, leg.overrides, leg.wasmtime = inner.default, inner.overrides, inner.wasmtime
    if lead.is_sourced:
        leg.environment, leg.shell = inner.environment, inner.shell
        leg.folder, leg.doubts = inner.folder, inner.doubts
        leg.earlier, leg.stack = inner.earlier, inner.stack
    if is_idle and cut_off == sources.cut_off and is_same(held, set_values(leg)):
        sources.idle.add(key)


def _inside(lead: Lead, leg: Leg, environment: Mapping[str, Known]) -> Leg:
    """The leg where the lead begins."""
    outer = {} if lead.in_container else environment
    inner = replace(
        leg,
        folder=lead.folder,
        environment={**outer, **lead.environment},
        shell=dict(lead.shell),
        doubts=list(leg.doubts),
        trail=(*leg.trail, lead.key) if lead.key else leg.trail,
        overrides=dict(leg.overrides),
        stack=list(leg.stack),
        functions=leg.functions if lead.is_sourced else {},
    )
    if lead.in_container:
        inner.default, inner.overrides, inner.wasmtime = lead.default, {}, None
    return inner


def _calls_inside(lead: Lead, inner: Leg) -> Iterator[CargoCall]:
    doubts = tuple(inner.doubts)
    for number, script in enumerate(lead.scripts):
        variables = inner.environment
        if lead.each_alone:
            inner.folder = lead.folders[number] if lead.folders else lead.folder
            inner.shell, inner.environment = dict(lead.shell), dict(variables)
            inner.doubts, inner.earlier = list(doubts), None
        is_last = lead.each_alone or number == len(lead.scripts) - 1
        yield from cargo_calls_of(script, inner, is_whole=is_last and not lead.is_sourced)
        if lead.each_alone and number not in lead.lasting:
            inner.environment = variables
