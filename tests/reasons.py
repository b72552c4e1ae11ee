"""The reasons that the code gives where it declines an edit or leaves it to the user, read in its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from running import ROOT

SAYING = {
    "CannotEdit": ("reason", 0),
    "Declined": ("reason", None),
    "leave": ("what", 1),
    "ByHand": ("what", None),
}
"""What is called with a reason, under which name and at which place among the arguments."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Reason:
    """A text with a star for each value in it, and where it stands."""

    text: str
    place: str

    def fits(self, said: str) -> bool:
        """Whether it can have been this one that was said."""
        pattern = "(?s:.+)".join(map(re.escape, self.text.split("*")))
        return re.fullmatch(pattern, said) is not None


def reasons() -> tuple[Reason, ...]:
    """Each once, in the order of the files."""
    found: dict[str, Reason] = {}
    for file in sorted((ROOT / "wasifix").rglob("*.py")):
        module = ast.parse(file.read_text("utf-8"))
        for function in (each for each in ast.walk(module) if isinstance(each, ast.FunctionDef)):
            for reason in _of_function(function, module, file):
                found.setdefault(reason.text, reason)
    return tuple(found.values())


def _of_function(function: ast.FunctionDef, module: ast.Module, file: Path) -> Iterator[Reason]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (value := _said(node)) is not None:
            for text in _texts(value, (function, module)):
                yield Reason(text=text, place=f"{file.relative_to(ROOT).as_posix()}:{node.lineno}")


def _said(call: ast.Call) -> ast.expr | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in SAYING:
        return None
    keyword, place = SAYING[name]
    named = next((each.value for each in call.keywords if each.arg == keyword), None)
    return call.args[place] if named is None and place is not None and len(call.args) > place else named


def _texts(value: ast.expr, scopes: tuple[ast.AST, ...]) -> Iterator[str]:
    """The texts that an expression can have; a name has those that the nearest scope gives it."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "*" for each in values)
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body, scopes)
            yield from _texts(other, scopes)
        case ast.Subscript(value=table) if (found := _given(table, scopes)) is not None:
            assert isinstance(found, ast.Dict)
            for each in found.values:
                yield from _texts(each, scopes)
        case ast.Name(id=name) if any(each.arg == name for scope in scopes for each in _parameters(scope)):
            return  # whoever calls the function says it
        case ast.Name() if (found := _given(value, scopes)) is not None:
            yield from _texts(found, scopes)
        case _:
            raise AssertionError(f"a reason must be a text that can be read here: {ast.unparse(value)}")


def _parameters(scope: ast.AST) -> list[ast.arg]:
    return [*scope.args.args, *scope.args.kwonlyargs] if isinstance(scope, ast.FunctionDef) else []


def _given(name: ast.expr, scopes: tuple[ast.AST, ...]) -> ast.expr | None:
    """What a name is set to."""
    for node in (node for scope in scopes for node in ast.walk(scope)):
        match node:
            case ast.Assign(targets=[target], value=value) if ast.unparse(target) == ast.unparse(name):
                return value
            case ast.AnnAssign(target=target, value=value) if ast.unparse(target) == ast.unparse(name):
                return value
    return None
