"""Trees: where files come from. Paths are relative to the tree's root, with `/`; "" is the root itself."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from wasifix.errors import OutsideProject, UnreadableInput

SIZE_LIMIT = 32 * 2**20
"""Bytes. No configuration file is larger; a larger one is refused instead of read."""

_PLAIN = re.compile(r"[^/\\:.][^/\\:]*(?:/[^/\\:.][^/\\:]*)*")
"""A relative path without empty parts and without parts that begin with a dot."""


class Tree(Protocol):
    """A read-only view of a project's files."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes; None where there is no such file. Raises UnreadableInput."""

    def folders(self, path: str) -> tuple[str, ...]:
        """The names of the folders in a folder, sorted; empty where there is no such folder."""

    def files(self, path: str) -> tuple[str, ...]:
        """The names of the files in a folder, sorted; empty where there is no such folder."""


def join(folder: str, name: str) -> str:
    """`folder/name` with `.` and `..` taken out. Raises OutsideProject where it leaves the tree."""
    if _PLAIN.fullmatch(name):  # most names, and thousands of them in a large workspace
        return f"{folder}/{name}" if folder else name
    if is_absolute(name):
        raise OutsideProject(
            f"`{name}` is an absolute path", advice="wasifix reads and writes inside it only"
        )
    parts: list[str] = [part for part in folder.split("/") if part]
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                raise OutsideProject(
                    f"`{name}` leads out of the project", advice="wasifix reads and writes inside it only"
                )
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def is_absolute(name: str) -> bool:
    """Whether the path starts at a root, of Unix or of a Windows drive."""
    return re.match(r"(?:[A-Za-z]:)?[/\\]", name) is not None


def parent(path: str) -> str:
    """The folder that holds the path."""
    return path.rpartition("/")[0]


def upward(folder: str) -> tuple[str, ...]:
    """The folder and those above it, nearest first, up to the tree's root."""
    found = [folder]
    while found[-1]:
        found.append(parent(found[-1]))
    return tuple(found)


class DiskTree(Struct, frozen=True, dict=True):
    """Files below a folder. Links that lead out of it are refused, not followed."""

    root: Path

    def read(self, path: str) -> bytes | None:
        place = self._place(path)
        try:
            status = os.lstat(place)
            if stat.S_ISLNK(status.st_mode):
                status = os.stat(place)
                self._guard(path)
            else:
                self._guard(parent(path))
            if stat.S_ISDIR(status.st_mode):
                return None
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableInput("not a regular file", path=path)
            if status.st_size > SIZE_LIMIT:
                raise UnreadableInput(f"larger than {SIZE_LIMIT // 2**20} MiB", path=path)
            with open(place, "rb", buffering=0) as file:
                return file.read()
        except FileNotFoundError:
            if os.path.islink(place):
                raise UnreadableInput("a link to a file that does not exist", path=path) from None
            return None
        except (NotADirectoryError, ValueError):  # ValueError: a name with a NUL, which no file has
            return None
        except OSError as error:
            raise UnreadableInput(
                f"cannot be read ({os.strerror(error.errno or errno.EIO)})", path=path
            ) from error

    def folders(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(entry.name for entry in self._entries(path) if _is(entry.is_dir)))

    def files(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(entry.name for entry in self._entries(path) if _is(entry.is_file)))

    def real(self, path: str) -> str:
        """The path without links, relative to the root, spelled as the disk has it. Raises OutsideProject.

        A disk that knows no case has `cargo.toml` under the name `Cargo.toml` too; git does not.
        """
        self._guard(path)
        folder, names = self._real_root, (self.root / path).resolve().relative_to(self._real_root).parts
        for name in names:
            folder /= _spelled(folder, name)
        return folder.relative_to(self._real_root).as_posix()

    def is_executable(self, path: str) -> bool:
        """Whether its owner may run the file, which is what git notes of a mode."""
        place = self.root / path
        return place.is_file() and bool(place.stat().st_mode & stat.S_IXUSR)

    def _entries(self, path: str) -> list[os.DirEntry[str]]:
        place = self._place(path)
        try:
            os.stat(place)
            self._guard(path)
            with os.scandir(place) as found:
                return list(found)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return []
        except OSError as error:
            raise UnreadableInput(
                f"cannot be listed ({os.strerror(error.errno or errno.EIO)})", path=path
            ) from error

    def _place(self, path: str) -> str:
        """The path for the system. A text, because a workspace has thousands of files."""
        return f"{self._root}/{path}" if path else self._root

    @cached_property
    def _root(self) -> str:
        return str(self.root)

    @cached_property
    def _real_root(self) -> Path:
        return self.root.resolve()

    @cached_property
    def _inside(self) -> set[str]:
        """What is known to lie inside: a workspace has thousands of files in few folders."""
        return {""}

    def _guard(self, path: str) -> None:
        if path in self._inside:
            return
        place = self._place(path)
        if not os.path.islink(place):
            self._guard(parent(path))
        elif not Path(place).resolve().is_relative_to(self._real_root):
            raise OutsideProject(
                "a link that leads out of the project",
                path=path,
                advice="replace the link with a file, or run wasifix where the file really lies",
            )
        self._inside.add(path)


def _spelled(folder: Path, name: str) -> str:
    """The name under which the folder lists what it has under this one; the name itself for nothing."""
    try:
        names = os.listdir(folder)
        if name in names:
            return name
        alike = (each for each in names if each.casefold() == name.casefold())
        return next((each for each in alike if (folder / each).samefile(folder / name)), name)
    except OSError:
        return name


def _is(question: Callable[[], bool]) -> bool:
    """False for a link that leads round in a circle, where the system has no answer."""
    try:
        return question()
    except OSError:
        return False


class MemoryTree(Struct, frozen=True):
    """Files from a mapping, over another tree if there is one. None in the mapping hides a file."""

    contents: Mapping[str, bytes | None]
    below: Tree | None = field(default=None)

    def read(self, path: str) -> bytes | None:
        if path in self.contents:
            return self.contents[path]
        return self.below.read(path) if self.below else None

    def folders(self, path: str) -> tuple[str, ...]:
        prefix = f"{path}/" if path else ""
        own = {
            name[len(prefix) :].partition("/")[0]
            for name, data in self.contents.items()
            if data is not None and name.startswith(prefix) and "/" in name[len(prefix) :]
        }
        return tuple(sorted(own.union(self.below.folders(path) if self.below else ())))

    def files(self, path: str) -> tuple[str, ...]:
        prefix = f"{path}/" if path else ""
        own = {
            name[len(prefix) :]: data is not None
            for name, data in self.contents.items()
            if name.startswith(prefix) and "/" not in name[len(prefix) :]
        }
        below = [name for name in (self.below.files(path) if self.below else ()) if own.get(name, True)]
        return tuple(sorted({*(name for name, there in own.items() if there), *below}))
