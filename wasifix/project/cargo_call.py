"""One call of Cargo, with everything that decides how it builds."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from wasifix.changes import Origin
from wasifix.model import Evidence
from wasifix.project.expressions import Known
from wasifix.project.setup_steps import Installation
from wasifix.project.targets import RUNNING


class CargoCall(Struct, frozen=True, kw_only=True):
    """One Cargo command of one leg, with everything that decides how it builds."""

    path: str
    workflow: str = ""
    """The file that starts it, where the command itself stands in an action that it uses."""
    job: str = ""
    leg: int = 0
    """Which of the job's legs."""
    folder: str
    at: Evidence
    start: Origin | None
    """Where the command begins, variables included: no characters, a place to put some."""
    program: Origin | None
    """The word `cargo`."""
    subcommand: str
    target: Known
    profile: Known
    """Empty where no option names one."""
    profile_option: str
    """`--release`, `-r`, `--profile`, ...; the origin of the first two is the whole option."""
    plus: Known | None
    default: Known | None
    override: Known | None
    """The nearest one of rustup."""
    override_folder: str = ""
    """The folder of the checkout that it is for."""
    mentions: tuple[Known, ...]
    environment: Mapping[str, Known]
    configs: tuple[str, ...]
    doubts: tuple[str, ...]
    wasmtime: Installation | None
    """The Wasmtime that the job installed before."""
    shell: str = "sh"
    """What runs it: `bash`, `pwsh`, `cmd`, ...; empty where that cannot be known."""
    trail: tuple[str, ...] = ()
    """What led to it from the job: scripts, recipes, aliases, the first of them first."""

    @property
    def file(self) -> str:
        """Where it begins: the workflow, or the file that somebody starts by hand."""
        first = self.trail[0].partition("#")[0] if self.trail else self.path
        return self.workflow or first

    @property
    def is_posix(self) -> bool:
        """Whether the shell takes `NAME=value command`."""
        return self.shell not in ("", "pwsh", "powershell", "cmd", "python", "node")

    @property
    def takes_and(self) -> bool:
        """Whether the shell takes `one && two`, which the PowerShell of Windows does not."""
        return self.is_posix or self.shell in ("pwsh", "cmd")

    @property
    def runs(self) -> bool:
        """Whether it runs what it builds."""
        return self.subcommand in RUNNING
