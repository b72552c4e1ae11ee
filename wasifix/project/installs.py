"""What commands install or choose: toolchains by rustup, Wasmtime by its script or by Cargo."""

from __future__ import annotations

import itertools
import re

from msgspec.structs import replace

from wasifix.documents.shell_words import Word
from wasifix.errors import OutsideProject
from wasifix.project.commands import Reading, plain_words
from wasifix.project.expressions import Known
from wasifix.project.setup_steps import ANYWHERE, LATEST, Installation, installation
from wasifix.tree import join

_WITH_VALUE = ("--profile", "--component", "-c", "--target", "-t")


def rustup(reading: Reading) -> None:
    """https://rust-lang.github.io/rustup/overrides.html"""
    words, leg = reading.words, reading.leg
    match words[1:3]:
        case ("default", *_):
            named = list(plain_words(reading, 2, ()))
            leg.default = reading.of(named[0]) if named else leg.default
        case ("override", "set" | "add") if len(words) > 3:
            named = list(plain_words(reading, 3, ("--path",)))
            folder = _folder(reading)
            if named and leg.doubts:
                leg.overrides[ANYWHERE] = replace(reading.of(named[0]), is_conditional=True)
            elif named and folder is not None:
                leg.overrides[folder] = reading.of(named[0])
        case ("override", "unset" | "remove") if leg.doubts:  # where it is cannot be known, so which one goes
            overrides = leg.overrides.items()
            leg.overrides = {each: replace(known, is_conditional=True) for each, known in overrides}
        case ("override", "unset" | "remove"):
            leg.overrides.pop(_folder(reading) or "", None)
        case ("toolchain", "install" | "add" | "update"):
            leg.mentions += [reading.of(index) for index in plain_words(reading, 3, _WITH_VALUE)]
        case ("install" | "update", *_):
            leg.mentions += [reading.of(index) for index in plain_words(reading, 2, _WITH_VALUE)]
        case _ if (index := reading.option("--toolchain")) is not None:
            leg.mentions.append(reading.of(*index))


def _folder(reading: Reading) -> str | None:
    """The folder that an override is for; None where it is not in the project."""
    place = reading.option("--path")
    named = reading.of(*place).text if place else "."
    try:
        return join(reading.leg.folder, named) if named is not None else None
    except OutsideProject:
        return None


def rustup_init(reading: Reading) -> None:
    """`rustup-init`, or the script that is piped into a shell: it sets the default toolchain, else `stable`.

    https://rust-lang.github.io/rustup/installation/other.html
    """
    given = None
    for index, word in enumerate(reading.words):
        if word == "--default-toolchain" and index + 1 < len(reading.words):
            given = (index + 1, 0)
        elif reading.head(index).startswith("--default-toolchain="):
            given = (index, len("--default-toolchain="))
    if given is None:
        at = (reading.script.evidence(reading.command.start),)
        reading.leg.default = reading.leg.default or Known("stable", at)
    elif (known := reading.of(*given)).text != "none":
        reading.leg.default = known


def wasmtime(reading: Reading) -> None:
    """https://docs.wasmtime.dev/cli-install.html, Cargo's install and binstall, and releases by curl."""
    words, parts, script = reading.words, reading.command.parts, reading.script
    if words[:1] in (("curl",), ("wget",)):
        for word in parts[1:]:
            _wasmtime_release(reading, word)
        return
    if words[:1] in (("bash",), ("sh",)) and "wasmtime.dev/install.sh" in script.text:
        index = words.index("--version") + 1 if "--version" in words[:-1] else None
        if index is not None:
            reading.leg.wasmtime = installation(reading.of(index))
            return
        origin = script.origin(parts[-1].end, parts[-1].end)
        form = " --version v{}" if "--" in words else " -s -- --version v{}"
        version = Known(LATEST, (script.evidence(reading.command.start),))
        reading.leg.wasmtime = Installation(version=version, origin=origin, form=form)
    elif words[:2] in (("cargo", "install"), ("cargo", "binstall")):
        for index in range(2, len(words)):
            if (words[index] or "").partition("@")[0] == "wasmtime-cli":
                _wasmtime_by_cargo(reading, index)


_RELEASE = re.compile(
    r"/bytecodealliance/wasmtime/releases/download/(?P<tag>v(?P<version>\d+\.\d+\.\d+))/wasmtime-(?P=tag)-(?!src|\S*c-api)"
)
"""The archives of the program. https://github.com/bytecodealliance/wasmtime/releases"""


def _wasmtime_release(reading: Reading, word: Word) -> None:
    """The version stands in a variable, or twice in the address."""
    known = itertools.takewhile(lambda piece: piece.text is not None, word.pieces)
    match = _RELEASE.search("".join(piece.text or "" for piece in known))
    if match is None:
        return
    names = (match["version"], match["tag"])
    piece = next((each for each in word.pieces if each.text in names), word.pieces[0])
    value, text = reading.script.known(piece, reading.variables), piece.text or ""
    form = text.replace("{", "{{").replace("}", "}}").replace(match["version"], "{0}")
    is_all = text in names or form.count("{0}") == 2
    reading.leg.wasmtime = Installation(
        version=replace(value, text=match["version"]),
        origin=value.origin if is_all else None,
        form=form,
        present=text,
    )


def _wasmtime_by_cargo(reading: Reading, index: int) -> None:
    _, has_version, _ = (reading.words[index] or "").partition("@")
    named = reading.option("--version") or reading.option("--vers")
    if has_version or named:
        known = reading.of(*named) if named else reading.of(index, len("wasmtime-cli@"))
        reading.leg.wasmtime = installation(known)
        return
    word = reading.command.parts[index]
    reading.leg.wasmtime = Installation(
        version=Known(LATEST, (reading.script.evidence(reading.command.start),)),
        origin=reading.script.origin(word.end, word.end),
        form="@{}",
    )
