"""Asks the machine what it has: programs, the toolchain of a folder, and what its rustc tells the linker."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from wasifix.host import Answer, Host, shown
from wasifix.machine import Installed, Machine, Program
from wasifix.model import Evidence, Fact
from wasifix.rust import Toolchain, parse_version

_VERSION = re.compile(r"(?:\S+ )?v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)\b")
_NAME = re.compile(r"\w[\w.+-]{0,100}")
"""A toolchain that can be asked for: not an option, nor a path."""
_MAX_MEMORY = re.compile(r"(?:-Wl,)?--max-memory=(\d{1,20})")
_VARIABLES = re.compile(
    r"RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|RUSTC|RUSTC_WRAPPER|RUSTC_WORKSPACE_WRAPPER|RUSTC_BOOTSTRAP"
    r"|RUSTUP_TOOLCHAIN|CARGO_BUILD_(?:TARGET|RUSTFLAGS|RUSTC|RUSTC_WRAPPER|RUSTC_WORKSPACE_WRAPPER)"
    r"|CARGO_PROFILE_[A-Z0-9_]+|CARGO_TARGET_WASM[A-Z0-9_]+_(?:RUSTFLAGS|RUNNER|LINKER)"
)
NO_TOOLCHAIN = "there is no toolchain to take it from"
"""Those that are shown, and no others: https://doc.rust-lang.org/cargo/reference/environment-variables.html"""


def examine(host: Host, folder: Path, triple: str) -> Machine:
    """What Cargo would find in the folder. Never raises; what cannot be known says why."""
    return _Examination(host, folder, triple).machine()


