"""SARIF that the OASIS schema accepts, with fixes that make what the strategies make.

The schema is that of SARIF 2.1.0 by OASIS, as npm package @microsoft/jest-sarif 1.0.0-beta.0 ships it (MIT,
Copyright Microsoft Corporation).
"""

from __future__ import annotations

import codecs
import json
from functools import cache
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from running import EXAMPLE_NAMES, EXAMPLES, ROOT, run, snapshot

from render.projects import PIECES, hostile, reports
from wasifix.advisories import load_advisories
from wasifix.engine import alternatives, check, plan
from wasifix.model import Report
from wasifix.proposals import FileChange, Proposal
from wasifix.render.sarif import Fix, fix_of, render_check, render_proposal
from wasifix.reporting import ALL_CHECKS
from wasifix.strategies import STRATEGIES
from wasifix.tree import MemoryTree

RULES = (load_advisories(), ALL_CHECKS)
FILES = {
    "Cargo.toml": b'[package]\nname = "p"\nversion = "0.1.0"\n',
    "rust-toolchain.toml": b'[toolchain]\nchannel = "1.91.0"\n',
    ".cargo/config.toml": b'[target.wasm32-wasip1-threads]\nrunner = "wasmtime run -S threads --"\n',
}


@cache
def validator() -> Any:
    schema = json.loads((ROOT / "tests" / "data" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    return jsonschema.Draft4Validator(schema)


def results(text: str) -> list[dict[str, Any]]:
    """The results of a log, which must be valid."""
    log = json.loads(text)
    validator().validate(log)
    [one] = log["runs"]
    rules = one["tool"]["driver"]["rules"]
    found: list[dict[str, Any]] = one["results"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in found)
    assert all(len(each["locations"]) == 1 for each in found)
    return found


def applied(fix: dict[str, Any], files: dict[str, bytes]) -> dict[str, bytes]:
    """The files after a fix, as the standard says: characters from `start` up to, not including, `end`."""
    after = dict(files)
    for change in fix["artifactChanges"]:
        path = unquote(change["artifactLocation"]["uri"])
        data = files.get(path, b"")
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        lines = data.removeprefix(mark).decode().split("\n")
        text = "\n".join(lines)
        starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
        for each in reversed(change["replacements"]):
            region = each["deletedRegion"]
            start = starts[region["startLine"] - 1] + region["startColumn"] - 1
            end = starts[region["endLine"] - 1] + region["endColumn"] - 1
            text = text[:start] + each.get("insertedContent", {"text": ""})["text"] + text[end:]
        after[path] = mark + text.encode()
    return after


def fixed(files: dict[str, bytes], changes: tuple[FileChange, ...]) -> dict[str, bytes]:
    return {**files, **{each.path: each.new for each in changes if each.new is not None}}


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_log_of_an_example_is_valid_and_complete(name: str) -> None:
    found = results(run("check", f"examples/{name}", "--format", "sarif", folder=ROOT).stdout.decode())
    printed = json.loads(run("check", f"examples/{name}", "--format", "json", folder=ROOT).stdout)
    assert [(each["ruleId"], each["level"]) for each in found] == [
        (each["advisory"], each["level"]) for each in printed["findings"]
    ]
    for each in found:
        artifact = each["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert (ROOT / artifact["uri"]).is_file()


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_each_fix_makes_what_its_strategy_makes(name: str) -> None:
    files = snapshot(EXAMPLES / name)
    tree = MemoryTree(files)
    report = check(tree)
    proposals = alternatives(tree, report=report)
    fixes = {name: fix_of(each) for name, each in proposals.items()}
    for result in results(render_check(report, fixes, RULES)):
        finding = next(each for each in report.findings if each.id == result["ruleId"])
        tried = [each.strategy for each in finding.remedies if each.strategy in proposals]
        names = [each for each in tried if finding.fails and fixes[each].settles(finding)]
        assert len(result.get("fixes", ())) == len(names)
        for strategy, fix in zip(names, result.get("fixes", ()), strict=True):
            assert applied(fix, files) == fixed(files, proposals[strategy].changes)


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
@pytest.mark.parametrize("strategy", [each.name for each in STRATEGIES])
def test_the_fix_of_an_apply_is_the_whole_change(name: str, strategy: str) -> None:
    files = snapshot(EXAMPLES / name)
    proposal = plan(MemoryTree(files), strategies=(strategy,))
    fixes = [fix for each in results(render_proposal(proposal, RULES)) for fix in each.get("fixes", ())]
    assert all(applied(fix, files) == fixed(files, proposal.changes) for fix in fixes)
    settled = {each.id for each in proposal.before.findings if each.fails}
    settled -= {each.id for each in (proposal.after or proposal.before).findings if each.fails}
    assert bool(fixes) == bool(proposal.changes and settled)


def test_a_fix_is_offered_only_for_what_it_settles() -> None:
    workflow = b"jobs:\n  t:\n    steps:\n      - run: cargo +1.90.0 test --target wasm32-wasip1-threads\n"
    tree = MemoryTree({**FILES, ".github/workflows/ci.yml": workflow})
    report, proposal = check(tree), plan(tree, strategies=("upgrade",))
    after = proposal.after
    assert after is not None
    left = any(each.fails and not after.is_local(each) for each in after.findings)
    found = results(render_check(report, {"upgrade": fix_of(proposal)}, RULES))
    failing = [each for each in found if each["level"] == "error"]
    assert len(failing) == 2
    assert ["fixes" in each for each in failing] == [True, not left]


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "é\n", "\n"]), max_size=6)
TEXTS = st.tuples(LINES, st.sampled_from(["", "a", "end", "😀"]), st.booleans()).map(
    lambda parts: (codecs.BOM_UTF8 if parts[2] else b"") + ("".join(parts[0]) + parts[1]).encode()
)


