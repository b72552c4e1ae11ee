"""What a step comes to is remembered for other legs: where that would be wrong, it is read again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wasifix.project import read_project
from wasifix.project.outcomes import FOLLOW_LIMIT
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

from .called import PACKAGE, TEST, T

FILE = ".github/workflows/ci.yml"
ACTION = ".github/actions/set/action.yml"
USES = "uses: ./.github/actions/set"
SETS = "echo RUSTUP_TOOLCHAIN=1.91.0 >> $GITHUB_ENV"


def calls(jobs: Mapping[str, tuple[str, ...]], **files: str) -> list[CargoCall]:
    """The Cargo commands of jobs with these steps, the environment of a job being one that begins with it."""
    text = "# wasm32\non: push\njobs:\n"
    for name, lines in jobs.items():
        heads = [line for line in lines if line.startswith("env:")]
        steps = [line for line in lines if line not in heads]
        text += f"  {name}:\n" + "".join(f"    {line}\n" for line in heads) + "    steps:\n"
        text += "".join(f"      - {step}\n" for step in steps)
    texts = {"Cargo.toml": PACKAGE, FILE: text, **files}
    tree = MemoryTree({path.replace("__", "/"): text.encode() for path, text in texts.items()})
    return [call for call in read_project(Sources(tree), "", {}).calls if call.workflow]


def chosen(call: CargoCall) -> list[str]:
    """The variables of a command with the line that decides each."""
    return [
        f"{name}={known.text} {known.evidence[0].place.rpartition('/')[2]}"
        for name, known in call.environment.items()
    ]


def composite(run: str) -> str:
    return f"runs:\n  using: composite\n  steps:\n    - {{run: '{run}', shell: bash}}\n"


def test_what_is_set_once_more_is_set() -> None:
    """Nothing changes where the action is used for the second time, but in the other job it decides."""
    found = calls(
        {
            "twice": (USES, USES, f"run: {TEST}"),
            "once": ("env: {RUSTUP_TOOLCHAIN: 1.91.0}", USES, f"run: {TEST}"),
        },
        **{ACTION: composite(SETS)},
    )
    assert [chosen(call) for call in found] == [["RUSTUP_TOOLCHAIN=1.91.0 action.yml:4:36"]] * 2


def test_what_a_script_of_the_repository_sets_once_more_is_set() -> None:
    again = ("run: ./set.sh", "run: bash set.sh", f"run: {TEST}")
    found = calls(
        {"twice": again, "once": ("env: {RUSTUP_TOOLCHAIN: 1.91.0}", "run: bash set.sh", f"run: {TEST}")},
        **{"set.sh": f"#!/bin/sh\n# cargo\n{SETS}\n"},
    )
    assert [chosen(call) for call in found] == [["RUSTUP_TOOLCHAIN=1.91.0 set.sh:3:23"]] * 2


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("rustup default 1.90.0", "1.90.0"),
        ("curl https://sh.rustup.rs | sh -s -- -y", "stable"),
    ],
)
def test_a_default_holds_in_every_job(step: str, expected: str) -> None:
    script = {"set.sh": f"#!/bin/sh\n{step}\n"}
    found = calls(dict.fromkeys("abc", ("run: ./set.sh", f"run: {TEST}")), **script)
    assert [call.default and call.default.text for call in found] == [expected] * 3


def test_the_standard_default_is_set_only_where_there_is_none() -> None:
    script = {"install.sh": "#!/bin/sh\ncurl https://sh.rustup.rs | sh -s -- -y\n"}
    install = "run: ./install.sh"
    found = calls(
        {"there": ("run: rustup default 1.90.0", install, f"run: {TEST}"), "none": (install, f"run: {TEST}")},
        **script,
    )
    assert [call.default and call.default.text for call in found] == ["1.90.0", "stable"]


def test_an_override_goes_where_there_is_one() -> None:
    unset = "run: ./unset.sh"
    found = calls(
        {
            "none": (unset, f"run: {TEST}"),
            "one": ("run: rustup override set 1.90.0", unset, f"run: {TEST}"),
        },
        **{"unset.sh": "#!/bin/sh\nrustup override unset\n"},
    )
    assert [call.override for call in found] == [None, None]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("rustup override set 1.90.0", ("1.90.0", None)),
        ("curl https://wasmtime.dev/install.sh -sSf | bash -s -- --version v36.0.0", (None, "v36.0.0")),
    ],
)
def test_what_a_script_installs_or_chooses_holds_in_every_job(step: str, expected: tuple[str, str]) -> None:
    script = {"set.sh": f"#!/bin/sh\n{step}\n"}
    found = calls(dict.fromkeys("abc", ("run: ./set.sh", f"run: {TEST}")), **script)
    seen = [
        (call.override and call.override.text, call.wasmtime and call.wasmtime.version.text) for call in found
    ]
    assert seen == [expected] * 3


def test_what_a_setup_action_in_an_action_sets_once_more_is_set() -> None:
    action = (
        "runs:\n  using: composite\n  steps:\n    - {uses: moonrepo/setup-rust@v1, with: {channel: 1.91.0}}\n"
    )
    found = calls(
        {
            "twice": ("env: {RUSTFLAGS: -Dwarnings}", USES, USES, f"run: {TEST}"),
            "once": ("env: {RUSTFLAGS: -Dwarnings, RUSTUP_TOOLCHAIN: 1.91.0}", USES, f"run: {TEST}"),
        },
        **{ACTION: action},
    )
    assert [chosen(call) for call in found] == [
        ["RUSTFLAGS=-Dwarnings ci.yml:5:22", "RUSTUP_TOOLCHAIN=1.91.0 action.yml:4:54"],
        ["RUSTFLAGS=-Dwarnings ci.yml:11:22", "RUSTUP_TOOLCHAIN=1.91.0 action.yml:4:54"],
    ]


@pytest.mark.parametrize("script", [f"T={T}", "cd sub"])
def test_what_a_sourced_script_leaves_holds_in_every_job(script: str) -> None:
    step = f"run: . ./set.sh; cargo test --target ${{T:-{T}}}"
    found = calls({"a": (step,), "b": (step,)}, **{"set.sh": f"# cargo\n{script}\n"})
    folder = "sub" if script == "cd sub" else ""
    assert [(call.folder, call.target.text) for call in found] == [(folder, T)] * 2


def test_one_command_that_does_nothing_says_nothing_of_the_next() -> None:
    jobs = {"a": ("run: bash -c 'cargo --version'; bash -c 'rustup show'", f"run: bash -c '{TEST}'")}
    assert [call.target.text for call in calls(jobs)] == [T]


def test_a_variable_for_later_steps_that_a_script_leaves_holds_in_every_job() -> None:
    found = calls(
        dict.fromkeys("ab", ("run: ./set.sh", f"run: {TEST}")),
        **{"set.sh": f"#!/bin/sh\n# cargo\n{SETS}\n"},
    )
    assert [chosen(call) for call in found] == [["RUSTUP_TOOLCHAIN=1.91.0 set.sh:3:23"]] * 2


def test_a_toolchain_that_is_installed_is_seen_in_every_job() -> None:
    script = {"set.sh": "#!/bin/sh\nrustup toolchain install 1.90.0\n"}
    found = calls(dict.fromkeys("ab", ("run: ./set.sh", f"run: {TEST}")), **script)
    assert [[known.text for known in call.mentions] for call in found] == [["1.90.0"]] * 2


@pytest.mark.parametrize("condition", ['[ "$WANTED" = yes ]', '[ -n "$WANTED" ]'])
@pytest.mark.parametrize("run", ["./test.sh", "bash test.sh"])
def test_a_script_that_did_nothing_is_read_where_a_variable_is_set(condition: str, run: str) -> None:
    script = {"test.sh": f"#!/bin/sh\nif {condition}; then\n  {TEST}\nfi\n"}
    found = calls(
        {
            "empty": ("env: {WANTED: ''}", f"run: {run}"),
            "set": ("env: {WANTED: 'yes'}", f"run: {run}"),
            "again": ("env: {WANTED: ''}", f"run: {run}"),
        },
        **script,
    )
    assert [call.job for call in found] == ["set"]


def test_a_script_that_did_nothing_is_read_where_it_is_not_sure_to() -> None:
    script = {"test.sh": f'#!/bin/sh\n[ "$V" = yes ] || {TEST}\n'}
    maybe = 'run: export V=no; if [ "$Q" ]; then export V=yes; fi; ./test.sh'
    found = calls({"sure": ("run: export V=yes; ./test.sh",), "maybe": (maybe,)}, **script)
    assert [call.job for call in found] == ["maybe"]


def test_a_script_that_did_nothing_is_read_with_another_argument() -> None:
    script = {"test.sh": f'#!/bin/sh\nif [ "$1" = {T} ]; then\n  cargo test --target "$1"\nfi\n'}
    found = calls({"a": ("run: ./test.sh wasm32-wasip1", f"run: ./test.sh {T}")}, **script)
    assert [call.target.text for call in found] == [T]


def test_a_script_that_did_nothing_in_a_container_is_read_outside() -> None:
    script = {"test.sh": f'#!/bin/sh\nif [ "$T" = {T} ]; then\n  cargo test --target "$T"\nfi\n'}
    jobs = {"a": (f"env: {{T: {T}}}", "run: docker run -e T=no rust:1.90 ./test.sh", "run: ./test.sh")}
    assert [call.target.text for call in calls(jobs, **script)] == [T]


def test_a_script_that_did_nothing_in_one_folder_is_read_in_another() -> None:
    files = {"test.sh": "#!/bin/sh\nbash here.sh\n", "sub__here.sh": TEST, "here.sh": "# cargo\ntrue\n"}
    found = calls({"a": ("run: ./test.sh", "run: cd sub && ../test.sh")}, **files)
    assert [(call.folder, call.target.text) for call in found] == [("sub", T)]


def test_a_circle_that_was_cut_is_read_from_its_other_end() -> None:
    """Entered from a.sh, b.sh does nothing: it leads back to what runs already."""
    files = {"a.sh": f"#!/bin/sh\n./b.sh\n{TEST}\n", "b.sh": "#!/bin/sh\n./a.sh\n"}
    found = calls({"first": ("run: ./a.sh",), "second": ("run: ./b.sh",)}, **files)
    assert [(call.job, call.trail) for call in found] == [
        ("first", ("a.sh",)),
        ("second", ("b.sh", "a.sh")),
    ]


def test_what_a_limit_has_cut_off_is_read_in_the_next_job() -> None:
    """The last script that may be followed leads on to another one."""
    files = {"noop.sh": "# cargo\ntrue\n", "a.sh": "bash b.sh\n", "b.sh": TEST}
    many = "; ".join(["bash noop.sh"] * (FOLLOW_LIMIT - 1))
    found = calls({"full": (f"run: {many}; bash a.sh",), "next": ("run: bash a.sh",)}, **files)
    assert [call.job for call in found] == ["next"]
