from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wasifix.errors import NoProject
from wasifix.place import environment, locate, use_colour

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes folders (with a slash at the end) and empty files, and enters the top of them."""

    def made(*paths: str) -> Path:
        for path in paths:
            place = tmp_path / path
            (place if path.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
            if not path.endswith("/"):
                place.touch()
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return made


@pytest.mark.parametrize(
    ("paths", "path", "root", "start"),
    [
        (("repo/.git/", "repo/a/Cargo.toml"), "repo/a", "repo", "a"),
        (("repo/.git/", "repo/a/Cargo.toml"), "repo/a/Cargo.toml", "repo", "a"),
        (("repo/.git/", "Cargo.toml", "repo/a/"), "repo/a", "repo", "a"),
        (("repo/.git/", "repo/sub/.git", "repo/sub/a/"), "repo/sub/a", "repo/sub", "a"),
        (("w/Cargo.toml", "w/a/Cargo.toml", "w/a/src/"), "w/a/src", "w", "a/src"),
        (("w/x/",), "w/x", "w/x", ""),
    ],
)
def test_the_tree_is_the_repository_or_the_topmost_package(
    make: Make, paths: tuple[str, ...], path: str, root: str, start: str
) -> None:
    top = make(*paths)
    place = locate(Path(path))
    assert (place.tree.root, place.start, place.base) == (top / root, start, root)


def test_the_base_leads_from_the_current_folder_to_the_root(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = make("repo/.git/", "repo/a/b/Cargo.toml")
    for folder, base in (("repo", ""), ("repo/a/b", "../.."), (".", "repo")):
        monkeypatch.chdir(top / folder)
        assert locate(top / "repo/a/b").base == base


def test_a_link_to_a_project_is_the_project(make: Make) -> None:
    top = make("repo/.git/", "repo/a/Cargo.toml")
    (top / "link").symlink_to("repo/a")
    place = locate(top / "link")
    assert (place.tree.root, place.start) == (top / "repo", "a")


def test_what_is_not_there_is_no_project(make: Make) -> None:
    make()
    with pytest.raises(NoProject, match="no such folder"):
        locate(Path("nowhere/at/all"))


def test_only_variables_of_cargo_and_rustup_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_X_RUNNER",
        "CARGO_PROFILE_DEV_LTO",
        "SECRET",
    ):
        monkeypatch.setenv(name, name)
    monkeypatch.setenv("CARGO_REGISTRY_TOKEN", "x")
    found = environment()
    assert {"RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_TARGET_X_RUNNER", "CARGO_PROFILE_DEV_LTO"} <= set(found)
    assert not {"SECRET", "CARGO_REGISTRY_TOKEN"} & set(found)


@pytest.mark.parametrize("below_cargo", [True, False])
def test_the_toolchain_that_rustup_set_for_cargo_is_no_choice(
    monkeypatch: pytest.MonkeyPatch, below_cargo: bool
) -> None:
    monkeypatch.delenv("CARGO", raising=False)
    monkeypatch.setenv("RUSTUP_TOOLCHAIN", "stable")
    if below_cargo:
        monkeypatch.setenv("CARGO", "/bin/cargo")
    assert ("RUSTUP_TOOLCHAIN" in environment()) != below_cargo


@pytest.mark.parametrize(
    ("wish", "variables", "terminal", "colour"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ("auto", {}, True, True),
        ("auto", {}, False, False),
    ],
)
def test_who_decides_about_colour(
    monkeypatch: pytest.MonkeyPatch, wish: str, variables: dict[str, str], terminal: bool, colour: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert use_colour(wish, terminal) == colour
