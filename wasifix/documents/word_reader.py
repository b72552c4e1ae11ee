"""The words of a shell script: their parts, and what expansions come to where variables are known."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wasifix.documents.shell_words import Piece, Word

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = re.compile(r"[A-Za-z_]\w*|\d")
_ALL_ARGUMENTS = ('"$@"', "$@", '"$*"', "$*", '"${@}"')


class WordReader:
    """Reads the words of a script. `known` are the variables; it may change while words are read.

    `doubted` has the names of those whose value depends on a condition: they answer no question.
    """

    def __init__(self, data: bytes, known: Mapping[str, str | None], doubted: Container[str] = ()) -> None:
        self.data = data
        self.known = known
        self.doubted = doubted
        self.is_ascii = data.isascii()
        self.arguments: tuple[Word, ...] | None = None
        """Those of the function that is read."""

    def groups(self, nodes: Sequence[Node]) -> Iterator[list[Node]]:
        """The nodes, those of one word together: of `$A/$B/c` the grammar makes `$A/$` and `B/c`.

        https://github.com/tree-sitter/tree-sitter-bash/issues/315
        """
        group: list[Node] = []
        for node in nodes:
            start = node.start_byte
            if group and group[-1].end_byte == start and self.data[start - 1 : start] == b"$":
                group.append(node)
                continue
            if group:
                yield group
            group = [node]
        if group:
            yield group

    def words(self, node: Node, *others: Node) -> tuple[Word, ...]:
        """The word that the nodes are, or the several that a variable without quotes comes to."""
        if others:
            return (self._joined((node, *others)),)
        if node.type == "command_name" and len(node.children) == 1:
            node = node.children[0]
        if node.type == "word":  # nearly always
            return (self.word(node),)
        if self.raw(node) in _ALL_ARGUMENTS:
            return tuple(self._all_arguments(node))
        word = self.word(node)
        text = word.text
        if node.type not in ("simple_expansion", "expansion") or text is None or text.split() == [text]:
            return (word,)
        variable = word.pieces[0].variable
        return tuple(
            Word((Piece(each, word.start, word.end, variable),), word.start, word.end)
            for each in text.split()
        )

    def word(self, node: Node) -> Word:
        """The word that a node is."""
        return Word(tuple(self._pieces(node)), self.place(node.start_byte), self.place(node.end_byte))

    def sure_text(self, word: Word) -> str | None:
        """What the shell makes of a word whatever conditions before it come to."""
        names = (piece.variable for piece in word.pieces)
        return None if any(name and name in self.doubted for name in names) else word.text

    def raw(self, node: Node) -> str:
        """The characters of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def place(self, byte: int) -> int:
        """The character at a byte."""
        return byte if self.is_ascii else len(self.data[:byte].decode("utf-8", "replace"))

    def _joined(self, nodes: Sequence[Node]) -> Word:
        """The word of several nodes: a `$` at the end of one belongs to the name that begins the next."""
        pieces: list[Piece] = []
        for node in nodes:
            found = list(self._pieces(node))
            text = (found[0].text or "") if found and found[0].is_literal else ""
            name = _NAME.match(text) if pieces and pieces[-1].text == "$" else None
            if name is not None:
                start = pieces.pop().start
                end = start + 1 + len(name[0])
                pieces.append(self._variable(name[0], start, end))
                rest = Piece(text[len(name[0]) :], end, found[0].end, is_literal=True)
                found[:1] = [rest] if rest.text else []
            pieces += found
        return Word(tuple(pieces), self.place(nodes[0].start_byte), self.place(nodes[-1].end_byte))

    def _pieces(self, node: Node) -> Iterator[Piece]:
        match node.type:
            case "string" | "concatenation" | "command_name":
                for each in node.children:
                    if each.type != '"':
                        yield from self._pieces(each)
            case "simple_expansion" | "expansion":
                yield self._expansion(node)
            case kind:
                yield self._literal(kind, node)

    def _literal(self, kind: str, node: Node) -> Piece:
        start, end, raw = self.place(node.start_byte), self.place(node.end_byte), self.raw(node)
        match kind:
            case "word" | "number" | "variable_name" | "special_variable_name":
                text = raw.replace("\\\n", "").replace("\\", "")
                return Piece(text, start, end, is_literal=text == raw)
            case "raw_string":
                return Piece(raw[1:-1], start + 1, end - 1, is_literal=True)
            case "string_content":
                text = raw.replace('\\"', '"')
                return Piece(text, start, end, is_literal=text == raw)
        return Piece("$" if kind == "$" else None, start, end)

    def _expansion(self, node: Node) -> Piece:
        """`$NAME`, `${NAME}`, and `${NAME:-standard}` as the standard where nothing sets the variable."""
        start, end = self.place(node.start_byte), self.place(node.end_byte)
        names = [self.raw(each) for each in node.children if each.type == "variable_name"]
        name = names[0] if names else ""
        value = self._variable(name, start, end)
        if len(node.children) <= (2 if node.type == "simple_expansion" else 3):
            return value
        if [each.type for each in node.children[2:3]] not in ([":-"], ["-"]) or len(node.children) > 5:
            return Piece(None, start, end)
        is_argument = self.arguments is not None and name.isdigit()
        is_set = 0 < int(name) <= len(self.arguments or ()) if is_argument else name in self.known
        if value.text or (is_set and value.text is None):
            return value
        if len(node.children) == 4:  # `${NAME:-}`
            return Piece("", start, end)
        pieces = tuple(self._pieces(node.children[3]))
        if len(pieces) == 1 and pieces[0].is_literal:
            return pieces[0]
        return Piece(Word(pieces, start, end).text, start, end)

    def _all_arguments(self, node: Node) -> Iterator[Word]:
        """Those of the function, else those of the script: variables with numbers for names."""
        if self.arguments is not None:
            yield from self.arguments
            return
        start, end = self.place(node.start_byte), self.place(node.end_byte)
        for name in itertools.takewhile(lambda each: each in self.known, map(str, itertools.count(1))):
            yield Word((Piece(self.known[name], start, end, name),), start, end)

    def _variable(self, name: str, start: int, end: int) -> Piece:
        if self.arguments is not None and name.isdigit():
            return self._argument(int(name), start, end)
        return Piece(self.known.get(name), start, end, name)

    def _argument(self, number: int, start: int, end: int) -> Piece:
        """`$1` in a function: where it is one piece, that stands where the function is called."""
        given = self.arguments or ()
        if not 0 < number <= len(given):
            return Piece(None, start, end)
        word = given[number - 1]
        return word.pieces[0] if len(word.pieces) == 1 else Piece(word.text, start, end)
