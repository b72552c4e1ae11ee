"""Where a project's code starts threads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wasifix.documents.places import evidence_at
from wasifix.model import Evidence
from wasifix.project import Project
from wasifix.tree import join

_STARTS_THREADS = re.compile(
    r"\bthread::(?:spawn|scope|Builder)\b|\b(?:into_)?par_(?:iter|bridge|chunks)(?:_mut)?\(|\brayon::(?:spawn|scope|join)\b"
    r"|\bspawn_blocking\(|\bcrossbeam::(?:scope|thread)\b|\bnew_multi_thread\("
)
_SKIPPED_FOLDERS = {"target", "node_modules", ".git"}


def thread_starts(project: Project) -> tuple[Evidence, ...]:
    """Each line of Rust code in the workspace's packages that starts a thread, comments left out."""
    found: dict[str, Evidence] = {}
    for package in project.workspace.packages:
        for path in _rust_files(project, package.folder):
            for evidence in _in_file(project.sources.text(path) or "", path):
                found.setdefault(f"{path}:{evidence.line}", evidence)
    return tuple(found.values())


def _in_file(text: str, path: str) -> Iterator[Evidence]:
    for match in _STARTS_THREADS.finditer(text):
        found = evidence_at(path, text, match.start())
        if not found.text.startswith("//"):
            yield found


def _rust_files(project: Project, folder: str) -> Iterator[str]:
    tree = project.sources.tree
    for name in tree.files(folder):
        if name.endswith(".rs"):
            yield join(folder, name)
    for name in tree.folders(folder):
        inner = join(folder, name)
        if name not in _SKIPPED_FOLDERS and not name.startswith("."):
            yield from _rust_files(project, inner)
