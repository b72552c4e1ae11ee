"""The workspace root and its members, found as Cargo finds them.

Rules: https://doc.rust-lang.org/cargo/reference/workspaces.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from wasifix.documents.toml import TomlDocument
from wasifix.errors import NoProject, OutsideProject, UnreadableInput
from wasifix.model import Fact
from wasifix.project.globs import At, inside, matching_folders
from wasifix.project.sources import Sources
from wasifix.rust import Release
from wasifix.tree import join, parent, upward

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")


class Manifest(Struct, frozen=True, kw_only=True, dict=True):
    """A Cargo.toml."""

    document: TomlDocument

    @property
    def path(self) -> str:
        return self.document.path

    @cached_property
    def folder(self) -> str:
        return parent(self.path)

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The folders that `workspace.exclude` names."""
        return self._named("exclude")

    @cached_property
    def listed(self) -> frozenset[str]:
        """The folders that `workspace.members` names, its patterns taken literally."""
        return self._named("members")

    @cached_property
    def inherited(self) -> dict[str, Any]:
        """The paths of the dependencies that members may inherit, by name."""
        declared = self.document.table("workspace", "dependencies").items()
        return {name: value.get("path") for name, value in declared if isinstance(value, dict)}

    def _named(self, key: str) -> frozenset[str]:
        found: set[str] = set()
        listed = self.document.table("workspace").get(key)
        for each in listed if isinstance(listed, list) else []:
            with suppress(OutsideProject):
                found.add(join(self.folder, str(each)))
        return frozenset(found)

    @property
    def is_package(self) -> bool:
        return "package" in self.document.values or "project" in self.document.values

    @property
    def name(self) -> str:
        """The package's name, or the path of a manifest that has none."""
        name = self.document.get("package", "name")
        return name if isinstance(name, str) else self.path

    @property
    def rust_version_floor(self) -> Release | None:
        """The package's own `rust-version`, where it is written there and well-formed."""
        declared = self.document.get("package", "rust-version")
        try:
            return Release.parse(declared) if isinstance(declared, str) else None
        except ValueError:
            return None

    def dependencies(self, kinds: tuple[str, ...] = DEPENDENCY_TABLES) -> Iterator[tuple[str, Any, KeyPath]]:
        """Name, value and place of each dependency, those below `[target.*]` too."""
        places: list[KeyPath] = [(kind,) for kind in kinds]
        places += [("target", key, kind) for key in self.document.table("target") for kind in kinds]
        for place in places:
            table = self.document.get(*place)
            if isinstance(table, dict):
                for name, value in table.items():
                    yield name, value, (*place, name)


class Workspace(Struct, frozen=True, kw_only=True):
    """The root manifest and all packages, the root package first if there is one."""

    root: Manifest
    packages: tuple[Manifest, ...]

    @property
    def folder(self) -> str:
        return self.root.folder

    def rust_version(self, package: Manifest) -> Fact[str]:
        """The package's `rust-version`, inherited from the workspace where it says so."""
        declared = package.document.get("package", "rust-version")
        path: KeyPath = ("package", "rust-version")
        document = package.document
        if isinstance(declared, dict):
            path, document = ("workspace", "package", "rust-version"), self.root.document
            declared = document.get(*path)
        if not isinstance(declared, str):
            return Fact(value=None, reason="no rust-version")
        return Fact(value=declared, evidence=(document.evidence(path),))


def find_workspace(sources: Sources, start: str) -> Workspace:
    """The workspace that the folder belongs to.

    Raises NoProject, or UnreadableInput where a manifest is missing, broken or left out of its workspace.
    """
    nearest = _nearest_manifest(sources, start)
    root = _root_of(sources, nearest)
    packages = _packages(sources, root)
    if nearest.path not in [package.path for package in packages] and nearest.path != root.path:
        raise UnreadableInput(
            f"this package lies in the workspace of {root.path} but is no member of it",
            path=nearest.path,
            advice="Cargo refuses it too: list it in `workspace.members` or `workspace.exclude`",
        )
    return Workspace(root=root, packages=packages)


def _nearest_manifest(sources: Sources, start: str) -> Manifest:
    for folder in upward(start):
        document = sources.toml(join(folder, "Cargo.toml"))
        if document is not None:
            return Manifest(document=document)
    nested = [join(join(start, name), "Cargo.toml") for name in sources.tree.folders(start)]
    there = [path for path in nested if sources.tree.read(path) is not None]
    advice = "name the folder of a Rust project: wasifix check PATH"
    if there:
        advice = f"there is one in {parent(there[0])}: name that folder"
    raise NoProject("no Cargo.toml in this folder or above it", path=start, advice=advice)


