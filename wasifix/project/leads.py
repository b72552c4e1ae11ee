"""Where commands lead on to: scripts of the repository, aliases of Cargo, what shells are told to run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.project.cargo_commands import STANDARD, first_word
from wasifix.project.commands import Reading
from wasifix.project.config_files import read_config
from wasifix.project.expressions import Known
from wasifix.project.script import Script, composed, plain_script, script_of_value
from wasifix.project.sources import Sources
from wasifix.project.targets import BUILDING, alias_words
from wasifix.tree import join, upward

SHELLS = ("sh", "bash", "zsh", "dash", "ash")
SOURCING = (".", "source")


class Lead(Struct, frozen=True, kw_only=True):
    """What runs because of a command."""

    key: str
    """What is entered, `Makefile#test`; empty where it is a part of the command itself."""
    scripts: tuple[Script, ...]
    folder: str
    environment: Mapping[str, Known] = field(default_factory=dict)
    shell: Mapping[str, Known] = field(default_factory=dict)
    """Its arguments, by number, and variables of its own."""
    is_sourced: bool = False
    """Whether what it does to variables and folder lasts."""
    each_alone: bool = False
    """Whether each script has a shell of its own."""
    folders: tuple[str, ...] = ()
    """Where each script begins, if not all in one folder."""
    lasting: frozenset[int] = frozenset()
    """Which of the scripts that run alone set variables for those after them."""
    default: Known | None = None
    """The default toolchain of the container that it runs in."""
    in_container: bool = False
    """Whether only the variables that are given hold."""


def rest_of(
    reading: Reading, first: int, folder: str | None = None, *, is_sourced: bool = False
) -> Iterator[Lead]:
    """The words from there on, as a command of their own."""
    if first < len(reading.command.parts):
        script = reading.script.part(reading.command.parts[first].start, reading.command.end)
        folder = reading.leg.folder if folder is None else folder
        yield Lead(key="", scripts=(script,), folder=folder, shell=reading.leg.shell, is_sourced=is_sourced)


def shell_leads(reading: Reading, name: str) -> Iterator[Lead]:
    """`bash build.sh ARGS`, `./build.sh ARGS`, `. ./env.sh`, `sh -c 'COMMANDS'` and `eval "$COMMANDS"`."""
    words = reading.words
    first = 0
    if name in SHELLS:
        first = 1
        while first < len(words) and (words[first] or "-").startswith(("-", "+")):
            if re.fullmatch(r"-[a-z]*c", words[first] or ""):
                yield from _given(reading, first + 1)
                return
            first += 2 if re.fullmatch(r"[-+]\w*[oO]", words[first] or "") else 1
    elif name in SOURCING:
        first = 1
    elif name == "eval":
        is_one = len(words) == 2
        yield from _given(reading, 1, is_sourced=True) if is_one else rest_of(reading, 1, is_sourced=True)
        return
    path = words[first] if first < len(words) else None
    if path is None or (first == 0 and "/" not in path):
        return
    yield from script_file(reading, path, reading.rest(first + 1), name in SOURCING)


def script_file(
    reading: Reading, name: str, arguments: tuple[Known, ...], is_sourced: bool = False
) -> Iterator[Lead]:
    """A shell script of the repository with its arguments."""
    path = path_in(reading.leg.folder, name)
    text = script_text(reading.leg.sources, path) if path and reading.leg.sources else None
    if path is None or text is None:
        return
    script = plain_script(path, text)
    numbered = {str(number): known for number, known in enumerate(arguments, 1)}
    shell = {**reading.leg.shell, **numbered} if is_sourced else numbered
    yield Lead(key=path, scripts=(script,), folder=reading.leg.folder, shell=shell, is_sourced=is_sourced)


def _given(reading: Reading, index: int, *, is_sourced: bool = False) -> Iterator[Lead]:
    """The word is the script."""
    if index >= len(reading.command.parts):
        return
    word = reading.command.parts[index]
    values = [piece.text or "" for piece in word.pieces if piece.variable]
    if word.text is not None and any(map(_IS_CODE.search, values)):
        scripts = (script_of_value(reading.value(word)),)
    else:
        raw = reading.script.text[word.start : word.end]
        inner = 1 if raw[:1] in ("'", '"') and raw[-1:] == raw[:1] else 0
        scripts = (reading.script.part(word.start + inner, word.end - inner),)
    shell = reading.leg.shell
    yield Lead(key="", scripts=scripts, folder=reading.leg.folder, shell=shell, is_sourced=is_sourced)


_IS_CODE = re.compile(r"[^\w./:=@,+-]")
"""What in the value of a variable is more to a shell than a part of a word."""


def alias_leads(reading: Reading) -> Iterator[Lead]:
    """A subcommand that Cargo's configuration defines. https://doc.rust-lang.org/cargo/reference/config.html#alias"""
    leg = reading.leg
    start = 2 if len(reading.words) > 1 and reading.head(1).startswith("+") else 1
    at = first_word(reading.words[start:])
    name = reading.words[start + at] if at is not None else None
    if at is None or name is None or leg.sources is None or name in STANDARD or name in BUILDING:
        return
    config = read_config(leg.sources, leg.folder, {})
    setting = config.winner("alias", name)
    if setting is None:
        return
    words = tuple(
        Known(word, (setting.document.evidence((*setting.path, *inner)),))
        for word, inner in alias_words(setting.value)
    )
    before, after = reading.rest(0)[: start + at], reading.rest(start + at + 1)
    evidence = reading.script.evidence(reading.command.start)
    script = composed(reading.script.path, evidence, (*before, *words, *after))
    yield Lead(key=f"{setting.document.path}#alias.{name}", scripts=(script,), folder=leg.folder)


