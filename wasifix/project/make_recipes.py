"""What `make TARGET` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.file_names import MAKEFILES
from wasifix.project.leads import Lead, path_in
from wasifix.project.makefile import REFERENCE, Makefile, Rule, Values, parse_makefile
from wasifix.project.script import Script, part_of_file
from wasifix.project.sources import Sources
from wasifix.tree import join

DEPTH_LIMIT = 20
"""How deep prerequisites are followed."""


def make_leads(reading: Reading) -> Iterator[Lead]:
    """`make [-C FOLDER] [-f FILE] [NAME=VALUE] [TARGET]...`"""
    sources, words = reading.leg.sources, reading.words
    folder = path_in(reading.leg.folder, reading.option_value("-C", "--directory") or "")
    if sources is None or folder is None:
        return
    name = reading.option_value("-f", "--file", "--makefile")
    path = path_in(folder, name) if name else _default_file(sources, folder)
    text = sources.text(path) if path else None
    if path is None or text is None:
        return
    given: dict[str, Known] = {}
    targets: list[str] = []
    waits = False
    for index in range(1, len(words)):
        word = words[index] or reading.head(index)
        variable, equals, _ = word.partition("=")
        if waits or word.startswith("-"):
            waits = not waits and word in _VALUE_OPTIONS
        elif equals:
            given[variable] = reading.of(index, len(variable) + 1)
        elif words[index]:
            targets.append(word)
    yield from target_leads(parse_makefile(path, text), targets, folder, given, reading.variables)


_VALUE_OPTIONS = ("-C", "--directory", "-f", "--file", "--makefile", "-I", "-o", "-W")


def target_leads(
    made: Makefile,
    targets: list[str],
    folder: str,
    given: Mapping[str, Known],
    environment: Mapping[str, Known],
) -> Iterator[Lead]:
    """The recipes of the targets, each after those of what it needs."""
    first = made.first
    done: set[str] = set()
    for target in targets or ([first] if first else []):
        for rule, stem in _in_order(made, target, done, 0):
            values = Values(made, rule, stem, given, environment)
            yield Lead(
                key=f"{made.path}#{rule.name}",
                scripts=_scripts(made, rule, values),
                folder=folder,
                environment={**{name: values.named(name, 0) for name in _exported(made)}, **given},
                each_alone=".ONESHELL" not in made.rules,
            )


def _default_file(sources: Sources, folder: str) -> str | None:
    there = sources.files(folder)
    return next((join(folder, name) for name in MAKEFILES if name in there), None)


def _scripts(made: Makefile, rule: Rule, values: Values) -> tuple[Script, ...]:
    lines = (part_of_file(made.path, made.text, *each) for each in _commands(made, rule))
    return tuple(each.with_values(REFERENCE, lambda match: (values.of(match),)) for each in lines)


def _in_order(made: Makefile, target: str, done: set[str], depth: int) -> Iterator[tuple[Rule, str]]:
    if target in done or depth > DEPTH_LIMIT:
        return
    done.add(target)
    rule, stem = made.rules.get(target), ""
    if rule is None:
        for name, each in made.rules.items():
            before, percent, after = name.partition("%")
            if percent and target.startswith(before) and target.endswith(after):
                rule, stem = replace(each, name=target), target[len(before) : len(target) - len(after)]
                break
    if rule is None:
        return
    for need in rule.prerequisites:
        yield from _in_order(made, need.replace("%", stem) if stem else need, done, depth + 1)
    yield rule, stem


def _commands(made: Makefile, rule: Rule) -> Iterator[tuple[int, int]]:
    """Without the signs that tell make how to run a line."""
    for start, end in rule.lines:
        line = made.text[start:end]
        yield end - len(line.lstrip("@-+ \t")), end


def _exported(made: Makefile) -> tuple[str, ...]:
    return tuple(made.variables) if "*" in made.exported else tuple(sorted(made.exported - {"*"}))
