"""The words of a `wasmtime run` command: its options in all spellings, and the same command with others.

Wasmtime's options: https://docs.wasmtime.dev/cli-options.html; those before 14:
https://github.com/bytecodealliance/wasmtime/pull/6925
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

Option = tuple[str, str]
"""A group and one of its options: `-S` and `threads`, `--wasi-modules` and `experimental-wasi-threads`."""

GROUPS = {"-S": "-S", "--wasi": "-S", "-W": "-W", "--wasm": "-W"}
"""The groups of Wasmtime 14 and later that matter here, by their spellings."""
OLD_GROUPS = ("--wasm-features", "--wasi-modules")
"""Those before. https://github.com/bytecodealliance/wasmtime/blob/release-13.0.0/crates/cli-flags/src/lib.rs"""
_WITH_VALUE = (
    "-O", "--optimize", "-C", "--codegen", "-D", "--debug", "-R", "--record", "--target", "--config",
    "--profile", "--dir", "--env", "--invoke", "--preload", "--argv0", "--mapdir", "--fuel", "--tcplisten",
    "--wasm-timeout", "--coredump-on-trap", "--opt-level", "--compiler", "--cranelift-enable",
    "--cranelift-set", "--wasi-nn-graph", "--max-memory-size", "--max-wasm-stack", "--max-instances",
    "--max-memories", "--max-tables", "--max-table-elements", "--static-memory-maximum-size",
)  # fmt: skip
"""Other options whose value may be the next word."""
_SUBCOMMANDS = (
    "config", "compile", "explore", "serve", "settings", "wast", "completion", "objdump", "hot-blocks",
    "wizer", "replay", "help",
)  # fmt: skip
_WRAPPERS = ("env", "exec", "command", "time", "timeout", "nice", "nohup", "sudo")


class Runtime(StrEnum):
    """What a runner command runs modules with."""

    WASMTIME = "wasmtime"
    WASMER = "wasmer"
    NODE = "node"
    WASIFIX = "wasifix"
    OTHER = "other"
    """A script, or a program that is not known."""


class Part(Struct, frozen=True, kw_only=True):
    """The words at `start`..`end` that give a group its values; `head` is what comes before them.

    `head` is `-S` or `--wasi` (the value is the next word, or behind it in the same), `-S=` or `--wasi=`.
    """

    start: int
    end: int
    group: str
    head: str
    values: tuple[str, ...]

    def words(self, values: Sequence[str]) -> tuple[str, ...]:
        """The same with other values, nothing without values."""
        if not values:
            return ()
        joined = ",".join(values)
        return (self.head, joined) if self.end - self.start == 2 else (self.head + joined,)


class RunCommand(Struct, frozen=True, kw_only=True):
    """A command that runs a module with Wasmtime. `program` and `module` are indexes into the words.

    `module` is where the module stands, or would be put by Cargo; `has_module` tells whether it is there.
    """

    words: tuple[str, ...]
    program: int
    first: int
    """Where options can begin: behind the program and `run`."""
    module: int
    has_module: bool
    parts: tuple[Part, ...]
    reads_file: bool
    """Whether `--config FILE` can hold the same options."""

    def options(self) -> frozenset[Option]:
        """The options that are on: of several values for one the last counts."""
        on: dict[Option, bool] = {}
        for part in self.parts:
            for value in part.values:
                name, state = _switch(part.group, value)
                on[(part.group, name)] = state
        return frozenset(option for option, state in on.items() if state)

    def named(self) -> frozenset[Option]:
        """The options that are there, on or off."""
        return frozenset(
            (part.group, _switch(part.group, value)[0]) for part in self.parts for value in part.values
        )

    def changed(self, dropped: Iterable[Option], added: Iterable[Option]) -> tuple[str, ...]:
        """The words without the one and with the other options, all else in its order and spelling.

        What is added stands behind the last part about threads, spelled like it, or where options begin.
        """
        gone = frozenset(dropped)
        new = list(added)
        touched = [part for part in self.parts if any(_is_about_threads(part, each) for each in part.values)]
        words: list[str] = []
        at = 0
        anchor = touched[-1] if touched else None
        if anchor is None:
            words += [*self.words[: self.first], *_spelled(new, None)]
            at = self.first
        for part in self.parts:
            words += self.words[at : part.start]
            kept = [each for each in part.values if (part.group, _switch(part.group, each)[0]) not in gone]
            words += self.words[part.start : part.end] if len(kept) == len(part.values) else part.words(kept)
            at = part.end
            if part is anchor:
                words += _spelled(new, part)
        return (*words, *self.words[at:])


