"""What commands a script runs, with what words and variables."""

from __future__ import annotations

import pytest

from wasifix.documents.shell import commands

KNOWN: dict[str, str | None] = {"RUST": "1.91.0", "TARGET": "wasm32-wasip1-threads", "SECRET": None}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cargo test", [("cargo", "test")]),
        ("cargo test --release -- --nocapture", [("cargo", "test", "--release", "--", "--nocapture")]),
        ("cargo +1.91 test -r", [("cargo", "+1.91", "test", "-r")]),
        ("cargo test \\\n  --release", [("cargo", "test", "--release")]),
        ("cargo test # not --release", [("cargo", "test")]),
        ("# cargo test", []),
        ("cargo test && cargo run", [("cargo", "test"), ("cargo", "run")]),
        ("cargo test || true; cargo run", [("cargo", "test"), ("true",), ("cargo", "run")]),
        ("set -e\ncargo test | tee log", [("set", "-e"), ("cargo", "test"), ("tee", "log")]),
        ("cargo test > log 2>&1", [("cargo", "test")]),
        ("if [ -n x ]; then cargo test; else cargo run; fi", [("cargo", "test"), ("cargo", "run")]),
        ("for t in a b; do cargo test --target $t; done", [("cargo", "test", "--target", None)]),
        ("(cd sub && cargo test)", [("cd", "sub"), ("cargo", "test")]),
        ("f() { cargo test; }", [("cargo", "test")]),
        ("cargo test --target $TARGET", [("cargo", "test", "--target", "wasm32-wasip1-threads")]),
        ('cargo test --target="${TARGET}"', [("cargo", "test", "--target=wasm32-wasip1-threads")]),
        ("cargo +$RUST test", [("cargo", "+1.91.0", "test")]),
        ("cargo test --target $SECRET", [("cargo", "test", "--target", None)]),
        ("cargo test --target $MISSING", [("cargo", "test", "--target", None)]),
        ("cargo test --target ${TARGET:-x}", [("cargo", "test", "--target", "wasm32-wasip1-threads")]),
        ("cargo test --target ${MISSING:-x}", [("cargo", "test", "--target", "x")]),
        ("cargo test --target ${MISSING-$TARGET}", [("cargo", "test", "--target", "wasm32-wasip1-threads")]),
        ("cargo test --target ${SECRET:-x}", [("cargo", "test", "--target", None)]),
        ("cargo test --target ${MISSING:?x}", [("cargo", "test", "--target", None)]),
        ("cargo test '--target $TARGET'", [("cargo", "test", "--target $TARGET")]),
        ("cargo test \"a b\" 'c d'", [("cargo", "test", "a b", "c d")]),
        ("cargo test ''", [("cargo", "test", "")]),
        ("echo $(cargo run)", [("echo", None), ("cargo", "run")]),
        ("RUSTFLAGS= cargo test", [("cargo", "test")]),
        ("echo 'cargo test'", [("echo", "cargo test")]),
        ("cat <<EOF\ncargo test\nEOF", [("cat",)]),
        ("if then fi (((", []),
    ],
)
def test_a_script_is_read_as_a_shell_reads_it(script: str, expected: list[tuple[str | None, ...]]) -> None:
    found = [command.words for command in commands(script, KNOWN) if command.words]
    assert [words for words in found if words[:1] != ("[",)] == expected


@pytest.mark.parametrize(
    ("script", "variables"),
    [
        ("RUSTFLAGS= cargo test", {"RUSTFLAGS": ""}),
        (
            "RUSTFLAGS='-C x=1' CARGO_INCREMENTAL=0 cargo test",
            {"RUSTFLAGS": "-C x=1", "CARGO_INCREMENTAL": "0"},
        ),
        ('RUSTFLAGS="$SECRET" cargo test', {"RUSTFLAGS": None}),
    ],
)
def test_variables_before_a_command_are_its_own(script: str, variables: dict[str, str | None]) -> None:
    (command,) = commands(script, KNOWN)
    assert dict(command.variables) == variables
    assert not command.exports


def test_assignments_hold_for_what_follows() -> None:
    script = "T=wasm32-wasip2\nexport RUSTFLAGS=-g\ncargo test --target $T"
    assigned, exported, test = commands(script, KNOWN)
    assert (assigned.variables, assigned.exports) == ((("T", "wasm32-wasip2"),), False)
    assert (exported.variables, exported.exports) == ((("RUSTFLAGS", "-g"),), True)
    assert test.words == ("cargo", "test", "--target", "wasm32-wasip2")
    assert script[test.start :] == "cargo test --target $T"


def test_places_count_characters_and_not_bytes() -> None:
    script = "echo äöü\ncargo test"
    assert [script[command.start :][:5] for command in commands(script, {})] == ["echo ", "cargo"]


@pytest.mark.parametrize(
    ("script", "words", "assigned"),
    [
        ("go $A/$B/c", ("go", "a/b/c"), {}),
        ("go $A/$B", ("go", "a/b"), {}),
        ("go x$A-$B-$A.tar z", ("go", "xa-b-a.tar", "z"), {}),
        ("go https://h/v$A/w-v$A-x.tar", ("go", "https://h/va/w-va-x.tar"), {}),
        ("$A/$B/go --x", ("a/b/go", "--x"), {}),
        ("P=$A/$B/c", (), {"P": "a/b/c"}),
        ("P=$A/$B/c go x", ("go", "x"), {"P": "a/b/c"}),
        ("export P=$A/$B/c Q=1", (), {"P": "a/b/c", "Q": "1"}),
        ("go $A/$(x)/$B", ("go", None), {}),
        ("go $A/$C/c", ("go", None), {}),
        # a `$` that is one
        ("go 'a$' b", ("go", "a$", "b"), {}),
        ("go a$ b", ("go", "a$", "b"), {}),
        ("go 'a/$'B", ("go", "a/$B"), {}),
        ('go "$A/$B/c"', ("go", "a/b/c"), {}),
        ("go '$A/$B/c'", ("go", "$A/$B/c"), {}),
    ],
)
def test_several_variables_in_a_word_without_quotes(
    script: str, words: tuple[str | None, ...], assigned: dict[str, str]
) -> None:
    """https://github.com/tree-sitter/tree-sitter-bash/issues/315"""
    first = next(commands(script, {"A": "a", "B": "b"}))
    assert first.words == words
    assert dict(first.variables) == assigned


@pytest.mark.parametrize("script", ["go $A/$B/c", "P=$A/$B/c; go $P"])
def test_the_variables_of_such_a_word_stand_where_they_are_written(script: str) -> None:
    found = list(commands(script, {"A": "a", "B": "b"}))
    pieces = [
        piece
        for each in found
        for word in (*each.parts, *(w for _, w in each.assigned))
        for piece in word.pieces
    ]
    named = {piece.variable: script[piece.start : piece.end] for piece in pieces if piece.variable in "AB"}
    assert {name: text for name, text in named.items() if name} == {"A": "$A", "B": "$B"}
