"""The recipes of a justfile, with its variables and parameters.

Expressions are known as far as they are strings, names, `+`, `/` and env() with a standard.
https://just.systems/man/en/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field

from wasifix.changes import Origin
from wasifix.documents.places import evidence_at
from wasifix.project.expressions import Known

REFERENCE = re.compile(r"\{\{\{\{|\{\{((?:[^{}'\"]|'[^']*'|\"[^\"]*\")*)\}\}")
DEPTH_LIMIT = 20
"""How deep variables refer to one another."""
_ASSIGNMENT = re.compile(r"(?P<export>export\s+)?(?P<name>[A-Za-z_][\w-]*)[ \t]*:=[ \t]*(?P<value>.*)")
_ALIAS = re.compile(r"alias[ \t]+([\w-]+)[ \t]*:=[ \t]*([\w-]+)")
_HEADER = re.compile(
    r"@?(?P<name>[A-Za-z_][\w-]*)(?P<parameters>(?:[^:'\"\n]|'[^'\n]*'|\"[^\"\n]*\")*?):(?!=)(?P<needs>.*)"
)
_PARAMETER = re.compile(
    r"(?P<sign>[*+$]*)(?P<name>[A-Za-z_][\w-]*)(?:\s*=\s*(?P<value>'[^']*'|\"[^\"]*\"|[\w-]+))?"
)
_NEED = re.compile(r"\(([^()]*)\)|([A-Za-z_][\w-]*)")
_TERM = re.compile(r"\s*('[^']*'|\"(?:\\.|[^\"\\])*\"|[A-Za-z_][\w-]*(?:\((?:[^()]*)\))?)\s*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Parameter(Struct, kw_only=True):
    """A parameter of a recipe; `many` takes all further words."""

    name: str
    standard: Known | None
    many: bool
    exported: bool


class Recipe(Struct, kw_only=True):
    """Its body as places of lines in the text, and the recipes that it needs with the words they get."""

    name: str
    parameters: list[Parameter] = field(default_factory=list)
    needs: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)


class Justfile(Struct, kw_only=True):
    """A parsed file. Values are expressions as they are written."""

    path: str
    text: str
    variables: dict[str, tuple[int, int]] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    exports_all: bool = False
    aliases: dict[str, str] = field(default_factory=dict)
    recipes: dict[str, Recipe] = field(default_factory=dict)

    @property
    def first(self) -> str | None:
        """The recipe that runs where none is named: `default`, or the first one."""
        return next(iter(self.recipes), None)


@lru_cache(maxsize=64)
def parse_justfile(path: str, text: str) -> Justfile:
    """Reads what it can; settings and imports are passed over."""
    made = Justfile(path=path, text=text)
    current: Recipe | None = None
    for match in re.finditer(r"[^\n]*\n|[^\n]+", text):
        line, start = match[0].rstrip("\r\n"), match.start()
        if line[:1] in (" ", "\t") and current is not None:
            current.lines.append((start, start + len(line)))
        elif not line.strip():
            continue
        elif found := _ALIAS.match(line):
            made.aliases[found[1]] = found[2]
        elif re.match(r"set\s+export\b(?!\s*:=\s*false)", line):
            made.exports_all = True
        elif found := _ASSIGNMENT.match(line):
            made.variables[found["name"]] = (start + found.start("value"), start + found.end("value"))
            made.exported |= {found["name"]} if found["export"] else set()
            current = None
        elif line[0] not in "#[" and (found := _HEADER.match(line)):
            current = made.recipes[found["name"]] = _recipe(made, start, found)
    return made


def _recipe(made: Justfile, start: int, found: re.Match[str]) -> Recipe:
    recipe = Recipe(name=found["name"])
    for each in _PARAMETER.finditer(found["parameters"]):
        place = start + found.start("parameters") + each.start("value") if each["value"] else None
        standard = (
            None if place is None else Values(made, {}, {}, {}).text_at(place, place + len(each["value"]))
        )
        many, exported = each["sign"].strip("$") != "", "$" in each["sign"]
        recipe.parameters.append(
            Parameter(name=each["name"], standard=standard, many=many, exported=exported)
        )
    for each in _NEED.finditer(found["needs"].partition("#")[0]):
        name, _, words = (each[1] or each[2] or "").strip().partition(" ")
        recipe.needs.append((name, words.strip()))
    return recipe


class Values:
    """What names stand for: parameters, variables given on the command line, those of the file."""

    def __init__(
        self,
        made: Justfile,
        parameters: Mapping[str, Known],
        given: Mapping[str, Known],
        environment: Mapping[str, Known],
    ) -> None:
        self.made, self.parameters, self.given, self.environment = made, parameters, given, environment

    def of(self, match: re.Match[str]) -> Known:
        """The value of `{{ EXPRESSION }}`."""
        return Known("{{") if match[1] is None else self.text(match[1], 0)

    def named(self, name: str, depth: int = 0) -> Known:
        """The value of a variable or parameter."""
        known = self.parameters.get(name) or self.given.get(name)
        if known is not None:
            return known
        place = self.made.variables.get(name)
        return Known(None) if place is None or depth > DEPTH_LIMIT else self.text_at(*place, depth + 1)

    def text_at(self, start: int, end: int, depth: int = 0) -> Known:
        """The value of an expression in the file, with its place; its origin where it is one string."""
        written = self.made.text[start:end].split(" #")[0].rstrip()
        known = self.text(written, depth)
        at = evidence_at(self.made.path, self.made.text, start)
        origin = known.origin
        if re.fullmatch(r"'[^']*'|\"[^\"\\]*\"", written):
            origin = Origin(path=self.made.path, part=(start + 1, start + len(written) - 1))
        return Known(known.text, (*known.evidence, at), origin=origin)

    def text(self, written: str, depth: int) -> Known:
        """The value of an expression."""
        parts: list[Known] = []
        signs: list[str] = []
        index = 0
        while (match := _TERM.match(written, index)) is not None:
            parts.append(self._term(match[1], depth))
            index = match.end()
            if index < len(written) and written[index] in "+/":
                signs.append("" if written[index] == "+" else "/")
                index += 1
            else:
                break
        if not parts or index < len(written.rstrip()) or len(signs) != len(parts) - 1:
            return Known(None)
        if len(parts) == 1:
            return parts[0]
        evidence = tuple(each for part in parts for each in part.evidence)
        if any(part.text is None for part in parts):
            return Known(None, evidence)
        texts = [part.text or "" for part in parts]
        return Known("".join(sign + text for sign, text in zip(["", *signs], texts, strict=True)), evidence)

    def _term(self, term: str, depth: int) -> Known:
        if term[0] == "'":
            return Known(term[1:-1])
        if term[0] == '"':
            return Known(re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), term[1:-1]))
        name, is_call, inner = term.partition("(")
        if not is_call:
            return self.named(name, depth)
        given = [each.strip() for each in inner.removesuffix(")").split(",")]
        if name in ("env", "env_var", "env_var_or_default") and given[0][:1] in ("'", '"'):
            known = self.environment.get(given[0][1:-1])
            if known is None and len(given) == 2:
                known = self.text(given[1], depth + 1)
            return known or Known(None)
        return Known(None)


def lines_of(made: Justfile, recipe: Recipe) -> Iterator[tuple[int, int]]:
    """The body without indentation and the signs that quieten a line, continued lines as one."""
    joined: list[tuple[int, int]] = []
    for start, end in recipe.lines:
        if joined and made.text[joined[-1][0] : joined[-1][1]].endswith("\\"):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        yield end - len(made.text[start:end].lstrip("@- \t")), end


def shebang_of(made: Justfile, recipe: Recipe) -> str | None:
    """The first line of a body that is one script."""
    first = made.text[slice(*recipe.lines[0])].strip() if recipe.lines else ""
    return first if first.startswith("#!") else None
