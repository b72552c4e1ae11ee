"""The form of the JSON reports, as types: the type checker holds the renderer to it.

`data/*.schema.json` is made of these (see `json_schema`). A field that is added keeps the number of the form;
one that goes away or changes its meaning needs a new number.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from wasifix.inspection import Kind, Verdict
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


class MemoryForm(TypedDict):
    """A memory of a module. `minimum` and `maximum` are in pages, `page_size` is in bytes."""

    minimum: int
    maximum: int | None
    page_size: int
    shared: bool
    imported_as: str | None
    exported_as: list[str]


class ProducerForm(TypedDict):
    """Something that took part in making a module."""

    field: str
    name: str
    version: str


class ModuleForm(TypedDict):
    """What a module says of itself. `size` is in bytes."""

    size: int
    memories: list[MemoryForm]
    imports_thread_spawn: bool
    exports_thread_start: bool
    import_modules: list[str]
    producers: list[ProducerForm]
    features: list[str]


class BuiltByForm(TypedDict):
    """The toolchain that built a module; `commit` is that of its compiler, where the module names it."""

    value: str | None
    reason: str
    commit: str | None


class FileForm(TypedDict):
    """One file. `offset` is the byte where it cannot be read; `module` is null for what is no core module."""

    path: str
    kind: Kind
    verdict: Verdict
    reason: str
    offset: int | None
    advisories: list[str]
    notes: list[str]
    toolchain: BuiltByForm
    module: ModuleForm | None


VerdictsForm = TypedDict("VerdictsForm", {"hit": int, "grows": int, "not-concerned": int, "unreadable": int})
VerdictsForm.__doc__ = "How many files have which verdict."


class InspectForm(TypedDict):
    """What `wasifix inspect --format json` prints."""

    schema: Literal["wasifix/inspect/1"]
    files: list[FileForm]
    summary: VerdictsForm


class ProgramForm(TypedDict):
    """A program that was looked for; `problem` says why there is no path or no version."""

    name: str
    path: str
    version: str
    problem: str


class ActiveForm(TypedDict):
    """The toolchain that is used in the folder, and what its rustc says of the target.

    `max_memory` is in bytes; 0 where rustc passes none, null where that is not known."""

    name: str | None
    reason: str
    rustc: str | None
    target: str
    max_memory: int | None
    max_memory_reason: str


class InstalledForm(TypedDict):
    """A toolchain that rustup has, and the WebAssembly targets that it can build for."""

    name: str
    targets: list[str]
    problem: str


class VariableForm(TypedDict):
    """A variable that changes what Cargo, rustc and rustup do."""

    name: str
    value: str
    effect: str


class ProblemForm(TypedDict):
    """Something that is wrong, and the command that comes next."""

    level: Level
    message: str
    command: str | None


class DoctorForm(TypedDict):
    """What `wasifix doctor --format json` prints. `no_project` says why none was looked at."""

    schema: Literal["wasifix/doctor/1"]
    programs: list[ProgramForm]
    toolchain: ActiveForm
    installed: list[InstalledForm]
    variables: list[VariableForm]
    no_project: str | None
    problems: list[ProblemForm]
    fails: bool
    verdict: str


FORMS: tuple[tuple[str, Any], ...] = (
    ("check-1", CheckForm),
    ("apply-1", ApplyForm),
    ("several-1", SeveralForm),
    ("inspect-1", InspectForm),
    ("doctor-1", DoctorForm),
)
"""The documents, by the names of their schema files."""
