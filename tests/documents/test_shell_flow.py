"""In which order commands run, which of them do not, and what cannot be known."""

from __future__ import annotations

import pytest

from wasifix.documents.shell_flow import Turn, flow
from wasifix.documents.shell_words import UNKNOWN, Command

SIGNS = {Turn.SUBSHELL: "(", Turn.FORK: "<", Turn.BRANCH: "|", Turn.END: ">", Turn.EXIT: "!"}


def read(script: str, known: dict[str, str | None]) -> str:
    """The words of the commands, those that only ask left out, and signs for the turns."""
    variables, parts = dict(known), []
    for each in flow(script, variables, lambda name: name not in ("test", "true", "false", "exit")):
        if isinstance(each, Command):
            variables |= dict(each.variables) if not each.parts else {}
            parts += ["-".join(word or "?" for word in each.words)] if each.parts else []
        elif isinstance(each, Turn):
            parts.append(SIGNS[each])
    return " ".join(parts)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a; b && c\n# d", "a b c"),
        ("(a; b) && c", "( a b > c"),
        ("a | b", "( a > ( b >"),
        ("a & b", "( a > b"),
        ("{ a; b; } > f", "a b"),
        ("a $(b)", "a-? ( b >"),
        ("A=x; a $A", "a-x"),
        ("a $TWO", "a-one-two"),
        ('a "$TWO"', "a-one two"),
        # what is known is decided
        ("true && a", "a"),
        ("false && a || b", "b"),
        ("true || a; b", "b"),
        ("! false && a", "a"),
        ("A=1 || a", ""),
        ("export A=1 || a", ""),
        ("A=1 && a $A", "a-1"),
        ("A=$(a) || b", "( a > < b ! | >"),
        ('[ "$ONE" = 1 ] && a', "a"),
        ('[ "$ONE" != 1 ] && a', ""),
        ("[[ $ONE == 1 ]] || a", ""),
        ('test -z "$ONE" && a', ""),
        ('[ ! -n "$ONE" ] || a', "a"),
        ('if [ "$ONE" = 2 ]; then a; elif [ -n "$ONE" ]; then b; else c; fi', "b"),
        ('if [ "$ONE" = 2 ]; then a; else c; fi', "c"),
        ('case "$ONE" in 2) a;; 1 | 3) b;; *) c;; esac', "b"),
        ('case "$ONE" in 2) a;; [1-3]) b;; *) c;; esac', "b"),
        ('case "$ONE" in 2) a;; *) c;; esac', "c"),
        ("while false; do a; done", ""),
        # what is not known is a branch
        ("[ -f x ] && a && b; c", "< a b | > c"),
        ("[ -f x ] && a || b; c", "< a | > < b | > c"),
        ("a || b", "a < b ! | >"),
        ("a || exit 1", "a < ! ! | >"),
        ('if [ "$NONE" = 2 ]; then a; else b; fi', "< a | b >"),
        ("if a; then b; elif c; then d; fi", "a < b | c < d | > >"),
        (f"[ {UNKNOWN} = 1 ] && a", "< a | >"),
        ('[[ "$ONE" == 1* ]] && a', "< a | >"),
        ('[ "$ONE" -gt 0 ] && a', "< a | >"),
        ('case "$NONE" in 2) a;; 1) b;; *) c;; esac', "< a | < b | c > >"),
        ("while a; do b; done", "a < b | >"),
        ("for ((i=0; i<3; i++)); do a; done", "< a | >"),
        # loops and functions
        ("for i in x y; do a $i; done", "a-x a-y"),
        ("for i in $TWO; do a $i; done", "a-one a-two"),
        ("for i in $NONE; do a $i; done", "< a-? | >"),
        ("for i in *.toml; do a $i; done", "< a-? | >"),
        ("for i in $ONE/$ONE/x y; do a $i; done", "a-1/1/x a-y"),
        ("V=$ONE/$ONE/x; a $V", "a-1/1/x"),
        ("f() { a $1/$2/x ${3:-z} ${4:-}; }\nf x y", "a-x/y/x-z"),
        ("f() { a $1; }\nf x; f y", "a-x a-y"),
        ('f() { a "$@"; }\nf x y', "a-x-y"),
        ("f() { a $2; }\nf x", "a-?"),
        ("function f { f; a; }\nf", "f a"),
        ("f() { a $1; }; b", "b < a-? | >"),
        # not a script at all
        ("if then fi (((", ""),
    ],
)
def test_a_script_runs_as_a_shell_runs_it(script: str, expected: str) -> None:
    assert read(script, {"ONE": "1", "TWO": "one two", "NONE": None}) == expected


@pytest.mark.parametrize(
    "script",
    [
        "(" * 3000 + "a" + ")" * 3000,
        "if a; then " * 800 + "b" + "; fi" * 800,
        " && ".join(["a"] * 5000),
        "for i in 1 2 3 4 5 6 7 8 9; do " * 15 + "a" + "; done" * 15,
        "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}\n" for n in range(60)) + "f60() { a; }\nf0",
        "for i in " + "x " * 5000 + "; do " + "a; " * 1000 + "done",
    ],
    ids=["subshells", "conditions", "chain", "loops", "functions", "words"],
)
def test_a_hostile_script_comes_to_an_end(script: str) -> None:
    assert len(read(script, {})) < 1_000_000
