"""What commands of a script choose and build, whatever stands before and around them."""

from __future__ import annotations

import pytest

from wasifix.project.scripts import CargoCall, cargo_calls_of, plain_script
from wasifix.project.setup_steps import Leg

THREADS = "wasm32-wasip1-threads"
RUSTUP = "curl https://sh.rustup.rs |"


def calls(text: str) -> list[CargoCall]:
    return list(cargo_calls_of(plain_script("build.sh", text), Leg(scope={}, environment={})))


def texts(call: CargoCall) -> tuple[str, str | None]:
    return call.subcommand, call.target.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"cargo test --target {THREADS}", ("test", THREADS)),
        (f"time cargo test --target {THREADS}", ("test", THREADS)),
        (f"time -p cargo test --target {THREADS}", ("test", THREADS)),
        (f"sudo -E cargo test --target {THREADS}", ("test", THREADS)),
        (f"sudo -u me cargo test --target {THREADS}", ("test", THREADS)),
        (f"exec cargo test --target {THREADS}", ("test", THREADS)),
        (f"xvfb-run -a cargo test --target {THREADS}", ("test", THREADS)),
        (f"env A=b cargo test --target {THREADS}", ("test", THREADS)),
        (f"env -u A -i B= cargo test --target {THREADS}", ("test", THREADS)),
        (f"timeout -k 5 60 cargo test --target {THREADS}", ("test", THREADS)),
        (f"nice -n 10 nohup cargo test --target {THREADS}", ("test", THREADS)),
        (f"if ! cargo test --target {THREADS}; then exit 1; fi", ("test", THREADS)),
        (f"cross test --target {THREADS}", ("test", THREADS)),
        (f"~/.cargo/bin/cargo test --target {THREADS}", ("test", THREADS)),
        (f"cargo hack --each-feature test --target {THREADS}", ("test", THREADS)),
        (f"cargo hack --locked nextest run --target {THREADS}", ("nextest", THREADS)),
        (f"cargo zigbuild --target {THREADS}", ("build", THREADS)),
        (f"cargo llvm-cov --target {THREADS}", ("test", THREADS)),
        (f"cargo careful test --target {THREADS}", ("test", THREADS)),
        ("cargo component build", ("build", "wasm32-wasip1")),
        ("cargo wasi test", ("test", "wasm32-wasip1")),
        (f"cargo component build --target {THREADS}", ("build", THREADS)),
        (f'T={THREADS}; cargo test --target "$T"', ("test", THREADS)),
        (f'cargo test --target "${{T:-{THREADS}}}"', ("test", THREADS)),
        (f'T={THREADS}; cargo test --target "${{T:-x}}"', ("test", THREADS)),
        ('cargo test --target "${T:?needed}"', ("test", None)),
    ],
)
def test_a_command_that_links(text: str, expected: tuple[str, str | None]) -> None:
    assert [texts(call) for call in calls(text)] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        f"cargo check --target {THREADS}",
        f"cargo hack clippy --target {THREADS}",
        f"echo cargo test --target {THREADS}",
        f"sudo echo cargo test --target {THREADS}",
        "sudo",
        "env A=b",
        "timeout 60",
        "time",
        "cargo",
        "cargo +1.91.0",
        "cargo hack",
        f"git commit -m 'cargo test --target {THREADS}'",
        f"# cargo test --target {THREADS}",
    ],
)
def test_a_command_that_links_nothing(text: str) -> None:
    assert calls(text) == []


@pytest.mark.parametrize(
    ("text", "plus", "default", "override"),
    [
        ("cargo test", None, None, None),
        ("cargo +1.91.0 test", "1.91.0", None, None),
        ("T=1.91.0; cargo +$T test", "1.91.0", None, None),
        ("cargo +$UNKNOWN test", None, None, None),
        ("rustup run 1.91.0 cargo test", "1.91.0", None, None),
        ("rustup default 1.91.0; cargo test", None, "1.91.0", None),
        ("rustup default --quiet 1.91.0; cargo test", None, "1.91.0", None),
        ("rustup default; cargo test", None, None, None),
        ("rustup override set 1.91.0; cargo test", None, None, "1.91.0"),
        ("rustup override add 1.91.0; cargo test", None, None, "1.91.0"),
        ("rustup override set 1.91.0 --path /tmp/x; cargo test", None, None, None),
        ("rustup override set 1.91.0; rustup override unset; cargo test", None, None, None),
        ("rustup toolchain install 1.91.0 --target x --profile minimal; cargo test", None, None, None),
        (
            "curl https://sh.rustup.rs | sh -s -- -y --default-toolchain 1.91.0; cargo test",
            None,
            "1.91.0",
            None,
        ),
        (
            "curl https://sh.rustup.rs | sh -s -- --default-toolchain=1.91.0 -y; cargo test",
            None,
            "1.91.0",
            None,
        ),
        (f"{RUSTUP} sh -s -- -y; cargo test", None, "stable", None),
        (f"{RUSTUP} sh -s -- -y --default-toolchain none; cargo test", None, None, None),
        ("./rustup-init -y --default-toolchain 1.91.0; cargo test", None, "1.91.0", None),
        ("sh rustup.sh -y --default-toolchain 1.91.0; cargo test", None, "1.91.0", None),
    ],
)
def test_who_chooses_the_toolchain(
    text: str, plus: str | None, default: str | None, override: str | None
) -> None:
    (call,) = calls(text)
    found = [None if known is None else known.text for known in (call.plus, call.default, call.override)]
    assert found == [plus, default, override]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rustup toolchain install 1.91.0 --target x --profile minimal; cargo test", ["1.91.0"]),
        ("rustup toolchain install -c rust-src 1.91.0 stable; cargo test", ["1.91.0", "stable"]),
        ("rustup install 1.91.0; cargo test", ["1.91.0"]),
        ("rustup target add x --toolchain 1.91.0; cargo test", ["1.91.0"]),
    ],
)
def test_toolchains_that_are_only_installed(text: str, expected: list[str]) -> None:
    (call,) = calls(text)
    assert [known.text for known in call.mentions] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("env RUSTFLAGS=-Dwarnings cargo test", "-Dwarnings"),
        ("env RUSTFLAGS= cargo test", ""),
        ("RUSTFLAGS=-Dwarnings time cargo test", "-Dwarnings"),
        ("sudo RUSTFLAGS=-Dwarnings cargo test", "-Dwarnings"),
        ("env RUSTFLAGS=$X cargo test", None),
        ("F=-Dwarnings; env RUSTFLAGS=$F cargo test", "-Dwarnings"),
        ("export RUSTFLAGS=-Dwarnings; cargo test", "-Dwarnings"),
        ("RUSTFLAGS=-Dwarnings; cargo test", "not there"),
    ],
)
def test_variables_of_a_command(text: str, expected: str | None) -> None:
    (call,) = calls(text)
    known = call.environment.get("RUSTFLAGS")
    assert (known.text if known else "not there") == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("cargo +1.91.0 test", "1.91.0"),
        ("T=1.91.0\ncargo +$T test", "1.91.0"),
        ("export T='1.91.0'\ncargo +${T} test", "1.91.0"),
    ],
)
def test_a_value_can_be_replaced_where_it_stands(text: str, word: str) -> None:
    (call,) = calls(text)
    assert call.plus is not None
    assert call.plus.origin is not None
    assert call.plus.origin.part is not None
    start, end = call.plus.origin.part
    assert text[start:end] == word
