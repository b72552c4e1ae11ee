"""The hooks under real pre-commit and prek, in a repository that goes from clean to Rust 1.91."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from running import EXAMPLES, ROOT, Result, git, program

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS = yaml.safe_load(MANIFEST.read_text("utf-8"))
AFFECTED = '[toolchain]\nchannel = "1.91.0"\ntargets = ["wasm32-wasip1-threads"]\n'
PARTS = ("wasifix", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".pre-commit-hooks.yaml")


def test_there_is_a_hook_that_looks_and_one_that_changes() -> None:
    assert {hook["id"]: hook["entry"] for hook in HOOKS} == {
        "wasifix": "wasifix check",
        "wasifix-apply": "wasifix apply --allow-dirty",
    }
    for hook in HOOKS:
        assert (hook["pass_filenames"], hook["require_serial"], hook["language"]) == (False, True, "python")


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("Cargo.toml", True),
        ("crates/app/Cargo.toml", True),
        ("rust-toolchain.toml", True),
        ("rust-toolchain", True),
        (".cargo/config.toml", True),
        ("sub/.cargo/config", True),
        ("build.rs", True),
        ("package.json", True),
        ("mise.toml", True),
        (".mise.toml", True),
        (".tool-versions", True),
        ("Dockerfile", True),
        ("ci/rust.Dockerfile", True),
        ("Dockerfile.dev", True),
        ("Makefile", True),
        ("justfile", True),
        ("action.yml", True),
        (".github/actions/setup/action.yaml", True),
        (".github/workflows/ci.yml", True),
        (".gitlab-ci.yml", True),
        ("Cargo.lock", False),
        ("src/main.rs", False),
        ("NotCargo.toml", False),
        ("Cargo.toml.orig", False),
        ("config.toml", False),
        ("README.md", False),
        (".github/workflows/sub/ci.yml", False),
        (".github/dependabot.yml", False),
    ],
)
def test_which_files_start_a_hook(path: str, counts: bool) -> None:
    for hook in HOOKS:
        assert bool(re.search(hook["files"], path)) is counts


class Hooks:
    """A repository with the hooks, and one of the programs that run them."""

    def __init__(self, name: str, place: Path) -> None:
        self.name = name
        self.folder = place / "project"
        self.source = place / "source"
        self.variables = {
            **{f"{each}_HOME": str(place / "cache") for each in ("PRE_COMMIT", "PREK")},
            **{f"GIT_{who}_{what}": "t@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.source.mkdir()
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, self.source / part)
        git(self.source, "init", "--quiet")
        git(self.source, "add", "--all")
        git(self.source, "commit", "--quiet", "--message=all")
        shutil.copytree(EXAMPLES / "not-affected", self.folder)
        git(self.folder, "init", "--quiet")

    def use(self, hook: str) -> None:
        """Configures the hook, and commits that without running it."""
        revision = git(self.source, "rev-parse", "HEAD").decode().strip()
        hooks = {"repo": str(self.source), "rev": revision, "hooks": [{"id": hook}]}
        (self.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [hooks]}), "utf-8")
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--no-verify", "--message=hook")

    def run(self, *arguments: str) -> Result:
        return program(self.name, *arguments, folder=self.folder, variables=self.variables)

    def commit(self) -> tuple[int, str]:
        git(self.folder, "add", "--all")
        done = program("git", "commit", "-m", "x", folder=self.folder, variables=self.variables)
        return done.exit_code, (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module", params=["pre-commit", "prek"])
def hooks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    if shutil.which(request.param, path=str(Path(sys.executable).parent)) is None:
        pytest.skip(f"needs {request.param}")
    made = Hooks(request.param, tmp_path_factory.mktemp(request.param))
    made.use("wasifix")
    done = made.run("install", "--install-hooks")
    if done.exit_code:
        place = str(tmp_path_factory.mktemp("probe"))
        probe = program(
            sys.executable, "-m", "pip", "install", "-q", "--target", place, "hatchling", folder=ROOT
        )
        if (
            probe.exit_code or b"Failed to fetch" in done.stdout + done.stderr
        ):  # uv may not reach what pip does
            pytest.skip("needs a package index, to install the hook from")
    assert done.exit_code == 0, (done.stdout + done.stderr).decode()
    return made


def test_from_clean_to_a_bump_that_is_stopped_and_then_remedied(hooks: Hooks) -> None:
    (hooks.folder / "src" / "lib.rs").open("a").write("// more\n")
    code, said = hooks.commit()
    assert code == 0, said
    assert "no files to check" in said
    (hooks.folder / "Cargo.toml").open("a").write("# more\n")
    code, said = hooks.commit()
    assert (code, "Passed" in said) == (0, True), said
    (hooks.folder / "rust-toolchain.toml").write_text(AFFECTED)
    code, said = hooks.commit()
    assert code == 1
    assert "error[memory-cannot-grow]" in said
    assert "rust-toolchain.toml:2:11" in said
    git(hooks.folder, "stash", "--quiet")

    hooks.use("wasifix-apply")
    (hooks.folder / "Cargo.toml").open("a").write("# even more\n")
    code, said = hooks.commit()
    assert (code, "Passed" in said) == (0, True), said
    (hooks.folder / "rust-toolchain.toml").write_text(AFFECTED)
    code, said = hooks.commit()
    assert code == 1
    assert "files were modified by this hook" in said
    assert "Move to Rust" in said
    assert b"# wasifix upgrade for memory-cannot-grow" in git(hooks.folder, "diff")
    code, said = hooks.commit()
    assert (code, "Passed" in said) == (0, True), said
    assert git(hooks.folder, "status", "--porcelain") == b""


def test_pre_commit_takes_the_manifest(tmp_path: Path) -> None:
    if shutil.which("pre-commit", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("needs pre-commit")
    done = program("pre-commit", "validate-manifest", str(MANIFEST), folder=tmp_path)
    assert done.exit_code == 0, done.stdout
