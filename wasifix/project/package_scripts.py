"""The scripts of a package.json, as npm, pnpm, Yarn and Bun run them.

https://docs.npmjs.com/cli/commands/npm-run, https://pnpm.io/cli/run, https://yarnpkg.com/cli/run
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial

from wasifix.documents.yaml import YamlDocument, child, entries, items, scalar
from wasifix.documents.yaml_places import places
from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.model import Evidence
from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.globs import matching_folders
from wasifix.project.leads import Lead, nearest, path_in, rest_of
from wasifix.project.script import Script
from wasifix.project.sources import Sources
from wasifix.tree import join, parent

FILE = "package.json"
_LIFECYCLE = ("test", "t", "tst", "start", "stop", "restart")
_OWN = (
    "add", "audit", "ci", "cache", "config", "create", "dedupe", "dlx", "i", "info", "init", "install",
    "install-ci-test", "link", "list", "ls", "npm", "outdated", "pack", "pkg", "plugin", "publish", "rebuild",
    "remove", "set", "store", "uninstall", "up", "update", "version", "view", "why",
)  # fmt: skip
_FOLDERS = ("--prefix", "-C", "--dir", "--cwd")
_FILTERS = ("--filter", "-F", "--workspace", "-w")
_RUN = ("run", "run-script", "rum", "urn")


def package_leads(reading: Reading, manager: str) -> Iterator[Lead]:
    """The script that is run, in each package that is meant; else the program that is."""
    words, sources = reading.words, reading.leg.sources
    if sources is None:
        return
    first, folder, filters = _options(reading)
    if first < len(words) and words[first] == "workspace" and first + 1 < len(words):
        filters, first = [*filters, words[first + 1] or ""], first + 2
    elif words[first : first + 2] == ("workspaces", "foreach"):
        return
    is_run = first < len(words) and words[first] in _RUN
    first += 1 if is_run else 0
    while is_run and first < len(words) and (words[first] or "").startswith("-"):
        first += 1
    name = words[first] if first < len(words) else None
    if name is None or folder is None:
        return
    if not is_run and name in ("exec", "x"):
        yield from rest_of(reading, first + 1, folder)
        return
    if not is_run and (name in _OWN or (manager == "npm" and name not in _LIFECYCLE)):
        return
    name = "test" if name in ("t", "tst") else name
    arguments = _arguments(reading, first + 1, manager)
    found = False
    for path in _packages(sources, folder, filters):
        for lead in script_leads(sources, path, name, arguments):
            found = True
            yield lead
    if not found and not is_run and not filters and manager != "npm":
        yield from rest_of(reading, first, folder)


def script_leads(sources: Sources, path: str, name: str, arguments: tuple[Known, ...] = ()) -> Iterator[Lead]:
    """A script with those that run before and after it."""
    document = sources.json(path)
    for each in (f"pre{name}", name, f"post{name}"):
        script = _script(document, each) if document else None
        if script is not None:
            script = script.followed_by(arguments) if each == name and arguments else script
            yield Lead(key=f"{path}#{each}", scripts=(script,), folder=parent(path))


def _script(document: YamlDocument, name: str) -> Script | None:
    """Its text has a place, but nothing can be written there: JSON has no comments."""
    key = id(document.root)
    if key not in document.remembered:  # each pnpm command of each leg asks for three
        document.remembered[key] = dict(entries(child(document.root, "scripts")))
    node = document.remembered[key].get(name)
    text = scalar(node)
    if node is None or text is None:
        return None
    return Script(
        path=document.path,
        source=document.text,
        route=None,
        text=text,
        places=partial(places, document, node),
        at=document.evidence(node),
    )


def _options(reading: Reading) -> tuple[int, str | None, list[str]]:
    """Where the manager's own options end, the folder that they name, and the packages."""
    words, folder = reading.words, reading.leg.folder
    inside: str | None = folder
    filters: list[str] = []
    first = 1
    while first < len(words) and (words[first] or "").startswith("-"):
        option, equals, value = (words[first] or "").partition("=")
        takes = option in (*_FOLDERS, *_FILTERS)
        if takes and not equals:
            first += 1
            value = (words[first] or "$") if first < len(words) else "$"
        if option in _FOLDERS:
            inside = path_in(folder, value)
        elif option in _FILTERS:
            filters.append(value)
        first += 1
    return first, inside, filters


def _arguments(reading: Reading, first: int, manager: str) -> tuple[Known, ...]:
    """npm hands on what follows `--`, the others everything."""
    words = reading.words[first:]
    if manager == "npm":
        return reading.rest(first + words.index("--") + 1) if "--" in words else ()
    return reading.rest(first + 1 if words[:1] == ("--",) and manager != "pnpm" else first)


def _packages(sources: Sources, folder: str, filters: list[str]) -> Iterator[str]:
    path = nearest(sources, folder, (FILE,))
    if path is None:
        return
    if not filters:
        yield path
        return
    wanted = [each.removeprefix("...").removesuffix("...").strip("^") for each in filters]
    patterns = tuple(each for each in wanted if each and not each.startswith("!"))
    key = ("packages", path, patterns)
    if key not in sources.remembered:
        sources.remembered[key] = tuple(_meant(sources, parent(path), patterns))
    yield from sources.remembered[key]


def _meant(sources: Sources, root: str, patterns: tuple[str, ...]) -> Iterator[str]:
    for each in _members(sources, root):
        if any(_is_meant(sources, each, root, pattern) for pattern in patterns):
            yield each


def _is_meant(sources: Sources, path: str, root: str, pattern: str) -> bool:
    if pattern.startswith(".") or "/" in pattern.lstrip("@").partition("/")[2]:
        return path_in(root, pattern.strip("{}")) == parent(path)
    match = re.search(rb'"name"\s*:\s*"([^"\\]*)"', sources.read(path) or b"")
    name = match[1].decode("utf-8", "replace") if match else ""
    return fnmatchcase(name, pattern) or parent(path) == path_in(root, pattern)


def _members(sources: Sources, root: str) -> Iterator[str]:
    """The package.json files of a workspace, its own first."""
    yield join(root, FILE)
    manifest = sources.json(join(root, FILE))
    listed = child(manifest.root, "workspaces") if manifest else None
    patterns = [scalar(each) or "" for each in items(listed) or items(child(listed, "packages"))]
    pnpm = sources.yaml(join(root, "pnpm-workspace.yaml"))
    patterns += [scalar(each) or "" for each in items(child(pnpm.root, "packages"))] if pnpm else []
    at = partial(Evidence, path=join(root, FILE))
    for pattern in patterns:
        if pattern.startswith("!"):
            continue
        try:
            folders = matching_folders(sources.tree, at, root, pattern.removeprefix("./").rstrip("/"))
        except (OutsideProject, UnreadableInput):
            continue
        for folder in folders:
            if "node_modules" not in folder and FILE in sources.files(folder):
                yield join(folder, FILE)
