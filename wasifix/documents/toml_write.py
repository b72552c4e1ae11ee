"""Changes of value as edits of text: only the lines that must change, in the style of their neighbours.

tomlkit would do most of this, but moves tables, drops blank lines and mixes line ends while it does; it
serves here to write single values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from wasifix.documents import toml_arrays
from wasifix.documents.text import Edit, eol_near, line_end, line_start
from wasifix.documents.toml import TomlDocument
from wasifix.documents.toml_spans import Entry, Section
from wasifix.documents.toml_values import CannotEdit, written, written_key
from wasifix.markers import (
    NEW_FILE,
    NEW_TABLE,
    NONE,
    Author,
    Step,
    encode,
    encode_items,
    find_markers,
    merged,
)
from wasifix.model import Append, Change, KeyPath, Remove, Rename, Set, TomlValue


@dataclass
class _Site:
    """The changes in one table, which share one comment."""

    edits: list[Edit] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    comment_at: list[int] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    """New lines (without indentation) and where they go: at the end of the line that holds the offset."""


def edits_for(document: TomlDocument, changes: Iterable[Change], author: Author) -> list[Edit]:
    """The text edits that make the changes, with the author's comments. Raises CannotEdit."""
    writer = _Writer(document, author)
    for change in changes:
        writer.add(change)
    return writer.edits()


