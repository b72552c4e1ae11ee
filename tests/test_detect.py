"""When a build gets a memory that cannot grow, and what prevents it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wasifix.engine import check
from wasifix.model import Report
from wasifix.tree import MemoryTree

MANIFEST = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
TABLE = "[target.wasm32-wasip1-threads]\n"
CLANG = f'{TABLE}linker = "/opt/wasi-sdk/bin/clang"\n'
FLAG = "--max-memory=1073741824"
NOTHING: Mapping[str, str] = {}


def project(
    channel: str | None = "1.91.0",
    config: str = f'{TABLE}runner = "x"\n',
    manifest: str = MANIFEST,
    **more: str,
) -> dict[str, bytes]:
    files = {"Cargo.toml": manifest, ".cargo/config.toml": config, **more}
    if channel is not None:
        files["rust-toolchain.toml"] = f'[toolchain]\nchannel = "{channel}"\n'
    return {path: text.encode() for path, text in files.items()}


def answer(files: dict[str, bytes], environment: Mapping[str, str] = NOTHING) -> str:
    found: Report = check(MemoryTree(files), environment=environment)
    words = [f"{each.level} {each.confidence}" for each in found.findings if each.id == "memory-cannot-grow"]
    words += [f"prevented at {each.evidence[0].place}" for each in found.prevented if "grow" in each.id]
    return ", ".join(words) or "nothing"


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("1.73.0", "error confirmed"),
        ("1.85.0", "error confirmed"),
        ("1.90", "error confirmed"),
        ("1.91.0", "error confirmed"),
        ("1.91", "error confirmed"),
        ("1.91.1", "error confirmed"),
        ("1.91.0-beta.3", "error confirmed"),
        ("1.91.0-x86_64-unknown-linux-gnu", "error confirmed"),
        ("stable-2025-11-01", "error confirmed"),
        ("beta-2025-10-20", "error confirmed"),
        ("stable", "note possible"),
        ("beta", "note possible"),
        ("my-own", "note possible"),
        ("1.72.1", "nothing"),
        ("1.92.0", "nothing"),
        ("1.92.0-beta.1", "nothing"),
        ("1.92", "nothing"),
        ("1.98.1", "nothing"),
        ("1.100.0", "nothing"),
        ("1.100", "nothing"),
        ("stable-2025-12-11", "nothing"),
        ("beta-2025-10-28", "nothing"),
        ("nightly", "nothing"),
        ("nightly-2024-01-01", "nothing"),
        ("nightly-2025-09-01", "nothing"),
        ("nightly-2026-01-01", "nothing"),
    ],
)
def test_the_toolchain_decides(channel: str, expected: str) -> None:
    assert answer(project(channel)) == expected


def test_without_a_toolchain_file_it_is_possible() -> None:
    assert answer(project(None)) == "note possible"


@pytest.mark.parametrize(
    ("flags", "prevented"),
    [
        (f'["-C", "link-arg={FLAG}"]', True),
        (f'["-Clink-arg={FLAG}"]', True),
        (f'["--codegen", "link-arg={FLAG}"]', True),
        (f'["--codegen=link-arg={FLAG}"]', True),
        (f'["-C", "link_arg={FLAG}"]', True),
        (f'["-Clink-args=-zstack-size=64000 {FLAG}"]', True),
        (f'"-C link-arg={FLAG} -C opt-level=1"', True),
        (f'["-C", "link-arg=-Wl,{FLAG}"]', True),
        (f'["-C", "link-arg=-Wl,--export-dynamic,{FLAG}"]', True),
        ('["-C", "link-arg=--initial-memory=1048576", "-C", "link-arg=--max-memory=2097152"]', True),
        ("[]", False),
        ('["-C", "link-arg=--initial-memory=67108864"]', False),
        ('["-C", "link-arg=--initial-memory=67108864", "-C", "link-arg=--max-memory=67108864"]', False),
        ('["-C", "target-feature=+atomics"]', False),
        (f'["{FLAG}"]', False),
        (f'["-C", "{FLAG}"]', False),
    ],
)
def test_a_linker_argument_prevents_it_in_every_spelling(flags: str, prevented: bool) -> None:
    config = f"{TABLE}rustflags = {flags}\n"
    found = answer(project(config=config))
    assert found.startswith("prevented at .cargo/config.toml:2:") if prevented else found == "error confirmed"


@pytest.mark.parametrize(
    ("config", "environment", "prevented"),
    [
        (f'{TABLE}rustflags = ["-Clink-arg={FLAG}"]\n', {"RUSTFLAGS": ""}, False),
        (f'{TABLE}rustflags = ["-Clink-arg={FLAG}"]\n', {"RUSTFLAGS": "-D warnings"}, False),
        (f'{TABLE}rustflags = ["-Clink-arg={FLAG}"]\n', {"CARGO_ENCODED_RUSTFLAGS": ""}, False),
        (TABLE, {"RUSTFLAGS": f"-Clink-arg={FLAG}"}, True),
        (TABLE, {"CARGO_TARGET_WASM32_WASIP1_THREADS_RUSTFLAGS": f"-Clink-arg={FLAG}"}, True),
        (f'{TABLE}[build]\nrustflags = ["-Clink-arg={FLAG}"]\n', {}, True),
        (f'{TABLE}rustflags = ["-g"]\n[build]\nrustflags = ["-Clink-arg={FLAG}"]\n', {}, False),
        (f'{TABLE}[target.\'cfg(target_os = "wasi")\']\nrustflags = ["-Clink-arg={FLAG}"]\n', {}, True),
        (f"{TABLE}[target.'cfg(unix)']\nrustflags = [\"-Clink-arg={FLAG}\"]\n", {}, False),
        (
            f'{TABLE}[target.\'cfg(target_feature = "atomics")\']\nrustflags = ["-Clink-arg={FLAG}"]\n',
            {},
            False,
        ),
        (f'{TABLE}[env]\nRUSTC_BOOTSTRAP = "1"\n', {}, True),
        (f'{CLANG}[env]\nRUSTC_BOOTSTRAP = "1"\n', {}, False),
        (TABLE, {"RUSTC_BOOTSTRAP": "1"}, True),
        (TABLE, {"RUSTC_BOOTSTRAP": "-1"}, False),
    ],
)
def test_only_what_cargo_hands_over_counts(config: str, environment: dict[str, str], prevented: bool) -> None:
    found = answer(project(config=config), environment)
    assert found.startswith("prevented") if prevented else found == "error confirmed"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (project(manifest=f'{MANIFEST}[build-dependencies]\nnapi-build = "2"\n'), "Cargo.toml:6:14"),
        (
            project(
                manifest=f'{MANIFEST}[build-dependencies]\nn = {{ version = "2", package = "napi-build" }}\n'
            ),
            "Cargo.toml:6:5",
        ),
        (
            project(**{"build.rs": f'fn main() {{\n    println!("cargo::rustc-link-arg={FLAG}");\n}}\n'}),
            "build.rs:2:22",
        ),
        (
            project(
                manifest=f"{MANIFEST}build = 'b/x.rs'\n",
                **{"b/x.rs": f'fn main() {{ println!("cargo:rustc-link-arg-tests={FLAG}") }}'},
            ),
            "b/x.rs:1:29",
        ),
    ],
)
def test_build_scripts_that_pass_the_argument_prevent_it(files: dict[str, bytes], place: str) -> None:
    assert answer(files) == f"prevented at {place}"


def test_a_nightly_with_a_clang_driver_is_hit_until_the_target_sets_the_argument() -> None:
    assert answer(project("nightly-2025-09-01", CLANG)) == "error confirmed"
    assert answer(project("nightly-2025-10-03", CLANG)) == "nothing"


@pytest.mark.parametrize(
    "config",
    ["", '[target.wasm32-wasip1]\nrunner = "x"\n', '[build]\ntarget = "wasm32-unknown-unknown"\n'],
)
def test_other_targets_are_not_concerned(config: str) -> None:
    assert answer(project(config=config)) == "nothing"


def test_a_target_that_is_only_installed_makes_it_likely() -> None:
    files = project(config="")
    files["rust-toolchain.toml"] += b'targets = ["wasm32-wasip1-threads"]\n'
    assert answer(files) == "error likely"


def test_an_alias_or_a_package_json_tells_the_target() -> None:
    alias = '[alias]\nwt = ["test", "--target=wasm32-wasip1-threads"]\n'
    assert answer(project(config=alias)) == "error confirmed"
    assert answer(project(config='[alias]\nwt = "run -- --target wasm32-wasip1-threads"\n')) == "nothing"
