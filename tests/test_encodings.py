"""Files in other encodings, and with other ends of lines than LF and CRLF: read as their tools read them.

What must be UTF-8 is an error with its place; a script with a comment in Latin-1 is a script.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.project import FILES, STRATEGIES
from fuzz.targets import TARGETS
from fuzz.test_fuzz import of_project
from running import ROOT, copied_example, git, program, repository, run

from wasifix.engine import check
from wasifix.errors import UnreadableInput
from wasifix.tree import MemoryTree

UTF8_ONLY = (
    "Cargo.toml",
    ".cargo/config.toml",
    "rust-toolchain.toml",
    ".github/workflows/ci.yml",
    ".github/actions/set-up/action.yml",
    ".gitlab-ci.yml",
    "justfile",
    "mise.toml",
    "package.json",
    "build.rs",
)
ANY_BYTES = ("Makefile", "Dockerfile", "build.sh", ".tool-versions")
INCIDENTAL = (".github/dependabot.yml", "renovate.json", ".devcontainer/devcontainer.json", "src/lib.rs")
"""What only adds to the answer: who cannot read it, does without."""
ENCODINGS = {
    "utf-16": "not UTF-8, but UTF-16",
    "utf-16-be": "not UTF-8, but UTF-16",
    "utf-32": "not UTF-8, but UTF-32",
}


def sign(path: str) -> str:
    return "//" if path.endswith((".rs", ".json")) else "#"


def checked(path: str, data: bytes) -> None:
    check(MemoryTree({**FILES, path: data}))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("path", [*UTF8_ONLY, "Makefile", "Dockerfile"])
def test_utf_16_and_32_are_named(path: str, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    with pytest.raises(UnreadableInput) as caught:
        checked(path, (mark + FILES[path].decode()).encode(encoding))
    assert str(caught.value) == f"{path}:1:1: {ENCODINGS[encoding]}"
    assert caught.value.advice.startswith("save the file as UTF-8")


@pytest.mark.parametrize("path", UTF8_ONLY)
def test_a_byte_of_latin_1_is_an_error_with_its_place(path: str) -> None:
    lines = FILES[path].count(b"\n")
    data = FILES[path] + f"{sign(path)} ä café\n".encode().replace("é".encode(), b"\xe9")
    with pytest.raises(UnreadableInput) as caught:
        checked(path, data)
    column = 7 + len(sign(path)) + (0 if lines else len(FILES[path]))
    assert (caught.value.path, caught.value.line, caught.value.column) == (path, lines + 1, column)
    assert caught.value.message == "not UTF-8"


@pytest.mark.parametrize("path", [*ANY_BYTES, *INCIDENTAL])
def test_what_takes_any_bytes_or_only_adds_stops_nothing(path: str) -> None:
    usual = check(MemoryTree(FILES))
    latin = FILES[path] + f"{sign(path)} café\n".encode("latin-1")
    found = check(MemoryTree({**FILES, path: latin}))
    assert [(each.id, each.level) for each in found.findings] == [
        (each.id, each.level) for each in usual.findings
    ]


@pytest.mark.parametrize("encoding", ["utf-8:strict", "latin-1", "ascii"])
def test_a_script_in_latin_1_is_changed_and_changed_back_byte_for_byte(tmp_path: Path, encoding: str) -> None:
    project = copied_example("article", tmp_path / "project")
    script = b"#!/bin/sh\n# r\xe9sum\xe9 \xff\nX=\xe9 cargo test --target wasm32-wasip1-threads # \xe9\n"
    (project / "build.sh").write_bytes(script)
    (project / "Makefile").write_bytes(b"# \xe9\ntest:\n\t./build.sh \\\n\t  # caf\xe9\n")
    repository(project)
    variables = {"PYTHONIOENCODING": encoding}
    for form in ("patch", "json", "markdown", "sarif", "github"):
        shown = program(
            "wasifix", "apply", "-n", "-s", "target", "--format", form, folder=project, variables=variables
        )
        assert shown.exit_code == 0, shown.stderr
        assert b"bug in wasifix" not in shown.stderr
    patch = run("apply", "-n", "-s", "target", folder=project).stdout
    assert b"X=\xe9 cargo test --target wasm32-wasip1 # \xe9\n" in patch
    git(project, "apply", data=patch)
    assert b"X=\xe9 cargo test --target wasm32-wasip1 # \xe9\n" in (project / "build.sh").read_bytes()
    assert run("remove", folder=project).exit_code == 0
    assert git(project, "status", "--porcelain") == b""


LINES = {
    "next line": "\u0085",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "form feed": "\f",
    "vertical tab": "\v",
    "carriage return": "\r",
    "no-break space": "\u00a0",
    "mark inside": "\ufeff",
    "unit separator": "\x1f",
}
"""What ends a line somewhere, or looks like something else: for Python, YAML 1.1, old systems."""


@pytest.mark.parametrize("path", [*UTF8_ONLY, *ANY_BYTES, *INCIDENTAL])
@pytest.mark.parametrize("name", LINES)
def test_other_ends_of_lines_are_exact_or_an_error(path: str, name: str) -> None:
    """The right place, only what was meant, and back to the same bytes, by one strategy after the other."""
    turn = list(LINES).index(name)
    text, comment = FILES[path].decode(), f"{sign(path)} a{LINES[name]}b\n"
    for shape in (text + comment, comment + text, text.replace("\n", LINES[name])):
        turn = (turn + 1) % len(STRATEGIES)
        TARGETS["project"].run(of_project(path, STRATEGIES[turn], shape))


@pytest.mark.parametrize(
    ("before", "line"), [("# a\u0085b\n", 2), ("# a\u2028b\n", 2), ("# a\n\n", 3), ("# a\r\n", 2)]
)
def test_the_line_of_an_error_in_yaml_is_that_of_editors_and_git(before: str, line: int) -> None:
    """To YAML 1.1 the first two end a line, and so begin a key here; others count otherwise."""
    with pytest.raises(UnreadableInput, match="not valid YAML") as caught:
        checked(".github/workflows/ci.yml", f"{before}on: [wasm32 cargo\njobs:\n".encode())
    assert caught.value.line in (line, line + 1)


@pytest.mark.parametrize(("character", "name"), [("\0", "NUL"), ("\f", "form feed"), ("\x1b", "escape")])
def test_a_control_character_in_yaml_has_a_place(character: str, name: str) -> None:
    data = f"# cargo wasm32\n#  {character}\n".encode()
    with pytest.raises(UnreadableInput) as caught:
        checked(".github/workflows/ci.yml", data)
    wanted = ".github/workflows/ci.yml:2:4: not valid YAML: control characters are not allowed"
    assert str(caught.value) == wanted, name


def test_a_message_in_any_encoding_can_be_explained() -> None:
    said = b"caf\xe9: memory allocation of 10 bytes failed\n".decode("utf-8", "surrogateescape")
    words = ("sh", "-c", "printf '%s' \"$SAID\" | wasifix explain -")
    for encoding in ("utf-8:strict", "latin-1", "ascii"):
        done = program(*words, folder=ROOT, variables={"PYTHONIOENCODING": encoding, "SAID": said})
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith(b"error[memory-cannot-grow]")
