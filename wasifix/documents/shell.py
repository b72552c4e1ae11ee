"""Shell scripts as the commands they run, read with tree-sitter's grammar for bash.

Every command that stands in a script counts as one that runs: conditions and loops are not decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from wasifix.documents.text import well_formed

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

TEXT_LIMIT = 100_000
"""Characters of a word. Variables made of one another twice would double it with every line."""


class Piece(Struct, frozen=True):
    """Part of a word: what the shell makes of it, and the characters `start`..`end` it is written with.

    `text` is None where it cannot be known; `variable` is the one it comes from. `is_literal` tells that the
    characters of the script are the text itself.
    """

    text: str | None
    start: int
    end: int
    variable: str = ""
    is_literal: bool = False


class Word(Struct, frozen=True):
    """A word of a command, and the characters `start`..`end` of the script, quotes included."""

    pieces: tuple[Piece, ...]
    start: int
    end: int

    @property
    def text(self) -> str | None:
        """What the shell makes of it, None where it cannot be known, or is too long to be of use."""
        parts = [piece.text for piece in self.pieces]
        known = [part for part in parts if part is not None]
        is_known = len(known) == len(parts) and sum(map(len, known)) <= TEXT_LIMIT
        return "".join(known) if is_known else None

    def after(self, count: int) -> Piece | None:
        """What follows the first `count` characters, where that is one piece: the 1.91 of `+1.91`."""
        rest: list[Piece] = []
        for piece in self.pieces:
            length = len(piece.text or "")
            if count >= length and count:
                count -= length
            elif count and not piece.is_literal:
                return None
            else:
                text = None if piece.text is None else piece.text[count:]
                rest.append(Piece(text, piece.start + count, piece.end, piece.variable, piece.is_literal))
                count = 0
        return rest[0] if len(rest) == 1 else None


class Command(Struct, frozen=True, dict=True):
    """A simple command at `start`..`end` of the script; `output` is where a redirection sends what it prints.

    `assigned` are variables set for this command alone, or, where there are no words, for what follows.
    `exports` tells that it is an `export`.
    """

    parts: tuple[Word, ...]
    start: int
    end: int
    assigned: tuple[tuple[str, Word], ...] = ()
    exports: bool = False
    output: str = ""

    @cached_property
    def words(self) -> tuple[str | None, ...]:
        """The words as the shell makes them; None where one cannot be known."""
        return tuple(part.text for part in self.parts)

    @property
    def variables(self) -> tuple[tuple[str, str | None], ...]:
        """Names and values of what is assigned."""
        return tuple((name, word.text) for name, word in self.assigned)


def commands(
    script: str, variables: Mapping[str, str | None], is_asked: Callable[[str], object] | None = None
) -> Iterator[Command]:
    """The commands of a script in their order. `variables` are known before it starts.

    Of commands whose program stands there plainly, only those for which `is_asked` says so.
    """
    data = well_formed(script).encode("utf-8")
    known = dict(variables)
    reader = _Reader(data, known)
    for place in _places(data):
        if is_asked is not None and place.name and not is_asked(place.name):
            continue
        command = reader.command(place.node) if place.expands else place.always
        if not command.parts:
            known.update(command.variables)
        yield command


def same_commands(one: str, other: str) -> bool:
    """Whether two scripts run the same commands with the same words, whatever GitHub puts into them."""
    if one == other:
        return True
    texts = (re.sub(r"\$\{\{.*?\}\}", "x", text, flags=re.DOTALL) for text in (one, other))
    first, second = ([(each.words, each.variables) for each in commands(text, {})] for text in texts)
    return first == second


class _Place(Struct, frozen=True, dict=True):
    """Where a command stands in a script, whatever the variables are."""

    node: Node
    reader: _Reader

    @cached_property
    def name(self) -> str:
        """The name of the program; empty where it is no plain word."""
        return self.reader.plain_name(self.node)

    @cached_property
    def expands(self) -> bool:
        """Whether a variable may be among its words."""
        return self.reader.data.find(b"$", self.node.start_byte, self.node.end_byte) >= 0

    @cached_property
    def always(self) -> Command:
        """The command, where no variable is among its words."""
        return self.reader.command(self.node)


@lru_cache(maxsize=1024)
def _places(data: bytes) -> tuple[_Place, ...]:
    """The commands of a script: the legs of a matrix and jobs that share a workflow run the same one."""
    reader = _Reader(data, {})
    return tuple(_Place(node, reader) for node in _walk(_parser().parse(data).root_node, data))


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


_PLAIN = re.compile(r"[\w.-]+")
_SUBSTITUTION = re.compile(rb"\$\(|`")


def _walk(root: Node, data: bytes) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in ("command", "declaration_command", "variable_assignment"):
            yield node
            if _SUBSTITUTION.search(data, node.start_byte, node.end_byte):
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
        self.is_ascii = data.isascii()

    def command(self, node: Node) -> Command:
        start, end = self._place(node.start_byte), self._place(node.end_byte)
        if node.type == "variable_assignment":
            return Command((), start, end, (self._assignment(node),))
        assigned = tuple(
            self._assignment(each) for each in node.children if each.type == "variable_assignment"
        )
        if node.type == "declaration_command":
            return Command((), start, end, assigned, exports=self._raw(node).startswith("export"))
        words = [each for each in node.children if each.is_named and each.type not in _NO_WORDS]
        parts = tuple(self._word(each) for each in words)
        return Command(parts, start, end, assigned, output=self._output(node))

    def plain_name(self, node: Node) -> str:
        """The name of a command's program; empty where it is no plain word."""
        name = node.child_by_field_name("name") if node.type == "command" else None
        raw = self._raw(name) if name is not None else ""
        return raw if _PLAIN.fullmatch(raw) else ""

    def _assignment(self, node: Node) -> tuple[str, Word]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        end = self._place(node.end_byte)
        return self._raw(name) if name else "", self._word(value) if value else Word((), end, end)

    def _output(self, node: Node) -> str:
        outer = node.parent
        if outer is None or outer.type != "redirected_statement":
            return ""
        redirects = (each for each in outer.children if each.type == "file_redirect")
        return " ".join(self._raw(each) for each in redirects)

    def _word(self, node: Node) -> Word:
        return Word(tuple(self._pieces(node)), self._place(node.start_byte), self._place(node.end_byte))

    def _pieces(self, node: Node) -> Iterator[Piece]:
        start, end, raw = self._place(node.start_byte), self._place(node.end_byte), self._raw(node)
        match node.type:
            case "word" | "number" | "variable_name" | "special_variable_name":
                text = raw.replace("\\\n", "").replace("\\", "")
                yield Piece(text, start, end, is_literal=text == raw)
            case "raw_string":
                yield Piece(raw[1:-1], start + 1, end - 1, is_literal=True)
            case "string_content":
                text = raw.replace('\\"', '"')
                yield Piece(text, start, end, is_literal=text == raw)
            case "simple_expansion" | "expansion":
                yield self._expansion(node)
            case "string" | "concatenation" | "command_name":
                for each in node.children:
                    if each.type != '"':
                        yield from self._pieces(each)
            case _:
                yield Piece(None, start, end)

    def _expansion(self, node: Node) -> Piece:
        """`$NAME`, `${NAME}`, and `${NAME:-standard}` as the standard where nothing sets the variable."""
        start, end = self._place(node.start_byte), self._place(node.end_byte)
        names = [self._raw(each) for each in node.children if each.type == "variable_name"]
        name = names[0] if names else ""
        if len(node.children) <= (2 if node.type == "simple_expansion" else 3):
            return Piece(self.known.get(name), start, end, name)
        if [each.type for each in node.children[2:3]] not in ([":-"], ["-"]) or len(node.children) != 5:
            return Piece(None, start, end)
        if self.known.get(name) or (name in self.known and self.known[name] is None):
            return Piece(self.known[name], start, end, name)
        pieces = tuple(self._pieces(node.children[3]))
        if len(pieces) == 1 and pieces[0].is_literal:
            return pieces[0]
        return Piece(Word(pieces, start, end).text, start, end)

    def _raw(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _place(self, byte: int) -> int:
        """The character at a byte."""
        return byte if self.is_ascii else len(self.data[:byte].decode("utf-8", "replace"))


_NO_WORDS = ("variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect", "comment")
