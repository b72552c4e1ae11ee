"""Every strategy on every example, in a real git repository, judged by git and by Cargo."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from running import EXAMPLE_NAMES, Result, copied_example, git, program, run, snapshot

from wasifix.strategies import AUTO, STRATEGIES

NAMES = (AUTO, *(strategy.name for strategy in STRATEGIES))
STABLE = {"RUSTUP_TOOLCHAIN": "stable", "CARGO_NET_OFFLINE": "true"}
NOT_BUILT = {"napi": "its dependencies are not here", "nightly-only": "needs a nightly Cargo"}


def applied(folder: Path, strategy: str, *more: str) -> Result:
    return run("apply", "--strategy", strategy, *more, folder=folder)


def cargo(folder: Path, *arguments: str) -> Result:
    if shutil.which("cargo") is None:
        pytest.skip("needs Cargo")
    return program("cargo", *arguments, folder=folder, variables=STABLE)


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_patch_and_the_change_are_the_same(name: str, strategy: str, tmp_path: Path) -> None:
    by_patch, by_apply = (copied_example(name, tmp_path / each) for each in ("patch", "apply"))
    before = snapshot(by_patch)
    patch = applied(by_patch, strategy, "--dry-run")
    assert snapshot(by_patch) == before
    written = applied(by_apply, strategy)
    assert (written.stdout, written.exit_code) == (patch.stdout, patch.exit_code)
    if written.exit_code == 1:
        assert snapshot(by_apply) == before
        assert b"declined[" in written.stderr
        return
    if patch.stdout:
        git(by_patch, "apply", data=patch.stdout)
    assert snapshot(by_patch) == snapshot(by_apply)
    shown = git(by_apply, "add", "--intent-to-add", ".") + git(by_apply, "diff", "--no-ext-diff")
    assert patch.stdout == shown
    if patch.stdout:
        git(by_patch, "apply", "-R", data=patch.stdout)
    assert snapshot(by_patch) == before


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_second_run_changes_nothing_and_remove_takes_it_back(
    name: str, strategy: str, tmp_path: Path
) -> None:
    folder = copied_example(name, tmp_path / "project")
    before = snapshot(folder)
    if applied(folder, strategy).exit_code == 1:
        return
    after = snapshot(folder)
    again = applied(folder, strategy)
    assert (again.stdout, again.exit_code) == (b"", 0)
    assert snapshot(folder) == after
    removed = run("remove", folder=folder)
    assert removed.exit_code == 0
    one_line = name == "legacy-toolchain" and strategy in ("pin", "upgrade", AUTO)
    assert snapshot(folder) == (after if one_line else before)


@pytest.mark.parametrize("strategy", [strategy.name for strategy in STRATEGIES])
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_strategy_keeps_what_it_claims(name: str, strategy: str, tmp_path: Path) -> None:
    folder = copied_example(name, tmp_path / "project")
    done = applied(folder, strategy)
    if done.exit_code == 1 or not done.stdout:
        return
    checked = run("check", folder=folder).stdout
    if strategy == "runner":
        assert b"error[wasmtime-" not in checked
        return
    effect = next(each.effect for each in STRATEGIES if each.name == strategy)
    cannot_be_marked = name == "legacy-toolchain" and strategy == "pin"
    level = b"error" if cannot_be_marked else b"note"
    assert (level + b"[memory-cannot-grow]" in checked) is (effect == "unproven")
    assert (b"error[memory-cannot-grow]" in checked) is cannot_be_marked


@pytest.mark.parametrize("strategy", [strategy.name for strategy in STRATEGIES])
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_cargo_accepts_the_result(name: str, strategy: str, tmp_path: Path) -> None:
    if name == "nightly-only":
        pytest.skip(NOT_BUILT[name])
    folder = copied_example(name, tmp_path / "project")
    if applied(folder, strategy).exit_code == 1:
        return
    metadata = cargo(folder, "metadata", "--no-deps", "--format-version", "1")
    assert metadata.exit_code == 0, metadata.stderr.decode()


@pytest.mark.parametrize("name", [name for name in EXAMPLE_NAMES if name not in NOT_BUILT])
def test_cargo_builds_with_the_profile(name: str, tmp_path: Path) -> None:
    folder = copied_example(name, tmp_path / "project")
    applied(folder, "profile", "--force")
    host = program("rustc", "-vV", folder=tmp_path, variables=STABLE) if shutil.which("rustc") else None
    if host is None:
        pytest.skip("needs rustc")
    triple = host.stdout.decode().partition("host: ")[2].splitlines()[0]
    built = cargo(folder, "build", "--profile", "wasmtime-test", "--target", triple, "--workspace")
    assert built.exit_code == 0, built.stderr.decode()


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_every_example_says_what_it_shows(name: str) -> None:
    from running import EXAMPLES

    assert "wasifix" in (EXAMPLES / name / "README.md").read_text("utf-8")
