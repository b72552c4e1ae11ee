"""Cargo's subcommands that link, also those that third parties add."""

from __future__ import annotations

from collections.abc import Sequence

from wasifix.project.targets import BUILDING

_VALUE_OPTIONS = ("--config", "--color", "-C", "-Z")
_SYNONYMS = {"zigbuild": "build", "zigtest": "test", "zigrun": "run"}
_AROUND = (
    "hack",
    "auditable",
    "careful",
    "codspeed",
    "component",
    "llvm-cov",
    "ndk",
    "wasi",
    "xwin",
    "minimal-versions",
)
"""Those that take another subcommand: `cargo hack --each-feature test`."""
OWN_TARGETS = {"component": "wasm32-wasip1", "wasi": "wasm32-wasip1", "ndk": "android"}
"""Those that choose a target where none is named.

https://github.com/bytecodealliance/cargo-component, https://github.com/bytecodealliance/cargo-wasi
"""
STANDARD = (
    "add", "audit", "binstall", "c", "check", "clean", "clippy", "d", "deny", "doc", "fetch", "fix", "fmt",
    "generate-lockfile", "info", "init", "install", "locate-project", "login", "machete", "metadata", "miri",
    "new", "owner", "package", "pkgid", "publish", "remove", "rm", "search", "shear", "tree", "uninstall",
    "update", "vendor", "version", "yank",
)  # fmt: skip
"""Well-known ones that link nothing for WebAssembly, so that they need not be looked up as aliases."""


def first_word(words: Sequence[str | None]) -> int | None:
    """The place of the first word that is no option, nor the value of one (`cargo --config FILE test`)."""
    index = 0
    while index < len(words):
        word = words[index]
        if word is None or not word.startswith("-"):
            return index
        index += 2 if word in _VALUE_OPTIONS else 1
    return None


def building(words: Sequence[str | None]) -> str | None:
    """The subcommand that links, in the plain name of it; None where there is none.

    `words` follow `cargo` and its `+toolchain`.
    """
    index = first_word(words)
    name = words[index] if index is not None else None
    if name in BUILDING:
        return name
    if name in _SYNONYMS:
        return _SYNONYMS[name]
    if name in _AROUND:
        inner = (word for word in words[(index or 0) + 1 :] if word in BUILDING)
        return next(inner, "test" if name == "llvm-cov" else None)
    return None
