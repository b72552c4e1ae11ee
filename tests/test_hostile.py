"""Projects that mean harm: bounded time and memory, a clear end, and nothing obeyed by a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from project.layouts import package
from running import clean_environment

THREADS = '[target.wasm32-wasip1-threads]\nrunner = "wasmtime"\n'
USUAL = {
    "Cargo.toml": package("p"),
    ".cargo/config.toml": THREADS,
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n',
}
MANY = 100_000
SECONDS = 60
"""Processor time that a run may take."""
MEMORY = 2 * 2**30
"""Bytes that a run may take, far more than it needs."""


def members(count: int) -> dict[str, str]:
    return {f"m{number}/Cargo.toml": package(f"m{number}") for number in range(count)}


def listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def metadata(value: str) -> dict[str, str]:
    return {"Cargo.toml": package("p", f"[package.metadata]\na = {value}\n")}


EXCLUDED = [f"x{number}" for number in range(5000)]
NUMBERED = [f"m{number}" for number in range(5000)]
REFUSED: dict[str, tuple[Mapping[str, str | bytes], str]] = {
    "deep array": (metadata("[" * MANY + "]" * MANY), "Cargo.toml: not readable as TOML: nested too deeply"),
    "deep inline tables": (metadata("{a=" * MANY + "1" + "}" * MANY), "Cargo.toml: not readable as TOML"),
    "long dotted key": ({".cargo/config.toml": ".".join("a" * MANY) + " = 1\n"}, "nested too deeply"),
    "long header": ({".cargo/config.toml": "[" + ".".join("a" * MANY) + "]\n"}, "nested too deeply"),
    "a number of 10,000 digits": (
        metadata("9" * 10_000),
        "Cargo.toml: not readable as TOML: a number is too",
    ),
    "NUL byte": ({"Cargo.toml": package("p", "#\0\n")}, "Cargo.toml:5:2: not valid TOML"),
    "NUL in a path": (
        {"Cargo.toml": '[workspace]\nmembers = ["a\\u0000b"]\n'},
        "there is no a\\u{0}b/Cargo.toml",
    ),
    "UTF-16": ({"Cargo.toml": package("p").encode("utf-16")}, "Cargo.toml:1:1: not UTF-8"),
    "Latin-1": ({"Cargo.toml": b"[package]\nname = 'caf\xe9'\n"}, "Cargo.toml:2:12: not UTF-8"),
    "not UTF-8 in the toolchain file": ({"rust-toolchain": b"1.9\xff\n"}, "rust-toolchain:1:4: not UTF-8"),
    "bytes": ({"Cargo.toml": bytes(range(256)) * 1000}, "Cargo.toml:2:118: not UTF-8"),
    "pattern without end": (
        {
            "Cargo.toml": package("p", '[workspace]\nmembers = ["' + "**/" * 20 + 'x"]\n'),
            **{f"a/{one}/b/{two}/x/c": "" for one in range(10) for two in range(10)},
        },
        "Cargo.toml:6:12: finds more than 20000 folders",
    ),
    "chain of includes": (
        {
            "rust-toolchain.toml": '[toolchain]\nchannel = "1.98.1"\n',
            ".cargo/config.toml": 'include = ["c0.toml"]\n',
            **{f".cargo/c{number}.toml": f'include = ["c{number + 1}.toml"]\n' for number in range(3000)},
            ".cargo/c3000.toml": "",
        },
        "includes are nested too deeply",
    ),
    "member outside": ({"Cargo.toml": '[workspace]\nmembers = ["../outside"]\n'}, "leads out of the project"),
    "absolute member": ({"Cargo.toml": '[workspace]\nmembers = ["/etc"]\n'}, "is an absolute path"),
    "root outside": ({"Cargo.toml": package("p", 'workspace = "../.."\n')}, "leads out of the project"),
    "include outside": (
        {
            "rust-toolchain.toml": '[toolchain]\nchannel = "1.98.1"\n',
            ".cargo/config.toml": 'include = ["../../outside.toml"]\n',
        },
        "leads out of the project",
    ),
    "build script outside": ({"Cargo.toml": package("p", 'build = "../outside.rs"\n')}, "leads out of the"),
}
UNDERSTOOD: dict[str, Mapping[str, str]] = {
    "50,000 tables": {
        "Cargo.toml": package(
            "p", "".join(f'[dependencies.d{each}]\nversion = "1"\n' for each in range(50_000))
        )
    },
    "100,000 tables of an array": {"Cargo.toml": package("p", "[[bin]]\n" * MANY)},
    "10 MB of keys": {
        "Cargo.toml": package(
            "p", "[dependencies]\n" + "".join(f'd{each:08} = "1.0.0-abcdefghi"\n' for each in range(350_000))
        )
    },
    "line of 10 MB": {"Cargo.toml": package("p", f'description = "{"x" * 10_000_000}"\n')},
    "comment of 10 MB": {"Cargo.toml": package("p", f"# {'x' * 10_000_000}\n")},
    "20,000 flags on a line": {".cargo/config.toml": f"{THREADS}rustflags = {listed(['-Ca'] * 20_000)}\n"},
    "5,000 members by name": {
        "Cargo.toml": package("p", f"[workspace]\nmembers = {listed(NUMBERED)}\n"),
        **members(5000),
    },
    "excludes beside members": {
        "Cargo.toml": package("p", f'[workspace]\nmembers = ["m*"]\nexclude = {listed(EXCLUDED)}\n'),
        **members(1000),
    },
    "chain of 1,000 profiles": {
        "Cargo.toml": package(
            "p",
            "".join(f'[profile.p{each}]\ninherits = "p{each + 1}"\nopt-level = 1\n' for each in range(1000)),
        )
    },
    "5,000 cfg tables": {
        ".cargo/config.toml": THREADS
        + "".join(f'[target."cfg(any(a{each}, unix))"]\nrustflags = ["-Ca"]\n' for each in range(5000))
    },
    "deep cfg": {
        ".cargo/config.toml": f'{THREADS}[target."cfg({"all(" * 50_000}{")" * 50_000})"]\nrustflags = []\n'
    },
    "chain of 3,000 packages": {
        "Cargo.toml": package("p", '[workspace]\n[dependencies]\na = { path = "m0" }\n'),
        **{
            f"m{each}/Cargo.toml": package(f"m{each}", f'[dependencies]\nb = {{ path = "../m{each + 1}" }}\n')
            for each in range(3000)
        },
        "m3000/Cargo.toml": package("m3000"),
    },
    "tables where values are meant": {
        "Cargo.toml": package(
            "p", "[workspace]\nmembers = 'x'\nexclude = 1\n[profile]\nrelease = 1\n[lib]\ncrate-type = 3\n"
        ),
        ".cargo/config.toml": THREADS
        + "rustflags = { a = 1 }\n"
        + "[build]\ntarget = 5\n[alias]\na = { b = 1 }\n[env]\nRUSTC_BOOTSTRAP = [1]\n",
    },
}


def wasifix(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """A run with limited memory and processor time, each many times what it needs."""
    limits = f"import resource as r; r.setrlimit(r.RLIMIT_AS, ({MEMORY},) * 2); "
    limits += f"r.setrlimit(r.RLIMIT_CPU, ({SECONDS},) * 2); "
    start = "from wasifix.cli import main; main()"
    words = (sys.executable, "-c", (limits if os.name == "posix" else "") + start, *arguments)
    return subprocess.run(
        words, cwd=folder, env=clean_environment(), capture_output=True, check=False, timeout=300
    )


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, data in {**USUAL, **files}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else data.encode())
    (folder / ".git").mkdir()
    return folder


@pytest.mark.parametrize("arguments", [("check",), ("apply", "--strategy", "pin")], ids=str)
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_said_and_ends_with_2(
    name: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    files, message = REFUSED[name]
    folder = written(tmp_path / "p", files)
    before = (folder / "Cargo.toml").read_bytes()
    done = wasifix(*arguments, folder=folder)
    said = " ".join(done.stderr.decode().split())
    assert done.returncode == 2, said
    assert message in said
    assert "bug in wasifix" not in said
    assert done.stdout == b""
    assert (folder / "Cargo.toml").read_bytes() == before


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_is_only_large_is_understood(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "p", UNDERSTOOD[name])
    done = wasifix("apply", "--strategy", "pin", "--allow-no-vcs", folder=folder)  # checks before and after
    assert done.returncode == 0, done.stderr.decode()
    assert b'channel = "1.90.0"' in (folder / "rust-toolchain.toml").read_bytes()


EVIL = "\\u001b]0;owned\\u0007\\u001b[2J\\u202e\\r\\u0000\\u009b31m"
"""Sets a window title, clears the screen, turns text around: as TOML spells it."""
NAMED: dict[str, Mapping[str, str]] = {
    "package": {
        "Cargo.toml": package(f"p{EVIL}", '[workspace]\nmembers = ["m"]\n'),
        "m/Cargo.toml": package(f"m{EVIL}", "[profile.dev]\nopt-level = 1\n"),
    },
    "channel": {"rust-toolchain.toml": f'[toolchain]\nchannel = "{EVIL}"\n'},
    "target": {".cargo/config.toml": f'[build]\ntarget = "wasm32-wasip1-threads{EVIL}"\n'},
    "member": {"Cargo.toml": f'[workspace]\nmembers = ["{EVIL}"]\n'},
    "include": {".cargo/config.toml": f'include = ["{EVIL}.toml"]\n'},
    "runner": {".cargo/config.toml": f'[target.wasm32-wasip1-threads]\nrunner = "{EVIL}"\n'},
    "profile": {
        "Cargo.toml": package("p", f'[profile."{EVIL}"]\nopt-level = 1\n'),
        ".cargo/config.toml": f'{THREADS}[profile."{EVIL}"]\nopt-level = "{EVIL}"\n',
    },
    "flags": {
        ".cargo/config.toml": f'{THREADS}rustflags = ["-Clinker={EVIL}", "-Clink-arg=--max-memory={EVIL}"]\n'
    },
}


@pytest.mark.parametrize("arguments", [("check",), ("check", "--format", "json"), ("apply", "-n")], ids=str)
@pytest.mark.parametrize("name", NAMED)
def test_no_name_reaches_the_terminal_as_a_command(
    name: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = wasifix(*arguments, folder=written(tmp_path / "p", NAMED[name]))
    shown = (done.stdout + done.stderr).decode()
    assert "Traceback" not in shown
    assert "bug in wasifix" not in shown
    assert not {each for each in shown if each in "\x1b\x07\u202e\r\x00\x9b"}


@pytest.mark.skipif(os.name != "posix", reason="this name is none elsewhere")
def test_a_raw_escape_in_a_path_is_spelled_out(tmp_path: Path) -> None:
    files = {"Cargo.toml": '[workspace]\nmembers = ["*"]\n', "a\x1b[2Jb/Cargo.toml": "broken"}
    done = wasifix("check", folder=written(tmp_path / "p", files))
    assert done.returncode == 2
    assert b"a\\u{1b}[2Jb/Cargo.toml:1:7" in done.stderr
    assert b"\x1b" not in done.stderr
