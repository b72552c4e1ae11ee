"""The toolchain that real rustup takes, in a rustup home of its own with nothing but links in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from rust_programs import run, sysroot, write

from project.layouts import in_memory
from wasifix.errors import UnreadableInput
from wasifix.project.toolchain import effective_toolchain, governing_files

INSTALLED = ("stable", "nightly", "1.91.0", "1.90", "nightly-2025-10-03")
TABLE = '[toolchain]\nchannel = "1.91.0"\n'

# name: (start, variables, files)
TAKEN: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "toml": ("", {}, {"rust-toolchain.toml": TABLE}),
    "one line": ("", {}, {"rust-toolchain": "1.90"}),
    "one line with spaces and line end": ("", {}, {"rust-toolchain": "  1.91.0 \r\n"}),
    "toml in the file without ending": ("", {}, {"rust-toolchain": TABLE}),
    "byte-order mark in toml": ("", {}, {"rust-toolchain.toml": "\ufeff" + TABLE}),
    "dated": ("", {}, {"rust-toolchain": "nightly-2025-10-03\n"}),
    "custom": ("", {}, {"rust-toolchain": "esp\n"}),
    "nearest folder": ("a/b", {}, {"rust-toolchain.toml": TABLE, "a/rust-toolchain": "nightly", "a/b/x": ""}),
    "folder above": ("a/b", {}, {"rust-toolchain.toml": TABLE, "a/b/x": ""}),
    "both agree": ("", {}, {"rust-toolchain.toml": TABLE, "rust-toolchain": "1.91.0"}),
    "variable": ("", {"RUSTUP_TOOLCHAIN": "1.90"}, {"rust-toolchain.toml": TABLE}),
    "empty variable": ("", {"RUSTUP_TOOLCHAIN": ""}, {"rust-toolchain.toml": TABLE}),
    "no channel": ("", {}, {"rust-toolchain.toml": '[toolchain]\ntargets = ["wasm32-wasip1"]\n'}),
    "nothing": ("", {}, {"x": ""}),
}

REFUSED: dict[str, dict[str, str]] = {
    "empty": {"rust-toolchain": ""},
    "empty toml": {"rust-toolchain.toml": ""},
    "one line and a blank": {"rust-toolchain": "1.91.0\n\n"},
    "one line and a comment": {"rust-toolchain": "1.91.0\n# why\n"},
    "bare name in toml": {"rust-toolchain.toml": "1.91.0\n"},
    "empty table": {"rust-toolchain.toml": "[toolchain]\n"},
    "misspelt table": {"rust-toolchain.toml": '[tolchain]\nchannel = "stable"\n'},
    "float": {"rust-toolchain.toml": "[toolchain]\nchannel = 1.91\n"},
    "empty channel": {"rust-toolchain.toml": '[toolchain]\nchannel = ""\n'},
    "path and channel": {"rust-toolchain.toml": '[toolchain]\npath = "/x"\nchannel = "stable"\n'},
}


@pytest.fixture(scope="module")
def rustup_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rustup home whose toolchains are all links to one."""
    if shutil.which("rustup") is None:
        pytest.skip("needs rustup")
    home = tmp_path_factory.mktemp("rustup")
    toolchains = home / "toolchains"
    toolchains.mkdir()
    host = _host()
    for name in INSTALLED:
        (toolchains / f"{name}-{host}").symlink_to(sysroot())
    (toolchains / "esp").symlink_to(sysroot())
    (home / "settings.toml").write_text(f'version = "12"\ndefault_toolchain = "stable-{host}"\n')
    return home


def _host() -> str:
    done = subprocess.run((sysroot() / "bin" / "rustc", "-vV"), capture_output=True, text=True, check=True)
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("host:"))


def _active(rustup_home: Path, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    own = {"RUSTUP_HOME": str(rustup_home), **variables}
    return run("rustup", "show", "active-toolchain", folder=folder, home=rustup_home / "cargo", variables=own)


@pytest.mark.parametrize("name", TAKEN)
def test_the_toolchain_is_that_of_rustup(name: str, rustup_home: Path, tmp_path: Path) -> None:
    start, variables, files = TAKEN[name]
    write(tmp_path, files)
    done = _active(rustup_home, tmp_path / start, variables)
    assert done.returncode == 0, done.stderr
    active = done.stdout.split()[0].removesuffix(f"-{_host()}")
    fact = effective_toolchain(governing_files(in_memory(files), start), variables, None)
    assert (fact.value.name if fact.value else "stable") == active
    assert (fact.value is None) == (name in ("no channel", "nothing"))


@pytest.mark.parametrize("name", REFUSED)
def test_what_rustup_cannot_read_is_refused(name: str, rustup_home: Path, tmp_path: Path) -> None:
    write(tmp_path, REFUSED[name])
    assert _active(rustup_home, tmp_path, {}).returncode != 0
    with pytest.raises(UnreadableInput):
        governing_files(in_memory(REFUSED[name]), "")
