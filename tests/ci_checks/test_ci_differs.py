"""Toolchains that a workflow asks for beside a rust-toolchain file."""

from __future__ import annotations

import pytest

from ci_checks.layout import CONFIG, TEST, WORKFLOW, brief, found, workflow

BUILD = "[build]\ntarget = 'wasm32-wasip1-threads'\n"
FILE = '[toolchain]\nchannel = "1.97.1"\n'
AT = ".github/workflows/ci.yml"


def files(steps: str, file: str | None = FILE, head: str = "", job: str = "") -> dict[str, str]:
    made = {CONFIG: BUILD, WORKFLOW: workflow(steps, head, job)}
    return {**made, "rust-toolchain.toml": file} if file is not None else made


@pytest.mark.parametrize(
    ("steps", "head", "expected"),
    [
        ("- uses: dtolnay/rust-toolchain@1.90.0\n" + TEST, "", [f"warning confirmed {AT}:6:15"]),
        ("- uses: dtolnay/rust-toolchain@stable\n" + TEST, "", [f"note confirmed {AT}:6:15"]),
        ("- run: rustup default 1.90.0\n" + TEST, "", [f"warning confirmed {AT}:6:29"]),
        ("- run: rustup override set 1.90.0\n" + TEST, "", [f"note confirmed {AT}:6:34"]),
        (
            "- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with:\n    toolchain: stable\n" + TEST,
            "",
            [f"note confirmed {AT}:8:22"],
        ),
        ("- run: cargo +1.90.0 test\n", "", [f"note confirmed {AT}:6:21"]),
        (TEST, "env:\n  RUSTUP_TOOLCHAIN: beta\n", [f"note confirmed {AT}:3:21"]),
        (
            "- uses: moonrepo/setup-rust@v1\n  with:\n    channel: nightly\n" + TEST,
            "",
            [f"note confirmed {AT}:8:20"],
        ),
    ],
)
def test_another_toolchain_than_the_file(steps: str, head: str, expected: list[str]) -> None:
    assert brief(found("ci-differs", files(steps, head=head))) == expected


@pytest.mark.parametrize(
    ("steps", "file"),
    [
        (TEST, FILE),
        ("- uses: dtolnay/rust-toolchain@1.97.1\n" + TEST, FILE),
        ("- uses: dtolnay/rust-toolchain@1.97\n" + TEST, FILE),
        ("- uses: dtolnay/rust-toolchain@0123456789012345678901234567890123456789\n" + TEST, FILE),
        ("- uses: actions-rust-lang/setup-rust-toolchain@v1\n" + TEST, FILE),
        ("- run: rustup toolchain install 1.90.0\n" + TEST, FILE),
        ("- run: cargo +nightly fmt\n" + TEST, FILE),
        ("- uses: dtolnay/rust-toolchain@stable\n" + TEST, None),
        ("- run: rustup default 1.90.0\n" + TEST, None),
        ("- run: rustup default 1.90.0\n" + TEST, '[toolchain]\ntargets = ["wasm32-wasip1-threads"]\n'),
        ("- run: rustup default stable\n" + TEST, '[toolchain]\nchannel = "stable"\n'),
        # several on purpose, the file's own among them
        ("- run: cargo +1.98.1 test\n" + TEST, FILE),
        # nothing for WebAssembly
        (
            "- uses: dtolnay/rust-toolchain@stable\n- run: cargo test --target x86_64-unknown-linux-gnu\n",
            FILE,
        ),
        ("- uses: dtolnay/rust-toolchain@stable\n- run: cargo fmt\n", FILE),
        ("- run: rustup default ${{ inputs.rust }}\n" + TEST, FILE),
    ],
)
def test_no_difference(steps: str, file: str | None) -> None:
    assert found("ci-differs", files(steps, file)) == ()


def test_a_file_for_the_target_is_compared_with_every_build() -> None:
    """As in reg-cli, whose CI tests on the host with the override that sets the file aside."""
    file = '[toolchain]\nchannel = "nightly-2026-01-01"\ntargets = ["wasm32-wasip1-threads"]\n'
    steps = "- run: rustup override set stable\n- run: cargo test --target x86_64-unknown-linux-gnu\n"
    (finding,) = found("ci-differs", files(steps, file))
    assert finding.message == "CI takes another toolchain than rust-toolchain.toml says"
    assert [each.note for each in finding.evidence] == [
        "an override wins over the file beside it",
        "for local builds alone",
    ]


def test_the_places_of_a_matrix_share_a_finding() -> None:
    matrix = "    strategy:\n      matrix:\n        rust: ['1.90.0', '1.91.0']\n"
    steps = "- run: rustup default ${{ matrix.rust }}\n" + TEST
    (finding,) = found("ci-differs", files(steps, job=matrix))
    assert [each.place for each in finding.evidence] == [
        f"{AT}:7:16",
        f"{AT}:7:26",
        "rust-toolchain.toml:2:11",
    ]
    assert finding.message == "CI asks for another toolchain than rust-toolchain.toml, which wins"


def test_a_file_in_the_folder_of_the_command_beats_an_override() -> None:
    steps = (
        "- run: rustup override set 1.90.0\n- run: cd inner && cargo test --target wasm32-wasip1-threads\n"
    )
    made = {**files(steps, None), "inner/Cargo.toml": "", "inner/rust-toolchain": "1.98.1\n"}
    made["inner/Cargo.toml"] = '[package]\nname = "inner"\nversion = "0.1.0"\n[workspace]\n'
    assert found("ci-differs", made) == ()


SET_UP = "- uses: dtolnay/rust-toolchain@1.90.0\n  with:\n    targets: wasm32-wasip1-threads\n"


@pytest.mark.parametrize(
    ("steps", "job", "expected"),
    [
        (f"{SET_UP}- run: npm run build\n", "", [f"warning confirmed {AT}:6:15"]),
        (
            f"{SET_UP.replace('wasm32-wasip1-threads', '${{ matrix.target }}')}- run: npm run build\n",
            "    strategy:\n      matrix:\n        target: [x86_64-apple-darwin, wasm32-wasip1-threads]\n",
            [f"warning confirmed {AT}:9:15"],
        ),
        (f"{SET_UP.replace('@1.90.0', '@1.97.1')}- run: npm run build\n", "", []),
        (f"{SET_UP.replace('wasm32-wasip1-threads', 'wasm64')}- run: npm run build\n", "", []),
        ("- uses: dtolnay/rust-toolchain@1.90.0\n- run: npm run build -- wasm32-wasip1-threads\n", "", []),
    ],
)
def test_a_job_that_builds_in_another_way_asks_too(steps: str, job: str, expected: list[str]) -> None:
    assert brief(found("ci-differs", files(steps, job=job))) == expected


def test_memory_that_one_of_both_links_with() -> None:
    config = f"{BUILD}[target.wasm32-wasip1-threads]\nrustflags = ['-Clink-arg=--max-memory=65536000']\n"
    step = TEST.replace("cargo test", "cargo test --config .cargo/other.toml")
    other = "[target.wasm32-wasip1-threads]\nrustflags = ['-Clink-arg=--max-memory=131072000']\n"
    (finding,) = found("ci-differs", {**files(step), CONFIG: config, ".cargo/other.toml": other})
    assert finding.message == "--max-memory is 65536000 locally, 131072000 in CI"
    assert found("ci-differs", {**files(TEST), CONFIG: config}) == ()
    lost = files(TEST, head="env:\n  RUSTFLAGS: ''\n")
    assert found("ci-differs", {**lost, CONFIG: config}) == ()
