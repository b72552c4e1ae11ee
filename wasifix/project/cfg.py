"""`cfg(...)` expressions of Cargo configuration, decided for a WebAssembly target.

Values as `rustc --print cfg` lists them on a stable compiler, which hides unstable target features such as
"atomics". Grammar: https://doc.rust-lang.org/reference/conditional-compilation.html
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*|"[^"]*"|[(),=])')
_WASM = {
    "target_arch": {"wasm32"},
    "target_endian": {"little"},
    "target_family": {"wasm"},
    "target_pointer_width": {"32"},
    "target_vendor": {"unknown"},
    "panic": {"abort"},
    "target_abi": {""},
    "target_has_atomic": {"8", "16", "32", "64", "ptr"},
    "target_feature": {
        "bulk-memory",
        "crt-static",
        "multivalue",
        "mutable-globals",
        "nontrapping-fptoint",
        "reference-types",
        "sign-ext",
    },
}
_WASI_ENVIRONMENTS = {"wasm32-wasip2": "p2", "wasm32-wasip3": "p3"}


def cfg_matches(expression: str, triple: str) -> bool:
    """Whether `cfg(...)`, a table name of `[target]`, holds for the target; False where it is malformed."""
    if not (expression.startswith("cfg(") and expression.endswith(")")):
        return False
    tokens = _TOKEN.findall(expression[4:-1])
    if "".join(tokens) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", expression[4:-1]):
        return False
    try:
        holds, rest = _parse(tokens, _values(triple))
    except (IndexError, ValueError):
        return False
    return holds and not rest


def _values(triple: str) -> dict[str, set[str]]:
    if "-wasi" not in triple:
        return {**_WASM, "target_os": {"unknown"}, "target_env": {""}}
    return {**_WASM, "target_os": {"wasi"}, "target_env": {_WASI_ENVIRONMENTS.get(triple, "p1")}}


def _parse(tokens: list[str], values: dict[str, set[str]]) -> tuple[bool, list[str]]:
    name, rest = tokens[0], tokens[1:]
    if rest[:1] == ["("]:
        results: list[bool] = []
        rest = rest[1:]
        while rest[0] != ")":
            holds, rest = _parse(rest, values)
            results.append(holds)
            if rest[0] == ",":
                rest = rest[1:]
        if name == "not" and len(results) != 1:
            raise ValueError("not() takes one")
        decided = {"all": all(results), "any": any(results), "not": not all(results)}
        return decided.get(name, False), rest[1:]
    if rest[:1] == ["="]:
        return rest[1].strip('"') in values.get(name, ()), rest[2:]
    return name in ("true", "debug_assertions"), rest
