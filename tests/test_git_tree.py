"""`check --rev` and `check --staged`: the state of a commit or of the index, instead of the files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from running import EXAMPLE_NAMES, Result, copied_example, git, repository, run, snapshot

from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.gitrepo.tree import open_tree
from wasifix.tree import DiskTree

FILE = "rust-toolchain.toml"


def json_of(folder: Path, *more: str) -> Result:
    return run("check", "--format", "json", *more, folder=folder)


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
@pytest.mark.parametrize("state", [("--rev", "HEAD"), ("--staged",)], ids=" ".join)
def test_a_clean_state_is_that_of_the_files(name: str, state: tuple[str, ...], tmp_path: Path) -> None:
    folder = copied_example(name, tmp_path / "project")
    assert json_of(folder, *state) == json_of(folder)


def test_each_state_is_looked_at_by_itself(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    git(folder, "tag", "old")
    for channel, how in (
        ("1.92.0", ("commit", "--quiet", "--all", "--message=x")),
        ("1.93.0", ("add", "--all")),
    ):
        (folder / FILE).write_text(
            f'[toolchain]\nchannel = "{channel}"\ntargets = ["wasm32-wasip1-threads"]\n'
        )
        git(folder, *how)
    (folder / FILE).write_text('[toolchain]\nchannel = "1.88.0"\ntargets = ["wasm32-wasip1-threads"]\n')
    before = (snapshot(folder), git(folder, "status", "--porcelain"))
    for state, channel in (
        (("--rev", "old"), "1.91.0"),
        (("--rev", "HEAD~1"), "1.91.0"),
        (("--rev", "HEAD"), "1.92.0"),
        (("--staged",), "1.93.0"),
        ((), "1.88.0"),
    ):
        assert f'channel = \\"{channel}\\"'.encode() in json_of(folder, *state).stdout
    assert before == (snapshot(folder), git(folder, "status", "--porcelain"))


def test_a_subfolder_of_a_revision(tmp_path: Path) -> None:
    folder = copied_example("member-profile", tmp_path / "project")
    inside = folder / "crates" / "app"
    assert json_of(inside, "--rev", "HEAD") == json_of(inside)


@pytest.mark.parametrize(
    "revision",
    ["nothing", "", "-h", "--output=x", "HEAD:Cargo.toml", "HEAD^{tree}", "HEAD..HEAD", "a\nb", ":/x"],
)
def test_what_is_no_commit_is_refused(tmp_path: Path, revision: str) -> None:
    folder = copied_example("article", tmp_path / "project")
    refused = run("check", f"--rev={revision}", folder=folder)
    assert refused.exit_code == 2
    assert b"is no commit of this repository" in b" ".join(refused.stderr.split())
    assert not (folder / "x").exists()


def test_two_states_are_refused(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    assert run("check", "--rev", "HEAD", "--staged", folder=folder).exit_code == 2


def test_no_repository_has_no_revision(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text("[package]\nname = 'x'\n")
    for state in (("--rev", "HEAD"), ("--staged",)):
        refused = run("check", *state, folder=tmp_path)
        assert refused.exit_code == 2
        assert b"git cannot read this repository" in b" ".join(refused.stderr.split())


def test_nothing_staged_yet_is_no_project(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    git(folder, "rm", "-r", "--quiet", "--cached", ".")
    assert run("check", "--staged", folder=folder).exit_code == 2


def test_a_conflict_in_the_index_is_an_error_with_its_place(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    name = git(folder, "rev-parse", f"HEAD:{FILE}").decode().strip()
    lines = [f"0 {'0' * 40}\t{FILE}\n", *(f"100644 {name} {stage}\t{FILE}\n" for stage in (1, 2, 3))]
    git(folder, "update-index", "--index-info", data="".join(lines).encode())
    refused = run("check", "--staged", folder=folder)
    assert refused.exit_code == 2
    assert b"rust-toolchain.toml: not merged yet" in refused.stderr


def _links(folder: Path) -> None:
    (folder / "d" / "e").mkdir(parents=True)
    (folder / "d" / "e" / "file").write_text("contents")
    (folder / "d" / "run.sh").write_text("")
    (folder / "d" / "run.sh").chmod(0o755)
    for name, target in {
        "to_file": "d/e/file",
        "to_folder": "d",
        "to_link": "to_folder/e",
        "d/up": "../d/e/file",
        "round": "round",
        "round_a": "round_b",
        "round_b": "round_a",
        "nowhere": "not/there",
    }.items():
        (folder / name).symlink_to(target)


PATHS = (
    *("to_file", "to_folder", "to_folder/e/file", "to_link/file", "to_link", "to_file/x", "to_folder/run.sh"),
    *("d/up", "d/e/file", "d//e/file", "d", "d/e", "nothing"),
)


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    _links(tmp_path)
    (tmp_path / "ünïcode name").write_text("u")
    (tmp_path / "new\nline").write_text("n")
    (tmp_path / os.fsdecode(b"latin-\xe9")).write_text("l")
    repository(tmp_path)
    return tmp_path


@pytest.mark.parametrize("revision", ["HEAD", None], ids=str)
def test_it_reads_as_the_disk_does(linked: Path, revision: str | None) -> None:
    disk = DiskTree(linked)
    with open_tree(linked, revision) as tree:
        for path in (*PATHS, "ünïcode name", "new\nline", os.fsdecode(b"latin-\xe9")):
            assert tree.read(path) == disk.read(path), path
            assert tree.is_executable(path) == disk.is_executable(path)
        for path in ("", "d", "to_folder", "to_link", "nothing", "to_file"):
            hidden = {".git"} if not path else set()
            assert tree.folders(path) == tuple(each for each in disk.folders(path) if each not in hidden)
            assert tree.files(path) == disk.files(path)
        assert tree.real("to_link/file") == disk.real("to_link/file") == "d/e/file"


@pytest.mark.parametrize("path", ["round", "round_a/x"])
def test_a_link_round_in_a_circle_is_refused(linked: Path, path: str) -> None:
    with open_tree(linked, "HEAD") as tree, pytest.raises(UnreadableInput, match="in a circle"):
        tree.read(path)


@pytest.mark.parametrize("target", ["../outside", "/etc/hostname", "d/../../outside"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "link").symlink_to(target)
    repository(tmp_path)
    with open_tree(tmp_path, "HEAD") as tree, pytest.raises(OutsideProject, match="leads out"):
        tree.read("link")


def _grown(folder: Path) -> None:
    (folder / FILE).write_bytes(b"#" * (33 * 2**20))
    repository(folder)


def _without_contents(folder: Path) -> None:
    name = git(folder, "rev-parse", f"HEAD:{FILE}").decode().strip()
    (folder / ".git" / "objects" / name[:2] / name[2:]).unlink()


@pytest.mark.parametrize(
    ("make", "words"), [(_grown, b"larger than 32 MiB"), (_without_contents, b"its contents are not in this")]
)
def test_contents_that_cannot_be_read_are_an_error(
    tmp_path: Path, make: Callable[[Path], None], words: bytes
) -> None:
    folder = copied_example("article", tmp_path / "project")
    make(folder)
    refused = run("check", "--rev", "HEAD", folder=folder)
    assert refused.exit_code == 2
    assert b"rust-toolchain.toml: " + words in refused.stderr


def test_a_submodule_is_no_folder_of_the_revision(tmp_path: Path) -> None:
    copied_example("article", tmp_path / "inner")
    outer = copied_example("not-affected", tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "inner")
    with open_tree(outer, None) as tree:
        assert tree.read("inner/Cargo.toml") is None
        assert tree.read("inner") is None
        assert "inner" not in tree.folders("")
