from __future__ import annotations

from collections.abc import Mapping

import pytest

from project.layouts import in_memory
from wasifix.errors import UnreadableInput
from wasifix.model import Fact
from wasifix.project.toolchain import ToolchainFile, effective_toolchain, governing_files
from wasifix.rust import Toolchain

NOTHING: Mapping[str, str] = {}
TABLE = '[toolchain]\nchannel = "1.91.0"\n'


def files_of(files: dict[str, str], start: str = "") -> tuple[ToolchainFile, ...]:
    return governing_files(in_memory(files), start)


def chosen(
    files: dict[str, str],
    start: str = "",
    variables: Mapping[str, str] = NOTHING,
    assumed: str | None = None,
) -> Fact[Toolchain]:
    return effective_toolchain(files_of(files, start), variables, assumed)


@pytest.mark.parametrize(
    ("path", "text", "name", "place"),
    [
        ("rust-toolchain.toml", TABLE, "1.91.0", "rust-toolchain.toml:2:11"),
        ("rust-toolchain.toml", 'toolchain = { channel = "beta" }', "beta", "rust-toolchain.toml:1:25"),
        ("rust-toolchain.toml", "toolchain.channel = 'beta'", "beta", "rust-toolchain.toml:1:21"),
        ("rust-toolchain", TABLE, "1.91.0", "rust-toolchain:2:11"),
        ("rust-toolchain", "1.91.0", "1.91.0", "rust-toolchain:1:1"),
        ("rust-toolchain", "1.91.0\n", "1.91.0", "rust-toolchain:1:1"),
        ("rust-toolchain", "1.91.0\r\n", "1.91.0", "rust-toolchain:1:1"),
        ("rust-toolchain", "  nightly-2025-10-03  \n", "nightly-2025-10-03", "rust-toolchain:1:3"),
        ("rust-toolchain", "1.91.0\x0c", "1.91.0", "rust-toolchain:1:1"),
    ],
)
def test_a_file_names_the_toolchain(path: str, text: str, name: str, place: str) -> None:
    fact = chosen({path: text})
    assert fact.value is not None
    assert fact.value.name == name
    assert [each.place for each in fact.evidence] == [place]


