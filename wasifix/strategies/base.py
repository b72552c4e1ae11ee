"""What a strategy is, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from wasifix.model import Build, Effect, Evidence, Finding, Remedy, Settings
from wasifix.project import Project
from wasifix.project.cargo_config import Setting
from wasifix.project.targets import BUILDING, alias_words, option_value
from wasifix.proposals import Declined, Plan
from wasifix.rust import Release


class Options(Struct, frozen=True, kw_only=True):
    """What the user asks of all strategies."""

    rust: Release | None = None
    max_memory: int | None = None
    """Bytes."""
    local_only: bool = False
    """Whether to leave the builds of GitHub and GitLab alone; those of a Makefile or script are local."""
    wasmtime: Release | None = None
    runner: str | None = None
    """`wasmer` or `embedded`, instead of Wasmtime's program."""
    keep_threads: bool = False
    """Whether to decline what would break code that starts threads."""
    force: bool = False

    def filled(self, settings: Settings) -> Options:
        """With the settings for what is not said here."""
        return replace(
            self,
            rust=self.rust or settings.rust.value,
            max_memory=self.max_memory or settings.max_memory.value,
        )


class Hits(Struct, frozen=True, kw_only=True):
    """The findings that a strategy is to remedy, and the builds that they hit."""

    findings: tuple[Finding, ...]
    builds: tuple[Build, ...]

    @property
    def local(self) -> tuple[Build, ...]:
        """Those of somebody who runs Cargo in the folder."""
        return tuple(build for build in self.builds if build.is_local)

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets of the builds, each once."""
        return tuple(dict.fromkeys(str(build.target.value) for build in self.builds))


class Strategy(Struct, frozen=True, kw_only=True):
    """A remedy: what it claims, and what it does."""

    claim: Remedy
    plan: Callable[[Project, Hits, Options], Plan | Declined]

    @property
    def name(self) -> str:
        return self.claim.strategy

    @property
    def effect(self) -> Effect:
        return self.claim.effect


def test_command(targets: tuple[str, ...], arguments: str = "--release") -> tuple[str, ...]:
    """The commands that try the result, after the article: a clean build, then the tests of each target."""
    return ("cargo clean", *(f"cargo test --target {target} {arguments}" for target in targets))


def aliases_for(project: Project, targets: tuple[str, ...]) -> Iterator[tuple[str, Setting]]:
    """The aliases of the Cargo configuration that build for one of the targets."""
    default = project.config.winner("build", "target")
    by_default = default is not None and (default.value in targets or default.value == list(targets))
    for name in project.config.names("alias"):
        setting = project.config.winner("alias", name)
        if setting is not None:
            words = tuple(word for word, _ in alias_words(setting.value))
            target = option_value(words, "--target")
            if target in targets or (target is None and by_default and words[:1] and words[0] in BUILDING):
                yield name, setting


def environment_note(evidence: Evidence) -> str:
    """A note on a variable that hides what a strategy writes."""
    return f"{evidence.text} is set in your environment and hides this change: unset it"
