"""The answer of `verify` for programs. The form is versioned, as those in `json.py` are."""

from __future__ import annotations

import json

from wasifix.render.machine_form import LimitsForm, RowForm, VerifyForm
from wasifix.verification import Row, Verification


def render_verification(found: Verification) -> str:
    """All rows. Limits of memories are in pages."""
    value: VerifyForm = {
        "schema": "wasifix/verify/1",
        "target": found.target,
        "commands": list(found.commands),
        "compiler": found.compiler or None,
        "runner": found.runner,
        "rows": [_row(each) for each in found.rows],
        "proven": list(found.proven),
        "works_as_it_is": found.base_works,
        "next": found.next_command or None,
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def _row(row: Row) -> RowForm:
    return {
        "trial": row.trial,
        "strategy": row.strategy or None,
        "target": row.target,
        "command": row.command or None,
        "builds": row.built,
        "memory": _limits(row.memory) if row.memory else None,
        "toolchain": row.toolchain or None,
        "runs": row.runs or None,
        "verdict": row.verdict,
        "reason": row.reason,
        "detail": row.detail,
        "install": row.install or None,
    }


def _limits(memory: str) -> LimitsForm:
    minimum, _, maximum = memory.partition("/")
    return {"minimum": int(minimum), "maximum": int(maximum) if maximum.isdigit() else None}
