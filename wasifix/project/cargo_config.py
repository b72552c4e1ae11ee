"""The configuration that Cargo makes of its files and of the environment.

Rules: https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from wasifix.documents.toml import TomlDocument
from wasifix.model import Evidence, Fact
from wasifix.project.cfg import cfg_matches
from wasifix.project.link_args import Flag

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

REPLACING = ("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS")
"""Variables that replace all configured rustflags, even when they are empty."""


class Setting(Struct, frozen=True):
    """A configured value and where it stands."""

    value: Any
    document: TomlDocument
    path: KeyPath

    @property
    def evidence(self) -> Evidence:
        return self.document.evidence(self.path)


class CargoConfig(Struct, frozen=True, kw_only=True, dict=True):
    """All files that Cargo reads when it runs in a folder; the first wins."""

    layers: tuple[TomlDocument, ...]
    environment: Mapping[str, str]
    places: Mapping[str, Evidence] = field(default_factory=dict)
    """Where a workflow sets a variable; one without a place is of the user's own environment."""
    given: int = 0
    """How many of the layers, the first ones, `--config` gives: they win over the environment too."""
    nightly: bool = False
    """Whether the toolchain is a nightly, so that `cfg()` tables see unstable target features."""

    def all(self, *path: str) -> Iterator[Setting]:
        """The value of each layer that has one, the winner first."""
        for document in self.layers:
            value = document.get(*path)
            if value is not None:
                yield Setting(value, document, path)

    def winner(self, *path: str) -> Setting | None:
        """The value that counts, for keys that do not merge."""
        return next(self.all(*path), None)

    def names(self, *path: str) -> tuple[str, ...]:
        """The keys of a table, over all layers."""
        found = (each.value for each in self.all(*path))
        return tuple(dict.fromkeys(key for table in found if isinstance(table, dict) for key in table))

    def rustflags(self, triple: str) -> tuple[Flag, ...]:
        """The flags that rustc gets for a target: from one source only, the first that is set.

        https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags
        """
        if (encoded := self.environment.get("CARGO_ENCODED_RUSTFLAGS")) is not None:
            return self._from_variable("CARGO_ENCODED_RUSTFLAGS", encoded.split("\x1f") if encoded else [])
        if (plain := self.environment.get("RUSTFLAGS")) is not None:
            return self._from_variable(
                "RUSTFLAGS", [each.strip() for each in plain.split(" ") if each.strip()]
            )
        flags = self._flags("target", triple)
        variable = target_variable(triple, "rustflags")
        flags += self._from_variable(variable, self.environment.get(variable, "").split())
        for key in self._matching(triple):
            flags += self._flags("target", key)
        if flags:
            return flags
        variable = "CARGO_BUILD_RUSTFLAGS"
        return self._flags("build") + self._from_variable(
            variable, self.environment.get(variable, "").split()
        )

    def written_rustflags(self, triple: str) -> tuple[Flag, ...]:
        """All flags that the files have for a target, also those that something else switches off."""
        flags = self._flags("build")
        for table in (triple, *self._matching(triple)):
            flags += self._flags("target", table)
        return flags

    def flags_variable(self) -> str | None:
        """The environment variable that makes Cargo ignore all configured rustflags, if one is set."""
        return next((each for each in REPLACING if each in self.environment), None)

    def configured_rustflags(self, triple: str) -> tuple[Flag, ...]:
        """The flags that rustc would get if no variable replaced all configured ones."""
        kept = {name: value for name, value in self.environment.items() if name not in REPLACING}
        return replace(self, environment=kept).rustflags(triple)

    def variable_evidence(self, name: str, note: str = "") -> Evidence:
        """The place that sets a variable."""
        if (place := self.places.get(name)) is not None:
            return replace(place, note=note)
        return Evidence(path="", text=f"{name}={self.environment.get(name, '')}", note=note)

    def given_to_rustc(self, variable: str) -> Fact[str]:
        """An environment variable as rustc sees it: `[env]` sets it where it is not set, or with `force`.

        https://doc.rust-lang.org/cargo/reference/config.html#env
        """
        setting = self.winner("env", variable)
        inner = setting.value if setting is not None and isinstance(setting.value, dict) else {}
        text = self.environment.get(variable)
        if text is not None and inner.get("force") is not True:
            evidence = Evidence(path="", text=f"{variable}={text}", note="environment variable")
            return Fact(value=text, evidence=(evidence,))
        if setting is None:
            return Fact(value=None)
        return Fact(value=str(inner.get("value") if inner else setting.value), evidence=(setting.evidence,))

    def target_setting(self, triple: str, key: str) -> Fact[str]:
        """`runner` or `linker` of a target: `--config`, environment, own table, the `cfg()` that holds.

        https://doc.rust-lang.org/cargo/reference/config.html#targetcfgrunner
        """
        own = self.winner("target", triple, key)
        if own is not None and own.document in self.layers[: self.given]:
            return Fact(value=_command(own.value), evidence=(own.evidence,))
        variable = target_variable(triple, key)
        if value := self.environment.get(variable):
            return Fact(value=value, evidence=(self.variable_evidence(variable),))
        if variable in self.places:
            return Fact(value=None, reason=f"{variable} is an expression that cannot be resolved")
        found = self._target_places(triple, key)
        if not found:
            return Fact(value=None, reason=f"no {key} is configured")
        evidence = tuple(each.evidence for each in found)
        if len(found) > 1:
            reason = f"several cfg() tables give a {key}: Cargo refuses"
            return Fact(value=None, evidence=evidence, reason=reason)
        return Fact(value=_command(found[0].value), evidence=evidence)

    def target_place(self, triple: str, key: str) -> Setting | None:
        """Where the files set `runner` or `linker` of a target; None also where Cargo refuses to choose."""
        found = self._target_places(triple, key)
        return found[0] if len(found) == 1 else None

    def _target_places(self, triple: str, key: str) -> list[Setting]:
        own = self.winner("target", triple, key)
        matching = (self.winner("target", each, key) for each in self._matching(triple))
        return [own] if own is not None else [each for each in matching if each is not None]

    def target_flags_table(self, triple: str) -> bool:
        """Whether a `cfg()` table has flags for the target."""
        return any(self.winner("target", name, "rustflags") for name in self._matching(triple))

    def _matching(self, triple: str) -> list[str]:
        """The `cfg()` tables that hold for the target, in the order in which Cargo takes them."""
        bootstrap = self.given_to_rustc("RUSTC_BOOTSTRAP").value or ""
        unstable = {"1": True, "-1": False}.get(bootstrap, self.nightly)
        return [each for each in self._cfg_tables if cfg_matches(each, triple, unstable=unstable)]

    @cached_property
    def _cfg_tables(self) -> tuple[str, ...]:
        return tuple(sorted(each for each in self.names("target") if each.startswith("cfg(")))

    def _from_variable(self, name: str, flags: list[str]) -> tuple[Flag, ...]:
        evidence = replace(self.variable_evidence(name), note="environment variable")
        if name not in self.places:
            evidence = replace(evidence, text=f"{name}={' '.join(flags)}")
        return tuple(Flag(flag, evidence) for flag in flags)

    def _flags(self, *table: str) -> tuple[Flag, ...]:
        flags: list[Flag] = []
        found = list(self.all(*table, "rustflags"))
        if found and isinstance(found[0].value, str):  # only lists join: of two strings the nearer one counts
            return tuple(Flag(each, found[0].evidence) for each in found[0].value.split())
        for setting in reversed(found):
            if isinstance(setting.value, list):
                flags += [
                    Flag(str(each), setting.document.evidence((*setting.path, index)))
                    for index, each in enumerate(setting.value)
                ]
        return tuple(flags)


def target_variable(triple: str, key: str = "") -> str:
    """The environment variable that sets a key of a target: `CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER`."""
    part = triple.upper().replace("-", "_").replace(".", "_")
    return f"CARGO_TARGET_{part}_{key.upper()}"


def _command(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
