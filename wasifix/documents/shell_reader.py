"""Commands and words read from the tree that tree-sitter's grammar for bash makes of a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from wasifix.documents.shell_words import Command, Word
from wasifix.documents.word_reader import WordReader

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


class Parsed(Struct, frozen=True):
    """A script's tree, and its commands without variables as far as they were read, by kind and place."""

    root: Node
    always: dict[tuple[str, int, int], Command]


@lru_cache(maxsize=1024)
def parsed(data: bytes) -> Parsed:
    """A script once for all: the legs of a matrix and jobs that share a workflow run the same one."""
    return Parsed(_parser().parse(data).root_node, {})


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


_PLAIN = re.compile(r"[\w.-]+")
_SUBSTITUTION = re.compile(rb"\$\(|`")
_REDIRECTION = re.compile(rb"[<>|]")
_COMMANDS = ("command", "declaration_command", "variable_assignment")


def flat(root: Node, reader: Reader, is_asked: Callable[[str], object]) -> Iterator[Command]:
    """The commands below a node as they stand there."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in _COMMANDS:
            name = reader.plain_name(node)
            if not name or is_asked(name):
                yield reader.command(node)
            waiting += reversed(list(inner_scripts(node, reader.data)))
        else:
            waiting += reversed(node.children)


def inner_scripts(node: Node, data: bytes) -> Iterator[Node]:
    """The scripts whose output is part of a command: `$(...)`."""
    if _SUBSTITUTION.search(data, node.start_byte, node.end_byte):
        waiting = list(node.children)
        while waiting:
            each = waiting.pop(0)
            if each.type == "command_substitution":
                yield each
            else:
                waiting += each.children


class Reader(WordReader):
    """Reads commands."""

    def __init__(self, data: bytes, known: Mapping[str, str | None], doubted: Container[str] = ()) -> None:
        super().__init__(data, known, doubted)
        self.always = parsed(data).always
        self.redirects = _REDIRECTION.search(data) is not None

    def command(self, node: Node) -> Command:
        """A command with its words."""
        if self.data.find(b"$", node.start_byte, node.end_byte) >= 0:
            return self._read(node)
        key = (node.type, node.start_byte, node.end_byte)
        if key not in self.always:
            self.always[key] = self._read(node)
        return self.always[key]

    def _read(self, node: Node) -> Command:
        start, end = self.place(node.start_byte), self.place(node.end_byte)
        if node.type == "variable_assignment":
            return Command((), start, end, (self._assignment(node),))
        groups = tuple(self.groups(node.children))
        assigned = tuple(
            self._assignment(*group) for group in groups if group[0].type == "variable_assignment"
        )
        names = tuple(self.raw(each) for each in node.children if each.type == "variable_name")
        if node.type == "unset_command":
            return Command((), start, end, removed=names)
        if node.type == "declaration_command":
            exports = re.match(r"export\b|\w+\s+-\w*x", self.raw(node)) is not None
            return Command((), start, end, assigned, exports=exports, named=names)
        words = [group for group in groups if group[0].is_named and group[0].type not in _NO_WORDS]
        parts = tuple(word for group in words for word in self.words(*group))
        output, document = self._redirected(node)
        return Command(parts, start, end, assigned, output=output, document=document)

    def plain_name(self, node: Node) -> str:
        """The name of a command's program; empty where it is no plain word."""
        name = node.child_by_field_name("name") if node.type == "command" else None
        if name is None or self.data[name.start_byte - 1 : name.start_byte] == b"$":
            return ""
        raw = self.raw(name)
        return raw if _PLAIN.fullmatch(raw) else ""

    def _assignment(self, node: Node, *others: Node) -> tuple[str, Word]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if others and name and value:
            return self.raw(name), self._joined((value, *others))
        end = self.place(node.end_byte)
        return self.raw(name) if name else "", self.word(value) if value else Word((), end, end)

    def _redirected(self, node: Node) -> tuple[str, str]:
        """Where what the command prints goes: redirections, also of a group around it, and `| tee FILE`."""
        output, document = [], ""
        if not self.redirects:
            return "", ""
        inner, outer = node, node.parent
        while outer is not None and (outer.type in _AROUND or inner == outer.children[-1]):
            if outer.type == "redirected_statement":
                output += [self.raw(each) for each in outer.children if each.type == "file_redirect"]
                texts = [self.raw(each) for each in outer.children if each.type == "heredoc_redirect"]
                document = document or "".join(texts)
            elif outer.type == "pipeline" and outer.children[-1] != inner:
                output.append(self.raw(outer.children[-1]))
            inner, outer = outer, outer.parent
            if inner.type in ("program", "function_definition"):
                break
        return " ".join(output), document


_NO_WORDS = ("variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect", "comment")
_AROUND = ("compound_statement", "redirected_statement", "pipeline", "subshell")
