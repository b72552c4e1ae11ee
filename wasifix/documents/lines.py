"""Lines added to a text file that wasifix does not parse (a build script), below a comment of their own."""

from __future__ import annotations

from wasifix.documents.text import Edit, eol_near
from wasifix.markers import NEW_FILE, Author
from wasifix.model import AddLines

NEW_LINES = "new lines"


def edit_for(text: str, change: AddLines, author: Author) -> Edit:
    """The insertion of the lines behind line `change.after`, or of a whole new file."""
    if change.after is None:
        comment = author.comment(NEW_FILE, sign="//")
        return Edit(0, len(text), "\n".join((comment, *change.lines, "")))
    offset = sum(len(line) for line in text.splitlines(keepends=True)[: change.after])
    eol = eol_near(text, max(offset - 1, 0))
    first = change.lines[0]
    indent = first[: len(first) - len(first.lstrip())]
    comment = author.comment(f"{len(change.lines)} {NEW_LINES}", sign="//")
    return Edit(offset, offset, "".join(f"{line}{eol}" for line in (indent + comment, *change.lines)))
