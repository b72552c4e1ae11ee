"""Ignores: where a comment counts, what becomes of a finding, and what is said of ignores without one."""

from __future__ import annotations

import pytest

from wasifix.documents.comments import comments
from wasifix.engine import check, plan, remove
from wasifix.markers import find_markers
from wasifix.model import Finding, Level, Report
from wasifix.tree import MemoryTree

COMMENT = "wasifix: ignore[memory-cannot-grow] allocates nothing"
CHANNEL = f'[toolchain]\nchannel = "1.91.0" # {COMMENT}\n'
FILES = {
    "Cargo.toml": '[package]\nname = "p"\nversion = "0.1.0"\n',
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n',
    ".cargo/config.toml": '[target.wasm32-wasip1-threads]\nrunner = "wasmtime run -S threads --"\n',
}


def tree(**files: str) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in {**FILES, **files}.items()})


def checked(**files: str) -> Report:
    return check(tree(**files))


def toolchain(text: str) -> Report:
    return checked(**{"rust-toolchain.toml": text})


def memory(report: Report) -> Finding:
    return next(each for each in report.findings if each.id == "memory-cannot-grow")


def unused(report: Report) -> list[tuple[str, str]]:
    """Message and reason of each note on an ignore that ignores nothing."""
    found = [each for each in report.findings if each.id == "unused-ignore"]
    assert all(each.level is Level.NOTE for each in found)
    return [(each.message, each.evidence[0].note) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        CHANNEL,
        CHANNEL.replace("# ", "#"),
        CHANNEL.replace("# ", "# kept for now # "),
        CHANNEL.replace("[memory-cannot-grow]", "[fd-leak, memory-cannot-grow]"),
        CHANNEL.replace("\n", "\r\n"),
        f"\ufeff{CHANNEL}",
        f'toolchain = {{ channel = "1.91.0" }} # {COMMENT}\n',
    ],
)
def test_a_comment_on_a_line_of_the_evidence_makes_a_note(text: str) -> None:
    finding = memory(toolchain(text))
    assert finding.level is Level.NOTE
    assert finding.ignored is not None
    assert finding.ignored.reason == "allocates nothing"
    assert finding.ignored.at.place.startswith("rust-toolchain.toml:")


@pytest.mark.parametrize(
    "text",
    [
        CHANNEL.replace("ignore[", "ignore ["),
        CHANNEL.replace("wasifix:", "wasifix"),
        CHANNEL.replace("# wasifix", "# Wasifix"),
        f"# {COMMENT}\n{FILES['rust-toolchain.toml']}",
        f"{FILES['rust-toolchain.toml']}# {COMMENT}\n",
        CHANNEL.replace("memory-cannot-grow", "fd-leak"),
        CHANNEL.replace("memory-cannot-grow", "memory-cannot-grov"),
        CHANNEL.replace(" allocates nothing", ""),
        CHANNEL.replace(" allocates nothing", "  \t"),
        f'[toolchain]\nchannel = "1.91.0"\nprofile = "# {COMMENT}"\n',
        f"[toolchain]\nchannel = \"1.91.0\"\nprofile = '''\n# {COMMENT}'''\n",
    ],
)
def test_anything_else_ignores_nothing(text: str) -> None:
    assert memory(toolchain(text)).level is Level.ERROR


def test_a_comment_in_a_string_is_none() -> None:
    text = f"[toolchain]\nchannel = '1.91.0'\nprofile = '# {COMMENT}'\n"
    assert unused(toolchain(text)) == []


def test_any_line_of_the_evidence_will_do() -> None:
    config = FILES[".cargo/config.toml"].replace("]\n", f"] # {COMMENT}\n", 1)
    assert memory(checked(**{".cargo/config.toml": config})).level is Level.NOTE


@pytest.mark.parametrize(
    ("step", "level"),
    [
        (f"- run: cargo +1.91.0 test --target wasm32-wasip1-threads # {COMMENT}", Level.NOTE),
        (f"- run: |\n          cargo +1.91.0 test --target wasm32-wasip1-threads # {COMMENT}", Level.NOTE),
        ("- run: cargo +1.91.0 test --target wasm32-wasip1-threads", Level.ERROR),
    ],
)
def test_a_comment_counts_in_a_workflow(step: str, level: Level) -> None:
    workflow = f"jobs:\n  test:\n    steps:\n      {step}\n"
    files = {
        "Cargo.toml": FILES["Cargo.toml"],
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.92.0"\n',
        ".github/workflows/ci.yml": workflow,
    }
    report = check(MemoryTree({path: text.encode() for path, text in files.items()}))
    assert [each.level for each in report.findings if each.id == "memory-cannot-grow"] == [level][
        : bool(level)
    ]


