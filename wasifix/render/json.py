"""Reports for programs. The form is versioned: a change that breaks a reader gets a new number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wasifix.model import Build, Declined, Evidence, Fact, Finding, Proposal, Report

CHECK_SCHEMA = "wasifix/check/1"
APPLY_SCHEMA = "wasifix/apply/1"
SEVERAL_SCHEMA = "wasifix/several/1"


def render_check(report: Report, project: str) -> str:
    """The report of `check`. Paths are relative to the project."""
    return _text({"schema": CHECK_SCHEMA, "project": project, **_report(report)})


def render_apply(proposal: Proposal, project: str, patch: str, written: bool) -> str:
    """The answer of `apply`, with the patch as text."""
    return _text(
        {
            "schema": APPLY_SCHEMA,
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
            "by_hand": [_finding(each) for each in proposal.by_hand],
            "passed_over": [_declined(each) for each in proposal.passed_over],
            "files": [change.path for change in proposal.changes],
            "patch": patch,
            "before": _report(proposal.before),
            "after": _report(proposal.after) if proposal.after else None,
        }
    )


def render_several(answers: Iterable[tuple[str, int, str, bytes]]) -> str:
    """The answers for several projects: path, exit code, a few words, and the report of each as JSON.

    `report` is null where the project could not be looked at; the words say why.
    """
    projects = [
        {"path": path, "exit": code, "result": words, "report": json.loads(report) if report else None}
        for path, code, words, report in answers
    ]
    return _text({"schema": SEVERAL_SCHEMA, "projects": projects})


def _report(report: Report) -> dict[str, Any]:
    levels = [finding.level for finding in report.findings]
    return {
        "builds": [_build(build) for build in report.builds],
        "findings": [_finding(finding) for finding in report.findings],
        "prevented": [
            {
                "advisory": each.id,
                "build": each.build,
                "message": each.why,
                "evidence": [_evidence(evidence) for evidence in each.evidence],
            }
            for each in report.prevented
        ],
        "summary": {
            **{f"{level}s": levels.count(level) for level in ("error", "warning", "note")},  # type: ignore[arg-type]
            "builds": len(report.builds),
            "files": list(report.files_read),
        },
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "advisory": finding.id,
        "level": finding.level,
        "confidence": finding.confidence,
        "builds": list(finding.builds),
        "message": finding.message,
        "covered_by": list(finding.covered_by),
        "evidence": [_evidence(each) for each in finding.evidence],
        "strategies": [
            {"name": each.strategy, "effect": each.effect, "command": each.command}
            for each in finding.remedies
        ],
    }


def _build(build: Build) -> dict[str, Any]:
    toolchain = build.toolchain
    return {
        "id": build.id,
        "title": build.title,
        "target": _fact(build.target),
        "toolchain": {**_fact(toolchain), "value": toolchain.value.name if toolchain.value else None},
        "max_memory": _fact(build.max_memory),
        "runner": _fact(build.runner),
    }


def _fact(fact: Fact[Any]) -> dict[str, Any]:
    return {
        "value": fact.value,
        "reason": fact.reason,
        "evidence": [_evidence(each) for each in fact.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "path": evidence.path,
        "line": evidence.line,
        "column": evidence.column,
        "text": evidence.text,
        "note": evidence.note,
    }


def _declined(declined: Declined) -> dict[str, Any]:
    return {
        "strategy": declined.strategy,
        "reason": declined.reason,
        "at": _evidence(declined.at) if declined.at else None,
        "instead": declined.instead,
    }


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"
