"""Which toolchain rustup takes in a folder, and from which file.

Rules: https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping

from msgspec import Struct

from wasifix.documents.places import evidence_at
from wasifix.documents.toml import TomlDocument
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence, Fact
from wasifix.project.sources import Sources
from wasifix.rust import Toolchain, parse_toolchain
from wasifix.tree import is_absolute, join, upward

CHANNEL = ("toolchain", "channel")
TARGETS = ("toolchain", "targets")
NUMBER = "without quotes"
"""How the reason of a toolchain begins that YAML took for a number."""
FILE_NAMES = ("rust-toolchain", "rust-toolchain.toml")


class ToolchainFile(Struct, frozen=True, kw_only=True):
    """A file that chooses the toolchain. `document` is None for one line with a bare name."""

    path: str
    name: str | None
    evidence: Evidence
    document: TomlDocument | None

    @property
    def choice(self) -> str:
        """The chosen toolchain in words."""
        folder = self.document.get("toolchain", "path") if self.document else None
        return self.name or (f"path {folder}" if folder else "the default")

    @property
    def is_path(self) -> bool:
        """Whether it names a folder instead of a toolchain."""
        return self.document is not None and self.document.get("toolchain", "path") is not None

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that rustup installs along."""
        listed = self.document.get(*TARGETS) if self.document else None
        return tuple(str(each) for each in listed) if isinstance(listed, list) else ()


def governing_files(sources: Sources, start: str) -> tuple[ToolchainFile, ...]:
    """The toolchain files of the nearest folder that has one; the first of them is the one rustup takes.

    Raises UnreadableInput where a file is broken, or two of them name different toolchains.
    """
    key = ("toolchain files", start)
    if key not in sources.remembered:
        sources.remembered[key] = _governing_files(sources, start)
    files: tuple[ToolchainFile, ...] = sources.remembered[key]
    return files


def _governing_files(sources: Sources, start: str) -> tuple[ToolchainFile, ...]:
    for folder in upward(start):
        files = tuple(file for name in FILE_NAMES if (file := _read(sources, join(folder, name))) is not None)
        if len(files) == 2 and files[0].choice != files[1].choice:
            other = files[1].evidence
            raise UnreadableInput(
                f"two files choose the toolchain: {files[0].choice} here, {files[1].choice} in {other.place}",
                path=files[0].path,
                line=files[0].evidence.line,
                column=files[0].evidence.column,
                advice=f"rustup takes {files[0].path} and warns: delete the one that is wrong",
            )
        if files:
            return files
    return ()


def effective_toolchain(
    files: tuple[ToolchainFile, ...], environment: Mapping[str, str], assumed: str | None
) -> Fact[Toolchain]:
    """The toolchain of a build in this folder. `assumed` settles what the files leave open."""
    return settled(_chosen(files, environment), assumed)


def settled(found: Fact[Toolchain], assumed: str | None) -> Fact[Toolchain]:
    """The toolchain, or the assumed one where its name leaves the release open.

    What is said to be nightly or beta stays so: a stable release is not what it will be.
    """
    named = found.value
    open_name = named is None or named.is_floating or named.is_custom
    if assumed is None or not open_name:
        return found
    toolchain = parse_toolchain(assumed)
    if named is not None and named.is_floating and named.channel is not toolchain.channel:
        return found
    evidence = Evidence(path="", text=f"--assume-rust {assumed}", note="assumed")
    return Fact(value=toolchain, evidence=(*found.evidence, evidence))


def _chosen(files: tuple[ToolchainFile, ...], environment: Mapping[str, str]) -> Fact[Toolchain]:
    if name := environment.get("RUSTUP_TOOLCHAIN"):
        evidence = Evidence(
            path="", text=f"RUSTUP_TOOLCHAIN={name}", note="environment variable, wins over files"
        )
        return Fact(value=parse_toolchain(name), evidence=(evidence,))
    if not files:
        return Fact(value=None, reason="no rust-toolchain file: rustup's default toolchain decides")
    file = files[0]
    if file.is_path:
        reason = "a toolchain in a folder: its version is not in the project's files"
        return Fact(value=parse_toolchain("path"), evidence=(file.evidence,), reason=reason)
    if file.name is None:
        reason = "names no channel: rustup's default toolchain decides"
        return Fact(value=None, evidence=(file.evidence,), reason=reason)
    toolchain = parse_toolchain(file.name)
    reason = ""
    if toolchain.is_custom:
        reason = f"`{file.name}` is a custom toolchain: its version is not in the project's files"
    elif toolchain.is_floating:
        reason = f"`{file.name}` moves: which release it is depends on the machine"
    return Fact(value=toolchain, evidence=(file.evidence,), reason=reason)


def _read(sources: Sources, path: str) -> ToolchainFile | None:
    text = sources.text(path)
    if text is None:
        return None
    if not path.endswith(".toml") and text.strip() and "\n" not in text.removesuffix("\n"):
        name = text.strip()
        evidence = evidence_at(path, text, text.index(name))
        if (sources.read(path) or b"").startswith(BOM_UTF8):
            raise _no_name(evidence, "the byte-order mark before the name is part of it for rustup")
        if not is_absolute(name) and not re.fullmatch(r"[\w.+-]+", name):
            raise _no_name(evidence, "rustup takes the one line of this file for a name, and this is none")
        return ToolchainFile(path=path, name=name, evidence=evidence, document=None)
    document = sources.toml(path)
    assert document is not None
    toolchain = document.get("toolchain")
    if not isinstance(toolchain, dict) or not toolchain:
        raise UnreadableInput(
            "rustup needs a [toolchain] table here, and something in it",
            path=path,
            line=1,
            column=1,
            advice="add it, or delete the file",
        )
    channel = toolchain.get("channel")
    if channel is not None and not isinstance(channel, str):
        advice = "put it in quotes: without them 1.90 is the number 1.9, and rustup refuses it"
        raise _refused(document, "the channel must be a string", advice)
    if channel == "" or (channel is not None and "path" in toolchain):
        wrong = "the channel is empty" if channel == "" else "`path` and `channel` exclude each other"
        raise _refused(document, wrong, "rustup refuses it too: name one toolchain")
    key = "channel" if channel is not None else "path" if "path" in toolchain else None
    evidence = document.evidence(("toolchain", key) if key else ("toolchain",))
    return ToolchainFile(path=path, name=channel, evidence=evidence, document=document)


def _no_name(at: Evidence, message: str) -> UnreadableInput:
    advice = "write the bare name of a toolchain, such as 1.90.0, or a [toolchain] table over several lines"
    return UnreadableInput(message, path=at.path, line=at.line, column=at.column, advice=advice)


def _refused(document: TomlDocument, message: str, advice: str) -> UnreadableInput:
    at = document.evidence(CHANNEL)
    return UnreadableInput(message, path=at.path, line=at.line, column=at.column, advice=advice)
