"""The form of the JSON reports on projects, as types: the type checker holds the renderer to it.

`data/*.schema.json` is made of these (see `json_schema`). A field that is added keeps the number of the form;
one that goes away or changes its meaning needs a new number.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from wasifix.model import Confidence, Effect, Level


class EvidenceForm(TypedDict):
    """A place that says something. `path` is empty for what comes from no file; line and column count from 1,
    0 for a whole file."""

    path: str
    line: int
    column: int
    text: str
    note: str


class FactForm(TypedDict):
    """A value with its evidence; null where it is not known or absent, and `reason` says why."""

    value: str | int | None
    reason: str
    evidence: list[EvidenceForm]


class BuildForm(TypedDict):
    """One way the project gets built. `max_memory` is in bytes."""

    id: str
    title: str
    target: FactForm
    toolchain: FactForm
    max_memory: FactForm
    runner: FactForm


class StrategyForm(TypedDict):
    """A remedy."""

    name: str
    effect: Effect
    command: str


class IgnoredForm(TypedDict):
    """Who said to live with a finding, and why."""

    reason: str
    at: EvidenceForm


class FindingForm(TypedDict):
    """An advisory or a check that holds for builds, which are named by their ids."""

    advisory: str
    level: Level
    confidence: Confidence
    builds: list[str]
    message: str
    covered_by: list[str]
    ignored: IgnoredForm | None
    evidence: list[EvidenceForm]
    strategies: list[StrategyForm]


class PreventedForm(TypedDict):
    """An advisory that would hold for a build but for what the evidence names."""

    advisory: str
    build: str
    message: str
    evidence: list[EvidenceForm]


class SummaryForm(TypedDict):
    """How many there are of what, and which files were read."""

    errors: int
    warnings: int
    notes: int
    builds: int
    files: list[str]


class ReportForm(TypedDict):
    """What is found in a project. Paths are relative to the top of its repository."""

    builds: list[BuildForm]
    findings: list[FindingForm]
    prevented: list[PreventedForm]
    summary: SummaryForm


class CheckForm(ReportForm):
    """What `wasifix check --format json` prints."""

    schema: Literal["wasifix/check/1"]
    project: str


class PlanForm(TypedDict):
    """What a strategy does, and the commands that come next."""

    strategy: str
    effect: Effect
    follow_up: list[str]
    notes: list[str]


class DeclinedForm(TypedDict):
    """Why a strategy does nothing."""

    strategy: str
    reason: str
    at: EvidenceForm | None
    instead: str


class ByHandForm(TypedDict):
    """A place that is left to the user, and what to do there."""

    at: EvidenceForm
    what: str


class ApplyForm(TypedDict):
    """What `wasifix apply --format json` prints, and `wasifix remove` too.

    `after` is null where a strategy was declined."""

    schema: Literal["wasifix/apply/1"]
    project: str
    written: bool
    plans: list[PlanForm]
    declined: list[DeclinedForm]
    by_hand: list[ByHandForm]
    passed_over: list[DeclinedForm]
    files: list[str]
    patch: str
    before: ReportForm
    after: ReportForm | None


class ProjectAnswerForm(TypedDict):
    """The answer for one of several projects. `report` is null where it could not be looked at, and `result`
    says why."""

    path: str
    exit: int
    result: str
    report: CheckForm | ApplyForm | None


class SeveralForm(TypedDict):
    """What `check`, `apply` and `remove` print with `--format json` for more than one project."""

    schema: Literal["wasifix/several/1"]
    projects: list[ProjectAnswerForm]
