"""Small projects in which wasifix declines an edit, or leaves one to the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wasifix.engine import check, plan, remove
from wasifix.project import read_project
from wasifix.project.sources import Sources
from wasifix.proposals import Proposal
from wasifix.regression import regression_test
from wasifix.strategies import Options
from wasifix.tree import MemoryTree

T = "wasm32-wasip1-threads"
PACKAGE = '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n'
CI = ".github/workflows/ci.yml"
CONFIG = ".cargo/config.toml"
RUST = "rust-toolchain.toml"
PINNED = f'[toolchain]\nchannel = "1.91.0"\ntargets = ["{T}"]\n'
_OWN_FILE = ", so the job has a file of its own"


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A project, what is asked of it, and the first thing that wasifix says then."""

    strategy: str
    files: Mapping[str, str]
    says: str
    options: Options = field(default_factory=Options)
    environment: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> tuple[str, ...]:
        """All that is declined or left."""
        made = plan(
            _tree(self.files),
            strategies=self.strategy.split(),
            options=self.options,
            environment=self.environment,
        )
        return _said(made)


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A project, the strategies applied to it, and what somebody changes before the last thing is asked."""

    strategies: tuple[str, ...]
    files: Mapping[str, str]
    path: str
    old: str
    new: str
    says: str
    then: str = ""
    """The strategy that is forced on it then; where none is named, all are taken out."""

    def said(self) -> tuple[str, ...]:
        """All that is declined or left in the end."""
        tree = _tree(self.files)
        for each in self.strategies:
            made = plan(tree, strategies=(each,))
            tree = MemoryTree({change.path: change.new for change in made.changes}, tree)
        text = (tree.read(self.path) or b"").decode()
        assert self.old in text, text
        tree = MemoryTree({self.path: text.replace(self.old, self.new).encode()}, tree)
        forced = Options(force=True)
        return _said(plan(tree, strategies=(self.then,), options=forced) if self.then else remove(tree))


@dataclass(frozen=True, kw_only=True, slots=True)
class Regression:
    """A workflow that the job of `wasifix regression-test` cannot go into."""

    workflow: str
    says: str

    def said(self) -> tuple[str, ...]:
        """The notes about it."""
        tree = _tree({CI: self.workflow, RUST: PINNED})
        project = read_project(Sources(tree), "", {})
        notes = regression_test(project, check(tree)).notes
        return tuple(each.removeprefix(f"{CI}: ").removesuffix(_OWN_FILE) for each in notes)


def job(steps: str, top: str = "", before: str = "") -> str:
    """A workflow with one job."""
    lines = "".join(f"      {line}\n" for line in steps.splitlines())
    return f"{before}on: push\njobs:\n  wasi:\n{top}    runs-on: ubuntu-latest\n    steps:\n{lines}"


def _tree(files: Mapping[str, str]) -> MemoryTree:
    texts = {"Cargo.toml": PACKAGE, "src/lib.rs": "", **files}
    return MemoryTree({path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()})


def _said(made: Proposal) -> tuple[str, ...]:
    left = [each.what for each in made.by_hand]
    for each in made.declined:
        left += [each.reason, each.instead]
    return (*left, *(each.reason for each in made.passed_over))
