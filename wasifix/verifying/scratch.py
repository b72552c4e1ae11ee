"""A place for copies of a project, outside of it, that is gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from wasifix.host import Host

_ABOVE = (".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain")
"""Files of the folders above a project that Cargo and rustup heed."""


class Scratch:
    """A new folder, removed with everything in it when the `with` block ends, however it ends."""

    def __init__(self, host: Host, root: Path, keep: tuple[str, ...] = ()) -> None:
        """`keep` are files that count for the build even where git ignores them."""
        self.root = root.resolve()
        self.files = tuple(dict.fromkeys((*_files(host, self.root), *keep)))

    def __enter__(self) -> Scratch:
        self.folder = Path(tempfile.mkdtemp(prefix="wasifix-")).resolve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self, name: str) -> Path:
        """A copy of the project below the same folders, with the configuration files of those above it."""
        place = self.folder / name / self.root.relative_to(self.root.anchor)
        place.mkdir(parents=True)
        home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo").resolve()
        for above in self.root.parents:
            for each in _ABOVE:
                file = above / each
                if file.is_file() and file.parent.resolve() != home:
                    link = self.folder / name / file.relative_to(self.root.anchor)
                    link.parent.mkdir(exist_ok=True)
                    link.symlink_to(file)
        for each in self.files:
            self._copy(self.root / each, place / each)
        return place

    def target(self, name: str) -> Path:
        """Where Cargo puts what it has built in a trial."""
        return self.folder / f"{name}-target"

    def discard(self, name: str) -> None:
        """Removes a copy and what was built of it."""
        for each in (self.folder / name, self.target(name)):
            shutil.rmtree(each, ignore_errors=True)

    def _copy(self, source: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target = source.readlink()
            if target.is_absolute() and target.is_relative_to(self.root):  # it must not lead back
                target = Path(os.path.relpath(target, source.parent))
            place.symlink_to(target)
        elif source.is_dir():  # a submodule
            shutil.copytree(source, place, symlinks=True, ignore=shutil.ignore_patterns(".git", "target"))
        elif source.is_file():
            shutil.copy2(source, place)


def _files(host: Host, root: Path) -> tuple[str, ...]:
    """Tracked and untracked, not ignored files; without git all but those below target/."""
    git = host.find("git") if (root / ".git").exists() else None
    if git is not None:
        # No program of the repository's choice runs: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
        arguments = (
            "-c",
            "core.fsmonitor=false",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        )
        answer = host.ask(git, *arguments, folder=root, time_limit=60)
        if not answer.problem:
            return _without_caches(tuple(sorted(set(answer.stdout.split("\0")) - {""})))
    found: list[str] = []
    for place, folders, names in os.walk(root):
        here = Path(place)
        folders[:] = [name for name in folders if name not in (".git", "target")]
        links = [name for name in folders if (here / name).is_symlink()]
        found += [(here / name).relative_to(root).as_posix() for name in (*names, *links)]
    return _without_caches(tuple(sorted(found)))


def _without_caches(files: tuple[str, ...]) -> tuple[str, ...]:
    """Without what Cargo has built, wherever it is: it marks its folders so. https://bford.info/cachedir/"""
    caches = tuple(each.removesuffix("CACHEDIR.TAG") for each in files if each.endswith("/CACHEDIR.TAG"))
    return tuple(each for each in files if not each.startswith(caches)) if caches else files
