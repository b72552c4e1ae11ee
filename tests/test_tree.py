from __future__ import annotations

import os
from pathlib import Path

import pytest

from wasifix import tree as trees
from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.tree import DiskTree, MemoryTree, join, parent, upward


@pytest.mark.parametrize(
    ("folder", "name", "expected"),
    [
        ("", "Cargo.toml", "Cargo.toml"),
        ("a/b", "c", "a/b/c"),
        ("a/b", "../c", "a/c"),
        ("a/b", "./c/.", "a/b/c"),
        ("a", "..", ""),
        ("a", "../b/../c", "c"),
        ("a", "", "a"),
        ("", "", ""),
        ("a", "b//c/", "a/b/c"),
        ("a", "..\\c", "c"),
        ("a", "...", "a/..."),
        ("a", "..b", "a/..b"),
    ],
)
def test_paths_are_joined_without_dots(folder: str, name: str, expected: str) -> None:
    assert join(folder, name) == expected


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("", ".."),
        ("a", "../.."),
        ("a", "../../a"),
        ("a", "b/../../.."),
        ("", "..\\x"),
        ("a", "/a"),
        ("a", "/"),
        ("a", "\\\\server\\x"),
        ("", "C:/x"),
        ("", "c:\\x"),
    ],
)
def test_a_path_out_of_the_tree_is_refused(folder: str, name: str) -> None:
    with pytest.raises(OutsideProject):
        join(folder, name)


def test_upward_goes_to_the_root() -> None:
    assert upward("a/b") == ("a/b", "a", "")
    assert upward("") == ("",)
    assert [parent(each) for each in ("a/b/c", "a", "")] == ["a/b", "", ""]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a folder beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("s")
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "file").write_bytes(b"\xff\r\n")
    (project / "sub" / "inner").write_text("i")
    return project


def test_bytes_are_read_as_they_are(root: Path) -> None:
    assert DiskTree(root).read("file") == b"\xff\r\n"
    assert DiskTree(root).read("sub/inner") == b"i"


@pytest.mark.parametrize("path", ["none", "none/none", "sub", "", "file/inner", "a\x00b"])
def test_where_no_file_is_there_is_none(root: Path, path: str) -> None:
    assert DiskTree(root).read(path) is None


def test_names_of_folders_and_files_are_sorted(root: Path) -> None:
    (root / ".cargo").mkdir()
    (root / "Another").write_text("")
    tree = DiskTree(root)
    assert tree.folders("") == (".cargo", "sub")
    assert tree.files("") == ("Another", "file")
    for path in ("none", "file", "a\x00b"):
        assert tree.folders(path) == tree.files(path) == ()


def test_links_inside_the_project_are_followed(root: Path) -> None:
    (root / "link").symlink_to("sub/inner")
    (root / "folder").symlink_to(root / "sub")
    tree = DiskTree(root)
    assert tree.read("link") == tree.read("folder/inner") == b"i"
    assert tree.folders("") == ("folder", "sub")
    assert tree.files("folder") == ("inner",)


def test_the_root_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert DiskTree(tmp_path / "alias").read("sub/inner") == b"i"


@pytest.mark.parametrize("to", ["../outside/secret", "/etc/passwd"])
def test_a_link_to_a_file_outside_is_refused(root: Path, to: str) -> None:
    (root / "link").symlink_to(to)
    with pytest.raises(OutsideProject) as caught:
        DiskTree(root).read("link")
    assert caught.value.path == "link"


def test_a_folder_outside_is_neither_read_nor_listed(root: Path) -> None:
    (root / "link").symlink_to("../outside")
    tree = DiskTree(root)
    for look in (lambda: tree.read("link/secret"), lambda: tree.files("link"), lambda: tree.folders("link")):
        with pytest.raises(OutsideProject):
            look()


def test_a_sibling_whose_name_begins_like_the_root_is_outside(root: Path) -> None:
    root.with_name("project2").mkdir()
    (root.with_name("project2") / "x").write_text("x")
    (root / "link").symlink_to("../project2/x")
    with pytest.raises(OutsideProject):
        DiskTree(root).read("link")


def test_a_link_to_nothing_and_one_to_itself_are_unreadable(root: Path) -> None:
    (root / "dangling").symlink_to("nowhere")
    (root / "circle").symlink_to("circle")
    tree = DiskTree(root)
    for path in ("dangling", "circle"):
        with pytest.raises(UnreadableInput) as caught:
            tree.read(path)
        assert caught.value.path == path
    assert tree.files("") == ("file",)
    assert tree.folders("") == ("sub",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(UnreadableInput, match="not a regular file"):
        DiskTree(root).read("pipe")
    assert DiskTree(root).files("") == ("file",)


def test_a_huge_file_is_refused_unread(root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.truncate(trees.SIZE_LIMIT + 1)
    with pytest.raises(UnreadableInput, match="larger than 32 MiB"):
        DiskTree(root).read("huge")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(root: Path) -> None:
    (root / "file").chmod(0)
    with pytest.raises(UnreadableInput, match="cannot be read"):
        DiskTree(root).read("file")


def test_a_name_that_is_too_long_is_unreadable(root: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be read"):
        DiskTree(root).read("x" * 5000)


def test_memory_lies_over_the_disk(root: Path) -> None:
    tree = MemoryTree({"file": b"new", "sub/inner": None, "sub/more": b"m", "a/b/c": b"c"}, DiskTree(root))
    assert tree.read("file") == b"new"
    assert tree.read("sub/inner") is None
    assert tree.read("a/b/c") == b"c"
    assert tree.files("") == ("file",)
    assert tree.files("sub") == ("more",)
    assert tree.folders("") == ("a", "sub")
    assert tree.folders("a") == ("b",)


def test_memory_alone_has_only_what_it_holds() -> None:
    tree = MemoryTree({"a/b": b"x", "gone/c": None})
    assert tree.read("a") is None
    assert tree.read("none") is None
    assert tree.folders("") == ("a",)
    assert tree.files("") == ()
    assert tree.files("a") == ("b",)
