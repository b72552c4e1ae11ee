"""What the workflows of a project build, and with which toolchain."""

from __future__ import annotations

import pytest

from wasifix.engine import check, plan
from wasifix.errors import UnreadableInput
from wasifix.model import Build
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
THREADS = "wasm32-wasip1-threads"
TEST = f"- run: cargo test --target {THREADS} --release"
FILE = ".github/workflows/ci.yml"


def tree(steps: str, job: str = "", top: str = "", **more: str) -> MemoryTree:
    text = f"name: CI\non: push\n{top}jobs:\n  test:\n    runs-on: ubuntu-latest\n"
    text += "".join(f"    {line}\n" for line in job.splitlines())
    text += "    steps:\n" + "".join(f"      {line}\n" for line in steps.splitlines())
    files = {"Cargo.toml": PACKAGE, FILE: text}
    files |= {path.replace("_", "-") + ".toml": contents for path, contents in more.items()}
    return MemoryTree({path: contents.encode() for path, contents in files.items()})


def builds(of: MemoryTree) -> list[Build]:
    return [build for build in check(of).builds if not build.is_local]


def toolchains(of: MemoryTree) -> list[str | None]:
    return [build.toolchain.value.name if build.toolchain.value else None for build in builds(of)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (TEST, [None]),
        (f"- uses: dtolnay/rust-toolchain@1.91.0\n{TEST}", ["1.91.0"]),
        (f"- uses: dtolnay/rust-toolchain@stable\n{TEST}", ["stable"]),
        (f"- uses: dtolnay/rust-toolchain@stable\n  with:\n    toolchain: 1.91.0\n{TEST}", ["1.91.0"]),
        (f"- uses: dtolnay/rust-toolchain@master\n  with:\n    toolchain: '1.90'\n{TEST}", ["1.90"]),
        (f"- uses: dtolnay/rust-toolchain@{'a' * 40}\n{TEST}", [None]),
        (
            f"- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with:\n    toolchain: 1.91.0\n{TEST}",
            ["1.91.0"],
        ),
        (f"- uses: actions-rs/toolchain@v1\n  with:\n    toolchain: 1.91.0\n{TEST}", ["1.91.0"]),
        (f"- uses: moonrepo/setup-rust@v1\n  with:\n    channel: 1.91.0\n{TEST}", ["1.91.0"]),
        (f"- run: rustup default 1.91.0\n{TEST}", ["1.91.0"]),
        (f"- run: rustup override set 1.91.0\n{TEST}", ["1.91.0"]),
        (f"- run: rustup toolchain install 1.91.0\n{TEST}", [None]),
        (f"- run: cargo +1.91.0 test --target={THREADS}", ["1.91.0"]),
        (f"- run: rustup run 1.91.0 cargo test --target {THREADS}", ["1.91.0"]),
        (f"- run: cargo --config x.toml test --target {THREADS}", [None]),
        (f"- env:\n    RUSTUP_TOOLCHAIN: 1.91.0\n  run: cargo test --target {THREADS}", ["1.91.0"]),
        (f"- run: RUSTUP_TOOLCHAIN=1.91.0 cargo build --target {THREADS}", ["1.91.0"]),
        (f"- run: |\n    rustup default 1.91.0\n    cargo nextest run --target {THREADS}", ["1.91.0"]),
        (f"- run: cargo check --target {THREADS}", []),
        (f"- run: cargo clippy --target {THREADS}", []),
        ("- run: cargo test --release", []),
        ("- run: cargo test --target x86_64-unknown-linux-gnu", []),
        (f"- run: cargo run -- --target {THREADS}", []),
        (f"- run: echo cargo test --target {THREADS}", []),
        ("- uses: actions/checkout@v4", []),
    ],
)
def test_a_step_chooses_the_toolchain(steps: str, expected: list[str | None]) -> None:
    assert toolchains(tree(steps)) == expected


@pytest.mark.parametrize(
    ("steps", "file_wins"),
    [
        (f"- uses: dtolnay/rust-toolchain@1.98.1\n{TEST}", True),
        (f"- run: rustup default 1.98.1\n{TEST}", True),
        (f"- uses: actions-rust-lang/setup-rust-toolchain@v1\n{TEST}", True),
        (f"- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with:\n    toolchain: 1.98.1\n{TEST}", False),
        (f"- run: rustup override set 1.98.1\n{TEST}", False),
        (f"- run: cargo +1.98.1 test --target {THREADS}", False),
        (f"- env:\n    RUSTUP_TOOLCHAIN: 1.98.1\n  run: cargo test --target {THREADS}", False),
    ],
)
def test_a_file_wins_over_a_default_and_yields_to_the_rest(steps: str, file_wins: bool) -> None:
    found = toolchains(tree(steps, rust_toolchain='[toolchain]\nchannel = "1.91.0"\n'))
    assert found == ["1.91.0" if file_wins else "1.98.1"]