@pytest.mark.parametrize(
    ("path", "text", "message", "place"),
    [
        ("rust-toolchain", "", "table", "1:1"),
        ("rust-toolchain", "\n", "table", "1:1"),
        ("rust-toolchain", "1.91.0\n\n", "not valid TOML", "1:7"),
        ("rust-toolchain", "1.91.0\n# why\n", "not valid TOML", "1:7"),
        ("rust-toolchain.toml", "1.91.0", "not valid TOML", "1:7"),
        ("rust-toolchain.toml", "", "table", "1:1"),
        ("rust-toolchain.toml", "[toolchain]\n", "table", "1:1"),
        ("rust-toolchain.toml", '[tolchain]\nchannel = "1.91"\n', "table", "1:1"),
        ("rust-toolchain.toml", 'toolchain = "1.91"\n', "table", "1:1"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = 1.91\n", "must be a string", "2:11"),
        ("rust-toolchain.toml", "\ufeff[toolchain]\nchannel = 1.91\n", "must be a string", "2:11"),
        ("rust-toolchain.toml", '[toolchain]\nchannel = ""\n', "empty", "2:11"),
        (
            "rust-toolchain.toml",
            '[toolchain]\npath = "x"\nchannel = "stable"\n',
            "exclude each other",
            "3:11",
        ),
    ],
)
def test_what_rustup_refuses_is_an_error_with_its_place(
    path: str, text: str, message: str, place: str
) -> None:
    with pytest.raises(UnreadableInput, match=message) as caught:
        files_of({path: text})
    assert caught.value.place == f"{path}:{place}"


def test_the_file_of_the_nearest_folder_counts() -> None:
    files = {"rust-toolchain.toml": TABLE, "a/rust-toolchain": "beta", "a/b/c": ""}
    for start, name in (("", "1.91.0"), ("a", "beta"), ("a/b", "beta"), ("other", "1.91.0")):
        toolchain = chosen(files, start).value
        assert toolchain is not None
        assert toolchain.name == name


def test_of_two_files_that_agree_the_one_without_ending_is_first() -> None:
    found = files_of({"rust-toolchain": "1.91.0\n", "rust-toolchain.toml": TABLE})
    assert [each.path for each in found] == ["rust-toolchain", "rust-toolchain.toml"]


@pytest.mark.parametrize(
    "other", ["1.90.0", '[toolchain]\npath = "/opt/rust"\n', '[toolchain]\ntargets = ["wasm32-wasip1"]\n']
)
def test_two_files_that_disagree_are_an_error(other: str) -> None:
    with pytest.raises(UnreadableInput, match="two files choose the toolchain") as caught:
        files_of({"rust-toolchain": other, "rust-toolchain.toml": TABLE})
    assert caught.value.path == "rust-toolchain"
    assert "rust-toolchain.toml:2:11" in str(caught.value)


def test_a_path_disagrees_with_the_default_toolchain() -> None:
    files = {
        "rust-toolchain": '[toolchain]\npath = "/x"\n',
        "rust-toolchain.toml": "[toolchain]\ntargets = []\n",
    }
    with pytest.raises(UnreadableInput, match="path /x here, the default in"):
        files_of(files)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "no rust-toolchain file"),
        ({"rust-toolchain.toml": '[toolchain]\ntargets = ["x"]\n'}, "names no channel"),
    ],
)
def test_without_a_channel_the_toolchain_is_unknown(files: dict[str, str], reason: str) -> None:
    fact = chosen(files)
    assert fact.value is None
    assert reason in fact.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stable", "`stable` moves"),
        ("nightly", "`nightly` moves"),
        ("esp", "`esp` is a custom toolchain"),
        ("v1.91", "`v1.91` is a custom toolchain"),
        ("/opt/rust", "`/opt/rust` is a custom toolchain"),
        ('[toolchain]\npath = "/opt/rust"\n', "a toolchain in a folder"),
        ("1.91", ""),
        ("nightly-2025-10-03", ""),
    ],
)
def test_the_reason_says_why_the_release_is_open(text: str, reason: str) -> None:
    fact = chosen({"rust-toolchain": text})
    assert fact.reason.startswith(reason)
    assert bool(fact.reason) == bool(reason)


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        (None, True),
        ("stable", True),
        ("nightly", False),
        ("beta", False),
        ("esp", True),
        ('[toolchain]\npath = "/opt/rust"\n', True),
        ('[toolchain]\ntargets = ["x"]\n', True),
        ("1.98.0", False),
        ("1.98", False),
        ("nightly-2025-10-03", False),
    ],
)
def test_an_assumed_release_settles_only_what_is_open(text: str | None, settled: bool) -> None:
    fact = chosen({} if text is None else {"rust-toolchain": text}, assumed="1.91.0")
    assert fact.value is not None
    assert (fact.value.name == "1.91.0") == settled
    assert any("--assume-rust 1.91.0" in each.text for each in fact.evidence) == settled


def test_the_variable_wins_over_the_file_unless_it_is_empty() -> None:
    files = {"rust-toolchain": "1.91.0"}
    for value, name in (("1.98.1", "1.98.1"), ("", "1.91.0")):
        toolchain = chosen(files, variables={"RUSTUP_TOOLCHAIN": value}).value
        assert toolchain is not None
        assert toolchain.name == name


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ('[toolchain]\nchannel = "stable"\ntargets = ["a", "b"]\n', ("a", "b")),
        ('[toolchain]\nchannel = "stable"\ntargets = "a"\n', ()),
        (TABLE, ()),
        ("1.91.0", ()),
    ],
)
def test_the_targets_that_rustup_installs_along(text: str, targets: tuple[str, ...]) -> None:
    assert files_of({"rust-toolchain": text})[0].targets == targets
