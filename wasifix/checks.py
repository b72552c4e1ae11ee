"""Checks of the project itself: settings that do not have the effect their place promises."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from wasifix.model import Build, Confidence, Finding, Level
from wasifix.project import Project
from wasifix.project.profiles import masks, package_overrides, settings

_NO_WORKAROUND = ("dev", "test", "bench")
"""Profiles whose level is low for other reasons."""
LOWERED = (0, 1)
"""Optimisation levels that somebody chose to avoid the crash."""


class Check(Struct, frozen=True, kw_only=True):
    """What `explain` says of a check."""

    id: str
    title: str
    explanation: str
    reference: str
    remedies: tuple[str, ...] = ()
    """Strategies, the one that `auto` takes first."""


CHECKS = (
    Check(
        id="profile-ignored",
        title="Cargo ignores a profile",
        explanation=(
            "Only the profiles of the workspace root count. A [profile] in a member is read, warned about "
            "and ignored, so a workaround written there has no effect. Move it to the root's Cargo.toml."
        ),
        reference="https://doc.rust-lang.org/cargo/reference/profiles.html",
    ),
    Check(
        id="profile-masked",
        title="a profile setting has no effect",
        explanation=(
            "A CARGO_PROFILE_* variable wins over .cargo/config.toml, which wins over Cargo.toml; and a "
            "package override wins over the profile for its packages. Cargo says nothing about it."
        ),
        reference="https://doc.rust-lang.org/cargo/reference/config.html#profile",
    ),
    Check(
        id="stale-workaround",
        title="a workaround of wasifix is not needed any more",
        explanation=(
            "A comment of wasifix marks a workaround whose reason is gone: the toolchain has the fix, or a "
            "release that has it is held back. `wasifix remove` takes out what wasifix wrote."
        ),
        reference="https://github.com/rust-lang/rust/pull/147225",
    ),
)
"""All checks, stale-workaround of `expiry` with them."""


def project_checks(project: Project, builds: tuple[Build, ...]) -> Iterator[Finding]:
    """All checks; nothing where the project has no WebAssembly build."""
    if builds:
        ids = tuple(build.id for build in builds)
        yield from _ignored_profiles(project, ids)
        yield from _masked_settings(project, ids)
        yield from _raised_again(project, ids)


def _ignored_profiles(project: Project, builds: tuple[str, ...]) -> Iterator[Finding]:
    """https://doc.rust-lang.org/cargo/reference/profiles.html: only the workspace root's profiles count."""
    for package in project.workspace.packages:
        profiles = package.document.table("profile")
        if package.path == project.root.path or not profiles:
            continue
        yield Finding(
            id="profile-ignored",
            level=Level.WARNING,
            confidence=Confidence.CONFIRMED,
            message=f"Cargo ignores the profiles of {package.name}: only those in {project.root.path} count",
            builds=builds,
            evidence=tuple(package.document.evidence(("profile", name)) for name in profiles),
        )


def _masked_settings(project: Project, builds: tuple[str, ...]) -> Iterator[Finding]:
    for profile, table in project.root.table("profile").items():
        for key, value in table.items() if isinstance(table, dict) else ():
            hiding = next(masks(project.root, project.config, profile, key), None)
            if hiding is None or isinstance(value, dict) or hiding.value == value:
                continue
            yield Finding(
                id="profile-masked",
                level=Level.NOTE,
                confidence=Confidence.CONFIRMED,
                message=f"{key} of profile `{profile}` is {_shown(hiding.value)}, not {_shown(value)}",
                builds=builds,
                evidence=(hiding.evidence, project.root.evidence(("profile", profile, key), "has no effect")),
            )


def _raised_again(project: Project, builds: tuple[str, ...]) -> Iterator[Finding]:
    for profile in project.root.table("profile"):
        lowered = next(settings(project.root, project.config, profile, "opt-level"), None)
        if profile in _NO_WORKAROUND or lowered is None or not _is_lowered(lowered.value):
            continue
        for setting in package_overrides(project.root, project.config, profile, "opt-level"):
            if setting.value in LOWERED:
                continue
            yield Finding(
                id="profile-masked",
                level=Level.NOTE,
                confidence=Confidence.CONFIRMED,
                message=f"opt-level of profile `{profile}` is {_shown(setting.value)} for some packages",
                builds=builds,
                evidence=(setting.evidence, replace(lowered.evidence, note="lowered")),
            )


def _is_lowered(level: object) -> bool:
    return type(level) is int and level in LOWERED


def _shown(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
