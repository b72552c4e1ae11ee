"""Flags of the command that runs a module.

Wasmtime's option groups: https://docs.wasmtime.dev/cli-options.html
"""

from __future__ import annotations

_GROUPS = ("-S", "--wasi", "-W", "--wasm")
_THREADS_ONLY = ("threads", "shared-memory")
_OTHER = ("--enable-threads", "--wasi-modules=experimental-wasi-threads", "--wasm-features=threads")


def without_threads(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command without the flags that only modules with threads need; the rest in its order."""
    kept: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return (*kept, word, *waiting)
        if word in _OTHER:
            continue
        if word in _GROUPS and waiting:
            if options := _without(waiting.pop(0)):
                kept += [word, options]
            continue
        group = next((each for each in _GROUPS if word.startswith(each) and word != each), None)
        if group is None or (group.startswith("--") and not word.startswith(f"{group}=")):
            kept.append(word)
            continue
        head = word[: len(group)] + ("=" if word[len(group)] == "=" else "")
        if options := _without(word[len(head) :]):
            kept.append(head + options)
    return tuple(kept)


def _without(options: str) -> str:
    parts = (part for part in options.split(",") if part.partition("=")[0] not in _THREADS_ONLY)
    return ",".join(parts)
