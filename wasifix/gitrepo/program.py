"""Runs git, and nothing else: no program that a repository's configuration names gets started.

GitPython is used for its command runner alone. Its own reading of indexes and commits knows less than git
(index version 4, split index, SHA-256, no commit yet), so git itself is always asked.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct, field

from wasifix.errors import GitFailed, NoRepository

if TYPE_CHECKING:
    from git.cmd import Git

NOTHING: Mapping[str, str] = {}
_KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_CEILING_", "GIT_EXEC_PATH", "GIT_PYTHON_")
"""Variables that say who the user is and what they have configured.

The others would lead git to another repository: a hook gets those of the one that it runs for.
https://git-scm.com/docs/githooks#_description
"""
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what is missing, with programs of its choice
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",  # a question must not rewrite the index
    "GIT_TERMINAL_PROMPT": "0",
}
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.safecrlf=false",
    "i18n.commitEncoding=UTF-8",
)


class Repository(Struct, frozen=True, kw_only=True):
    """A work tree and its repository, as git sees them."""

    top: Path
    git_dir: Path
    common_dir: Path
    objects: Path
    object_format: str
    settings: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str, data: bytes | None = None, variables: Mapping[str, str] = NOTHING
    ) -> bytes:
        """What `git ARGUMENTS` prints, run in the top folder. Raises GitFailed."""
        given = {**self.variables, **variables}
        return execute(self.top, *configured(self.settings), *arguments, data=data, variables=given)

    def asked(self, *arguments: str) -> str | None:
        """The one line that git answers; None where it fails, which is how it says no."""
        try:
            return os.fsdecode(self.run(*arguments)).removesuffix("\n")
        except GitFailed:
            return None

    @contextmanager
    def conversation(self, *arguments: str) -> Iterator[Git.AutoInterrupt]:
        """A git process to write to and to read from; it ends with the block."""
        with _clean_environment():
            process = _git(self.top).execute(
                ["git", *configured(self.settings), *arguments],
                istream=-1,  # subprocess.PIPE
                as_process=True,
                env={**_SAFE, **self.variables},
            )
        try:
            yield process
        finally:
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()
            if process.proc is not None:
                process.proc.wait()


def open_repository(root: Path) -> Repository:
    """The repository whose work tree has its top at `root`. Raises NoRepository."""
    try:
        answer = execute(
            root,
            "rev-parse",
            "--path-format=absolute",
            "--show-toplevel",
            "--absolute-git-dir",
            "--git-common-dir",
            "--git-path",
            "objects",
            "--show-object-format",
        )
        settings = _without_filters(root)
    except GitFailed as error:
        raise NoRepository(f"git cannot read this repository: {error.message}", path=str(root)) from None
    lines = os.fsdecode(answer).splitlines()
    top = Path(lines[0])
    if len(lines) != 5 or top.resolve() != root.resolve():
        raise NoRepository(f"this is not the top of a repository, which is {top}", path=str(root))
    git_dir = Path(lines[1])
    return Repository(
        top=root,
        git_dir=git_dir,
        common_dir=Path(lines[2]),
        objects=Path(lines[3]),
        object_format=lines[4],
        settings=settings,
        variables=_index_of_hook(root, git_dir),
    )


def execute(
    folder: Path, *arguments: str, data: bytes | None = None, variables: Mapping[str, str] = NOTHING
) -> bytes:
    """What `git ARGUMENTS` prints. Raises GitFailed with what it said, NoRepository without git."""
    with _held(data) as given, _clean_environment():
        status, output, said = _git(folder).execute(
            ["git", *arguments],
            istream=given,
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
            env={**_SAFE, **variables},
        )
    if status:
        first = str(said).strip().splitlines() or [f"git {arguments[-1]} ended with {status}"]
        raise GitFailed(first[0].removeprefix("fatal: ").removeprefix("error: "))
    return output


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone after the block. Raises GitFailed where no temporary file can be written."""
    try:
        with tempfile.TemporaryDirectory(prefix="wasifix-") as folder:
            yield Path(folder)
    except OSError as error:
        raise _no_temporary_file(error) from error


@contextmanager
def _held(data: bytes | None) -> Iterator[BinaryIO | None]:
    """A file to read the data from; None for no data. Raises GitFailed."""
    if data is None:
        yield None
        return
    try:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            yield file
    except OSError as error:
        raise _no_temporary_file(error) from error


def _no_temporary_file(error: OSError) -> GitFailed:
    return GitFailed(
        f"no temporary file can be written ({error.strerror})",
        advice="make room there, or set TMPDIR to another folder",
    )


def configured(settings: tuple[str, ...]) -> tuple[str, ...]:
    """Options before the command: `git -c SETTING ...`, with paths taken as they are."""
    return ("--no-pager", "--literal-pathspecs", *(word for each in settings for word in ("-c", each)))


def _git(folder: Path) -> Git:
    if shutil.which("git") is None:  # GitPython cannot even be imported then
        raise NoRepository("git is not installed, so nobody can see what is in a commit and what is not")
    from git.cmd import Git

    return Git(folder)


def _without_filters(root: Path) -> tuple[str, ...]:
    """Settings that keep git from running any program: the fixed ones, and one for each configured filter.

    An empty command is no command. https://git-scm.com/docs/gitattributes#_filter
    """
    try:
        names = execute(root, *configured(()), "config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    except GitFailed:  # there are none
        return _SETTINGS
    filters = {os.fsdecode(name).rpartition(".")[0] for name in names.split(b"\0") if name}
    if strange := [each for each in sorted(filters) if "=" in each]:
        raise NoRepository(f"the filter `{strange[0]}` cannot be switched off", path=str(root))
    off = [f"{each}.{key}=" for each in sorted(filters) for key in ("clean", "smudge", "process")]
    return (*_SETTINGS, *off, *(f"{each}.required=false" for each in sorted(filters)))


def _index_of_hook(top: Path, git_dir: Path) -> dict[str, str]:
    """The index of the commit in the making, if a hook of this very repository runs wasifix."""
    named = os.environ.get("GIT_INDEX_FILE")
    for folder in (Path(), top) if named else ():
        index = (folder / str(named)).resolve()
        if index.is_file() and index.is_relative_to(git_dir.resolve()):
            return {"GIT_INDEX_FILE": str(index)}
    return {}


@contextmanager
def _clean_environment() -> Iterator[None]:
    """This process without the GIT_* variables that are not kept: GitPython hands all of them on."""
    names = [name for name in os.environ if name.startswith("GIT_") and not name.startswith(_KEPT)]
    taken = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(taken)
