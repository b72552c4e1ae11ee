"""Small projects with a workflow, and what is found in them."""

from __future__ import annotations

from collections.abc import Mapping

from wasifix.engine import check
from wasifix.model import Finding
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
WORKFLOW = ".github/workflows/ci.yml"
CONFIG = ".cargo/config.toml"
TEST = "- run: cargo test --target wasm32-wasip1-threads\n"
NOTHING: Mapping[str, str] = {}


def workflow(steps: str, head: str = "", job: str = "") -> str:
    """A workflow of one job `test`; `head` and `job` are lines above its jobs and steps."""
    lines = "".join(f"      {line}\n" for line in steps.splitlines())
    return f"on: push\n{head}jobs:\n  test:\n    runs-on: ubuntu-latest\n{job}    steps:\n{lines}"


def found(
    check_id: str, files: Mapping[str, str], variables: Mapping[str, str] = NOTHING
) -> tuple[Finding, ...]:
    """The findings of one check in a project of these files and a manifest."""
    contents = {"Cargo.toml": PACKAGE, **files}
    report = check(
        MemoryTree({path: text.encode() for path, text in contents.items()}), environment=variables
    )
    return tuple(each for each in report.findings if each.id == check_id)


def brief(findings: tuple[Finding, ...]) -> list[str]:
    """Level, confidence and deciding place of each."""
    return [f"{each.level} {each.confidence} {each.evidence[0].place}" for each in findings]
