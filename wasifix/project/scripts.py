"""What the commands of a script do: toolchains they choose, tools they install, Cargo that they call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wasifix.changes import KeyPath, Origin
from wasifix.documents.shell import Command, Piece, Word, commands
from wasifix.documents.text import line_at, position
from wasifix.documents.yaml import Node, YamlDocument, places, scalar
from wasifix.errors import OutsideProject
from wasifix.model import Evidence
from wasifix.project.expressions import Known, Scope, evaluated
from wasifix.project.setup_steps import LATEST, Installation, Leg, installation
from wasifix.project.targets import BUILDING, RUNNING
from wasifix.tree import join

UNKNOWN = "__WASIFIX_UNKNOWN__"
"""Stands in a script for an expression that cannot be resolved."""
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_VALUE_OPTIONS = ("--config", "--color", "-C", "-Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class CargoCall:
    """One Cargo command of one leg, with everything that decides how it builds."""

    path: str
    workflow: str = ""
    """The file that starts it, where the command itself stands in an action that it uses."""
    job: str = ""
    leg: int = 0
    """Which of the job's legs."""
    folder: str
    at: Evidence
    start: Origin | None
    """Where the command begins, variables included: no characters, a place to put some."""
    program: Origin | None
    """The word `cargo`."""
    subcommand: str
    target: Known
    profile: Known
    """Empty where no option names one."""
    profile_option: str
    """`--release`, `-r`, `--profile`, ...; the origin of the first two is the whole option."""
    plus: Known | None
    default: Known | None
    override: Known | None
    mentions: tuple[Known, ...]
    environment: Mapping[str, Known]
    configs: tuple[str, ...]
    doubts: tuple[str, ...]
    wasmtime: Installation | None
    """The Wasmtime that the job installed before."""
    is_posix: bool = True
    """Whether the shell takes `NAME=value command`."""

    @property
    def runs(self) -> bool:
        """Whether it runs what it builds."""
        return self.subcommand in RUNNING


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A script that is all or a part of a file, its expressions resolved."""

    path: str
    source: str
    """The text of the file."""
    route: KeyPath | None
    """What leads to the script's text in the file; None where it cannot be edited."""
    text: str
    places: Sequence[int] | None
    """Where each character of the text as it is written stands in the source."""
    at: Evidence
    filled: tuple[tuple[int, int, int, Known], ...] = ()
    """Of each expression: where its value is in `text`, how much longer it is written, and what it is."""
    is_posix: bool = True

    def evidence(self, start: int) -> Evidence:
        """The place of a character in the file."""
        if self.places is None:
            return self.at
        offset = self.places[self._written(start)]
        line, column = position(self.source, offset)
        return Evidence(path=self.path, line=line, column=column, text=line_at(self.source, offset))

    def origin(self, start: int, end: int) -> Origin | None:
        """The characters as they can be replaced; None where an expression is among them."""
        inside = any(first < end and start < last for first, last, _, _ in self.filled)
        if self.route is None or self.places is None or inside:
            return None
        part = (self._written(start), self._written(end))
        return Origin(path=self.path, route=self.route, part=part)

    def known(self, piece: Piece | None, variables: Mapping[str, Known]) -> Known:
        """The value of a word or of a part of it, with the place that decides it."""
        if piece is None or piece.text is None or UNKNOWN in piece.text:
            return Known(None, (self.evidence(piece.start),) if piece else (self.at,))
        at = self.evidence(piece.start)
        source = variables.get(piece.variable)
        for start, end, _, value in self.filled:
            if (start, end) == (piece.start, piece.end) and source is None:
                source = value
        if source is not None:
            return Known(piece.text, (*source.evidence, at), source.written, source.origin)
        origin = self.origin(piece.start, piece.end) if piece.is_literal else None
        return Known(piece.text, (at,), origin=origin)

    def _written(self, place: int) -> int:
        """The character as it is written; inside the value of an expression, where that begins."""
        place = next((start for start, end, _, _ in self.filled if start < place < end), place)
        return place + sum(longer for _, end, longer, _ in self.filled if end <= place)


def script_at(document: YamlDocument, node: Node, scope: Scope, is_posix: bool = True) -> Script:
    """The script in a scalar of a YAML file."""
    filled: list[tuple[int, int, int, Known]] = []
    parts: list[str] = []
    done = length = 0
    written = scalar(node) or ""
    for match in _EXPRESSION.finditer(written):
        known = evaluated(match[1], scope)
        value = UNKNOWN if known.text is None else known.text
        start = length + match.start() - done
        filled.append((start, start + len(value), len(match.group()) - len(value), known))
        parts += (written[done : match.start()], value)
        length, done = start + len(value), match.end()
    return Script(
        path=document.path,
        source=document.text,
        route=document.route(node),
        text="".join((*parts, written[done:])),
        places=places(document, node),
        at=document.evidence(node),
        filled=tuple(filled),
        is_posix=is_posix,
    )


