"""The builds that a project's workflows make, each as Cargo and rustup would make it there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wasifix.documents.toml import TomlDocument, parse_toml
from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.model import Build, Evidence, Fact
from wasifix.project import Project, build_of
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.config_files import read_config
from wasifix.project.expressions import Known
from wasifix.project.targets import configured_targets, is_wasm
from wasifix.project.toolchain import NUMBER, ToolchainFile, effective_toolchain, governing_files, settled
from wasifix.rust import Channel, Toolchain, parse_toolchain
from wasifix.tree import join, parent

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall

_GIVEN = "--config#"
_DECIDING = ("RUSTFLAGS", "RUSTC_BOOTSTRAP", "RUSTUP_TOOLCHAIN", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_")


def ci_builds(project: Project) -> tuple[Build, ...]:
    """One build for each workflow job, target and toolchain. Raises UnreadableInput."""
    found: dict[tuple[object, ...], Build] = {}
    for index, call in enumerate(project.calls):
        for build in _builds(project, call):
            decided = (build.target.value, build.toolchain, build.max_memory, build.wasmtime, build.doubts)
            key = (call.file, call.job, *decided)
            first = found.get(key, build)
            found[key] = replace(first, calls=(*first.calls, index))
    return tuple(replace(build, id=f"{build.id}#{number}") for number, build in enumerate(found.values(), 1))


class Choice(Struct, frozen=True, kw_only=True):
    """What decides about a command's toolchain: a value in the workflow, a file, or neither."""

    known: Known | None = None
    files: tuple[ToolchainFile, ...] = ()
    yields_to_file: bool = False
    """Whether a rust-toolchain file, if there were one, would win over it."""


def toolchain_choice(project: Project, call: CargoCall) -> Choice:
    """`+name`, RUSTUP_TOOLCHAIN, an override or the nearest file, then the default.

    https://rust-lang.github.io/rustup/overrides.html
    """
    files = governing_files(project.sources, call.folder)
    override = call.override
    if files and len(parent(files[0].path)) > len(call.override_folder):  # the nearer of the two counts
        override = None
    variable = call.environment.get("RUSTUP_TOOLCHAIN")
    for known in (call.plus, variable if variable and variable.text != "" else None, override):
        if known is not None:
            return Choice(known=known)
    return Choice(files=files) if files else Choice(known=call.default, yields_to_file=True)


def _builds(project: Project, call: CargoCall) -> Iterator[Build]:
    config, doubts = _config(project, call)
    for triple, uses in targets_of(call, config):
        toolchain = settled(_toolchain(project, call), project.assumed)
        files = governing_files(project.sources, call.folder)
        view = replace(project, config=config, toolchain=toolchain, toolchain_files=files)
        name = toolchain.value.name if toolchain.value else "toolchain unknown"
        build = build_of(
            view,
            triple,
            name=f"{call.file}:{call.job}:{triple}",
            title=_title(call, name),
            uses=uses,
            doubts=(*call.doubts, *doubts, *_unknown_variables(call), *_conditions(project, call)),
        )
        yield replace(build, wasmtime=_wasmtime(call, build), max_memory=_seen(build.max_memory, call))


def _title(call: CargoCall, toolchain: str) -> str:
    """The job of a workflow, or the script, recipe or target that somebody runs by hand."""
    if call.workflow:
        return f"{call.workflow}, job {call.job}, {toolchain}"
    return f"{call.file}{f', {call.job}' if call.job else ''}, {toolchain}"


def _seen(fact: Fact[int], call: CargoCall) -> Fact[int]:
    """The fact with the command as its place where an argument of the command gives it."""
    evidence = (call.at if each.path.startswith(_GIVEN) else each for each in fact.evidence)
    return replace(fact, evidence=tuple(evidence))


def config_of(project: Project, call: CargoCall) -> CargoConfig:
    """The configuration that a command sees."""
    return _config(project, call)[0]


