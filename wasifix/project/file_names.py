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
    names = (*MISE, TOOL_VERSIONS)
    return any(sources.read(join(place, name)) is not None for place in upward(folder) for name in names)
