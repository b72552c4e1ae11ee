"""One command of a script, as those who look at it need it: its words with their places and values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from wasifix.documents.shell_words import UNKNOWN, Command, Piece, Word
from wasifix.project.expressions import Known
from wasifix.project.script import Script
from wasifix.project.setup_steps import Leg


class Reading:
    """A command, the script that it is in, and the leg that runs it."""

    def __init__(self, script: Script, command: Command, leg: Leg) -> None:
        self.script = script
        self.command = command
        self.leg = leg
        words = command.words
        self.words = tuple(None if word is None or UNKNOWN in word else word for word in words)

    def own_words(self) -> tuple[str | None, ...]:
        """The words up to `--`; what follows is for the program or the test harness."""
        return self.words[: self.words.index("--")] if "--" in self.words else self.words

    def option(self, *names: str) -> tuple[int, int] | None:
        """The word that has the option's value, and where in the word it begins; the last one counts."""
        found = None
        words = self.own_words()
        for index, word in enumerate(words):
            text = word or self.head(index)
            for name in names:
                if text == name and index + 1 < len(words):
                    found = (index + 1, 0)
                elif text.startswith(f"{name}="):
                    found = (index, len(name) + 1)
        return found

    def option_value(self, *names: str) -> str | None:
        """The text of the option's value."""
        place = self.option(*names)
        return self.of(*place).text if place else None

    def head(self, index: int) -> str:
        """What is sure of a word that is not known as a whole: `--target=` of `--target=$X`."""
        pieces = self.command.parts[index].pieces
        return (pieces[0].text or "").partition(UNKNOWN)[0] if pieces else ""

    def of(self, index: int, after: int = 0) -> Known:
        """The value of a word, or of what follows its first characters."""
        return self.script.known(self.command.parts[index].after(after), self.variables)

    def rest(self, first: int) -> tuple[Known, ...]:
        """The values of the words from there on."""
        return tuple(self.value(part) for part in self.command.parts[first:])

    @property
    def variables(self) -> dict[str, Known]:
        """What the shell knows: its own variables over those of the environment."""
        return {**self.leg.environment, **self.leg.shell}

    def value(self, word: Word) -> Known:
        """The value of a word, also where it comes from several places."""
        if not word.pieces:
            return Known(
                "", (self.script.evidence(word.start),), origin=self.script.origin(word.start, word.end)
            )
        known = self.script.known(word.after(0), self.variables)
        text = word.text
        if known.text is None and text is not None and UNKNOWN not in text:
            parts = [self.variables[each.variable] for each in word.pieces if each.variable in self.variables]
            is_conditional = any(part.is_conditional for part in parts)
            return Known(text, (self.script.evidence(word.start),), is_conditional=is_conditional)
        return known

    def assigned(self) -> dict[str, Known]:
        """The variables that are set for this command alone."""
        return {name: self.value(word) for name, word in self.command.assigned}

    def environment(self) -> dict[str, Known]:
        """The variables that the command gets."""
        removed = self.command.removed
        kept = {name: known for name, known in self.leg.environment.items() if name not in removed}
        return kept | self.assigned()


def without_wrappers(command: Command) -> Command:
    """`cargo test` of `sudo -E env RUSTFLAGS= time cargo test`, with what the wrappers set."""
    while command.parts:
        words = command.words
        name = (words[0] or "").rpartition("/")[2]
        if name not in WRAPPERS:
            return command
        count = _own_length(words, WRAPPERS[name], _OPERANDS.get(name, 0))
        assigned, removed = list(command.assigned), list(command.removed)
        if name == "env":
            options = pairwise(words[:count])
            gone = [value or "" for option, value in options if option in ("-u", "--unset")]
            assigned = [each for each in assigned if each[0] not in gone]
            removed += gone
        if name in ("env", "sudo", "cross-env"):
            for word in command.parts[count:]:
                variable, equals, _ = (word.text or _head(word)).partition("=")
                if not equals or not variable.replace("_", "a").isalnum():
                    break
                assigned.append((variable, _after(word, len(variable) + 1)))
                count += 1
        if count >= len(words):
            return command
        if words[count] == "--":
            count += 1
        command = replace(
            command, parts=command.parts[count:], assigned=tuple(assigned), removed=tuple(removed)
        )
    return command


WRAPPERS: dict[str, tuple[str, ...]] = {
    "env": ("-u", "--unset", "-C", "--chdir", "-S"),
    "cross-env": (),
    "sudo": ("-u", "--user", "-g", "-D", "-h", "-p"),
    "time": ("-f", "-o"),
    "exec": ("-a",),
    "command": (),
    "nohup": (),
    "nice": ("-n",),
    "stdbuf": ("-i", "-o", "-e"),
    "timeout": ("-k", "-s", "--signal", "--kill-after"),
    "xvfb-run": ("-s", "-e", "-f", "-n", "-p", "-w", "--server-args"),
    "npx": ("-p", "--package", "-c"),
    "bunx": (),
    "cargo-cp-artifact": ("-a", "--artifact", "-nc", "-cn"),
}
"""Programs that run another one, with those of their options that take a value."""
_OPERANDS = {"timeout": 1, "cargo-cp-artifact": 1}
"""How many words of their own they take before it."""


def _own_length(words: tuple[str | None, ...], with_value: tuple[str, ...], operands: int) -> int:
    count = 1
    while count < len(words):
        word = words[count] or ""
        if word.startswith("-") and word != "--":
            count += 2 if word in with_value else 1
        elif operands:
            operands, count = operands - 1, count + 1
        else:
            break
    return count


def _head(word: Word) -> str:
    return (word.pieces[0].text or "") if word.pieces else ""


def _after(word: Word, count: int) -> Word:
    text = word.text
    if text is not None and len(text) == count:
        return Word((), word.end, word.end)
    piece = word.after(count) or Piece(None if text is None else text[count:], word.start, word.end)
    return Word((piece,), piece.start, piece.end)


def plain_words(reading: Reading, first: int, with_value: tuple[str, ...]) -> Iterator[int]:
    """The words that are neither options nor their values."""
    waits = False
    for index in range(first, len(reading.words)):
        word = reading.words[index] or ""
        if not waits and not word.startswith("-"):
            yield index
        waits = word in with_value
