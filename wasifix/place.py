"""Where the command runs: the project's tree on disk, the variables that count, and whether to use colour."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from wasifix.errors import NoProject, UnreadableInput
from wasifix.tree import DiskTree

if TYPE_CHECKING:
    from wasifix.model import Settings

_VARIABLES = ("RUSTFLAGS", "RUSTC_BOOTSTRAP", "RUSTUP_TOOLCHAIN")
_PREFIXES = ("CARGO_BUILD_", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_", "CARGO_TARGET_")


class Place(Struct, frozen=True, kw_only=True):
    """A folder in a tree.

    `base` leads from the current folder to the tree's root; `inside` from the root to the current folder,
    None where that is not in the tree.
    """

    tree: DiskTree
    start: str
    base: str
    inside: str | None
    name: str


def locate(path: Path) -> Place:
    """The tree that the folder belongs to. Raises NoProject, UnreadableInput.

    Its root is the repository's top folder; without a repository, the topmost folder above with a Cargo.toml.
    Nothing above the root is read.
    """
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise NoProject(
            "there is no such folder", path=str(path), advice="name a folder of the project, or none for here"
        )
    try:
        folder = folder.resolve(strict=True)
    except OSError as error:
        raise UnreadableInput(f"cannot be read ({error.strerror})", path=str(path)) from error
    root = _root(folder)
    start = folder.relative_to(root).as_posix()
    here = Path.cwd().resolve()
    base = Path(os.path.relpath(root, here)).as_posix()
    return Place(
        tree=DiskTree(root),
        start="" if start == "." else start,
        base="" if base == "." else base,
        inside=here.relative_to(root).as_posix() if here.is_relative_to(root) else None,
        name=str(path) if str(path) != "." else folder.name,
    )


def environment() -> dict[str, str]:
    """The variables that change what Cargo and rustup do.

    Below `cargo wasifix`, rustup has set RUSTUP_TOOLCHAIN for Cargo's own process: that is no choice of the
    user's, so it does not count. https://rust-lang.github.io/rustup/overrides.html
    """
    found = {
        name: value for name, value in os.environ.items() if name in _VARIABLES or name.startswith(_PREFIXES)
    }
    if "CARGO" in os.environ:
        found.pop("RUSTUP_TOOLCHAIN", None)
    return found


def link_base() -> str:
    """What a path is put behind to link to it, in a workflow of GitHub: `https://github.com/o/r/blob/SHA/`.

    Elsewhere empty, so that links are relative.
    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    parts = [os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA")]
    if not all(re.fullmatch(r"[A-Za-z0-9:/._-]+", part) for part in parts):
        return ""
    server, repository, revision = parts
    return f"{server}/{repository}/blob/{revision}/"


def settings_file(file: Path, where: Place) -> Settings:
    """The settings of a file of the user's. Raises InvalidSetting, UnreadableInput."""
    from wasifix.settings import file_settings

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"cannot be read ({error.strerror})", path=str(file)) from error
    real, root = file.resolve(), where.tree.root.resolve()
    if real.is_relative_to(root):
        return file_settings(real.relative_to(root).as_posix(), data)
    return file_settings("", data, shown=str(file))


def use_colour(wish: str, is_terminal: bool) -> bool:
    """The option first, then NO_COLOR, then FORCE_COLOR, then whether a terminal is there.

    https://no-color.org, https://force-color.org
    """
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (is_terminal and os.environ.get("TERM") != "dumb")


def _root(folder: Path) -> Path:
    above = (folder, *folder.parents)
    for each in above:
        if (each / ".git").exists():
            return each
    with_manifest = [each for each in above if (each / "Cargo.toml").is_file()]
    return with_manifest[-1] if with_manifest else folder
