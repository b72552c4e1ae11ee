"""Reports for programs, in the forms of `json_form`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wasifix.model import Build, Evidence, Fact, Finding, Prevented, Report
from wasifix.proposals import Declined, Proposal
from wasifix.render.json_form import (
    ApplyForm,
    BuildForm,
    CheckForm,
    DeclinedForm,
    EvidenceForm,
    FactForm,
    FindingForm,
    PreventedForm,
    ReportForm,
    SeveralForm,
)
from wasifix.render.terminal import unmistakable


def render_check(report: Report, project: str) -> str:
    """The report of `check`. Paths are relative to the project."""
    return _text(check_form(report, project))


def check_form(report: Report, project: str) -> CheckForm:
    """The report of `check`, before it becomes text."""
    return {"schema": "wasifix/check/1", "project": project, **_report(report)}


def render_apply(proposal: Proposal, project: str, patch: str, written: bool) -> str:
    """The answer of `apply`, with the patch as text."""
    return _text(apply_form(proposal, project, patch, written))


def apply_form(proposal: Proposal, project: str, patch: str, written: bool) -> ApplyForm:
    """The answer of `apply`, before it becomes text."""
    return {
        "schema": "wasifix/apply/1",
        "project": project,
        "written": written,
        "plans": [
            {
                "strategy": plan.strategy,
                "effect": proposal.remedies[plan.strategy].effect,
                "follow_up": list(plan.follow_up),
                "notes": list(plan.notes),
            }
            for plan in proposal.plans
        ],
        "declined": [_declined(each) for each in proposal.declined],
        "by_hand": [{"at": _evidence(each.at), "what": each.what} for each in proposal.by_hand],
        "passed_over": [_declined(each) for each in proposal.passed_over],
        "files": [change.path for change in proposal.changes],
        "patch": patch,
        "before": _report(proposal.before),
        "after": _report(proposal.after) if proposal.after else None,
    }


def render_several(answers: Iterable[tuple[str, int, str, bytes]]) -> str:
    """The answers for several projects: path, exit code, a few words, and the report of each as JSON.

    `report` is null where the project could not be looked at; the words say why.
    """
    form: SeveralForm = {
        "schema": "wasifix/several/1",
        "projects": [
            {"path": path, "exit": code, "result": words, "report": json.loads(report) if report else None}
            for path, code, words, report in answers
        ],
    }
    return _text(form)


def _report(report: Report) -> ReportForm:
    levels = [str(finding.level) for finding in report.findings]
    return {
        "builds": [_build(build) for build in report.builds],
        "findings": [_finding(finding) for finding in report.findings],
        "prevented": [_prevented(each) for each in report.prevented],
        "summary": {
            "errors": levels.count("error"),
            "warnings": levels.count("warning"),
            "notes": levels.count("note"),
            "builds": len(report.builds),
            "files": list(report.files_read),
        },
    }


def _finding(finding: Finding) -> FindingForm:
    ignored = finding.ignored
    return {
        "advisory": finding.id,
        "level": finding.level,
        "confidence": finding.confidence,
        "builds": list(finding.builds),
        "message": finding.message,
        "covered_by": list(finding.covered_by),
        "ignored": {"reason": ignored.reason, "at": _evidence(ignored.at)} if ignored else None,
        "evidence": _all(finding.evidence),
        "strategies": [
            {"name": each.strategy, "effect": each.effect, "command": each.command}
            for each in finding.remedies
        ],
    }


def _build(build: Build) -> BuildForm:
    toolchain = build.toolchain
    name = toolchain.value.name if toolchain.value else None
    return {
        "id": build.id,
        "title": build.title,
        "target": _fact(build.target),
        "toolchain": {**_fact(toolchain), "value": name},
        "max_memory": _fact(build.max_memory),
        "runner": _fact(build.runner),
    }


def _prevented(prevented: Prevented) -> PreventedForm:
    return {
        "advisory": prevented.id,
        "build": prevented.build,
        "message": prevented.why,
        "evidence": _all(prevented.evidence),
    }


def _fact(fact: Fact[Any]) -> FactForm:
    return {"value": fact.value, "reason": fact.reason, "evidence": _all(fact.evidence)}


def _all(evidence: Iterable[Evidence]) -> list[EvidenceForm]:
    return [_evidence(each) for each in evidence]


def _evidence(evidence: Evidence) -> EvidenceForm:
    return {
        "path": evidence.path,
        "line": evidence.line,
        "column": evidence.column,
        "text": evidence.text,
        "note": evidence.note,
    }


def _declined(declined: Declined) -> DeclinedForm:
    return {
        "strategy": declined.strategy,
        "reason": declined.reason,
        "at": _evidence(declined.at) if declined.at else None,
        "instead": declined.instead,
    }


def _text(form: CheckForm | ApplyForm | SeveralForm) -> str:
    return unmistakable(json.dumps(form, indent=2, ensure_ascii=True)) + "\n"
