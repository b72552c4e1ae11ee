"""The answer of `inspect` for programs. The form is versioned, as those in `json.py` are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wasifix.artifact import Artifact, Memory
from wasifix.inspection import Inspection, Verdict

INSPECT_SCHEMA = "wasifix/inspect/1"


def render_inspections(found: Iterable[Inspection]) -> str:
    """All files with their verdicts. Sizes of memories are in pages, those of files and pages in bytes."""
    found = tuple(found)
    value = {
        "schema": INSPECT_SCHEMA,
        "files": [_file(each) for each in found],
        "summary": {verdict: sum(each.verdict is verdict for each in found) for verdict in Verdict},
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def _file(inspection: Inspection) -> dict[str, Any]:
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


def _module(artifact: Artifact) -> dict[str, Any]:
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


def _memory(memory: Memory) -> dict[str, Any]:
    limits = memory.limits
    return {
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        "page_size": limits.page_size,
        "shared": limits.shared,
        "imported_as": memory.origin or None,
        "exported_as": list(memory.exported_as),
    }
