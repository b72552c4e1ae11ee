"""Several projects in one call: each on its own, a broken one reported, and all in one table or JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Result, copied_example, git, run, snapshot


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """Four repositories: hit, fine, one that cannot be read, one that is no project."""
    copied_example("article", tmp_path / "hit")
    copied_example("not-affected", tmp_path / "fine")
    broken = copied_example("article", tmp_path / "broken")
    (broken / "rust-toolchain.toml").write_text("[toolchain\n")
    git(broken, "commit", "--quiet", "--all", "--message=broken")
    (tmp_path / "none").mkdir()
    return tmp_path


NAMES = ("hit", "fine", "broken", "none")


def rows(text: str) -> dict[str, tuple[int, str]]:
    """The table at the end."""
    lines = text[text.rindex("project") :].splitlines()[1:]
    words = [line.split(maxsplit=2) for line in lines]
    return {name: (int(code), rest) for name, code, rest in words}


def test_check_ends_with_a_table(projects: Path) -> None:
    done = run("check", *NAMES, folder=projects)
    assert done.exit_code == 2
    text = done.stdout.decode()
    table = rows(text)
    assert list(table) == list(NAMES)
    assert table["hit"] == (1, "1 error, 1 note")
    assert table["fine"][0] == 0
    assert table["broken"][0] == 2
    assert table["broken"][1].startswith("error: rust-toolchain.toml:1:")
    assert "hit:\nerror[memory-cannot-grow]" in text
    assert b"broken:\nerror: rust-toolchain.toml:1:" in done.stderr
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("names", "code"),
    [(("fine", "fine"), 0), (("fine", "hit"), 1), (("hit", "broken"), 2), (("none", "fine"), 2)],
)
def test_the_exit_code_is_the_worst(projects: Path, names: tuple[str, ...], code: int) -> None:
    assert run("check", *names, folder=projects).exit_code == code


def test_one_project_looks_as_ever(projects: Path) -> None:
    alone = run("check", "hit", folder=projects).stdout.decode()
    assert alone.startswith("error[memory-cannot-grow]")
    assert "project  " not in alone


def test_one_json_holds_them_all(projects: Path) -> None:
    done = run("check", *NAMES, "--format", "json", folder=projects)
    told = json.loads(done.stdout)
    assert told["schema"] == "wasifix/several/1"
    assert [(each["path"], each["exit"]) for each in told["projects"]] == [
        ("hit", 1),
        ("fine", 0),
        ("broken", 2),
        ("none", 2),
    ]
    for each in told["projects"]:
        if each["exit"] == 2:
            assert each["report"] is None
            assert each["result"].startswith("error: ")
        else:
            alone = run("check", each["path"], "--format", "json", folder=projects)
            assert each["report"] == json.loads(alone.stdout)


def test_apply_does_the_rest_where_one_is_broken(projects: Path) -> None:
    dry = run("apply", *NAMES, "--dry-run", folder=projects)
    done = run("apply", *NAMES, folder=projects)
    assert (dry.exit_code, done.exit_code, done.stdout) == (2, 2, dry.stdout)
    table = rows(done.stderr.decode())
    assert table["hit"] == (0, "changed rust-toolchain.toml")
    assert table["fine"] == (0, "nothing to change")
    assert table["broken"][0] == table["none"][0] == 2
    assert done.stdout.startswith(b"# hit\ndiff --git ")
    assert done.stdout.count(b"# ") >= 1
    git(projects / "hit", "apply", "-R", data=done.stdout)
    assert git(projects / "hit", "status", "--porcelain") == b""


def test_apply_refuses_one_and_does_the_rest(projects: Path) -> None:
    other = copied_example("floating", projects / "other")
    (other / "rust-toolchain.toml").open("a").write("# mine\n")
    before = snapshot(other)
    done = run("apply", "-s", "pin", "--assume-rust", "1.91.0", "other", "hit", folder=projects)
    assert done.exit_code == 2
    table = rows(done.stderr.decode())
    assert table["other"] == (2, "refused: rust-toolchain.toml (dirty)")
    assert table["hit"][0] == 0
    assert b"# other\ndiff --git" in done.stdout
    assert snapshot(other) == before


def test_two_projects_of_one_repository_may_change_the_same_file(tmp_path: Path) -> None:
    """What this very run has written is not unsaved work of the user."""
    top = tmp_path / "top"
    for name in ("one", "two"):
        copied_example("article", top / name)
        import shutil

        shutil.rmtree(top / name / ".git")
        (top / name / "rust-toolchain.toml").unlink()
        shutil.rmtree(top / name / ".cargo")
    (top / ".cargo").mkdir(parents=True)
    (top / ".cargo" / "config.toml").write_text('[build]\ntarget = "wasm32-wasip1-threads"\n')
    (top / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.91.0"\n')
    git(top, "init", "--quiet")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message=all")
    done = run("apply", "-s", "pin", "--force", "one", "two", folder=top)
    assert done.exit_code == 0, done.stderr.decode()
    assert rows(done.stderr.decode())["two"] == (0, "nothing to change")
    again = run("apply", "-s", "max-memory", "--force", "one", "two", folder=top)
    assert again.exit_code == 0, again.stderr.decode()


def test_the_same_project_named_twice_is_one(projects: Path) -> None:
    assert list(rows(run("check", "hit", "hit", folder=projects).stdout.decode())) == ["hit"]


def test_apply_json_of_several(projects: Path) -> None:
    done = run("apply", "hit", "fine", "--dry-run", "--format", "json", folder=projects)
    told = json.loads(done.stdout)
    assert [each["report"]["schema"] for each in told["projects"]] == ["wasifix/apply/1"] * 2
    assert told["projects"][0]["report"]["patch"].startswith("diff --git ")


def test_remove_of_several(projects: Path) -> None:
    copied_example("article", projects / "second")
    run("apply", "hit", "second", folder=projects)
    done = run("remove", "hit", "second", "fine", "--allow-dirty", folder=projects)
    assert done.exit_code == 0
    for name in ("hit", "second", "fine"):
        assert git(projects / name, "status", "--porcelain") == b""


def test_check_flags_hold_for_all(projects: Path) -> None:
    for more in (("--rev", "HEAD"), ("--staged",)):
        result: Result = run("check", "hit", "fine", *more, folder=projects)
        assert result.exit_code == 1
    assert run("check", "hit", "fine", "--exit-zero", folder=projects).exit_code == 0


def test_an_output_file_takes_it_all(projects: Path) -> None:
    shown = run("apply", "hit", "fine", "--dry-run", folder=projects).stdout
    done = run("apply", "hit", "fine", "--dry-run", "-o", "all.patch", folder=projects)
    assert (done.stdout, (projects / "all.patch").read_bytes()) == (b"", shown)


def test_long_paths_keep_to_80_columns(projects: Path) -> None:
    deep = projects / ("d" * 60) / ("e" * 30)
    copied_example("article", deep)
    done = run("check", "fine", str(deep.relative_to(projects)), folder=projects).stdout.decode()
    table = done[done.index("\nproject") :]
    assert max(map(len, table.splitlines())) <= 80
    assert "…" in table
