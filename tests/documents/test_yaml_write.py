"""Values of workflows and scripts in them, replaced where they stand, and taken back."""

from __future__ import annotations

import codecs
import re

import pytest

from documents.yaml_writing import add, note, put, swap, without, written
from wasifix.changes import Change, Replace, Set
from wasifix.documents.text import CannotEdit
from wasifix.documents.yaml_scalars import written as scalar_written

SETTING = [
    ("plain", "a: 1.91.0\n", "a: 1.90.0\n"),
    ("single quotes", "a: '1.91'\n", "a: '1.90.0'\n"),
    ("double quotes", 'a: "1.91"\n', 'a: "1.90.0"\n'),
    ("comment behind", "a: 1.91.0  # why\n", "a: 1.90.0  # why\n"),
    ("two spaces", "a:   1.91.0\nb: 1\n", "a:   1.90.0\nb: 1\n"),
    ("no final newline", "a: 1.91.0", "a: 1.90.0"),
    ("nothing there", "a:\nb: 1\n", "a: 1.90.0\nb: 1\n"),
    ("nothing there, with space", "a: \nb: 1\n", "a: 1.90.0 \nb: 1\n"),
    ("empty quotes", "a: ''\n", "a: '1.90.0'\n"),
    ("unquoted number", "a: 1.91\n", "a: 1.90.0\n"),
    ("flow mapping", "{a: 1.91, b: 1}\n", "{a: 1.90.0, b: 1}\n"),
    ("non-ASCII before", "ä: 🦀\na: 1.91\n", "ä: 🦀\na: 1.90.0\n"),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in SETTING], ids=[c[0] for c in SETTING])
def test_a_value_changes_in_the_style_of_its_line(before: str, after: str) -> None:
    for eol, mark in (("\n", b""), ("\r\n", b""), ("\n", codecs.BOM_UTF8)):
        data = mark + before.replace("\n", eol).encode()
        new = written(data, put("a", "1.90.0"))
        assert new.count("# wasifix") == 1
        left = "".join(line for line in new.splitlines(keepends=True) if "# wasifix" not in line)
        assert left.removeprefix("\ufeff") == after.replace("\n", eol)
        assert without(new) == data.decode()
        assert new.count("\n") == before.count("\n") + 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.90", "'1.90'"),
        ("1.90.0", "1.90.0"),
        ("1", "'1'"),
        ("1e3", "'1e3'"),
        ("0o17", "'0o17'"),
        ("0x1F", "'0x1F'"),
        ("1_000", "'1_000'"),
        ("1.", "'1.'"),
        ("on", "'on'"),
        ("true", "'true'"),
        ("null", "'null'"),
        ("~", "'~'"),
        ("", "''"),
        ("stable", "stable"),
        ("nightly-2025-09-01", "nightly-2025-09-01"),
        ("2025-09-01", "'2025-09-01'"),
        ("v36.0.9", "v36.0.9"),
        ("wasmtime run -S threads --", "wasmtime run -S threads --"),
        ("-C link-arg=x", "-C link-arg=x"),
        ("- C", "'- C'"),
        ("it's", "'it''s'"),
        ("a: b", "'a: b'"),
        ("a # b", "'a # b'"),
        ("*a", "'*a'"),
        ("${{ x }}", "${{ x }}"),
        ("${{ x && 'a: b' }}", "'${{ x && ''a: b'' }}'"),
        (" a", "' a'"),
    ],
)
def test_what_yaml_would_take_for_something_else_is_quoted(value: str, expected: str) -> None:
    assert scalar_written(value) == expected


@pytest.mark.parametrize(
    ("value", "quote", "expected"),
    [
        ("1.90", '"', '"1.90"'),
        ("1.90", "'", "'1.90'"),
        ("x", "'", "'x'"),
        ('a"b', '"', "'a\"b'"),
        ("it's", "'", "'it''s'"),
    ],
)
def test_the_quotes_stay(value: str, quote: str, expected: str) -> None:
    assert scalar_written(value, quote) == expected


