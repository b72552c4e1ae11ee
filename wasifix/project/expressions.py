"""The expressions of GitHub workflows, as far as they can be known without running anything.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wasifix.changes import Origin
from wasifix.documents.yaml import Node, YamlDocument, is_plain, scalar
from wasifix.model import Evidence


@dataclass(frozen=True, slots=True)
class Known:
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
_FALSY = ("", "false", "0", "null")


def resolved(text: str, scope: Scope) -> Known:
    """The text with its expressions replaced; unknown where one of them is.

    The origin is that of the one expression that makes up the whole text.
    """
    if "${{" not in text:
        return Known(text)
    found = tuple((match, evaluated(match[1], scope)) for match in EXPRESSION.finditer(text))
    if len(found) == 1 and found[0][0].group() == text.strip():
        return found[0][1]
    evidence = tuple(each for _, known in found for each in known.evidence)
    written = next((known.written for _, known in reversed(found) if known.written), "")
    if any(known.text is None for _, known in found):
        return Known(None, evidence, written)
    parts = iter(known.text or "" for _, known in found)
    return Known(EXPRESSION.sub(lambda _: next(parts), text), evidence, written)


def known_at(document: YamlDocument, node: Node | None, scope: Scope) -> Known:
    """The value of a scalar, its place and where it could be replaced."""
    text = scalar(node)
    if node is None or text is None:
        return Known(None, (document.evidence(node),)) if node is not None else _UNKNOWN
    at = document.evidence(node)
    if "${{" not in text:
        return Known(text, (at,), origin=origin_of(document, node))
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
        return _Evaluator(text, scope).whole()
    except (IndexError, TypeError, ValueError, RecursionError):
        return _UNKNOWN


def named(name: str, scope: Scope) -> Known:
    """What a name stands for."""
    if name in ("true", "false", "null"):
        return Known("" if name == "null" else name)
    if name in scope:
        return scope[name]
    is_matrix = name.startswith("matrix.") and any(each.startswith("matrix.") for each in scope)
    return Known("") if is_matrix else _UNKNOWN  # GitHub puts nothing where a leg has no such value


def is_false(text: str | None, scope: Scope) -> bool:
    """Whether an `if` is sure not to hold."""
    if text is None:
        return False
    match = EXPRESSION.fullmatch(text.strip())
    found = evaluated(match[1] if match else text, scope)
    return found.text is not None and not _holds(found)


@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(text))


class _Evaluator:
    """Reads an expression from left to right, one method for each level of its grammar."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.tokens = list(_tokens(text))
        self.scope = scope

    def whole(self) -> Known:
        found = self._either()
        if self.tokens:
            raise ValueError("more than an expression")
        return found

    def _either(self) -> Known:
        left = self._both()
        while self._takes("||"):
            right = self._both()
            left = _UNKNOWN if left.text is None else left if _holds(left) else right
        return left

    def _both(self) -> Known:
        left = self._equal()
        while self._takes("&&"):
            right = self._equal()
            if left.text is None:
                left = right if right.text is not None and not _holds(right) else _UNKNOWN
            elif _holds(left):
                left = right
        return left

    def _equal(self) -> Known:
        left = self._single()
        while sign := self._takes("==") or self._takes("!="):
            right = self._single()
            if left.text is None or right.text is None:
                left = _UNKNOWN
            else:
                left = _truth((left.text.lower() == right.text.lower()) is (sign == "=="))
        return left

    def _single(self) -> Known:
        kind, token = self.tokens.pop(0)
        match kind, token:
            case "sign", "!":
                inner = self._single()
                return _UNKNOWN if inner.text is None else _truth(not _holds(inner))
            case "sign", "(":
                inner = self._either()
                self._needs(")")
                return inner
            case "text", _:
                return Known(token[1:-1].replace("''", "'"))
            case "number", _:
                return Known(token)
            case "name", _:
                return self._call(token) if self._takes("(") else named(token, self.scope)
        raise ValueError("not an expression")

    def _call(self, name: str) -> Known:
        arguments: list[Known] = []
        while not self._takes(")"):
            arguments.append(self._either())
            if not self._takes(","):
                self._needs(")")
                break
        function = _FUNCTIONS.get(name.lower())
        texts = [each.text for each in arguments]
        if function is None or None in texts:
            return _UNKNOWN
        return _truth(function(*(text.lower() for text in texts if text is not None)))

    def _takes(self, sign: str) -> str:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return sign
        return ""

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"no {sign}")


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
