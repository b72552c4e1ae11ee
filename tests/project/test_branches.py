"""What a command gets after subshells, branches and overrides: toolchain, folder, flags, doubts."""

from __future__ import annotations

import pytest

from project.called import TEST, T, calls, project
from wasifix.project.ci import ci_builds, toolchain_choice

FILES = {"sub/rust-toolchain": "1.89.0\n", "sub/deep/x": ""}
ON_TOOLCHAIN = "the toolchain depends on a condition"
ON_FOLDER = "the folder it runs in depends on a condition"
ON_LAST_FOLDER = "the folder it runs in cannot be known"
ON_FLAGS = "RUSTFLAGS depends on a condition"


@pytest.mark.parametrize(
    ("script", "toolchain", "folder", "doubts"),
    [
        # a shell of its own keeps folder and variables to itself, rustup's files stay
        ("(cd sub)", None, "", ()),
        ("(rustup default 1.91.0)", "1.91.0", "", ()),
        ("(export RUSTUP_TOOLCHAIN=1.91.0)", None, "", ()),
        ("{ export RUSTUP_TOOLCHAIN=1.91.0; }", "1.91.0", "", ()),
        ("export RUSTUP_TOOLCHAIN=1.91.0 | cat", None, "", ()),
        ("pushd sub; popd", None, "", ()),
        ("cd sub; cd ..; cd -", "1.89.0", "sub", ()),
        ("bash -c 'cd sub'", None, "", ()),
        # variables come and go
        ("RUSTUP_TOOLCHAIN=1.91.0", None, "", ()),
        ("RUSTUP_TOOLCHAIN=1.91.0; export RUSTUP_TOOLCHAIN", "1.91.0", "", ()),
        ("declare -x RUSTUP_TOOLCHAIN=1.91.0", "1.91.0", "", ()),
        ("export RUSTUP_TOOLCHAIN=1.91.0; unset RUSTUP_TOOLCHAIN", None, "", ()),
        ("rustup default 1.91.0; export RUSTUP_TOOLCHAIN=", "1.91.0", "", ()),
        # overrides are for a folder and those below it
        ("rustup override set 1.91.0", "1.91.0", "", ()),
        ("rustup override set 1.91.0 --path sub", None, "", ()),
        ("rustup override set 1.91.0 --path sub; cd sub", "1.91.0", "sub", ()),
        ("rustup override set 1.91.0; cd sub", "1.89.0", "sub", ()),
        ("cd sub/deep; rustup override set 1.91.0", "1.91.0", "sub/deep", ()),
        ("rustup override set 1.91.0; cd sub; rustup override unset; cd ..", "1.91.0", "", ()),
        ("rustup override set 1.91.0; rustup override unset", None, "", ()),
        # what is known is decided
        ("if false; then rustup default 1.91.0; fi", None, "", ()),
        ("V=1; if [ $V = 1 ]; then rustup default 1.91.0; fi", "1.91.0", "", ()),
        ("for v in 1.90.0 1.91.0; do rustup default $v; done", "1.91.0", "", ()),
        ("use() { rustup default $1; }; use 1.91.0", "1.91.0", "", ()),
        # what is not known is a doubt
        ('if [ "$X" ]; then rustup default 1.91.0; fi', "1.91.0", "", (ON_TOOLCHAIN,)),
        (
            '[ "$X" ] && rustup default 1.91.0; [ "$Y" ] && rustup default 1.91.0',
            *("1.91.0", "", (ON_TOOLCHAIN,)),
        ),
        ('[ "$X" ] && export RUSTFLAGS=-g', None, "", (ON_FLAGS,)),
        ('if [ "$X" ]; then cd sub; else cd sub; fi', "1.89.0", "sub", ()),
        ('if [ "$X" ]; then cd sub; fi', "1.89.0", "sub", (ON_FOLDER,)),
        ("cd ~/x", None, "", ("runs in ~/x, which is not in the project",)),
        ('if [ "$X" ]; then rustup default 1.91.0; exit 1; fi', None, "", ()),
        ("rustup toolchain install 1.91.0 || exit 1", None, "", ()),
        ('if [ "$X" ]; then X=1; fi', None, "", ()),
        (
            'rustup override set 1.91.0; if [ "$X" ]; then exit 1; else rustup override unset; fi',
            *(None, "", ()),
        ),
        (
            '[ "$X" ] && cd sub; rustup override set 1.91.0; cd ..',
            *("1.91.0", "", (ON_FOLDER, ON_TOOLCHAIN)),
        ),
        ('[ "$X" ] && export RUSTFLAGS=-g; RUSTFLAGS=-v', None, "", (ON_FLAGS,)),
        ('cd sub; cd ..; [ "$X" ] && { cd sub/deep; cd ../..; }; cd -', None, "", (ON_LAST_FOLDER,)),
    ],
)
def test_what_a_command_gets(
    script: str, toolchain: str | None, folder: str, doubts: tuple[str, ...]
) -> None:
    made = project(f"{script}\n{TEST}", FILES)
    call = [each for each in made.calls if each.workflow][-1]
    choice = toolchain_choice(made, call)
    name = choice.known.text if choice.known else choice.files[0].name if choice.files else None
    assert (name, call.folder) == (toolchain, folder)
    assert [each.doubts for each in ci_builds(made) if each.target.value == T] == [doubts]


