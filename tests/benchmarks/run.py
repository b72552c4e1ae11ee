"""How long wasifix takes, as ratios of things measured in the same minutes: python tests/benchmarks/run.py

Each round runs every command once, so that whatever else the machine does hits all of them alike; the least
processor time of all rounds counts. The floor is the same files read and parsed, and nothing else.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ARTICLE = ROOT / "examples" / "article"
SEARCHED = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
WASIFIX = (sys.executable, "-m", "wasifix")
FLOOR = """
import sys, tomli
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.toml"):
    tomli.loads(path.read_bytes().decode())
"""
ENGINE = """
import sys
from pathlib import Path
from wasifix import engine
from wasifix.tree import DiskTree
for path in Path(sys.argv[1]).iterdir():
    engine.check(DiskTree(path))
"""
SCAN = """
import sys
from pathlib import Path
import tomli, yaml
root, times = Path(sys.argv[1]), int(sys.argv[2])
for _ in range(times):
    for path in root.rglob("*"):
        if path.suffix == ".toml":
            tomli.loads(path.read_bytes().decode())
        elif path.suffix in (".yml", ".yaml"):
            list(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader))
"""
WHOLE = """
import json, sys
from pathlib import Path
import tomli, tree_sitter_bash, yaml
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_bash.language()))
def scripts(value):
    if isinstance(value, dict):
        if isinstance(value.get("run"), str):
            yield value["run"]
        for each in value.values():
            yield from scripts(each)
    elif isinstance(value, list):
        for each in value:
            yield from scripts(each)
root, times = Path(sys.argv[1]), int(sys.argv[2])
for _ in range(times):
    for path in root.rglob("*"):
        if path.suffix == ".toml":
            tomli.loads(path.read_bytes().decode())
        elif path.suffix == ".json":
            json.loads(path.read_bytes())
        elif path.suffix in (".yml", ".yaml"):
            for document in yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader):
                for script in scripts(document):
                    parser.parse(script.encode())
"""
"""JSON too, and each script of a workflow once, with the parser that wasifix reads it with."""
CHECKED = """
import gc, sys
gc.set_threshold(100_000)  # as the program has it
from pathlib import Path
from wasifix import engine
from wasifix.documents import shell_reader
from wasifix.tree import DiskTree
for _ in range(int(sys.argv[2])):
    engine.check(DiskTree(Path(sys.argv[1])))
    shell_reader.parsed.cache_clear()  # a new process has read no script yet