class _Writer:
    def __init__(self, document: TomlDocument, author: Author) -> None:
        self.document = document
        self.text = document.text
        self.author = author
        self.sites: dict[tuple[int, int], _Site] = {}
        self._current = document.sections[0]
        self.new_tables: dict[KeyPath, list[tuple[str, TomlValue]]] = {}

    def add(self, change: Change) -> None:
        match change:
            case Set():
                self._set(change)
            case Append():
                self._edit_array(change.path, lambda doc, at: toml_arrays.append(doc, at, change.items))
                self._step(change.path, NONE, encode_items(change.items))
            case Remove():
                self._remove(change)
            case Rename():
                self._rename(change)
            case _:
                raise CannotEdit("not a TOML file", 0)

    def edits(self) -> list[Edit]:
        found = [edit for site in self.sites.values() for edit in self._of_site(site)]
        return found + self._of_new_tables()

    # Changes ------------------------------------------------------------------------------------------------

    def _set(self, change: Set) -> None:
        found = self.document.locate(change.path)
        if found is None:
            self._set_new(change)
            return
        raw = self.text[found.value.start : found.value.end]
        new = written(change.value, like=raw, at=found.value.start)
        if raw != new:
            site = self._site(found.section, found.entry)
            site.edits.append(Edit(found.value.start, found.value.end, new))
            self._step(change.path, encode(raw, change.value), encode(new, change.value))

    def _set_new(self, change: Set) -> None:
        *parents, key = change.path
        parent = tuple(parents)
        if not isinstance(key, str):
            raise CannotEdit("the array has no such item", 0)
        if (outer := self.document.locate(parent)) is not None and outer.value.kind == "{":
            self._add_inline(parent, key, change.value)
            return
        for depth in range(1, len(parent)):
            if (inline := self.document.locate(parent[:depth])) is not None:
                raise CannotEdit("an inline table cannot be extended by a table", inline.value.start)
        section = self.document.header(parent) if parent else self.document.sections[0]
        if section is not None:
            self._add_line(section, section.entries, "", key, change)
            return
        for section in reversed(self.document.sections):
            rest = parent[len(section.path) :]
            dotted = [each for each in section.entries if rest and each.keys[: len(rest)] == rest]
            if dotted and (*section.path, *rest) == parent:
                prefix = ".".join(written_key(str(each)) for each in rest) + "."
                self._add_line(section, tuple(dotted), prefix, key, change)
                return
        self.new_tables.setdefault(parent, []).append((key, change.value))

    def _add_line(
        self, section: Section, beside: tuple[Entry, ...], prefix: str, key: str, change: Set
    ) -> None:
        site = self._site(section)
        name = prefix + written_key(key)
        value = written(change.value, like=_usual_string(self.text, section))
        after = beside[-1].value.end if beside else section.end
        site.lines.append((after, f"{name}{_separator(self.text, section, name)}{value}"))
        items = change.value if isinstance(change.value, tuple) else None
        new = f"[{encode_items(items)}]" if items is not None else encode(value, change.value)
        self._step(change.path, NONE, new)

    def _add_inline(self, parent: KeyPath, key: str, value: TomlValue) -> None:
        found = self.document.locate(parent)
        assert found is not None
        raw = self.text[found.value.start : found.value.end]
        if "\n" in raw:
            raise CannotEdit("an inline table over several lines", found.value.start)
        new = f"{written_key(key)} = {written(value)}"
        site = self._site(found.section, found.entry)
        if found.value.entries:
            last = found.value.entries[-1].value.end
            site.edits.append(Edit(last, last, f", {new}"))
        else:
            site.edits.append(Edit(found.value.start, found.value.end, f"{{ {new} }}"))
        self._step((*parent, key), NONE, encode(written(value), value))

    def _edit_array(self, path: KeyPath, make: Callable[[TomlDocument, KeyPath], list[Edit]]) -> None:
        found = self.document.locate(path)
        if found is None or found.value.kind != "[":
            raise CannotEdit("not an array", found.value.start if found else 0)
        self._site(found.section, found.entry).edits += make(self.document, path)

    def _remove(self, change: Remove) -> None:
        *parent, last = change.path
        found = self.document.locate(change.path)
        if found is None:
            raise CannotEdit("nothing to remove", 0)
        raw = self.text[found.value.start : found.value.end]
        if isinstance(last, int):
            self._edit_array(tuple(parent), lambda doc, at: toml_arrays.remove(doc, at, last))
            self._step(tuple(parent), encode(raw, ""), NONE)
            return
        if len(found.entry.keys) + len(found.section.path) != len(change.path):
            raise CannotEdit("a key of an inline table", found.value.start)
        start, end = line_start(self.text, found.entry.start), line_end(self.text, found.value.end)
        site = self._site(found.section, found.entry)
        site.edits.append(Edit(start, end, ""))
        self._step(change.path, encode(raw), NONE)

    def _rename(self, change: Rename) -> None:
        index = len(change.path) - 1
        headers = list(self.document.headers_below(change.path))
        if not headers:
            raise CannotEdit("a table without a header of its own", 0)
        site = self._site(headers[0])
        site.comment_at.append(line_start(self.text, headers[0].start))
        for header in headers:
            start, end = header.key_spans[index]
            raw = self.text[start:end]
            new = f"{raw[0]}{change.name}{raw[0]}" if raw[0] in "'\"" else written_key(change.name)
            site.edits.append(Edit(start, end, new))
        old = str(change.path[-1])
        site.steps.append(Step(key="table", old=encode(f'"{old}"', ""), new=encode(f'"{change.name}"', "")))

    # Sites --------------------------------------------------------------------------------------------------

    def _site(self, section: Section, entry: Entry | None = None) -> _Site:
        site = self.sites.setdefault((section.start, section.end), _Site())
        if entry is not None:
            site.comment_at.append(line_start(self.text, entry.start))
        self._current = section
        return site

    def _step(self, path: KeyPath, old: str, new: str) -> None:
        section = self._current
        label = ".".join(str(key) for key in path[len(section.path) :])
        key = "" if path == ("toolchain", "channel") else label
        self.sites[section.start, section.end].steps.append(Step(key=key, old=old, new=new))

    def _of_site(self, site: _Site) -> list[Edit]:
        edits = list(site.edits)
        details = tuple(site.steps)
        if site.comment_at:
            at = min(site.comment_at)
            before = [each for each in find_markers(self.text) if line_end(self.text, each.end) == at]
            if before and before[0].author.strategy == self.author.strategy and before[0].steps:
                comment = self.author.comment(_listed(merged(before[0].steps, details)))
                edits.append(Edit(before[0].start, before[0].end, comment))
            else:
                comment = self.author.comment(_listed(details)) + eol_near(self.text, at)
                edits.append(Edit(at, at, _indent(self.text, at) + comment))
        elif site.lines:
            site.lines.insert(0, (site.lines[0][0], self.author.comment(_listed(details))))
        for after in dict.fromkeys(where for where, _ in site.lines):
            lines = [line for where, line in site.lines if where == after]
            edits.append(self._inserted(after, lines, _indent(self.text, line_start(self.text, after))))
        return edits

    def _inserted(self, after: int, lines: list[str], indent: str = "", blank: bool = False) -> Edit:
        """Lines at the end of the line that holds the offset; a missing final newline stays missing."""
        at = line_end(self.text, after) if self.text else 0
        eol = eol_near(self.text, max(at - 1, 0))
        body = eol.join(indent + line for line in lines)
        lead = eol if blank else ""
        if at and not self.text.endswith("\n", 0, at):
            return Edit(at, at, eol + lead + body)
        return Edit(at, at, lead + body + eol)

    # New tables ---------------------------------------------------------------------------------------------

    def _of_new_tables(self) -> list[Edit]:
        edits: list[Edit] = []
        for path, keys in self.new_tables.items():
            after, compact, beside = self._place_for(path)
            details = NEW_TABLE if self.text.strip() else NEW_FILE
            entry_indent = _indent(self.text, beside.entries[0].start) if beside and beside.entries else ""
            like = _usual_string(self.text, beside)
            lines = [self.author.comment(details), f"[{'.'.join(written_key(str(key)) for key in path)}]"]
            indent = _indent(self.text, beside.start) if beside else ""
            entry_indent = entry_indent.removeprefix(indent)
            for key, value in keys:
                name = entry_indent + written_key(key)
                lines.append(f"{name}{_separator(self.text, beside, key)}{written(value, like=like)}")
            edits.append(self._inserted(after, lines, indent, blank=bool(self.text.strip()) and not compact))
        return edits

    def _place_for(self, path: KeyPath) -> tuple[int, bool, Section | None]:
        """Behind which offset a new table goes, whether without blank line, and the table it takes after."""
        tables = self.document.sections[1:]
        kin = [index for index, each in enumerate(tables) if each.path[:1] == path[:1]]
        if kin and kin[-1] + 1 < len(tables):
            section = tables[kin[-1]]
            after = section.entries[-1].value.end if section.entries else section.end
            after = self._over_own_comments(after)
            following = self.text[line_end(self.text, after) :]
            return after, bool(following[:1].strip()), section
        content = len(self.text.rstrip())
        compact = len(tables) > 1 and not _blank_above(self.text, tables[-1].start)
        return max(content - 1, 0), compact, tables[kin[-1]] if kin else None

    def _over_own_comments(self, after: int) -> int:
        """Comment lines right below a table's last key belong to it, if a blank line follows them."""
        end = line_end(self.text, after)
        at = end
        while re.match(r"[ \t]*#", self.text[at : line_end(self.text, at)]):
            at = line_end(self.text, at)
        blank_follows = not self.text[at : line_end(self.text, at)].strip()
        return at - 1 if blank_follows and at > end else after


