"""A project as its files describe it, every value with the place that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wasifix.documents.toml import TomlDocument
from wasifix.markers import Marker, find_markers
from wasifix.model import Build, Confidence, Fact
from wasifix.project.cargo_config import CargoConfig, read_config
from wasifix.project.link_args import memory_argument, uses_clang
from wasifix.project.sources import Sources
from wasifix.project.targets import Use, target_uses
from wasifix.project.toolchain import ToolchainFile, effective_toolchain, governing_files
from wasifix.project.workspace import Workspace, find_workspace
from wasifix.rust import Toolchain


@dataclass(frozen=True, kw_only=True)
class Project:
    """What wasifix knows of a project, seen from the folder `start` of a tree."""

    sources: Sources
    start: str
    workspace: Workspace
    toolchain_files: tuple[ToolchainFile, ...]
    toolchain: Fact[Toolchain]
    config: CargoConfig
    target_uses: tuple[Use, ...]

    @property
    def root(self) -> TomlDocument:
        """The manifest of the workspace root, the only one whose profiles count."""
        return self.workspace.root.document

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Path and text of the files that decide about the build, where wasifix may have left a comment."""
        files = [(each.path, self.sources.text(each.path) or "") for each in self.toolchain_files]
        return (
            *files,
            (self.root.path, self.root.text),
            *((each.path, each.text) for each in self.config.layers),
        )

    def markers(self) -> Iterator[tuple[str, str, Marker]]:
        """The comments that wasifix wrote: path, text of the file, comment."""
        for path, text in self.documents:
            for marker in find_markers(text):
                yield path, text, marker


def read_project(
    sources: Sources, start: str, environment: Mapping[str, str], assumed: str | None = None
) -> Project:
    """Reads a project. Raises UnreadableInput, NoProject."""
    workspace = find_workspace(sources, start)
    files = governing_files(sources, start)
    config = read_config(sources, start, environment)
    return Project(
        sources=sources,
        start=start,
        workspace=workspace,
        toolchain_files=files,
        toolchain=effective_toolchain(files, environment, assumed),
        config=config,
        target_uses=target_uses(sources, workspace, config, files),
    )


def local_builds(project: Project) -> tuple[Build, ...]:
    """The builds that somebody gets who runs Cargo in the folder: one for each WebAssembly target."""
    triples = dict.fromkeys(triple for triple, _, _ in project.target_uses)
    return tuple(_local_build(project, triple) for triple in triples)


def target_confidence(project: Project, triple: str) -> Confidence:
    """How sure it is that the target is built: a list of targets to install is less than a table for it."""
    signs = [confidence for name, confidence, _ in project.target_uses if name == triple]
    return Confidence.CONFIRMED if Confidence.CONFIRMED in signs else Confidence.LIKELY


def _local_build(project: Project, triple: str) -> Build:
    config = project.config
    flags = config.rustflags(triple)
    uses = tuple(evidence for name, _, evidence in project.target_uses if name == triple)
    return Build(
        id=f"local:{triple}",
        title="local build",
        target=Fact(value=triple, evidence=uses),
        toolchain=project.toolchain,
        max_memory=memory_argument(flags, "max-memory"),
        initial_memory=memory_argument(flags, "initial-memory"),
        bootstrap=_bootstrap(config),
        clang_linker=uses_clang(config.target_setting(triple, "linker"), flags),
        runner=config.target_setting(triple, "runner"),
    )


def _bootstrap(config: CargoConfig) -> Fact[bool]:
    """RUSTC_BOOTSTRAP in the environment, or in `[env]`, which Cargo hands to rustc.

    https://doc.rust-lang.org/cargo/reference/config.html#env
    """
    from wasifix.model import Evidence

    if (text := config.environment.get("RUSTC_BOOTSTRAP")) is not None:
        evidence = Evidence(path="", text=f"RUSTC_BOOTSTRAP={text}", note="environment variable")
        return Fact(value=text not in ("", "-1"), evidence=(evidence,))
    setting = config.winner("env", "RUSTC_BOOTSTRAP")
    if setting is None:
        return Fact(value=False)
    value = setting.value.get("value") if isinstance(setting.value, dict) else setting.value
    return Fact(value=str(value) not in ("", "-1"), evidence=(setting.evidence,))
