"""The toolchain that real rustup takes, in a rustup home of its own with nothing but links in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rust_programs import active_toolchain, host, linked_toolchains, write

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
    "table on one line": {"rust-toolchain": 'toolchain = { channel = "stable" }'},
    "header alone": {"rust-toolchain": "[toolchain]\n"},
    "quoted name": {"rust-toolchain": '"1.91.0"\n'},
    "comment behind the name": {"rust-toolchain": "1.91.0 # why\n"},
    "relative path": {"rust-toolchain": "./toolchain\n"},
    "byte-order mark before a name": {"rust-toolchain": "\ufeff1.91.0\n"},
    "empty channel": {"rust-toolchain.toml": '[toolchain]\nchannel = ""\n'},
    "path and channel": {"rust-toolchain.toml": '[toolchain]\npath = "/x"\nchannel = "stable"\n'},
}


@pytest.fixture(scope="module")
def rustup_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("rustup")
    linked_toolchains(home, INSTALLED, custom=("esp",))
    return home


@pytest.mark.parametrize("name", TAKEN)
def test_the_toolchain_is_that_of_rustup(name: str, rustup_home: Path, tmp_path: Path) -> None:
    start, variables, files = TAKEN[name]
    write(tmp_path, files)
    done = active_toolchain(rustup_home, tmp_path / start, variables)
    assert done.returncode == 0, done.stderr
    active = done.stdout.split()[0].removesuffix(f"-{host()}")
    fact = effective_toolchain(governing_files(in_memory(files), start), variables, None)
    assert (fact.value.name if fact.value else "stable") == active
    assert (fact.value is None) == (name in ("no channel", "nothing"))


@pytest.mark.parametrize("name", REFUSED)
def test_what_rustup_cannot_read_is_refused(name: str, rustup_home: Path, tmp_path: Path) -> None:
    write(tmp_path, REFUSED[name])
    assert active_toolchain(rustup_home, tmp_path, {}).returncode != 0
    with pytest.raises(UnreadableInput):
        governing_files(in_memory(REFUSED[name]), "")
