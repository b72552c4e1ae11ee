"""Checks of the project itself: settings that do not have the effect their place promises."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.model import Build, Confidence, Finding, Level
from wasifix.project import Project
from wasifix.project.profiles import masks, package_overrides

LOWERED = (0, 1)
"""Optimisation levels that somebody chose to avoid the crash."""


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
    for profile, table in project.root.table("profile").items():
        level = table.get("opt-level") if isinstance(table, dict) else None
        if profile == "dev" or type(level) is not int or level not in LOWERED:
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
                evidence=(
                    setting.evidence,
                    project.root.evidence(("profile", profile, "opt-level"), "lowered"),
                ),
            )


def _shown(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
