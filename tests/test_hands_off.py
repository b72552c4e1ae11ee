"""check, apply and remove start no program but git, and open nothing outside the project.

An audit hook writes down what the interpreter is asked to do: https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from project.layouts import package, workspace
from running import EXAMPLES, ROOT, clean_environment, repository

HOOK = """
import json, os, sys
events = []
WANTED = ("open", "os.", "subprocess.", "shutil.", "socket.", "tempfile.", "pty.", "ctypes.dlopen")
def hook(name, arguments):
    if name.startswith(WANTED):
        events.append((name, [shown(each) for each in arguments]))
def shown(each):
    return os.fsdecode(each) if isinstance(each, (bytes, str, os.PathLike)) else repr(each)
sys.addaudithook(hook)
from wasifix.cli import main
try:
    main(sys.argv[2:])
finally:
    done = list(events)
    with open(sys.argv[1], "w") as file:
        json.dump(done, file)
"""
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn")
READS = ("open", "os.listdir", "os.scandir")
WRITES = (
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
)
PROGRAMS = ("git", "rustc", "cargo", "rustup", "wasmtime", "sh")
COMMANDS = (
    ("check",),
    ("check", "--format", "json"),
    ("apply", "--dry-run"),
    ("apply", "--strategy", "pin"),
    ("apply", "--strategy", "max-memory"),
    ("remove",),
)
SECRET = "the-secret-outside"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A hostile project with programs planted in it, and beside it what it points at."""
    folder = tmp_path / "project"
    outside = tmp_path / "outside"
    for path, text in {
        folder / "Cargo.toml": package("p"),
        folder / "rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n',
        folder / ".cargo" / "config.toml": '[target.wasm32-wasip1-threads]\nrunner = "./wasmtime"\n',
        folder / "build.rs": "fn main() {}\n",
        folder / "src" / "lib.rs": "",
        outside / "Cargo.toml": package(SECRET),
        outside / "config.toml": f"[{SECRET}]\n",
        tmp_path / "Cargo.toml": workspace("project", more=f"# {SECRET}\n"),
        tmp_path / ".cargo" / "config.toml": f'[alias]\n{SECRET} = "x"\n',
        **{folder / name: f"#!/bin/sh\necho {SECRET} > {tmp_path}/started\n" for name in PROGRAMS},
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name in PROGRAMS:
        (folder / name).chmod(0o755)
    return folder


def audited(
    folder: Path, *arguments: str
) -> tuple[subprocess.CompletedProcess[str], list[tuple[str, list[str]]]]:
    """A run in the folder with the planted programs, and what it asked the interpreter for."""
    record = folder.parent / "record.json"
    (folder.parent / "temporary").mkdir(exist_ok=True)
    environment = {**clean_environment(), "TMPDIR": str(folder.parent / "temporary")}
    done = subprocess.run(
        (sys.executable, "-c", HOOK, str(record), *arguments),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, [(name, [str(each) for each in values]) for name, values in json.loads(record.read_text())]


def _allowed(path: str, folder: Path) -> bool:
    """Inside the project, or one of Python's own files."""
    if path.isdecimal() or path in (os.devnull, "None", str(folder.parent / "record.json")):
        return True
    own: list[str | Path] = [folder, folder.parent / "temporary"]
    own += [*sysconfig.get_paths().values(), *site.getsitepackages(), str(ROOT / "wasifix"), sys.prefix]
    own += [sys.base_prefix, sys.pycache_prefix or sys.prefix]
    real = Path(path if os.path.isabs(path) else folder / path).resolve()  # noqa: PTH117
    return any(real.is_relative_to(Path(each).resolve()) for each in own) or real == ROOT


def assert_hands_off(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done, events = audited(folder, *arguments)
    started = [values for name, values in events if name.startswith(STARTS)]
    assert all(Path(values[0]).name == "git" and not values[0].startswith(str(folder)) for values in started)
    assert not (folder.parent / "started").exists()
    assert not [name for name, _ in events if name.startswith("socket.")]
    opened = [values[0] for name, values in events if name in READS]
    assert [path for path in opened if not _allowed(path, folder)] == []
    written = [path for name, values in events if name.startswith(WRITES) for path in values[:1]]
    written += [values[0] for name, values in events if name == "open" and set("wax+") & set(values[1])]
    outside = [each for each in written if not each.isdecimal() and not _allowed(each, folder)]
    assert [
        each for each in outside if not each.endswith((".pyc", "record.json")) and ".pyc." not in each
    ] == []
    assert SECRET not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_planted_programs_are_not_started_and_nothing_outside_is_opened(
    place: Path, arguments: tuple[str, ...]
) -> None:
    repository(place)
    done = assert_hands_off(place, *arguments)
    assert done.returncode in (0, 1), done.stderr


LEADS_OUT: dict[str, tuple[str, str]] = {
    "member": ("Cargo.toml", '[workspace]\nmembers = ["../outside"]\n'),
    "pattern": ("Cargo.toml", '[workspace]\nmembers = ["../*"]\n'),
    "root": ("Cargo.toml", package("p", 'workspace = ".."\n')),
    "dependency": ("Cargo.toml", package("p", '[workspace]\n[dependencies]\na = { path = "../outside" }\n')),
    "build script": ("Cargo.toml", package("p", 'build = "../outside/Cargo.toml"\n')),
    "include": (".cargo/config.toml", 'include = ["../../outside/config.toml"]\n'),
    "toolchain": ("rust-toolchain.toml", '[toolchain]\npath = "../outside"\n'),
}


@pytest.mark.parametrize("arguments", [("check",), ("apply", "--strategy", "pin")], ids=" ".join)
@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_path_out_of_the_project_is_not_followed(
    place: Path, name: str, arguments: tuple[str, ...]
) -> None:
    path, text = LEADS_OUT[name]
    (place / path).write_text(text, "utf-8")
    repository(place)
    done = assert_hands_off(place, *arguments)
    assert "bug in wasifix" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
@pytest.mark.parametrize("arguments", [("check",), ("apply", "--strategy", "pin")], ids=" ".join)
@pytest.mark.parametrize("name", ["Cargo.toml", ".cargo/config.toml", "rust-toolchain", ".cargo", "build.rs"])
def test_a_link_out_of_the_project_is_not_followed(
    place: Path, name: str, arguments: tuple[str, ...]
) -> None:
    target = place.parent / "outside"
    (place / ".cargo" / "config.toml").unlink()
    if name == ".cargo":
        (place / name).rmdir()
    elif (place / name).exists():
        (place / name).unlink()
    (place / name).symlink_to(target if name == ".cargo" else target / "config.toml")
    repository(place)
    assert_hands_off(place, *arguments)
    assert (target / "config.toml").read_text("utf-8") == f"[{SECRET}]\n"


def test_every_example_is_left_to_itself(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "project"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("target", "Cargo.lock"))
    repository(folder)
    for example in sorted(each.name for each in folder.iterdir() if (each / "Cargo.toml").exists()):
        assert_hands_off(folder, "apply", "--dry-run", example)
