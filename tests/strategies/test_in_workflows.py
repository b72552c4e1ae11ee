"""Which lines of a workflow each strategy changes, and what it leaves to the user."""

from __future__ import annotations

import difflib

import pytest

from wasifix.engine import plan, remove
from wasifix.proposals import Plan
from wasifix.strategies import Options
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
THREADS = "wasm32-wasip1-threads"
FILE = ".github/workflows/ci.yml"
TEST = f"- run: cargo test --target {THREADS} --release"
BOTH = f"matrix:\n  target: [x86_64-unknown-linux-gnu, {THREADS}]"
FLAG = "-C link-arg=--max-memory=1073741824"
FILES = {
    "rust-toolchain.toml": f'[toolchain]\nchannel = "1.91.0"\ntargets = ["{THREADS}"]\n',
    ".cargo/config.toml": f'[target.{THREADS}]\nrunner = "wasmtime run -S threads --"\n',
}

RELEASE = "https://github.com/bytecodealliance/wasmtime/releases/download"


def workflow(steps: str, job: str = "", top: str = "") -> str:
    def indented(text: str, by: int) -> str:
        return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())

    strategy = f"    strategy:\n{indented(job, 6)}" if job.startswith("matrix") else indented(job, 4)
    return f"on: push\n{top}jobs:\n  test:\n    runs-on: x\n{strategy}    steps:\n{indented(steps, 6)}"


def changed(text: str, strategy: str, *files: str, **options: str) -> tuple[list[str], Plan]:
    """The new lines of the workflow without comments, as far as they differ; the way back is tried too."""
    contents = {"Cargo.toml": PACKAGE, FILE: text, **{path: FILES[path] for path in files}}
    tree = MemoryTree({path: each.encode() for path, each in contents.items()})
    proposal = plan(tree, strategies=[strategy], options=Options(**options))  # type: ignore[arg-type]
    assert not proposal.declined, proposal.declined
    made = MemoryTree({change.path: change.new for change in proposal.changes}, tree)
    for path in contents:
        assert remove(made).changes == () or MemoryTree(
            {change.path: change.new for change in remove(made).changes}, made
        ).read(path) == tree.read(path)
    new = (made.read(FILE) or b"").decode()
    lines = difflib.ndiff(text.splitlines(), new.splitlines())
    added = [line[2:].strip() for line in lines if line.startswith("+ ")]
    return [line for line in added if not line.startswith("# wasifix")], proposal.plans[0]


@pytest.mark.parametrize(
    ("steps", "job", "expected"),
    [
        ("- uses: dtolnay/rust-toolchain@1.91.0", "", ["- uses: dtolnay/rust-toolchain@1.98.1"]),
        ("- uses: dtolnay/rust-toolchain@stable", "", ["- uses: dtolnay/rust-toolchain@1.98.1"]),
        ("- uses: dtolnay/rust-toolchain@v1\n  with:\n    toolchain: 1.91", "", ["toolchain: 1.98.1"]),
        ("- uses: dtolnay/rust-toolchain@v1\n  with:\n    toolchain: '1.91'", "", ["toolchain: '1.98.1'"]),
        (
            "- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with: {toolchain: 1.91.0, target: x}",
            "",
            ["with: {toolchain: 1.98.1, target: x}"],
        ),
        ("- run: rustup default 1.91.0", "", ["- run: rustup default 1.98.1"]),
        ("- run: rustup override set '1.91.0' # why", "", ["- run: rustup override set '1.98.1' # why"]),
        (
            "- run: |\n    rustup toolchain install 1.91.0 --profile minimal\n    rustup default 1.91.0",
            "",
            ["rustup toolchain install 1.98.1 --profile minimal", "rustup default 1.98.1"],
        ),
        ("- run: rustup default ${{ matrix.rust }}", "matrix:\n  rust: ['1.91.0']", ["rust: ['1.98.1']"]),
        (
            "- run: rustup default ${{ matrix.rust }}",
            "matrix:\n  rust: [1.90, 1.91]",
            ["rust: [1.90, 1.98.1]"],
        ),
        (
            "- run: rustup default ${{ matrix.rust }}",
            "matrix:\n  rust:\n    - '1.90'\n    - '1.91'\n    - 1.98.1",
            [],
        ),
        ("- run: rustup default $RUST", 'env:\n  RUST: "1.91.0"', ['RUST: "1.98.1"']),
        ("- run: rustup default ${{ env.RUST }}", "env: {RUST: 1.91.0}", ["env: {RUST: 1.98.1}"]),
        ("- run: echo", "env:\n  RUSTUP_TOOLCHAIN: 1.91.0", ["RUSTUP_TOOLCHAIN: 1.98.1"]),
    ],
)
def test_upgrade_changes_the_place_that_chooses(steps: str, job: str, expected: list[str]) -> None:
    lines, made = changed(workflow(f"{steps}\n{TEST}", job), "upgrade")
    assert lines == expected
    assert not made.by_hand


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            f"- run: rustup default 1.91.0\n- run: cargo test\n{TEST}",
            "- run: rustup toolchain install 1.98.1 --profile minimal "
            f"--target {THREADS} && cargo +1.98.1 test --target {THREADS} --release",
        ),
        (
            f"- run: cargo +1.91.0 test\n- run: cargo +1.91.0 test --target {THREADS}",
            f"- run: cargo +1.98.1 test --target {THREADS}",
        ),
    ],
)
def test_a_toolchain_that_other_commands_use_stays(steps: str, expected: str) -> None:
    assert changed(workflow(steps), "upgrade")[0] == [expected]


