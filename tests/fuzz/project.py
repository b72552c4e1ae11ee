"""A small project with a file of every kind that wasifix reads; each leads to a build with threads."""

from __future__ import annotations

from wasifix.changes import Append, FileEdit, Remove, Rename, Set
from wasifix.remedies import AUTO
from wasifix.strategies import STRATEGIES as ALL_STRATEGIES

TARGET = "wasm32-wasip1-threads"
CALL = f"cargo test --release --target {TARGET}"
WORKFLOW = f"""on: push
env:
  CARGO_TERM_COLOR: always
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        rust: ["1.91.0", stable]
        include: [{{rust: beta, extra: --lib}}]
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/set-up
        with:
          toolchain: ${{{{ matrix.rust }}}}
      - run: |
          rustup target add {TARGET}
          cargo +${{{{ matrix.rust }}}} test --release --target {TARGET}
      - run: make test && just test && ./build.sh && npm run test
      - run: docker build . && mise run test
        env: {{RUSTFLAGS: -Dwarnings}}
"""
ACTION = f"""name: set-up
inputs:
  toolchain: {{default: "1.91"}}
runs:
  using: composite
  steps:
    - uses: dtolnay/rust-toolchain@master
      with:
        toolchain: ${{{{ inputs.toolchain }}}}
        targets: {TARGET}
    - run: {CALL}
      shell: bash
"""
GITLAB = f"""image: rust:1.91
.base: &base
  variables: {{RUSTFLAGS: -Dwarnings}}
test:
  <<: *base
  extends: .base
  before_script: [rustup target add {TARGET}]
  script:
    - {CALL}
"""
CARGO = """[package]
name = "p"
version = "0.1.0"
edition = "2021"
[profile.release]
lto = true
"""
CONFIG = f"""[target.{TARGET}]
runner = "wasmtime -S threads"
[alias]
t = "{CALL[6:]}"
"""
MAKEFILE = f"""T = {TARGET}
test: build
\tcargo test --target $(T)
build:
\t@cargo build --target ${{T}}
"""
JUSTFILE = f"""target := "{TARGET}"
test mode="--release":
  cargo test {{{{mode}}}} --target {{{{target}}}}
"""
SCRIPT = f"""#!/bin/sh
set -e
T={TARGET}
export RUSTFLAGS="-Dwarnings"
cargo test --release --target "$T"
"""
DEPENDABOT = """version: 2
updates:
- package-ecosystem: rust-toolchain
  directory: /
"""
FILES: dict[str, bytes] = {
    path: text.encode()
    for path, text in {
        "Cargo.toml": CARGO,
        ".cargo/config.toml": CONFIG,
        "rust-toolchain.toml": f'[toolchain]\nchannel = "1.91.0"\ntargets = ["{TARGET}"]\n',
        ".github/workflows/ci.yml": WORKFLOW,
        ".github/actions/set-up/action.yml": ACTION,
        ".github/dependabot.yml": DEPENDABOT,
        "renovate.json": '{"extends": ["config:recommended"]} // 5',
        ".gitlab-ci.yml": GITLAB,
        "Makefile": MAKEFILE,
        "justfile": JUSTFILE,
        "Dockerfile": f"FROM rust:1.91 AS b\nARG T={TARGET}\nRUN rustup target add $T \\\n && {CALL}\n",
        "mise.toml": f'[tools]\nrust = "1.91.0"\n[tasks.test]\nrun = "{CALL}"\n',
        ".tool-versions": "rust 1.91.0 # pinned\n",
        "package.json": f'{{"scripts": {{"test": "{CALL}", "pretest": "napi build --target {TARGET}"}}}}',
        ".devcontainer/devcontainer.json": f'{{"image": "rust:1.91", "postCreateCommand": "{CALL}"}}',
        "build.sh": SCRIPT,
        "build.rs": 'fn main() {\n    println!("cargo:rerun-if-changed=build.rs");\n}\n',
        "src/lib.rs": "pub fn f() {\n    std::thread::spawn(|| {});\n}\n",
    }.items()
}
KINDS = (*FILES, "rust-toolchain")
WORDS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc3\xa4",
    b"\xf0\x9f\xa6\x80", b"\\ud800", b"\\u0000", b"\\\n", b"'''", b'"""', b"[[", b"${{", b"}}", b"{{",
    b"$(", b"${", b":-", b"<<'E'", b">-", b"|2", b"&a ", b"*a", b"!t ", b"<<: ", b"? ", b"- ", b": ", b" #",
    b"../", b"run: ", b"uses: ", b"env:", b"shell: ", b"matrix.", b"include:", b"extends:", b"strategy:",
    b"RUN ", b"ARG ", b"FROM ", b" && ", b" || ", b":= ", b"$(MAKE) ", b"include ", b"1.90", b"1.91.0",
    b"nightly-2025-01-01", b"stable", b"cargo +", b"cargo build ", b"rustup target add ", b"--target ",
    b"--release", b"--config ", b"RUSTFLAGS=", b"wasmtime ", b"wasm32-wasip1-threads", b"--max-memory=",
    b"link-arg=", b"cfg(", b"all(", b"not(", b"[target.", b"[profile.", b" -> ", b"; https://",
    b"# wasifix pin for memory-cannot-grow (unproven): ", b"# wasifix: ignore ",
)  # fmt: skip
"""What is worth trying at any place of any file."""
BASE = ("Cargo.toml", ".cargo/config.toml", "rust-toolchain.toml", "src/lib.rs")
CALLED = (".github/actions/set-up/action.yml", "rust-toolchain")
"""What counts only together with the workflow."""


def files_beside(path: str) -> dict[str, bytes]:
    """The files that it takes for the one at the path to be read; all for the workflow, which calls all."""
    if path == ".github/workflows/ci.yml":
        return FILES
    names = (*BASE, ".github/workflows/ci.yml") if path in CALLED else BASE
    found = {name: FILES[name] for name in names if name != path}
    if path == "rust-toolchain":  # the two would have to agree
        del found["rust-toolchain.toml"]
    return found


STRATEGIES = (AUTO, *(each.name for each in ALL_STRATEGIES))
TOML_CHANGES = tuple(
    FileEdit(path="a.toml", changes=changes)
    for changes in (
        (Set(("toolchain", "channel"), "1.90.0"),),
        (Set(("toolchain", "channel"), "1.90.0"), Set(("toolchain", "targets"), (TARGET,))),
        (Append(("toolchain", "targets"), (TARGET, "x y")),),
        (Set(("target", TARGET, "rustflags"), ("-C", "link-arg=--max-memory=1")),),
        (Append(("target", TARGET, "rustflags"), ("-C", "link-arg=--max-memory=1")),),
        (Set(("profile", "release", "opt-level"), 1), Set(("profile", "release", "lto"), False)),
        (Rename(("target", TARGET), "wasm32-wasip1"),),
        (Remove(("target", TARGET, "runner")),),
        (Remove(("target", TARGET, "runner")), Set(("target", TARGET, "linker"), 'it\'s "x"')),
        (Remove(("toolchain", "targets", 0)), Set(("build", "target"), "wasm32-wasip1")),
    )
)
