"""Plans as new texts, each proven before anybody may write it.

A new text must parse, its values must be the old ones plus exactly the intended change, and all lines that
the change does not name must be there as before, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from wasifix.changes import (
    AddItem,
    AddLines,
    Append,
    Change,
    FileEdit,
    KeyPath,
    Remove,
    Rename,
    Replace,
    Set,
    SetLine,
    TomlValue,
)
from wasifix.documents.fragments import with_comments, without_comments
from wasifix.documents.kinds import is_toml, is_yaml
from wasifix.documents.lines import edit_for
from wasifix.documents.shell import same_commands
from wasifix.documents.text import CannotEdit, Edit, apply_edits, decode, encode, position
from wasifix.documents.toml import parse_toml
from wasifix.documents.toml_values import written
from wasifix.documents.toml_write import edits_for
from wasifix.errors import UnreadableInput
from wasifix.markers import Author
from wasifix.model import Evidence
from wasifix.proofs import Unproven, holds, prove_lines, prove_values, same
from wasifix.proposals import ByHand, Declined, FileChange, Plan
from wasifix.tree import Tree


class Rendered(Struct, frozen=True, kw_only=True):
    """The files that a plan changes, proven, and the places where it cannot."""

    changes: tuple[FileChange, ...]
    by_hand: tuple[ByHand, ...] = ()


def render(tree: Tree, plan: Plan, author: Author) -> Rendered | Declined:
    """The plan's files. Declined where a place in TOML cannot be edited; elsewhere that place is left out."""
    changes: list[FileChange] = []
    by_hand: list[ByHand] = []
    for path in dict.fromkeys(edit.path for edit in plan.edits):
        old = tree.read(path)
        units = [edit for edit in plan.edits if edit.path == path]
        try:
            new = rendered(_together(units), old, author)
        except CannotEdit as refusal:
            if is_toml(path):
                return Declined(
                    strategy=plan.strategy,
                    reason=f"{path} cannot be edited safely: {refusal.reason}",
                    at=_place(path, old or b"", refusal.offset),
                    instead=f"make the change by hand: {_listed(units)}",
                )
            new = _as_far_as_possible(units, old or b"", author, by_hand)
        if new != old:
            changes.append(FileChange(path=path, old=old, new=new))
    return Rendered(changes=tuple(changes), by_hand=tuple(by_hand))


def _as_far_as_possible(
    units: Sequence[FileEdit], old: bytes, author: Author, by_hand: list[ByHand]
) -> bytes:
    """The edits one after the other; those that cannot be made are left to the user."""
    kept: list[FileEdit] = []
    new = old
    for unit in units:
        try:
            new = rendered(_together([*kept, unit]), old, author)
            kept.append(unit)
        except CannotEdit as refusal:
            at = _place(unit.path, old, refusal.offset)
            by_hand.append(ByHand(at=at, what=f"{_listed([unit])} ({refusal.reason})"))
    return new


def _together(units: Sequence[FileEdit]) -> FileEdit:
    changes = dict.fromkeys(change for unit in units for change in unit.changes)
    return FileEdit(path=units[0].path, changes=tuple(changes))


def _listed(units: Iterable[FileEdit]) -> str:
    return ", ".join(described(change) for unit in units for change in unit.changes)


def rendered(edit: FileEdit, old: bytes | None, author: Author) -> bytes:
    """The new bytes of one file. Raises CannotEdit, and Unproven where a proof fails."""
    if any(isinstance(change, SetLine) for change in edit.changes):
        return _one_line(edit, old or b"")
    if any(isinstance(change, AddLines) for change in edit.changes):
        return _with_lines(edit, old or b"", author)
    if is_yaml(edit.path):
        return _yaml(edit, old or b"", author)
    if any(isinstance(change, Replace) for change in edit.changes):
        return _with_words(edit, old or b"", author)
    before = parse_toml(edit.path, old or b"")
    changes = tuple(each for each in edit.changes if not holds(before.values, each))
    if not changes:
        return old or b""
    try:
        text = apply_edits(before.text, edits_for(before, changes, author))
    except ValueError:
        raise CannotEdit("two changes would meet in the same place", 0) from None
    try:
        after = parse_toml(edit.path, encode(text, before.has_mark))
    except UnreadableInput as error:
        raise Unproven(f"the new text would not be readable: {error}") from error
    prove_values(before, after, changes)
    prove_lines(before, after, changes)
    return encode(text, before.has_mark)


