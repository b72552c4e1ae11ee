"""What form a file has, by its name."""

from __future__ import annotations

_TEXT_ENDINGS = (".yml", ".yaml", ".json", ".rs", ".sh", ".bash", ".mk", ".just", ".dockerfile")
_TEXT_NAMES = (
    "Dockerfile",
    "Containerfile",
    "Makefile",
    "GNUmakefile",
    "makefile",
    "justfile",
    ".tool-versions",
)


def is_yaml(path: str) -> bool:
    """Whether the file is YAML."""
    return path.endswith((".yml", ".yaml"))


def is_toml(path: str) -> bool:
    """Whether wasifix writes the file as TOML; all others it writes by lines and words."""
    name = path.rpartition("/")[2]
    return not name.lower().endswith(_TEXT_ENDINGS) and not name.startswith(_TEXT_NAMES)
