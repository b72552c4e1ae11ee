"""A profile of its own for tests under Wasmtime (the article's step 4)."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.changes import Change, Set
from wasifix.model import Build
from wasifix.project import Project
from wasifix.project.cargo_config import Setting
from wasifix.project.profiles import masks, package_overrides
from wasifix.project.targets import alias_words
from wasifix.proposals import Plan
from wasifix.remedies import REMEDIES
from wasifix.strategies.base import Hits, Options, Strategy, aliases_for, environment_note, test_command
from wasifix.strategies.ci_commands import set_profile_variables, use_profile
from wasifix.strategies.draft import Draft

NAME = "wasmtime-test"
SETTINGS: tuple[tuple[str, str | int | bool], ...] = (("opt-level", 1), ("lto", False), ("codegen-units", 16))
RELEASE_FLAGS = ("--release", "-r")


def plan(project: Project, hits: Hits, options: Options) -> Plan:
    """Makes or completes `[profile.wasmtime-test]` at the workspace root, and has aliases use it."""
    present = project.root.table("profile", NAME)
    changes: list[Change] = []
    notes: list[str] = []
    if "inherits" not in present:
        changes.append(Set(("profile", NAME, "inherits"), "release"))
    elif present["inherits"] != "release":
        notes.append(f"profile `{NAME}` inherits `{present['inherits']}`, which wasifix leaves as it is")
    changes += [Set(("profile", NAME, key), value) for key, value in SETTINGS]
    draft = Draft()
    draft.change(project.root.path, *changes)
    for key, value in SETTINGS:
        for setting in masks(project.root, project.config, NAME, key):
            if setting.document is None:
                notes.append(environment_note(setting.evidence))
            else:
                draft.change(setting.document.path, Set(setting.path, value))
    for _, alias in aliases_for(project, hits.targets):
        for change in _alias_changes(alias):
            draft.change(alias.document.path, change)
    use_profile(project, hits, NAME, draft)
    set_profile_variables(project, hits, NAME, SETTINGS, draft)
    notes += _raised(project)
    if stays := [build.target.evidence[0].place for build in _without_release(project, hits)]:
        notes.append(f"what does not build with `release` stays as it is: {', '.join(stays)}")
    return Plan(
        strategy="profile",
        edits=draft.edits,
        by_hand=draft.left,
        stays=tuple(build.key for build in _without_release(project, hits)),
        follow_up=test_command(hits.targets, f"--profile {NAME}"),
        notes=tuple(notes),
    )


def _without_release(project: Project, hits: Hits) -> tuple[Build, ...]:
    """The builds of workflows that another profile makes: no `--release` is there to be replaced."""
    return tuple(
        build
        for build in hits.builds
        if build.calls
        and not any(project.calls[number].profile.text in ("release", NAME) for number in build.calls)
    )


def _alias_changes(setting: Setting) -> Iterator[Change]:
    words = alias_words(setting.value)
    if isinstance(setting.value, str):
        text = " ".join(f"--profile {NAME}" if word in RELEASE_FLAGS else word for word, _ in words)
        if any(word in RELEASE_FLAGS for word, _ in words):
            yield Set(setting.path, text)
        return
    for word, inner in words:
        if word in RELEASE_FLAGS:
            yield Set((*setting.path, *inner), f"--profile={NAME}")


def _raised(project: Project) -> Iterator[str]:
    found = [
        setting.evidence.place
        for profile in ("release", NAME)
        for setting in package_overrides(project.root, project.config, profile, "opt-level")
        if setting.value not in (0, 1)
    ]
    if found:
        more = f" (and {len(found) - 1} more places)" if len(found) > 1 else ""
        yield f"{found[0]}{more} raises opt-level again for some packages"


PROFILE = Strategy(claim=REMEDIES["profile"], plan=plan)
