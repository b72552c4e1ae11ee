"""Projects whose files were damaged at random: an answer or an expected failure, never another exception.

WASIFIX_DAMAGED=5000 tries so many instead of a few.
"""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import EXAMPLE_NAMES, EXAMPLES

from wasifix.engine import check, plan, remove
from wasifix.errors import WasifixError
from wasifix.tree import MemoryTree

TRIES = int(os.environ.get("WASIFIX_DAMAGED", "60"))
PIECES = (
    *(
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b"\t",
        b" ",
        b"'",
        b'"',
        b"'''",
        b"\\",
        b"#",
        b": ",
        b"- ",
    ),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b"[[",
        b"${{",
        b"}}",
        b"$(",
        b"`",
        b"|",
        b">-",
        b"&a ",
        b"*a",
        b"!t ",
        b"<<: ",
        b"=",
        b".",
    ),
    *(
        b"1.90",
        b"1.91.0",
        b"nightly",
        b"wasm32-wasip1-threads",
        b"--release",
        b"cargo test",
        b"../..",
        b"\xc3\xa4",
    ),
)


def project(name: str) -> dict[str, bytes]:
    """The files of an example by path."""
    files = (each for each in sorted((EXAMPLES / name).rglob("*")) if each.is_file())
    return {
        path: each.read_bytes() for each in files if not (path := _path(each, name)).startswith("target/")
    }


def _path(file: Path, name: str) -> str:
    return file.relative_to(EXAMPLES / name).as_posix()


@st.composite
def damaged(draw: st.DrawFn) -> MemoryTree:
    """An example in which some bytes are gone, doubled, moved or foreign."""
    files = project(draw(st.sampled_from(EXAMPLE_NAMES)))
    names = [name for name in files if not name.endswith((".md", ".rs"))]
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(names))
        data = files[name]
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        middle = draw(st.one_of(st.sampled_from(PIECES), st.just(b""), st.just(data[start:end] * 2)))
        files[name] = data[:start] + middle + data[end:]
    return MemoryTree(files)


@settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    damaged(),
    st.sampled_from(["auto", "pin", "upgrade", "max-memory", "runner", "profile", "opt-level", "target"]),
)
def test_a_damaged_project_gets_an_answer_or_an_expected_failure(tree: MemoryTree, strategy: str) -> None:
    try:
        check(tree)
        made = plan(tree, strategies=[strategy])
        changed = MemoryTree({change.path: change.new for change in made.changes}, tree)
        taken_out = remove(changed)
    except WasifixError as error:
        assert str(error)
        return
    assert "bug in wasifix" not in "".join(each.reason for each in (*made.declined, *taken_out.declined))
    if made.changes and not taken_out.declined and not made.declined:
        restored = MemoryTree({change.path: change.new for change in taken_out.changes}, changed)
        lost = {change.path for change in made.changes if restored.read(change.path) != change.old}
        notes = " ".join(note for each in made.plans for note in each.notes)
        assert all(path in notes for path in lost), lost