STEP = "steps:\n  - uses: setup@v1\n"


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("a: 1.91\n", (put("a", "1.90"),), f"{note('1.91 -> %271.90%27')}\na: '1.90'\n"),
        (
            "- a: x\n  b: 1.91.0\n",
            (put("0.b", "1.90.0"),),
            f"- a: x\n  {note('1.91.0 -> 1.90.0')}\n  b: 1.90.0\n",
        ),
        (
            "- a: 1.91.0\n  b: x\n",
            (put("0.a", "1.90.0"),),
            f"{note('1.91.0 -> 1.90.0')}\n- a: 1.90.0\n  b: x\n",
        ),
        (
            "x:\n  - 1.91.0\n  - b\n",
            (put("x.0", "1.90.0"),),
            f"x:\n  {note('1.91.0 -> 1.90.0')}\n  - 1.90.0\n  - b\n",
        ),
        (
            "m: [1.91.0, 1.92.0]\n",
            (put("m.0", "1.90.0"), put("m.1", "1.89.0")),
            f"{note('1.91.0 -> 1.90.0, 1.92.0 -> 1.89.0')}\nm: [1.90.0, 1.89.0]\n",
        ),
        (
            "m: [1.91.0, 1.91.0]\n",
            (put("m.0", "1.90.0"), put("m.1", "1.90.0")),
            f"{note('1.91.0 -> 1.90.0, 0:13 1.91.0 -> 1.90.0')}\nm: [1.90.0, 1.90.0]\n",
        ),
        (
            "with: {\n  toolchain: 1.91.0,\n}\n",
            (put("with.toolchain", "1.90.0"),),
            f"with: {{\n  {note('1.91.0 -> 1.90.0')}\n  toolchain: 1.90.0,\n}}\n",
        ),
        (
            STEP,
            (put("steps.0.with.version", "36.0.9"),),
            f"{STEP}    {note('2 new lines')}\n    with:\n      version: 36.0.9\n",
        ),
        (
            f"{STEP}    with:\n      a: b\n  - run: x\n",
            (put("steps.0.with.version", "36.0.9"),),
            f"{STEP}    with:\n      a: b\n      {note('1 new lines')}\n      version: 36.0.9\n  - run: x\n",
        ),
        (
            "matrix:\n  rust: [a]\n",
            (add("matrix.include", rust="1.90", target="w"),),
            f"matrix:\n  rust: [a]\n  {note('3 new lines')}\n"
            "  include:\n    - rust: '1.90'\n      target: w\n",
        ),
        (
            "matrix:\n  include:\n  - rust: a\n# end\nx: 1\n",
            (add("matrix.include", rust="b"),),
            f"matrix:\n  include:\n  - rust: a\n  {note('1 new lines')}\n  - rust: b\n# end\nx: 1\n",
        ),
        (
            "matrix:\n  rust: [a]\nx: 1\n",
            (add("matrix.include", rust="b"), add("matrix.include", rust="c"), add("matrix.exclude", r="d")),
            f"matrix:\n  rust: [a]\n  {note('5 new lines')}\n"
            "  include:\n    - rust: b\n    - rust: c\n  exclude:\n    - r: d\nx: 1\n",
        ),
        (
            "a:\n  x: [\n    b\n  ]\nc: 1\n",
            (put("a.y", "z"),),
            f"a:\n  x: [\n    b\n  ]\n  {note('1 new lines')}\n  y: z\nc: 1\n",
        ),
        (
            "a:\n  x: |\n    b\n\nc: 1\n",
            (put("a.y", "z"),),
            f"a:\n  x: |\n    b\n  {note('1 new lines')}\n  y: z\n\nc: 1\n",
        ),
    ],
)
def test_what_is_written(before: str, changes: tuple[Change, ...], after: str) -> None:
    for eol in ("\n", "\r\n"):
        data = before.replace("\n", eol)
        new = written(data, *changes)
        assert re.sub(r" \(crc32 \w{8}\)", "", new) == after.replace("\n", eol)
        assert without(new) == data
        bare = data.rstrip("\r\n")
        if "\n" in bare:
            assert written(bare, *changes) == new.rstrip("\r\n")
        assert without(written(bare, *changes)) == bare


RELEASE = "--profile wasmtime-test"
STEPS = note(f"--release -> {RELEASE}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("run: cargo test --release\n", f"{STEPS}\nrun: cargo test {RELEASE}\n"),
        ("run: 'cargo test --release'\n", f"{STEPS}\nrun: 'cargo test {RELEASE}'\n"),
        ('run: "cargo test --release"\n', f'{STEPS}\nrun: "cargo test {RELEASE}"\n'),
        ("run: cargo test --release # why\n", f"{STEPS}\nrun: cargo test {RELEASE} # why\n"),
        (
            "run: |\n  cd x\n  cargo test --release\n  echo\n",
            f"run: |\n  cd x\n  {STEPS}\n  cargo test {RELEASE}\n  echo\n",
        ),
        (
            "run: |\n  cargo test \\\n    --release\n",
            f"run: |\n  {note(f'1:5 --release -> {RELEASE}')}\n  cargo test \\\n    {RELEASE}\n",
        ),
        (
            "run: |\n  cargo `\n    test `\n    --release\n",
            f"run: |\n  {note(f'2:5 --release -> {RELEASE}')}\n  cargo `\n    test `\n    {RELEASE}\n",
        ),
        ("run: |-\n  cargo test --release", f"run: |-\n  {STEPS}\n  cargo test {RELEASE}"),
        (
            "run: |\n  if x; then\n    cargo test --release\n  fi\n",
            f"run: |\n  if x; then\n    {STEPS}\n    cargo test {RELEASE}\n  fi\n",
        ),
        (
            "run: >\n  cargo test\n  --release\nx: 1\n",
            f"{note(f'2:3 --release -> {RELEASE}')}\nrun: >\n  cargo test\n  {RELEASE}\nx: 1\n",
        ),
        (
            "run: cargo test\n  --release\n",
            f"{note(f'1:3 --release -> {RELEASE}')}\nrun: cargo test\n  {RELEASE}\n",
        ),
        (
            "- name: x\n  run: 'cargo test\n    --release'\n",
            f"- name: x\n  {note(f'1:5 --release -> {RELEASE}')}\n  run: 'cargo test\n    {RELEASE}'\n",
        ),
        ("run: |\n  🦀 x\n  cargo test --release\n", f"run: |\n  🦀 x\n  {STEPS}\n  cargo test {RELEASE}\n"),
        ("run: 'echo ''x'' --release'\n", f"{STEPS}\nrun: 'echo ''x'' {RELEASE}'\n"),
    ],
)
def test_words_of_a_script(before: str, after: str) -> None:
    route = "0.run" if before.startswith("-") else "run"
    for eol in ("\n", "\r\n"):
        data = before.replace("\n", eol)
        change = swap(data, route, "--release", RELEASE)
        assert written(data, change) == after.replace("\n", eol)
        assert without(written(data, change)) == data


