"""Work grows with the input and not with its square, and not at all beyond a limit: counted, not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType

import pytest
from fuzz.project import BASE, CALL, FILES, TARGET

from wasifix.engine import check
from wasifix.tree import MemoryTree

WORKFLOW = ".github/workflows/ci.yml"
Files = Callable[[int], Mapping[str, str]]


def workflow(steps: str, more: str = "") -> str:
    return f"on: push\njobs:\n{more}  test:\n    runs-on: x\n    steps:\n{steps}"


def each(count: int, text: Callable[[int], str]) -> str:
    return "".join(map(text, range(count)))


MARK = "# wasifix pin for memory-cannot-grow (unproven): 1.91 -> 1.90.0; https://github.com/rust-lang/rust\n"
GROWING: dict[str, Files] = {
    "lines of a script": lambda n: {
        WORKFLOW: workflow(f"      - run: |\n{each(n, lambda _: f'          {CALL}{chr(10)}')}")
    },
    "lines of a script that is not ASCII": lambda n: {"build.sh": "# ä\n" + f"{CALL}\n" * n},
    "steps": lambda n: {WORKFLOW: workflow(f"      - run: {CALL}\n" * n)},
    "legs": lambda n: {
        WORKFLOW: workflow(
            f"      - run: cargo +${{{{ matrix.r }}}} test --target {TARGET}\n",
        ).replace(
            "    steps",
            f"    strategy:\n      matrix:\n        r: {[f'1.9.{one}' for one in range(n)]}\n    steps",
        )
    },
    "workflows": lambda n: {
        f".github/workflows/w{one}.yml": workflow(f"      - run: {CALL}\n") for one in range(n)
    },
    "aliases": lambda n: {WORKFLOW: workflow(f"      - &s\n        run: {CALL}\n" + "      - *s\n" * n)},
    "recipes": lambda n: {"Makefile": each(n, lambda one: f"t{one}:\n\t{CALL}\n")},
    "tables": lambda n: {
        "Cargo.toml": FILES["Cargo.toml"].decode()
        + each(n, lambda one: f"[profile.p{one}]\ninherits = 'dev'\n")
    },
    "conditions": lambda n: {
        ".cargo/config.toml": FILES[".cargo/config.toml"].decode()
        + each(n, lambda one: f"[target.'cfg(any(unix, a{one}))']\nrustflags = ['-Ca']\n")
    },
    "comments of wasifix": lambda n: {"Cargo.toml": FILES["Cargo.toml"].decode() + MARK * n},
}
LIMITED: dict[str, Files] = {
    "recipes that make one another twice": lambda n: {
        "Makefile": each(n, lambda one: f"t{one}:\n\t$(MAKE) t{one + 1}\n\t$(MAKE) t{one + 1}\n")
        + f"t{n}:\n\t{CALL}\n"
    },
    "recipes that just one another twice": lambda n: {
        "justfile": each(n, lambda one: f"t{one}:\n  just t{one + 1}\n  just t{one + 1}\n")
        + f"t{n}:\n  {CALL}\n"
    },
    "scripts that source one another twice": lambda n: {
        f"scripts/s{one}.sh": f". scripts/s{one + 1}.sh\n. scripts/s{one + 1}.sh\n{CALL}\n"
        for one in range(n)
    },
    "scripts of npm that run one another twice": lambda n: {
        "package.json": '{"scripts": {'
        + each(n, lambda one: f'"s{one}": "npm run s{one + 1} && npm run s{one + 1}", ')
        + f'"s{n}": "{CALL}"}}}}'
    },
    "variables of one another twice": lambda n: {
        "build.sh": "V0=x\n" + each(n, lambda one: f"V{one + 1}=$V{one}$V{one}\n") + f"{CALL} $V{n}\n",
        "Dockerfile": "FROM rust:1.91\nARG V0=x\n"
        + each(n, lambda one: f"ARG V{one + 1}=$V{one}$V{one}\n")
        + f"RUN {CALL} $V{n}\n",
    },
    "actions that use one another twice": lambda n: {
        WORKFLOW: workflow("      - uses: ./a0\n"),
        **{
            f"a{one}/action.yml": f"runs:\n  steps:\n  - uses: ./a{one + 1}\n  - uses: ./a{one + 1}\n"
            for one in range(n)
        },
        f"a{n}/action.yml": f"runs:\n  steps:\n  - run: {CALL}\n",
    },
}


def calls(files: Mapping[str, str]) -> int:
    """How many functions of wasifix are called for a check."""
    count = 0

    def profiled(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and "wasifix" in frame.f_code.co_filename

    tree = MemoryTree(
        {**{path: FILES[path] for path in BASE}, **{path: text.encode() for path, text in files.items()}}
    )
    before = sys.getprofile()
    sys.setprofile(profiled)
    try:
        check(tree)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_twice_as_much_is_twice_the_work(name: str) -> None:
    base, once, twice = (calls(GROWING[name](count)) for count in (0 if "legs" not in name else 1, 60, 120))
    assert twice - base < 2.4 * (once - base) + 500


@pytest.mark.parametrize("name", LIMITED)
def test_what_leads_to_itself_again_and_again_has_a_limit(name: str) -> None:
    calls(LIMITED[name](10))  # grammars are loaded
    assert calls(LIMITED[name](200)) < 3_000_000
