"""Everything that is found in a project, put together."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from wasifix.advisories import load_advisories
from wasifix.checks import CHECKS, project_checks
from wasifix.ci_checks import CI_CHECKS, ci_checks
from wasifix.detect import detect
from wasifix.expiry import stale_workarounds
from wasifix.ignores import IGNORE_CHECKS, ignored
from wasifix.model import Build, Level, Report
from wasifix.project import Project, local_builds, read_project
from wasifix.project.sources import Sources
from wasifix.remedies import REMEDIES
from wasifix.settings import FROM_PROJECT, Given, settings_of
from wasifix.tree import Tree


class Request(Struct, frozen=True, kw_only=True):
    """From where a project is looked at: the folder, the environment, the toolchain to take, the settings."""

    start: str
    environment: Mapping[str, str]
    assume_rust: str | None
    given: Given = FROM_PROJECT

    def read(self, tree: Tree) -> Project:
        """The project in a tree. Raises UnreadableInput, NoProject, InvalidSetting."""
        project = read_project(Sources(tree), self.start, self.environment, self.assume_rust)
        return replace(project, settings=settings_of(project, self.given))


ALL_CHECKS = (*CHECKS, *CI_CHECKS, *IGNORE_CHECKS)


def report_on(project: Project) -> Report:
    """Everything that is found in a project, the loudest first."""
    builds = (*local_builds(project), *_ci_builds(project))
    advisories = load_advisories()
    found, prevented = detect(project, builds, advisories)
    remedies = remedies_by_finding()
    findings = [
        replace(each, remedies=tuple(REMEDIES[name] for name in remedies.get(each.id, ())))
        for each in (
            *found,
            *project_checks(project, builds),
            *ci_checks(project, builds, found),
            *stale_workarounds(project, builds, advisories),
        )
    ]
    order = list(Level)
    return Report(
        builds=builds,
        findings=tuple(sorted(ignored(findings, project), key=lambda each: order.index(each.level))),
        prevented=prevented,
        files_read=project.sources.files_read,
        settings=project.settings,
    )


def _ci_builds(project: Project) -> tuple[Build, ...]:
    if not project.calls:
        return ()
    from wasifix.project.ci import ci_builds

    return ci_builds(project)


def remedies_by_finding() -> Mapping[str, tuple[str, ...]]:
    """The strategies that help against each advisory and check."""
    advised = {each.id: each.remedies for each in load_advisories()}
    return {**advised, **{each.id: each.remedies for each in ALL_CHECKS}}


def automatic_by_finding() -> Mapping[str, tuple[str, ...]]:
    """The strategies that `auto` tries, the best first."""
    advised = ((each.id, each.automatic) for each in load_advisories())
    return {**{each.id: each.remedies for each in ALL_CHECKS}, **dict(advised)}