@pytest.mark.parametrize(
    ("script", "variables"),
    [
        (f"export A_FLAGS=x RUSTFLAGS=-g\nenv -u RUSTFLAGS {TEST}", {}),
        (f"RUSTFLAGS=-g env -u RUSTFLAGS {TEST}", {}),
        (f"env -u RUSTFLAGS RUSTFLAGS=-v {TEST}", {"RUSTFLAGS": "-v"}),
        (f"FLAGS='--release --target {T}'\ncargo test $FLAGS", {}),
    ],
)
def test_the_variables_of_one_command(script: str, variables: dict[str, str]) -> None:
    (call,) = calls(script, {})
    assert call.target.text == T
    found = {name: known.text for name, known in call.environment.items() if name.startswith("RUST")}
    assert found == variables


@pytest.mark.parametrize(
    "line",
    [
        '{ echo "A=1"; echo "RUSTUP_TOOLCHAIN=1.91.0"; } >> "$GITHUB_ENV"',
        'echo "RUSTUP_TOOLCHAIN=1.91.0" | tee -a "$GITHUB_ENV"',
        'cat >> "$GITHUB_ENV" <<END\nRUSTUP_TOOLCHAIN=1.91.0\nEND',
    ],
)
def test_variables_for_the_steps_that_follow(line: str) -> None:
    lines = "".join(f"          {each}\n" for each in line.splitlines())
    steps = f"      - run: |\n{lines}      - run: {TEST}\n"
    text = f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    (call,) = (each for each in project("true", {".github/workflows/ci.yml": text}).calls if each.workflow)
    assert call.environment["RUSTUP_TOOLCHAIN"].text == "1.91.0"


MAYBE = 'if [ "$Q" ]; then V=yes; fi\n'


@pytest.mark.parametrize(
    "question",
    [
        'if [ "$V" = yes ]; then {}; else {}; fi',
        "if [[ $V == yes ]]; then {}; else {}; fi",
        'if test "$V" = yes; then {}; else {}; fi',
        'if [ -n "$V" ]; then {}; else {}; fi',
        'if [ yes = "$V" ]; then {}; else {}; fi',
        'case "$V" in yes) {} ;; *) {} ;; esac',
        'case yes in "$V") {} ;; *) {} ;; esac',
        'W=$V\nif [ "$W" = yes ]; then {}; else {}; fi',
        '[ "$V" = no ] || {}\n[ "$V" = no ] && {}',
        'while [ "$V" = no ]; do {}; done\n{}',
    ],
)
@pytest.mark.parametrize("before", ["", "V=no\n"])
def test_a_value_that_only_a_branch_sets_answers_no_question(question: str, before: str) -> None:
    script = before + MAYBE + question.format(TEST, f"cargo build --target {T}")
    assert {call.subcommand for call in calls(script, {})} == {"test", "build"}


@pytest.mark.parametrize(
    "settled",
    [
        "V=yes\n",
        'if [ "$Q" ]; then V=no; exit; else V=yes; fi\n',
        'if [ "$Q" ]; then V=yes; else V=yes; fi\n',
    ],
)
def test_a_value_that_holds_in_any_case_answers(settled: str) -> None:
    script = settled + f'if [ "$V" = yes ]; then {TEST}; else cargo build --target {T}; fi'
    assert [call.subcommand for call in calls(script, {})] == ["test"]
