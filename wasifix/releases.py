"""What is known of single Rust releases: their dates, and which of them to avoid (data/releases.toml)."""

from __future__ import annotations

import datetime
from functools import cache

from msgspec import Struct

from wasifix.package_data import data
from wasifix.rust import UNBOUNDED, Channel, Release


class Avoided(Struct, frozen=True, kw_only=True):
    """A release that an upgrade must not stop at, and why."""

    release: Release
    why: str
    reference: str


@cache
def first_days(channel: Channel) -> tuple[tuple[datetime.date, Release], ...]:
    """The first day of each release of the channel, oldest first."""
    return tuple(sorted((day, Release.parse(name)) for name, day in data("releases")[channel].items()))


@cache
def recommended() -> Release:
    """The newest release that was measured to be good."""
    return Release.parse(data("releases")["upgrade"]["recommended"])


@cache
def avoided() -> tuple[Avoided, ...]:
    """Releases with the fix but with a worse bug."""
    return tuple(
        Avoided(release=Release.parse(each["release"]), why=each["why"], reference=each["reference"])
        for each in data("releases")["upgrade"]["avoid"]
    )


def release_on(channel: Channel, day: datetime.date) -> tuple[Release | None, Release | None]:
    """The first and last release that the channel can have had on that day; None where it is not known.

    After the last listed day a channel can have moved on, so the upper end is open.
    """
    known = first_days(channel)
    past = [release for first, release in known if first <= day]
    if not past:
        return None, None
    if len(past) < len(known):
        return past[-1], past[-1]
    return past[-1], Release(past[-1].major, UNBOUNDED, 0)


def release_of_commit(commit: str) -> tuple[str | None, bool]:
    """The name of the toolchain that was built from a commit of rust-lang/rust, and whether that is sure."""
    known = data("rustc-commits")
    return known["seen"].get(commit) or known["likely"].get(commit), commit in known["seen"]
