"""What the renderers for code review share: which place a finding is shown at, and its story in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from wasifix.model import Build, Effect, Evidence, Finding, Report
from wasifix.render.terminal import clean

EFFECT_WORDS = {
    Effect.REMOVES_CAUSE: "removes the cause",
    Effect.AVOIDS_TARGET: "avoids the target",
    Effect.UNPROVEN: "unproven",
}


def built_in(report: Report, finding: Finding) -> str:
    """The builds that a finding is about."""
    return "; ".join(titles_of(report, finding))


def titles_of(report: Report, finding: Finding) -> tuple[str, ...]:
    """The builds that a finding is about, each that reads the same once."""
    builds = {build.id: build for build in report.builds}
    return tuple(dict.fromkeys(build_title(builds[build]) for build in finding.builds))


def build_title(build: Build) -> str:
    """A build in a few words."""
    return clean(f"{build.title} ({build.target.value})")


def chain(finding: Finding) -> tuple[Evidence, ...]:
    """The evidence in the order in which it convinces; of what is ignored, who says so first."""
    if finding.ignored is None:
        return finding.evidence
    at = replace(finding.ignored.at, note=f"ignored: {finding.ignored.reason}")
    others = (each for each in finding.evidence if (each.path, each.line) != (at.path, at.line))
    return (at, *others)


def shown_at(report: Report, evidence: Iterable[Evidence]) -> Evidence:
    """The place that stands for a finding: the first in a file, or else the first file that was read.

    A tool that reviews code can show nothing without a file.
    """
    in_files = (each for each in evidence if each.path)
    return next(in_files, Evidence(path=report.files_read[0] if report.files_read else "Cargo.toml"))


def readable_symptom(symptom: str) -> str:
    """A symptom as a person would write it."""
    return symptom.replace("{number}", "N").replace("{any}", "...")


def sentence(evidence: Evidence) -> str:
    """What an evidence says and what follows from it, in one line and without control characters."""
    return clean(": ".join(part for part in (evidence.text, evidence.note) if part))


def headline(finding: Finding) -> str:
    """The message, with what takes the edge off it."""
    if finding.ignored is not None:
        return f"{clean(finding.message)} (ignored)"
    if not finding.covered_by:
        return clean(finding.message)
    how = "though there is" if finding.fails else "covered by"
    return f"{clean(finding.message)} ({how} {', '.join(finding.covered_by)})"


def story(report: Report, finding: Finding) -> Iterator[str]:
    """The finding in lines of plain text: the message, why, where it happens, and what helps."""
    yield headline(finding)
    for each in chain(finding):
        yield f"{clean(each.place) or '-'} {sentence(each)}"
    if finding.builds:
        yield f"in: {built_in(report, finding)}"
    if finding.symptoms and finding.ignored is None:
        yield f"seen as: {'; '.join(map(readable_symptom, finding.symptoms))}"
    if finding.fails:
        for remedy in finding.remedies:
            yield f"{EFFECT_WORDS[remedy.effect]}: {remedy.command}"
    yield f"more: wasifix explain {finding.id}"
