"""Foreign text in Markdown: in code spans, fences and words that it cannot break out of.

https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wasifix.render.terminal import clean


def code(text: str, table: bool = False) -> str:
    """A code span that the text cannot end: its fence is longer than any run of backticks in it."""
    text = clean(text)
    if not text:
        return ""
    edge = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    span = f"{edge}{space}{text}{space}{edge}"
    return span.replace("|", r"\|") if table else span


def fence(kind: str, text: str) -> Iterator[str]:
    """The lines of a fenced block that the text cannot end."""
    edge = "`" * max(_longest_run(text) + 1, 3)
    yield f"{edge}{kind}"
    yield from map(_harmless, text.removesuffix("\n").split("\n"))
    yield edge


def _harmless(line: str) -> str:
    """A line of a diff for eyes; tabs stay, of a Windows line end nothing."""
    return "\t".join(map(clean, line.removesuffix("\r").split("\t")))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def words(text: str) -> str:
    """Words of wasifix with foreign ones among them: code where backquotes say so, else mere text."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0 or any("|" in part for part in parts[1::2]):
        return _escaped(clean(text))
    return "".join(code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    """No markup, HTML, table cell, link, image, emoji or mention."""
    text = re.sub(r"[\\`*_\[\]<>|~$&#!]", r"\\\g<0>", text)
    return re.sub(r"(?<=:)(?=//)|(?<=\w)(?=:\w+:)", r"\\", text).replace("@", "@&#8203;")
