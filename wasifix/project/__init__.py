"""A project as its files describe it, every value with the place that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from wasifix.documents.toml import TomlDocument
from wasifix.markers import Marker, find_markers
from wasifix.model import NO_SETTINGS, Build, Confidence, Evidence, Fact, Settings
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.config_files import read_config
from wasifix.project.file_names import machine_files
from wasifix.project.link_args import Flag, memory_argument, uses_clang, whole_flags
from wasifix.project.sources import Sources
from wasifix.project.targets import Use, target_uses
from wasifix.project.toolchain import ToolchainFile, effective_toolchain, governing_files
from wasifix.project.workspace import Workspace, find_workspace
from wasifix.rust import Channel, Release, Toolchain
from wasifix.tree import join

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall


class Project(Struct, frozen=True, kw_only=True, dict=True):
    """What wasifix knows of a project, seen from the folder `start` of a tree."""

    sources: Sources
    start: str
    workspace: Workspace
    toolchain_files: tuple[ToolchainFile, ...]
    toolchain: Fact[Toolchain]
    assumed: str | None
    """What to take for a toolchain that the files leave open."""
    config: CargoConfig
    target_uses: tuple[Use, ...]
    settings: Settings = NO_SETTINGS

    @property
    def root(self) -> TomlDocument:
        """The manifest of the workspace root, the only one whose profiles count."""
        return self.workspace.root.document

    @cached_property
    def calls(self) -> tuple[CargoCall, ...]:
        """The Cargo commands of workflows and scripts that link, also those for other targets.

        Raises UnreadableInput.
        """
        from wasifix.project.callers import all_calls

        folders = tuple(package.folder for package in self.workspace.packages)
        variables = self.config.environment
        return tuple(all_calls(self.sources, self.start, folders, self.target_uses, variables))

    @cached_property
    def remembered(self) -> dict[str, Any]:
        """Answers that hold for all builds, by their question."""
        return {}

    @cached_property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Path and text of the files that decide about the build, where wasifix may have left a comment."""
        files = [(each.path, self.sources.text(each.path) or "") for each in self.toolchain_files]
        scripts = [join(package.folder, "build.rs") for package in self.workspace.packages]
        scripts += [path for call in self.calls for path in (call.workflow, call.path)]
        # mise's, once pinned to the release of the toolchain file, make no build of their own any more; and
        # an action or a script may choose what a command in another file builds with
        others = dict.fromkeys((*machine_files(self.start), *self.sources.files_read))
        scripts += [path for path in others if b" wasifix " in (self.sources.read(path) or b"")]
        there = {path for path, _ in files} | {self.root.path} | {each.path for each in self.config.layers}
        texts = ((path, self.sources.text(path)) for path in dict.fromkeys(scripts) if path not in there)
        files += [(path, text) for path, text in texts if text is not None]
        return (
            *files,
            (self.root.path, self.root.text),
            *((each.path, each.text) for each in self.config.layers),
        )

    def markers(self) -> Iterator[tuple[str, str, Marker]]:
        """The comments that wasifix wrote: path, text of the file, comment."""
        yield from self._markers

    @cached_property
    def _markers(self) -> tuple[tuple[str, str, Marker], ...]:
        """Looked for once: each build asks."""
        return tuple((path, text, each) for path, text in self.documents for each in find_markers(text))


def read_project(
    sources: Sources, start: str, environment: Mapping[str, str], assumed: str | None = None
) -> Project:
    """Reads a project. Raises UnreadableInput, NoProject."""
    workspace = find_workspace(sources, start)
    files = governing_files(sources, start)
    toolchain = effective_toolchain(files, environment, assumed)
    config = read_config(
        sources,
        start,
        environment,
        includes=_reads_includes(toolchain.value),
        nightly=toolchain.value is not None and toolchain.value.channel is Channel.NIGHTLY,
    )
    return Project(
        sources=sources,
        start=start,
        workspace=workspace,
        toolchain_files=files,
        toolchain=toolchain,
        assumed=assumed,
        config=config,
        target_uses=target_uses(sources, workspace, config, files),
    )


