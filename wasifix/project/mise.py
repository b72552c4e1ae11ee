"""The Rust that mise or asdf choose, and the tasks of mise.

mise sets RUSTUP_TOOLCHAIN, so that it wins over a rust-toolchain file: https://mise.jdx.dev/lang/rust.html.
asdf's Rust has nothing to do with rustup, so that the file does not count either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wasifix.changes import KeyPath, Origin
from wasifix.documents.places import evidence_at
from wasifix.documents.toml import TomlDocument
from wasifix.errors import UnreadableInput
from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.file_names import MISE, TOOL_VERSIONS
from wasifix.project.leads import Lead, rest_of
from wasifix.project.script import Script, nowhere
from wasifix.project.sources import Sources
from wasifix.tree import join, upward

VARIABLE = "RUSTUP_TOOLCHAIN"


def chosen_by_mise(sources: Sources, folder: str) -> dict[str, Known]:
    """The variables that mise sets in a folder, as far as its files tell. Raises UnreadableInput."""
    found: dict[str, Known] = {}
    for place in upward(folder):
        for document in _documents(sources, place):
            for name, value in document.table("env").items():
                if isinstance(value, str) and "{{" not in value:
                    found.setdefault(name, _known(document, ("env", name), value))
            if (known := _tool(document)) is not None:
                found.setdefault(VARIABLE, known)
        if (known := _of_versions(sources, join(place, TOOL_VERSIONS))) is not None:
            found.setdefault(VARIABLE, known)
    return found


def chosen_by_asdf(sources: Sources, folder: str) -> Known | None:
    """The Rust of the nearest .tool-versions that names one."""
    found = (_of_versions(sources, join(place, TOOL_VERSIONS)) for place in upward(folder))
    return next((known for known in found if known is not None), None)


def mise_leads(reading: Reading) -> Iterator[Lead]:
    """`mise exec [TOOL@VERSION]... -- COMMAND` and `mise run TASK`."""
    words, leg = reading.words, reading.leg
    if leg.sources is None or len(words) < 2:
        return
    variables = chosen_by_mise(leg.sources, leg.folder)
    if words[1] in ("exec", "x") and "--" in words:
        for index in range(2, words.index("--")):
            if (words[index] or "").startswith("rust@"):
                variables[VARIABLE] = reading.of(index, len("rust@"))
        for lead in rest_of(reading, words.index("--") + 1):
            yield Lead(
                key="", scripts=lead.scripts, folder=lead.folder, shell=lead.shell, environment=variables
            )
    elif words[1] in ("run", "r", "task") and len(words) > 2:
        name = next((word for word in words[2:] if word and not word.startswith("-")), "")
        yield from _tasks(leg.sources, leg.folder, name, variables, set())


def task_leads(sources: Sources, path: str) -> Iterator[Lead]:
    """Each task of a file, as somebody runs it at the top. Raises UnreadableInput."""
    document = sources.toml(path)
    variables = chosen_by_mise(sources, "")
    for name in document.table("tasks") if document else ():
        for lead in _tasks(sources, "", name, variables, set()):
            if lead.key == f"{path}#{name}":
                yield lead


def _tasks(
    sources: Sources, folder: str, name: str, variables: dict[str, Known], done: set[str]
) -> Iterator[Lead]:
    for place in upward(folder):
        for document in _documents(sources, place):
            task = document.table("tasks").get(name)
            if task is None or name in done:
                continue
            done.add(name)
            settings: dict[str, Any] = task if isinstance(task, dict) else {}
            needs = settings.get("depends", [])
            for each in needs if isinstance(needs, list) else [needs]:
                yield from _tasks(sources, folder, str(each), variables, done)
            route: KeyPath = ("tasks", name, "run") if isinstance(task, dict) else ("tasks", name)
            folder_of_task = place if not isinstance(settings.get("dir"), str) else folder
            yield Lead(
                key=f"{document.path}#{name}",
                scripts=tuple(_scripts(document, route)),
                folder=folder_of_task,
                environment=variables,
                each_alone=True,
            )


def _scripts(document: TomlDocument, route: KeyPath) -> Iterator[Script]:
    """A command, or a list of them."""
    run = document.get(*route)
    routes = [(*route, index) for index in range(len(run))] if isinstance(run, list) else [route]
    for each in routes:
        text, at = document.get(*each), document.evidence(each)
        if isinstance(text, str):
            yield Script(path=document.path, source="", route=None, text=text, places=nowhere, at=at)


def _documents(sources: Sources, folder: str) -> Iterator[TomlDocument]:
    for name in MISE:
        document = sources.toml(join(folder, name))
        if document is not None:
            yield document


def _tool(document: TomlDocument) -> Known | None:
    """`rust = "1.91"`, a table with `version`, or a list whose first counts."""
    tools = document.table("tools")
    name = next((each for each in ("rust", "core:rust") if each in tools), None)
    if name is None:
        return None
    value, path = tools[name], ("tools", name)
    route: KeyPath = path
    if isinstance(value, list) and value:
        value, route = value[0], (*route, 0)
    if isinstance(value, dict):
        value, route = value.get("version"), (*route, "version")
    return _known(document, route, value) if isinstance(value, str) else None


def _known(document: TomlDocument, route: KeyPath, value: str) -> Known:
    text = _resolved(value) if route[:1] == ("tools",) else value
    return Known(text, (document.evidence(route),), origin=Origin(path=document.path, route=route))


def _of_versions(sources: Sources, path: str) -> Known | None:
    try:
        text = sources.text(path) or ""
    except UnreadableInput:
        return None
    match = re.search(r"^rust[ \t]+(\S+)", text, re.MULTILINE)
    if match is None:
        return None
    at = evidence_at(path, text, match.start(1))
    return Known(_resolved(match[1]), (at,), origin=Origin(path=path, part=match.span(1)))


def _resolved(version: str) -> str | None:
    """`latest` is the newest stable; paths and the system's own are not known."""
    if version in ("latest", "stable"):
        return "stable"
    return version if re.fullmatch(r"[\w.-]+", version) and version != "system" else None
