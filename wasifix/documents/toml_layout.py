"""How a TOML file is laid out, so that new lines look like their neighbours and stand where one expects."""

from __future__ import annotations

import re

from wasifix.changes import KeyPath
from wasifix.documents.text import line_end, line_start
from wasifix.documents.toml import TomlDocument
from wasifix.documents.toml_spans import Section
from wasifix.documents.toml_values import written_key


def indent_at(text: str, offset: int) -> str:
    """The spaces and tabs at the start of the offset's line."""
    match = re.compile(r"[ \t]*").match(text, line_start(text, offset))
    return match.group() if match else ""


def usual_string(section: Section | None) -> str:
    """A string as the table writes it, to take its quotes from."""
    kinds = {entry.value.kind for entry in section.entries} if section else set()
    return "''" if "'" in kinds and '"' not in kinds else '""'


def separator(text: str, section: Section | None, key: str) -> str:
    """What stands between key and value: as in the table, aligned if the table aligns its values."""
    entries = section.entries if section else ()
    if not entries:
        return " = "
    columns = {each.value.start - each.start for each in entries}
    widths = {each.key_end - each.start for each in entries}
    if len(columns) == 1 and len(widths) > 1:
        sign = "= " if text[entries[0].value.start - 1] == " " else "="
        return " " * max(columns.pop() - len(key) - len(sign), 1) + sign
    between = text[entries[-1].key_end : entries[-1].value.start]
    return "=" if between == "=" else " = "


def table_header(path: KeyPath) -> str:
    """The header line of a table."""
    return f"[{'.'.join(written_key(str(key)) for key in path)}]"


def place_for_table(document: TomlDocument, path: KeyPath) -> tuple[int, bool, Section | None]:
    """Behind which offset a new table goes, whether without blank line, and the table it takes after."""
    text, tables = document.text, document.sections[1:]
    kin = [index for index, each in enumerate(tables) if each.path[:1] == path[:1]]
    beside = tables[kin[-1]] if kin else None
    if beside is None or beside is tables[-1]:
        compact = len(tables) > 1 and not _blank_above(text, tables[-1].start)
        return max(len(text.rstrip()) - 1, 0), compact, beside
    after = beside.entries[-1].value.end if beside.entries else beside.end
    after = _over_own_comments(text, after)
    return after, not _is_blank(text, line_end(text, after)), beside


def place_for_root_key(document: TomlDocument) -> int:
    """Behind which offset the first key above all tables goes; -1 for the start of the file."""
    text = document.text
    if len(document.sections) == 1:
        return max(len(text.rstrip()) - 1, 0)
    at = line_start(text, document.sections[1].start)
    while at and text[line_start(text, at - 1) : at].lstrip().startswith("#"):
        at = line_start(text, at - 1)
    return at - 1


def _over_own_comments(text: str, after: int) -> int:
    """Comment lines right below a table's last key belong to it, if a blank line follows them."""
    end = at = line_end(text, after)
    while re.match(r"[ \t]*#", text[at : line_end(text, at)]):
        at = line_end(text, at)
    return at - 1 if at > end and _is_blank(text, at) else after


def _is_blank(text: str, at: int) -> bool:
    return not text[at : line_end(text, at)].strip()


def _blank_above(text: str, offset: int) -> bool:
    at = line_start(text, offset)
    while at:
        line = text[line_start(text, at - 1) : at].strip()
        if not line.startswith("#"):
            return not line
        at = line_start(text, at - 1)
    return True
