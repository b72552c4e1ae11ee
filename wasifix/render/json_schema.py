"""The JSON schema of a form, from its types. The tests write the files of `data/` with it."""

from __future__ import annotations

import inspect
import json
from enum import EnumType
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from wasifix.render.json_form import ApplyForm, CheckForm, SeveralForm
from wasifix.render.machine_form import DoctorForm, InspectForm, VerifyForm

FORMS: tuple[tuple[str, Any], ...] = (
    ("check-1", CheckForm),
    ("apply-1", ApplyForm),
    ("several-1", SeveralForm),
    ("inspect-1", InspectForm),
    ("doctor-1", DoctorForm),
    ("verify-1", VerifyForm),
)
"""The documents, by the names of their schema files."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE: tuple[tuple[type, str], ...] = (
    (str, "string"),
    (bool, "boolean"),
    (int, "integer"),
    (NoneType, "null"),
)


def schema_text(form: Any) -> str:
    """The schema as it is shipped: what it does not name may be there too."""
    return json.dumps(schema_of(form), indent=2) + "\n"


def schema_of(form: Any, *, closed: bool = False) -> dict[str, Any]:
    """The schema of a TypedDict; `closed` allows nothing that it does not name. Raises TypeError."""
    definitions: dict[str, Any] = {}
    top = _object(form, definitions, closed)
    return {"$schema": DRAFT, "title": form.__name__, **top, "$defs": dict(sorted(definitions.items()))}


def _object(form: Any, definitions: dict[str, Any], closed: bool) -> dict[str, Any]:
    hints = get_type_hints(form)
    properties = {name: _type(hint, definitions, closed) for name, hint in hints.items()}
    rest = {"additionalProperties": False} if closed else {}
    description = " ".join((inspect.getdoc(form) or "").split())
    shape = {"type": "object", "properties": properties, "required": sorted(form.__required_keys__)}
    return {"description": description, **shape, **rest}


def _type(hint: Any, definitions: dict[str, Any], closed: bool) -> dict[str, Any]:
    if is_typeddict(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # taken, should it hold itself
            definitions[hint.__name__] = _object(hint, definitions, closed)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if isinstance(hint, UnionType):
        return {"anyOf": [_type(each, definitions, closed) for each in get_args(hint)]}
    if get_origin(hint) is list:
        return {"type": "array", "items": _type(get_args(hint)[0], definitions, closed)}
    if get_origin(hint) is Literal:
        return {"const": get_args(hint)[0]}
    if isinstance(hint, EnumType):
        values: list[Any] = list(hint)
        return {"enum": [str(each.value) for each in values]}
    for kind, name in _SIMPLE:
        if hint is kind:
            return {"type": name}
    raise TypeError(f"no JSON for {hint}")
