"""A JSON file as nodes with their places, comments and commas at the end allowed.

JSON is YAML but for these comments, tabs, and characters that are written as two escapes.
"""

from __future__ import annotations

import re

from wasifix.documents.text import decode, encode
from wasifix.documents.yaml import YamlDocument, parse_yaml

_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def parse_json(path: str, data: bytes) -> YamlDocument:
    """Composes a file; its text is that of the file. Raises UnreadableInput with line and column."""
    text, has_mark = decode(path, data)
    plain = _COMMENT.sub(lambda match: match[1] or _blank(match[0]), text)
    plain = _PAIR.sub("?" * 12, plain).replace("\t", " ")
    document = parse_yaml(path, encode(plain, has_mark=False))
    return YamlDocument(path=path, text=text, root=document.root, has_mark=has_mark)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
