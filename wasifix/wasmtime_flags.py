"""Which flags each Wasmtime needs and refuses for modules with threads (data/wasmtime.toml)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from wasifix.package_data import data
from wasifix.rust import Release, ReleaseRange
from wasifix.wasmtime_command import OLD_GROUPS, Option, RunCommand, options_of, run_command

Versions = Release | ReleaseRange
"""One release of Wasmtime, or all that it can be."""
LATEST = "latest"
THREADS_OPTIONS: tuple[Option, ...] = (
    ("-S", "threads"),
    ("-W", "threads"),
    ("-W", "shared-memory"),
    ("--wasm-features", "threads"),
    ("--wasi-modules", "experimental-wasi-threads"),
)
"""All options that only modules with threads need."""


class Line(Struct, frozen=True, kw_only=True):
    """Releases that take the same flags. `needs` is empty where there is no wasi-threads; `why` says so."""

    releases: ReleaseRange
    needs: tuple[Option, ...]
    also: tuple[Option, ...]
    """The older spelling, where it is still taken."""
    refuses: tuple[str, ...]
    """Groups (`-S`), or options of one (`-W=shared-memory`)."""
    why: str
    released: datetime.date
    reference: str

    @property
    def has_threads(self) -> bool:
        return bool(self.needs)

    @property
    def name(self) -> str:
        """The releases in words: `40 to 46`."""
        return named(self.releases)

    def takes(self, option: Option) -> bool:
        group, name = option
        return group not in self.refuses and f"{group}={name}" not in self.refuses


class Fit(Struct, frozen=True, kw_only=True):
    """The command that fits some releases."""

    releases: ReleaseRange
    words: tuple[str, ...]


class Problem(Struct, frozen=True, kw_only=True):
    """What is wrong with a command whatever release of the asked-for ones runs it.

    `missing` and `refused` are flags as text; `fits` has the right command for each line of releases.
    """

    releases: ReleaseRange
    missing: tuple[str, ...]
    refused: tuple[str, ...]
    fits: tuple[Fit, ...]

    def __str__(self) -> str:
        says = [f"lacks `{' '.join(self.missing)}`"] if self.missing else []
        says += [f"has `{' '.join(self.refused)}`, which it refuses"] if self.refused else []
        return f"for Wasmtime {named(self.releases)} it {' and '.join(says) or 'is not right as it is'}"


@cache
def lines() -> tuple[Line, ...]:
    """All lines of releases, oldest first."""
    rows = data("wasmtime")["line"]
    ends: list[Release | None] = [Release.parse(each["introduced"]) for each in rows[1:]]
    return tuple(
        Line(
            releases=ReleaseRange(Release.parse(row["introduced"]), end),
            needs=options_of(row["needs"]),
            also=options_of(row.get("also", "")),
            refuses=tuple(row.get("refuses", "").split()),
            why=row.get("why", ""),
            released=row["released"],
            reference=row["reference"],
        )
        for row, end in zip(rows, [*ends, None], strict=True)
    )


def supported() -> Release:
    """The release to take: of the supported long-term line that has wasi-threads."""
    return Release.parse(data("wasmtime")["supported"])


def versions_of(text: str) -> ReleaseRange | None:
    """The releases that a version as people write it can mean: `36.0.9`, `v36`, `latest`.

    `latest` is the newest that was known, or a later one. None for what is no version.
    """
    if text == LATEST:
        return ReleaseRange(Release.parse(data("wasmtime")["newest"]))
    match = re.fullmatch(r"v?(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?", text)
    if match is None:
        return None
    major, minor, patch = (int(each) if each is not None else None for each in match.groups())
    assert major is not None
    if minor is None:
        return ReleaseRange(Release(major, 0), Release(major + 1, 0))
    if patch is None:
        return ReleaseRange(Release(major, minor), Release(major, minor + 1))
    return _only(Release(major, minor, patch))


def lines_for(versions: Versions) -> tuple[Line, ...]:
    """The lines that some of the releases belong to."""
    asked = _only(versions) if isinstance(versions, Release) else versions
    return tuple(line for line in lines() if _common(line.releases, asked) is not None)


def needed_flags(version: Release) -> tuple[str, ...] | None:
    """The flags for a module with threads, as words; None where this release cannot run one."""
    line = lines_for(version)[0]
    return _flags(line.needs) if line.has_threads else None


def problem_with(words: Sequence[str | None], versions: Versions) -> Problem | None:
    """What is wrong with a command for a module with threads, if it is for every one of the releases.

    Releases without wasi-threads do not count, as no flags help there. None also where the command is no
    `wasmtime run`, or where a word that is not known (None) or a `--config FILE` can have the flags.
    """
    read = run_command(words)
    if read is None or read.reads_file:
        return None
    asked = _only(versions) if isinstance(versions, Release) else versions
    counted = [line for line in lines_for(asked) if line.has_threads]
    found = [_judged(read, line) for line in counted]
    if not found or not all(missing or refused for missing, refused in found):
        return None
    common = [set(missing) for missing, _ in found], [set(refused) for _, refused in found]
    parts = [_common(line.releases, asked) or line.releases for line in counted]
    return Problem(
        releases=ReleaseRange(parts[0].introduced, parts[-1].fixed),
        missing=_texts([each for each in found[0][0] if all(each in more for more in common[0])]),
        refused=_texts([each for each in found[0][1] if all(each in more for more in common[1])]),
        fits=tuple(_fits(read, counted, parts)),
    )


def fitted(words: Sequence[str], version: Release) -> tuple[str, ...] | None:
    """The same command with the flags that this release takes, all else in its order and spelling.

    None where it is no `wasmtime run`, or where the release cannot run modules with threads.
    """
    read = run_command(words)
    line = lines_for(version)[0]
    return _fitted(read, line) if read is not None and line.has_threads else None


def without_threads(words: Sequence[str]) -> tuple[str, ...]:
    """The command without the flags that only modules with threads need; unchanged if it is no Wasmtime."""
    read = run_command(words)
    return read.changed(THREADS_OPTIONS, ()) if read is not None else tuple(words)


def named(releases: ReleaseRange) -> str:
    """A range as people say it: `36`, `40 to 46`, `47 and later`, `14.0.0 to 14.0.2`."""
    low, end = releases.introduced, releases.fixed
    if end is None:
        return f"{low.major} and later"
    if (low.minor, low.patch, end.minor, end.patch) == (0, 0, 0, 0):
        last = end.major - 1
        return str(low.major) if last == low.major else f"{low.major} to {last}"
    if end.patch:
        high = Release(end.major, end.minor, end.patch - 1)
        return str(low) if high == low else f"{low} to {high}"
    last_line = f"{end.major}.{end.minor - 1}" if end.minor else str(end.major - 1)
    return f"{low} to {last_line}.x"


def _judged(read: RunCommand, line: Line) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """The options that are missing for a line of releases, and those that it refuses."""
    on = read.options()
    refused = tuple(option for option in sorted(read.named()) if not line.takes(option))
    old = line.also and any(group in OLD_GROUPS for group, _ in on)
    needs = line.also if old else line.needs
    missing = [option for option in needs if option not in on]
    if ("-W", "threads") in read.named() - on and ("-W", "threads") not in missing:
        missing.append(("-W", "threads"))  # on by default since 15, but switched off here
    return tuple(missing), refused


def _fits(read: RunCommand, counted: list[Line], parts: list[ReleaseRange]) -> Iterator[Fit]:
    """One command for each run of neighbouring lines that the same words fit."""
    found: list[Fit] = []
    for line, part in zip(counted, parts, strict=True):
        words = _fitted(read, line)
        if found and found[-1].words == words:
            found[-1] = Fit(releases=ReleaseRange(found[-1].releases.introduced, part.fixed), words=words)
        else:
            found.append(Fit(releases=part, words=words))
    yield from found


def _fitted(read: RunCommand, line: Line) -> tuple[str, ...]:
    missing, refused = _judged(read, line)
    if not missing and not refused:
        return read.words
    on = read.options() - set(refused)
    off = tuple(option for option in THREADS_OPTIONS if option in read.named() - on)
    added = [option for option in line.needs if option not in on]
    older: tuple[Option, ...] = ()
    if not any(group in OLD_GROUPS for group, _ in line.needs):  # no release takes both kinds of options
        older = tuple(each for each in read.named() if each[0] in OLD_GROUPS)
    return read.changed((*refused, *off, *older), added)


def _flags(options: Sequence[Option]) -> tuple[str, ...]:
    return tuple(word for each in _texts(options) for word in each.split())


def _texts(options: Sequence[Option]) -> tuple[str, ...]:
    return tuple(f"{group}={name}" if group in OLD_GROUPS else f"{group} {name}" for group, name in options)


def _only(release: Release) -> ReleaseRange:
    return ReleaseRange(release, Release(release.major, release.minor, release.patch + 1))


def _common(one: ReleaseRange, other: ReleaseRange) -> ReleaseRange | None:
    """The releases in both ranges."""
    low = max(one.introduced, other.introduced)
    ends = [end for end in (one.fixed, other.fixed) if end is not None]
    end = min(ends) if ends else None
    return ReleaseRange(low, end) if end is None or low < end else None
