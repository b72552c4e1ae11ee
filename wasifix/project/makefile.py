"""The recipes of a Makefile, with its variables.

Both branches of a condition count, and the functions of make give unknown text.
https://www.gnu.org/software/make/manual/make.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from wasifix.changes import Origin
from wasifix.documents.places import evidence_at
from wasifix.project.expressions import Known

DEPTH_LIMIT = 20
"""How deep variables refer to one another."""
_ASSIGNMENT = re.compile(
    r"(?P<scope>(?:override |export |private )*)(?P<name>[\w.-]+)[ \t]*"
    r"(?P<sign>:{0,3}=|\?=|\+=)[ \t]*(?P<value>.*)",
    re.DOTALL,
)
_RULE = re.compile(r"(?P<targets>[^:=#\n]+?)[ \t]*::?(?![=:])(?P<rest>.*)", re.DOTALL)
REFERENCE = re.compile(r"\$\$|\$\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)|\$\{([^{}\n]*)\}|\$(\S)")
_LINE = re.compile(r"(?:[^\\\n]|\\.)*", re.DOTALL)


class Rule(Struct, kw_only=True):
    """What a target needs and does: recipe lines as places in the text."""

    name: str
    prerequisites: list[str] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)
    variables: dict[str, Known] = field(default_factory=dict)


class Makefile(Struct, kw_only=True):
    """A parsed file. Values are as they are written, references included."""

    path: str
    text: str
    variables: dict[str, Known] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    """Variables that yield to the environment: `?=`."""
    exported: set[str] = field(default_factory=set)
    rules: dict[str, Rule] = field(default_factory=dict)

    @property
    def first(self) -> str | None:
        """The target that is made where none is named."""
        return next((name for name in self.rules if not name.startswith(".") and "%" not in name), None)


@lru_cache(maxsize=64)
def parse_makefile(path: str, text: str) -> Makefile:
    """Reads what it can; what is no rule and no assignment is passed over."""
    made = Makefile(path=path, text=text)
    current: list[Rule] = []
    for start, end in _logical_lines(text):
        line = text[start:end]
        if line.startswith("\t") and current:
            for rule in current:
                rule.lines.append((start + 1, end))
            continue
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        offset = start + len(line) - len(line.lstrip())
        if (match := _ASSIGNMENT.match(text, offset, end)) is not None:
            _assign(made, match, made.variables)
            current = []
        elif re.match(r"export\b[^=:]*$", stripped):
            made.exported |= set(stripped.split()[1:]) or {"*"}
        elif stripped.split()[0] not in _DIRECTIVES and (match := _RULE.match(text, offset, end)) is not None:
            current = _rules(made, match)
    return made


_DIRECTIVES = ("ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "include", "-include", "define", "endef")


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        match = _LINE.match(text, start)
        end = match.end() if match and match.end() > start else start
        yield start, end
        start = text.find("\n", end) + 1 or len(text)


def _assign(made: Makefile, match: re.Match[str], into: dict[str, Known]) -> None:
    name, sign = match["name"], match["sign"]
    start = match.start("value")
    written = re.split(r"(?<!\\)#", match["value"])[0].rstrip()
    known = _literal(made, start, start + len(written))
    if "export" in match["scope"]:
        made.exported.add(name)
    if sign == "?=" and name in into:
        return
    if sign == "?=":
        made.weak.add(name)
    if sign == "+=" and name in into:
        earlier = into[name]
        known = Known(f"{earlier.text} {written}", (*known.evidence, *earlier.evidence))
    into[name] = known


def _literal(made: Makefile, start: int, end: int) -> Known:
    text = made.text[start:end]
    evidence = evidence_at(made.path, made.text, start)
    origin = Origin(path=made.path, part=(start, end)) if "$" not in text and "\\" not in text else None
    return Known(text, (evidence,), origin=origin)


def _rules(made: Makefile, match: re.Match[str]) -> list[Rule]:
    found = []
    needs, semicolon, _ = match["rest"].partition(";")
    for name in _plain(made, match["targets"]).split():
        rule = made.rules.setdefault(name, Rule(name=name))
        own = _ASSIGNMENT.match(
            made.text, match.start("rest") + len(needs) - len(needs.lstrip()), match.end()
        )
        if own is not None and not semicolon:
            _assign(made, own, rule.variables)
        else:
            rule.prerequisites += (
                _plain(made, needs.replace("\\\n", " ").partition("#")[0]).replace("|", " ").split()
            )
            if semicolon:
                rule.lines.append((match.start("rest") + len(needs) + 1, match.end()))
        found.append(rule)
    return found


def _plain(made: Makefile, text: str) -> str:
    values = Values(made, Rule(name=""), "", {}, {})
    return REFERENCE.sub(lambda match: values.of(match).text or "", text)


class Values:
    """What references stand for in the recipe of a rule."""

    def __init__(
        self,
        made: Makefile,
        rule: Rule,
        stem: str,
        given: Mapping[str, Known],
        environment: Mapping[str, Known],
    ) -> None:
        self.made, self.given, self.environment, self.rule = made, given, environment, rule
        self.automatic = {"@": rule.name, "*": stem, "<": (rule.prerequisites or [""])[0], "^": ""}

    def of(self, match: re.Match[str], depth: int = 0) -> Known:
        """The value of `$(NAME)`, `${NAME}`, `$@` or `$$`."""
        if match[0] == "$$":
            return Known("$")
        name = match[1] or match[2] or match[3] or ""
        if name in self.automatic and match[3]:
            return Known(self.automatic[name])
        return self.named(name.strip(), depth)

    def named(self, name: str, depth: int) -> Known:
        """The value of a variable; nothing sets it: an empty text, as in make."""
        if name == "MAKE":
            return Known("make")
        if not re.fullmatch(r"[\w.-]+", name) or depth > DEPTH_LIMIT:
            return Known(None)
        known = self.given.get(name) or self.rule.variables.get(name)
        if known is None and name in self.made.weak:
            known = self.environment.get(name)
        known = known or self.made.variables.get(name) or self.environment.get(name)
        if known is None:
            return Known("cargo" if name == "CARGO" else "")
        return self._resolved(known, depth)

    def _resolved(self, known: Known, depth: int) -> Known:
        if known.text is None or "$" not in known.text:
            return known
        found = [(match, self.of(match, depth + 1)) for match in REFERENCE.finditer(known.text)]
        if len(found) == 1 and found[0][0].group() == known.text:
            inner = found[0][1]
            return replace(inner, evidence=(*inner.evidence, *known.evidence))
        if any(each.text is None for _, each in found):
            return Known(None, known.evidence)
        parts = iter(each.text or "" for _, each in found)
        return Known(REFERENCE.sub(lambda _: next(parts), known.text), known.evidence)
