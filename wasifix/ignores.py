"""What somebody decided to live with: comments in the files that were read, and the settings.

    channel = "1.91.0" # wasifix: ignore[memory-cannot-grow] the tests allocate nothing

A comment counts for findings that have its line among their evidence; a setting for all findings of its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.documents.comments import comments
from wasifix.documents.text import position
from wasifix.markers import find_markers
from wasifix.model import Confidence, Evidence, Finding, Ignore, Level
from wasifix.project import Project
from wasifix.project.sources import Sources
from wasifix.settings import IGNORABLE, nearest

UNUSED_IGNORE = Check(
    id="unused-ignore",
    title="an ignore that ignores nothing",
    explanation=(
        "A comment `# wasifix: ignore[ID] reason`, or an entry of `ignore` in the settings, that fits no "
        "finding: what it was for is gone, the comment stands on a line that is no evidence, the id is "
        "misspelt or the reason is missing. Take it out, or mend it."
    ),
    reference="https://doc.rust-lang.org/cargo/reference/manifest.html#the-metadata-table",
)
IGNORE_CHECKS = (UNUSED_IGNORE,)

_SIGN = b"wasifix: ignore["
_IGNORE = r"(?P<head>(?:#|//)[ \t]*wasifix: ignore\[(?P<ids>[^\]]*)\])(?P<reason>.*)"


class IgnoreComment(Struct, frozen=True, kw_only=True):
    """A comment found in a file. `fault` says why it ignores nothing, empty where it is well-formed."""

    ids: tuple[str, ...]
    reason: str
    at: Evidence
    fault: str = ""


def ignored(findings: Iterable[Finding], project: Project) -> Iterator[Finding]:
    """The findings, those that somebody ignores as notes, and a note for each ignore without a finding."""
    written = tuple(ignore_comments(project.sources))
    settled = project.settings.ignore.value or ()
    used: set[tuple[Evidence, str]] = set()
    for finding in findings:
        places = {(each.path, each.line) for each in finding.evidence}
        fitting = [
            Ignore(id=finding.id, reason=each.reason, at=each.at)
            for each in written
            if finding.id in each.ids and (each.at.path, each.at.line) in places and not each.fault
        ]
        fitting += [each for each in settled if each.id == finding.id]
        used.update((each.at, each.id) for each in fitting)
        yield replace(finding, level=Level.NOTE, ignored=fitting[0]) if fitting else finding
    for comment in written:
        for each in (name for name in comment.ids if (comment.at, name) not in used):
            yield _unused(comment.at, each, comment.fault or f"`{each}` is not found on this line")
    for setting in settled:
        if (setting.at, setting.id) not in used:
            yield _unused(setting.at, setting.id, f"`{setting.id}` is not found in this project")


def ignore_comments(sources: Sources) -> Iterator[IgnoreComment]:
    """Those of the files that were read; the comments that wasifix itself wrote are none."""
    for path in sources.files_read:
        if _SIGN not in (sources.read(path) or b""):
            continue
        text = sources.text(path) or ""
        own = [range(marker.start, marker.end) for marker in find_markers(text)]
        for offset, comment in comments(path, text):
            found = re.search(_IGNORE, comment)
            if found is not None and not any(offset in each for each in own):
                yield _read(path, text, offset + found.start(), found)


def _read(path: str, text: str, offset: int, found: re.Match[str]) -> IgnoreComment:
    ids = tuple(dict.fromkeys(name for each in found["ids"].split(",") if (name := each.strip())))
    reason = found["reason"].strip()
    line, column = position(text, offset)
    fault = "" if reason else "without a reason it ignores nothing: write one behind the bracket"
    for name in ids:
        if name not in IGNORABLE:
            fault = f"nothing has the id `{name}`: {nearest(name, IGNORABLE, 'ids')}"
    at = Evidence(path=path, line=line, column=column, text=found["head"])
    return IgnoreComment(ids=ids or ("",), reason=reason, at=at, fault=fault if ids else "it names no id")


def _unused(at: Evidence, name: str, why: str) -> Finding:
    what = f"an ignore of `{name}` ignores nothing" if name else UNUSED_IGNORE.title
    return Finding(
        id=UNUSED_IGNORE.id,
        level=Level.NOTE,
        confidence=Confidence.CONFIRMED,
        message=what,
        builds=(),
        evidence=(replace(at, note=why),),
    )
