"""The names of a target in a text, changed: options, lists, variables, and the flags of what runs modules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wasifix.changes import Change, KeyPath, Replace, Set
from wasifix.documents.shell import commands
from wasifix.markers import blanked
from wasifix.project.cargo_config import target_variable
from wasifix.strategies.runner_flags import without_threads
from wasifix.strategies.words import changed_words

Span = tuple[int, int]
_ADDED = re.compile(r"\brustup(?:[ \t]+\+\S+)?[ \t]+target[ \t]+add(?:[ \t]|\\\r?\n|[\w.+-])*")
"""A command that installs targets, also behind the RUN of a Dockerfile and over several lines."""
_LOOP = re.compile(r"\bfor[ \t]+\w+[ \t]+in(?:[ \t]|\\\r?\n|[\w.-])+")
"""A loop of a shell over plain words."""
_RUNNER = re.compile(
    r"\bCARGO_TARGET_\w+_RUNNER(?:\s*[:?]?=\s*(?:\"([^\"\n]*)\"|'([^'\n]*)')|[ \t]+[:?]?=[ \t]*([^\"'\s].*))"
)
"""A runner as shells, Dockerfiles, make and TOML set it; without quotes only the rest of a line."""


def names_in(text: str, targets: Sequence[str]) -> tuple[Span, ...]:
    """Where a text has the targets, each as a word of its own."""
    names = "|".join(map(re.escape, targets))
    return tuple(match.span() for match in re.finditer(rf"(?<![\w-])(?:{names})(?![\w-])", text))


def variable_of(target: str, plain: str, name: str) -> str:
    """The name of a CARGO_TARGET_* variable with another target."""
    return name.replace(target_variable(target), target_variable(plain))


def changed_text(route: KeyPath, text: str, targets: Sequence[str], plain: str) -> Iterator[Change]:
    """The changes of a text: another name for the targets, once in a list, and no flags for threads."""
    text = blanked(text)  # what a comment says of the name that was there stays
    spans = names_in(text, targets)
    if spans == ((0, len(text)),):
        yield Set(route, plain)
        return
    doubles = dict(_doubles(text, spans, plain))
    for span in spans:
        yield Replace(route, *doubles[span], "") if span in doubles else Replace(route, *span, plain)
    for target in targets:
        for match in re.finditer(rf"(?<!\w){target_variable(target)}(?=[A-Z])", text):
            yield Replace(route, *match.span(), variable_of(target, plain, match.group()))
    if re.search(r"\bwasm(?:time|er)\b", text) and re.search("threads|shared-memory", text):
        yield from _flags(route, text)


def _doubles(text: str, spans: Sequence[Span], plain: str) -> Iterator[tuple[Span, Span]]:
    """The names that go, because a list has the plain one already, and all that goes with them."""
    for found in re.finditer(r"[\w.-]+(?:, ?[\w.-]+)+", text):
        yield from _beside(text, [span for span in spans if _is_in(span, found.span())], found.span(), plain)
    for found in (*_ADDED.finditer(text), *_LOOP.finditer(text)):
        yield from _beside(text, [span for span in spans if _is_in(span, found.span())], found.span(), plain)


def _beside(text: str, spans: Sequence[Span], outer: Span, plain: str) -> Iterator[tuple[Span, Span]]:
    listed = bool(names_in(text[slice(*outer)], (plain,)))
    for start, end in spans:
        if listed:
            before = re.search(r"(?:,[ ]?| +)\Z", text[outer[0] : start])
            after = re.match(r",[ ]?", text[end : outer[1]])
            if before is not None:
                yield (start, end), (start - len(before.group()), end)
            elif after is not None:
                yield (start, end), (start, end + after.end())
        listed = True


def _is_in(span: Span, outer: Span) -> bool:
    return outer[0] <= span[0] and span[1] <= outer[1]


def _flags(route: KeyPath, script: str) -> Iterator[Change]:
    """The words that only threads need: of commands that run modules, and of variables that name a runner."""
    for command in commands(script, {}):
        words = tuple(word or "" for word in command.words)
        if words[:1] in (("wasmtime",), ("wasmer",)):
            spans = [(part.start, part.end) for part in command.parts]
            yield from changed_words(route, spans, words, without_threads(words))
    for match in _RUNNER.finditer(script):
        index = match.lastindex or 0
        words_there = list(re.finditer(r"\S+", match[index]))
        spans = [(match.start(index) + each.start(), match.start(index) + each.end()) for each in words_there]
        words = tuple(each.group() for each in words_there)
        yield from changed_words(route, spans, words, without_threads(words))
