"""All that calls Cargo in a project: its workflows, and what people run by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wasifix.model import Evidence
from wasifix.project.expressions import Known
from wasifix.project.gitlab import gitlab_calls
from wasifix.project.just_recipes import FILES as JUSTFILES
from wasifix.project.make_recipes import FILES as MAKEFILES
from wasifix.project.own_builds import machine_calls, own_calls
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.project.targets import Use
from wasifix.project.workflows import workflow_calls
from wasifix.tree import join

_NAMES = ("package.json", *MAKEFILES, *JUSTFILES)
_SCRIPT_FOLDERS = ("", "scripts", "script", "ci", ".ci", "tools", "bin", "build", "docker", ".github/scripts")


def all_calls(
    sources: Sources,
    start: str,
    folders: tuple[str, ...],
    uses: tuple[Use, ...],
    variables: Mapping[str, str],
) -> Iterator[CargoCall]:
    """The Cargo commands of the project that link.

    `folders` are those of its packages, `uses` says for which targets it is configured, `variables` are those
    of the user's own environment. Raises UnreadableInput.
    """
    files = tuple(build_files(sources, folders))
    always = bool(uses) or any(b"wasm32" in (sources.read(path) or b"") for path in files)
    of_ci = (*workflow_calls(sources, always=always), *gitlab_calls(sources, always=always))
    yield from of_ci
    if not always:
        return
    called = frozenset(key for call in of_ci for key in call.trail)
    environment = {
        name: Known(value, (Evidence(path="", text=f"{name}={value}", note="environment variable"),))
        for name, value in variables.items()
        if name.startswith(("RUST", "CARGO"))
    }
    yield from own_calls(sources, files, called, environment)
    yield from machine_calls(sources, start, uses, environment)


def build_files(sources: Sources, folders: tuple[str, ...]) -> Iterator[str]:
    """The files in the usual places that hold commands and may lead to Cargo."""
    for folder in _SCRIPT_FOLDERS:
        for name in sources.files(folder):
            known = name in _NAMES or name.endswith((".sh", ".bash")) or "dockerfile" in name.lower()
            if known and _CALLS_CARGO.search(sources.read(join(folder, name)) or b""):
                yield join(folder, name)
    for folder in folders:
        path = join(folder, "package.json")
        if folder not in _SCRIPT_FOLDERS and _CALLS_CARGO.search(sources.read(path) or b""):
            yield path


_CALLS_CARGO = re.compile(rb"cargo|cross|napi build|wasm32")
"""What a file must say to be looked into on its own account."""
