"""Real Cargo, rustc and rustup as oracles, kept away from the developer's own settings."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

TARGET = "wasm32-wasip1-threads"
NOTHING: Mapping[str, str] = {}


@cache
def _sysroot() -> Path | None:
    rustc = shutil.which("rustc")
    if rustc is None:
        return None
    done = subprocess.run((rustc, "--print", "sysroot"), capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def sysroot() -> Path:
    """The folder of the default toolchain; its programs heed no rust-toolchain file."""
    found = _sysroot()
    if found is None or not (found / "bin" / "cargo").exists():
        pytest.skip("needs Cargo and rustc")
    return found


def run(
    program: str | Path, *arguments: str, folder: Path, home: Path, variables: Mapping[str, str] = NOTHING
) -> subprocess.CompletedProcess[str]:
    """Runs a program offline, with `home` as CARGO_HOME and none of the developer's variables for Rust."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CARGO", "RUST"))}
    kept |= {"CARGO_HOME": str(home), "CARGO_NET_OFFLINE": "true", "RUSTUP_AUTO_INSTALL": "0"}
    return subprocess.run(
        (str(program), *arguments),
        cwd=folder,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def cargo(
    *arguments: str, folder: Path, home: Path, variables: Mapping[str, str] = NOTHING
) -> subprocess.CompletedProcess[str]:
    """Runs the default toolchain's own Cargo with its own rustc."""
    bin_folder = sysroot() / "bin"
    own = {"RUSTC": str(bin_folder / "rustc")}
    return run(bin_folder / "cargo", *arguments, folder=folder, home=home, variables={**own, **variables})


@cache
def host() -> str:
    """The target that the default toolchain runs on."""
    done = subprocess.run((sysroot() / "bin" / "rustc", "-vV"), capture_output=True, text=True, check=True)
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("host:"))


def linked_toolchains(home: Path, released: Iterable[str], custom: Iterable[str] = ()) -> None:
    """Makes a rustup home whose toolchains are all links to one; `stable` is the default."""
    if shutil.which("rustup") is None:
        pytest.skip("needs rustup")
    toolchains = home / "toolchains"
    toolchains.mkdir(parents=True)
    for name in (*(f"{each}-{host()}" for each in released), *custom):
        (toolchains / name).symlink_to(sysroot())
    (home / "settings.toml").write_text(f'version = "12"\ndefault_toolchain = "stable-{host()}"\n')


def active_toolchain(
    home: Path, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What `rustup show active-toolchain` says in the folder."""
    own = {"RUSTUP_HOME": str(home), **variables}
    return run("rustup", "show", "active-toolchain", folder=folder, home=home / "cargo", variables=own)


def write(root: Path, files: Mapping[str, str]) -> None:
    """Writes files with their folders."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