def local_builds(project: Project) -> tuple[Build, ...]:
    """The builds that somebody gets who runs Cargo in the folder: one for each WebAssembly target."""
    triples = dict.fromkeys(triple for triple, _, _ in project.target_uses)
    return tuple(
        build_of(
            project,
            triple,
            name=f"local:{triple}",
            title="local build",
            uses=tuple(evidence for name, _, evidence in project.target_uses if name == triple),
        )
        for triple in triples
    )


def target_confidence(project: Project, triple: str) -> Confidence:
    """How sure it is that the target is built: a list of targets to install is less than a table for it."""
    signs = [confidence for name, confidence, _ in project.target_uses if name == triple]
    return Confidence.CONFIRMED if Confidence.CONFIRMED in signs else Confidence.LIKELY


def build_of(
    project: Project,
    triple: str,
    *,
    name: str,
    title: str,
    uses: tuple[Evidence, ...],
    doubts: tuple[str, ...] = (),
) -> Build:
    """A build for a target, as the project's toolchain and configuration make it."""
    config = project.config
    flags = config.rustflags(triple)
    return Build(
        id=name,
        title=title,
        doubts=doubts,
        target=Fact(value=triple, evidence=uses),
        toolchain=project.toolchain,
        max_memory=memory_argument(flags, "max-memory"),
        unused_max_memory=_unused(config, triple, flags),
        initial_memory=memory_argument(flags, "initial-memory"),
        unused_flags=_unused_flags(config, triple, flags),
        bootstrap=_bootstrap(project),
        clang_linker=uses_clang(config.target_setting(triple, "linker"), flags),
        runner=config.target_setting(triple, "runner"),
    )


def _unused(config: CargoConfig, triple: str, flags: tuple[Flag, ...]) -> Fact[int]:
    """A --max-memory in the files that Cargo does not hand over, and why."""
    written = memory_argument(config.written_rustflags(triple), "max-memory")
    if written.value is None or memory_argument(flags, "max-memory").value is not None:
        return Fact(value=None)
    variable = config.flags_variable()
    reason = (
        f"not used: {variable} is set" if variable else "not used: the target's own rustflags switch it off"
    )
    return Fact(value=written.value, evidence=written.evidence, reason=reason)


def _unused_flags(config: CargoConfig, triple: str, flags: tuple[Flag, ...]) -> Fact[str]:
    """The configured flags that a variable replaces and does not repeat, without those about lints."""
    variable = config.flags_variable()
    if variable is None:
        return Fact(value=None)
    used = [text for text, _ in whole_flags(flags)]
    lost = [
        (text, flag)
        for text, flag in whole_flags(config.configured_rustflags(triple))
        if text not in used and not text.startswith(("-A", "-W", "-D", "-F", "--cap-lints"))
    ]
    if not lost:
        return Fact(value=None)
    return Fact(
        value=" ".join(text for text, _ in lost),
        evidence=(*dict.fromkeys(flag.evidence for _, flag in lost), config.variable_evidence(variable)),
        reason=f"{variable} replaces all configured rustflags",
    )


def _reads_includes(toolchain: Toolchain | None) -> bool:
    """Whether Cargo reads `include` in its configuration: not before 1.94, where only nightlies have it."""
    if toolchain is None or toolchain.high is None or toolchain.channel is Channel.NIGHTLY:
        return True
    return toolchain.high >= Release(1, 94)


def _bootstrap(project: Project) -> Fact[bool]:
    """Whether RUSTC_BOOTSTRAP, from the environment or from `[env]`, makes rustc act as a nightly."""
    given = project.config.given_to_rustc("RUSTC_BOOTSTRAP")
    if given.value is None:
        return Fact(value=False)
    return Fact(value=_acts_as_nightly(project, given.value), evidence=given.evidence)


def _acts_as_nightly(project: Project, value: str) -> bool:
    """`1`, or a list that names the crate: anything else leaves a stable compiler as it is.

    https://doc.rust-lang.org/unstable-book/compiler-environment-variables/RUSTC_BOOTSTRAP.html
    """
    crates = {package.name.replace("-", "_") for package in project.workspace.packages}
    return value == "1" or not crates.isdisjoint(value.split(","))
