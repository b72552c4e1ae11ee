"""Reports for people: the important first, evidence that an editor can jump to, at most 80 columns."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from wasifix.model import Build, Confidence, Effect, Evidence, Finding, Level, Prevented, Remedy, Report
from wasifix.render.phrases import EFFECT_WORDS, build_title, chain, headline, readable_symptom, titles_of
from wasifix.render.terminal import PLAIN, WIDTH, Style, clean, excerpt, wrapped

MOST_PLACES = 4
"""So many are shown of findings that differ in nothing but their places."""
MOST_BUILDS = 4


class TextOptions(Struct, frozen=True, kw_only=True):
    """How paths are shown: from the current folder, see `place.Place`."""

    style: Style = PLAIN
    base: str = ""
    inside: str | None = ""


def render_check(report: Report, options: TextOptions, seconds: float | None = None) -> str:
    """The findings, then what was prevented, then one line of summary."""
    lines: list[str] = []
    told: set[tuple[str, tuple[Remedy, ...]]] = set()
    for finding, times in _alike(report.findings):
        lines += [*_finding(report, finding, times, (finding.id, finding.remedies) in told, options), ""]
        told.add((finding.id, finding.remedies))
    lines += _prevented(report, options)
    lines.append(_summary(report, seconds))
    return "\n".join(lines) + "\n"


def in_short(report: Report) -> str:
    """The report in a few words, for a table."""
    if not report.builds:
        return "no WebAssembly build"
    return _counted(report) or "nothing to report"


def _alike(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """Findings that differ in their places alone as one, with the places of all; and how many they are."""
    groups: dict[Finding, list[Finding]] = {}
    for each in findings:
        groups.setdefault(replace(each, evidence=()), []).append(each)
    for group in groups.values():
        places = dict.fromkeys(place for each in group for place in each.evidence)
        yield replace(group[0], evidence=tuple(places)), len(group)


def _finding(
    report: Report, finding: Finding, times: int, is_told: bool, options: TextOptions
) -> Iterator[str]:
    often = f", in {times} places" if times > 1 else ""
    yield from headline_lines(
        finding.level, f"{finding.level}[{finding.id}]", headline(finding) + often, options
    )
    if finding.ignored is not None:
        at = (finding.ignored.at.path, finding.ignored.at.line)
        is_there = at in {(each.path, each.line) for each in finding.evidence}
        yield from evidence_lines(chain(finding)[: 1 if is_there else 2], options)
        return
    most = MOST_PLACES if times > 1 else len(finding.evidence)
    yield from evidence_lines(finding.evidence[:most], options)
    if len(finding.evidence) > most:
        yield f"  and {len(finding.evidence) - most} more places"
    if _only_may_concern(finding):
        yield f"  wasifix explain {finding.id}"
        return
    yield from _builds(report, finding)
    if finding.symptoms and not is_told:
        yield from wrapped("; ".join(map(readable_symptom, finding.symptoms)), "  seen as: ")
    if finding.confidence is Confidence.POSSIBLE and finding.symptoms:
        yield from _open_questions(report, finding)
    if finding.covered_by:
        yield from wrapped(
            "a workaround is in place; it can hide the crash but does not remove its cause", "  "
        )
    if finding.remedies:
        yield from ("  what helps: as above",) if is_told else ("", *_remedies(finding, options))


def _open_questions(report: Report, finding: Finding) -> Iterator[str]:
    """Why it is only possible, and what answers that."""
    builds = [build for build in report.builds if build.id in finding.builds]
    for doubt in dict.fromkeys(doubt for build in builds for doubt in build.doubts):
        yield from wrapped(clean(doubt), "  in doubt: ")
    if any(build.toolchain.value is None or build.toolchain.value.exact is None for build in builds):
        by = "wasifix doctor" if report.is_local(finding) else "wasifix check --assume-rust VERSION"
        yield f"  settled by: {by}"


def _builds(report: Report, finding: Finding) -> Iterator[str]:
    """The builds, one a line; past a few the number of the rest."""
    titles = titles_of(report, finding)
    shown = titles if len(titles) <= MOST_BUILDS else titles[: MOST_BUILDS - 1]
    lead = "  in: "
    for title in shown:
        yield from wrapped(title, lead)
        lead = " " * len(lead)
    if len(shown) < len(titles):
        yield f"{lead}and {len(titles) - len(shown)} more builds, which --verbose lists"


def _only_may_concern(finding: Finding) -> bool:
    """A sure range but a trigger that no file shows: worth a line, not a screen."""
    is_sure_note = finding.level is Level.NOTE and finding.confidence is Confidence.CONFIRMED
    return is_sure_note and bool(finding.remedies) and not finding.covered_by


def headline_lines(kind: str, head: str, message: str, options: TextOptions) -> Iterator[str]:
    """A painted word and a message, folded before it is painted, so that colour takes no room."""
    first, *more = wrapped(f"{head}: {clean(message)}", "")
    rest = first[len(head) + 2 :]
    yield f"{options.style.paint(kind, head)}: {options.style.paint('bold', rest)}"
    yield from (f"  {options.style.paint('bold', line.strip())}" for line in more)


def evidence_lines(evidence: Iterable[Evidence], options: TextOptions) -> Iterator[str]:
    """Place, text and note: in columns where all of it fits, or else the note below. No place, no column."""
    evidence = tuple(evidence)
    rows = [
        (shown_place(each, options), clean(each.text), clean(each.note)) for each in evidence if each.path
    ]
    first = max((len(place) for place, _, _ in rows), default=0)
    second = max((len(text) for _, text, note in rows if note), default=0)
    third = max((len(note) for _, _, note in rows), default=0)
    in_columns = first + second + third + 6 <= WIDTH
    for each in evidence:
        text, note = clean(each.text), clean(each.note)
        if not each.path:
            yield from wrapped(": ".join(part for part in (text, note) if part), "  ")
            continue
        place = shown_place(each, options)
        line = f"  {place:<{first}}" if in_columns else f"  {place}"
        line = f"{line}  {excerpt(text, each.within, WIDTH - len(line) - 2)}".rstrip()
        yield f"{line:<{first + second + 4}}  {note}".rstrip() if in_columns else line
        if note and not in_columns:
            yield from wrapped(note, "    ")


def _remedies(finding: Finding, options: TextOptions) -> Iterator[str]:
    shown = [
        each for each in finding.remedies if not finding.covered_by or each.effect is Effect.REMOVES_CAUSE
    ]
    width = max(map(len, EFFECT_WORDS.values()))
    command = max((len(remedy.command) for remedy in shown), default=0)
    for effect, words in EFFECT_WORDS.items():
        label = words
        for remedy in (each for each in shown if each.effect is effect):
            kind = "good" if effect is Effect.REMOVES_CAUSE else "dim"
            head = options.style.paint(kind, f"{label:<{width}}")
            yield f"  {head}  {remedy.command:<{command}}  {remedy.short}"
            label = ""
    yield f"  {'why and how sure':<{width}}  wasifix explain {finding.id}"


def _prevented(report: Report, options: TextOptions) -> Iterator[str]:
    titles = {build.id: build for build in report.builds}
    seen: set[tuple[str, tuple[Evidence, ...]]] = set()
    for each in report.prevented:
        if (each.id, each.evidence) in seen:
            continue
        seen.add((each.id, each.evidence))
        yield from _one_prevented(each, titles[each.build], options)
        yield ""


def _one_prevented(prevented: Prevented, build: Build, options: TextOptions) -> Iterator[str]:
    yield from headline_lines("good", f"ok[{prevented.id}]", f"prevented: {prevented.why}", options)
    yield from evidence_lines(prevented.evidence, options)
    yield f"  in: {build_title(build)}"


def _summary(report: Report, seconds: float | None) -> str:
    builds = len(report.builds)
    if not builds:
        found = "No WebAssembly build in the files of this project"
    else:
        found = f"{_counted(report) or 'Nothing to report'} in {builds} build{'s' * (builds != 1)}"
    files = len(report.files_read)
    took = "" if seconds is None else f" in {seconds * 1000:.0f} ms"
    return f"{found}. Read {files} file{'s' * (files != 1)}{took}."


def _counted(report: Report) -> str:
    counts = [
        f"{number} {level}{'s' * (number != 1)}"
        for level in ("error", "warning", "note")
        if (number := sum(finding.level == level for finding in report.findings))
    ]
    return ", ".join(counts)


def shown_place(evidence: Evidence, options: TextOptions) -> str:
    """The place as seen from the current folder, as editors and terminals can jump to it."""
    if not evidence.path:
        return "-"
    place = shown_path(evidence.path, options)
    return f"{place}:{evidence.line}:{evidence.column}" if evidence.line else place


def shown_path(path: str, options: TextOptions) -> str:
    """The path as seen from the current folder."""
    if options.inside is None:
        return clean(posixpath.normpath(posixpath.join(options.base, path)))
    return clean(posixpath.relpath(path, options.inside or "."))
