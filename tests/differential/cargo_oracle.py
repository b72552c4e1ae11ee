"""What real Cargo does with a project, told by itself, by a recording rustc and by a recording runner.

The rustc answers questions as the real one does, writes down what it is called for, and compiles nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rust_programs import cargo, sysroot, write

from differential.random_projects import RandomProject

END = "=== end of call"
NOT_RUN = "(never executed)"
"""What Cargo says where it was to run a program itself, as there is no runner; nothing was compiled."""
RUSTC = f"""#!/bin/sh
out= suffix= name=
for each in "$@"; do
  case "$each" in -vV|--print|--print=*) exec "$REAL_RUSTC" "$@" ;; esac
  case "$before" in --out-dir) out=$each ;; --crate-name) name=$each ;; esac
  case "$each" in extra-filename=*) suffix=${{each#extra-filename=}} ;; esac
  before=$each
done
{{ printf '%s\\n' "$@"; echo "{END}"; }} >> "$RECORD/$$"
case "$name" in build_script_*)
  printf '#!/bin/sh\\n' > "$out/$name$suffix"; chmod +x "$out/$name$suffix" ;;
esac
"""
RUNNER = f"""#!/bin/sh
{{ echo runner; printf '%s\\n' "$@"; echo "{END}"; }} >> "$RECORD/$$"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class CargoAnswer:
    """What Cargo did. `problem` is what it says instead, where it refuses the project."""

    problem: str = ""
    root: str = ""
    members: frozenset[str] = frozenset()
    """Paths of the manifests."""
    ignored_profiles: frozenset[str] = frozenset()
    """Manifests whose profiles Cargo warns about."""
    units: tuple[Mapping[str, Any], ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()
    """Arguments of each call of rustc that compiles something."""
    runners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each target, the runner's own arguments: those before the program that it is to run."""


def programs(folder: Path) -> dict[str, str]:
    """Puts the recording programs in the folder; the variables that make Cargo use them."""
    for name, text in (("recording-rustc", RUSTC), ("recording-runner", RUNNER)):
        write(folder, {name: text})
        (folder / name).chmod(0o755)
    return {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "RUSTC": str(folder / "recording-rustc"),
        "REAL_RUSTC": str(sysroot() / "bin" / "rustc"),
    }


def ask_cargo(project: RandomProject, tree: Path, scratch: Path, own: Mapping[str, str]) -> CargoAnswer:
    """Runs Cargo on the written project: `metadata`, the unit graph, and the command itself."""
    folder, home, record = tree / project.start, scratch / "home", scratch / "record"
    record.mkdir(parents=True)
    given = {**project.variables, **own, "RECORD": str(record), "CARGO_TARGET_DIR": str(scratch / "target")}
    metadata = cargo("metadata", "--no-deps", "--format-version=1", folder=folder, home=home, variables=given)
    if metadata.returncode:
        return CargoAnswer(problem=metadata.stderr)
    command = "build" if project.command == "run" else project.command  # `run --unit-graph` panics
    graph = cargo(
        command,
        *project.options,
        "--unit-graph",
        "-Zunstable-options",
        folder=folder,
        home=home,
        variables={**given, "RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": str(scratch / "graph")},
    )
    if graph.returncode:
        return CargoAnswer(problem=graph.stderr)
    done = cargo(project.command, *project.options, folder=folder, home=home, variables=given)
    if done.returncode and NOT_RUN not in done.stderr:
        return CargoAnswer(problem=done.stderr)
    said = json.loads(metadata.stdout)
    calls = tuple(_recorded(record))
    return CargoAnswer(
        root=_relative(said["workspace_root"], tree),
        members=frozenset(_relative(each["manifest_path"], tree) for each in said["packages"]),
        ignored_profiles=frozenset(_ignored(graph.stderr, tree)),
        units=tuple(json.loads(graph.stdout)["units"]),
        calls=tuple(call for call in calls if call[0] != "runner"),
        runners=dict(_run(call) for call in calls if call[0] == "runner"),
    )


def _recorded(record: Path) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for file in sorted(record.iterdir()):
        texts = file.read_text().split(f"{END}\n")
        found += [tuple(text.splitlines()) for text in texts if text]
    return found


def _run(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    at = next(at for at, word in enumerate(words) if "target/" in word)
    return words[at].partition("target/")[2].partition("/")[0], words[1:at]


def _ignored(stderr: str, tree: Path) -> list[str]:
    lines = stderr.splitlines()
    sign = "warning: profiles for the non root package will be ignored"
    return [
        _relative(lines[at + 1].partition(":")[2].strip(), tree)
        for at, line in enumerate(lines)
        if line.startswith(sign)
    ]


def _relative(path: str, tree: Path) -> str:
    found = Path(path).relative_to(tree).as_posix()
    return "" if found == "." else found
