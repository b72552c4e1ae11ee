"""Changes of value as edits of text: only the lines that must change, in the style of their neighbours.

tomlkit would do most of this, but moves tables, drops blank lines and mixes line ends while it does; it
serves here to write single values.
"""

from __future__ import annotations

from collections.abc import Iterable

from wasifix.changes import Append, Change, KeyPath, Remove, Rename, Set, TomlValue
from wasifix.documents import toml_arrays
from wasifix.documents.text import CannotEdit, Edit, line_end, line_start
from wasifix.documents.toml import Location, TomlDocument
from wasifix.documents.toml_layout import indent_at, place_for_root_key, separator, usual_string
from wasifix.documents.toml_sites import Lines, Sites
from wasifix.documents.toml_spans import Entry, Section
from wasifix.documents.toml_values import written, written_key
from wasifix.markers import NONE, Author, Step, encode, encode_items


def edits_for(document: TomlDocument, changes: Iterable[Change], author: Author) -> list[Edit]:
    """The text edits that make the changes, with the author's comments. Raises CannotEdit.

    Array indices are those of the document, so several items of an array go from the last to the first.
    """
    writer = _Writer(document, author)
    for change in changes:
        writer.add(change)
    return writer.edits()


class _Writer:
    def __init__(self, document: TomlDocument, author: Author) -> None:
        self.document = document
        self.text = document.text
        self.sites = Sites(document, author)
        self.into_empty: dict[int, list[str]] = {}
        """Entries for `{}`, by the offset of the bracket."""
        self.dropped: dict[KeyPath, list[int]] = {}
        """Array items that go."""
        self.renamed: dict[KeyPath, KeyPath] = {}

    def add(self, change: Change) -> None:
        match change:
            case Set():
                self._set(change)
            case Append():
                self._append(change)
            case Remove():
                self._remove(change)
            case Rename():
                self._rename(change)
            case _:
                raise TypeError(f"no change for a TOML file: {change}")

    def edits(self) -> list[Edit]:
        for path, indices in self.dropped.items():
            self._drop(path, tuple(sorted(indices)))
        for path in self.renamed:
            if any(each[: len(path)] == path for each in self.sites.new_tables):
                raise CannotEdit("a new table inside one that is renamed", self._offset(path))
        return self.sites.edits()

    # Changes ------------------------------------------------------------------------------------------------

    def _set(self, change: Set) -> None:
        found = self.document.locate(change.path)
        if found is None:
            self._set_new(change)
            return
        items = found.value.items
        if isinstance(change.value, tuple) and len(items) == len(change.value) > 1:
            for index, item in enumerate(change.value):
                if self.document.get(*change.path, index) != item:
                    self._set(Set((*change.path, index), item))
            return
        raw = self._raw(found)
        if items and "#" in _between(self.text, found):
            raise CannotEdit("an array with comments", found.value.start)
        like = self.text[items[0].start : items[0].end] if items else raw
        new = written(change.value, like=like, at=found.value.start)
        site = self.sites.at(found.section, found.entry)
        site.edits.append(Edit(found.value.start, found.value.end, new))
        site.step(change.path, encode(raw, change.value), encode(new, change.value))

    def _set_new(self, change: Set) -> None:
        *parents, key = change.path
        parent = tuple(parents)
        if not isinstance(key, str):
            raise CannotEdit("the array has no such item", self._offset(parent))
        if isinstance(self.document.get(*change.path), dict | list):
            raise CannotEdit("a table, not a value", self._offset(change.path))
        if (outer := self.document.locate(parent)) is not None and outer.value.kind == "{":
            self._add_inline(outer, change)
            return
        for depth in range(1, len(parent) + 1):
            if (inline := self.document.locate(parent[:depth])) is not None:
                reason = "an inline table cannot be extended by a table"
                raise CannotEdit(
                    reason if inline.value.kind == "{" else "a value where a table is needed",
                    inline.value.start,
                )
            if isinstance(self.document.get(*parent[:depth]), list) and isinstance(change.path[depth], str):
                raise CannotEdit("an array of tables, not a table", self._offset(parent[:depth]))
        section = self.document.header(parent) if parent else self.document.sections[0]
        if section is not None:
            self._add_line(section, section.entries, "", change)
            return
        for section in reversed(self.document.sections):
            rest = parent[len(section.path) :]
            dotted = [each for each in section.entries if rest and each.keys[: len(rest)] == rest]
            if dotted and (*section.path, *rest) == parent:
                prefix = ".".join(written_key(str(each)) for each in rest) + "."
                self._add_line(section, tuple(dotted), prefix, change)
                return
        if not all(isinstance(each, str) for each in parent):
            raise CannotEdit("a table inside an array of tables", self._offset(parent))
        self.sites.new_tables.setdefault(parent, []).append((key, change.value))

    def _add_line(self, section: Section, beside: tuple[Entry, ...], prefix: str, change: Set) -> None:
        site = self.sites.at(section)
        name = prefix + written_key(str(change.path[-1]))
        value = written(change.value, like=usual_string(section))
        line = f"{name}{separator(self.text, section, name)}{value}"
        if beside:
            site.lines.append(Lines(beside[-1].value.end, indent_at(self.text, beside[-1].start), (line,)))
        elif section.end:
            site.lines.append(Lines(section.end, indent_at(self.text, section.start), (line,)))
        else:
            after = place_for_root_key(self.document)
            above = len(self.document.sections) == 1 and bool(self.text.strip())
            below = len(self.document.sections) > 1
            site.lines.append(Lines(after, "", (line,), blank_above=above, blank_below=below))
        site.step(change.path, NONE, _new_value(change.value, value))

    def _add_inline(self, outer: Location, change: Set) -> None:
        raw = self._raw(outer)
        if "\n" in raw:
            raise CannotEdit("an inline table over several lines", outer.value.start)
        if not outer.value.entries and raw != "{}":  # `remove` could not say how much there was
            raise CannotEdit("an empty inline table with space in it", outer.value.start)
        value = written(change.value)
        new = f"{written_key(str(change.path[-1]))} = {value}"
        site = self.sites.at(outer.section, outer.entry)
        if outer.value.entries:
            last = outer.value.entries[-1].value.end
            site.edits.append(Edit(last, last, f", {new}"))
        else:
            together = self.into_empty.setdefault(outer.value.start, [])
            if together:
                site.edits = [each for each in site.edits if each.start != outer.value.start]
            together.append(new)
            site.edits.append(Edit(outer.value.start, outer.value.end, f"{{ {', '.join(together)} }}"))
        site.step(change.path, NONE, _new_value(change.value, value))

    def _append(self, change: Append) -> None:
        found = self._array(change.path)
        site = self.sites.at(found.section, found.entry)
        site.edits += toml_arrays.append(self.document, change.path, change.items)
        site.step(change.path, NONE, encode_items(change.items))

    def _remove(self, change: Remove) -> None:
        *parent, last = change.path
        found = self.document.locate(change.path)
        if found is None:
            raise CannotEdit("nothing to remove", self._offset(change.path))
        if isinstance(last, int):
            self.dropped.setdefault(tuple(parent), []).append(last)
            return
        if len(found.entry.keys) + len(found.section.path) != len(change.path):
            raise CannotEdit("a key of an inline table", found.value.start)
        if len(found.entry.keys) > 1:  # its table might go with it
            raise CannotEdit("a dotted key", found.entry.start)
        start, end = line_start(self.text, found.entry.start), line_end(self.text, found.value.end)
        site = self.sites.at(found.section, found.entry)
        site.edits.append(Edit(start, end, ""))
        site.step(change.path, encode(self._raw(found)), NONE)

    def _drop(self, path: KeyPath, indices: tuple[int, ...]) -> None:
        found = self._array(path)
        site = self.sites.at(found.section, found.entry)
        site.edits += toml_arrays.remove_all(self.document, path, indices)
        items = found.value.items
        kept = [item for index, item in enumerate(items) if index not in indices]
        quote = toml_arrays.usual_quotes(self.text, kept)[0]
        for index in indices:
            raw = self.text[items[index].start : items[index].end]
            is_unusual = raw[0] in "'\"" and raw[0] != quote
            site.step((*path, index), encode(raw) if is_unusual else encode(raw, ""), NONE)

    def _rename(self, change: Rename) -> None:
        headers = list(self.document.headers_below(change.path))
        if not headers or not isinstance(change.path[-1], str):
            raise CannotEdit("a table without a header of its own", self._offset(change.path))
        new_path = (*change.path[:-1], change.name)
        taken = self.document.get(*new_path) is not None or new_path in self.renamed.values()
        if taken or change.name in headers[0].path:  # twice in a path, nobody could say which was renamed
            raise CannotEdit(f"`{change.name}` is there already", headers[0].start)
        self.renamed[change.path] = new_path
        index = sum(isinstance(key, str) for key in change.path) - 1
        site = self.sites.at(headers[0])
        site.comment_at.append(line_start(self.text, headers[0].start))
        for header in headers:
            start, end = header.key_spans[index]
            quote = self.text[start] if self.text[start] in "'\"" else ""
            new = written(change.name, like=quote * 2) if quote else written_key(change.name)
            site.edits.append(Edit(start, end, new))
        old = encode(f'"{change.path[-1]}"', "")
        site.steps.append(Step(key="table", old=old, new=encode(f'"{change.name}"', "")))

    # Places -------------------------------------------------------------------------------------------------

    def _raw(self, found: Location) -> str:
        return self.text[found.value.start : found.value.end]

    def _offset(self, path: KeyPath) -> int:
        """Where the path begins, or as much of it as there is."""
        known = (self.document.offset(path[:depth]) for depth in range(len(path), 0, -1))
        return next((each for each in known if each is not None), 0)

    def _array(self, path: KeyPath) -> Location:
        found = self.document.locate(path)
        if found is None or found.value.kind != "[":
            raise CannotEdit("a value where an array is needed", self._offset(path))
        return found


def _new_value(value: TomlValue, raw: str) -> str:
    return f"[{encode_items(value)}]" if isinstance(value, tuple) else encode(raw, value)


def _between(text: str, array: Location) -> str:
    """The text of an array without its items: brackets, commas, space and comments."""
    at, parts = array.value.start, []
    for item in array.value.items:
        parts.append(text[at : item.start])
        at = item.end
    return "".join((*parts, text[at : array.value.end]))
