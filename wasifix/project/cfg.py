"""`cfg(...)` expressions of Cargo configuration, decided for a WebAssembly target.

Values as `rustc --print cfg` lists them. A stable compiler hides unstable target features such as "atomics".
Grammar: https://doc.rust-lang.org/reference/conditional-compilation.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*|"[^"]*"|[(),=])\s*')
_WASM = {
    "target_arch": {"wasm32"},
    "target_endian": {"little"},
    "target_family": {"wasm"},
    "target_pointer_width": {"32"},
    "target_vendor": {"unknown"},
    "target_os": {"unknown"},
    "target_env": {""},
    "target_abi": {""},
    "panic": {"abort"},
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
_UNIX = {"target_family": {"unix", "wasm"}}
_OTHER: dict[str, dict[str, set[str]]] = {
    "wasm32-unknown-emscripten": {**_UNIX, "target_os": {"emscripten"}, "panic": {"unwind"}},
    "wasm32-wali-linux-musl": {**_UNIX, "target_os": {"linux"}, "target_env": {"musl"}},
    "wasm32-wasip2": {"target_os": {"wasi"}, "target_env": {"p2"}},
    "wasm32-wasip3": {"target_os": {"wasi"}, "target_env": {"p3"}},
    "wasm32v1-none": {"target_os": {"none"}},
}
_WASIP1 = {"target_os": {"wasi"}, "target_env": {"p1"}}


def cfg_matches(expression: str, triple: str, *, unstable: bool = False) -> bool:
    """Whether `cfg(...)`, a table name of `[target]`, holds for the target; False where it is malformed.

    `unstable`: for a compiler that shows unstable target features, a nightly or one under RUSTC_BOOTSTRAP=1.
    """
    if not (expression.startswith("cfg(") and expression.endswith(")")):
        return False
    own = _OTHER.get(triple, _WASIP1 if "-wasi" in triple else {})
    values = {**_WASM, **own}
    if unstable and triple.endswith("-threads"):
        values["target_feature"] = _WASM["target_feature"] | {"atomics"}
    try:
        return _Expression(expression[4:-1], values).decide()
    except (ValueError, RecursionError):
        return False


class _Expression:
    """A recursive descent over the tokens. Raises ValueError where the text is no cfg expression."""

    def __init__(self, text: str, values: Mapping[str, set[str]]) -> None:
        self.values = values
        self.tokens = [*_tokens(text), ""]
        self.next = 0

    def decide(self) -> bool:
        holds = self._term()
        if self.tokens[self.next]:
            raise ValueError("something follows")
        return holds

    def _term(self) -> bool:
        name = self._take()
        if not re.match(r"[A-Za-z_]", name):
            raise ValueError("a name is missing")
        if self._skip("("):
            return self._group(name)
        if not self._skip("="):
            return name in ("true", "debug_assertions") or name in self.values["target_family"] & {"unix"}
        value = self._take()
        if not value.startswith('"'):
            raise ValueError("a string is missing")
        return value[1:-1] in self.values.get(name, ())

    def _group(self, name: str) -> bool:
        results: list[bool] = []
        while not self._skip(")"):
            results.append(self._term())
            if not self._skip(",") and self.tokens[self.next] != ")":
                raise ValueError("a comma is missing")
        if name not in ("all", "any", "not") or (name == "not" and len(results) != 1):
            raise ValueError("no such operator")
        return {"all": all(results), "any": any(results), "not": not all(results)}[name]

    def _take(self) -> str:
        token = self.tokens[self.next]
        self.next = min(self.next + 1, len(self.tokens) - 1)
        return token

    def _skip(self, token: str) -> bool:
        if self.tokens[self.next] != token:
            return False
        self._take()
        return True


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise ValueError("not a cfg expression")
        found.append(match[1])
        offset = match.end()
    return found
