"""How the files are called that hold commands or choose a toolchain.

Most projects have few of them, and what reads one kind is loaded only where there is one.
"""

from __future__ import annotations

from wasifix.project.sources import Sources
from wasifix.tree import join, upward

WORKFLOWS = ".github/workflows"
GITLAB = ".gitlab-ci.yml"
PACKAGE = "package.json"
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
JUSTFILES = ("justfile", "Justfile", ".justfile")
MISE = ("mise.toml", ".mise.toml", ".config/mise.toml", "mise/config.toml", ".mise/config.toml")
TOOL_VERSIONS = ".tool-versions"
DEV_CONTAINERS = ".devcontainer"
DEV_CONTAINER = ".devcontainer.json"


def workflow_files(sources: Sources) -> tuple[str, ...]:
    """The paths of the workflows. Raises UnreadableInput."""
    names = (name for name in sources.files(WORKFLOWS) if name.endswith((".yml", ".yaml")))
    return tuple(join(WORKFLOWS, name) for name in names)


def has_machine_files(sources: Sources, folder: str) -> bool:
    """Whether mise, asdf or a dev container may choose the toolchain. Raises UnreadableInput."""
    inside = (*sources.files(DEV_CONTAINERS), *sources.tree.folders(DEV_CONTAINERS))
    if inside or DEV_CONTAINER in sources.files(""):
        return True
    return any(sources.read(path) is not None for path in machine_files(folder))


def machine_files(folder: str) -> tuple[str, ...]:
    """Where mise and asdf look, from the folder up."""
    return tuple(join(place, name) for place in upward(folder) for name in (*MISE, TOOL_VERSIONS))
