"""What is not edited, and why: each kind with a project in which it happens. The rest of the plan stands."""

from __future__ import annotations

import pytest

from wasifix.engine import plan
from wasifix.proposals import Proposal
from wasifix.strategies import Options
from wasifix.tree import MemoryTree

T = "wasm32-wasip1-threads"
CARGO = '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n'
CI = ".github/workflows/ci.yml"


def job(steps: str, top: str = "", machine: str = "ubuntu-latest") -> str:
    lines = "".join(f"      {line}\n" for line in steps.splitlines())
    return f"on: push\njobs:\n  wasi:\n{top}    runs-on: {machine}\n    steps:\n{lines}"


def proposed(strategy: str, files: dict[str, str], *, force: bool = False) -> Proposal:
    tree = MemoryTree({path: text.encode() for path, text in {"Cargo.toml": CARGO, **files}.items()})
    return plan(tree, strategies=(strategy,), options=Options(force=force))


def left(strategy: str, files: dict[str, str]) -> list[str]:
    """What is left to the user: of a plan, or what stopped it."""
    found = proposed(strategy, files)
    return [each.what for each in found.by_hand] + [
        f"{each.reason}: {each.instead}" for each in found.declined
    ]


def changed(strategy: str, files: dict[str, str]) -> dict[str, str]:
    return {each.path: (each.new or b"").decode() for each in proposed(strategy, files).changes}


CHOSEN = "- uses: dtolnay/rust-toolchain@1.91.0\n- run: cargo test\n"
BY_CMD = "    defaults: {run: {shell: cmd}}\n"


@pytest.mark.parametrize(
    ("strategy", "workflow", "reason"),
    [
        ("pin", job(f"- run: &x cargo +1.91.0 test --target {T}\n- run: *x"), "set the toolchain of job"),
        ("pin", job(f'- run: "cargo +1.91.0 \\u0074est --target {T}"'), "set the toolchain of job"),
        ("target", job(f'- run: "cargo +1.91.0 \\u0074est --target {T}"'), "a text with escapes"),
        (
            "upgrade",
            job(f"{CHOSEN}- run: '! cargo test --target {T}'"),
            "cargo +1.98.1",
        ),
        (
            "upgrade",
            job(
                f"{CHOSEN}- run: cargo test --target {T}\n  shell: powershell",
                machine="windows-latest",
            ),
            "cargo +1.98.1",
        ),
        (
            "max-memory",
            job(
                "- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with: {toolchain: 1.91.0}\n"
                f"- run: cargo test --target {T}",
                machine="windows-2025",
            ),
            "add -C link-arg",
        ),
        (
            "max-memory",
            job(
                "- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with: {toolchain: 1.91.0}\n"
                f"- run: cargo test --target {T}",
                machine="${{ vars.MACHINE }}",
            ),
            "add -C link-arg",
        ),
        (
            "pin",
            job(f"- shell: cmd\n  run: |\n    cargo +1.91.0 build --target {T}\n    echo done"),
            "# begins no comment",
        ),
        (
            "pin",
            job(f"- run: |\n    cargo +1.91.0 build --target {T}\n    node x", BY_CMD),
            "# begins no comment",
        ),
        (
            "target",
            job(f"- run: cargo +1.91.0 build --target {T}", "    name: build on wasm32-wasip1-threads\n"),
            "names wasm32-wasip1-threads too",
        ),
        (
            "target",
            job(
                f"- run: cargo +1.91.0 build --target {T}\n"
                f"- uses: actions/upload-artifact@v4\n  with: {{name: bindings-{T}}}"
            ),
            "names wasm32-wasip1-threads too",
        ),
        (
            "target",
            job(f"- run: cargo +1.91.0 test --target {T}\n- run: cargo +nightly-2026-01-01 run --target {T}"),
            "shares",
        ),
    ],
    ids=[
        "anchor", "escapes", "more escapes", "negated", "powershell", "pwsh", "unknown machine", "cmd",
        "cmd by default", "name of a job", "name of an artifact", "another build in the job",
    ],
)  # fmt: skip
def test_what_is_left_says_why(strategy: str, workflow: str, reason: str) -> None:
    found = left(strategy, {CI: workflow})
    assert any(part in each for each in found for part in reason.split("|")), found


