from __future__ import annotations

from pathlib import Path

import pytest

from project.layouts import in_memory, package, path_dependency, workspace
from wasifix.errors import NoProject, OutsideProject, UnreadableInput
from wasifix.project.sources import Sources
from wasifix.project.workspace import Workspace, find_workspace
from wasifix.tree import DiskTree


def found(files: dict[str, str], start: str = "") -> Workspace:
    return find_workspace(in_memory(files), start)


def folders(of: Workspace) -> list[str]:
    return [each.folder for each in of.packages]


def test_the_nearest_manifest_above_the_folder_counts() -> None:
    files = {"Cargo.toml": package("a"), "src/deep/main.rs": "", "other/Cargo.toml": workspace()}
    assert found(files, "src/deep").root.path == "Cargo.toml"
    assert folders(found(files, "src/deep")) == [""]


def test_a_virtual_root_has_its_members_and_no_package_of_its_own() -> None:
    files = {"Cargo.toml": workspace("a", "b"), "a/Cargo.toml": package("a"), "b/Cargo.toml": package("b")}
    for start in ("", "a", "b"):
        assert found(files, start).root.path == "Cargo.toml"
        assert folders(found(files, start)) == ["a", "b"]


def test_the_root_package_comes_first() -> None:
    files = {"Cargo.toml": package("r") + workspace("a"), "a/Cargo.toml": package("a")}
    assert folders(found(files, "a")) == ["", "a"]


def test_the_old_project_table_makes_a_package() -> None:
    assert folders(found({"Cargo.toml": package("old", of="project") + "[workspace]\n"})) == [""]


def test_a_glob_passes_over_folders_without_manifest_and_excluded_ones() -> None:
    files = {
        "Cargo.toml": workspace("c/*", more='exclude = ["c/b"]\n'),
        "c/a/Cargo.toml": package("a"),
        "c/b/Cargo.toml": package("b"),
        "c/notes/README.md": "",
        "c/file": "",
    }
    assert folders(found(files)) == ["c/a"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("c/*", ["c/a", "c/b1"]),
        ("c/?", ["c/a"]),
        ("c/b[0-9]", ["c/b1"]),
        ("*/a", ["c/a"]),
        ("c/**", ["c/a", "c/b1", "c/b1/deep"]),
        ("./c/a/", ["c/a"]),
        ("x/../c/a", ["c/a"]),
        ("none/*", []),
    ],
)
def test_patterns_of_members(pattern: str, expected: list[str]) -> None:
    files = {
        "Cargo.toml": workspace(pattern),
        "c/a/Cargo.toml": package("a"),
        "c/b1/Cargo.toml": package("b1"),
        "c/b1/deep/Cargo.toml": package("deep"),
    }
    assert sorted(folders(found(files))) == expected


@pytest.mark.parametrize("members", [["../other"], ["a/../../other"], ["../*"], ["/other"], ["C:/other/*"]])
def test_a_member_outside_the_project_is_refused_where_it_is_listed(members: list[str]) -> None:
    with pytest.raises(OutsideProject) as caught:
        found({"Cargo.toml": workspace("a", *members), "a/Cargo.toml": package("a")})
    assert caught.value.place == "Cargo.toml:2:17"


def test_a_pointer_out_of_the_project_is_refused_at_its_place() -> None:
    with pytest.raises(OutsideProject) as caught:
        found({"Cargo.toml": package("a", 'workspace = "../.."\n')})
    assert caught.value.place == "Cargo.toml:5:13"


def test_a_pointer_to_what_is_no_workspace_is_refused_at_its_place() -> None:
    files = {"a/Cargo.toml": package("a", 'workspace = "../b"\n'), "b/Cargo.toml": package("b")}
    with pytest.raises(UnreadableInput, match=r"b/Cargo\.toml, which is no workspace root") as caught:
        found(files, "a")
    assert caught.value.place == "a/Cargo.toml:5:13"


def test_a_missing_member_is_refused_where_it_is_listed() -> None:
    with pytest.raises(UnreadableInput, match=r"there is no gone/Cargo\.toml") as caught:
        found({"Cargo.toml": workspace("a", "gone"), "a/Cargo.toml": package("a")})
    assert caught.value.place == "Cargo.toml:2:17"


def test_a_nested_package_that_is_no_member_is_refused_as_by_cargo() -> None:
    files = {"Cargo.toml": package("r") + "[workspace]\n", "n/Cargo.toml": package("n")}
    with pytest.raises(UnreadableInput, match="no member of it") as caught:
        found(files, "n")
    assert caught.value.path == "n/Cargo.toml"


@pytest.mark.parametrize(("start", "hint"), [("", "sub"), ("sub/src", "")])
def test_without_a_manifest_a_folder_that_has_one_is_named(start: str, hint: str) -> None:
    files = {"sub/Cargo.toml": package("s")} if hint else {"sub/src/main.rs": ""}
    with pytest.raises(NoProject) as caught:
        found(files, start)
    assert ("there is one in sub" in caught.value.advice) == bool(hint)


@pytest.mark.parametrize("broken", ["[package", 'name = "a"\nname = "b"\n', "\x00"])
def test_a_broken_member_is_an_error_with_its_place(broken: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        found({"Cargo.toml": workspace("a"), "a/Cargo.toml": broken})
    assert caught.value.place.startswith("a/Cargo.toml:")


@pytest.mark.parametrize("manifest", ['[workspace]\nmembers = "a"\n', "[workspace]\nmembers = [1]\n"])
def test_members_of_a_wrong_kind_are_passed_over(manifest: str) -> None:
    assert folders(found({"Cargo.toml": manifest})) == []


def test_a_path_dependency_out_of_the_project_is_no_member() -> None:
    files = {"Cargo.toml": package("r", "[workspace]\n" + path_dependency("x", "../x"))}
    assert folders(found(files)) == [""]


@pytest.mark.parametrize(
    ("member", "root", "version", "place"),
    [
        ('rust-version = "1.85"\n', "", "1.85", "a/Cargo.toml:5:16"),
        (
            "rust-version.workspace = true\n",
            '[workspace.package]\nrust-version = "1.80"\n',
            "1.80",
            "Cargo.toml:4:16",
        ),
        ("rust-version = { workspace = true }\n", "", None, ""),
        ("rust-version = 1.85\n", "", None, ""),
        ("", '[workspace.package]\nrust-version = "1.80"\n', None, ""),
    ],
)
def test_the_rust_version_of_a_package(member: str, root: str, version: str | None, place: str) -> None:
    of = found({"Cargo.toml": workspace("a", more=root), "a/Cargo.toml": package("a", member)})
    fact = of.rust_version(of.packages[0])
    assert fact.value == version
    assert [each.place for each in fact.evidence] == ([place] if place else [])


def test_links_that_lead_round_in_a_circle_end_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text(workspace("**"))
    for name in ("x", "y"):
        (tmp_path / name).symlink_to(".")
    with pytest.raises(UnreadableInput, match="more than 20000 folders") as caught:
        find_workspace(Sources(DiskTree(tmp_path)), "")
    assert caught.value.place == "Cargo.toml:2:12"
