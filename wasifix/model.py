"""Frozen values that travel from the files to the report."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

from msgspec import Struct

from wasifix.rust import Release, Toolchain

T = TypeVar("T")


class Level(StrEnum):
    """How loud a finding is. Errors and warnings make `check` exit with 1, notes do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(StrEnum):
    """How sure a finding is."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Effect(StrEnum):
    """What a strategy does about the cause of a finding."""

    REMOVES_CAUSE = "removes-cause"
    AVOIDS_TARGET = "avoids-target"
    UNPROVEN = "unproven"


class Evidence(Struct, frozen=True, kw_only=True):
    """A place that says something: path relative to the tree's root, 1-based line and column (characters).

    `path` is empty for what comes from no file (an environment variable, an option). `text` is the line, or a
    part of a very long one; `within` counts its characters before the place.
    """

    path: str
    line: int = 0
    column: int = 0
    text: str = ""
    note: str = ""
    within: int = 0

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class Fact(Struct, Generic[T], frozen=True, kw_only=True):
    """A value with its evidence; `value` is None when it is not known or absent, and `reason` says why."""

    value: T | None
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""


UNSET: Fact[Any] = Fact(value=None)
"""What nobody has said anything about."""


class Ignore(Struct, frozen=True, kw_only=True):
    """A decision to live with a finding: which (its id), why, and where that is written."""

    id: str
    reason: str
    at: Evidence


class Settings(Struct, frozen=True, kw_only=True):
    """What a project or a user has settled; the evidence of each value is where it comes from."""

    strategy: Fact[tuple[str, ...]] = UNSET
    rust: Fact[Release] = UNSET
    max_memory: Fact[int] = UNSET
    """Bytes."""
    accept: Fact[tuple[Effect, ...]] = UNSET
    """Which effects of workarounds are good enough; all where nothing is said."""
    ignore: Fact[tuple[Ignore, ...]] = UNSET

    def accepts(self, effect: Effect) -> bool:
        """Whether a workaround of this effect is good enough."""
        return self.accept.value is None or effect in self.accept.value


NO_SETTINGS = Settings()
"""Everything is as by default."""


class Build(Struct, frozen=True, kw_only=True):
    """One way the project gets built for a WebAssembly target."""

    id: str
    title: str
    doubts: tuple[str, ...] = ()
    """What could not be resolved and could change the answer."""
    target: Fact[str]
    toolchain: Fact[Toolchain]
    max_memory: Fact[int]
    """Bytes; what the linker is told besides the target's own arguments."""
    unused_max_memory: Fact[int]
    """An argument in the files that Cargo does not hand over; `reason` says why."""
    initial_memory: Fact[int]
    unused_flags: Fact[str] = Fact(value=None)
    """Configured flags that a variable replaces; the evidence ends with the place that sets the variable."""
    bootstrap: Fact[bool]
    """Whether RUSTC_BOOTSTRAP makes the compiler act as a nightly."""
    clang_linker: Fact[bool]
    """Whether the linker is a clang driver instead of rust-lld."""
    runner: Fact[str]
    calls: tuple[int, ...] = ()
    """The commands that make it, as indices into `Project.calls`; none for a local build."""
    wasmtime: Fact[str] = Fact(value=None)
    """The version that a workflow installs and then runs the module with; `latest` where it names none."""

    @property
    def key(self) -> str:
        """What stays of the id when other builds come or go."""
        return self.id.partition("#")[0]

    @property
    def places(self) -> frozenset[str]:
        """The files that say what it is."""
        return frozenset(each.path for each in self.evidence)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All places that say what it is."""
        facts = (self.target, self.toolchain, self.max_memory, self.runner, self.wasmtime)
        return tuple(each for fact in facts for each in fact.evidence)

    @property
    def is_local(self) -> bool:
        """Whether it is what somebody gets who runs Cargo in the folder, not what a workflow does."""
        return self.id.startswith("local:")

    @property
    def is_ci(self) -> bool:
        """Whether a workflow makes it, not somebody by hand."""
        return self.id.startswith((".github/", ".gitlab-ci.yml"))


class Remedy(Struct, frozen=True, kw_only=True):
    """What a strategy claims. `short` is for a table; `reference` shows the claim."""

    strategy: str
    effect: Effect
    summary: str
    short: str
    caveat: str
    reference: str

    @property
    def command(self) -> str:
        return f"wasifix apply --strategy {self.strategy}"


class Finding(Struct, frozen=True, kw_only=True):
    """An advisory or a project check that holds for one or more builds."""

    id: str
    level: Level
    confidence: Confidence
    message: str
    builds: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    symptoms: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    covered_by: tuple[str, ...] = ()
    """Strategies whose marked workaround is in place."""
    ignored: Ignore | None = None
    """Who said to live with it; such a finding is a note."""

    @property
    def fails(self) -> bool:
        return self.level is not Level.NOTE


class Prevented(Struct, frozen=True, kw_only=True):
    """An advisory that would hold for a build but for one thing, which the evidence names."""

    id: str
    build: str
    why: str
    evidence: tuple[Evidence, ...]


class Report(Struct, frozen=True, kw_only=True):
    """What `check` found."""

    builds: tuple[Build, ...]
    findings: tuple[Finding, ...]
    prevented: tuple[Prevented, ...]
    files_read: tuple[str, ...]
    settings: Settings = NO_SETTINGS

    @property
    def fails(self) -> bool:
        return any(finding.fails for finding in self.findings)

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing, not even a note, but what somebody chose to ignore."""
        return all(finding.ignored for finding in self.findings)

    def is_local(self, finding: Finding) -> bool:
        """Whether the finding is about a local build, and not only about those of workflows."""
        return any(build.is_local and build.id in finding.builds for build in self.builds)
