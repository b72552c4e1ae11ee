"""All that calls Cargo in a project: its workflows, and what people run by hand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.model import Evidence
from wasifix.project.file_names import (
    GITLAB,
    JUSTFILES,
    MAKEFILES,
    MISE,
    PACKAGE,
    has_machine_files,
    workflow_files,
)
from wasifix.project.sources import Sources
from wasifix.project.targets import Use
from wasifix.tree import join

if TYPE_CHECKING:
    from wasifix.project.expressions import Known
    from wasifix.project.scripts import CargoCall

LOOK_LIMIT = 2_000
"""How many files that workflows may lead to are looked for: a hostile one names a thousand in a thousand."""
_NAMES = (PACKAGE, *MAKEFILES, *JUSTFILES)
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
    always = bool(uses) or any(
        _names_wasm(sources, path)
        for path in itertools.chain(files, itertools.islice(_led_to(sources), LOOK_LIMIT))
    )
    of_ci = tuple(_ci_calls(sources, always))
    yield from of_ci
    if not always or not (files or has_machine_files(sources, start)):
        return
    from wasifix.project.own_builds import machine_calls, own_calls

    called = frozenset(key for call in of_ci for key in call.trail)
    environment = dict(_known(variables))
    yield from own_calls(sources, files, called, environment)
    yield from machine_calls(sources, start, uses, environment)


def _led_to(sources: Sources) -> Iterator[str]:
    """The files in any folder that the text of a workflow may lead to: scripts that it names, and recipes."""
    for path in (*workflow_files(sources), *((GITLAB,) if GITLAB in sources.files("") else ())):
        data = sources.read(path) or b""
        names = (*_NAMES, *(each.decode() for each in _SCRIPT.findall(data)))
        folders = ("", *(each.decode() for each in _FOLDER.findall(data)))
        for folder, name in itertools.product(dict.fromkeys(folders), dict.fromkeys(names)):
            with suppress(OutsideProject):
                yield join(join("", folder), name)


_SCRIPT = re.compile(rb"[\w./-]+\.(?:sh|bash)\b")
_FOLDER = re.compile(rb"(?:\bworking-directory:|\bcd|--prefix|--cwd| -C)[ =]+[\"']?([\w./-]+)")


def _names_wasm(sources: Sources, path: str) -> bool:
    try:
        return b"wasm32" in (sources.read(path) or b"")
    except (OutsideProject, UnreadableInput):
        return False


def _ci_calls(sources: Sources, always: bool) -> Iterator[CargoCall]:
    if workflow_files(sources):
        from wasifix.project.workflows import workflow_calls

        yield from workflow_calls(sources, always=always)
    if GITLAB in sources.files(""):
        from wasifix.project.gitlab import gitlab_calls

        yield from gitlab_calls(sources, always=always)


def _known(variables: Mapping[str, str]) -> Iterator[tuple[str, Known]]:
    from wasifix.project.expressions import Known

    for name, value in variables.items():
        if name.startswith(("RUST", "CARGO")):
            evidence = Evidence(path="", text=f"{name}={value}", note="environment variable")
            yield name, Known(value, (evidence,))


def build_files(sources: Sources, folders: tuple[str, ...]) -> Iterator[str]:
    """The files in the usual places that hold commands and may lead to Cargo."""
    for folder in _SCRIPT_FOLDERS:
        for name in sources.files(folder):
            known = name in _NAMES or name.endswith((".sh", ".bash")) or "dockerfile" in name.lower()
            if known and _CALLS_CARGO.search(sources.read(join(folder, name)) or b""):
                yield join(folder, name)
    yield from (path for path in MISE if _CALLS_CARGO.search(sources.read(path) or b""))
    for folder in folders:
        path = join(folder, PACKAGE)
        if folder not in _SCRIPT_FOLDERS and _CALLS_CARGO.search(sources.read(path) or b""):
            yield path


_CALLS_CARGO = re.compile(rb"cargo|cross|napi build|wasm32")
"""What a file must say to be looked into on its own account."""
