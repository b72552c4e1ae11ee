"""The workspaces that real Cargo finds, and the ones it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rust_programs import cargo, write

from project.layouts import package, path_dependency, workspace
from wasifix.errors import UnreadableInput
from wasifix.project.sources import Sources
from wasifix.project.workspace import find_workspace
from wasifix.tree import DiskTree

LAYOUTS: dict[str, tuple[str, dict[str, str]]] = {
    "single package": ("", {"Cargo.toml": package("r")}),
    "single package with a path dependency": (
        "",
        {"Cargo.toml": package("r", path_dependency("a", "a")), "a/Cargo.toml": package("a")},
    ),
    "from a folder without manifest": (
        "a/src",
        {"Cargo.toml": workspace("a"), "a/Cargo.toml": package("a")},
    ),
    "empty workspace": ("", {"Cargo.toml": "[workspace]\n"}),
    "glob with exclude": (
        "c/a",
        {
            "Cargo.toml": workspace("c/*", more='exclude = ["c/b", "c/q*"]\n'),
            "c/a/Cargo.toml": package("a"),
            "c/b/Cargo.toml": package("b"),
            "c/q1/Cargo.toml": package("q1"),
        },
    ),
    "hidden folder in a glob": (
        "",
        {
            "Cargo.toml": workspace("c/*"),
            "c/a/Cargo.toml": package("a"),
            "c/.hidden/Cargo.toml": package("hid"),
            "c/file": "",
        },
    ),
    "other patterns": (
        "",
        {
            "Cargo.toml": workspace("./a/", "c/[ab]", "x?"),
            **{
                f"{each}/Cargo.toml": package(each.replace("/", "-"))
                for each in ("a", "c/a", "c/b", "c/d", "x1")
            },
        },
    ),
    "listed inside an excluded folder": (
        "v/in",
        {
            "Cargo.toml": workspace("x", "v/in", more='exclude = ["v"]\n'),
            "x/Cargo.toml": package("x", path_dependency("z", "../v/z")),
            "v/in/Cargo.toml": package("in-it"),
            "v/z/Cargo.toml": package("z"),
        },
    ),
    "excluded package": (
        "v/z",
        {
            "Cargo.toml": workspace("x", more='exclude = ["v"]\n'),
            "x/Cargo.toml": package("x"),
            "v/z/Cargo.toml": package("z"),
        },
    ),
    "path dependencies of every kind": (
        "",
        {
            "Cargo.toml": package(
                "r",
                "[workspace]\n"
                + path_dependency("a", "a", "dev-dependencies")
                + path_dependency("b", "b", "build-dependencies")
                + path_dependency("c", "c", "target.'cfg(unix)'.dependencies")
                + path_dependency("d", "d", "patch.crates-io"),
            ),
            **{f"{each}/Cargo.toml": package(each) for each in "abcd"},
        },
    ),
    "path dependency inherited from the workspace": (
        "y",
        {
            "Cargo.toml": workspace("x", more=path_dependency("y", "y", "workspace.dependencies")),
            "x/Cargo.toml": package("x", "[dependencies]\ny.workspace = true\n"),
            "y/Cargo.toml": package("y"),
        },
    ),
    "path dependency of a path dependency": (
        "deep/y",
        {
            "Cargo.toml": package("r", "[workspace]\n" + path_dependency("x", "x")),
            "x/Cargo.toml": package("x", path_dependency("y", "../deep/y")),
            "deep/y/Cargo.toml": package("y"),
        },
    ),
    "path dependency beside the root that points to it": (
        "y",
        {
            "r/Cargo.toml": workspace("x"),
            "r/x/Cargo.toml": package("x", path_dependency("y", "../../y")),
            "y/Cargo.toml": package("y", 'workspace = "../r"\n'),
        },
    ),
    "path dependency beside the root": (
        "r",
        {
            "r/Cargo.toml": workspace("x"),
            "r/x/Cargo.toml": package("x", path_dependency("y", "../../y")),
            "y/Cargo.toml": package("y"),
        },
    ),
    "path dependency that points elsewhere": (
        "r",
        {
            "r/Cargo.toml": workspace("x"),
            "r/x/Cargo.toml": package(
                "x", path_dependency("y", "../../y") + path_dependency("z", "../../z", "dev-dependencies")
            ),
            "y/Cargo.toml": package("y", 'workspace = "../none"\n'),
            "z/Cargo.toml": package("z", 'workspace = "../../outside"\n'),
        },
    ),
    "pointer of a package above": (
        "p/inner",
        {
            "p/Cargo.toml": package("p", 'workspace = "../root"\n'),
            "p/inner/Cargo.toml": package("inner"),
            "root/Cargo.toml": workspace("../p", "../p/inner"),
        },
    ),
    "workspace in a workspace": (
        "n",
        {"Cargo.toml": package("r", "[workspace]\n"), "n/Cargo.toml": package("n", "[workspace]\n")},
    ),
}

REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    "no member": ("n", {"Cargo.toml": package("r", "[workspace]\n"), "n/Cargo.toml": package("n")}),
    "missing member": ("", {"Cargo.toml": workspace("gone")}),
    "pointer to no workspace": (
        "a",
        {"a/Cargo.toml": package("a", 'workspace = "../b"\n'), "b/Cargo.toml": package("b")},
    ),
    "member of a nearer workspace": (
        "s/m",
        {"Cargo.toml": workspace("s/m"), "s/Cargo.toml": workspace(), "s/m/Cargo.toml": package("m")},
    ),
    "broken manifest": ("", {"Cargo.toml": "[package"}),
}


def _written(tmp_path: Path, files: dict[str, str]) -> Path:
    root = tmp_path / "project"
    sources = {
        f"{path.removesuffix('Cargo.toml')}src/lib.rs": "" for path in files if path.endswith("Cargo.toml")
    }
    write(root, {**files, **sources})
    return root


@pytest.mark.parametrize("name", LAYOUTS)
def test_root_and_members_are_those_of_cargo(name: str, tmp_path: Path) -> None:
    start, files = LAYOUTS[name]
    root = _written(tmp_path, files)
    done = cargo("metadata", "--no-deps", "--format-version=1", folder=root / start, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    metadata = json.loads(done.stdout)
    found = find_workspace(Sources(DiskTree(root)), start)
    assert root / found.folder == Path(metadata["workspace_root"])
    assert sorted(str(root / each.path) for each in found.packages) == sorted(
        each["manifest_path"] for each in metadata["packages"]
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_cargo_refuses_is_refused(name: str, tmp_path: Path) -> None:
    start, files = REFUSED[name]
    root = _written(tmp_path, files)
    done = cargo("metadata", "--no-deps", "--format-version=1", folder=root / start, home=tmp_path / "home")
    assert done.returncode != 0
    with pytest.raises(UnreadableInput):
        find_workspace(Sources(DiskTree(root)), start)
