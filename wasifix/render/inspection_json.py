"""The answer of `inspect` for programs, in the form of `json_form`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from wasifix.artifact import Artifact, Memory
from wasifix.inspection import Inspection, Verdict
from wasifix.render.machine_form import FileForm, InspectForm, MemoryForm, ModuleForm
from wasifix.render.terminal import unmistakable


def render_inspections(found: Iterable[Inspection]) -> str:
    """All files with their verdicts. Sizes of memories are in pages, those of files and pages in bytes."""
    found = tuple(found)
    verdicts = [each.verdict for each in found]
    form: InspectForm = {
        "schema": "wasifix/inspect/1",
        "files": [_file(each) for each in found],
        "summary": {
            "hit": verdicts.count(Verdict.HIT),
            "grows": verdicts.count(Verdict.GROWS),
            "not-concerned": verdicts.count(Verdict.NOT_CONCERNED),
            "unreadable": verdicts.count(Verdict.UNREADABLE),
        },
    }
    return unmistakable(json.dumps(form, indent=2, ensure_ascii=True)) + "\n"


def _file(inspection: Inspection) -> FileForm:
    artifact, toolchain = inspection.artifact, inspection.toolchain
    return {
        "path": inspection.path,
        "kind": inspection.kind,
        "verdict": inspection.verdict,
        "reason": inspection.reason,
        "offset": inspection.offset,
        "advisories": list(inspection.advisories),
        "notes": list(inspection.notes),
        "toolchain": {
            "value": toolchain.value.name if toolchain.value else None,
            "reason": toolchain.reason,
            "commit": artifact.commit if artifact else None,
        },
        "module": _module(artifact) if artifact else None,
    }


def _module(artifact: Artifact) -> ModuleForm:
    return {
        "size": artifact.size,
        "memories": [_memory(each) for each in artifact.memories],
        "imports_thread_spawn": artifact.imports_thread_spawn,
        "exports_thread_start": artifact.exports_thread_start,
        "import_modules": list(artifact.import_modules),
        "producers": [
            {"field": each.field, "name": each.name, "version": each.version} for each in artifact.producers
        ],
        "features": list(artifact.features),
    }


def _memory(memory: Memory) -> MemoryForm:
    limits = memory.limits
    return {
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        "page_size": limits.page_size,
        "shared": limits.shared,
        "imported_as": memory.origin or None,
        "exported_as": list(memory.exported_as),
    }
