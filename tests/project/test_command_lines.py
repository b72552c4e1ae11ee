"""What a script's command lines build: subcommand, toolchain, target, profile and RUSTFLAGS.

A line of the tables: the script, then what each Cargo command of it is: `test +1.91 T release RUSTFLAGS`.
`-` stands for nothing, `?` for what cannot be known, `!` at the end for a doubt.
"""

from __future__ import annotations

import pytest

from wasifix.project.expressions import Known
from wasifix.project.scripts import CargoCall, cargo_calls_of, plain_script
from wasifix.project.setup_steps import Leg

COMMANDS = ("test", "t", "build", "b", "run", "r", "bench", "rustc")
OTHERS = (
    "check",
    "clippy",
    "fmt",
    "doc",
    "clean",
    "update",
    "fetch",
    "metadata",
    "tree",
    "publish",
    "fix",
    "add",
)
SPELLINGS = (
    ("cargo {} --target T", "- T - -"),
    ("cargo {} --target=T", "- T - -"),
    ("cargo {} --target T --release", "- T release -"),
    ("cargo {} -r --target T", "- T release -"),
    ("cargo {} --profile dist --target T", "- T dist -"),
    ("cargo {} --profile=dist --target T", "- T dist -"),
    ("cargo +1.91 {} --target T", "1.91 T - -"),
    ("cargo --locked {} --target T", "- T - -"),
    ("cargo --config x.toml {} --target T", "- T - -"),
    ("cargo --color always {} --target T", "- T - -"),
    ("RUSTFLAGS=-g cargo {} --target T", "- T - -g"),
    ("RUSTFLAGS= cargo {} --target T", "- T - ''"),
)
LINES = [
    ("cargo test", "test - - - -"),
    ("cargo nextest run --target T --cargo-profile ci", "nextest - T ci -"),
    ("cargo nextest run --target T --profile ci", "nextest - T - -"),
    ("cargo nextest run --target T --release", "nextest - T release -"),
    ("cross test --target T", "test - T - -"),
    ("cross +nightly build --target T", "build nightly T - -"),
    ("rustup run 1.91 cargo test --target T", "test 1.91 T - -"),
    ("rustup run 1.91 rustc x.rs", ""),
    ("cargo test -- --target T", "test - - - -"),
    ("cargo test -- --release", "test - - - -"),
    ("cargo run --target T -- --release", "run - T - -"),
    ("cargo test --target T --target U", "test - U - -"),
    ("cargo test --target $T", "test - T - -"),
    ("cargo test --target ${T}", "test - T - -"),
    ("cargo test --target '$T'", "test - $T - -"),
    ('cargo test --target "$T"', "test - T - -"),
    ("cargo test --target=$T", "test - T - -"),
    ("cargo test --target $U", "test - ? - -"),
    ("cargo test --target=$U", "test - ? - -"),
    ("cargo test --target=${U:-x}", "test - ? - -"),
    ("cargo +$V test --target T", "test 1.90 T - -"),
    ("cargo +$U test --target T", "test ? T - -"),
    ("cargo test --profile $U --target T", "test - T ? -"),
    ("V=1.91; cargo +$V test", "test 1.91 - - -"),
    ("X=1.91\ncargo +$X test", "test 1.91 - - -"),
    ("export X=T\ncargo test --target $X", "test - T - -"),
    ("export RUSTFLAGS=-g\ncargo test", "test - - - -g"),
    ("export RUSTFLAGS='-C a -C b'\ncargo test", "test - - - '-C a -C b'"),
    ("RUSTFLAGS=-g\ncargo test", "test - - - -"),
    ("RUSTFLAGS=$U cargo test", "test - - - ?"),
    ('RUSTFLAGS="-C x $U" cargo test', "test - - - ?"),
    ('RUSTFLAGS="-C x $V" cargo test', "test - - - '-C x 1.90'"),
    ("RUSTUP_TOOLCHAIN=1.91 cargo test", "test RUSTUP_TOOLCHAIN=1.91 - - -"),
    ("RUSTUP_TOOLCHAIN=1.91 cargo +1.92 test", "test 1.92 - - -"),
    ("rustup default 1.91\ncargo test", "test default=1.91 - - -"),
    ("rustup override set 1.91\ncargo test", "test override=1.91 - - -"),
    ("rustup toolchain install 1.91\ncargo test", "test - - - -"),
    ("rustup target add T\ncargo test", "test - - - -"),
    ("cargo test && cargo build --release", "test - - - - | build - - release -"),
    ("cargo test; cargo run", "test - - - - | run - - - -"),
    ("cargo test || true", "test - - - -"),
    ("cargo test | tee log", "test - - - -"),
    ("cargo test > log 2>&1", "test - - - -"),
    ("if x; then cargo test; else cargo build; fi", "test - - - - | build - - - -"),
    ("(cd x && cargo test)", "test - - - -"),
    ("cd $U && cargo test", "test - - - - !"),
    ("cd .. && cargo test", "test - - - - !"),
    ("cargo test --config $U", "test - - - - !"),
    ("cargo test \\\n  --target T \\\n  --release", "test - T release -"),
    ("echo cargo test", ""),
    ("echo 'cargo test'", ""),
    ("# cargo test", ""),
    ("cat <<EOF\ncargo test\nEOF", ""),
    ("cargo", ""),
    ("cargo --version", ""),
    ("cargo $U", ""),
    ("cargo install wasm-pack", ""),
    ("rustc --target T x.rs", ""),
    ("", ""),
]


def seen(call: CargoCall) -> str:
    tc = "-"
    rustup = call.environment.get("RUSTUP_TOOLCHAIN")
    for prefix, known in (
        ("", call.plus),
        ("RUSTUP_TOOLCHAIN=", rustup),
        ("override=", call.override),
        ("default=", call.default),
    ):
        if known is not None:
            tc = f"{prefix}{word(known)}"
            break
    target = word(call.target) if call.target.evidence else "-"
    flags = call.environment.get("RUSTFLAGS")
    profile = word(call.profile) if call.profile.text != "" else "-"
    found = [call.subcommand, tc, target, profile, "-" if flags is None else word(flags)]
    return " ".join((*found, *("!" for _ in call.doubts[:1])))


def word(known: Known) -> str:
    if known.text is None:
        return "?"
    return f"'{known.text}'" if not known.text or " " in known.text else known.text


def calls(script: str) -> list[CargoCall]:
    environment = {"T": Known("T"), "V": Known("1.90"), "U": Known(None)}
    leg = Leg(scope={}, environment=dict(environment))
    return list(cargo_calls_of(plain_script("a.sh", script), leg))


@pytest.mark.parametrize("subcommand", COMMANDS)
@pytest.mark.parametrize(("line", "expected"), SPELLINGS)
def test_every_spelling_of_a_command_that_links(subcommand: str, line: str, expected: str) -> None:
    (call,) = calls(line.format(subcommand))
    assert seen(call) == f"{subcommand} {expected}"
    assert call.runs is (subcommand not in ("build", "b", "rustc"))
    assert call.at.line == 1


@pytest.mark.parametrize("subcommand", OTHERS)
def test_a_command_that_does_not_link(subcommand: str) -> None:
    assert calls(f"cargo {subcommand} --target T") == []


@pytest.mark.parametrize(("script", "expected"), LINES)
def test_what_a_script_builds(script: str, expected: str) -> None:
    assert " | ".join(map(seen, calls(script))) == expected
