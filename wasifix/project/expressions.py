"""The expressions of GitHub workflows, as far as they can be known without running anything.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TypeAlias

from msgspec import Struct

from wasifix.changes import Origin
from wasifix.documents.yaml import Node, YamlDocument, is_plain, scalar
from wasifix.model import Evidence


class Known(Struct, frozen=True):
    """A value and the places it comes from, the deciding one first; None where it cannot be known."""

    text: str | None
    evidence: tuple[Evidence, ...] = ()
    written: str = ""
    """How the file has it, where YAML makes another number of it: 1.90 is 1.9."""
    origin: Origin | None = None
    """Where it stands as it is, so that it can be replaced there."""
    is_conditional: bool = False
    """Whether it holds only where a condition does that cannot be known."""


Scope = Mapping[str, Known]
"""What expressions can refer to: `matrix.rust`, `env.RUST`, `inputs.rust`."""

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
"""An expression in its brackets."""
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<sign>\|\||&&|==|!=|[()!,])|(?P<name>[A-Za-z_][\w.-]*)"
    r"|(?P<number>-?\d[\w.]*)|(?P<other>\S))"
)
_UNKNOWN = Known(None)
_TRUE, _FALSE = Known("true"), Known("false")
_CONSTANTS = {"true": _TRUE, "false": _FALSE, "null": Known("")}
_FALSY = ("", "false", "0", "null")


def resolved(text: str, scope: Scope) -> Known:
    """The text with its expressions replaced; unknown where one of them is.

    The origin is that of the one expression that makes up the whole text.
    """
    if "${{" not in text:
        return Known(text)
    expressions, is_whole = _expressions(text)
    found = [evaluated(each, scope) for each in expressions]
    if is_whole:
        return found[0]
    evidence = tuple(each for known in found for each in known.evidence)
    written = next((known.written for known in reversed(found) if known.written), "")
    if any(known.text is None for known in found):
        return Known(None, evidence, written)
    parts = iter(known.text or "" for known in found)
    return Known(EXPRESSION.sub(lambda _: next(parts), text), evidence, written)


@lru_cache(maxsize=1024)
def _expressions(text: str) -> tuple[tuple[str, ...], bool]:
    """The expressions in a text, and whether there is one that is all of it."""
    found = tuple(EXPRESSION.finditer(text))
    return tuple(match[1] for match in found), len(found) == 1 and found[0].group() == text.strip()


def known_at(document: YamlDocument, node: Node | None, scope: Scope) -> Known:
    """The value of a scalar, its place and where it could be replaced."""
    text = scalar(node)
    if node is None or text is None:
        return Known(None, (document.evidence(node),)) if node is not None else _UNKNOWN
    if "${{" not in text:
        known: Known | None = document.remembered.get(id(node))
        if known is None:
            known = Known(text, (document.evidence(node),), origin=origin_of(document, node))
            document.remembered[id(node)] = known
        return known
    at = document.evidence(node)
    found = resolved(text, scope)
    return Known(found.text, (*found.evidence, at), found.written, found.origin)


def origin_of(document: YamlDocument, node: Node) -> Origin | None:
    """Where a scalar can be replaced as a whole."""
    route = document.route(node)
    return None if route is None else Origin(path=document.path, route=route)


def as_github_reads(node: Node) -> str | None:
    """A scalar as an expression gives it: an unquoted 1.90 is the number 1.9."""
    text = scalar(node)
    if text is not None and is_plain(node) and re.fullmatch(r"\d+\.\d+", text):
        return str(float(text)).removesuffix(".0")
    return text


def evaluated(text: str, scope: Scope) -> Known:
    """The value of one expression, without its brackets."""
    try:
        return _compiled(text)(scope)
    except (TypeError, RecursionError):  # a function with arguments that it does not take
        return _UNKNOWN


def named(name: str, scope: Scope) -> Known:
    """What a name stands for."""
    known = scope.get(name) or _CONSTANTS.get(name)
    if known is not None:
        return known
    is_matrix = name.startswith("matrix.") and any(each.startswith("matrix.") for each in scope)
    return Known("") if is_matrix else _UNKNOWN  # GitHub puts nothing where a leg has no such value


def is_false(text: str | None, scope: Scope) -> bool:
    """Whether an `if` is sure not to hold."""
    if text is None:
        return False
    found = evaluated(_condition(text), scope)
    return found.text is not None and not _holds(found)


@lru_cache(maxsize=1024)
def _condition(text: str) -> str:
    """The expression of an `if`, which may go without brackets."""
    match = EXPRESSION.fullmatch(text.strip())
    return match[1] if match else text


Evaluation: TypeAlias = Callable[[Scope], Known]


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Evaluation:
    """Read once: each leg of a job asks for the value of the same expressions."""
    try:
        return _Grammar(text).whole()
    except (IndexError, ValueError, RecursionError):
        return _constant(_UNKNOWN)


class _Grammar:
    """Reads an expression from left to right, one method for each level of its grammar."""

    def __init__(self, text: str) -> None:
        matches = _TOKEN.finditer(text)
        self.tokens = [(match.lastgroup or "", match[match.lastgroup or 0]) for match in matches]

    def whole(self) -> Evaluation:
        found = self._either()
        if self.tokens:
            raise ValueError("more than an expression")
        return found

    def _either(self) -> Evaluation:
        left = self._both()
        while self._takes("||"):
            left = partial(_or, left, self._both())
        return left

    def _both(self) -> Evaluation:
        left = self._equal()
        while self._takes("&&"):
            left = partial(_and, left, self._equal())
        return left

    def _equal(self) -> Evaluation:
        left = self._single()
        while sign := self._takes("==") or self._takes("!="):
            left = partial(_is_equal, left, self._single(), sign == "==")
        return left

    def _single(self) -> Evaluation:
        kind, token = self.tokens.pop(0)
        match kind, token:
            case "sign", "!":
                return partial(_not, self._single())
            case "sign", "(":
                inner = self._either()
                self._needs(")")
                return inner
            case "text", _:
                return _constant(Known(token[1:-1].replace("''", "'")))
            case "number", _:
                return _constant(Known(token))
            case "name", _:
                return self._call(token) if self._takes("(") else partial(named, token)
        raise ValueError("not an expression")

    def _call(self, name: str) -> Evaluation:
        arguments: list[Evaluation] = []
        while not self._takes(")"):
            arguments.append(self._either())
            if not self._takes(","):
                self._needs(")")
                break
        return partial(_called, _FUNCTIONS.get(name.lower()), arguments)

    def _takes(self, sign: str) -> str:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return sign
        return ""

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"no {sign}")


def _constant(known: Known) -> Evaluation:
    return lambda _: known


def _or(one: Evaluation, other: Evaluation, scope: Scope) -> Known:
    left, right = one(scope), other(scope)
    return _UNKNOWN if left.text is None else left if _holds(left) else right


def _and(one: Evaluation, other: Evaluation, scope: Scope) -> Known:
    left, right = one(scope), other(scope)
    if left.text is None:
        return right if right.text is not None and not _holds(right) else _UNKNOWN
    return right if _holds(left) else left


def _is_equal(one: Evaluation, other: Evaluation, wanted: bool, scope: Scope) -> Known:
    left, right = one(scope), other(scope)
    if left.text is None or right.text is None:
        return _UNKNOWN
    return _truth((left.text.lower() == right.text.lower()) is wanted)


def _not(inner: Evaluation, scope: Scope) -> Known:
    found = inner(scope)
    return _UNKNOWN if found.text is None else _truth(not _holds(found))


def _called(function: Callable[..., bool] | None, arguments: Sequence[Evaluation], scope: Scope) -> Known:
    texts = [each(scope).text for each in arguments]
    if function is None or None in texts:
        return _UNKNOWN
    return _truth(function(*(text.lower() for text in texts if text is not None)))


_FUNCTIONS: Mapping[str, Callable[..., bool]] = {
    "contains": lambda whole, part: part in whole,
    "startswith": lambda whole, part: whole.startswith(part),
    "endswith": lambda whole, part: whole.endswith(part),
    "always": lambda: True,
    "success": lambda: True,
    "failure": lambda: False,
    "cancelled": lambda: False,
}


def _truth(value: bool) -> Known:
    return _TRUE if value else _FALSE


def _holds(known: Known) -> bool:
    return known.text not in _FALSY
