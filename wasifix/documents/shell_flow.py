"""The commands of a shell script in the order in which they run, as far as that can be known.

A function is read where it is called, the body of a loop once for each of its words, and what a known
condition rules out is left out. Where a condition is not known, all its branches are read one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from wasifix.documents.shell_questions import Outcome, fits, is_unknown, negated, outcome_of
from wasifix.documents.shell_reader import Reader, flat, inner_scripts, parsed
from wasifix.documents.shell_words import Command, Definition, Piece, Word
from wasifix.documents.text import well_formed

if TYPE_CHECKING:
    from tree_sitter import Node


class Turn(Enum):
    """Where what a script does parts and comes together."""

    SUBSHELL = "a shell of its own begins"
    FORK = "the first of several branches begins, of which one runs"
    BRANCH = "the next branch begins, from where the first did"
    EXIT = "the shell ends here; what follows in this branch does not run"
    END = "what began last ends"


_CLOSING = (Turn.BRANCH, Turn.END)
"""The end of branches, the last of which does nothing."""
Flow = Generator[Command | Turn | Definition, None, Outcome]
DEPTH_LIMIT = 20
"""How deep statements are looked into one by one; what is deeper is taken as it comes."""
READING_LIMIT = 2000
"""How many statements are read again, as the body of a loop or function, before each is read once."""


def flow(
    script: str,
    variables: Mapping[str, str | None],
    is_asked: Callable[[str], object],
    doubted: Container[str] = (),
    *,
    is_whole: bool = True,
) -> Iterator[Command | Turn | Definition]:
    """The commands of a script and the turns between them.

    What a script that is the whole defines and does not call comes last, as something else may call it; of a
    part of one, the definitions do.

    `variables` must be up to date whenever the next command is asked for; `doubted` says which of them have a
    value only where a condition holds. Of commands whose program stands there plainly, only those for which
    `is_asked` says so.
    """
    data = well_formed(script).encode("utf-8")
    made = _Flow(Reader(data, variables, doubted), is_asked)
    return made.whole(parsed(data).root) if is_whole else made.part(parsed(data).root)


class _Flow:
    def __init__(self, reader: Reader, is_asked: Callable[[str], object]) -> None:
        self.reader, self.is_asked = reader, is_asked
        self.functions: dict[str, Node] = {}
        self.called: set[str] = set()
        self.active: set[str] = set()
        self.left = READING_LIMIT

    def part(self, root: Node) -> Iterator[Command | Turn | Definition]:
        """The functions come last: what follows may call them."""
        yield from self.run(root, 0)
        for name, body in self.functions.items():
            start, end = self.reader.place(body.start_byte), self.reader.place(body.end_byte)
            yield Definition(name, start, end, name in self.called)

    def whole(self, root: Node) -> Iterator[Command | Turn | Definition]:
        """Functions that nothing calls come last: another script may."""
        yield from self.run(root, 0)
        for name in [each for each in self.functions if each not in self.called]:
            yield Turn.FORK
            yield from self._inside(name, (), 1)
            yield from _CLOSING

    def run(self, node: Node, depth: int) -> Flow:
        """What a statement does, and how it ends."""
        self.left -= 1
        if depth > DEPTH_LIMIT:
            yield from flat(node, self.reader, self.is_asked)
            return Outcome.OPEN
        if (read := _STATEMENTS.get(node.type)) is not None:
            return (yield from read(self, node, depth))
        return (yield from self._sequence(node.children, depth))

    def _definition(self, node: Node, depth: int) -> Flow:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            self.functions[self.reader.raw(name)] = body
        yield from ()
        return Outcome.YES

    def _in_subshell(self, node: Node, depth: int) -> Flow:
        return (yield from self._subshell(node.children, depth))

    def _pipeline(self, node: Node, depth: int) -> Flow:
        outcome = Outcome.LIKELY
        for each in node.children:
            outcome = yield from self._subshell([each], depth)
        return outcome

    def _negated(self, node: Node, depth: int) -> Flow:
        return negated((yield from self._sequence(node.children, depth)))

    def _sequence(self, nodes: Sequence[Node], depth: int) -> Flow:
        outcome = Outcome.LIKELY
        for node, following in itertools.zip_longest(nodes, nodes[1:]):
            if following is not None and following.type == "&":
                yield from self._subshell([node], depth)
            elif node.is_named and node.type != "comment":
                outcome = yield from self.run(node, depth + 1)
        return outcome

    def _subshell(self, nodes: Sequence[Node], depth: int) -> Flow:
        if not any(node.is_named for node in nodes):
            return Outcome.LIKELY
        yield Turn.SUBSHELL
        outcome = yield from self._sequence(nodes, depth)
        yield Turn.END
        return outcome

    def _simple(self, node: Node, depth: int) -> Flow:
        name = self.reader.plain_name(node)
        outcome = outcome_of(self.reader, node, name)
        if name in self.functions and name not in self.active and self.left > 0:
            words = self.reader.command(node).parts[1:]
            return (yield from self._inside(name, words, depth))
        if name == "exit":
            yield Turn.EXIT
        if node.type != "test_command" and (not name or self.is_asked(name)):
            yield self.reader.command(node)
        for script in inner_scripts(node, self.reader.data):
            yield from self._subshell(script.children, depth)
        return outcome

    def _inside(self, name: str, words: tuple[Word, ...], depth: int) -> Flow:
        """The body of a function, with these words as its arguments."""
        self.called.add(name)
        self.active.add(name)
        outer, self.reader.arguments = self.reader.arguments, words
        outcome = yield from self.run(self.functions[name], depth + 1)
        self.reader.arguments = outer
        self.active.remove(name)
        return outcome

    def _list(self, node: Node, depth: int) -> Flow:
        """`A && B || C`: what cannot be known to run is a branch beside one in which nothing happens.

        What a command that should succeed has behind `||` is read, but what comes next goes on without it.
        """
        first, rest = node, []
        while first.type == "list":
            rest.append((self.reader.raw(first.children[1]), first.children[-1]))
            first = first.children[0]
        outcome = yield from self.run(first, depth + 1)
        within = ""
        closing: tuple[Turn, ...] = _CLOSING
        for sign, each in reversed(rest):
            settled = (Outcome.YES, Outcome.LIKELY) if sign == "&&" else (Outcome.NO,)
            if outcome is (Outcome.NO if sign == "&&" else Outcome.YES):
                continue
            if (outcome not in settled and within != "&&") or (within and sign != within):
                if within:
                    yield from closing
                yield Turn.FORK
                within = sign
                closing = (Turn.EXIT, *_CLOSING) if outcome is Outcome.LIKELY else _CLOSING
            last = yield from self.run(each, depth + 1)
            if sign == "&&" and within:
                outcome = Outcome.NO if last is Outcome.NO else Outcome.OPEN
            else:
                outcome = (
                    last if outcome in settled else Outcome.YES if last is Outcome.YES else Outcome.LIKELY
                )
        if within:
            yield from closing
        return outcome

    def _if(self, node: Node, depth: int) -> Flow:
        """Each condition is asked in the branch in which the ones before it did not hold."""
        forks = 0
        outcome: Outcome | None = None
        for clause in (node, *node.children):
            if clause is not node and clause.type not in ("elif_clause", "else_clause"):
                continue
            nodes = [each for each in clause.children if not each.type.endswith("_clause")]
            then = next((at for at, each in enumerate(nodes) if each.type == "then"), 0)
            answer = Outcome.YES
            if clause.type != "else_clause":
                answer = yield from self._sequence(nodes[:then], depth)
            if answer is Outcome.NO:
                continue
            if answer is not Outcome.YES:
                yield Turn.FORK
                forks += 1
            outcome = yield from self._sequence(nodes[then:], depth)
            if answer is Outcome.YES:
                break
            yield Turn.BRANCH
        yield from [Turn.END] * forks
        return Outcome.LIKELY if forks else outcome or Outcome.YES

    def _case(self, node: Node, depth: int) -> Flow:
        value = node.child_by_field_name("value")
        text = self.reader.sure_text(self.reader.word(value)) if value is not None else None
        forks = 0
        for item in node.children:
            if item.type != "case_item":
                continue
            end = next((at for at, each in enumerate(item.children) if each.type == ")"), 0)
            answer = fits(self.reader, text, [each for each in item.children[:end] if each.is_named])
            if answer is Outcome.NO:
                continue
            if answer is Outcome.OPEN:
                yield Turn.FORK
                forks += 1
            yield from self._sequence(item.children[end:], depth)
            if answer is Outcome.YES:
                break
            yield Turn.BRANCH
        yield from [Turn.END] * forks
        return Outcome.LIKELY

    def _for(self, node: Node, depth: int) -> Flow:
        """Once for each word; where a word is not known, once or not at all."""
        variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        if variable is None or body is None:
            return Outcome.LIKELY
        name = self.reader.raw(variable)
        values = [each for each in node.children[3:] if each.is_named and each != body]
        words = [word for group in self.reader.groups(values) for word in self.reader.words(*group)]
        is_known = all(not is_unknown(each.text) and not set(each.text or "") & set("*?[{") for each in words)
        place = (self.reader.place(variable.start_byte), self.reader.place(variable.end_byte))
        if not is_known or not values or self.left <= 0:
            yield Turn.FORK
            yield Command((), *place, ((name, Word((Piece(None, *place),), *place)),))
            yield from self.run(body, depth + 1)
            yield from _CLOSING
            return Outcome.LIKELY
        for word in words:
            yield Command((), *place, ((name, word),))
            yield from self.run(body, depth + 1)
            if self.left <= 0:
                break
        return Outcome.LIKELY

    def _while(self, node: Node, depth: int) -> Flow:
        body = node.child_by_field_name("body")
        answer = Outcome.OPEN
        if node.type == "while_statement":
            answer = yield from self._sequence([each for each in node.children if each != body], depth)
        if body is None or (answer is Outcome.NO and self.reader.raw(node).startswith("while")):
            return Outcome.YES
        yield Turn.FORK
        yield from self.run(body, depth + 1)
        yield from _CLOSING
        return Outcome.LIKELY


_STATEMENTS: dict[str, Callable[[_Flow, Node, int], Flow]] = {
    "command": _Flow._simple,
    "declaration_command": _Flow._simple,
    "variable_assignment": _Flow._simple,
    "unset_command": _Flow._simple,
    "test_command": _Flow._simple,
    "list": _Flow._list,
    "if_statement": _Flow._if,
    "case_statement": _Flow._case,
    "for_statement": _Flow._for,
    "while_statement": _Flow._while,
    "c_style_for_statement": _Flow._while,
    "function_definition": _Flow._definition,
    "subshell": _Flow._in_subshell,
    "pipeline": _Flow._pipeline,
    "negated_command": _Flow._negated,
}
