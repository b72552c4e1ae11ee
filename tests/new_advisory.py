"""Makes the skeleton of an advisory: `python tests/new_advisory.py my-problem`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = """\
id = "{id}"
title = "what happens, in a few words"
level = "error"
confidence = 0.9
explanation = \"\"\"
What happens and why.
\"\"\"
toolchain-note = "what the toolchain has to do with it"
target-note = "what the target has to do with it"
references = ["https://github.com/rust-lang/rust/issues/0"]
symptoms = ["the message, with {{number}} and {{any}} for what differs"]
remedies = ["upgrade"]
automatic = ["upgrade"]

[[affected]]
targets = ["wasm32-wasip1-threads"]
channels = ["stable"]
rust = [{{ introduced = "1.0.0", fixed = "1.0.1" }}]
when = []
unless = []
"""
EXAMPLE = {
    "Cargo.toml": '[package]\nname = "{id}"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": "#[cfg(test)]\nmod tests {{\n    #[test]\n    fn it_works() {{}}\n}}\n",
    ".cargo/config.toml": '[target.wasm32-wasip1-threads]\nrunner = "wasmtime run -S threads --"\n',
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.0.0"\n',
    "README.md": "A project that {id} hits: `wasifix check` says so.\n",
}


def main(name: str, root: Path = ROOT) -> None:
    """Writes the data file, lists it, and writes the example. Raises SystemExit for a bad name."""
    data = root / "wasifix" / "advisories" / f"{name}.toml"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name) or data.exists():
        raise SystemExit(f"{name}: not in kebab-case, or there already")
    data.write_text(DATA.format(id=name), "utf-8")
    registry = data.with_name("__init__.py")
    text = registry.read_text("utf-8")
    registry.write_text(re.sub(r"(ADVISORIES = \([^)]*)\)", rf'\1    "{name}",\n)', text, count=1), "utf-8")
    for path, contents in EXAMPLE.items():
        place = root / "examples" / name / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(contents.format(id=name), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
