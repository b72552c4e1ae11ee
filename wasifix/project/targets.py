"""Which WebAssembly targets a folder is built for, and what says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from wasifix.documents.places import evidence_at
from wasifix.model import Confidence, Evidence
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.sources import Sources
from wasifix.project.toolchain import TARGETS, ToolchainFile
from wasifix.project.workspace import Workspace
from wasifix.tree import join

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

THREADS_TARGETS = ("wasm32-wasip1-threads", "wasm32-wasi-preview1-threads")
BUILDING = ("test", "t", "build", "b", "run", "r", "bench", "rustc", "nextest")
"""Subcommands of Cargo that link."""
RUNNING = ("test", "t", "run", "r", "bench", "nextest")
"""Those that run what they built."""
Use = tuple[str, Confidence, Evidence]


def target_uses(
    sources: Sources, workspace: Workspace, config: CargoConfig, files: tuple[ToolchainFile, ...]
) -> tuple[Use, ...]:
    """Each WebAssembly target with what says that it is built, the strongest sign first."""
    found = [
        *configured_targets(config),
        *_aliases(config),
        *_tables(config),
        *_napi(sources, workspace),
        *_installed(files),
    ]
    return tuple(use for use in found if is_wasm(use[0]))


def requested_targets(config: CargoConfig, files: tuple[ToolchainFile, ...]) -> tuple[Use, ...]:
    """The targets that Cargo or rustup is told to use, without those that are only prepared for."""
    return (*configured_targets(config), *_aliases(config), *_installed(files))


def is_wasm(triple: str) -> bool:
    """Whether the name is that of a WebAssembly target."""
    return triple.startswith("wasm32")


def alias_words(value: object) -> tuple[tuple[str, KeyPath], ...]:
    """The words of an alias, each with its path inside the value (none for a string)."""
    if isinstance(value, str):
        return tuple((word, ()) for word in value.split())
    if isinstance(value, list):
        return tuple((str(word), (index,)) for index, word in enumerate(value))
    return ()


def option_value(words: tuple[str, ...], option: str) -> str | None:
    """The value of `--option V` or `--option=V`, the last one if there are more."""
    found = None
    for index, word in enumerate(words):
        if word == "--":
            break
        if word == option and index + 1 < len(words):
            found = words[index + 1]
        elif word.startswith(f"{option}="):
            found = word.removeprefix(f"{option}=")
    return found


def configured_targets(config: CargoConfig) -> Iterator[Use]:
    """`build.target`: lists of all files join, CARGO_BUILD_TARGET with them; else the variable wins."""
    found = list(config.all("build", "target"))
    words = config.environment.get("CARGO_BUILD_TARGET", "").split()
    for triple in words:
        yield triple, Confidence.CONFIRMED, Evidence(path="", text=f"CARGO_BUILD_TARGET={triple}")
    if found and isinstance(found[0].value, list):
        for setting in found:
            for index, triple in enumerate(setting.value):
                yield str(triple), Confidence.CONFIRMED, setting.document.evidence((*setting.path, index))
    elif found and not words:
        yield str(found[0].value), Confidence.CONFIRMED, found[0].evidence


def _aliases(config: CargoConfig) -> Iterator[Use]:
    for name in config.names("alias"):
        setting = config.winner("alias", name)
        if setting is not None:
            words = tuple(word for word, _ in alias_words(setting.value))
            if (triple := option_value(words, "--target")) is not None:
                yield triple, Confidence.CONFIRMED, setting.evidence


def _tables(config: CargoConfig) -> Iterator[Use]:
    for name in config.names("target"):
        for setting in config.all("target", name):
            yield name, Confidence.CONFIRMED, setting.evidence


def _installed(files: tuple[ToolchainFile, ...]) -> Iterator[Use]:
    for file in files:
        if file.document is not None:
            for index, triple in enumerate(file.targets):
                yield triple, Confidence.LIKELY, file.document.evidence((*TARGETS, index))


def _napi(sources: Sources, workspace: Workspace) -> Iterator[Use]:
    """The targets that napi's build command knows: `napi.targets` in the package.json beside a manifest."""
    for package in workspace.packages:
        if not any(name == "napi-build" for name, _, _ in package.dependencies(("build-dependencies",))):
            continue
        for folder in dict.fromkeys((package.folder, workspace.folder)):
            yield from _napi_targets(sources, join(folder, "package.json"))


def _napi_targets(sources: Sources, path: str) -> Iterator[Use]:
    text = sources.text(path)
    try:
        listed = msgspec.json.decode(text or "{}").get("napi", {}).get("targets", [])
    except (ValueError, AttributeError, RecursionError):
        return
    for triple in listed if isinstance(listed, list) else []:
        if text and isinstance(triple, str) and (offset := text.find(f'"{triple}"')) >= 0:
            yield triple, Confidence.LIKELY, evidence_at(path, text, offset)
