"""Workflows that do not name the target, but lead to a file that does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wasifix.project import read_project
from wasifix.project.callers import LOOK_LIMIT
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

from .called import PACKAGE, TEST, T

FILE = ".github/workflows/ci.yml"


class Counting:
    """A tree that knows which files it was asked for."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.tree, self.looked = MemoryTree(contents), list[str]()
        self.files, self.folders = self.tree.files, self.tree.folders

    def read(self, path: str) -> bytes | None:
        self.looked.append(path)
        return self.tree.read(path)


def targets(files: Mapping[str, str]) -> list[str | None]:
    """Of the builds that CI makes."""
    tree = MemoryTree({path: text.encode() for path, text in {"Cargo.toml": PACKAGE, **files}.items()})
    return [call.target.text for call in read_project(Sources(tree), "", {}).calls if call.workflow]


@pytest.mark.parametrize(
    ("step", "path", "text"),
    [
        ("run: ./deep/er/build.sh", "deep/er/build.sh", f"#!/bin/sh\n{TEST}\n"),
        ("run: cd sub && bash build.sh", "sub/build.sh", TEST),
        ('run: (cd "sub"; ./build.sh)', "sub/build.sh", f"#!/bin/sh\n{TEST}\n"),
        ("{run: bash build.sh, working-directory: sub/deep}", "sub/deep/build.sh", TEST),
        ("run: make -C sub", "sub/Makefile", f"all:\n\t{TEST}\n"),
        ("{run: just, working-directory: ./sub}", "sub/justfile", f"all:\n  {TEST}\n"),
        ("run: npm --prefix web run wasm", "web/package.json", f'{{"scripts": {{"wasm": "{TEST}"}}}}'),
        ("run: pnpm -C web wasm", "web/package.json", f'{{"scripts": {{"wasm": "{TEST}"}}}}'),
    ],
)
def test_a_workflow_need_not_name_the_target_itself(step: str, path: str, text: str) -> None:
    workflow = f"on: push\njobs:\n  a:\n    steps:\n      - {step}\n"
    assert targets({FILE: workflow, path: text}) == [T]
    gitlab = f"a:\n  script:\n    - {step.removeprefix('run: ')}\n"
    if step.startswith("run: "):
        assert targets({".gitlab-ci.yml": gitlab, path: text}) == [T]


@pytest.mark.parametrize(
    "files",
    [
        {"sub/build.sh": TEST},
        {"build.sh": "cargo test", "sub/other.sh": TEST},
        {"../build.sh": TEST},
    ],
)
def test_what_no_workflow_leads_to_does_not_count(files: dict[str, str]) -> None:
    workflow = "on: push\njobs:\n  a:\n    steps:\n      - run: ./build.sh; ../../b.sh; cd $X; cargo test\n"
    assert targets({FILE: workflow, **files}) == []


def test_the_files_that_are_looked_for_have_a_limit() -> None:
    folders = "".join(f"cd f{number}; " for number in range(300))
    scripts = "".join(f"./s{number}.sh; " for number in range(300))
    text = f"on: push\njobs:\n  a:\n    steps:\n      - run: {folders}{scripts}cargo test\n"
    tree = Counting({"Cargo.toml": PACKAGE.encode(), FILE: text.encode()})
    assert not read_project(Sources(tree), "", {}).calls
    assert LOOK_LIMIT < len(tree.looked) < LOOK_LIMIT + 500
