"""What `just RECIPE` runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.file_names import JUSTFILES
from wasifix.project.justfile import REFERENCE, Justfile, Recipe, Values, lines_of, parse_justfile, shebang_of
from wasifix.project.leads import Lead, nearest, path_in
from wasifix.project.script import Script, part_of_file
from wasifix.tree import parent

_VALUE_OPTIONS = ("-f", "--justfile", "-d", "--working-directory", "--shell", "--shell-arg", "--dotenv-path")
DEPTH_LIMIT = 20
"""How deep recipes need one another."""


def just_leads(reading: Reading) -> Iterator[Lead]:
    """`just [-f FILE] [-d FOLDER] [NAME=VALUE] [RECIPE [ARGUMENT]...]...`"""
    sources, words = reading.leg.sources, reading.words
    if sources is None:
        return
    named, moved = reading.option_value("-f", "--justfile"), reading.option_value("-d", "--working-directory")
    path = path_in(reading.leg.folder, named) if named else nearest(sources, reading.leg.folder, JUSTFILES)
    text = sources.text(path) if path else None
    if path is None or text is None:
        return
    given: dict[str, Known] = {}
    rest: list[Known] = []
    waits = 0
    for index in range(1, len(words)):
        word = words[index] or reading.head(index)
        if waits:
            waits -= 1
        elif not rest and word == "--set" and index + 2 < len(words):
            given[words[index + 1] or ""] = reading.of(index + 2)
            waits = 2
        elif not rest and word.startswith("-"):
            waits = int(word in _VALUE_OPTIONS)
        elif not rest and re.match(r"[A-Za-z_][\w-]*=", word):
            given[word.partition("=")[0]] = reading.of(index, word.index("=") + 1)
        else:
            rest.append(reading.value(reading.command.parts[index]))
    folder = path_in(reading.leg.folder, moved) if moved else parent(path)
    yield from recipe_leads(
        parse_justfile(path, text), rest, parent(path) if folder is None else folder, given, reading.variables
    )


def recipe_leads(
    made: Justfile,
    words: Sequence[Known],
    folder: str,
    given: Mapping[str, Known],
    environment: Mapping[str, Known],
) -> Iterator[Lead]:
    """The recipes that the words name, each after those that it needs and with its arguments."""
    waiting = list(words) or ([Known(made.first)] if made.first else [])
    done: set[tuple[str, tuple[str | None, ...]]] = set()
    while waiting:
        recipe = _named(made, waiting.pop(0).text or "")
        if recipe is None:
            return
        count = len(waiting) if any(each.many for each in recipe.parameters) else len(recipe.parameters)
        arguments, waiting = waiting[:count], waiting[count:]
        yield from _with_needs(made, recipe, arguments, folder, given, environment, done, 0)


def _named(made: Justfile, name: str) -> Recipe | None:
    return made.recipes.get(made.aliases.get(name, name))


def _with_needs(
    made: Justfile,
    recipe: Recipe,
    arguments: Sequence[Known],
    folder: str,
    given: Mapping[str, Known],
    environment: Mapping[str, Known],
    done: set[tuple[str, tuple[str | None, ...]]],
    depth: int,
) -> Iterator[Lead]:
    key = (recipe.name, tuple(each.text for each in arguments))
    if key in done or depth > DEPTH_LIMIT:
        return
    done.add(key)
    parameters = _bound(recipe, arguments)
    values = Values(made, parameters, given, environment)
    for name, written in recipe.needs:
        needed = _named(made, name)
        if needed is not None:
            inner = [values.text(word, 0) for word in re.findall(r"'[^']*'|\"[^\"]*\"|[\w-]+", written)]
            yield from _with_needs(made, needed, inner, folder, given, environment, done, depth + 1)
    exported = {each.name for each in recipe.parameters if each.exported or made.exports_all}
    inherited = {name: parameters[name] for name in exported if name in parameters}
    for name in made.variables if made.exports_all else sorted(made.exported):
        inherited[name] = values.named(name)
    yield Lead(
        key=f"{made.path}#{recipe.name}",
        scripts=_scripts(made, recipe, values),
        folder=folder,
        environment=inherited,
        each_alone=True,
    )


def _bound(recipe: Recipe, arguments: Sequence[Known]) -> dict[str, Known]:
    bound: dict[str, Known] = {}
    for index, parameter in enumerate(recipe.parameters):
        rest = arguments[index:]
        if parameter.many and len(rest) != 1:
            texts = [each.text for each in rest]
            text = None if None in texts else " ".join(each or "" for each in texts)
            evidence = tuple(each for known in rest for each in known.evidence)
            bound[parameter.name] = Known(text, evidence) if rest else parameter.standard or Known("")
        else:
            bound[parameter.name] = rest[0] if rest else parameter.standard or Known(None)
    return bound


def _scripts(made: Justfile, recipe: Recipe, values: Values) -> tuple[Script, ...]:
    shebang = shebang_of(made, recipe)
    if shebang is not None and re.search(r"\b(?:ba|z|da)?sh\b", shebang) is None:
        return ()
    if shebang is not None:
        places = [(recipe.lines[0][0], recipe.lines[-1][1])]
    else:
        places = list(lines_of(made, recipe))
    lines = (part_of_file(made.path, made.text, *each) for each in places)
    return tuple(each.with_values(REFERENCE, lambda match: (values.of(match),)) for each in lines)
