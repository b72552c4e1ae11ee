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


def takes_any_bytes(path: str) -> bool:
    """Whether what reads the file takes it as bytes, as shells, make and docker do: a comment may be Latin-1.

    YAML, TOML, JSON and Rust are UTF-8, and so is what just reads.
    """
    name = path.rpartition("/")[2].lower()
    return not (is_toml(path) or name.endswith((".yml", ".yaml", ".json", ".rs", ".just", "justfile")))


def is_toml(path: str) -> bool:
    """Whether wasifix writes the file as TOML; all others it writes by lines and words."""
    name = path.rpartition("/")[2]
    return not name.lower().endswith(_TEXT_ENDINGS) and not name.startswith(_TEXT_NAMES)
