"""SARIF 2.1.0, for code scanning and other tools that show findings beside the code.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from wasifix import __version__
from wasifix.model import Evidence, Finding, Report
from wasifix.proposals import FileChange, Proposal
from wasifix.render.differences import Difference, differences
from wasifix.render.phrases import built_in, headline, sentence, shown_at
from wasifix.render.sarif_rules import Rules, descriptions
from wasifix.render.terminal import clean, unmistakable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
"""The name of the folder that all paths are relative to: the top of the repository."""


class Fix(Struct, frozen=True, kw_only=True):
    """A way out of a finding: what it does, the files it changes, and what is found afterwards."""

    description: str
    changes: tuple[FileChange, ...]
    after: Report

    def settles(self, finding: Finding) -> bool:
        """Whether the finding is gone, or is a note, for all of its builds.

        Builds of workflows are numbered, which a change may shift, so the number does not count.
        """
        builds = {name.partition("#")[0] for name in finding.builds}
        left = (each for each in self.after.findings if each.fails and each.id == finding.id)
        return all(builds.isdisjoint(name.partition("#")[0] for name in each.builds) for each in left)


def fix_of(proposal: Proposal) -> Fix:
    """What a proposal does, as one fix."""
    summaries = (plan.summary or proposal.remedies[plan.strategy].summary for plan in proposal.plans)
    after = proposal.after or proposal.before
    return Fix(description="; ".join(summaries), changes=proposal.changes, after=after)


def render_check(report: Report, fixes: Mapping[str, Fix], rules: Rules) -> str:
    """The findings, with the remedies (by the name of their strategy) as alternative fixes."""
    return _log(
        report,
        rules,
        lambda finding: [fixes[each.strategy] for each in finding.remedies if each.strategy in fixes],
    )


def render_proposal(proposal: Proposal, rules: Rules) -> str:
    """The findings from before, with the whole change as the fix of those that it settles."""
    fixes = [fix_of(proposal)] if proposal.changes else []
    return _log(proposal.before, rules, lambda finding: fixes)


def _log(report: Report, rules: Rules, fixes: Callable[[Finding], list[Fix]]) -> str:
    described = descriptions(rules)
    indexes = {rule["id"]: index for index, rule in enumerate(described)}
    seen: Counter[str] = Counter()
    results = []
    for finding in report.findings:
        result = _result(report, finding, indexes[finding.id], seen)
        found = [_fix(each) for each in fixes(finding) if finding.fails and each.settles(finding)]
        results.append({**result, "fixes": found} if found else result)
    driver = {"name": "wasifix", "semanticVersion": __version__, "rules": described}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return unmistakable(json.dumps(log, indent=2, ensure_ascii=True)) + "\n"


def _result(report: Report, finding: Finding, index: int, seen: Counter[str]) -> dict[str, Any]:
    at = shown_at(report, finding.evidence)
    related = [each for each in finding.evidence if each.path and each != at]
    where = built_in(report, finding)
    words = (headline(finding), sentence(at), f"In: {where}" if where else "")
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": str(finding.level),
        "message": {"text": _message(". ".join(word for word in words if word))},
        "locations": [_location(at)],
        "partialFingerprints": {"wasifix/v1": _fingerprint(finding, at, seen)},
        "properties": {"confidence": str(finding.confidence)},
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, **_location(each), "message": {"text": _message(sentence(each))}}
            for number, each in enumerate(related, 1)
        ]
    if finding.ignored is not None:
        result["suppressions"] = [_suppression(finding)]
    return result


def _suppression(finding: Finding) -> dict[str, Any]:
    assert finding.ignored is not None
    at = finding.ignored.at
    in_source = "wasifix: ignore[" in at.text and at.path
    place = {"location": _location(at)} if at.path else {}
    reason = clean(finding.ignored.reason)
    return {"kind": "inSource" if in_source else "external", "justification": reason, **place}


def _fingerprint(finding: Finding, at: Evidence, seen: Counter[str]) -> str:
    """The same as long as the finding and the line it stands on are, wherever that line moves to."""
    basis = "\0".join((finding.id, at.path, at.text))
    seen[basis] += 1
    data = f"{basis}\0{seen[basis]}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:32]


def _location(at: Evidence) -> dict[str, Any]:
    region = {"region": {"startLine": at.line, "startColumn": max(at.column, 1)}} if at.line else {}
    return {"physicalLocation": {"artifactLocation": _artifact(at.path), **region}}


def _artifact(path: str) -> dict[str, str]:
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return {"uri": uri, "uriBaseId": ROOT}


def _fix(fix: Fix) -> dict[str, Any]:
    return {"description": {"text": _message(fix.description)}, "artifactChanges": _changes(fix.changes)}


def _changes(changes: Iterable[FileChange]) -> list[dict[str, Any]]:
    return [
        {
            "artifactLocation": _artifact(change.path),
            "replacements": [_replacement(each) for each in differences(change)],
        }
        for change in changes
    ]


def _replacement(difference: Difference) -> dict[str, Any]:
    """Whole lines: without the last line end where others take their place, which viewers show best."""
    first, old, new = difference.first, difference.old, "".join(difference.new)
    last, end = first + len(old), 1
    eol = _common_end(old[-1], new) if old and new else ""
    if old and (eol or not old[-1].endswith("\n")):
        last, end, new = last - 1, len(old[-1].removesuffix(eol)) + 1, new.removesuffix(eol)
    region = {"startLine": first, "startColumn": 1, "endLine": last, "endColumn": end}
    return {"deletedRegion": region, **({"insertedContent": {"text": new}} if new else {})}


def _common_end(old: str, new: str) -> str:
    ends = {next((end for end in ("\r\n", "\n") if text.endswith(end)), "") for text in (old, new)}
    return ends.pop() if len(ends) == 1 else ""


def _message(text: str) -> str:
    """Text without links: `[words](target)` is one also in plain text (section 3.11.6)."""
    return clean(text).replace("](", "]\\(")