class _Examination:
    def __init__(self, host: Host, folder: Path, triple: str) -> None:
        self.host = host
        self.folder = folder
        self.triple = triple
        self.rustup = host.find("rustup")

    def machine(self) -> Machine:
        active = self._active()
        rustc, cargo = (self._program_of(active, name) for name in ("rustc", "cargo"))
        asked = (
            self._program("rustup", self.rustup),
            self._program("cargo", *cargo),
            self._program("rustc", *rustc),
            self._program("wasmtime", self.host.find("wasmtime")),
            self._program("wasmer", self.host.find("wasmer")),
        )
        return Machine(
            programs=asked,
            active=active,
            compiler=self._compiler(*rustc),
            triple=self.triple,
            spec_max_memory=self._spec(*rustc),
            installed=self._installed(),
            variables=tuple(
                (name, self._anonymous(value))
                for name, value in sorted(os.environ.items())
                if _VARIABLES.fullmatch(name)
            ),
        )

    def _active(self) -> Fact[str]:
        """The toolchain of the folder, as rustup chooses it if the rustc in PATH is rustup's."""
        rustc = self.host.find("rustc")
        if self.rustup is None:
            if rustc is None:
                return Fact(value=None, reason="neither rustup nor rustc is in PATH")
            return Fact(value="", reason="rustc in PATH: without rustup, no rust-toolchain file counts")
        if rustc is not None and not _is_proxy(rustc, self.rustup):
            return Fact(
                value="", reason="the first rustc in PATH is not rustup's: no rust-toolchain file counts"
            )
        # Below `cargo wasifix` the variable is rustup's own, and no choice of the user's.
        chosen = None if "CARGO" in os.environ else os.environ.get("RUSTUP_TOOLCHAIN")
        kept = {"RUSTUP_TOOLCHAIN": chosen} if chosen is not None else {}
        answer = self.host.ask(self.rustup, "show", "active-toolchain", folder=self.folder, variables=kept)
        words = answer.lines[0].split(" ", 1) if answer.lines and not answer.problem else []
        if not words:
            return Fact(value=None, reason=self._why(answer))
        name, why = words[0], words[1] if len(words) > 1 else ""
        if "/" in name or "\\" in name:
            return Fact(value=None, reason="a toolchain in a folder, which is not run here")
        if not _NAME.fullmatch(name):
            return Fact(value=None, reason="rustup printed no toolchain")
        return Fact(value=name, reason=self._anonymous(why.strip("()")))

    def _program_of(self, active: Fact[str], name: str) -> tuple[Path | None, str]:
        """The toolchain's own program, not rustup's stand-in, which would read the files of the folder."""
        if active.value == "":
            return self.host.find(name), ""
        if active.value is None or self.rustup is None:
            return None, NO_TOOLCHAIN
        answer = self.host.ask(self.rustup, "which", "--toolchain", active.value, name)
        path = Path(answer.lines[0]) if answer.lines and not answer.problem else None
        if path is None or not path.is_absolute():
            return None, self._why(answer)
        return path, ""

    def _program(self, name: str, path: Path | None, why: str = "") -> Program:
        if path is None:
            return Program(name=name, problem=why or "not in PATH")
        answer = self.host.ask(path, "--version")
        version = _VERSION.match(answer.lines[0]) if answer.lines and not answer.problem else None
        if version is None:
            return Program(name=name, path=shown(path), problem=answer.problem or "printed no version")
        return Program(name=name, path=shown(path), version=version[1])

    def _compiler(self, rustc: Path | None, why: str) -> Fact[Toolchain]:
        if rustc is None:
            return Fact(value=None, reason=why or "no rustc")
        answer = self.host.ask(rustc, "-vV")
        said = dict(line.split(": ", 1) for line in answer.lines if ": " in line)
        if answer.problem or not _VERSION.match(said.get("release", "")):
            return Fact(value=None, reason=answer.problem or "rustc printed no version")
        evidence = Evidence(path="", text=answer.lines[0], note="rustc -vV")
        return Fact(value=parse_version(said["release"], said.get("commit-date")), evidence=(evidence,))

    def _spec(self, rustc: Path | None, why: str) -> Fact[int]:
        """What the target specification hands to every linker. https://doc.rust-lang.org/rustc/targets/custom.html"""
        if rustc is None:
            return Fact(value=None, reason=why or "no rustc")
        arguments = ("-Z", "unstable-options", "--print", "target-spec-json", "--target", self.triple)
        answer = self.host.ask(rustc, *arguments, variables={"RUSTC_BOOTSTRAP": "1"})
        if answer.problem:
            return Fact(value=None, reason=f"rustc prints no specification of {self.triple}")
        try:
            linkers = json.loads(answer.stdout)["pre-link-args"]
            found = [_largest(words) for words in linkers.values()]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return Fact(value=None, reason="rustc printed a specification that is none")
        evidence = (Evidence(path="", text=f"rustc --print target-spec-json --target {self.triple}"),)
        if not found or None in found:
            return Fact(value=0, evidence=evidence)
        return Fact(value=min(each for each in found if each is not None), evidence=evidence)

    def _installed(self) -> tuple[Installed, ...]:
        if self.rustup is None:
            return ()
        answer = self.host.ask(self.rustup, "toolchain", "list")
        names = [line.split()[0] for line in answer.lines] if not answer.problem else []
        return tuple(self._targets(name) for name in names if _NAME.fullmatch(name))

    def _targets(self, name: str) -> Installed:
        assert self.rustup is not None
        answer = self.host.ask(self.rustup, "target", "list", "--installed", "--toolchain", name)
        if answer.problem:
            return Installed(name=name, targets=(), problem=self._why(answer))
        return Installed(name=name, targets=tuple(each for each in answer.lines if each.startswith("wasm")))

    def _why(self, answer: Answer) -> str:
        """The first line that a program gives as its reason."""
        said = [line.strip() for line in answer.stderr.splitlines() if line.startswith("error")]
        if said and not answer.problem.startswith("no answer"):
            return self._anonymous(said[0].removeprefix("error:").strip())
        return answer.problem or "it said nothing"

    def _anonymous(self, text: str) -> str:
        """Text without the places where the project and the home folder are."""
        return text.replace(f"{self.host.project}{os.sep}", "").replace(str(Path.home()), "~")


def _largest(words: list[str]) -> int | None:
    """The --max-memory of a command line; of several the last one counts."""
    found = [int(match[1]) for word in words if (match := _MAX_MEMORY.fullmatch(word))]
    return found[-1] if found else None


def _is_proxy(program: Path, rustup: Path) -> bool:
    """Whether the program is rustup under another name, by a link or as a copy beside it."""
    try:
        same = program.samefile(rustup)
        return same or (program.parent == rustup.parent and program.stat().st_size == rustup.stat().st_size)
    except OSError:
        return False


def _why(answer: Answer) -> str:
    """The first line that a program gives as its reason."""
    said = [line.strip() for line in answer.stderr.splitlines() if line.startswith("error")]
    home = str(Path.home())
    if said and not answer.problem.startswith("no answer"):
        return said[0].removeprefix("error:").strip().replace(home, "~")
    return answer.problem or "it said nothing"