@pytest.mark.parametrize(
    ("top", "config", "expected"),
    [
        (f"env:\n  CARGO_BUILD_TARGET: {THREADS}\n", "", 1),
        ("env:\n  CARGO_BUILD_TARGET: x86_64-unknown-linux-gnu\n", f'[build]\ntarget = "{THREADS}"\n', 0),
        ("", f'[build]\ntarget = "{THREADS}"\n', 1),
        ("env:\n  CARGO_BUILD_TARGET: ''\n", f'[build]\ntarget = ["{THREADS}"]\n', 1),
        ("", "", 0),
    ],
)
def test_a_command_without_a_target_takes_the_configured_one(top: str, config: str, expected: int) -> None:
    files = dict(tree("- run: cargo test # wasm32", top=top).contents)
    files[".cargo/config.toml"] = config.encode()
    assert len(builds(MemoryTree(files))) == expected


def test_a_file_in_the_folder_of_the_command_is_nearer_than_an_override() -> None:
    steps = (
        f"- run: rustup override set 1.98.1\n- run: cargo test --target {THREADS}\n  working-directory: sub"
    )
    files = dict(tree(steps).contents)
    files["sub/rust-toolchain.toml"] = b'[toolchain]\nchannel = "1.91.0"\n'
    assert toolchains(MemoryTree(files)) == ["1.91.0"]


def test_a_folder_that_a_script_enters_holds_for_the_rest_of_it() -> None:
    files = dict(tree(f"- run: cd sub && cargo test --target {THREADS}\n{TEST}").contents)
    files["sub/rust-toolchain.toml"] = b'[toolchain]\nchannel = "1.91.0"\n'
    assert toolchains(MemoryTree(files)) == ["1.91.0", None]


def test_any_variable_of_the_workflow_is_known_to_its_scripts() -> None:
    top = f"env:\n  TARGET: {THREADS}\n  VERSION: 1.91.0\n"
    steps = "- run: rustup default ${{ env.VERSION }}\n- run: cargo test --target $TARGET"
    assert toolchains(tree(steps, top=top)) == ["1.91.0"]


def test_an_assumed_release_settles_workflows_too() -> None:
    of = tree(f"- uses: dtolnay/rust-toolchain@stable\n{TEST}")
    levels = [
        [finding.level for finding in check(of, assume_rust=assumed).findings if "grow" in finding.id]
        for assumed in (None, "1.91.0", "1.98.1")
    ]
    assert levels == [["note"], ["error"], []]


def matrix(text: str) -> str:
    return "strategy:\n  matrix:\n" + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (matrix("rust: ['1.90.0', '1.91.0']"), ["1.90.0", "1.91.0"]),
        (matrix("rust: [1.90, 1.91]"), ["1.9", "1.91"]),
        (matrix("rust: ['1.90.0', '1.91.0']\nos: [a, b]"), ["1.90.0", "1.91.0"]),
        (matrix("rust: ['1.90.0', '1.91.0']\nexclude:\n  - rust: '1.90.0'"), ["1.91.0"]),
        (matrix("include:\n  - rust: 1.91.0\n  - rust: 1.98.1"), ["1.91.0", "1.98.1"]),
        (
            matrix("os: [a]\ninclude:\n  - os: a\n    rust: 1.91.0\n  - os: b\n    rust: 1.98.1"),
            ["1.91.0", "1.98.1"],
        ),
        (matrix("rust: ${{ fromJSON(needs.x.outputs.y) }}"), [None]),
        ("", [None]),
    ],
)
def test_a_matrix_makes_legs(job: str, expected: list[str | None]) -> None:
    assert toolchains(tree(f"- run: rustup default ${{{{ matrix.rust }}}}\n{TEST}", job)) == expected


def test_a_value_of_the_matrix_may_be_a_mapping() -> None:
    job = matrix(f"settings:\n  - target: {THREADS}\n    rust: 1.91.0\n  - target: x86_64-pc-windows-msvc")
    steps = (
        "- run: rustup default ${{ matrix.settings.rust }}\n"
        "- run: cargo test --target ${{ matrix.settings.target }}"
    )
    assert toolchains(tree(steps, job)) == ["1.91.0"]


def test_the_action_undoes_what_yaml_did_to_the_number() -> None:
    steps = f"- uses: dtolnay/rust-toolchain@master\n  with:\n    toolchain: ${{{{ matrix.rust }}}}\n{TEST}"
    assert toolchains(tree(steps, matrix("rust: [1.90]"))) == ["1.90"]


