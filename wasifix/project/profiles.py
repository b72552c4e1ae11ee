"""Cargo profiles: what a setting is in effect, and what hides it.

Rules: https://doc.rust-lang.org/cargo/reference/profiles.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from wasifix.documents.toml import TomlDocument
from wasifix.model import Evidence
from wasifix.project.cargo_config import CargoConfig

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

BUILT_IN_PARENTS = {"test": "dev", "bench": "release"}
LINEAGE_LIMIT = 30
"""Profiles in a chain of `inherits`; only a hostile project has more, and they would cost their square."""
Scalar = str | int | bool


class ProfileSetting(Struct, frozen=True, kw_only=True):
    """One value of a profile and where it stands: in a file, or in a variable of the environment."""

    value: Scalar
    document: TomlDocument | None = None
    path: KeyPath = ()
    variable: str = ""

    @property
    def evidence(self) -> Evidence:
        if self.document is None:
            return Evidence(path="", text=self.variable, note="environment variable")
        return self.document.evidence(self.path)


def variable(profile: str, key: str) -> str:
    """The environment variable that sets a key of a profile."""
    return f"CARGO_PROFILE_{profile}_{key}".upper().replace("-", "_")


def lineage(manifest: TomlDocument, config: CargoConfig, profile: str) -> tuple[str, ...]:
    """The profile, the one that it inherits, and so on, up to `dev` or `release`."""
    found: list[str] = []
    current: str | None = profile
    while current is not None and current not in found and len(found) < LINEAGE_LIMIT:
        found.append(current)
        written = next(_own_settings(manifest, config, current, "inherits"), None)
        current = str(written.value) if written else BUILT_IN_PARENTS.get(current)
    return tuple(found)


def settings(manifest: TomlDocument, config: CargoConfig, profile: str, key: str) -> Iterator[ProfileSetting]:
    """Everything that sets the key for the profile, what counts first: environment, config, manifest.

    A profile that leaves a key open takes it from the profile it inherits.
    """
    for name in lineage(manifest, config, profile):
        yield from _own_settings(manifest, config, name, key)


def masks(manifest: TomlDocument, config: CargoConfig, profile: str, key: str) -> Iterator[ProfileSetting]:
    """What hides a key of the root manifest's profile: another value with a higher rank."""
    for setting in _own_settings(manifest, config, profile, key):
        if setting.document is manifest:
            return
        yield setting


def package_overrides(
    manifest: TomlDocument, config: CargoConfig, profile: str, key: str
) -> Iterator[ProfileSetting]:
    """The key as `[profile.NAME.package.SPEC]` sets it for single packages, once for each SPEC.

    What an inherited profile says of a package wins over what the profile itself says of all.
    """
    seen: set[str] = set()
    for name in lineage(manifest, config, profile):
        for document in (*config.layers, manifest):
            packages = document.table("profile", name, "package")
            for spec in [each for each in packages if each not in seen]:
                for setting in _in_document(document, ("profile", name, "package", spec, key)):
                    seen.add(spec)
                    yield setting


def _own_settings(
    manifest: TomlDocument, config: CargoConfig, profile: str, key: str
) -> Iterator[ProfileSetting]:
    yield from _in_environment(config.environment, variable(profile, key))
    for document in (*config.layers, manifest):
        yield from _in_document(document, ("profile", profile, key))


def _in_environment(environment: Mapping[str, str], name: str) -> Iterator[ProfileSetting]:
    if (text := environment.get(name)) is not None:
        value: Scalar = {"true": True, "false": False}.get(text, int(text) if text.isdecimal() else text)
        yield ProfileSetting(value=value, variable=f"{name}={text}")


def _in_document(document: TomlDocument, path: KeyPath) -> Iterator[ProfileSetting]:
    value = document.get(*path)
    if isinstance(value, (str, int, bool)):
        yield ProfileSetting(value=value, document=document, path=path)