def _listed(steps: Iterable[Step]) -> str:
    return ", ".join(str(step) for step in steps)


def _indent(text: str, offset: int) -> str:
    match = re.compile(r"[ \t]*").match(text, line_start(text, offset))
    return match.group() if match else ""


def _blank_above(text: str, offset: int) -> bool:
    at = line_start(text, offset)
    while at:
        line = text[line_start(text, at - 1) : at].strip()
        if not line.startswith("#"):
            return not line
        at = line_start(text, at - 1)
    return True


def _usual_string(text: str, section: Section | None) -> str:
    """A string as the table writes it, to take its quotes from."""
    kinds = [entry.value.kind for entry in section.entries] if section else []
    strings = [kind for kind in kinds if kind in "'\""]
    return "''" if strings and set(strings) == {"'"} else '""'


def _separator(text: str, section: Section | None, key: str) -> str:
    """What stands between key and value: as in the table, aligned if the table aligns its values."""
    entries = (
        [each for each in section.entries if "\n" not in text[each.start : each.value.start]]
        if section
        else []
    )
    if not entries:
        return " = "
    columns = {each.value.start - line_start(text, each.start) for each in entries}
    widths = {each.key_end - each.start for each in entries}
    if len(columns) == 1 and len(widths) > 1:
        indent = len(_indent(text, entries[0].start))
        sign = "= " if text[entries[0].value.start - 1] == " " else "="
        return " " * max(columns.pop() - indent - len(key) - len(sign), 1) + sign
    between = text[entries[-1].key_end : entries[-1].value.start]
    return "=" if between == "=" else " = "
