"""The places of a TOML file that a plan changes: one comment for each table, and the new lines and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from wasifix.changes import KeyPath, TomlValue
from wasifix.documents.text import Edit, eol_near, line_end, line_start
from wasifix.documents.toml import TomlDocument
from wasifix.documents.toml_layout import indent_at, place_for_table, separator, table_header, usual_string
from wasifix.documents.toml_spans import Entry, Section
from wasifix.documents.toml_values import written, written_key
from wasifix.markers import NEW_FILE, NEW_TABLE, NONE, Author, Step, encode_key, find_markers, merged


class Lines(Struct, frozen=True):
    """New lines (without indentation) at the end of the line that holds the offset `after`."""

    after: int
    indent: str
    lines: tuple[str, ...]
    blank_above: bool = False
    blank_below: bool = False


class Site(Struct):
    """The changes in one table, which share one comment."""

    section: Section
    edits: list[Edit] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    comment_at: list[int] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)

    def step(self, path: KeyPath, old: str, new: str) -> None:
        """Notes a change for the comment, with the key as seen from the table."""
        label = encode_key(path[len(self.section.path) :])
        self.steps.append(Step(key="" if path == ("toolchain", "channel") else label, old=old, new=new))


class Sites:
    """All sites of a file; `new_tables` holds the keys of tables that it does not have yet."""

    def __init__(self, document: TomlDocument, author: Author) -> None:
        self.document = document
        self.text = document.text
        self.author = author
        self.new_tables: dict[KeyPath, list[tuple[str, TomlValue]]] = {}
        self._sites: dict[tuple[int, int], Site] = {}

    def at(self, section: Section, entry: Entry | None = None) -> Site:
        """The site of a table; the comment goes above the first of the entries given."""
        site = self._sites.setdefault((section.start, section.end), Site(section))
        if entry is not None:
            site.comment_at.append(line_start(self.text, entry.start))
        return site

    def edits(self) -> list[Edit]:
        """What was noted, as edits of text."""
        found = [edit for site in self._sites.values() for edit in self._of_site(site)]
        return found + [self._inserted(lines) for lines in self._new_tables()]

    def _of_site(self, site: Site) -> list[Edit]:
        edits, lines = list(site.edits), list(site.lines)
        if site.comment_at:
            edits.append(self._comment_of(site))
        elif lines:
            comment = self.author.comment(_listed(site.steps))
            lines[0] = replace(lines[0], lines=(comment, *lines[0].lines))
        together: dict[int, Lines] = {}
        for each in lines:
            before = together.get(each.after)
            together[each.after] = replace(before, lines=before.lines + each.lines) if before else each
        return edits + [self._inserted(each) for each in together.values()]

    def _comment_of(self, site: Site) -> Edit:
        """A comment above the first changed line. It takes the place of one about the same values."""
        at, steps = min(site.comment_at), tuple(site.steps)
        in_place = all(step.key != "table" and NONE not in (step.old, step.new) for step in steps)
        for marker in find_markers(self.text):
            below = line_end(self.text, marker.end)
            shared = {step.key for step in marker.steps} & {step.key for step in steps}
            if below == at and (shared or (marker.steps and marker.author.strategy == self.author.strategy)):
                comment = self.author.comment(_listed(merged(marker.steps, steps)))
                return Edit(marker.start, marker.end, comment)
            if below == line_start(self.text, site.section.start) and not marker.steps and in_place:
                return Edit(marker.start, marker.end, self.author.comment(marker.details))
        comment = self.author.comment(_listed(steps)) + eol_near(self.text, at)
        return Edit(at, at, indent_at(self.text, at) + comment)

    def _inserted(self, new: Lines) -> Edit:
        """A missing final newline stays missing."""
        at = line_end(self.text, new.after) if self.text and new.after >= 0 else 0
        eol = eol_near(self.text, max(at - 1, 0))
        body = eol.join(new.indent + line for line in new.lines)
        lead = eol if new.blank_above else ""
        if at and not self.text.endswith("\n", 0, at):
            return Edit(at, at, eol + lead + body)
        return Edit(at, at, lead + body + eol + (eol if new.blank_below else ""))

    def _new_tables(self) -> Iterator[Lines]:
        is_new_file = not self.text.strip()
        for path, keys in self.new_tables.items():
            after, compact, beside = place_for_table(self.document, path)
            indent = indent_at(self.text, beside.start) if beside else ""
            deeper = indent_at(self.text, beside.entries[0].start) if beside and beside.entries else ""
            lines = [self.author.comment(NEW_FILE if is_new_file else NEW_TABLE), table_header(path)]
            for key, value in keys:
                name = written_key(key)
                text = written(value, like=usual_string(beside))
                lines.append(f"{deeper.removeprefix(indent)}{name}{separator(self.text, beside, name)}{text}")
            yield Lines(after, indent, tuple(lines), blank_above=not (is_new_file or compact))


def _listed(steps: Iterable[Step]) -> str:
    return ", ".join(str(step) for step in steps)
