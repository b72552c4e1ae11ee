"""Flags of the command that runs a module."""

from __future__ import annotations

from wasifix import wasmtime_flags
from wasifix.wasmtime_command import Runtime, runtime_of

_OF_WASMER = "--enable-threads"
"""https://docs.wasmer.io/runtime/cli"""


def without_threads(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command without the flags that only modules with threads need; the rest in its order."""
    if runtime_of(words) is Runtime.WASMER:
        end = words.index("--") if "--" in words else len(words)
        return (*(word for word in words[:end] if word != _OF_WASMER), *words[end:])
    return wasmtime_flags.without_threads(words)
