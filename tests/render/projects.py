"""Projects that try to break out of a report."""

from __future__ import annotations

from hypothesis import strategies as st

from wasifix.engine import check, plan
from wasifix.model import Report
from wasifix.proposals import Proposal
from wasifix.tree import MemoryTree

PIECES = (
    "::error file=x::pwned",
    "::stop-commands::token",
    "##[add-mask]a",
    "%0A::warning::x",
    "\x1b[2J",
    "\x1b]8;;https://example.org\x07",
    "\x07\x00\x85",
    "\u202e\u2066\ufeff",
    "\r",
    "</td></table><script>alert(1)</script>",
    "<!--",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "[click](https://example.org)",
    "![x](https://example.org/x.png)",
    "https://example.org/path",
    "www.example.org",
    "@octocat",
    "#123",
    ":tada:",
    "`",
    "``",
    "```",
    "`<b>x</b>`",
    "``<b>x</b>``",
    "~~~",
    "````\n",
    "|",
    "\\",
    "\\|",
    "$x$",
    "**bold**",
    "__b__",
    "a,b:c",
    " ",
    "\t",
    "%",
    "é",
)


@st.composite
def hostile(draw: st.DrawFn) -> str:
    """Some pieces in a row, never empty."""
    return "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5)))


def hostile_tree(text: str) -> MemoryTree:
    """A project with the text wherever a report could show it."""
    line = "".join(sign for sign in text if sign.isprintable() or sign == "\t")
    key = _toml_string(text)
    folder = "".join(sign for sign in text if sign.isprintable() and sign not in "/\\*?[]").strip(". ") or "m"
    job = _yaml_string(text)
    files = {
        "Cargo.toml": f'[package]\nname = {key}\nversion = "0.1.0"\n'
        f"[workspace]\nmembers = [{_toml_string(folder)}]\n"
        f'[profile.{key}]\ninherits = "release"\nopt-level = 1\n[profile.{key}.package.x]\nopt-level = 3\n',
        f"{folder}/Cargo.toml": f'[package]\nname = {key}\nversion = "0.1.0"\n[profile.{key}]\nlto = true\n',
        "rust-toolchain.toml": f'[toolchain]\nchannel = "1.91.0" # {line}\n# {line}\n',
        ".cargo/config.toml": "[target.wasm32-wasip1-threads]\n"
        f'runner = "wasmtime run -S threads --" # {line}\n',
        ".github/workflows/ci.yml": f"jobs:\n  {job}:\n    runs-on: x\n    steps:\n"
        "      - uses: bytecodealliance/actions/wasmtime/setup@v1\n"
        f"        with: {{version: {_yaml_string('47' + line)}}}\n"
        "      - run: cargo +1.90.0 test --target wasm32-wasip1-threads\n",
    }
    return MemoryTree({path: contents.encode() for path, contents in files.items()})


def reports(text: str) -> tuple[Report, Proposal]:
    """What check and apply say about the project with the text in it."""
    tree = hostile_tree(text)
    return check(tree), plan(tree, strategies=("pin", "profile"))


def _toml_string(text: str) -> str:
    return '"' + "".join(sign if _is_plain(sign) else f"\\U{ord(sign):08X}" for sign in text) + '"'


def _yaml_string(text: str) -> str:
    return '"' + "".join(sign if _is_plain(sign) else f"\\U{ord(sign):08X}" for sign in text) + '"'


def _is_plain(sign: str) -> bool:
    return sign.isprintable() and sign not in '"\\'
