"""The form of the JSON reports on modules and machines, as types; see `json_form`."""

from __future__ import annotations

from typing import Literal, TypedDict

from wasifix.inspection import Kind, Verdict
from wasifix.model import Level
from wasifix.verification import Verdict as Proof


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


class LimitsForm(TypedDict):
    """The limits of a memory, in pages; `maximum` is null where there is none."""

    minimum: int
    maximum: int | None


class RowForm(TypedDict):
    """One Cargo command in one trial. `install` is the command that gets what is missing.

    `reason` is in wasifix's own words, `detail` in those of Cargo or of the program."""

    trial: str
    strategy: str | None
    target: str
    command: str | None
    builds: bool | None
    memory: LimitsForm | None
    toolchain: str | None
    runs: str | None
    verdict: Proof
    reason: str
    detail: str
    install: str | None


class VerifyForm(TypedDict):
    """What `wasifix verify --format json` prints. `next` applies the first strategy that is proven."""

    schema: Literal["wasifix/verify/1"]
    target: str
    commands: list[str]
    compiler: str | None
    runner: str
    rows: list[RowForm]
    proven: list[str]
    works_as_it_is: bool
    next: str | None
