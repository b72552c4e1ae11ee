"""What the steps of a job come to, so that the legs of a matrix, which do nearly the same, are read once.

A reusable workflow may be called fifty times with a target, a profile and a name of its own each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import is_
from typing import TYPE_CHECKING

from msgspec import Struct

from wasifix.project.expressions import Known
from wasifix.project.setup_steps import Lasting, Leg

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall

FOLLOW_LIMIT = 500
"""How many scripts are read for one leg, again and again ones included."""


class Outcome(Struct, frozen=True, kw_only=True):
    """The commands of a step, and what holds after it."""

    values: tuple[Known, ...]
    """Of what it refers to."""
    before: Lasting
    calls: tuple[CargoCall, ...]
    after: Lasting
    is_idle: bool
    """Whether it is a script that calls nothing and sets nothing."""


class Outcomes:
    """The outcomes of the steps that were read."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], list[Outcome]] = {}

    def of(
        self,
        place: tuple[object, ...],
        values: tuple[Known, ...],
        leg: Leg,
        read: Callable[[], Iterator[CargoCall]],
        *,
        is_script: bool,
    ) -> Outcome:
        """What the step at the place, which refers to these values, comes to in a leg that holds these.

        It is read where it was not yet read with the same values from the same places. To a script that did
        nothing it makes no difference where they come from.
        """
        outcomes = self._found.setdefault((*place, *[each.text for each in values], *deciding(leg)), [])
        if outcomes and outcomes[0].is_idle:
            return outcomes[0]
        before = leg.lasting()
        for each in outcomes:
            if each.values == values and each.before == before:
                return each
        held = set_values(leg)
        calls = tuple(read())
        is_idle = is_script and not calls and is_same(held, set_values(leg))
        outcome = Outcome(values=values, before=before, calls=calls, after=leg.lasting(), is_idle=is_idle)
        if len(leg.followed) < FOLLOW_LIMIT:  # else there may be more to it
            outcomes.append(outcome)
        return outcome


def deciding(leg: Leg) -> tuple[object, ...]:
    """What decides whether a script does anything: not where the values come from, which the leg has too."""
    variables = [(name, known.text, known.is_conditional) for name, known in leg.environment.items()]
    own = [(name, known.text, known.is_conditional) for name, known in leg.shell.items()]
    folders = (leg.folder, leg.earlier, *leg.stack)
    return (*variables, None, *own, folders, bool(leg.doubts), leg.default is None, *leg.overrides)


def set_values(leg: Leg) -> tuple[object, ...]:
    """All that is set so far."""
    known = (*leg.environment.values(), *leg.later.values(), *leg.overrides.values(), *leg.mentions)
    return (*known, leg.default, leg.wasmtime)


def is_same(held: tuple[object, ...], now: tuple[object, ...]) -> bool:
    """Whether nothing was set in between, not even to what it was: that would come from another place."""
    return len(held) == len(now) and all(map(is_, held, now))
