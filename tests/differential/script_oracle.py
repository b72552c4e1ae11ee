"""What scripts really do: bash, make, just and npm run them, rustup chooses, a recorder stands for Cargo.

Every toolchain of an own RUSTUP_HOME holds the recorder under the name `cargo`: it writes down the toolchain,
its folder, arguments and environment. rustup installs nothing, as that needs a network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from rust_programs import host, write

from differential.random_commands import CUSTOM, RELEASED
from differential.random_scripts import RandomScripts

DEFAULT = "stable"
"""What rustup takes where nothing chooses."""
_RECORDER = """#!/bin/sh
number=0
while ! mkdir "$RECORD/$number" 2> /dev/null; do number=$((number + 1)); done
{ printf '%s\\0' "{name}" "$(pwd -P)" "$#" "$@"; env -0; } > "$RECORD/$number/call"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """One call of Cargo as it happened."""

    toolchain: str
    folder: str
    """Relative to the project."""
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A place with rustup, its toolchains and nothing else of Rust."""

    home: Path
    programs: Path

    def run(self, given: RandomScripts, tree: Path, scratch: Path) -> tuple[list[Recorded], str]:
        """Runs the scripts in the written tree: what Cargo was called for, and why they ended early if so."""
        home, record = scratch / "rustup", scratch / "record"
        record.mkdir(parents=True)
        home.mkdir()
        (home / "toolchains").mkdir()
        for each in (self.home / "toolchains").iterdir():
            (home / "toolchains" / each.name).symlink_to(each)
        shutil.copy(self.home / "settings.toml", home)
        problem = ""
        later: dict[str, str] = {}
        hands_on = scratch / "github-env"
        for run in given.runs:
            hands_on.write_text("")
            own = {"RECORD": str(record), "GITHUB_ENV": str(hands_on), "RUSTUP_HOME": str(home)}
            variables = {**self._variables(), **given.variables, **later, **run.variables, **own}
            done = subprocess.run(
                ("bash", "-e", "-c", run.script),
                cwd=tree / run.folder,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            later |= dict(line.split("=", 1) for line in hands_on.read_text().splitlines())
            if done.returncode:
                problem = f"{done.stdout}{done.stderr}"
                break
        return sorted(_recorded(record, tree), key=lambda each: each.arguments), problem

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
        path = os.pathsep.join((str(self.programs), os.environ["PATH"]))
        linked = self.home / "toolchains" / CUSTOM[0]
        own = {"PATH": path, "MODE": "full", "LINKED": str(linked), "CARGO_HOME": str(self.home / "cargo")}
        offline = {
            "RUSTUP_DIST_SERVER": "file:///nowhere",
            "RUSTUP_AUTO_INSTALL": "0",
            "npm_config_offline": "true",
        }
        return {**kept, **own, **offline}


def machine(folder: Path) -> Machine:
    """Makes the place. Skips where rustup or bash are missing."""
    rustup = shutil.which("rustup")
    if rustup is None or shutil.which("bash") is None or os.name != "posix":
        pytest.skip("needs bash and rustup")
    home, programs = folder / "rustup", folder / "bin"
    for name in (*(f"{each}-{host()}" for each in RELEASED), *CUSTOM):
        shown = name.removesuffix(f"-{host()}")
        place = home / "toolchains" / name
        (place / "lib").mkdir(parents=True)
        write(place, {"bin/cargo": _RECORDER.replace("{name}", shown), "bin/rustc": "#!/bin/sh\n"})
        for program in ("cargo", "rustc"):
            (place / "bin" / program).chmod(0o755)
    (home / "settings.toml").write_text(f'version = "12"\ndefault_toolchain = "{DEFAULT}-{host()}"\n')
    programs.mkdir()
    for program in ("cargo", "rustc", "rustup"):
        (programs / program).symlink_to(Path(rustup).resolve())
    return Machine(home=home, programs=programs)


def _recorded(record: Path, tree: Path) -> Iterator[Recorded]:
    root = tree.resolve()
    for file in record.glob("*/call"):
        name, folder, count, *rest = file.read_bytes().decode().split("\0")
        arguments, variables = rest[: int(count)], rest[int(count) : -1]
        relative = Path(folder).relative_to(root).as_posix()
        yield Recorded(
            toolchain=name,
            folder="" if relative == "." else relative,
            arguments=tuple(arguments),
            environment=dict(each.split("=", 1) for each in variables),
        )