def test_a_leg_of_its_own_for_the_one_target() -> None:
    job = f"{BOTH}\n  rust: ['1.91.0']\n  os: [a, b]"
    steps = "- run: rustup default ${{ matrix.rust }}\n- run: cargo test --target ${{ matrix.target }}"
    lines, _ = changed(workflow(steps, job), "upgrade")
    legs = [f"- target: {THREADS}", "rust: 1.98.1", "os: a", f"- target: {THREADS}", "rust: 1.98.1", "os: b"]
    assert lines == ["exclude:", f"- target: {THREADS}", "include:", *legs]


def test_what_chose_the_same_as_the_file_goes_with_it() -> None:
    steps = f"- uses: dtolnay/rust-toolchain@1.91.0\n{TEST}"
    lines, _ = changed(workflow(steps), "upgrade", "rust-toolchain.toml")
    assert lines == ["- uses: dtolnay/rust-toolchain@1.98.1"]
    other = f"- uses: dtolnay/rust-toolchain@stable\n{TEST}"
    assert changed(workflow(other), "upgrade", "rust-toolchain.toml")[0] == []


def test_an_expression_that_cannot_be_resolved_is_left_to_the_user() -> None:
    steps = f"- run: rustup default ${{{{ inputs.rust }}}}\n{TEST}"
    contents = {"Cargo.toml": PACKAGE, FILE: workflow(steps)}
    tree = MemoryTree({path: each.encode() for path, each in contents.items()})
    (declined,) = plan(tree, strategies=["upgrade"]).declined
    assert declined.at is not None
    assert declined.at.place == f"{FILE}:6:29"
    assert "set the toolchain of job test to 1.98.1" in declined.instead


@pytest.mark.parametrize(
    ("steps", "job", "expected"),
    [
        (TEST, "", [f"- run: cargo test --target {THREADS} --profile wasmtime-test"]),
        (
            f"- run: cargo nextest run -r --target {THREADS}",
            "",
            [f"- run: cargo nextest run --cargo-profile wasmtime-test --target {THREADS}"],
        ),
        (
            f"- run: cargo build --profile=release --target {THREADS}",
            "",
            [f"- run: cargo build --profile=wasmtime-test --target {THREADS}"],
        ),
        (
            "- run: cargo test --target ${{ matrix.target }} -r",
            BOTH,
            [
                "- run: cargo test --target ${{ matrix.target }} "
                f"${{{{ matrix.target == '{THREADS}' && '--profile wasmtime-test' || '-r' }}}}"
            ],
        ),
        (f"- run: cargo test --target {THREADS}", "", []),
        (f"{TEST}\n- run: cargo build --release", "", [f"{TEST[:-9]}--profile wasmtime-test"]),
    ],
)
def test_profile_takes_the_place_of_release_for_this_target_only(
    steps: str, job: str, expected: list[str]
) -> None:
    lines, _ = changed(workflow(f"- run: rustup default 1.91.0\n{steps}", job), "profile")
    assert lines == expected


@pytest.mark.parametrize(
    ("steps", "job", "expected"),
    [
        (TEST, "env:\n  RUSTFLAGS: -D warnings", [f"RUSTFLAGS: -D warnings {FLAG}"]),
        (TEST, "env:\n  RUSTFLAGS: ''", [f"RUSTFLAGS: '{FLAG}'"]),
        (
            f"- run: cargo test\n{TEST}",
            "env:\n  RUSTFLAGS: -g",
            [f'- run: RUSTFLAGS="${{RUSTFLAGS}} {FLAG}" {TEST[7:]}'],
        ),
        (f"- run: RUSTFLAGS=-g {TEST[7:]}", "", [f'- run: RUSTFLAGS="-g {FLAG}" {TEST[7:]}']),
        (TEST, "", []),
    ],
)
def test_max_memory_adds_to_flags_that_replace_the_configured_ones(
    steps: str, job: str, expected: list[str]
) -> None:
    lines, _ = changed(workflow(f"- run: rustup default 1.91.0\n{steps}", job), "max-memory")
    assert lines == expected


