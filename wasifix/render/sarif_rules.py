"""What wasifix can find, as SARIF describes rules."""

from __future__ import annotations

from typing import Any

from wasifix.advisories import Advisory
from wasifix.checks import Check

Rules = tuple[tuple[Advisory, ...], tuple[Check, ...]]
"""Everything that can be found."""


def descriptions(rules: Rules) -> list[dict[str, Any]]:
    """One reporting descriptor for each (section 3.49), in this order."""
    return [*map(_advisory, rules[0]), *map(_check, rules[1])]


def _advisory(advisory: Advisory) -> dict[str, Any]:
    links = "\n".join(f"- <{each}>" for each in advisory.references)
    commands = "\n".join(f"- `wasifix apply --strategy {each}`" for each in advisory.remedies)
    remedies = f"\n\nRemedies, the best first:\n\n{commands}" if commands else ""
    level, links_text = advisory.level, "\n".join(advisory.references)
    return {
        **_rule(advisory.id, advisory.title, advisory.explanation, advisory.references[0], level),
        "help": {
            "text": f"{advisory.explanation}\n\n{links_text}",
            "markdown": f"{advisory.explanation}{remedies}\n\n{links}",
        },
        "properties": {"precision": "very-high" if advisory.confidence >= 0.9 else "high"},
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        **_rule(check.id, check.title, check.explanation, check.reference, "warning"),
        "help": {
            "text": f"{check.explanation}\n\n{check.reference}",
            "markdown": f"{check.explanation}\n\n- <{check.reference}>",
        },
    }


def _rule(name: str, title: str, explanation: str, link: str, level: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": f"{title[0].upper()}{title[1:]}"},
        "fullDescription": {"text": explanation.partition("\n\n")[0]},
        "helpUri": link,
        "defaultConfiguration": {"level": level},
    }
