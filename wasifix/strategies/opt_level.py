"""Lower the optimisation of release builds (the article's step 3)."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.changes import Set
from wasifix.project import Project
from wasifix.project.profiles import masks, package_overrides
from wasifix.proposals import Plan
from wasifix.remedies import REMEDIES
from wasifix.strategies.base import Hits, Options, Strategy, environment_note, test_command
from wasifix.strategies.ci_commands import set_profile_variables
from wasifix.strategies.draft import Draft

SETTINGS: tuple[tuple[str, str | int | bool], ...] = (
    ("opt-level", 1),
    ("lto", False),
    ("codegen-units", 16),
    ("panic", "abort"),
)


def plan(project: Project, hits: Hits, options: Options) -> Plan:
    """Sets four keys of `[profile.release]` at the workspace root, and everything that would hide them."""
    draft = Draft()
    draft.change(project.root.path, *(Set(("profile", "release", key), value) for key, value in SETTINGS))
    for path, change in _hiding(project):
        draft.change(path, change)
    set_profile_variables(project, hits, "release", SETTINGS, draft)
    notes = [
        environment_note(setting.evidence)
        for key, _ in SETTINGS
        for setting in masks(project.root, project.config, "release", key)
        if setting.document is None
    ]
    notes.append("profiles cannot differ by target: every release build of this workspace changes")
    return Plan(
        strategy="opt-level",
        edits=draft.edits,
        by_hand=draft.left,
        follow_up=test_command(hits.targets),
        notes=tuple(notes),
    )


def _hiding(project: Project) -> Iterator[tuple[str, Set]]:
    for key, value in SETTINGS:
        for setting in masks(project.root, project.config, "release", key):
            if setting.document is not None:
                yield setting.document.path, Set(setting.path, value)
    for setting in package_overrides(project.root, project.config, "release", "opt-level"):
        if setting.document is not None and setting.value not in (0, 1):
            yield setting.document.path, Set(setting.path, 1)


OPT_LEVEL = Strategy(claim=REMEDIES["opt-level"], plan=plan)