"""
SCANS = 20
"""So often, in one process, that starting it counts for little."""
WORKFLOW = "examples/ci-only/.github/workflows/ci.yml"
NEIGHBOURS = (
    ("check-jsonschema", ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW)),
    ("validate-pyproject", ("validate-pyproject", "pyproject.toml")),
    ("check-toml (pre-commit)", ("check-toml", "examples/article/Cargo.toml")),
    ("zizmor", ("zizmor", "--offline", "--no-exit-codes", WORKFLOW)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A command to measure. `table` names the table that it belongs to."""

    table: str
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Processor time in seconds, and the largest resident memory in MiB."""

    seconds: float
    memory: float


def measured(rows: Sequence[Row], rounds: int) -> dict[Row, Cost]:
    """The least cost of each command over all rounds."""
    found: dict[Row, Cost] = {}
    for _ in range(rounds + 1):  # the first one fills the caches
        for row in rows:
            cost = _cost(row.command)
            best = found.get(row, cost)
            found[row] = cost if cost.seconds < best.seconds else best
    return found


def _cost(command: tuple[str, ...]) -> Cost:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(seconds=used.ru_utime + used.ru_stime, memory=used.ru_maxrss / unit)


def start_up() -> Iterator[Row]:
    """One small crate: mostly the start of the program."""
    yield Row(table="one crate", name="empty interpreter", command=(sys.executable, "-c", "pass"))
    yield Row(table="one crate", name="floor", command=(sys.executable, "-c", FLOOR, str(ARTICLE)))
    yield Row(table="one crate", name="import typer", command=(sys.executable, "-c", "import typer"))
    yield Row(table="one crate", name="wasifix --version", command=(*WASIFIX, "--version"))
    yield Row(table="one crate", name="wasifix check", command=(*WASIFIX, "check", str(ARTICLE)))
    apply = (*WASIFIX, "apply", "--dry-run", str(ARTICLE))
    yield Row(table="one crate", name="wasifix apply --dry-run", command=apply)
    for name, (program, *arguments) in NEIGHBOURS:
        found = shutil.which(program, path=SEARCHED)
        if found is not None:
            yield Row(table="one crate", name=name, command=(found, *arguments))


def largest(corpus: Path) -> Iterator[Row]:
    """The project with the most workflows and manifests of those that wasifix is tried on."""
    projects = sorted(each for each in corpus.glob("projects/*") if each.is_dir())
    if not projects:
        return
    place = max(projects, key=lambda each: sum(1 for _ in each.rglob("*")))
    for times, title in ((1, "once"), (SCANS, f"{SCANS} times")):
        table, arguments = f"{place.name[:22]}, {title}", (str(place), str(times))
        yield Row(table=table, name="floor", command=(sys.executable, "-c", SCAN, *arguments))
        yield Row(
            table=table, name="floor with JSON and scripts", command=(sys.executable, "-c", WHOLE, *arguments)
        )
        yield Row(table=table, name="engine.check", command=(sys.executable, "-c", CHECKED, *arguments))
    yield Row(table=f"{place.name[:22]}, once", name="wasifix check", command=(*WASIFIX, "check", str(place)))


def workspaces(folder: Path, sizes: Sequence[int]) -> Iterator[Row]:
    """Growth with the members of one workspace."""
    for size in sizes:
        place, table = folder / f"members{size}", f"{size} members"
        write_workspace(place, size)
        yield Row(table=table, name="floor", command=(sys.executable, "-c", FLOOR, str(place)))
        yield Row(table=table, name="wasifix check", command=(*WASIFIX, "check", str(place)))
        if shutil.which("cargo"):
            manifest = str(place / "Cargo.toml")
            metadata = ("cargo", "metadata", "--no-deps", "--format-version=1", "--manifest-path", manifest)
            yield Row(table=table, name="cargo metadata --no-deps", command=metadata)


def repositories(folder: Path, sizes: Sequence[int]) -> Iterator[Row]:
    """Growth with the number of small projects, in one process."""
    for size in sizes:
        place, table = folder / f"projects{size}", f"{size} projects"
        for number in range(size):
            write_workspace(place / f"p{number}", 1)
        yield Row(table=table, name="floor", command=(sys.executable, "-c", FLOOR, str(place)))
        yield Row(table=table, name="engine.check", command=(sys.executable, "-c", ENGINE, str(place)))
        paths = sorted(map(str, place.iterdir()))
        yield Row(table=table, name="wasifix check, one call", command=(*WASIFIX, "check", *paths))


def write_workspace(place: Path, members: int) -> None:
    """A workspace for the target whose members each depend on the one before."""
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n',
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n',
        ".cargo/config.toml": '[target.wasm32-wasip1-threads]\nrunner = "wasmtime -S threads"\n',
    }
    for number in range(members):
        before = f'm{number - 1} = {{ path = "../m{number - 1}" }}\n' if number else ""
        files[f"crates/m{number}/Cargo.toml"] = (
            f'[package]\nname = "m{number}"\nversion = "0.1.0"\nedition = "2021"\nrust-version = "1.85"\n\n'
            f'[dependencies]\nserde = {{ version = "1", features = ["derive"] }}\nanyhow = "1"\n{before}\n'
            '[dev-dependencies]\ntempfile = "3"\n'
        )
        files[f"crates/m{number}/src/lib.rs"] = ""
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, "utf-8")


def table(costs: dict[Row, Cost]) -> Iterator[str]:
    """The lines to print. `x empty`: of an empty interpreter; `x floor`: of the floor of the same table."""
    empty = next(cost for row, cost in costs.items() if row.name == "empty interpreter")
    for name in dict.fromkeys(row.table for row in costs):
        yield f"{name:<32}{'ms':>8}{'x empty':>10}{'x floor':>10}{'MiB':>8}"
        floor = next(cost for row, cost in costs.items() if (row.table, row.name) == (name, "floor"))
        for row, cost in costs.items():
            if row.table == name:
                times = cost.seconds / empty.seconds, cost.seconds / floor.seconds
                shown = f"{cost.seconds * 1000:8.0f}{times[0]:10.1f}{times[1]:10.1f}{cost.memory:8.0f}"
                yield f"  {row.name:<30}{shown}"
        yield ""


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--members", type=int, nargs="*", default=[1, 100, 1000, 5000])
    options.add_argument("--projects", type=int, nargs="*", default=[100, 1000])
    options.add_argument("--corpus", type=Path, default=os.environ.get("WASIFIX_CORPUS"))
    chosen = options.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch) / "compiled")
        rows = [
            *start_up(),
            *(largest(chosen.corpus) if chosen.corpus else ()),
            *workspaces(Path(scratch), chosen.members),
            *repositories(Path(scratch), chosen.projects),
        ]
        print("\n".join(table(measured(rows, chosen.rounds))))


if __name__ == "__main__":
    main()
