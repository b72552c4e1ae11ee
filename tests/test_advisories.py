"""The data files, what they say of real situations, and what the loader refuses."""

from __future__ import annotations

from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import tomli
from new_advisory import main
from running import EXAMPLE_NAMES, EXAMPLES, ROOT

from wasifix.advisories import ADVISORIES, InvalidAdvisory, load_advisories, read_advisory
from wasifix.engine import check
from wasifix.explain import by_symptom, releases_hit
from wasifix.reporting import ALL_CHECKS
from wasifix.rust import Release
from wasifix.strategies import STRATEGIES
from wasifix.tree import DiskTree, MemoryTree

FOLDER = files("wasifix.advisories")
PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
CDYLIB = f'{PACKAGE}[lib]\ncrate-type = ["cdylib"]\n'
CRT1 = '"-C", "link-arg=/wasi/crt1-reactor.o"'
LOCK = 'version = 3\n[[package]]\nname = "cc"\nversion = "{}"\n'


def found(channel: str, target: str = "wasm32-wasip1-threads", flags: str = "", **files: str) -> set[str]:
    texts = {
        "Cargo.toml": PACKAGE,
        ".cargo/config.toml": f"[target.{target}]\nrustflags = [{flags}]\n",
        "rust-toolchain.toml": f'[toolchain]\nchannel = "{channel}"\n',
        **{path.replace("_", "."): text for path, text in files.items()},
    }
    report = check(MemoryTree({path: text.encode() for path, text in texts.items()}))
    return {finding.id for finding in report.findings}


TRIGGERS: dict[str, tuple[set[str], set[str]]] = {
    "memory-cannot-grow": (found("1.91.0"), found("1.92.0")),
    "spawn-unsupported": (found("1.94.0"), found("1.94.1")),
    "import-module-mixup": (found("1.91.0", "wasm32-unknown-unknown"), found("1.91.1", "wasm32-wasip1")),
    "reactor-not-linked": (found("1.98.1", Cargo_toml=CDYLIB), found("1.100.0", Cargo_toml=CDYLIB)),
    "duplicate-initialize": (
        found("1.100.0", flags=CRT1, Cargo_toml=CDYLIB),
        found("1.98.1", flags=CRT1, Cargo_toml=CDYLIB),
    ),
    "c-objects-without-atomics": (
        found("1.97.1", Cargo_lock=LOCK.format("1.2.64")),
        found("1.97.1", Cargo_lock=LOCK.format("1.2.65")),
    ),
    "fd-leak": (found("1.93.0", "wasm32-wasip2"), found("1.93.0", "wasm32-wasip1")),
}


@pytest.mark.parametrize("name", TRIGGERS)
def test_an_advisory_holds_where_it_should_and_not_beside_it(name: str) -> None:
    hit, near_miss = TRIGGERS[name]
    assert name in hit
    assert name not in near_miss


OLD = LOCK.format("1.0.0")


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("reactor-not-linked", found("1.98.1")),
        ("reactor-not-linked", found("1.98.1", Cargo_toml=CDYLIB.replace("cdylib", "rlib"))),
        ("reactor-not-linked", found("1.98.1", "wasm32-unknown-unknown", Cargo_toml=CDYLIB)),
        ("duplicate-initialize", found("1.100.0", flags='"-Clink-arg=/wasi/crt1.o"', Cargo_toml=CDYLIB)),
        ("c-objects-without-atomics", found("1.97.1", Cargo_lock=OLD.replace('"cc"', '"ccc"'))),
        ("c-objects-without-atomics", found("1.97.1", "wasm32-wasip1", Cargo_lock=OLD)),
        ("c-objects-without-atomics", found("1.98.0", Cargo_lock=OLD)),
        ("c-objects-without-atomics", found("1.97.1", Cargo_lock=LOCK.format("x"))),
        ("c-objects-without-atomics", found("1.97.1", Cargo_lock="package = ['cc']\n")),
        ("c-objects-without-atomics", found("1.97.1", Cargo_lock="")),
        ("spawn-unsupported", found("1.94.0", "wasm32-unknown-unknown")),
        ("spawn-unsupported", found("1.93.1")),
        ("import-module-mixup", found("1.90.0", "wasm32-unknown-unknown")),
        ("fd-leak", found("1.92.0", "wasm32-wasip2")),
        ("fd-leak", found("1.93.1", "wasm32-wasip2")),
    ],
)
def test_a_near_miss_is_no_hit(name: str, ids: set[str]) -> None:
    assert name not in ids


def test_the_other_spelling_of_crate_type_counts() -> None:
    assert "reactor-not-linked" in found("1.98.1", Cargo_toml=CDYLIB.replace("crate-type", "crate_type"))


@pytest.mark.parametrize(
    ("target", "channel", "expected"),
    [
        ("wasm32-wasi", "1.84.0", True),
        ("wasm32-wasi", "1.83.0", False),
        ("wasm32-wasi-preview1-threads", "1.78.0", True),
        ("wasm32-wasi-preview1-threads", "1.77.2", False),
        ("wasm32-wasip1-threads", "1.84.0", False),
    ],
)
def test_an_old_name_is_an_error_only_where_it_is_asked_for(
    target: str, channel: str, expected: bool
) -> None:
    toolchain = f'[toolchain]\nchannel = "{channel}"\ntargets = ["{target}"]\n'
    tree = {"Cargo.toml": PACKAGE.encode(), "rust-toolchain.toml": toolchain.encode()}
    ids = {finding.id for finding in check(MemoryTree(tree)).findings}
    assert ("old-target-name" in ids) is expected
    assert "old-target-name" not in found(channel, target)