def described(change: Change) -> str:
    """The change in words, for a message."""
    match change:
        case Set(path, value):
            return f"set {_dotted(path)} to {_shown(value)}"
        case Append(path, items):
            return f"add {', '.join(items)} to {_dotted(path)}"
        case Remove(path):
            return f"remove {_dotted(path)}"
        case Rename(path, name):
            return f"rename {_dotted(path)} to {name}"
        case SetLine(text):
            return f"set the line to {text}"
        case AddLines(_, lines):
            return "add\n" + "\n".join(lines)
        case Replace(_, _, _, text):
            return f"write {text.strip()}"
        case AddItem(path, entries):
            return f"add to {_dotted(path)}: {', '.join(': '.join(each) for each in entries)}"


def _one_line(edit: FileEdit, old: bytes) -> bytes:
    text, has_mark = decode(edit.path, old)
    (change,) = edit.changes
    assert isinstance(change, SetLine)
    body = text.strip()
    start = text.index(body)
    new = text[:start] + change.text + text[start + len(body) :]
    if new.strip() != change.text or "\n" in body + change.text:
        raise Unproven(f"{edit.path}: more than the one line would change")
    return encode(new, has_mark)


def _with_lines(edit: FileEdit, old: bytes, author: Author) -> bytes:
    text, has_mark = decode(edit.path, old)
    insertions = [edit_for(text, change, author) for change in edit.changes if isinstance(change, AddLines)]
    left = new = apply_edits(text, insertions)
    for insertion in insertions:
        left = left.replace(insertion.text, "", 1)
    if left != text:
        raise Unproven(f"{edit.path}: more than the new lines would change")
    return encode(new, has_mark)


def _yaml(edit: FileEdit, old: bytes, author: Author) -> bytes:
    from wasifix.documents.yaml import parse_yaml
    from wasifix.documents.yaml_write import changed

    document = parse_yaml(edit.path, old)
    if document.is_json:
        node = next((each for each in map(document.locate, _routes(edit)) if each), document.root)
        reason = "JSON, which a program usually writes: change what makes it"
        raise CannotEdit(reason, node.start_mark.index if node else 0)
    return encode(changed(document, edit.changes, author), document.has_mark)


def _routes(edit: FileEdit) -> Iterable[KeyPath]:
    """The places of the changes; of what is new the nearest that is there."""
    paths = [getattr(each, "path", ()) for each in edit.changes]
    return (path[:length] for path in paths for length in range(len(path), 0, -1))


def _with_words(edit: FileEdit, old: bytes, author: Author) -> bytes:
    """A file that is a plain text, in which words are replaced."""
    text, has_mark = decode(edit.path, old)
    if edit.path.endswith(".json"):
        start = min(each.start for each in edit.changes if isinstance(each, Replace))
        raise CannotEdit("JSON, which has no comments to say why", start)
    words = [Edit(each.start, each.end, each.text) for each in edit.changes if isinstance(each, Replace)]
    if unknown := [each for each in words if "\ufffd" in each.text]:
        raise CannotEdit("bytes that are not UTF-8", unknown[0].start)
    new = with_comments(text, words, author)
    if without_comments(new) != without_comments(apply_edits(text, words)):
        raise Unproven(f"{edit.path}: more than the intended words would change")
    if not same_commands(new, without_comments(new)):
        raise CannotEdit("a comment would not fit into the script", 0)
    if is_toml(edit.path):
        _prove_words(edit.path, new)
    return encode(new, has_mark)


def _prove_words(path: str, new: str) -> None:
    """The TOML can be read, and a comment is one there too, not part of a value."""
    try:
        values = [parse_toml(path, text.encode("utf-8")).values for text in (new, without_comments(new))]
    except UnreadableInput as error:
        raise CannotEdit(f"the result would not be readable ({error.message})", 0) from None
    if not same(*values):
        raise CannotEdit("a comment would be part of a value", 0)


def _place(path: str, data: bytes, offset: int) -> Evidence:
    text, _ = decode(path, data)
    line, column = position(text, offset)
    return Evidence(path=path, line=line, column=column)


def _shown(value: TomlValue) -> str:
    """A value as files have it."""
    return value if isinstance(value, str) else written(value)


def _dotted(path: KeyPath) -> str:
    return ".".join(str(key) for key in path)