def _root_of(sources: Sources, manifest: Manifest) -> Manifest:
    if "workspace" in manifest.document.values:
        return manifest
    pointed = _pointed_root(sources, manifest)
    if pointed is not None:
        return pointed
    for folder in upward(manifest.folder)[1:]:
        document = sources.toml(join(folder, "Cargo.toml"))
        if document is None:
            continue
        above = Manifest(document=document)
        if "workspace" in document.values:
            if not _is_excluded(above, manifest.folder):
                return above
        elif (pointed := _pointed_root(sources, above)) is not None:
            return pointed
    return manifest


def _pointed_root(sources: Sources, manifest: Manifest) -> Manifest | None:
    pointer = manifest.document.get("package", "workspace")
    if not isinstance(pointer, str):
        return None
    at = partial(manifest.document.evidence, ("package", "workspace"))
    path = join(inside(at, manifest.folder, pointer), "Cargo.toml")
    document = sources.toml(path)
    if document is None or "workspace" not in document.values:
        place = at()
        raise UnreadableInput(
            f"`workspace` leads to {path}, which is no workspace root",
            path=place.path,
            line=place.line,
            column=place.column,
        )
    return Manifest(document=document)


def _packages(sources: Sources, root: Manifest) -> tuple[Manifest, ...]:
    found: dict[str, Manifest] = {}
    if root.is_package:
        found[root.path] = root
    waiting = list(_listed_members(sources, root)) if "workspace" in root.document.values else []
    if "workspace" in root.document.values and root.is_package:
        waiting += _path_dependencies(sources, root, root)
    for folder, at in waiting:  # grows while it is walked
        path = join(folder, "Cargo.toml")
        if path in found or path == root.path:
            continue
        document = sources.toml(path)
        if document is None:
            if at is None:
                continue  # a folder that a glob or a dependency names; Cargo says more about those
            place = at()
            raise UnreadableInput(
                f"there is no {path}",
                path=place.path,
                line=place.line,
                column=place.column,
                advice="create it, or delete the entry",
            )
        found[path] = Manifest(document=document)
        waiting += _path_dependencies(sources, root, found[path])
    return tuple(found.values())


def _listed_members(sources: Sources, root: Manifest) -> Iterator[tuple[str, At | None]]:
    members = root.document.get("workspace", "members")
    for index, pattern in enumerate(members if isinstance(members, list) else []):
        if not isinstance(pattern, str):
            continue
        at = partial(root.document.evidence, ("workspace", "members", index))
        is_glob = any(sign in pattern for sign in "*?[")
        for folder in matching_folders(sources.tree, at, root.folder, pattern):
            if not is_glob or not _is_excluded(root, folder):
                yield folder, None if is_glob else at


def _path_dependencies(sources: Sources, root: Manifest, package: Manifest) -> list[tuple[str, At | None]]:
    """Path dependencies are members unlisted, if they lie below the root's folder or point to it."""
    found: list[tuple[str, At | None]] = []
    for name, value, _ in package.dependencies():
        if not isinstance(value, dict):
            continue
        inherits = value.get("workspace") is True
        declared = root.inherited.get(name) if inherits else value.get("path")
        if not isinstance(declared, str):
            continue
        try:
            folder = join(root.folder if inherits else package.folder, declared)
        except OutsideProject:
            continue
        if not _is_excluded(root, folder) and (
            folder == root.folder or _is_below(folder, root.folder) or _points_to(sources, root, folder)
        ):
            found.append((folder, None))
    return found


def _points_to(sources: Sources, root: Manifest, folder: str) -> bool:
    """Whether the package there belongs to the root. Where it belongs elsewhere, its faults are not ours."""
    document = sources.toml(join(folder, "Cargo.toml"))
    try:
        return document is not None and _root_of(sources, Manifest(document=document)).path == root.path
    except (OutsideProject, UnreadableInput):
        return False


def _is_excluded(root: Manifest, folder: str) -> bool:
    """Whether `exclude` names the folder or one above it; a member that is listed by name stays one."""
    if not root.excluded:  # nearly always
        return False
    above = upward(folder)
    return not root.excluded.isdisjoint(above) and root.listed.isdisjoint(above)


def _is_below(folder: str, above: str) -> bool:
    return not above or folder.startswith(above + "/")