def path_in(folder: str, name: str) -> str | None:
    """A path seen from a folder; None where it leaves the project or cannot be known."""
    if "$" in name or "~" in name:
        return None
    try:
        return join(folder, name)
    except OutsideProject:
        return None


def nearest(sources: Sources, folder: str, names: tuple[str, ...]) -> str | None:
    """The path of the first of the files, in the folder or above it."""
    for place in upward(folder):
        there = sources.files(place)
        found = next((name for name in names if name in there), None)
        if found is not None:
            return join(place, found)
    return None


def script_text(sources: Sources, path: str) -> str | None:
    """The text of a shell script that may call Cargo or choose something; None for any other file.

    A program may be large, or a link: what cannot be read is none of the project's scripts.
    """
    try:
        data = sources.read(path)
        if data is None or not _is_shell_script(path, data) or LEADS_ON.search(data) is None:
            return None
        return sources.text(path)
    except (OutsideProject, UnreadableInput):
        return None


def _is_shell_script(path: str, data: bytes) -> bool:
    first = data[:80].partition(b"\n")[0]
    if first.startswith(b"#!"):
        return re.search(rb"\b(?:ba|z|da|a|k)?sh\b", first) is not None
    return path.endswith((".sh", ".bash")) or b"\0" not in data[:1000]


LEADS_ON = re.compile(
    rb"cargo|cross|rustup|RUST|napi|wasmtime|\.sh\b|npm|yarn|bun|make|just|docker|podman|mise|\bcd\b"
)
"""What a file must say to be read as a script."""


def opaque_target(reading: Reading, name: str) -> Known | None:
    """The WebAssembly target that a builder in another language is told to build for.

    `node build.mjs --target T` and `RUST_TARGET=T node build.js`, as napi projects have them.
    """
    if name not in OPAQUE:
        return None
    words = [word or "" for word in reading.words[1:]]
    if not any("build" in word and not word.startswith("-") for word in words):
        return None
    for index, word in enumerate(words, 1):
        if word.startswith("wasm32-") and words[index - 2] in ("--target", "-t"):
            return reading.of(index)
        if word.startswith("--target=wasm32-"):
            return reading.of(index, len("--target="))
    for variable in ("CARGO_BUILD_TARGET", "RUST_TARGET"):
        known = {**reading.leg.environment, **reading.assigned()}.get(variable)
        if known is not None and (known.text or "").startswith("wasm32-"):
            return known
    return None


OPAQUE = (
    "node", "tsx", "ts-node", "zx", "deno", "bun", "python", "python3", "ruby", "perl", "pwsh", "nx", "turbo",
    "lerna", "npm", "pnpm", "yarn", "make", "just", "task", "gulp", "xtask",
)  # fmt: skip
"""Programs that build what their files say, which wasifix does not read, or could not find."""
