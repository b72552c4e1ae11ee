"""What is installed on a machine, as `examination` finds it and `doctor` judges it.

Paths in the home folder start with `~`.
"""

from __future__ import annotations

from msgspec import Struct

from wasifix.model import Fact
from wasifix.rust import Release, Toolchain


class Program(Struct, frozen=True, kw_only=True):
    """A program that was looked for. `problem` says why there is no path or no version."""

    name: str
    path: str = ""
    version: str = ""
    problem: str = ""

    @property
    def release(self) -> Release | None:
        """The version as numbers; None where it is not known."""
        try:
            return Release.parse(self.version.partition("-")[0])
        except ValueError:
            return None


class Installed(Struct, frozen=True, kw_only=True):
    """A toolchain that rustup has, and the WebAssembly targets that it can build for."""

    name: str
    targets: tuple[str, ...]
    problem: str = ""


class Machine(Struct, frozen=True, kw_only=True):
    """What Cargo would find in a folder.

    `active` is the toolchain that is used there, in rustup's words; empty where rustup has no say. `compiler`
    is that of its rustc, by its own version. `spec_max_memory` is the `--max-memory`, in bytes, that this
    rustc's own target specification hands to the linker for `triple`; 0 where none. `variables` are those
    that change what Cargo, rustc and rustup do.
    """

    programs: tuple[Program, ...]
    active: Fact[str]
    compiler: Fact[Toolchain]
    triple: str
    spec_max_memory: Fact[int]
    installed: tuple[Installed, ...]
    variables: tuple[tuple[str, str], ...]

    def program(self, name: str) -> Program:
        """One of the programs that were looked for."""
        return next(each for each in self.programs if each.name == name)

    @property
    def targets(self) -> tuple[str, ...] | None:
        """The WebAssembly targets of the toolchain that is used; None where that is not known."""
        return next((each.targets for each in self.installed if each.name == self.active.value), None)
