"""A folder seen without regard to case, as disks of macOS and Windows are: `caseless.py FOLDER MOUNTPOINT`.

Needs fusepy and libfuse; only a test uses it, where the disk itself knows case.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fuse import FUSE, FuseOSError, Operations  # type: ignore[import-untyped,import-not-found,unused-ignore]

_STATUS = ("st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid")


class Caseless(Operations):  # type: ignore[misc]
    """Passes everything on to the folder, by the names that it really has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, operation: str, path: str, *values: Any) -> Any:
        try:
            return super().__call__(operation, path, *values)
        except OSError as error:
            raise FuseOSError(error.errno) from error

    def real(self, path: str) -> Path:
        place = self.folder
        for part in filter(None, path.split("/")):
            names = os.listdir(place) if place.is_dir() else []  # noqa: PTH208
            place /= next((name for name in names if name.casefold() == part.casefold()), part)
        return place

    def getattr(self, path: str, fh: int | None = None) -> dict[str, float]:
        status = self.real(path).lstat()
        return {name: getattr(status, name) for name in _STATUS}

    def readdir(self, path: str, fh: int) -> Sequence[str]:
        return (".", "..", *os.listdir(self.real(path)))  # noqa: PTH208

    def readlink(self, path: str) -> str:
        return str(self.real(path).readlink())

    def mkdir(self, path: str, mode: int) -> None:
        self.real(path).mkdir(mode)

    def rmdir(self, path: str) -> None:
        self.real(path).rmdir()

    def unlink(self, path: str) -> None:
        self.real(path).unlink()

    def link(self, target: str, source: str) -> None:
        self.real(target).hardlink_to(self.real(source))

    def rename(self, old: str, new: str) -> None:
        source, target = self.real(old), self.real(new)
        source.rename(target.with_name(Path(new).name) if source == target else target)

    def chmod(self, path: str, mode: int) -> None:
        self.real(path).chmod(mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.chown(self.real(path), uid, gid)

    def utimens(self, path: str, times: tuple[float, float] | None = None) -> None:
        os.utime(self.real(path), times)

    def open(self, path: str, flags: int) -> int:
        return os.open(self.real(path), flags)

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return os.open(self.real(path), os.O_RDWR | os.O_CREAT, mode)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> None:
        os.truncate(self.real(path), length)

    def release(self, path: str, fh: int) -> None:
        os.close(fh)


if __name__ == "__main__":
    # nothing is remembered: the system would keep what it knows under each spelling on its own
    forgetful = {"attr_timeout": 0, "entry_timeout": 0, "negative_timeout": 0}
    FUSE(Caseless(Path(sys.argv[1])), sys.argv[2], foreground=True, nothreads=True, **forgetful)
