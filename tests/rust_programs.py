"""Real Cargo, rustc and rustup as oracles, kept away from the developer's own settings."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
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


def write(root: Path, files: Mapping[str, str]) -> None:
    """Writes files with their folders."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