@settings(deadline=None, max_examples=40)
@given(TEXTS, TEXTS)
def test_any_difference_becomes_a_fix_that_makes_it(old: bytes, new: bytes) -> None:
    assume(new.removeprefix(codecs.BOM_UTF8) != old.removeprefix(codecs.BOM_UTF8))
    new = (codecs.BOM_UTF8 if old.startswith(codecs.BOM_UTF8) else b"") + new.removeprefix(codecs.BOM_UTF8)
    report = check(MemoryTree(FILES))
    changes = (FileChange(path="a", old=old, new=new),)
    after = Report(builds=(), findings=(), prevented=(), files_read=())
    [first, *_] = results(
        render_check(report, {"pin": Fix(description="x", changes=changes, after=after)}, RULES)
    )
    assert applied(first["fixes"][0], {"a": old}) == {"a": new}


def fingerprints(files: dict[str, bytes]) -> list[str]:
    found = results(render_check(check(MemoryTree(files)), {}, RULES))
    return [each["partialFingerprints"]["wasifix/v1"] for each in found]


def test_a_fingerprint_stays_when_lines_move() -> None:
    moved = {path: b"# a comment\n\n" + data for path, data in FILES.items()}
    assert fingerprints(moved) == fingerprints(FILES)


def test_a_fingerprint_changes_with_the_line_itself() -> None:
    other = {**FILES, "rust-toolchain.toml": b'[toolchain]\nchannel = "1.91.1"\n'}
    assert not set(fingerprints(other)) & set(fingerprints(FILES))


def test_fingerprints_differ() -> None:
    assert len(set(fingerprints(FILES))) == len(fingerprints(FILES))


def test_what_is_ignored_is_suppressed_in_source() -> None:
    line = b'[toolchain]\nchannel = "1.91.0" # wasifix: ignore[memory-cannot-grow] allocates nothing\n'
    [ignored, *_] = results(
        render_check(check(MemoryTree({**FILES, "rust-toolchain.toml": line})), {}, RULES)
    )
    assert ignored["suppressions"][0]["kind"] == "inSource"
    assert ignored["suppressions"][0]["justification"] == "allocates nothing"


def test_what_settings_ignore_is_suppressed_outside() -> None:
    setting = b'[package.metadata.wasifix]\nignore = [{ id = "memory-cannot-grow", reason = "none" }]\n'
    files = {**FILES, "Cargo.toml": FILES["Cargo.toml"] + setting}
    [ignored, *_] = results(render_check(check(MemoryTree(files)), {}, RULES))
    assert ignored["suppressions"][0]["kind"] == "external"
    assert ignored["suppressions"][0]["location"]["physicalLocation"]["region"]["startLine"] == 5


@pytest.mark.parametrize(
    ("name", "uri"), [("a b", "a%20b"), ("a:b", "a%3Ab"), ("é%", "%C3%A9%25"), ("c#d?e", "c%23d%3Fe")]
)
def test_a_path_becomes_a_relative_uri(name: str, uri: str) -> None:
    manifest = b'[workspace]\nmembers = ["%s"]\n' % name.encode()
    member = FILES["Cargo.toml"] + b"[profile.release]\nlto = true\n"
    files = {**FILES, "Cargo.toml": manifest, f"{name}/Cargo.toml": member}
    found = results(render_check(check(MemoryTree(files)), {}, RULES))
    places = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in found]
    assert f"{uri}/Cargo.toml" in places


def test_a_finding_without_a_file_stands_at_the_manifest() -> None:
    report = check(MemoryTree({path: FILES[path] for path in ("Cargo.toml", ".cargo/config.toml")}))
    for each in results(render_check(report, {}, RULES)):
        assert each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] in FILES


@settings(deadline=None, max_examples=40)
@given(hostile())
def test_nothing_foreign_breaks_the_log_or_becomes_a_link(text: str) -> None:
    assert_harmless(*reports(text))


@pytest.mark.parametrize("piece", PIECES)
def test_no_piece_breaks_the_log(piece: str) -> None:
    assert_harmless(*reports(piece))


def assert_harmless(report: Report, proposal: Proposal) -> None:
    for text in (render_check(report, {}, RULES), render_proposal(proposal, RULES)):
        assert "##[" not in text
        for result in results(text):
            related = [each["message"]["text"] for each in result.get("relatedLocations", ())]
            for message in (result["message"]["text"], *related):
                assert message.isprintable()
                assert "](" not in message