def _config(project: Project, call: CargoCall) -> tuple[CargoConfig, tuple[str, ...]]:
    """The configuration of the command's folder, with what `--config` gives above it, the last first."""
    environment = {name: known.text or "" for name, known in call.environment.items()}
    toolchain = _toolchain(project, call).value
    nightly = toolchain is not None and toolchain.channel is Channel.NIGHTLY
    config = read_config(project.sources, call.folder, environment, nightly=nightly)
    doubts: list[str] = []
    layers = []
    for number, given in enumerate(reversed(call.configs)):
        document = _given_config(project, call, given, f"{_GIVEN}{number}")
        if document is None:
            doubts.append(f"--config {given} is not in the project")
        elif document.path not in [each.path for each in config.layers]:
            layers.append(document)
    places = {name: known.evidence[-1] for name, known in call.environment.items() if known.evidence}
    layered = replace(config, layers=(*layers, *config.layers), places=places, given=len(layers))
    return layered, tuple(doubts)


def _given_config(project: Project, call: CargoCall, given: str, name: str) -> TomlDocument | None:
    try:
        if "=" in given:
            return parse_toml(name, given.encode("utf-8"))
        return project.sources.toml(join(call.folder, given))
    except (OutsideProject, UnreadableInput):
        return None


def targets_of(call: CargoCall, config: CargoConfig) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """The WebAssembly targets that a command builds, and what says so."""
    if call.target.evidence:
        if call.target.text is not None and is_wasm(call.target.text):
            yield call.target.text, (call.at, *call.target.evidence)
        return
    variable = call.environment.get("CARGO_BUILD_TARGET")
    for triple, _, evidence in configured_targets(config):
        if is_wasm(triple):
            places = (evidence,) if evidence.path else variable.evidence if variable else ()
            yield triple, (call.at, *places)


def _toolchain(project: Project, call: CargoCall) -> Fact[Toolchain]:
    choice = toolchain_choice(project, call)
    if choice.known is not None:
        return _of(choice.known)
    if choice.files:
        return effective_toolchain(choice.files, {}, None)
    if not call.workflow:
        return effective_toolchain((), {}, None)
    return Fact(value=None, evidence=(call.at,), reason="the runner's own default toolchain decides")


def _wasmtime(call: CargoCall, build: Build) -> Fact[str]:
    """The Wasmtime that the job installed, if the command runs the module with it."""
    runner = build.runner.value
    if call.wasmtime is None or not call.runs or (runner is not None and "wasmtime" not in runner):
        return Fact(value=None)
    version = call.wasmtime.version
    reason = "" if version.text else "an expression that cannot be resolved"
    return Fact(value=version.text, evidence=(*version.evidence[:1], call.at), reason=reason)


def _of(known: Known) -> Fact[Toolchain]:
    if not known.text:
        return Fact(value=None, evidence=known.evidence[:1], reason="an expression that cannot be resolved")
    if known.is_conditional:
        return Fact(value=None, evidence=known.evidence, reason="which one depends on a condition")
    toolchain = parse_toolchain(known.text)
    if known.written:
        reason = f"{NUMBER} {known.written} is {known.text}"
        return Fact(value=toolchain, evidence=known.evidence[:1], reason=reason)
    reason = f"`{known.text}` moves: which release it is depends on the day" if toolchain.is_floating else ""
    return Fact(value=toolchain, evidence=known.evidence[:1], reason=reason)


def _conditions(project: Project, call: CargoCall) -> Iterator[str]:
    """What holds only where a condition does that cannot be known."""
    choice = toolchain_choice(project, call)
    if choice.known is not None and choice.known.is_conditional:
        yield "the toolchain depends on a condition"
    if call.target.is_conditional:
        yield "the target depends on a condition"
    for name, known in call.environment.items():
        if known.is_conditional and _decides(name):
            yield f"{name} depends on a condition"


def _decides(name: str) -> bool:
    of_target = name.startswith("CARGO_TARGET_") and name.endswith(("RUSTFLAGS", "RUNNER"))
    return name.startswith(_DECIDING) or of_target


def _unknown_variables(call: CargoCall) -> Iterator[str]:
    for name, known in call.environment.items():
        decides = name.startswith(_DECIDING) or (name.startswith("CARGO_TARGET_") and "RUSTFLAGS" in name)
        if decides and known.text is None:
            yield f"{name} is an expression that cannot be resolved"
