"""Lines come into a build script below a comment, and go again unless somebody changed them."""

from __future__ import annotations

import pytest

from documents.writing import AUTHOR
from wasifix.changes import AddLines, FileEdit
from wasifix.documents.text import CannotEdit
from wasifix.edits import rendered
from wasifix.removal import restored

LINES = ("    if wasm() {", '        println!("x");', "    }")
SCRIPT = 'fn main() {\n    println!("mine");\n}\n'
COMMENT = f"    {AUTHOR.comment('3 new lines (crc32 015323bd)', sign='//')}"
NEW = "\n".join(["fn main() {", COMMENT, *LINES, '    println!("mine");', "}", ""])


def _added(text: str, *places: int | None) -> str:
    edit = FileEdit(path="build.rs", changes=tuple(AddLines(place, LINES) for place in places))
    return rendered(edit, text.encode(), AUTHOR).decode()


def _restored(text: str) -> bytes | None:
    return restored("build.rs", text.encode(), ("pin",))


def test_lines_go_below_the_line_that_is_named() -> None:
    assert _added(SCRIPT, 1) == NEW
    assert _added(SCRIPT.replace("\n", "\r\n"), 1) == NEW.replace("\n", "\r\n")
    assert _added("\ufeff" + SCRIPT, 1) == "\ufeff" + NEW


@pytest.mark.parametrize("before", ["", "// \u2028 \x0c\n", "fn main() {}"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_taken_out_again(before: str, end: str) -> None:
    text = (before + SCRIPT).replace("\n", end)
    for places in ((1,), (2,), (1, 2), (3,)):
        assert _restored(_added(text, *places)) == text.encode()
    text = text.rstrip()
    assert _restored(_added(text, 1)) == _restored(_added(text, text.count("\n") + 1)) == text.encode()


def test_a_script_that_was_made_goes_altogether() -> None:
    assert _restored(_added("", None)) is None
    assert _restored(_added("", None) + "// mine\n") == b"// mine\n"


def test_other_line_ends_and_indentation_are_no_change() -> None:
    assert (
        _restored(NEW.replace("\n    ", "\n\t").replace("\n", "\r\n"))
        == SCRIPT.replace("\n    ", "\n\t").replace("\n", "\r\n").encode()
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"x"', '"y"'),
        ('        println!("x");\n', ""),
        ("    if wasm", "    // mine\n    if wasm"),
        ('        println!("x");\n    }\n    println!("mine");\n}\n', ""),
        ("3 new lines", "2 new lines"),
        ("3 new lines (crc32 015323bd)", "new lines"),
    ],
)
def test_lines_that_somebody_changed_stay(old: str, new: str) -> None:
    assert NEW.count(old) == 1
    with pytest.raises(CannotEdit, match="changed since") as caught:
        _restored(NEW.replace(old, new))
    assert caught.value.offset == NEW.index("// wasifix")
