from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wasifix.disk import write_all
from wasifix.errors import OutsideProject, RefusedWrite, UnreadableInput
from wasifix.proposals import FileChange
from wasifix.tree import DiskTree


def change(path: str, old: str | None, new: str | None) -> FileChange:
    return FileChange(
        path=path,
        old=None if old is None else old.encode(),
        new=None if new is None else new.encode(),
    )


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of each file, and the folders."""
    return {
        each.relative_to(root).as_posix(): (
            each.stat().st_mode,
            each.read_bytes() if each.is_file() else b"",
        )
        for each in sorted(root.rglob("*"))
    }


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("one", "two", "three"):
        (project / name).write_text(name)
    (project / "two").chmod(0o751)
    mask = os.umask(0o027)
    yield project
    os.umask(mask)


ALL = (
    change("one", "one", "1"),
    change("two", "two", "2"),
    change("new/deep/four", None, "4"),
    change("three", "three", None),
)


def test_all_changes_are_made_and_nothing_else_is_left(root: Path) -> None:
    write_all(DiskTree(root), ALL)
    found = {path: data for path, (_, data) in state(root).items() if (root / path).is_file()}
    assert found == {"one": b"1", "two": b"2", "new/deep/four": b"4"}


def test_modes_are_kept_and_new_files_follow_the_umask(root: Path) -> None:
    write_all(DiskTree(root), ALL)
    assert (root / "two").stat().st_mode & 0o777 == 0o751
    assert (root / "new/deep/four").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("path", "old"),
    [("two", "something else"), ("two", None), ("gone", "it was there")],
)
def test_a_file_that_changed_meanwhile_is_not_overwritten(root: Path, path: str, old: str | None) -> None:
    before = state(root)
    with pytest.raises(RefusedWrite, match="changed while wasifix was at work") as caught:
        write_all(DiskTree(root), (change("one", "one", "1"), change(path, old, "2")))
    assert caught.value.path == path
    assert state(root) == before


@pytest.mark.parametrize("read_only", ["one", "two", "three"])
def test_a_read_only_file_stops_everything(root: Path, read_only: str) -> None:
    (root / read_only).chmod(0o444)
    before = state(root)
    with pytest.raises(RefusedWrite, match="read-only") as caught:
        write_all(DiskTree(root), ALL)
    assert caught.value.path == read_only
    assert state(root) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_stops_everything(root: Path) -> None:
    (root / "locked").mkdir(0o555)
    before = state(root)
    with pytest.raises(RefusedWrite):
        write_all(DiskTree(root), (change("one", "one", "1"), change("locked/x", None, "x")))
    assert state(root) == before


def test_a_file_where_a_folder_is_needed_stops_everything(root: Path) -> None:
    before = state(root)
    with pytest.raises(RefusedWrite) as caught:
        write_all(DiskTree(root), (change("one", "one", "1"), change("two/x", None, "x")))
    assert caught.value.path == "two/x"
    assert state(root) == before


Replace = Callable[[Path, Path], Path]


def _failing(first: int, last: int, error: type[BaseException]) -> Replace:
    """Path.replace that fails from its first to its last given call."""
    real, calls = Path.replace, iter(range(1, 1000))

    def replace(self: Path, target: Path) -> Path:
        if first <= next(calls) <= last:
            raise error(5, "injected")
        return real(self, target)

    return replace


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("last", [0, 999])
def test_a_failing_rename_leaves_every_file_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, nth: int, last: int
) -> None:
    """Also where the renames that would put things back fail too."""
    before = state(root)
    monkeypatch.setattr(Path, "replace", _failing(nth, max(nth, last), OSError))
    with pytest.raises(RefusedWrite, match="injected") as caught:
        write_all(DiskTree(root), ALL)
    assert caught.value.path == ALL[nth - 1].path
    assert state(root) == before


def test_a_failing_removal_leaves_every_file_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(root)
    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.name == "three":
            raise OSError(5, "injected")
        real(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(RefusedWrite, match="injected") as caught:
        write_all(DiskTree(root), ALL)
    assert caught.value.path == "three"
    assert state(root) == before


def test_an_interrupt_leaves_every_file_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(root)
    monkeypatch.setattr(Path, "replace", _failing(2, 2, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_all(DiskTree(root), ALL)
    assert state(root) == before


def test_a_full_disk_leaves_every_file_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(root)
    calls = iter(range(1, 1000))

    def fsync(_: int) -> None:
        if next(calls) == 4:  # the journal's is the first
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(RefusedWrite, match="No space left") as caught:
        write_all(DiskTree(root), ALL)
    assert caught.value.path == "new/deep/four"
    assert state(root) == before


def test_a_link_inside_the_project_stays_and_its_file_is_written(root: Path) -> None:
    (root / "link").symlink_to("two")
    write_all(DiskTree(root), (change("link", "two", "2"),))
    assert (root / "link").is_symlink()
    assert (root / "two").read_text() == "2"


@pytest.mark.parametrize("path", ["link", "folder/secret", "folder/new", "folder/more/new"])
def test_nothing_is_written_through_a_link_out_of_the_project(root: Path, path: str) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("s")
    (root / "link").symlink_to("../outside/secret")
    (root / "folder").symlink_to("../outside")
    old = None if path.endswith("new") else "s"
    with pytest.raises(OutsideProject):
        write_all(DiskTree(root), (change("one", "one", "1"), change(path, old, "x")))
    assert (root / "one").read_text() == "one"
    assert state(outside) == {"secret": ((outside / "secret").stat().st_mode, b"s")}


def test_nothing_is_written_where_a_link_leads_nowhere(root: Path) -> None:
    (root / "link").symlink_to("nowhere")
    with pytest.raises(UnreadableInput):
        write_all(DiskTree(root), (change("link", None, "x"),))
    assert not (root / "nowhere").exists()


def test_no_changes_write_nothing(root: Path) -> None:
    before = state(root)
    write_all(DiskTree(root), ())
    assert state(root) == before
