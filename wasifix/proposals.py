"""Frozen values of a change: what a plan wants, what is declined, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from wasifix.model import Evidence, Remedy, Report

if TYPE_CHECKING:
    from wasifix.changes import FileEdit


class ByHand(Struct, frozen=True, kw_only=True):
    """A place that is left to the user, and what to do there."""

    at: Evidence
    what: str


class Plan(Struct, frozen=True, kw_only=True):
    """What a strategy wants to do. No edits: everything is in place already."""

    strategy: str
    edits: tuple[FileEdit, ...]
    by_hand: tuple[ByHand, ...] = ()
    stays: tuple[str, ...] = ()
    """The keys of builds that the plan cannot help."""
    summary: str = ""
    """What this plan does, where the options make it differ from the strategy's own summary."""
    follow_up: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Declined(Struct, frozen=True, kw_only=True):
    """Why a strategy does nothing here, where that can be seen, and what to do instead."""

    strategy: str
    reason: str
    at: Evidence | None = None
    instead: str = ""


class FileChange(Struct, frozen=True, kw_only=True):
    """A file's bytes before and after; `old` is None for a new file, `new` for one that goes away."""

    path: str
    old: bytes | None
    new: bytes | None


class Proposal(Struct, frozen=True, kw_only=True):
    """The answer to `apply`: what would change, and what the checked result says."""

    before: Report
    outcomes: tuple[Plan | Declined, ...]
    passed_over: tuple[Declined, ...] = ()
    """What `auto` tried first."""
    changes: tuple[FileChange, ...] = ()
    after: Report | None = None
    remedies: Mapping[str, Remedy] = field(default_factory=dict)

    @property
    def declined(self) -> tuple[Declined, ...]:
        return tuple(each for each in self.outcomes if isinstance(each, Declined))

    @property
    def plans(self) -> tuple[Plan, ...]:
        return tuple(each for each in self.outcomes if isinstance(each, Plan))

    @property
    def by_hand(self) -> tuple[ByHand, ...]:
        """What the plans leave to the user, each place once."""
        return tuple(dict.fromkeys(each for plan in self.plans for each in plan.by_hand))
