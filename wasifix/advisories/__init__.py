"""Known problems, one data file each, and the loader that refuses what it does not know."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from wasifix.rust import Channel, DateRange, Release, ReleaseRange

ADVISORIES = ("memory-cannot-grow",)
"""All advisories, in the order in which they are reported."""


class Condition(StrEnum):
    """What an advisory can ask about a build. `detect` knows how to answer each."""

    MAX_MEMORY_ARGUMENT = "max-memory-argument"
    NAPI_BUILD = "napi-build"
    BUILD_SCRIPT_ARGUMENT = "build-script-argument"
    BOOTSTRAP_ENVIRONMENT = "bootstrap-environment"
    CLANG_LINKER = "clang-linker"


@dataclass(frozen=True, kw_only=True, slots=True)
class Advisory:
    """One known problem.

    In `symptoms`, `{number}` and `{any}` stand for what differs from case to case. `toolchain_note` and
    `target_note` say in a few words what the two have to do with it. A nightly is hit where its date is in
    `nightly` and every condition of `nightly_when` holds.
    """

    id: str
    title: str
    explanation: str
    toolchain_note: str
    target_note: str
    references: tuple[str, ...]
    symptoms: tuple[str, ...]
    remedies: tuple[str, ...]
    targets: tuple[str, ...]
    channels: tuple[Channel, ...]
    rust: tuple[ReleaseRange, ...]
    nightly: tuple[DateRange, ...]
    nightly_when: tuple[Condition, ...]
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]


class InvalidAdvisory(ValueError):
    """A data file that says something the loader does not know, or leaves something out."""


@cache
def load_advisories() -> tuple[Advisory, ...]:
    """All advisories of the package."""
    import tomli

    folder = files("wasifix.advisories")
    texts = [folder.joinpath(f"{name}.toml").read_text("utf-8") for name in ADVISORIES]
    return tuple(read_advisory(name, tomli.loads(text)) for name, text in zip(ADVISORIES, texts, strict=True))


def read_advisory(name: str, data: dict[str, Any]) -> Advisory:
    """Reads and validates one data file's values. Raises InvalidAdvisory."""
    reader = _Reader(name, data)
    affected = _Reader(name, reader.take("affected", dict))
    try:
        advisory = Advisory(
            id=reader.take("id", str),
            title=reader.take("title", str),
            explanation=reader.take("explanation", str).strip(),
            toolchain_note=reader.take("toolchain-note", str),
            target_note=reader.take("target-note", str),
            references=reader.strings("references"),
            symptoms=reader.strings("symptoms"),
            remedies=reader.strings("remedies"),
            targets=affected.strings("targets"),
            channels=tuple(Channel(each) for each in affected.strings("channels")),
            rust=tuple(_releases(each) for each in affected.take("rust", list, [])),
            nightly=tuple(_dates(each) for each in affected.take("nightly", list, [])),
            nightly_when=tuple(Condition(each) for each in affected.strings("nightly-when", optional=True)),
            when=tuple(Condition(each) for each in affected.strings("when", optional=True)),
            unless=tuple(Condition(each) for each in affected.strings("unless", optional=True)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidAdvisory(f"{name}: {error}") from error
    reader.refuse_rest()
    affected.refuse_rest()
    if advisory.id != name or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise InvalidAdvisory(f"{name}: the id must be the file's name, in kebab-case")
    if not all(each.startswith("https://") for each in advisory.references):
        raise InvalidAdvisory(f"{name}: references must be links")
    return advisory


def _releases(data: dict[str, str]) -> ReleaseRange:
    _refuse_keys(data)
    fixed = Release.parse(data["fixed"]) if "fixed" in data else None
    return ReleaseRange(Release.parse(data["introduced"]), fixed)


def _dates(data: dict[str, datetime.date]) -> DateRange:
    _refuse_keys(data)
    return DateRange(data["introduced"], data.get("fixed"))


def _refuse_keys(data: dict[str, Any]) -> None:
    if unknown := data.keys() - {"introduced", "fixed"}:
        raise ValueError(f"unknown key in a range: {', '.join(sorted(unknown))}")


class _Reader:
    """Takes keys out of a table and knows which are left."""

    def __init__(self, name: str, data: dict[str, Any]) -> None:
        self.name = name
        self.data = dict(data)

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self.data.pop(key, default)
        if not isinstance(value, kind) or (value in ("", {}) and default is None):
            raise InvalidAdvisory(f"{self.name}: `{key}` is missing or of the wrong type")
        return value

    def strings(self, key: str, optional: bool = False) -> tuple[str, ...]:
        found = self.take(key, list, [] if optional else None)
        if not all(isinstance(each, str) for each in found) or not (found or optional):
            raise InvalidAdvisory(f"{self.name}: `{key}` must be a list of strings")
        return tuple(found)

    def refuse_rest(self) -> None:
        if self.data:
            raise InvalidAdvisory(f"{self.name}: unknown key: {', '.join(sorted(self.data))}")
