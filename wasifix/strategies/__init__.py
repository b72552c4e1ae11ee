"""All strategies, in the order in which they are shown."""

from __future__ import annotations

from wasifix.strategies.base import Hits, Options, Strategy
from wasifix.strategies.opt_level import OPT_LEVEL
from wasifix.strategies.pin import PIN
from wasifix.strategies.profile import PROFILE
from wasifix.strategies.target import TARGET

STRATEGIES: tuple[Strategy, ...] = (PIN, PROFILE, OPT_LEVEL, TARGET)

__all__ = ["STRATEGIES", "Hits", "Options", "Strategy", "find_strategy"]


def find_strategy(name: str) -> Strategy:
    """The strategy of that name. Raises UsageError with the names there are."""
    from wasifix.errors import UsageError

    for strategy in STRATEGIES:
        if strategy.name == name:
            return strategy
    names = ", ".join(strategy.name for strategy in STRATEGIES)
    raise UsageError(f"there is no strategy `{name}`", advice=f"the strategies are: {names}")
