"""The answer of `doctor` for programs. The form is versioned, as those in `json.py` are."""

from __future__ import annotations

import json

from wasifix.doctor import Diagnosis, effect_of

DOCTOR_SCHEMA = "wasifix/doctor/1"


def render_doctor(diagnosis: Diagnosis) -> str:
    """Everything that was found. Sizes are in bytes; a `max_memory` of 0 means that rustc passes none."""
    machine = diagnosis.machine
    value = {
        "schema": DOCTOR_SCHEMA,
        "programs": [
            {"name": each.name, "path": each.path, "version": each.version, "problem": each.problem}
            for each in machine.programs
        ],
        "toolchain": {
            "name": machine.active.value,
            "reason": machine.active.reason,
            "rustc": machine.compiler.value.name if machine.compiler.value else None,
            "target": machine.triple,
            "max_memory": machine.spec_max_memory.value,
            "max_memory_reason": machine.spec_max_memory.reason,
        },
        "installed": [
            {"name": each.name, "targets": list(each.targets), "problem": each.problem}
            for each in machine.installed
        ],
        "variables": [
            {"name": name, "value": value, "effect": effect_of(name)} for name, value in machine.variables
        ],
        "no_project": diagnosis.no_report or None,
        "problems": [
            {"level": each.level, "message": each.message, "command": each.command or None}
            for each in diagnosis.problems
        ],
        "fails": diagnosis.fails,
        "verdict": diagnosis.verdict,
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"
