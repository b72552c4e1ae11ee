"""The toolchain, runner, link arguments and Wasmtime of a workflow's build, and which place decides."""

from __future__ import annotations

import pytest

from project.test_workflows import FILE, TEST, THREADS, builds, matrix, tree
from wasifix.model import Build
from wasifix.tree import MemoryTree

PLUS = f"- run: cargo +1.95.0 test --target {THREADS}"
ENV = f"- env:\n    RUSTUP_TOOLCHAIN: 1.94.0\n  run: cargo test --target {THREADS}"
OVERRIDE = "- run: rustup override set 1.93.0\n"
DEFAULT = "- run: rustup default 1.92.0\n"
DTOLNAY = "- uses: dtolnay/rust-toolchain@1.92.0\n"
AT = "- uses: dtolnay/rust-toolchain@master\n  with:\n    toolchain: ${{ VALUE }}\n"
PINNED = {"rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n'}
MEMORY = "-C link-arg=--max-memory=1073741824"
CONFIG = {
    ".cargo/config.toml": f"[target.{THREADS}]\nrunner = 'wasmtime run'\nrustflags = '{MEMORY}'\n",
}
ACTION = {
    ".github/actions/rust/action.yml": (
        "inputs:\n  rust:\n    default: 1.91.0\nruns:\n  using: composite\n  steps:\n"
        "    - uses: dtolnay/rust-toolchain@master\n      with:\n        toolchain: ${{ inputs.rust }}\n"
    )
}
USES = "- uses: ./.github/actions/rust\n"


def only(files: dict[str, str], steps: str, job: str = "", top: str = "") -> Build:
    contents = dict(tree(steps, job=job, top=top).contents)
    (build,) = builds(MemoryTree({**contents, **{path: text.encode() for path, text in files.items()}}))
    return build


TOOLCHAINS: list[tuple[str, dict[str, str], str | None, str]] = [
    # rustup's precedence: +toolchain, RUSTUP_TOOLCHAIN, override or file, default
    (TEST, {}, None, FILE),
    (DEFAULT + TEST, {}, "1.92.0", FILE),
    (DTOLNAY + TEST, {}, "1.92.0", FILE),
    (OVERRIDE + TEST, {}, "1.93.0", FILE),
    (ENV, {}, "1.94.0", FILE),
    (PLUS, {}, "1.95.0", FILE),
    (TEST, PINNED, "1.91.0", "rust-toolchain.toml"),
    (DEFAULT + TEST, PINNED, "1.91.0", "rust-toolchain.toml"),
    (DTOLNAY + TEST, PINNED, "1.91.0", "rust-toolchain.toml"),
    (OVERRIDE + TEST, PINNED, "1.93.0", FILE),
    (ENV, PINNED, "1.94.0", FILE),
    (PLUS, PINNED, "1.95.0", FILE),
    (DEFAULT + OVERRIDE + TEST, {}, "1.93.0", FILE),
    (DEFAULT + ENV, {}, "1.94.0", FILE),
    (OVERRIDE + ENV, {}, "1.94.0", FILE),
    (OVERRIDE + PLUS, {}, "1.95.0", FILE),
    (DEFAULT + PLUS, PINNED, "1.95.0", FILE),
    (DEFAULT + DTOLNAY.replace("1.92.0", "1.90.0") + TEST, {}, "1.90.0", FILE),
    (
        f"{OVERRIDE}{TEST}\n  working-directory: sub",
        {"sub/rust-toolchain": "1.90.0\n"},
        "1.90.0",
        "sub/rust-toolchain",
    ),
    (f"{TEST}\n  working-directory: sub", PINNED, "1.91.0", "rust-toolchain.toml"),
    (f"{ENV}\n  working-directory: sub", {"sub/rust-toolchain": "1.90.0\n"}, "1.94.0", FILE),
    # variables, expressions and conditions
    (f"- run: echo RUSTUP_TOOLCHAIN=1.90.0 >> $GITHUB_ENV\n{TEST}", PINNED, "1.90.0", FILE),
    (f'- run: echo "RUSTUP_TOOLCHAIN=1.90.0" >> "$GITHUB_ENV"\n{TEST}', PINNED, "1.90.0", FILE),
    (f"- run: export RUSTUP_TOOLCHAIN=1.90.0\n{TEST}", PINNED, "1.91.0", "rust-toolchain.toml"),
    (f"- if: false\n  uses: dtolnay/rust-toolchain@1.90.0\n{TEST}", {}, None, FILE),
    (f"- if: ${{{{ false }}}}\n  uses: dtolnay/rust-toolchain@1.90.0\n{TEST}", {}, None, FILE),
    (f"- if: failure()\n  run: rustup default 1.90.0\n{TEST}", {}, None, FILE),
    (f"- if: always()\n  run: rustup default 1.90.0\n{TEST}", {}, "1.90.0", FILE),
    (AT.replace("VALUE", "matrix.rust || '1.90.0'") + TEST, {}, None, FILE),
    (AT.replace("VALUE", "'1.90.0'") + TEST, {}, "1.90.0", FILE),
    (AT.replace("VALUE", "inputs.rust") + TEST, {}, None, FILE),
    (AT.replace("VALUE", "secrets.RUST") + TEST, PINNED, "1.91.0", "rust-toolchain.toml"),
    (AT.replace("VALUE", "env.RUST") + TEST, {}, "1.90.0", FILE),
    (f"- run: rustup default $RUST\n{TEST}", {}, "1.90.0", FILE),
    (f"- run: rustup default ${{{{ env.RUST }}}}\n{TEST}", {}, "1.90.0", FILE),
    (f"- run: rustup default ${{{{ env.OTHER }}}}\n{TEST}", {}, None, FILE),
    # actions of the repository
    (USES + TEST, ACTION, "1.91.0", ".github/actions/rust/action.yml"),
    (f"{USES}  with:\n    rust: 1.93.0\n{TEST}", ACTION, "1.93.0", FILE),
    (f"{USES}  with:\n    rust: ${{{{ env.RUST }}}}\n{TEST}", ACTION, "1.90.0", FILE),
    (f"- uses: ./.github/actions/none\n{TEST}", ACTION, None, FILE),
]


@pytest.mark.parametrize(("steps", "files", "toolchain", "place"), TOOLCHAINS)
def test_the_toolchain(steps: str, files: dict[str, str], toolchain: str | None, place: str) -> None:
    build = only(files, steps, top="env:\n  RUST: 1.90.0\n")
    assert (build.toolchain.value.name if build.toolchain.value else None) == toolchain
    assert build.toolchain.evidence[0].path == place


@pytest.mark.parametrize(
    ("axes", "value", "expected"),
    [
        ("rust: ['1.90.0']", "matrix.rust || 'stable'", "1.90.0"),
        ("os: [a]", "matrix.rust || 'stable'", "stable"),
        ("rust: ['1.90.0']", "matrix.rust == '1.90.0' && '1.91.0' || 'beta'", "1.91.0"),
        ("rust: ['1.89.0']", "matrix.rust == '1.90.0' && '1.91.0' || 'beta'", "beta"),
        ("include:\n- rust: 1.90.0", "matrix.rust", "1.90.0"),
        ("rust: ['1.90.0', b]\nexclude:\n- rust: b", "matrix.rust", "1.90.0"),
        ("rust: ${{ fromJSON(inputs.x) }}", "matrix.rust", None),
    ],
)
def test_the_toolchain_of_a_leg(axes: str, value: str, expected: str | None) -> None:
    build = only({}, AT.replace("VALUE", value) + TEST, job=matrix(axes))
    assert (build.toolchain.value.name if build.toolchain.value else None) == expected


def env(name: str, value: str) -> str:
    return f"env:\n  {name}: {value!r}\n"


@pytest.mark.parametrize(
    ("steps", "top", "memory"),
    [
        (TEST, "", 1073741824),
        (TEST, env("RUSTFLAGS", ""), None),
        (TEST, env("RUSTFLAGS", "-g"), None),
        (TEST, env("RUSTFLAGS", "-C link-arg=--max-memory=65536"), 65536),
        (TEST, env("CARGO_ENCODED_RUSTFLAGS", "-g"), None),
        (f"- run: RUSTFLAGS= cargo test --target {THREADS}", "", None),
        (f"- run: echo RUSTFLAGS=-g >> $GITHUB_ENV\n{TEST}", "", None),
        (f"- uses: actions-rust-lang/setup-rust-toolchain@v1\n{TEST}", "", None),
        (
            f"- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with:\n    rustflags: ''\n{TEST}",
            "",
            1073741824,
        ),
        (f"- env:\n    RUSTFLAGS: -g\n  run: cargo test --target {THREADS}", "", None),
    ],
)
def test_link_arguments(steps: str, top: str, memory: int | None) -> None:
    assert only(CONFIG, steps, top=top).max_memory.value == memory


RUNNER = "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER"


@pytest.mark.parametrize(
    ("steps", "top", "runner"),
    [
        (TEST, "", "wasmtime run"),
        (TEST, env(RUNNER, "wasmer run"), "wasmer run"),
        (f"- run: {RUNNER}=x cargo test --target {THREADS}", env(RUNNER, "y"), "x"),
        (
            f"- run: cargo --config target.{THREADS}.runner=\\'z\\' test --target {THREADS}",
            env(RUNNER, "y"),
            "z",
        ),
        (f"- env:\n    {RUNNER}: x\n  run: cargo test --target {THREADS}", "", "x"),
    ],
)
def test_the_runner(steps: str, top: str, runner: str) -> None:
    assert only(CONFIG, steps, top=top).runner.value == runner


SETUP = "- uses: bytecodealliance/actions/wasmtime/setup@v1\n"


@pytest.mark.parametrize(
    ("steps", "version"),
    [
        (TEST, None),
        (SETUP + TEST, "latest"),
        (f"{SETUP}  with:\n    version: 36.0.9\n{TEST}", "36.0.9"),
        (f"- run: cargo install wasmtime-cli --version 36.0.9\n{TEST}", "36.0.9"),
        (TEST + "\n" + SETUP, None),
        (f"{SETUP}- run: cargo build --target {THREADS}", None),
    ],
)
def test_wasmtime(steps: str, version: str | None) -> None:
    assert only(CONFIG, steps).wasmtime.value == version


def test_what_cannot_be_known_is_a_doubt() -> None:
    assert only(CONFIG, TEST, top=env("RUSTFLAGS", "${{ vars.FLAGS }}")).doubts
