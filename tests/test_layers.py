"""The layers of the code, and what the command line may load when it starts."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from running import ROOT, program

PACKAGE = ROOT / "wasifix"
LAYERS = (
    ("__init__", "errors", "package_data"),
    (
        "rust",
        "releases",
        "wasmtime_command",
        "wasmtime_flags",
        "changes",
        "model",
        "proposals",
        "tree",
        "data",
    ),
    ("wasm_reader", "artifact"),
    ("markers", "documents", "advisories"),
    ("project",),
    (
        "proofs",
        "edits",
        "removal",
        "conditions",
        "coverage",
        "detect",
        "checks",
        "ci_checks",
        "explain",
        "patch",
        "expiry",
    ),
    ("inspection",),
    ("verification",),
    ("remedies", "strategies"),
    ("settings", "ignores"),
    ("machine", "trials"),
    ("reporting",),
    ("planner", "composer", "taking_out", "engine", "doctor", "regression", "regression_job"),
    ("reproduction",),
    ("render",),
    ("place", "journal", "disk", "gitrepo", "artifact_files", "embedded", "host", "examination"),
    ("verifying",),
    ("commands", "cli"),
    ("__main__",),
)
"""Each may import from its own layer and those above it in this list."""
EDGE = {
    "place",
    "journal",
    "disk",
    "gitrepo",
    "artifact_files",
    "embedded",
    "host",
    "examination",
    "verifying",
    "tree",
    "commands",
    "cli",
    "__main__",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _part(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def _level(part: str) -> int:
    return next(level for level, parts in enumerate(LAYERS) if part in parts)


def _imports(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.relative_to(PACKAGE).as_posix())
def test_imports_lead_down(module: Path) -> None:
    own = _level(_part(module))
    for name in _imports(module):
        parts = name.split(".")
        if parts[0] == "wasifix" and len(parts) > 1 and parts[1] != "__version__":
            assert _level(parts[1]) <= own, f"{module} imports {name}"


@pytest.mark.parametrize(
    "module",
    [each for each in MODULES if _part(each) not in EDGE],
    ids=lambda each: each.relative_to(PACKAGE).as_posix(),
)
def test_the_core_neither_reads_nor_prints(module: Path) -> None:
    assert not _imports(module) & {"typer", "git", "rich", "os", "sys", "subprocess", "pathlib.Path"}
    calls = (
        node.func for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Call)
    )
    assert not {call.id for call in calls if isinstance(call, ast.Name)} & {
        "print",
        "open",
        "input",
        "exec",
        "eval",
    }


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (
            ("--version",),
            {
                "tomli",
                "tomlkit",
                "rich",
                "git",
                "yaml",
                "pydantic",
                "wasifix.engine",
                "wasifix.commands.apply",
            },
        ),
        (
            ("check", "examples/article"),
            {
                *("tomlkit", "rich", "git", "yaml", "json", "hashlib", "pydantic"),
                *("wasifix.patch", "wasifix.planner", "wasifix.strategies"),
                *("wasifix.project.scripts", "wasifix.project.workflows", "wasifix.commands.apply"),
            },
        ),
        (("inspect", "no.wasm"), {"tomlkit", "rich", "git", "yaml", "wasifix.project", "wasifix.detect"}),
        (
            ("apply", "examples/article", "--dry-run"),
            {"rich", "yaml", "pydantic", "wasifix.project.scripts", "wasifix.project.workflows"},
        ),
    ],
)
def test_a_command_loads_what_it_needs(arguments: tuple[str, ...], heavy: set[str]) -> None:
    done = program(sys.executable, "-X", "importtime", "-m", "wasifix", *arguments, folder=ROOT)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines() if "|" in line}
    assert "wasifix.cli" in loaded
    assert not loaded & heavy


def test_one_place_imports_gitpython() -> None:
    """`gitrepo.tree` names a type of it, for type checkers alone."""
    importers = {each.relative_to(PACKAGE).as_posix() for each in MODULES if "git.cmd" in _imports(each)}
    assert importers == {"gitrepo/program.py", "gitrepo/tree.py"}
    assert (PACKAGE / "gitrepo/tree.py").read_text("utf-8").count("    from git.cmd import Git\n") == 1
    assert not [each for each in MODULES if "git" in _imports(each)]


def test_the_programs_are_there_by_both_names() -> None:
    for words in (
        ("wasifix", "--version"),
        ("cargo-wasifix", "wasifix", "--version"),
        ("cargo-wasifix", "-V"),
    ):
        done = program(*words, folder=ROOT)
        assert (done.exit_code, done.stdout[:8]) == (0, b"wasifix ")


def test_cargo_finds_it_as_a_subcommand() -> None:
    import shutil

    if shutil.which("cargo") is None:
        pytest.skip("needs Cargo")
    done = program("cargo", "wasifix", "check", "examples/article", folder=ROOT)
    assert done.exit_code == 1
    assert b"error[memory-cannot-grow]" in done.stdout


def test_a_reader_that_goes_away_early_is_no_error() -> None:
    command = f"{sys.executable} -m wasifix explain memory-cannot-grow | head -n 1"
    done = program("sh", "-c", command, folder=ROOT)
    assert done.stderr == b""
