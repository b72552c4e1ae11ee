"""Random workflows and random changes: the intended values and no others, and back to the same bytes."""

from __future__ import annotations

import contextlib
import re

from hypothesis import event, given
from hypothesis import strategies as st

from documents.yaml_writing import parsed, without, written
from wasifix.changes import AddItem, Change, Replace, Set
from wasifix.documents.fragments import without_comments
from wasifix.documents.text import CannotEdit
from wasifix.documents.yaml_values import changed_tree, tree_of

COMMAND = st.sampled_from(
    ["cargo test --release", "cargo +1.91 build", "echo 🦀 ä", "cd x", "cargo a \\", "if x; then"]
)
STEP = st.one_of(
    st.sampled_from(
        ["- uses: a@v1", "- uses: 'a@v1'  # why", '- name: "x"\n  uses: a@1.91\n  with: {b: 1.91}']
    ),
    st.sampled_from(["- uses: a@v1\n  with:\n    rust: 1.91\n", "- uses: &x a@v1\n- uses: *x"]),
    COMMAND.map(lambda line: f"- run: {line}"),
    st.tuples(st.sampled_from(["|", "|-", ">", "|2"]), st.lists(COMMAND, min_size=1, max_size=4)).map(
        lambda found: "\n".join([f"- name: s\n  run: {found[0]}", *(f"    {line}" for line in found[1])])
    ),
)
AXIS = st.sampled_from(
    ["rust: [1.91, '1.90']", "rust:\n- 1.91\n- b", "include:\n- rust: 1.91", "{rust: [a]}"]
)


def indented(text: str, width: int) -> str:
    return "".join(f"{' ' * width}{line}".rstrip() + "\n" for line in text.splitlines())


WORKFLOWS = st.builds(
    lambda steps, axis, eol, ends: (
        "on: push\njobs:\n  test:\n    strategy:\n      matrix:\n"
        + indented(axis, 8)
        + "    # steps\n    steps:\n"
        + indented("\n".join(steps), 6)
        + ("# end\n" if ends else "")
    ).replace("\n", eol),
    st.lists(STEP, min_size=1, max_size=4, unique=True),
    AXIS,
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from("srwa"), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=4
)


def changes_of(text: str, picks: list[tuple[str, int, int]]) -> list[Change]:
    """A change for each pick, each of a place of its own."""
    document = parsed(text)
    nodes = [
        (path, node)
        for index in range(4)
        for path in (("jobs", "test", "steps", index, key) for key in ("uses", "run", "name"))
        if (node := document.locate(path)) is not None
    ]
    found: dict[object, Change] = {}
    for kind, number, start in picks:
        if kind == "a":
            found["a"] = AddItem(("jobs", "test", "strategy", "matrix", "include"), (("rust", "1.90"),))
        elif nodes:
            path, node = nodes[number % len(nodes)]
            first = start % (len(node.value) + 1)
            word = re.compile(r"\S*").match(node.value, first)
            last = min(first + number % 9, word.end() if word else first)
            step = path[:-1]
            match kind:
                case "s":
                    found[path] = Set(path, "1.90")
                case "r":
                    found[path] = Replace(path, first, last, "--x")
                case _:
                    found[(*step, "w")] = Set((*step, "env", "x"), "1.90")
    return list(found.values())


@given(text=WORKFLOWS, picks=CHANGES)
def test_random_changes_of_random_workflows(text: str, picks: list[tuple[str, int, int]]) -> None:
    changes = changes_of(text, picks)
    new = text
    with contextlib.suppress(CannotEdit):
        new = written(text, *changes)
    event("written" if new != text else "declined")
    if new != text:
        wanted = changed_tree(tree_of(parsed(text).root), changes)
        assert tree_of(parsed(without_comments(new)).root) == wanted
        comments = new.count("# wasifix")
        assert 0 < comments <= len(changes)
        kept = set(text.split("\n")) - set(new.split("\n"))
        assert len(kept) <= len(changes), "each change has one line"
        assert new.endswith("\n") and new.count("\r") == (new.count("\n") if "\r" in text else 0)
    assert without(new) == text
