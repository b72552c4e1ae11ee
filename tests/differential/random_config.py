"""Random configuration files of Cargo, and the variables that go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from differential.random_profiles import CHAINS, VALUES, settings
from differential.toml_styles import toml_text

TARGETS = (
    "wasm32-wasip1-threads",
    "wasm32-wasip1-threads",
    "wasm32-wasip1",
    "wasm32-wasip2",
    "wasm32-unknown-unknown",
)
EXPRESSIONS = (
    'cfg(target_os = "wasi")',
    'cfg(all(target_arch = "wasm32", not(unix)))',
    'cfg(target_family = "wasm")',
    "cfg(any(unix, windows))",
    "cfg(all())",
    'cfg(target_feature = "atomics")',
    'cfg(target_env = "p1")',
    'cfg(not(target_pointer_width = "64"))',
    "cfg(debug_assertions)",
    "cfg(true)",
)
MARK = "--cfg=given_"
"""How the flags begin that the rustc of the test looks for."""


def config_files(rng: Random, folders: Sequence[str], flaw: str) -> dict[str, str]:
    """`.cargo/config.toml` in some of the folders from the first to the last, and what they include."""
    kinds = {key: rng.random() < 0.7 for key in ("build", "target", "runner", "triples")}
    places = list(dict.fromkeys(("", *folders)))
    found: dict[str, str] = {}
    for index, folder in enumerate(places):
        if rng.random() > 0.6 and not flaw:
            continue
        if flaw == "mixed-kinds":
            kinds["build"] = index % 2 == 0
        prefix = f"{folder}/.cargo/" if folder else ".cargo/"
        table = _config(rng, kinds, f"{index}")
        if flaw == "unknown-parent":
            table.setdefault("profile", {})["slow_one"] = {"inherits": "nobody"}
        if rng.random() < 0.25 or flaw.startswith("include"):
            table = {"include": _include(rng, flaw), **table}
            found[f"{prefix}more.toml"] = toml_text(_config(rng, kinds, f"{index}more"), rng)
            found[f"{prefix}other.toml"] = toml_text(_config(rng, kinds, f"{index}other"), rng)
        name = "config" if rng.random() < 0.1 else "config.toml"
        found[prefix + name] = toml_text(table, rng)
    return found


def _include(rng: Random, flaw: str) -> list[Any]:
    if flaw == "include-nothing":
        return ["nothing.toml"]
    if flaw == "include-twice":
        return ["more.toml", "more.toml"]
    return rng.choice(
        (["more.toml"], [{"path": "more.toml"}, "other.toml"], [{"path": "gone.toml", "optional": True}])
    )


def _config(rng: Random, kinds: Mapping[str, bool], mark: str) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if rng.random() < 0.4:
        table.setdefault("build", {})["rustflags"] = _flags(rng, f"build{mark}", kinds["build"])
    if rng.random() < 0.3:
        names = rng.sample(TARGETS, rng.randint(1, 2)) if kinds["triples"] else [rng.choice(TARGETS)]
        table.setdefault("build", {})["target"] = list(dict.fromkeys(names)) if kinds["triples"] else names[0]
    for name in rng.sample((*TARGETS, *EXPRESSIONS), rng.randint(0, 4)):
        own = table.setdefault("target", {}).setdefault(name, {})
        if rng.random() < 0.6:
            own["rustflags"] = _flags(rng, f"target{mark}", kinds["target"])
        if rng.random() < 0.3:
            own["runner"] = ["recording-runner", mark] if kinds["runner"] else f"recording-runner {mark}"
        if rng.random() < 0.1:
            own["linker"] = "clang"
    if rng.random() < 0.4:
        table["profile"] = {
            name: settings(rng, ())
            for name in rng.sample(("dev", "release", "test", *CHAINS), rng.randint(1, 3))
        }
        for name, above in CHAINS.items():  # a profile may live here alone; the same parent, so no circle
            if name in table["profile"] and rng.random() < 0.3:
                table["profile"][name]["inherits"] = above
        if rng.random() < 0.3:
            spec = rng.choice(("top", "*", "a"))
            table["profile"].setdefault("release", {})["package"] = {spec: {"opt-level": rng.randint(0, 3)}}
    if rng.random() < 0.1:
        table["env"] = {
            "RUSTFLAGS": f"{MARK}never",
            "RUSTC_BOOTSTRAP": rng.choice(("0", {"value": "1", "force": True}, "1")),
        }
    return table


def _flags(rng: Random, mark: str, as_list: bool) -> list[str] | str:
    flags = [f"{MARK}{mark}_{number}" for number in range(rng.randint(0, 2))]
    return flags if as_list else rng.choice((" ", "  ")).join(flags)


def variables(rng: Random, profile: str) -> dict[str, str]:
    """Variables of the environment that Cargo heeds."""
    found: dict[str, str] = {}
    if rng.random() < 0.1:
        found["RUSTFLAGS"] = rng.choice(("", f"{MARK}env1", f" {MARK}env1  {MARK}env2 "))
    if rng.random() < 0.05:
        found["CARGO_ENCODED_RUSTFLAGS"] = rng.choice(("", f"{MARK}env3\x1f{MARK}env4"))
    if rng.random() < 0.15:
        found["CARGO_BUILD_RUSTFLAGS"] = f"{MARK}env5"
    if rng.random() < 0.08:
        found["RUSTC_BOOTSTRAP"] = rng.choice(("1", "1", "0", "top", "-1"))
    if rng.random() < 0.25:
        found["CARGO_BUILD_TARGET"] = rng.choice(TARGETS)
    own = f"CARGO_TARGET_{rng.choice(TARGETS).upper().replace('-', '_')}"
    if rng.random() < 0.2:
        found[f"{own}_RUSTFLAGS"] = rng.choice((f"{MARK}env6", f"{MARK}env6 {MARK}env7"))
    if rng.random() < 0.2:
        found[f"{own}_RUNNER"] = "recording-runner env"
    for key in rng.sample(tuple(VALUES), rng.randint(0, 3)):
        if rng.random() < 0.3:
            name = rng.choice((profile, "release", "dev"))
            value = rng.choice(VALUES[key])
            text = str(value).lower() if isinstance(value, bool) else str(value)
            found[f"CARGO_PROFILE_{name}_{key}".upper().replace("-", "_")] = text
    return found
