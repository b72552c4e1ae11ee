"""A workflow with one script, and the Cargo commands that it leads to."""

from __future__ import annotations

from collections.abc import Mapping

from wasifix.changes import Origin
from wasifix.project import Project, read_project
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
T = "wasm32-wasip1-threads"
TEST = f"cargo test --target {T}"


def project(run: str, files: Mapping[str, str]) -> Project:
    lines = "".join(f"          {line}\n" for line in run.splitlines())
    workflow = f"on: push\njobs:\n  test:\n    steps:\n      - run: |\n{lines}# wasm32\n"
    texts = {"Cargo.toml": PACKAGE, ".github/workflows/ci.yml": workflow, **files}
    tree = MemoryTree({path: text.encode() for path, text in texts.items()})
    return read_project(Sources(tree), "", {})


def calls(run: str, files: Mapping[str, str]) -> list[CargoCall]:
    return [call for call in project(run, files).calls if call.workflow]


def shown(call: CargoCall) -> str:
    """Where it stands, in which folder, what it does: enough for a table."""
    words = [call.at.place, call.folder, f"+{call.plus.text}" if call.plus else ""]
    words += [call.subcommand, str(call.target.text), call.profile.text or ""]
    return " ".join(word for word in words if word)


def at(origin: Origin | None, files: Mapping[str, str]) -> str | None:
    """The characters of a plain file that an origin means."""
    if origin is None or origin.part is None or origin.route:
        return None
    start, end = origin.part
    return files[origin.path][start:end]
