"""Random profiles: built-in and custom, chains of `inherits`, overrides of packages and build scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

VALUES: Mapping[str, tuple[Any, ...]] = {
    "opt-level": (0, 1, 2, 3, "s", "z"),
    "lto": (True, False, "fat", "thin", "off"),
    "codegen-units": (1, 4, 16),
    "debug": (True, False, 0, 1, 2, "line-tables-only", "limited", "none"),
    "debug-assertions": (True, False),
    "overflow-checks": (True, False),
    "rpath": (True, False),
    "incremental": (True, False),
    "panic": ("abort", "unwind"),
    "strip": (True, False, "none", "debuginfo", "symbols"),
}
NOT_IN_OVERRIDES = ("lto", "rpath", "panic")
CHAINS = {
    "quick": "dev",
    "wasmtime-test": "release",
    "slow_one": "wasmtime-test",
    "checked": "test",
    "Big": "bench",
}
"""Custom profiles and what they inherit."""
BUILT_IN = ("dev", "release", "test", "bench")


def profile_tables(rng: Random, packages: Sequence[str], share: float) -> dict[str, Any]:
    """The tables below `[profile]`; all custom ones are there, as a chain needs its parents."""
    found: dict[str, Any] = {name: {"inherits": above} for name, above in CHAINS.items()}
    if rng.random() < 0.2:
        found["checked"] = {"inherits": rng.choice(("dev", "release", "slow_one"))}
    for name in (*BUILT_IN, *CHAINS):
        if rng.random() < share:
            table = found.setdefault(name, {})
            table |= settings(rng, ())
            if rng.random() < 0.3:
                table["build-override"] = settings(rng, NOT_IN_OVERRIDES)
            if rng.random() < 0.4:
                table["package"] = _overrides(rng, packages)
    return found


def settings(rng: Random, without: Sequence[str]) -> dict[str, Any]:
    """Random values of a few keys."""
    keys = [key for key in VALUES if key not in without]
    return {key: rng.choice(VALUES[key]) for key in rng.sample(keys, rng.randint(0, 4))}


def _overrides(rng: Random, packages: Sequence[str]) -> dict[str, Any]:
    """Each package is named in one way only: Cargo refuses two that fit."""
    specs = ["*", "serde", *(name if len(name) % 2 else f"{name}@0.1.0" for name in packages)]
    return {
        spec: settings(rng, NOT_IN_OVERRIDES)
        for spec in rng.sample(specs, rng.randint(1, min(3, len(specs))))
    }
