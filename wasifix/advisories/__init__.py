"""Known problems, one data file each, and the loader that refuses what it does not know."""

from __future__ import annotations

import re
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pkgutil import get_data  # importlib.resources loads tempfile and zipfile
from typing import Any

from msgspec import Struct

from wasifix.model import Level
from wasifix.rust import Answer, Channel, DateRange, Release, ReleaseRange, Toolchain

ADVISORIES = (
    "memory-cannot-grow",
    "spawn-unsupported",
    "import-module-mixup",
    "reactor-not-linked",
    "duplicate-initialize",
    "c-objects-without-atomics",
    "fd-leak",
    "old-target-name",
)
"""All advisories, in the order in which they are reported."""


class Condition(StrEnum):
    """What an advisory can ask about a build. `conditions` knows how to answer each."""

    MAX_MEMORY_ARGUMENT = "max-memory-argument"
    NAPI_BUILD = "napi-build"
    BUILD_SCRIPT_ARGUMENT = "build-script-argument"
    BOOTSTRAP_ENVIRONMENT = "bootstrap-environment"
    CLANG_LINKER = "clang-linker"
    CDYLIB = "cdylib"
    CRT1_REACTOR_ARGUMENT = "crt1-reactor-argument"
    OLD_CC_CRATE = "old-cc-crate"
    TARGET_REQUESTED = "target-requested"


class Affected(Struct, frozen=True, kw_only=True):
    """Which builds are hit: of these targets (`*` stands for anything), with these toolchains.

    A nightly is hit where its date is in `nightly` and every condition of `nightly_when` holds. All of `when`
    must hold too, and none of `unless`.
    """

    targets: tuple[str, ...]
    channels: tuple[Channel, ...]
    rust: tuple[ReleaseRange, ...]
    nightly: tuple[DateRange, ...]
    nightly_when: tuple[Condition, ...]
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]

    def concerns(self, triple: str) -> bool:
        """Whether the target is one of them."""
        return any(fnmatchcase(triple, pattern) for pattern in self.targets)

    def hits(self, toolchain: Toolchain | None) -> Answer:
        """Whether a toolchain is hit; unknown where its name does not tell the release."""
        if toolchain is None or toolchain.channel is None:
            return Answer.UNKNOWN
        if toolchain.channel is Channel.NIGHTLY and Channel.NIGHTLY not in self.channels:
            date = toolchain.date
            return (
                Answer.YES if date is not None and any(date in each for each in self.nightly) else Answer.NO
            )
        if toolchain.channel not in self.channels:
            return Answer.NO
        return toolchain.within(self.rust)


class Advisory(Struct, frozen=True, kw_only=True):
    """One known problem.

    `level` is that of a sure finding. `reports_floating` tells whether a toolchain that may or may not be hit
    is worth a note. In `symptoms`, `{number}` and `{any}` stand for what differs from case to case.
    `toolchain_note` and `target_note` say in a few words what the two have to do with it. `remedies` are
    strategies in the order in which they are shown, `automatic` those that `auto` tries, the best first.
    `confidence` (0 to 1) grades the facts behind it.
    """

    id: str
    title: str
    explanation: str
    level: Level
    confidence: float
    reports_floating: bool
    toolchain_note: str
    target_note: str
    references: tuple[str, ...]
    symptoms: tuple[str, ...]
    remedies: tuple[str, ...]
    automatic: tuple[str, ...]
    affected: tuple[Affected, ...]


class InvalidAdvisory(ValueError):
    """A data file that says something the loader does not know, or leaves something out."""


@cache
def load_advisories() -> tuple[Advisory, ...]:
    """All advisories of the package."""
    import tomli

    texts = [(get_data("wasifix.advisories", f"{name}.toml") or b"").decode() for name in ADVISORIES]
    return tuple(read_advisory(name, tomli.loads(text)) for name, text in zip(ADVISORIES, texts, strict=True))


def read_advisory(name: str, data: dict[str, Any]) -> Advisory:
    """Reads and validates one data file's values. Raises InvalidAdvisory."""
    try:
        advisory = _advisory(_Table(data))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidAdvisory(f"{name}: {error}") from error
    if advisory.id != name or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise InvalidAdvisory(f"{name}: the id must be the file's name, in kebab-case")
    if not all(each.startswith("https://") for each in advisory.references):
        raise InvalidAdvisory(f"{name}: references must be links")
    if not set(advisory.automatic) <= set(advisory.remedies):
        raise InvalidAdvisory(f"{name}: `automatic` must be some of `remedies`")
    if not advisory.affected:
        raise InvalidAdvisory(f"{name}: affects nothing")
    return advisory


def _advisory(table: _Table) -> Advisory:
    advisory = Advisory(
        id=table.take("id", str),
        title=table.take("title", str),
        explanation=table.take("explanation", str).strip(),
        level=Level(table.take("level", str)),
        confidence=table.take("confidence", float),
        reports_floating=table.take("reports-floating", bool, False),
        toolchain_note=table.take("toolchain-note", str),
        target_note=table.take("target-note", str, ""),
        references=table.strings("references"),
        symptoms=table.strings("symptoms"),
        remedies=table.strings("remedies", optional=True),
        automatic=table.strings("automatic", optional=True),
        affected=tuple(_affected(_Table(each)) for each in table.take("affected", list)),
    )
    table.refuse_rest()
    return advisory


def _affected(table: _Table) -> Affected:
    affected = Affected(
        targets=table.strings("targets"),
        channels=tuple(Channel(each) for each in table.strings("channels")),
        rust=tuple(_releases(_Table(each)) for each in table.take("rust", list, [])),
        nightly=tuple(_dates(_Table(each)) for each in table.take("nightly", list, [])),
        nightly_when=tuple(Condition(each) for each in table.strings("nightly-when", optional=True)),
        when=tuple(Condition(each) for each in table.strings("when", optional=True)),
        unless=tuple(Condition(each) for each in table.strings("unless", optional=True)),
    )
    table.refuse_rest()
    return affected


def _releases(table: _Table) -> ReleaseRange:
    introduced, fixed = table.take("introduced", str), table.take("fixed", str, None)
    table.refuse_rest()
    return ReleaseRange(Release.parse(introduced), Release.parse(fixed) if fixed else None)


def _dates(table: _Table) -> DateRange:
    import datetime

    introduced = table.take("introduced", datetime.date)
    fixed = table.take("fixed", datetime.date, None)
    table.refuse_rest()
    return DateRange(introduced, fixed)


_REQUIRED = object()


class _Table:
    """Takes keys out of a table, and knows which are left."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = dict(data)

    def take(self, key: str, kind: type, default: Any = _REQUIRED) -> Any:
        if key not in self.data:
            if default is _REQUIRED:
                raise ValueError(f"`{key}` is missing")
            return default
        value = self.data.pop(key)
        if not isinstance(value, kind) or value == "":
            raise ValueError(f"`{key}` is empty or of the wrong type")
        return value

    def strings(self, key: str, optional: bool = False) -> tuple[str, ...]:
        found = self.take(key, list, [] if optional else _REQUIRED)
        if not all(isinstance(each, str) for each in found) or not (found or optional):
            raise ValueError(f"`{key}` must be a list of strings")
        return tuple(found)

    def refuse_rest(self) -> None:
        if self.data:
            raise ValueError(f"unknown key: {', '.join(sorted(self.data))}")
