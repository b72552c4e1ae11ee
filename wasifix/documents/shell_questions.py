"""What the conditions of shell scripts come to, as far as that can be known."""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from wasifix.documents.shell_reader import Reader, inner_scripts
from wasifix.documents.shell_words import UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node


class Outcome(Enum):
    """How a command ends."""

    YES = "with success"
    NO = "without"
    LIKELY = "with success, unless something is wrong"
    OPEN = "it is a question that nothing here answers"


_ASSIGNING = ("declaration_command", "variable_assignment")
_QUESTIONS = ("command", "which", "type", "hash", "grep", "egrep", "fgrep", "diff", "cmp", "test", "[")


def outcome_of(reader: Reader, node: Node, name: str) -> Outcome:
    """How a simple command ends, seen before it runs."""
    if node.type == "test_command":
        return _answer(reader, [each for each in node.children if each.is_named])
    if name in ("true", ":") or (node.type in _ASSIGNING and not any(inner_scripts(node, reader.data))):
        return Outcome.YES
    if name == "false":
        return Outcome.NO
    if name == "test":
        return _answered(tuple(reader.sure_text(word) for word in reader.command(node).parts[1:]))
    return Outcome.OPEN if name in _QUESTIONS else Outcome.LIKELY


def _answer(reader: Reader, nodes: list[Node]) -> Outcome:
    """`[ "$A" = b ]`, `[ -n "$A" ]`, also with `!` before it."""
    if len(nodes) != 1:
        return Outcome.OPEN
    children = nodes[0].children if nodes[0].type.endswith("_expression") else nodes
    if len(children) == 2 and children[0].type == "!":
        return negated(_answer(reader, [children[1]]))
    if any(each.type.endswith("_expression") for each in children):
        return Outcome.OPEN
    words: list[str | None] = []
    for each in children:
        raw = reader.raw(each)
        is_plain = each.type in ("extglob_pattern", "test_operator") or not each.is_named
        words.append(raw if is_plain else reader.sure_text(reader.word(each)))
    if len(words) == 3 and set(words[2] or "") & set("*?[(\\"):
        return Outcome.OPEN
    return _answered(tuple(words))


def fits(reader: Reader, text: str | None, patterns: list[Node]) -> Outcome:
    """Whether a text fits one of the patterns of a `case`."""
    found = [
        reader.raw(each) if each.type == "extglob_pattern" else reader.sure_text(reader.word(each))
        for each in patterns
    ]
    if "*" in found:
        return Outcome.YES
    if is_unknown(text) or any(is_unknown(each) for each in found):
        return Outcome.OPEN
    if any(set(each or "") & set("(!+@\\") for each in found):
        return Outcome.OPEN
    fits = any(fnmatchcase(text or "", each or "") for each in found)
    return Outcome.YES if fits else Outcome.NO


def negated(outcome: Outcome) -> Outcome:
    """What `!` makes of it."""
    return {Outcome.YES: Outcome.NO, Outcome.NO: Outcome.YES}.get(outcome, Outcome.OPEN)


def _answered(words: tuple[str | None, ...]) -> Outcome:
    match words:
        case ("!", *rest):
            return negated(_answered(tuple(rest)))
        case _ if any(is_unknown(each) for each in words):
            return Outcome.OPEN
        case (one, "=" | "==", other):
            return Outcome.YES if one == other else Outcome.NO
        case (one, "!=", other):
            return Outcome.NO if one == other else Outcome.YES
        case ("-n", text) | (text,):
            return Outcome.YES if text else Outcome.NO
        case ("-z", text):
            return Outcome.NO if text else Outcome.YES
    return Outcome.OPEN


def is_unknown(text: str | None) -> bool:
    """Whether the text, or a part of it, cannot be known."""
    return text is None or UNKNOWN in text
