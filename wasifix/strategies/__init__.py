"""All strategies, in the order in which they are shown."""

from __future__ import annotations

from wasifix.remedies import AUTO
from wasifix.strategies.base import Hits, Options, Strategy
from wasifix.strategies.max_memory import MAX_MEMORY
from wasifix.strategies.opt_level import OPT_LEVEL
from wasifix.strategies.pin import PIN
from wasifix.strategies.profile import PROFILE
from wasifix.strategies.runner import RUNNER
from wasifix.strategies.target import TARGET
from wasifix.strategies.upgrade import UPGRADE

STRATEGIES: tuple[Strategy, ...] = (
    UPGRADE,
    MAX_MEMORY,
    RUNNER,
    TARGET,
    PIN,
    PROFILE,
    OPT_LEVEL,
)

__all__ = ["AUTO", "STRATEGIES", "Hits", "Options", "Strategy", "find_strategy"]


def find_strategy(name: str) -> Strategy:
    """The strategy of that name. Raises UsageError with the names there are."""
    from wasifix.errors import UsageError

    for strategy in STRATEGIES:
        if strategy.name == name:
            return strategy
    names = ", ".join((AUTO, *(strategy.name for strategy in STRATEGIES)))
    raise UsageError(f"there is no strategy `{name}`", advice=f"the strategies are: {names}")