def test_several_words_of_a_line_make_one_comment() -> None:
    text = "run: |\n  cargo +1.91.0 test --release --release\n"
    changes = (
        swap(text, "run", "1.91.0", "1.90.0"),
        swap(text, "run", "--release", "-r"),
        swap(text, "run", "--release", "-r", nth=1),
        swap(text, "run", "", "RUSTFLAGS= "),
    )
    new = written(text, *changes)
    assert new.splitlines()[2] == "  RUSTFLAGS= cargo +1.90.0 test -r -r"
    assert new.count("# wasifix") == 1
    assert without(new) == text
    assert written(text, *reversed(changes)) == new


def test_words_that_become_nothing_come_back() -> None:
    text = "run: cargo test --locked --release\n"
    new = written(text, swap(text, "run", " --locked", ""), swap(text, "run", " --release", ""))
    assert new.endswith("\nrun: cargo test\n")
    assert without(new) == text


@pytest.mark.parametrize(
    ("text", "changes", "reason"),
    [
        ("a: &x 1.91\n", (put("a", "1.90"),), "an anchor or a tag"),
        ("a: &x 1.91\nb: *x\n", (put("b", "1.90"),), "an anchor or a tag"),
        ("a: !!str 1.91\n", (put("a", "1.90"),), "an anchor or a tag"),
        ("a: &x {b: 1.91}\nc: *x\n", (put("a.b", "1.90"),), "an anchor or a tag"),
        ("a: 1\na: 2\n", (put("a", "3"),), "other values"),
        ("a: [x]\n", (put("a", "1.90"),), "not a single value"),
        ("a: {b: c}\n", (put("a", "1.90"),), "not a single value"),
        ("a: |\n  x\n", (put("a", "1.90"),), "several lines"),
        ("a: {b: c}\n", (put("a.d", "1.90"),), "not a mapping with an entry on each line"),
        ("a: {\n  b: c,\n}\n", (put("a.d", "1.90"),), "not a mapping with an entry on each line"),
        ("a: [x]\n", (add("a", b="c"),), "not a sequence with an entry on each line"),
        ("a: ${{ x }}\n", (put("a.d", "1.90"),), "not a mapping with an entry on each line"),
        ("a: &x\n  b: c\nd: *x\n", (put("a.e", "1.90"),), "not a mapping with an entry on each line"),
        ('run: "cargo test \\"x\\" --release"\n', (Set(("x", "y"), "z"),), ""),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, changes: tuple[Change, ...], reason: str) -> None:
    if not reason:
        assert without(written(text, *changes)) == text
        return
    with pytest.raises(CannotEdit, match=reason):
        written(text, *changes)


@pytest.mark.parametrize(
    ("text", "new", "reason"),
    [
        ('run: "cargo test \\"x\\" --release"\n', RELEASE, "a text with escapes"),
        ("run: |2\n    cargo test --release\n", RELEASE, "a text with escapes"),
        ("run: cargo test --release\n", "x: y", "not be readable"),
        ("run: cargo test --release\n", "x # y", "other values"),
        ("run: 1.91--release\n", "", "other values"),
        (
            "run: |\n  RUSTFLAGS='-C a\n  -C b' cargo test --release\n",
            RELEASE,
            "would not fit into the script",
        ),
        ("run: &x cargo test --release\nb: *x\n", RELEASE, "an anchor or a tag"),
    ],
)
def test_words_that_cannot_be_replaced_are_refused(text: str, new: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        written(text, swap(text, "run", "--release", new))


def test_words_of_what_is_not_there() -> None:
    with pytest.raises(CannotEdit, match="not there"):
        written("a: 1\n", Replace(("b",), 0, 1, "x"))


def test_aliases_within_aliases_do_not_grow() -> None:
    """https://en.wikipedia.org/wiki/Billion_laughs_attack"""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    text = "\n".join([*lines, "rust: 1.91.0", "self: &s [*s]", ""])
    assert written(text, put("rust", "1.90.0")).count("1.90.0") == 2


def test_a_line_below_would_end_the_text_above_it() -> None:
    with pytest.raises(CannotEdit, match="a text without a line end"):
        written("a:\n  b: |\n    x", put("a.c", "y"))
