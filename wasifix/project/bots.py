"""The bots that keep a repository's dependencies new, and whether they manage the toolchain's place.

Renovate: https://docs.renovatebot.com/modules/manager/rust-toolchain/
Dependabot: https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import msgspec
from msgspec import Struct

from wasifix.documents.places import evidence_at
from wasifix.documents.yaml import Node, child, items, parse_yaml, scalar
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence
from wasifix.project.sources import Sources
from wasifix.tree import parent

RENOVATE_FILES = (
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.json5",
    "package.json",
)
"""The first that is there counts; package.json only with a `renovate` key.

https://docs.renovatebot.com/configuration-options/
"""
DEPENDABOT_FILES = (".github/dependabot.yml", ".github/dependabot.yaml")


class Bot(Struct, frozen=True, kw_only=True):
    """A bot that manages a place: what it is called, what shows it, and by which of its parts."""

    name: str
    at: Evidence
    why: str


class _Managed(Struct, frozen=True, kw_only=True):
    """A place as bots see it: the file, the manager (Renovate) and ecosystem (Dependabot), the dependency."""

    path: str
    kind: str
    names: tuple[str, ...]


def managing_bots(sources: Sources, path: str, line: str) -> Iterator[Bot]:
    """The bots that would change the toolchain that a line of the file names. Broken settings do nothing."""
    managed = _managed(path, line)
    if managed is None:
        return
    for bot in (_renovate(sources, managed), _dependabot(sources, managed)):
        if bot is not None:
            yield bot


def _managed(path: str, line: str) -> _Managed | None:
    name = path.rpartition("/")[2]
    if name in ("rust-toolchain", "rust-toolchain.toml"):
        return _Managed(path=path, kind="rust-toolchain", names=("rust", "rust-toolchain"))
    action = re.search(r"uses:\s*[\"']?([\w.-]+/[\w./-]+)@[\"']?v?\d", line)
    if path.startswith(".github/") and action:
        return _Managed(path=path, kind="github-actions", names=(action[1],))
    return None


def _renovate(sources: Sources, managed: _Managed) -> Bot | None:
    for path in RENOVATE_FILES:
        text = sources.text(path)
        if text is None:
            continue
        settings, start = _settings(path, text)
        if settings is None:
            continue
        if not _is_managed_by(settings, text, managed):
            return None
        at = evidence_at(path, text, start)
        return Bot(name="Renovate", at=at, why=f"its manager `{managed.kind}`")
    return None


def _settings(path: str, text: str) -> tuple[dict[str, Any] | str | None, int]:
    """The settings and where they begin; the text itself where it is JSON with more than JSON has."""
    try:
        values = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return (None if path == "package.json" else text), 0
    if not isinstance(values, dict):
        return None, 0
    if path != "package.json":
        return values, 0
    inner = values.get("renovate")
    return (inner, text.find('"renovate"')) if isinstance(inner, dict) else (None, 0)


def _is_managed_by(settings: dict[str, Any] | str, text: str, managed: _Managed) -> bool:
    """Whether nothing in the settings switches the manager or the dependency off."""
    if isinstance(settings, str):  # not plain JSON: what names the manager may switch it off
        return "enabledManagers" not in text and managed.kind not in text and '"enabled": false' not in text
    enabled = settings.get("enabledManagers")
    if settings.get("enabled") is False or (isinstance(enabled, list) and managed.kind not in enabled):
        return False
    own = settings.get(managed.kind)
    if isinstance(own, dict) and own.get("enabled") is False:
        return False
    if any(name in _listed(settings, "ignoreDeps") for name in managed.names):
        return False
    return not any(_switches_off(rule, managed) for rule in _listed(settings, "packageRules"))


def _switches_off(rule: Any, managed: _Managed) -> bool:
    """Whether a rule of packageRules keeps Renovate from changing the dependency."""
    if not isinstance(rule, dict) or not (rule.get("enabled") is False or "allowedVersions" in rule):
        return False
    managers, types = _listed(rule, "matchManagers"), _listed(rule, "matchDepTypes")
    names = [*_listed(rule, "matchDepNames"), *_listed(rule, "matchPackageNames")]
    return (
        (not managers or managed.kind in managers)
        and (not names or any(name in names for name in managed.names) or "*" in names)
        and (not types or (managed.kind == "rust-toolchain" and "toolchain" in types))
    )


def _listed(settings: dict[str, Any], key: str) -> list[Any]:
    value = settings.get(key)
    return value if isinstance(value, list) else []


def _dependabot(sources: Sources, managed: _Managed) -> Bot | None:
    for path in DEPENDABOT_FILES:
        data = sources.read(path)
        if data is None or managed.kind.encode() not in data:
            continue
        try:
            document = parse_yaml(path, data)
        except UnreadableInput:
            return None
        for update in items(child(document.root, "updates")):
            node = child(update, "package-ecosystem")
            if node is not None and scalar(node) == managed.kind and _covers(update, managed):
                return Bot(name="Dependabot", at=document.evidence(node), why="its ecosystem")
    return None


def _covers(update: Node, managed: _Managed) -> bool:
    """Whether an entry looks into the file's folder, and ignores no such dependency altogether."""
    folder = f"/{parent(managed.path)}" if managed.kind == "rust-toolchain" else "/"
    wanted = [scalar(child(update, "directory")), *map(scalar, items(child(update, "directories")))]
    patterns = [each.rstrip("/") or "/" for each in wanted if each]
    asks_nothing = scalar(child(update, "open-pull-requests-limit")) == "0"
    if asks_nothing or not any(fnmatchcase(folder, pattern) for pattern in patterns):
        return False
    for entry in items(child(update, "ignore")):
        name = scalar(child(entry, "dependency-name")) or ""
        whole = child(entry, "versions") is None and child(entry, "update-types") is None
        if whole and any(fnmatchcase(each, name) for each in managed.names):
            return False
    return True
