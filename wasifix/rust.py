"""Rust toolchain names and releases, compared by number; the answer to "is it in the range?" may be unknown.

The names are rustup's: https://rust-lang.github.io/rustup/concepts/toolchains.html
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from enum import Enum, StrEnum

from msgspec import Struct

UNBOUNDED = 10**6
"""Stands for "any higher number" in the upper end of a range of releases."""


class Answer(Enum):
    """A question about a project can have no certain answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """A release channel of Rust."""

    STABLE = "stable"
    BETA = "beta"
    NIGHTLY = "nightly"


class Release(Struct, frozen=True, order=True):
    """A Rust or Wasmtime release. Numbers compare as numbers: 1.100 comes after 1.99."""

    major: int
    minor: int
    patch: int = 0

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def parse(cls, text: str) -> Release:
        """Reads `1`, `1.90` or `1.90.0`; missing numbers are zero, as in Cargo's `rust-version`.

        Raises ValueError for anything else.
        """
        match = re.fullmatch(r"([0-9]{1,5})(?:\.([0-9]{1,5}))?(?:\.([0-9]{1,5}))?", text)
        if match is None:
            raise ValueError(f"not a release number: {text!r}")
        return cls(*(int(number or 0) for number in match.groups()))


class ReleaseRange(Struct, frozen=True):
    """Releases from `introduced` up to, not including, `fixed` (None: no release has the fix)."""

    introduced: Release
    fixed: Release | None = None

    def __contains__(self, release: Release) -> bool:
        return self.introduced <= release and (self.fixed is None or release < self.fixed)


class DateRange(Struct, frozen=True):
    """Nightlies from `introduced` up to, not including, `fixed`."""

    introduced: datetime.date
    fixed: datetime.date | None = None

    def __contains__(self, date: datetime.date) -> bool:
        return self.introduced <= date and (self.fixed is None or date < self.fixed)


class Toolchain(Struct, frozen=True, kw_only=True):
    """A toolchain name and the releases that it may stand for.

    `low`..`high` are the first and last release that the name can mean; both None when that depends on
    the machine (`stable`) or on somebody's own naming (a custom toolchain, which has no channel).
    """

    name: str
    channel: Channel | None
    low: Release | None = None
    high: Release | None = None
    date: datetime.date | None = None

    @property
    def is_custom(self) -> bool:
        return self.channel is None

    @property
    def is_floating(self) -> bool:
        """Whether `rustup update` can move it to another minor release."""
        return self.channel is not None and self.low is None and self.date is None

    @property
    def exact(self) -> Release | None:
        """The one release that the name means, if it means one."""
        return self.low if self.low is not None and self.low == self.high else None

    def within(self, ranges: Iterable[ReleaseRange]) -> Answer:
        """Whether the releases that the name can mean lie in one of the ranges."""
        if self.low is None or self.high is None:
            return Answer.UNKNOWN
        ranges = tuple(ranges)
        if any(self.low in each and self.high in each for each in ranges):
            return Answer.YES
        meets = any(
            each.introduced <= self.high and (each.fixed is None or self.low < each.fixed) for each in ranges
        )
        return Answer.UNKNOWN if meets else Answer.NO


# The parts of a host that rustup knows; another suffix makes a custom toolchain of the name.
# https://github.com/rust-lang/rustup/blob/master/src/dist/triple.rs
_ARCHITECTURES = (
    "i386|i586|i686|x86_64|arm|armv7|armv7s|aarch64|mips|mipsel|mips64|mips64el|powerpc|powerpc64|powerpc64le"
    "|riscv64gc|s390x|loongarch64"
)
_SYSTEMS = (
    "pc-windows|unknown-linux|apple-darwin|unknown-netbsd|apple-ios|linux|rumprun-netbsd|unknown-freebsd"
    "|unknown-illumos"
)
_ENVIRONMENTS = "gnu|gnux32|msvc|gnueabi|gnueabihf|gnuabi64|gnullvm|androideabi|android|musl|ohos"
_NAME = re.compile(
    r"(?P<channel>stable|beta|nightly"
    r"|(?P<release>[0-9]\.[0-9]{1,3}(?:\.[0-9]{1,2})?)(?P<beta>-beta(?:\.[0-9]{1,2})?)?(?P<night>-nightly)?)"
    r"(?:-(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}))?"
    rf"(?:-(?:{_ARCHITECTURES}))?(?:-(?:{_SYSTEMS}))?(?:-(?:{_ENVIRONMENTS}))?"
)


def parse_toolchain(name: str) -> Toolchain:
    """Reads a toolchain name as rustup does; what is no channel and no release is a custom toolchain."""
    match = _NAME.fullmatch(name)
    if match is None:
        return Toolchain(name=name, channel=None)
    date: datetime.date | None = None
    if match["date"]:
        try:
            date = datetime.date.fromisoformat(match["date"])
        except ValueError:
            return Toolchain(name=name, channel=None)
    if match["release"] is None:
        return _of_channel(name, Channel(match["channel"]), date)
    release = Release.parse(match["release"])
    channel = Channel.NIGHTLY if match["night"] else Channel.BETA if match["beta"] else Channel.STABLE
    # `1.91` is a channel of its own: it moves to the last patch release of 1.91.
    moves = channel is Channel.STABLE and match["release"].count(".") == 1
    high = Release(release.major, release.minor, UNBOUNDED) if moves else release
    return Toolchain(name=name, channel=channel, low=release, high=high, date=date)


def parse_version(release: str, commit_day: str | None) -> Toolchain:
    """The toolchain of a rustc of this version; a nightly is named for the day after its last commit."""
    toolchain = parse_toolchain(release)
    if toolchain.channel is Channel.NIGHTLY and commit_day is not None:
        try:
            date = datetime.date.fromisoformat(commit_day) + datetime.timedelta(days=1)
        except (ValueError, OverflowError):
            return toolchain
        return parse_toolchain(f"{release}-{date}")
    return toolchain


def _of_channel(name: str, channel: Channel, date: datetime.date | None) -> Toolchain:
    if date is None:
        return Toolchain(name=name, channel=channel)
    from wasifix.releases import release_on

    low, high = release_on(channel, date)
    return Toolchain(name=name, channel=channel, low=low, high=high, date=date)
