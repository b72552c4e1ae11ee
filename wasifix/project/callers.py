"""All that calls Cargo in a project: its workflows, and what people run by hand."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.project.leads import LEADS_ON
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.project.workflows import workflow_calls
from wasifix.tree import join

_ROOT_FILES = (
    "package.json", "GNUmakefile", "makefile", "Makefile", "justfile", "Justfile", ".justfile", "Dockerfile",
    "mise.toml", ".mise.toml", ".gitlab-ci.yml",
)  # fmt: skip
_SCRIPT_FOLDERS = ("", "scripts", "script", "ci", ".ci", "tools", "bin", "build", ".github/scripts")


def all_calls(sources: Sources, is_wasm: bool) -> Iterator[CargoCall]:
    """The Cargo commands of the project that link. `is_wasm` tells that its configuration names the target.

    Raises UnreadableInput.
    """
    always = is_wasm or any(b"wasm32" in (sources.read(path) or b"") for path in build_files(sources))
    yield from workflow_calls(sources, always=always)


def build_files(sources: Sources) -> Iterator[str]:
    """The files in the usual places that hold commands and may lead to Cargo."""
    top = sources.tree.files("")
    yield from (name for name in _ROOT_FILES if name in top)
    for folder in _SCRIPT_FOLDERS:
        for name in top if not folder else sources.tree.files(folder):
            path = join(folder, name)
            if name.endswith((".sh", ".bash")) and LEADS_ON.search(sources.read(path) or b""):
                yield path
