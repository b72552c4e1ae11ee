"""examples/fleet over twenty repositories, as an engine like multi-gitter does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from running import EXAMPLES, clean_environment, copied_example, git, program

FLEET = EXAMPLES / "fleet"
SCRIPT = FLEET / "wasifix.sh"
HIT = (
    "article",
    "crlf",
    "legacy-toolchain",
    "alias",
    "member-profile",
    "masked-profile",
    "rust-version",
    "nightly-only",
)
FINE = ("not-affected", "has-max-memory", "no-toolchain", "floating", "napi")


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The folder of the bare repositories, and the names of those that need a change."""

    remotes: Path
    hit: frozenset[str]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Twenty bare repositories: hit, fine, without Rust, and a broken one."""
    place = tmp_path_factory.mktemp("fleet")
    sources = place / "sources"
    names = [f"hit-{number}-{name}" for number, name in enumerate((*HIT, *HIT[:3]))]
    names += [f"fine-{number}-{name}" for number, name in enumerate((*FINE, *FINE[:2]))]
    for name in names:
        copied_example(name.split("-", 2)[2], sources / name)
    broken = copied_example("article", sources / "broken")
    (broken / "Cargo.toml").write_text("[package\n")
    git(broken, "commit", "--quiet", "--all", "--message=broken")
    python = sources / "python"
    python.mkdir()
    (python / "setup.py").write_text("")
    git(python, "init", "--quiet", "--initial-branch=main")
    git(python, "add", "--all")
    git(python, "commit", "--quiet", "--message=all")
    remotes = place / "remotes"
    remotes.mkdir()
    for each in sources.iterdir():
        git(place, "clone", "--quiet", "--bare", str(each), str(remotes / f"{each.name}.git"))
    return Fleet(remotes=remotes, hit=frozenset(name for name in names if name.startswith("hit-")))


def engine(remotes: Path, clones: Path, branch: str) -> dict[str, str]:
    """What an engine does with the script; what came of each repository."""
    told = {}
    for remote in sorted(remotes.iterdir()):
        clone = clones / remote.stem
        git(clones, "clone", "--quiet", "--depth=1", f"file://{remote}", str(clone))
        done = program(str(SCRIPT), folder=clone, variables={"REPOSITORY": f"org/{remote.stem}"})
        if done.exit_code:
            told[remote.stem] = f"error: exit status {done.exit_code}"
        elif not git(clone, "status", "--porcelain"):
            told[remote.stem] = "no change"
        else:
            git(clone, "checkout", "--quiet", "-b", branch)
            git(clone, "add", "--all")
            git(clone, "commit", "--quiet", "--message=x")
            git(clone, "push", "--quiet", "origin", branch)
            told[remote.stem] = "pull request"
    return told


def test_branches_where_needed_and_nowhere_else(fleet: Fleet, tmp_path: Path) -> None:
    settings = yaml.safe_load((FLEET / "multi-gitter.yaml").read_text("utf-8"))
    before = {each.name: git(each, "rev-parse", "main") for each in fleet.remotes.iterdir()}
    told = engine(fleet.remotes, tmp_path, settings["branch"])
    assert len(told) == 20
    assert {name for name, what in told.items() if what == "pull request"} == fleet.hit
    assert told["broken"] == "error: exit status 2"
    assert told["python"] == "no change"
    for remote in fleet.remotes.iterdir():
        assert git(remote, "rev-parse", "main") == before[remote.name]
        branches = git(remote, "branch", "--list", settings["branch"]).split()
        assert bool(branches) is (remote.stem in fleet.hit)
    for name in fleet.hit:
        assert b"error[" not in program("wasifix", "check", folder=tmp_path / name).stdout


def test_the_configuration_is_for_an_engine_that_runs_the_script() -> None:
    settings = yaml.safe_load((FLEET / "multi-gitter.yaml").read_text("utf-8"))
    assert set(settings) <= {
        *(
            "platform",
            "org",
            "branch",
            "commit-message",
            "pr-title",
            "pr-body",
            "concurrent",
            "git-type",
            "dry-run",
        )
    }
    assert settings["dry-run"] is True
    assert SCRIPT.stat().st_mode & 0o111
    said = (FLEET / "README.md").read_text("utf-8")
    assert 'multi-gitter run "$PWD/wasifix.sh" --config multi-gitter.yaml' in said
    assert clean_environment()["PATH"]


def test_what_would_happen_without_an_engine(fleet: Fleet, tmp_path: Path) -> None:
    names = sorted(each.stem for each in fleet.remotes.iterdir())
    for name in names:
        git(tmp_path, "clone", "--quiet", str(fleet.remotes / f"{name}.git"), name)
    done = program("wasifix", "apply", "--dry-run", *names, folder=tmp_path)
    assert done.exit_code == 2
    table = done.stderr.decode().rpartition("project")[2]
    would = {line.split()[0] for line in table.splitlines() if "would change" in line}
    assert would == fleet.hit
    assert all(git(tmp_path / name, "status", "--porcelain") == b"" for name in names)
