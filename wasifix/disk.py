"""Writes all files or none, each in one step."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from wasifix.errors import OutsideProject, RefusedWrite, lacks_room
from wasifix.journal import Entry, Journal, digest, flush, keeping, place_of
from wasifix.proposals import FileChange
from wasifix.tree import DiskTree


class _Step(Struct, frozen=True, kw_only=True):
    """A change with the file's real place, its mode, and where its new contents wait beside it, if any."""

    change: FileChange
    place: Path
    mode: int
    temporary: Path | None


def write_all(tree: DiskTree, changes: Sequence[FileChange]) -> None:
    """Makes the changes below the tree's root. Raises RefusedWrite; then every file is as it was.

    All new contents are on disk under other names before the first file is replaced, so what can fail late is
    only a rename; after such a failure the files replaced so far are put back. What a killed run leaves, the
    next one ends: see `journal`.
    """
    if not changes:
        return
    steps = [_step(tree, change) for change in changes]
    folders = _missing_folders(steps)
    with _refusing(str(place_of(tree.root))), keeping(tree.root, *_noted(tree, steps, folders)) as journal:
        _make(steps, folders, journal)
    for folder in {step.place.parent for step in steps}:
        flush(folder)


def write_file(file: Path, data: bytes) -> None:
    """Writes a file of any place; where it is a plain one, in one step. Raises OSError; then it is as it was.

    What is something else (a pipe, a terminal), or lies in a folder that takes no new file, is written to.
    """
    place = file.resolve()
    is_there = place.exists()
    can_be_replaced = os.access(place.parent, os.W_OK) and (not is_there or os.access(place, os.W_OK))
    if not can_be_replaced or (is_there and not place.is_file()):
        file.write_bytes(data)
        return
    spare = place.with_name(f".{place.name}.{secrets.token_hex(4)}.wasifix")
    try:
        spare.write_bytes(data)
        spare.chmod(stat.S_IMODE(place.stat().st_mode) if is_there else _usual_mode())
        spare.replace(place)
    finally:
        spare.unlink(missing_ok=True)


def _make(steps: Sequence[_Step], folders: Sequence[Path], journal: Journal) -> None:
    """Writes all, then replaces all. Whatever fails, all is put back."""
    replaced: list[_Step] = []
    try:
        for folder in folders:
            with _refusing(folder.name):
                folder.mkdir()
        for step in steps:
            with _refusing(step.change.path):
                _write(step)
        journal.decide()
        for step in steps:
            with _refusing(step.change.path):
                replaced.append(step)
                _replace(step)
    except BaseException:
        for step in replaced:
            _put_back(step)
        _discard(steps, folders)
        raise


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    """Turns a failure of the system into RefusedWrite for the file."""
    try:
        yield
    except OSError as error:
        remedy = "make room on that disk" if lacks_room(error) else "make the file and its folder writable"
        raise RefusedWrite(
            f"cannot be written ({error.strerror})",
            path=path,
            advice=f"nothing was changed: {remedy} and run wasifix again",
        ) from error


def _checked(tree: DiskTree, change: FileChange) -> Path:
    """Where the file really lies; that must be inside the tree, and hold what the change expects."""
    place = (tree.root / change.path).resolve()
    if not place.is_relative_to(tree.root.resolve()):
        raise OutsideProject("a link that leads out of the project", path=change.path)
    if place.is_dir():
        raise RefusedWrite("is a folder, where a file should be", path=change.path)
    if tree.read(change.path) != change.old:
        raise RefusedWrite(
            "the file changed while wasifix was at work",
            path=change.path,
            advice="nothing was written: run wasifix again",
        )
    return place


def _step(tree: DiskTree, change: FileChange) -> _Step:
    place = _checked(tree, change)
    with _refusing(change.path):
        mode = _usual_mode()
        if change.old is not None:
            mode = stat.S_IMODE(place.stat().st_mode)
            if not (mode & 0o222 and os.access(place, os.W_OK)):
                raise PermissionError(errno.EACCES, "the file is read-only", str(place))
    name = f".{place.name}.{secrets.token_hex(4)}.wasifix"
    return _Step(
        change=change,
        place=place,
        mode=mode,
        temporary=place.with_name(name) if change.new is not None else None,
    )


def _noted(
    tree: DiskTree, steps: Sequence[_Step], folders: Sequence[Path]
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """What the journal has to know."""
    root = tree.root.resolve()
    entries = (
        Entry(
            path=step.place.relative_to(root).as_posix(),
            temporary=step.temporary.name if step.temporary else "",
            old=digest(step.change.old),
            new=digest(step.change.new),
        )
        for step in steps
    )
    return tuple(entries), tuple(folder.relative_to(root).as_posix() for folder in folders)


def _write(step: _Step) -> None:
    """The new contents, complete and on disk, beside their place."""
    if step.temporary is None or step.change.new is None:
        return
    with step.temporary.open("xb") as file:
        file.write(step.change.new)
        file.flush()
        os.fsync(file.fileno())
    step.temporary.chmod(step.mode)


def _replace(step: _Step) -> None:
    if step.temporary is None:
        step.place.unlink()
    else:
        step.temporary.replace(step.place)


def _put_back(step: _Step) -> None:
    """The old contents: by a rename, and where that fails by writing into the file."""
    place, data = step.place, step.change.old
    if data is None:
        place.unlink(missing_ok=True)
        return
    if place.exists() and place.read_bytes() == data:
        return
    try:
        spare = place.with_name(f".{place.name}.{secrets.token_hex(4)}.wasifix")
        try:
            spare.write_bytes(data)
            spare.chmod(step.mode)
            spare.replace(place)
        finally:
            spare.unlink(missing_ok=True)
    except OSError:
        place.write_bytes(data)
        place.chmod(step.mode)


def _missing_folders(steps: Sequence[_Step]) -> tuple[Path, ...]:
    """The folders that have to be made, outermost first."""
    above = {folder for step in steps for folder in step.place.parents if not folder.exists()}
    return tuple(sorted(above, key=lambda folder: len(folder.parts)))


def _discard(steps: Sequence[_Step], folders: Sequence[Path]) -> None:
    for step in steps:
        if step.temporary is not None:
            with suppress(OSError):
                step.temporary.unlink(missing_ok=True)
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _usual_mode() -> int:
    """The mode of a new file under the user's umask."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