def runtime_of(words: Sequence[str | None]) -> Runtime:
    """What the command runs modules with, by the name of its program."""
    at = _program(words)
    name = _name(words[at]) if at is not None else ""
    if name == "wasifix":
        return Runtime.WASIFIX
    known = {each.value: each for each in (Runtime.WASMTIME, Runtime.WASMER, Runtime.NODE)}
    return known.get(name, Runtime.OTHER)


def run_command(words: Sequence[str | None]) -> RunCommand | None:
    """The command read; None where it does not run Wasmtime, or not to run a module, or cannot be read.

    A word that is None is not known: in front of the module that makes all of it unreadable.
    """
    program = _program(words)
    if program is None or _name(words[program]) != "wasmtime":
        return None
    first = program + 1
    subcommand = words[first] if first < len(words) else None
    if subcommand in _SUBCOMMANDS:
        return None
    first += subcommand == "run"
    parts: list[Part] = []
    reads_file = False
    at = first
    while at < len(words):
        word = words[at]
        if word is None:
            return None
        if word == "--":
            at += 1
            break
        if not word.startswith("-") or word == "-":
            break
        following = words[at + 1] if at + 1 < len(words) else ""
        if following is None:
            return None
        part = _part(at, word, following)
        reads_file |= word.partition("=")[0] == "--config"
        if part is not None:
            parts.append(part)
            at = part.end
        else:
            at += 2 if word in _WITH_VALUE else 1
    at = min(at, len(words))
    return RunCommand(
        words=tuple(word if word is not None else "" for word in words),
        program=program,
        first=first,
        module=at,
        has_module=at < len(words),
        parts=tuple(parts),
        reads_file=reads_file,
    )


def options_of(text: str) -> tuple[Option, ...]:
    """Options as a line of flags names them, in its order: `-S threads -W shared-memory`."""
    read = run_command(("wasmtime", "run", *text.split()))
    return tuple((part.group, value) for part in read.parts for value in part.values) if read else ()


def _part(at: int, word: str, following: str) -> Part | None:
    """The group that begins at a word, None for another option."""
    for spelling in (*GROUPS, *OLD_GROUPS):
        group = GROUPS.get(spelling, spelling)
        if word == spelling:
            return Part(start=at, end=at + 2, group=group, head=word, values=_values(following))
        if word.startswith(f"{spelling}="):
            head = f"{spelling}="
        elif not spelling.startswith("--") and word.startswith(spelling):
            head = spelling
        else:
            continue
        return Part(start=at, end=at + 1, group=group, head=head, values=_values(word[len(head) :]))
    return None


def _values(text: str) -> tuple[str, ...]:
    return tuple(each for each in text.split(",") if each)


def _switch(group: str, value: str) -> tuple[str, bool]:
    """The option of a value, and whether it is on: `threads`, `threads=n`, `-threads` (before 14)."""
    if group in OLD_GROUPS:
        return value.removeprefix("-"), not value.startswith("-")
    name, _, state = value.partition("=")
    return name, state in ("", "y", "yes", "true")


def _is_about_threads(part: Part, value: str) -> bool:
    name = _switch(part.group, value)[0]
    return name in ("threads", "experimental-wasi-threads", "shared-memory")


def _spelled(options: Iterable[Option], like: Part | None) -> Iterator[str]:
    """Options as words, spelled as that part is."""
    for group, name in options:
        if group in OLD_GROUPS:
            yield f"{group}={name}"
            continue
        short = like is None or not like.head.startswith("--") or like.group in OLD_GROUPS
        head = group if short else next(each for each in GROUPS if GROUPS[each] == group and each != group)
        if like is None or like.end - like.start == 2 or like.group in OLD_GROUPS:
            yield from (head, name)
        else:
            yield f"{head}{'=' if like.head.endswith('=') else ''}{name}"


def _program(words: Sequence[str | None]) -> int | None:
    """The index of the program: behind `env NAME=VALUE`, `timeout 60` and the like."""
    at = 0
    while at < len(words):
        word = words[at]
        if word is None:
            return None
        if _name(word) not in _WRAPPERS:
            return at
        at += 1
        while at < len(words) and re.fullmatch(r"-.*|\w+=.*|\d+\w?", words[at] or ""):
            at += 1
    return None


def _name(word: str | None) -> str:
    return re.split(r"[/\\]", word or "")[-1].removesuffix(".exe")
