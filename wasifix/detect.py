"""(project, builds, advisories) -> findings, and what prevents the rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from wasifix.advisories import Advisory, Affected, Condition
from wasifix.conditions import held
from wasifix.coverage import covering
from wasifix.model import Build, Confidence, Evidence, Finding, Level, Prevented
from wasifix.project import Project, target_confidence
from wasifix.rust import Answer, Toolchain


def detect(
    project: Project, builds: Iterable[Build], advisories: Iterable[Advisory]
) -> tuple[tuple[Finding, ...], tuple[Prevented, ...]]:
    """Which advisories hold, and which would but for one thing."""
    findings: dict[tuple[object, ...], Finding] = {}
    prevented: list[Prevented] = []
    builds = tuple(builds)
    for advisory in advisories:
        for build, affected in itertools.product(builds, advisory.affected):
            answer = _answer(affected, project, build)
            if answer is Answer.NO or (answer is Answer.UNKNOWN and not advisory.reports_floating):
                continue
            triggers = [held(condition, project, build) for condition in affected.when]
            if not all(triggers):
                continue
            reasons = (held(condition, project, build) for condition in affected.unless)
            if (reason := next((each for each in reasons if each is not None), None)) is not None:
                prevented.append(
                    Prevented(id=advisory.id, build=build.id, why=reason.why, evidence=reason.evidence)
                )
                continue
            shown = tuple(each for trigger in triggers if trigger for each in trigger.evidence[:1])
            finding = _finding(advisory, project, build, answer, shown)
            key = (advisory.id, finding.level, build.toolchain.evidence)
            if key in findings:
                finding = replace(findings[key], builds=(*findings[key].builds, build.id))
            findings[key] = finding
    return tuple(findings.values()), tuple(prevented)


def _answer(affected: Affected, project: Project, build: Build) -> Answer:
    """Whether the build's target and toolchain are hit."""
    if not affected.concerns(str(build.target.value)):
        return Answer.NO
    if not all(held(each, project, build) for each in affected.nightly_when):
        affected = replace(affected, nightly=())
    return affected.hits(build.toolchain.value)


def _finding(
    advisory: Advisory, project: Project, build: Build, answer: Answer, shown: tuple[Evidence, ...]
) -> Finding:
    found = tuple(covering(project, advisory.id, build))
    covered = any(project.settings.accepts(author.effect) for author, _ in found)
    sure = answer is Answer.YES and not build.doubts
    level = advisory.level if sure and not covered else Level.NOTE
    return Finding(
        id=advisory.id,
        level=level,
        confidence=_confidence(project, build) if sure else Confidence.POSSIBLE,
        message=advisory.title if sure else f"possible: {advisory.title}",
        builds=(build.id,),
        evidence=tuple(_chain(advisory, build, sure)) + shown + tuple(evidence for _, evidence in found),
        symptoms=advisory.symptoms,
        covered_by=tuple(dict.fromkeys(author.strategy for author, _ in found)),
    )


def _confidence(project: Project, build: Build) -> Confidence:
    if build.is_local:
        return target_confidence(project, str(build.target.value))
    return Confidence.CONFIRMED


def standing(advisory: Advisory, toolchain: Toolchain | None) -> Answer:
    """Whether the toolchain is hit on some target of the advisory."""
    answers = [affected.hits(toolchain) for affected in advisory.affected]
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NO


def _chain(advisory: Advisory, build: Build, sure: bool) -> Iterator[Evidence]:
    """Why: the toolchain, the target, and what would have prevented it but does not."""
    if build.toolchain.evidence:
        *earlier, deciding = build.toolchain.evidence
        yield from earlier
        yield replace(deciding, note=advisory.toolchain_note if sure else build.toolchain.reason)
    else:
        yield Evidence(path="", text="no rust-toolchain file", note="rustup's default toolchain decides")
    for evidence in build.target.evidence[:1]:
        yield replace(evidence, note=advisory.target_note)
    if Condition.MAX_MEMORY_ARGUMENT in {each for affected in advisory.affected for each in affected.unless}:
        yield from _lost_argument(build)


def _lost_argument(build: Build) -> Iterator[Evidence]:
    """A --max-memory that is there and does not help."""
    if build.max_memory.evidence:
        yield replace(build.max_memory.evidence[0], note="no larger than --initial-memory")
    elif build.unused_max_memory.evidence:
        yield replace(build.unused_max_memory.evidence[0], note=build.unused_max_memory.reason)