@pytest.mark.parametrize(
    ("steps", "top", "expected"),
    [
        (TEST, "", "error"),
        (f"- env:\n    RUSTFLAGS: -Clink-arg=--max-memory=1073741824\n  {TEST[2:]}", "", "prevented"),
        (TEST, "env:\n  RUSTFLAGS: -Clink-arg=--max-memory=1073741824\n", "prevented"),
        (TEST, "env:\n  RUSTFLAGS: ${{ inputs.flags }}\n", "note"),
        (f"- run: export RUSTFLAGS=-Clink-arg=--max-memory=1073741824; {TEST[7:]}", "", "prevented"),
        (f"- run: cargo test --config build.rustflags=[] --target {THREADS}", "", "error"),
        (
            "- run: |\n    cargo test --config 'build.rustflags=\"-Clink-arg=--max-memory=131072\"' "
            f"--target {THREADS}",
            "",
            "prevented",
        ),
        (f"- run: cargo test --config $FILE --target {THREADS}", "", "note"),
        (f"- run: cargo test --target {THREADS}\n  working-directory: ${{{{ inputs.x }}}}", "", "note"),
    ],
)
def test_what_a_workflow_sets_decides(steps: str, top: str, expected: str) -> None:
    report = check(tree(f"- run: rustup default 1.91.0\n{steps}", top=top))
    levels = [str(finding.level) for finding in report.findings if finding.id == "memory-cannot-grow"]
    assert (levels or ["prevented" for each in report.prevented]) == [expected]


def test_a_config_that_counts_locally_is_lost_where_the_action_sets_flags() -> None:
    config = f'[target.{THREADS}]\nrustflags = ["-C", "link-arg=--max-memory=1073741824"]\n'
    toolchain = '[toolchain]\nchannel = "1.91.0"\n'
    files = dict(
        tree(f"- uses: actions-rust-lang/setup-rust-toolchain@v1\n{TEST}", rust_toolchain=toolchain).contents
    )
    files[".cargo/config.toml"] = config.encode()
    report = check(MemoryTree(files))
    (finding,) = (each for each in report.findings if each.id == "memory-cannot-grow")
    assert all(FILE in build for build in finding.builds)
    assert [each.build for each in report.prevented] == [f"local:{THREADS}"]


def test_a_finding_names_the_deciding_place_and_the_command() -> None:
    report = check(tree(f"- run: |\n    rustup default 1.91.0\n    {TEST[7:]}"))
    (finding,) = (each for each in report.findings if each.id == "memory-cannot-grow")
    assert [(each.place, each.text) for each in finding.evidence] == [
        (f"{FILE}:8:26", "rustup default 1.91.0"),
        (f"{FILE}:9:11", TEST[7:]),
    ]


def test_what_only_a_workflow_decides_is_changed_there() -> None:
    proposal = plan(tree(f"- run: rustup default 1.91.0\n{TEST}"), strategies=["pin"])
    (change,) = proposal.changes
    assert change.path == FILE
    assert change.new is not None and b"run: rustup default 1.90.0\n" in change.new
    assert not proposal.by_hand


def test_a_broken_workflow_is_an_error_with_its_place() -> None:
    files = {"Cargo.toml": PACKAGE.encode(), FILE: b"jobs:\n  a: [wasm32\n  cargo: }\n"}
    with pytest.raises(UnreadableInput, match="not valid YAML") as caught:
        check(MemoryTree(files))
    assert caught.value.line >= 2


def test_a_workflow_that_names_neither_cargo_nor_the_target_is_not_parsed() -> None:
    files = {"Cargo.toml": PACKAGE.encode(), FILE: b"jobs: [\n"}
    assert check(MemoryTree(files)).findings == ()


def test_brackets_without_end_are_refused() -> None:
    files = {"Cargo.toml": PACKAGE.encode(), FILE: b"# cargo wasm32\njobs: " + b"[" * 5000}
    with pytest.raises(UnreadableInput, match="nested too deeply"):
        check(MemoryTree(files))


def test_aliases_are_not_multiplied_out() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    files = {"Cargo.toml": PACKAGE.encode(), FILE: f"# cargo wasm32\n{bomb}jobs: {{}}\n".encode()}
    assert check(MemoryTree(files)).findings == ()


def test_a_variable_of_a_step_that_uses_an_action_ends_with_it() -> None:
    files = dict(
        tree(
            "- uses: ./.github/actions/x\n  env:\n    RUSTFLAGS: -Clink-arg=--max-memory=1073741824\n"
            f"    RUSTUP_TOOLCHAIN: 1.90.0\n- run: rustup default 1.91.0\n{TEST}"
        ).contents
    )
    run = f"cargo build --target {THREADS}"
    action = f"runs:\n  using: composite\n  steps:\n    - run: {run}\n      shell: bash\n"
    files[".github/actions/x/action.yml"] = action.encode()
    found = [(build.toolchain.value, build.max_memory.value) for build in builds(MemoryTree(files))]
    names = [(toolchain.name if toolchain else None, size) for toolchain, size in found]
    assert names == [("1.90.0", 1073741824), ("1.91.0", None)]
