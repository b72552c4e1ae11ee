"""Shell scripts as the commands they run, read with tree-sitter's grammar for bash.

Every command that stands in a script counts as one that runs: conditions and loops are not decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. A word is None where it cannot be known; `start` is its place in the script.

    `variables` are set for this command alone, or, where there are no words, for what follows.
    `exports` tells that it is an `export`.
    """

    words: tuple[str | None, ...]
    start: int
    variables: tuple[tuple[str, str | None], ...] = ()
    exports: bool = False


def commands(script: str, variables: Mapping[str, str | None]) -> Iterator[Command]:
    """The commands of a script in their order. `variables` are known before it starts."""
    data = script.encode("utf-8")
    known = dict(variables)
    for node in _walk(_parser().parse(data).root_node):
        command = _Reader(data, known).command(node)
        if not command.words:
            known.update(command.variables)
        yield command


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in ("command", "declaration_command", "variable_assignment"):
            yield node
            inner = [each for each in _inside(node) if each.type == "command_substitution"]
            waiting += reversed(inner)
        else:
            waiting += reversed(node.children)


def _inside(node: Node) -> Iterator[Node]:
    waiting = list(node.children)
    while waiting:
        each = waiting.pop(0)
        yield each
        if each.type != "command_substitution":
            waiting += each.children


class _Reader:
    def __init__(self, data: bytes, known: Mapping[str, str | None]) -> None:
        self.data = data
        self.known = known

    def command(self, node: Node) -> Command:
        start = len(self.data[: node.start_byte].decode("utf-8", "replace"))
        if node.type == "variable_assignment":
            return Command((), start, (self._assignment(node),))
        assigned = tuple(
            self._assignment(each) for each in node.children if each.type == "variable_assignment"
        )
        if node.type == "declaration_command":
            return Command((), start, assigned, exports=self._raw(node).startswith("export"))
        words = [each for each in node.children if each.is_named and each.type not in _NO_WORDS]
        return Command(tuple(self._word(each) for each in words), start, assigned)

    def _assignment(self, node: Node) -> tuple[str, str | None]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        return self._raw(name) if name else "", self._word(value) if value else ""

    def _word(self, node: Node) -> str | None:
        match node.type:
            case "word" | "number" | "variable_name" | "special_variable_name":
                return self._raw(node).replace("\\\n", "").replace("\\", "")
            case "raw_string":
                return self._raw(node)[1:-1]
            case "string_content":
                return self._raw(node).replace('\\"', '"')
            case "simple_expansion" | "expansion":
                named = [each for each in node.children if each.type == "variable_name"]
                plain = len(node.children) <= (2 if node.type == "simple_expansion" else 3)
                return self.known.get(self._raw(named[0])) if named and plain else None
            case "string" | "concatenation" | "command_name":
                parts = [self._word(each) for each in node.children if each.type not in ('"',)]
                return None if None in parts else "".join(part for part in parts if part is not None)
            case _:
                return None

    def _raw(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


_NO_WORDS = ("variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect", "comment")
