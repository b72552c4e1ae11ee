"""Finds built .wasm files, and lends their bytes without copying them."""

from __future__ import annotations

import mmap
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from wasifix.errors import NoProject, UnreadableInput
from wasifix.wasm_reader import Buffer

T = TypeVar("T")


def built_files(names: Iterable[str], target_folder: Callable[[], Path]) -> Iterator[Path]:
    """The files that are named: as a file, by a folder with them in it, or by the name of their crate.

    Crates are looked for in the target folder, which is only asked for then, or where no name is given. One
    file under two names, as Cargo leaves them, is shown once. Raises NoProject where there is none.
    """
    seen: set[tuple[int, int]] = set()
    for name in tuple(names) or ("",):
        found = sorted(_named(name, target_folder), key=lambda path: (len(path.parts), path))
        for path in found:
            status = path.stat()
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                yield path


def _named(name: str, target_folder: Callable[[], Path]) -> list[Path]:
    path = Path(name)
    if name and path.is_dir():
        found = _below(path)
    elif name and (path.exists() or path.suffix or len(path.parts) > 1):
        if not path.exists():
            raise NoProject(
                "there is no such file",
                path=name,
                advice="build it first; without a name `wasifix inspect` looks in the target folder",
            )
        found = [path]
    else:
        try:
            folder = target_folder()
        except NoProject:
            if not name:
                raise
            raise NoProject(
                "there is no such file, nor a project here that could have a crate of this name",
                path=name,
                advice="name the file, or run wasifix in the folder of the project",
            ) from None
        # Cargo writes `my_crate.wasm`, and below deps/ `my_crate-<hash>.wasm`.
        stem = re.compile(re.escape(name.replace("-", "_")) + "(-[0-9a-f]{16})?")
        found = [
            each
            for each in _below(folder)
            if not name or stem.fullmatch(each.stem.replace("-", "_", name.count("-")))
        ]
        if not found:
            what = f"no .wasm file of a crate `{name}`" if name else "no .wasm file"
            raise NoProject(
                f"{what} below {shown(folder)}", advice="build it first, or name the file or folder"
            )
    if not found:
        raise NoProject("no .wasm file in this folder", path=shown(path), advice="build it first")
    return found


def _below(folder: Path) -> list[Path]:
    """The .wasm files below a folder; links to folders are not followed."""

    def refused(error: OSError) -> None:
        raise UnreadableInput(f"cannot be listed ({error.strerror})", path=shown(Path(error.filename)))

    walk = os.walk(folder, onerror=refused if folder.is_dir() else None)
    found = (Path(place) / name for place, _, names in walk for name in names if name.endswith(".wasm"))
    return [path for path in found if path.is_file()]


def with_bytes(path: Path, use: Callable[[Buffer], T]) -> T:
    """Calls `use` with the file's bytes, of which only those are read that it looks at.

    Raises UnreadableInput.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would wait
            raise UnreadableInput("not a regular file", path=shown(path))
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:  # which cannot be mapped
                return use(b"")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
                return use(view)
    except FileNotFoundError:
        raise NoProject("there is no such file", path=shown(path)) from None
    except OSError as error:
        raise UnreadableInput(f"cannot be read ({error.strerror})", path=shown(path)) from None


def shown(path: Path) -> str:
    """The path as a user would write it: from the current folder, or from the root if that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive
        return path.as_posix()
    return Path(min(relative, str(path.absolute()), key=len)).as_posix()