def test_every_advisory_has_a_trigger_and_a_near_miss() -> None:
    assert {*TRIGGERS, "old-target-name"} == set(ADVISORIES)


def test_the_list_of_advisories_is_the_folder() -> None:
    assert sorted(f"{name}.toml" for name in ADVISORIES) == sorted(
        each.name for each in FOLDER.iterdir() if each.name.endswith(".toml")
    )
    assert len(set(ADVISORIES) | {each.id for each in ALL_CHECKS}) == len(ADVISORIES) + len(ALL_CHECKS)


def test_every_remedy_is_a_strategy() -> None:
    known = {strategy.name for strategy in STRATEGIES}
    assert all(set(advisory.remedies) <= known for advisory in load_advisories())


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_every_advisory_can_be_asked_of_every_example(name: str) -> None:
    report = check(DiskTree(EXAMPLES / name))
    assert {finding.id for finding in report.findings} <= {*ADVISORIES, *(each.id for each in ALL_CHECKS)}


def _without(*path: str) -> dict[str, Any]:
    data = deepcopy(DATA)
    table: dict[str, Any] = data
    for key in path[:-1]:
        table = table[key][0] if isinstance(table[key], list) else table[key]
    del table[path[-1]]
    return data


def _with(value: object, *path: str) -> dict[str, Any]:
    data = deepcopy(DATA)
    table: dict[str, Any] = data
    for key in path[:-1]:
        table = table[key][0] if isinstance(table[key], list) else table[key]
    table[path[-1]] = value
    return data


DATA = tomli.loads(FOLDER.joinpath("memory-cannot-grow.toml").read_text("utf-8"))


def test_the_data_as_it_is_is_accepted() -> None:
    assert read_advisory("memory-cannot-grow", DATA).id == "memory-cannot-grow"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (_without("title"), "`title` is missing"),
        (_without("references"), "`references` is missing"),
        (_with([], "references"), "`references` must be a list"),
        (_with(["see the issue"], "references"), "must be links"),
        (_with("later", "since"), "unknown key: since"),
        (_with("x", "affected", "arch"), "unknown key: arch"),
        (_with([{"introduced": "1.90.0", "until": "1.91.0"}], "affected", "rust"), "unknown key: until"),
        (_with([{"introduced": "1.90.x"}], "affected", "rust"), "not a release number"),
        (_with(["moon"], "affected", "unless"), "'moon' is not a valid Condition"),
        (_with(["dev"], "affected", "channels"), "'dev' is not a valid Channel"),
        (_with("fatal", "level"), "'fatal' is not a valid Level"),
        (_with(1, "title"), "of the wrong type"),
        (_with("other-name", "id"), "the id must be the file's name"),
        (_with(["pray"], "automatic"), "`automatic` must be some of `remedies`"),
        (_with([], "affected"), "affects nothing"),
    ],
)
def test_the_loader_refuses_what_it_does_not_know(data: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidAdvisory, match=complaint):
        read_advisory("memory-cannot-grow", data)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("memory allocation of 7200 bytes failed", "memory-cannot-grow"),
        (
            'failed to spawn thread: Os { code: 6, kind: WouldBlock, message: "Resource temporarily" }',
            "memory-cannot-grow",
        ),
        ("running 1 test\nMEMORY ALLOCATION OF 12 bytes failed\n", "memory-cannot-grow"),
        ('failed to spawn thread: Error { kind: Unsupported, message: "" }', "spawn-unsupported"),
        ("rust-lld: error: import module mismatch for symbol: f", "import-module-mixup"),
        ("rust-lld: wasm-ld: error: duplicate symbol: _initialize", "duplicate-initialize"),
        (
            "wasm-ld: error: --shared-memory is disallowed by a.o because it was not compiled with "
            "'atomics' or 'bulk-memory' features.",
            "c-objects-without-atomics",
        ),
        ('could not find specification for target "wasm32-wasi-preview1-threads"', "old-target-name"),
    ],
)
def test_a_message_leads_to_its_advisory(message: str, name: str) -> None:
    assert [each.id for each in by_symptom(message, load_advisories())][:1] == [name]


@pytest.mark.parametrize("message", ["", "test result: ok", "memory allocation of bytes failed"])
def test_other_messages_lead_nowhere(message: str) -> None:
    assert by_symptom(message, load_advisories()) == ()


def test_the_line_of_releases_shows_which_are_hit() -> None:
    releases = [Release(1, 91, 1), Release(1, 92), Release(1, 100)]
    assert [hit for _, hit in releases_hit(load_advisories()[0], releases)] == [True, False, False]


def test_the_skeleton_of_an_advisory_is_one_that_the_loader_takes(tmp_path: Path) -> None:
    copy = tmp_path / "wasifix" / "advisories"
    copy.mkdir(parents=True)
    (copy / "__init__.py").write_text((ROOT / "wasifix/advisories/__init__.py").read_text("utf-8"), "utf-8")
    main("my-problem", tmp_path)
    data = tomli.loads((copy / "my-problem.toml").read_text("utf-8"))
    assert read_advisory("my-problem", data).id == "my-problem"
    assert '    "my-problem",\n)' in (copy / "__init__.py").read_text("utf-8")
    assert check(DiskTree(tmp_path / "examples" / "my-problem")).builds
