"""Machines made of small programs, for the commands that ask what is installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from running import Result, copied_example, run

from wasifix.project.targets import THREADS_TARGETS

TRIPLE = THREADS_TARGETS[0]
HOST = "x86_64-unknown-linux-gnu"
SPEC = '{"pre-link-args": {"wasm-lld": ["--shared-memory", "%s"], "wasm-lld-cc": ["-Wl,%s"]}}'
MAX_MEMORY = "--max-memory=1073741824"


def rustc(
    release: str = "1.95.0", day: str = "2026-04-14", spec: str = SPEC % (MAX_MEMORY, MAX_MEMORY)
) -> str:
    """The script of a rustc."""
    return f"""case "$*" in
--version) echo "rustc {release} (0123abcd {day})";;
-vV) printf 'rustc {release} (0123abcd {day})\\ncommit-date: {day}\\nhost: {HOST}\\nrelease: {release}\\n';;
"-Z unstable-options --print target-spec-json --target {TRIPLE}")
  test "$RUSTC_BOOTSTRAP" = 1 || exit 1
  echo '{spec}';;
*) exit 9;;
esac"""


def rustup(toolchain: str = "stable", why: str = "default", targets: str = TRIPLE) -> str:
    """The script of a rustup with one toolchain, whose programs lie in the folder `toolchain` beside it."""
    return f"""here=$(dirname "$0")
case "$*" in
--version) echo "rustup 1.29.0 (28d1352db 2026-03-05)";;
"show active-toolchain") echo "{toolchain}-{HOST} ({why})";;
"which --toolchain {toolchain}-{HOST} rustc") echo "$here/toolchain/rustc";;
"which --toolchain {toolchain}-{HOST} cargo") echo "$here/toolchain/cargo";;
"toolchain list") echo "{toolchain}-{HOST} (active, default)"; echo "1.90.0-{HOST}";;
"target list --installed --toolchain {toolchain}-{HOST}") printf '{HOST}\\n{targets}\\n';;
"target list --installed --toolchain 1.90.0-{HOST}") echo "error: toolchain is broken" >&2; exit 1;;
*) exit 9;;
esac"""


CARGO = 'echo "cargo 1.95.0 (f2d3ce0bd 2026-03-21)"'
WASMTIME = 'echo "wasmtime 36.0.9 (0123abcd 2026-09-01)"'


class Place:
    """A project, and a folder of programs that is all of PATH, but for the shell's own programs."""

    def __init__(self, folder: Path, example: str = "floating") -> None:
        self.project = copied_example(example, folder / "project")
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in ("sh", "dirname", "sleep", "cat", "yes", "printf", "touch"):
            found = shutil.which(name)
            if found:
                (self.programs / name).symlink_to(found)

    def add(self, name: str, script: str, folder: Path | None = None) -> Path:
        file = (folder or self.programs) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def complete(self, **scripts: str) -> Place:
        """A machine on which all is well, but for what the scripts change."""
        self.add("rustup", scripts.get("rustup", rustup()))
        (self.programs / "rustc").symlink_to("rustup")
        self.add("rustc", scripts.get("rustc", rustc()), self.programs / "toolchain")
        self.add("cargo", scripts.get("cargo", CARGO), self.programs / "toolchain")
        self.add("wasmtime", scripts.get("wasmtime", WASMTIME))
        return self

    def doctor(self, *arguments: str, variables: Mapping[str, str] | None = None, path: str = "{}") -> Result:
        given = {"PATH": path.format(self.programs), **(variables or {})}
        return run("doctor", *arguments, folder=self.project, variables=given)

    def json(self, **options: Any) -> dict[str, Any]:
        result = self.doctor("--format", "json", **options)
        assert result.stderr == b""
        found: dict[str, Any] = json.loads(result.stdout)
        assert result.exit_code == (1 if found["fails"] else 0)
        return found
