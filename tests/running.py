"""Runs wasifix as its command line would, and makes the git repositories that it runs in."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from wasifix.cli import main

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
EXAMPLE_NAMES = sorted(each.parent.name for each in EXAMPLES.glob("*/Cargo.toml"))
FOREIGN = ("CARGO", "RUST", "GIT_", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
"""Variables of the developer's own shell that would change what wasifix, Cargo or git say."""
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run printed, and its exit code."""

    stdout: bytes
    stderr: bytes
    exit_code: int


def run(*arguments: str, folder: Path, variables: Mapping[str, str] = NOTHING) -> Result:
    """`wasifix ARGUMENTS` in the folder, in this process."""
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    code: object = 0
    with chdir(folder), _environment(variables), redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            main(list(arguments))
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return Result(stdout=_bytes(stdout), stderr=_bytes(stderr), exit_code=code)


def program(*words: str, folder: Path, variables: Mapping[str, str] = NOTHING) -> Result:
    """Any program in the folder; `wasifix` and its siblings are those of this Python."""
    done = subprocess.run(
        words, cwd=folder, env={**clean_environment(), **variables}, capture_output=True, check=False
    )
    return Result(stdout=done.stdout, stderr=done.stderr, exit_code=done.returncode)


def git(folder: Path, *arguments: str, data: bytes | None = None) -> bytes:
    """What `git ARGUMENTS` prints, with no configuration but the repository's own; it must succeed."""
    variables = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": "t@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    environment = {**clean_environment(), **variables}
    done = subprocess.run(
        ("git", *arguments), cwd=folder, env=environment, input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def repository(folder: Path) -> None:
    """Makes the folder a git repository with everything in it committed."""
    git(folder, "-c", "init.templateDir=", "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=all")


def copied_example(name: str, place: Path) -> Path:
    """A copy of an example at the place, as a repository of its own."""
    shutil.copytree(EXAMPLES / name, place, ignore=shutil.ignore_patterns("target", "Cargo.lock"))
    repository(place)
    return place


def snapshot(folder: Path) -> dict[str, bytes]:
    """Path and bytes of each file below the folder, but for git's own and what Cargo builds."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    found = {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}
    return {path: data for path, data in found.items() if not path.startswith((".git/", "target/"))}


def clean_environment() -> dict[str, str]:
    """This process's variables without the foreign ones, and with this Python's programs first in PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept |= {name: os.environ[name] for name in ("CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", os.defpath)))
    return {**kept, "PATH": path, "RUSTUP_AUTO_INSTALL": "0"}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before, arguments = dict(os.environ), sys.argv
    kept = {name: value for name, value in before.items() if not name.startswith(FOREIGN)}
    os.environ.clear()
    os.environ.update({**kept, **variables})
    sys.argv = ["wasifix"]
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        sys.argv = arguments


def _bytes(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()
