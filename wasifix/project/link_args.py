"""What rustflags tell the linker about memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from wasifix.model import Evidence, Fact

PAGE = 65536
"""Bytes in a page of WebAssembly memory."""


class Flag(Struct, frozen=True):
    """One argument for rustc, and where it stands."""

    text: str
    evidence: Evidence


def whole_flags(flags: Iterable[Flag]) -> Iterator[tuple[str, Flag]]:
    """Each flag with its value as one word: `-C x` and `--codegen x` are `-Cx`, `--cfg x` is `--cfg=x`."""
    opened = ""
    for flag in flags:
        if opened:
            text = f"{opened}{flag.text}"
            opened = ""
        elif flag.text in _WITH_VALUE:
            opened = _WITH_VALUE[flag.text]
            continue
        else:
            text = flag.text
        long = text.removeprefix("--codegen=")
        yield (text if long == text else f"-C{long}"), flag


_WITH_VALUE = {
    each: f"{each}=" if each.startswith("--") else each
    for each in ("-C", "--codegen", "-Z", "-A", "-W", "-D", "-F", "-L", "-l", "--cfg", "--check-cfg")
}
"""https://doc.rust-lang.org/rustc/command-line-arguments.html"""


def codegen_options(flags: Iterable[Flag]) -> Iterator[tuple[str, Flag]]:
    """The values of `-C`, in all spellings: `-C x`, `-Cx`, `--codegen x`, `--codegen=x`."""
    waiting = False
    for flag in flags:
        if waiting:
            waiting = False
            yield flag.text, flag
        elif flag.text in ("-C", "--codegen"):
            waiting = True
        elif flag.text.startswith("-C"):
            yield flag.text[2:], flag
        elif flag.text.startswith("--codegen="):
            yield flag.text.removeprefix("--codegen="), flag


def linker_arguments(flags: Iterable[Flag]) -> Iterator[Flag]:
    """What the linker itself gets from `link-arg` and `link-args`, a clang driver's `-Wl,` unwrapped."""
    for option, flag in codegen_options(flags):
        name, _, value = option.partition("=")
        match name.replace("_", "-"):
            case "link-arg":
                arguments = [value]
            case "link-args":
                arguments = value.split()
            case _:
                continue
        for argument in arguments:
            parts = argument.split(",")[1:] if argument.startswith("-Wl,") else [argument]
            yield from (Flag(part, flag.evidence) for part in parts)


def memory_argument(flags: Iterable[Flag], name: str) -> Fact[int]:
    """The bytes of the last `--NAME=N` (`max-memory`, `initial-memory`): wasm-ld takes the last one."""
    found: Fact[int] = Fact(value=None, reason=f"no --{name} argument")
    waiting = False
    for flag in linker_arguments(flags):
        text = f"--{name}={flag.text}" if waiting else flag.text
        waiting = text in (f"--{name}", f"-{name}")
        key, _, value = text.partition("=")
        if key.lstrip("-") == name and key.startswith("-") and value.isdecimal():
            found = Fact(value=int(value), evidence=(flag.evidence,))
    return found


def uses_clang(linker: Fact[str], flags: Iterable[Flag]) -> Fact[bool]:
    """Whether the linker is a compiler driver, which takes linker arguments only behind `-Wl,`."""
    chosen = linker
    for option, flag in codegen_options(flags):
        name, _, value = option.partition("=")
        if name == "linker":
            chosen = Fact(value=value, evidence=(flag.evidence,))
    if chosen.value is None:
        return Fact(value=False, reason="the target's own rust-lld")
    name = PurePosixPath(chosen.value.replace("\\", "/")).name.lower()
    return Fact(value="clang" in name or "gcc" in name or name in ("cc", "zig"), evidence=chosen.evidence)