def test_a_package_script_takes_no_comment() -> None:
    package = f'{{"scripts": {{"wasi": "cargo +1.91.0 test --target {T}"}}, "napi": {{"targets": ["{T}"]}}}}'
    found = left("target", {"package.json": package})
    assert any("JSON, which has no comments to say why" in each for each in found)


def test_json_is_left_to_what_makes_it_and_the_rest_is_done() -> None:
    made = f'{{"jobs": {{"a": {{"steps": [{{"run": "cargo +1.91.0 test --target {T}"}}]}}}}}}'
    files = {CI: job(f"- run: cargo +1.91.0 build --target {T}"), ".github/workflows/made.yml": made}
    assert list(changed("pin", files)) == [CI]
    assert left("pin", files) == ["write 1.90.0 (JSON, which a program usually writes: change what makes it)"]


@pytest.mark.parametrize("machine", ["ubuntu-latest", "macos-latest", "[self-hosted, linux]"])
def test_flags_go_before_the_command_where_the_shell_takes_them(machine: str) -> None:
    steps = (
        "- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with: {toolchain: 1.91.0}\n"
        f"- run: cargo test --target {T}"
    )
    new = changed("max-memory", {CI: job(steps, machine=machine)})[CI]
    assert f'RUSTFLAGS="${{RUSTFLAGS}} -C link-arg=--max-memory=1073741824" cargo test --target {T}' in new


def test_a_forced_plan_changes_ci_too() -> None:
    files = {
        "rust-toolchain": "1.98.1\n",
        CI: job(f"- run: cargo +1.98.1 build --target {T}"),
        ".cargo/config.toml": f'[target.{T}]\nrunner = "wasmtime run -S threads"\n',
    }
    found = proposed("target", files, force=True)
    assert [each.path for each in found.changes] == [".cargo/config.toml", CI]


def test_auto_leaves_alone_what_only_a_note_is_about() -> None:
    """1.91.0 mixes up imports on every WebAssembly target, which is a note."""
    other = "      - run: cargo +1.91.0 build --target wasm32-wasip2\n"
    files = {"Cargo.toml": CARGO, CI: job(f"- run: cargo +1.91.0 build --target {T}") + other}
    files["rust-toolchain.toml"] = '[toolchain]\nchannel = "1.98.1"\n'
    found = plan(MemoryTree({path: text.encode() for path, text in files.items()}))
    assert [each.path for each in found.changes] == [CI]
    assert (found.changes[0].new or b"").decode().endswith(other)


def test_flags_that_cannot_be_known_are_extended_once() -> None:
    flags = "    env: {RUSTFLAGS: '${{ vars.FLAGS }}'}\n"
    new = changed("max-memory", {CI: job(f"- run: cargo +1.91.0 test --target {T}", flags)})[CI]
    assert 'RUSTFLAGS="${RUSTFLAGS} -C link-arg=--max-memory=1073741824" cargo +1.91.0 test' in new


def test_a_larger_maximum_is_not_lowered() -> None:
    config = f'[target.{T}]\nrustflags = ["-C", "link-arg=--max-memory=4294967296"]\n'
    files = {".cargo/config.toml": config, "rust-toolchain": "1.91.0\n"}
    assert proposed("max-memory", files, force=True).changes == ()


def test_a_smaller_maximum_of_another_target_stays() -> None:
    tables = "".join(
        f'[target.{each}]\nrustflags = ["-C", "link-arg=--max-memory=65536"]\n'
        for each in (T, "wasm32-wasip1")
    )
    found = proposed("max-memory", {".cargo/config.toml": tables, "rust-toolchain": "1.91.0\n"}, force=True)
    (change,) = found.changes
    assert (change.new or b"").count(b'=65536"') == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"wasm32-wasip1 {T}", "wasm32-wasip1"),
        (f"{T} wasm32-wasip1 wasm32-wasip2", "wasm32-wasip1 wasm32-wasip2"),
        (f"{T} wasm32-wasip2", "wasm32-wasip1 wasm32-wasip2"),
    ],
)
def test_a_loop_over_targets_has_each_once(words: str, expected: str) -> None:
    loop = "- run: for t in {}; do cargo +1.91.0 test --target $t; done"
    new = changed("target", {CI: job(loop.format(words))})[CI]
    assert loop.format(expected) in new
