"""What the checks of workflows say about Wasmtime and about versions without quotes."""

from __future__ import annotations

import pytest

from wasifix.engine import check
from wasifix.project.scripts import cargo_calls_of, plain_script
from wasifix.project.setup_steps import Leg
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
SETUP = "- uses: bytecodealliance/actions/wasmtime/setup@v1\n"
RELEASE = "https://github.com/bytecodealliance/wasmtime/releases/download"
INSTALL = "- run: curl https://wasmtime.dev/install.sh -sSf | bash"
TEST = "- run: cargo test --target wasm32-wasip1-threads\n"


def levels(steps: str, check_id: str, runner: str = "wasmtime run -S threads --", job: str = "") -> list[str]:
    text = f"on: push\njobs:\n  test:\n{job}    steps:\n"
    text += "".join(f"      {line}\n" for line in steps.splitlines())
    files = {
        "Cargo.toml": PACKAGE,
        ".cargo/config.toml": f'[target.wasm32-wasip1-threads]\nrunner = "{runner}"\n',
        ".github/workflows/ci.yml": text,
    }
    report = check(MemoryTree({path: contents.encode() for path, contents in files.items()}))
    return [f"{each.level} {each.confidence}" for each in report.findings if each.id == check_id]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (SETUP + TEST, ["error likely"]),
        (f"{SETUP}  with:\n    version: latest\n{TEST}", ["error likely"]),
        (f"{SETUP}  with:\n    version: v47.0.3\n{TEST}", ["error confirmed"]),
        (f"{SETUP}  with:\n    version: '48'\n{TEST}", ["error confirmed"]),
        (f"{SETUP}  with:\n    version: 6.0.0\n{TEST}", ["error confirmed"]),
        (f"{SETUP}  with:\n    version: 46.0.1\n{TEST}", ["note confirmed"]),
        (f"{SETUP}  with:\n    version: ${{{{ inputs.version }}}}\n{TEST}", ["note possible"]),
        (f"{SETUP}  with:\n    version: 36.0.9\n{TEST}", []),
        (f"{SETUP}  with:\n    version: v36.0.9\n{TEST}", []),
        (f"{INSTALL}\n{TEST}", ["error likely"]),
        (f"{INSTALL} -s -- --version v47.0.0\n{TEST}", ["error confirmed"]),
        (f"{INSTALL} -s -- --version v36.0.9\n{TEST}", []),
        (f"- run: cargo install wasmtime-cli\n{TEST}", ["error likely"]),
        (f"- run: cargo install wasmtime-cli --version 36.0.9\n{TEST}", []),
        (
            f"- uses: taiki-e/install-action@v2\n  with:\n    tool: nextest,wasmtime@47.0.0\n{TEST}",
            ["error confirmed"],
        ),
        (f"- uses: taiki-e/install-action@wasmtime\n{TEST}", ["error likely"]),
        (f"- uses: taiki-e/install-action@nextest\n{TEST}", []),
        (TEST, []),
        (SETUP, []),
        (TEST + SETUP, []),
        (f"{SETUP}- run: cargo build --target wasm32-wasip1-threads\n", []),
        (f"{SETUP}- run: cargo test --target wasm32-wasip1\n", []),
    ],
)
def test_a_job_that_installs_a_wasmtime_without_threads(steps: str, expected: list[str]) -> None:
    assert levels(steps, "wasmtime-without-threads") == expected


def test_another_runner_does_not_need_wasmtime() -> None:
    assert levels(SETUP + TEST, "wasmtime-without-threads", "wasmer run --enable-threads --") == []


@pytest.mark.parametrize(
    ("steps", "rust", "expected"),
    [
        ("- run: rustup default ${{ matrix.rust }}\n", "1.90", ["error confirmed"]),
        (
            "- run: cargo +${{ matrix.rust }} test --target wasm32-wasip1-threads\n",
            "1.90",
            ["error confirmed"],
        ),
        ("- run: rustup default ${{ matrix.rust }}\n", "'1.90'", []),
        ("- run: rustup default ${{ matrix.rust }}\n", "1.91", []),
        ("- run: rustup default ${{ matrix.rust }}\n", "1.90.0", []),
        ("- uses: dtolnay/rust-toolchain@master\n  with:\n    toolchain: ${{ matrix.rust }}\n", "1.90", []),
    ],
)
def test_a_version_without_quotes_is_a_number(steps: str, rust: str, expected: list[str]) -> None:
    job = f"    strategy:\n      matrix:\n        rust: [{rust}]\n"
    assert levels(steps + TEST, "version-as-float", job=job) == expected


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("curl https://wasmtime.dev/install.sh | bash", "latest"),
        ("curl https://wasmtime.dev/install.sh | bash -s -- --version v1", "v1"),
        ("bash build.sh", None),
        ("cargo install --locked wasmtime-cli@36.0.9", "36.0.9"),
        ("cargo install wasmtime-cli --version 36.0.9", "36.0.9"),
        ("cargo binstall wasmtime-cli", "latest"),
        (f"curl -L {RELEASE}/v36.0.9/wasmtime-v36.0.9-x86_64-linux.tar.xz | tar Jx", "36.0.9"),
        (f"wget -q {RELEASE}/v36.0.9/wasmtime-v36.0.9-$(uname -m)-linux.tar.xz", "36.0.9"),
        (f"V=36.0.9; curl -LO {RELEASE}/v$V/wasmtime-v$V-x86_64-linux.tar.xz", "36.0.9"),
        (f"curl -L {RELEASE}/v36.0.9/wasmtime-v36.0.9-x86_64-linux-c-api.tar.xz", None),
        (f"curl -L {RELEASE}/v36.0.9/wasi_snapshot_preview1.command.wasm", None),
        (f"curl -L {RELEASE}/v$V/wasmtime-v$V-x86_64-linux.tar.xz", None),
        (f"echo {RELEASE}/v36.0.9/wasmtime-v36.0.9-x86_64-linux.tar.xz", None),
        ("cargo install cargo-nextest", None),
        ("cargo install $TOOL", None),
        ("", None),
    ],
)
def test_what_a_command_installs(script: str, version: str | None) -> None:
    leg = Leg(scope={}, environment={})
    assert not list(cargo_calls_of(plain_script("install.sh", script), leg))
    assert (leg.wasmtime.version.text if leg.wasmtime else None) == version