@pytest.mark.parametrize(
    ("install", "expected"),
    [
        ("- uses: bytecodealliance/actions/wasmtime/setup@v1", ["with:", "version: 36.0.9"]),
        (
            "- uses: bytecodealliance/actions/wasmtime/setup@v1\n  with:\n    version: v47.0.0",
            ["version: v36.0.9"],
        ),
        (
            "- uses: taiki-e/install-action@v2\n  with:\n    tool: nextest,wasmtime",
            ["tool: 'nextest,wasmtime@36.0.9'"],
        ),
        (
            "- run: curl https://wasmtime.dev/install.sh -sSf | bash",
            ["- run: curl https://wasmtime.dev/install.sh -sSf | bash -s -- --version v36.0.9"],
        ),
        (
            "- uses: jcbhmr/setup-wasmtime@v2\n  with:\n    wasmtime-version: 47.0.0",
            ["wasmtime-version: 36.0.9"],
        ),
        ("- uses: jcbhmr/setup-wasmtime@v2", ["with:", "wasmtime-version: 36.0.9"]),
        (
            f"- run: curl -L {RELEASE}/v47.0.0/wasmtime-v47.0.0-x86_64-linux.tar.xz | tar Jx",
            [f"- run: curl -L {RELEASE}/v36.0.9/wasmtime-v36.0.9-x86_64-linux.tar.xz | tar Jx"],
        ),
        (
            f"- run: |\n    url={RELEASE}/v47.0.0/wasmtime-v47.0.0-x86_64-linux.zip\n    curl -LO $url",
            [f"url={RELEASE}/v36.0.9/wasmtime-v36.0.9-x86_64-linux.zip"],
        ),
        (
            f"- run: curl -LO {RELEASE}/$V/wasmtime-$V-$(uname -m)-linux.tar.xz\n  env: {{V: v47.0.0}}",
            ["env: {V: v36.0.9}"],
        ),
        (
            f"- run: wget {RELEASE}/v47.0.0/wasmtime-v47.0.0-$(uname -m)-linux.tar.xz",
            [f"- run: wget {RELEASE}/v36.0.9/wasmtime-v36.0.9-$(uname -m)-linux.tar.xz"],
        ),
        ("- run: cargo install --locked wasmtime-cli", ["- run: cargo install --locked wasmtime-cli@36.0.9"]),
        (
            "- run: cargo install wasmtime-cli --version 48.0.0",
            ["- run: cargo install wasmtime-cli --version 36.0.9"],
        ),
    ],
)
def test_runner_pins_every_kind_of_installation(install: str, expected: list[str]) -> None:
    lines, made = changed(workflow(f"{install}\n{TEST}"), "runner", *FILES)
    assert [line.replace("'", "") for line in lines] == [line.replace("'", "") for line in expected]
    assert not made.by_hand


def test_runner_gives_an_installation_that_others_use_by_the_leg() -> None:
    steps = (
        "- uses: bytecodealliance/actions/wasmtime/setup@v1\n- run: cargo test --target ${{ matrix.target }}"
    )
    text = workflow(steps, f"matrix:\n  target: [wasm32-wasip1, {THREADS}]")
    lines, _ = changed(text, "runner", *FILES)
    assert lines == ["with:", f"version: ${{{{ matrix.target == '{THREADS}' && '36.0.9' || 'latest' }}}}"]


def test_target_renames_everything_that_the_job_says() -> None:
    steps = (
        f"- run: rustup target add {THREADS}\n{TEST}\n- run: wasmtime run -S threads,cli -W shared-memory"
        f" --dir . target/{THREADS}/release/p.wasm"
    )
    job = "env:\n  CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER: wasmtime run -S threads --dir ."
    lines, _ = changed(workflow(f"- run: rustup default 1.91.0\n{steps}", job), "target")
    assert lines == [
        "CARGO_TARGET_WASM32_WASIP1_RUNNER: wasmtime run --dir .",
        "- run: rustup target add wasm32-wasip1",
        "- run: cargo test --target wasm32-wasip1 --release",
        "- run: wasmtime run -S cli --dir . target/wasm32-wasip1/release/p.wasm",
    ]


@pytest.mark.parametrize("strategy", ["pin", "upgrade", "max-memory", "profile", "target"])
def test_local_only_leaves_workflows_alone(strategy: str) -> None:
    text = workflow(f"- run: rustup default 1.91.0\n{TEST}")
    contents = {"Cargo.toml": PACKAGE, FILE: text, **FILES}
    tree = MemoryTree({path: each.encode() for path, each in contents.items()})
    proposal = plan(tree, strategies=[strategy], options=Options(local_only=True))
    assert proposal.changes
    assert FILE not in [change.path for change in proposal.changes]


def test_what_says_already_what_the_file_is_to_say_stays() -> None:
    text = workflow(f"- uses: dtolnay/rust-toolchain@1.90.0\n{TEST}")
    lines, made = changed(text, "pin", "rust-toolchain.toml")
    assert lines == []
    assert [unit.path for unit in made.edits] == ["rust-toolchain.toml"]
