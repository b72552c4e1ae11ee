"""The answer of `doctor` for programs, in the form of `json_form`."""

from __future__ import annotations

import json

from wasifix.doctor import Diagnosis, effect_of
from wasifix.render.machine_form import DoctorForm
from wasifix.render.terminal import unmistakable


def render_doctor(diagnosis: Diagnosis) -> str:
    """Everything that was found. Sizes are in bytes; a `max_memory` of 0 means that rustc passes none."""
    machine = diagnosis.machine
    form: DoctorForm = {
        "schema": "wasifix/doctor/1",
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
    return unmistakable(json.dumps(form, indent=2, ensure_ascii=True)) + "\n"