def test_what_is_ignored_never_fails() -> None:
    report = toolchain(CHANNEL.replace("[memory-cannot-grow]", "[memory-cannot-grow, import-module-mixup]"))
    assert not report.fails
    assert report.is_clean


def test_auto_leaves_alone_what_is_ignored_and_a_named_strategy_does_not() -> None:
    files = tree(**{"rust-toolchain.toml": CHANNEL})
    assert plan(files).outcomes == ()
    [change] = plan(files, strategies=("pin",)).changes
    assert change.new is not None
    assert f'channel = "1.90.0" # {COMMENT}\n'.encode() in change.new


@pytest.mark.parametrize(
    ("comment", "message", "why"),
    [
        ("ignore[fd-leak] no files", "an ignore of `fd-leak` ignores nothing", "is not found on this line"),
        ("ignore[memory-cannot-grow]", "an ignore of `memory-cannot-grow`", "without a reason"),
        ("ignore[memory-cannot-grov] x", "an ignore of `memory-cannot-grov`", "mean `memory-cannot-grow`?"),
        ("ignore[] x", "an ignore that ignores nothing", "it names no id"),
        ("ignore[pin] x", "an ignore of `pin` ignores nothing", "nothing has the id `pin`"),
    ],
)
def test_an_ignore_that_ignores_nothing_is_a_note(comment: str, message: str, why: str) -> None:
    [(found, reason)] = unused(toolchain(f'[toolchain]\nchannel = "1.91.0" # wasifix: {comment}\n'))
    assert found.startswith(message)
    assert why in reason


def test_each_id_of_a_comment_is_judged_alone() -> None:
    report = toolchain(CHANNEL.replace("[memory", "[fd-leak, memory"))
    assert [message for message, _ in unused(report)] == ["an ignore of `fd-leak` ignores nothing"]


def test_a_setting_ignores_all_findings_of_its_id() -> None:
    table = '[package.metadata.wasifix]\nignore = [{ id = "memory-cannot-grow", reason = "none" }]\n'
    report = checked(**{"Cargo.toml": FILES["Cargo.toml"] + table})
    finding = memory(report)
    assert (finding.level, finding.ignored and finding.ignored.at.place) == (Level.NOTE, "Cargo.toml:5:11")
    assert unused(report) == []


def test_a_setting_that_ignores_nothing_is_a_note() -> None:
    table = '[[package.metadata.wasifix.ignore]]\nid = "fd-leak"\nreason = "none"\n'
    report = checked(**{"Cargo.toml": FILES["Cargo.toml"] + table})
    why = "`fd-leak` is not found in this project"
    assert unused(report) == [("an ignore of `fd-leak` ignores nothing", why)]


def test_an_ignore_is_no_comment_of_wasifix_and_such_a_comment_no_ignore() -> None:
    assert not list(find_markers(CHANNEL))
    pinned = plan(tree(**{"rust-toolchain.toml": CHANNEL}), strategies=("pin",)).changes[0].new or b""
    assert len(list(find_markers(pinned.decode()))) == 1
    after = MemoryTree({"rust-toolchain.toml": pinned}, tree())
    assert remove(after).changes[0].new == CHANNEL.encode()


def test_a_value_that_a_comment_of_wasifix_quotes_is_no_ignore() -> None:
    marker = (
        f"# wasifix pin for memory-cannot-grow (unproven): a # {COMMENT} -> 1.91.0; https://example.org\n"
    )
    report = toolchain(f'[toolchain]\n{marker}channel = "1.91.0"\n')
    assert unused(report) == []
    assert memory(report).ignored is None


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.toml", 'a = "# b" # c\n# d', ["# c", "# d"]),
        ("a.toml", "a = '''\n# b''' # c", ["# c"]),
        ("a.toml", 'a = "\\"# b" #c\r\n', ["#c"]),
        (".cargo/config", 'a = "# b" # c', ["# c"]),
        ("rust-toolchain", "[toolchain] # a", ["# a"]),
        ("build.rs", 'let a = "// b"; // c', ["// c"]),
        ("build.rs", "let a = '\"'; // c", ["// c"]),
        ("build.rs", 'r#"// a"# // b', ["// b"]),
        ("build.rs", "/* // a */ fn f<'a>() {} // b", ["// b"]),
        ("a.yml", "a: b#c # d\n# e", ["# d", "# e"]),
        ("Dockerfile", "FROM rust:1.91 # a", ["# a"]),
    ],
)
def test_comments_are_found_where_the_format_has_them(path: str, text: str, expected: list[str]) -> None:
    assert [comment for _, comment in comments(path, text)] == expected
    assert all(text.startswith(comment, start) for start, comment in comments(path, text))