def plain_script(path: str, text: str) -> Script:
    """A script that is a file of its own."""
    at = Evidence(path=path, line=1, column=1)
    return Script(path=path, source=text, route=(), text=text, places=range(len(text) + 1), at=at)


def cargo_calls_of(script: Script, leg: Leg) -> Iterator[CargoCall]:
    """The Cargo commands of a script that link; the leg takes up what the commands between them do."""
    known = {name: value.text for name, value in leg.environment.items()}
    for command in commands(script.text, known):
        reader = _Reader(script, command, leg)
        if not command.parts:
            reader.assign()
        else:
            yield from reader.calls()


class _Reader:
    """One command of a script."""

    def __init__(self, script: Script, command: Command, leg: Leg) -> None:
        self.script = script
        self.command = command
        self.leg = leg
        words = command.words
        self.words = tuple(None if word is None or UNKNOWN in word else word for word in words)

    def assign(self) -> None:
        for name, word in self.command.assigned:
            if self.command.exports or name in self.leg.environment:
                self.leg.environment[name] = self._value(word)

    def calls(self) -> Iterator[CargoCall]:
        self._installed_wasmtime()
        if "GITHUB_ENV" in self.command.output:
            self._remember()
        words = self.words
        match words[0]:
            case "cd":
                enter(self.leg, words[1] if len(words) > 1 else None)
            case "rustup" if words[1:2] == ("run",) and len(words) > 3 and words[3] == "cargo":
                yield from self._cargo(3, self._of(2))
            case "rustup":
                self._rustup()
            case "cargo" | "cross":
                has_plus = len(words) > 1 and (words[1] or self._head(1)).startswith("+")
                yield from self._cargo(0, self._of(1, 1) if has_plus else None)

    def _rustup(self) -> None:
        words = self.words
        if words[1:2] == ("default",) and len(words) > 2:
            self.leg.default = self._of(len(words) - 1)
        elif words[1:3] == ("override", "set") and len(words) > 3:
            self.leg.override = self._of(3)
        elif words[1:3] in (("toolchain", "install"), ("toolchain", "add")) or words[1:2] in (
            ("install",),
            ("update",),
        ):
            first = 3 if words[1] == "toolchain" else 2
            self.leg.mentions += [self._of(index) for index in self._plain_words(first)]
        elif (index := self._option("--toolchain")) is not None:
            self.leg.mentions.append(self._of(*index))

    def _plain_words(self, first: int) -> Iterator[int]:
        waits = False
        for index in range(first, len(self.words)):
            word = self.words[index] or ""
            if not waits and not word.startswith("-"):
                yield index
            waits = word in ("--profile", "--component", "-c", "--target", "-t")

    def _cargo(self, first: int, plus: Known | None) -> Iterator[CargoCall]:
        start = first + (2 if plus and first == 0 else 1)
        rest = self.words[start:]
        subcommand = _subcommand(rest)
        if subcommand not in BUILDING:
            return
        target = self._option("--target")
        configs, doubts = self._configs(start)
        profile, option = self._profile(subcommand)
        environment = {**self.leg.environment, **{n: self._value(w) for n, w in self.command.assigned}}
        begin, program = self.command.start, self.command.parts[first]
        yield CargoCall(
            path=self.script.path,
            folder=self.leg.folder,
            at=self.script.evidence(begin),
            start=self.script.origin(begin, begin),
            program=self.script.origin(program.start, program.end),
            subcommand=subcommand,
            target=self._of(*target) if target else Known(None),
            profile=profile,
            profile_option=option,
            plus=plus,
            default=self.leg.default,
            override=self.leg.override,
            mentions=tuple(self.leg.mentions),
            environment=environment,
            configs=configs,
            doubts=(*self.leg.doubts, *doubts),
            wasmtime=self.leg.wasmtime,
            is_posix=self.script.is_posix,
        )

    def _profile(self, subcommand: str) -> tuple[Known, str]:
        """nextest has profiles of its own, and takes Cargo's as `--cargo-profile`."""
        for index, word in enumerate(self._own_words()):
            if word in ("--release", "-r"):
                return replace(self._of(index), text="release"), word
        option = "--cargo-profile" if subcommand == "nextest" else "--profile"
        named = self._option(option)
        return (self._of(*named), option) if named else (Known(""), "")

    def _configs(self, start: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        words = tuple(word if word is not None else UNKNOWN for word in self._own_words()[start:])
        values = [words[index + 1] for index, word in enumerate(words[:-1]) if word == "--config"]
        values += [word.removeprefix("--config=") for word in words if word.startswith("--config=")]
        doubts = ("a --config value cannot be known",) if any(UNKNOWN in each for each in values) else ()
        return tuple(value for value in values if UNKNOWN not in value), doubts

    def _own_words(self) -> tuple[str | None, ...]:
        """The words up to `--`; what follows is for the program or the test harness."""
        return self.words[: self.words.index("--")] if "--" in self.words else self.words

    def _option(self, option: str) -> tuple[int, int] | None:
        """The word that has the option's value, and where in the word it begins; the last one counts."""
        found = None
        words = self._own_words()
        for index, word in enumerate(words):
            text = word or self._head(index)
            if text == option and index + 1 < len(words):
                found = (index + 1, 0)
            elif text.startswith(f"{option}="):
                found = (index, len(option) + 1)
        return found

    def _head(self, index: int) -> str:
        """What is sure of a word that is not known as a whole: `--target=` of `--target=$X`."""
        pieces = self.command.parts[index].pieces
        return (pieces[0].text or "").partition(UNKNOWN)[0] if pieces else ""

    def _of(self, index: int, after: int = 0) -> Known:
        return self.script.known(self.command.parts[index].after(after), self.leg.environment)

    def _value(self, word: Word) -> Known:
        if not word.pieces:
            return Known(
                "", (self.script.evidence(word.start),), origin=self.script.origin(word.start, word.end)
            )
        known = self.script.known(word.after(0), self.leg.environment)
        text = word.text
        if known.text is None and text is not None and UNKNOWN not in text:
            return Known(text, (self.script.evidence(word.start),))
        return known

    def _remember(self) -> None:
        """`echo "NAME=value" >> $GITHUB_ENV` sets a variable for the steps that follow."""
        for word in self.command.parts[1:]:
            name, equals, value = (word.text or "").partition("=")
            if equals and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                known = self.script.known(word.after(len(name) + 1), self.leg.environment)
                text = None if UNKNOWN in value else value
                self.leg.later[name] = replace(known, text=text)

    def _installed_wasmtime(self) -> None:
        """https://docs.wasmtime.dev/cli-install.html, and Cargo's install and binstall."""
        words, parts = self.words, self.command.parts
        if words[:1] in (("bash",), ("sh",)) and "wasmtime.dev/install.sh" in self.script.text:
            index = words.index("--version") + 1 if "--version" in words[:-1] else None
            if index is not None:
                self.leg.wasmtime = installation(self._of(index))
                return
            origin = self.script.origin(parts[-1].end, parts[-1].end)
            form = " --version v{}" if "--" in words else " -s -- --version v{}"
            version = Known(LATEST, (self.script.evidence(self.command.start),))
            self.leg.wasmtime = Installation(version=version, origin=origin, form=form)
        elif words[:2] in (("cargo", "install"), ("cargo", "binstall")):
            for index in range(2, len(words)):
                if (words[index] or "").partition("@")[0] == "wasmtime-cli":
                    self._installed_by_cargo(index)

    def _installed_by_cargo(self, index: int) -> None:
        _, has_version, _ = (self.words[index] or "").partition("@")
        named = self._option("--version") or self._option("--vers")
        if has_version or named:
            known = self._of(*named) if named else self._of(index, len("wasmtime-cli@"))
            self.leg.wasmtime = installation(known)
            return
        word = self.command.parts[index]
        self.leg.wasmtime = Installation(
            version=Known(LATEST, (self.script.evidence(self.command.start),)),
            origin=self.script.origin(word.end, word.end),
            form="@{}",
        )


def enter(leg: Leg, folder: str | None) -> None:
    """The leg goes to a folder, seen from the one where it is."""
    try:
        leg.folder = join(leg.folder, folder) if folder is not None and "$" not in folder else leg.folder
    except OutsideProject:
        leg.doubts.append(f"runs in {folder}, which is not in the project")
    if folder is None:
        leg.doubts.append("the folder it runs in cannot be known")


def _subcommand(words: tuple[str | None, ...]) -> str | None:
    """The first word that is no option, nor the value of one (`cargo --config FILE test`)."""
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word is None or not word.startswith("-"):
            return word
        if word in _VALUE_OPTIONS and waiting:
            waiting.pop(0)
    return None
