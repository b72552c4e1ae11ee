"""How a string is written in YAML."""

from __future__ import annotations

import re

from wasifix.documents.yaml_values import STRING

_PLAIN = re.compile(r"-{0,2}[\w/][\w./@+=-]*(?: [\w./@+=-]+)*|\$\{\{[^:#\n]*\}\}")
_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|0o[0-7]+")
"""What YAML 1.2, which GitHub reads, takes for a number, while the parser here knows YAML 1.1."""


def written(value: str, quote: str = "") -> str:
    """A string as YAML: with the given quote, else plain where it stays a string so, else in quotes.

    An expression of a workflow stays plain too, which is its usual form.
    """
    import yaml

    if quote == '"' and not re.search(r'["\\\x00-\x1f]', value):
        return f'"{value}"'
    if quote != "'" and not _NUMBER.fullmatch(value) and _PLAIN.fullmatch(value):
        node = yaml.compose(value, Loader=yaml.SafeLoader)
        if node is not None and node.tag == STRING and node.value == value:
            return value
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
