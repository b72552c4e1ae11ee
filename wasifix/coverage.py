"""Which builds a workaround of wasifix reaches, told by the comment that it left."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.documents import fragments
from wasifix.documents.kinds import is_toml
from wasifix.documents.text import line_end
from wasifix.markers import NONE, Author, Marker, decode
from wasifix.model import Build, Evidence
from wasifix.project import Project


def covering(project: Project, advisory: str, build: Build) -> Iterator[tuple[Author, Evidence]]:
    """The authors of workarounds that are still there and that reach the build."""
    for path, text, marker in project.markers():
        is_ours = marker.author.advisory == advisory and reaches(path, text, marker, build)
        if is_ours and in_force(path, text, marker):
            note = f"workaround `{marker.author.strategy}`, {marker.author.effect}"
            if not project.settings.accepts(marker.author.effect):
                note += ", which is not accepted here"
            yield marker.author, marker.evidence(path, text, note)


def reaches(path: str, text: str, marker: Marker, build: Build) -> bool:
    """Whether the build comes from what the comment speaks of."""
    if not is_toml(path) and not path.endswith(".rs"):
        lines = fragments.lines_of(text, marker)
        return any(each.path == path and each.line in lines for each in build.evidence)
    if build.is_local or marker.author.strategy not in ("pin", "profile"):
        return True
    return any(each.path == path for each in build.toolchain.evidence)


def in_force(path: str, text: str, marker: Marker) -> bool:
    """Whether the lines below a comment still say what wasifix wrote, and not as comments."""
    if not is_toml(path) and marker.steps:
        return fragments.holds(text, marker)
    sign = "//" if text.startswith("//", marker.start) else "#"
    following = text[line_end(text, marker.end) :].partition("\n")[0].strip()
    if not marker.steps and not following:  # what it wrote came right below
        return False
    table_end = text.find("\n[", marker.end + 2)
    lines = text[marker.end : table_end if table_end > 0 else len(text)].splitlines()
    below = "\n".join(line for line in lines if not line.lstrip().startswith(sign))
    values = (decode(step.new, "") for step in marker.steps if step.new != NONE)
    return bool(below.strip()) and all(
        word in below for value in values for word in value.strip("[]").split()
    )
