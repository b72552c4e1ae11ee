"""What a build script or RUSTC_BOOTSTRAP must say to count."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from project.layouts import package

from wasifix.engine import check
from wasifix.errors import OutsideProject
from wasifix.tree import MemoryTree

NOTHING: Mapping[str, str] = {}
FLAG = "--max-memory=1073741824"
BASE = {
    "Cargo.toml": package("my-crate"),
    "rust-toolchain": "1.91.0",
    ".cargo/config.toml": "[target.wasm32-wasip1-threads]\nrunner = 'x'\n",
}


def is_prevented(files: Mapping[str, str], variables: Mapping[str, str] = NOTHING) -> bool:
    """Whether something prevents what the toolchain and target alone would bring about."""
    tree = MemoryTree({path: text.encode() for path, text in {**BASE, **files}.items()})
    report = check(tree, environment=variables)
    hit = "memory-cannot-grow" in [each.id for each in report.findings]
    assert hit != ("memory-cannot-grow" in [each.id for each in report.prevented])
    return not hit


@pytest.mark.parametrize(
    ("script", "prevented"),
    [
        (f'println!("cargo::rustc-link-arg={FLAG}");', True),
        (f'println!("cargo:rustc-link-arg-bins={FLAG}");', True),
        (f'println!("cargo:rustc-link-arg=-Wl,{FLAG}");', True),
        ('println!("cargo:rustc-link-arg=--max-memory={SIZE}");', True),
        (f'// println!("cargo::rustc-link-arg={FLAG}");', False),
        (f'    //! cargo::rustc-link-arg={FLAG}\nprintln!("cargo::rustc-link-arg={FLAG}");', True),
        ('println!("cargo::rustc-link-arg=--initial-memory=65536");', False),
        (f'println!("cargo::warning={FLAG}");', False),
        (f'println!("cargo::rustc-link-arg=-g"); let unused = "{FLAG}";', False),
    ],
)
def test_a_build_script_counts_where_it_prints_the_argument(script: str, prevented: bool) -> None:
    assert is_prevented({"build.rs": f"fn main() {{\n{script}\n}}\n"}) == prevented


@pytest.mark.parametrize(
    ("build", "prevented"),
    [("build = 'other.rs'\n", False), ("build = false\n", False), ("build = true\n", True), ("", True)],
)
def test_only_the_script_that_the_manifest_names_counts(build: str, prevented: bool) -> None:
    script = f'fn main() {{ println!("cargo::rustc-link-arg={FLAG}") }}'
    files = {"Cargo.toml": package("my-crate", build), "build.rs": script}
    assert is_prevented(files) == prevented


def test_a_build_script_outside_the_project_is_refused_at_its_place() -> None:
    with pytest.raises(OutsideProject) as caught:
        is_prevented({"Cargo.toml": package("my-crate", 'build = "../build.rs"\n')})
    assert caught.value.place == "Cargo.toml:5:9"


@pytest.mark.parametrize(
    ("value", "prevented"),
    [
        ("1", True),
        ("my_crate", True),
        ("other,my_crate", True),
        ("my-crate", False),
        ("other", False),
        ("0", False),
        ("true", False),
        ("-1", False),
        ("", False),
    ],
)
def test_rustc_takes_bootstrap_as_1_or_as_a_list_of_crates(value: str, prevented: bool) -> None:
    """https://doc.rust-lang.org/unstable-book/compiler-environment-variables/RUSTC_BOOTSTRAP.html"""
    assert is_prevented({}, {"RUSTC_BOOTSTRAP": value}) == prevented
    config = {".cargo/config.toml": f"{BASE['.cargo/config.toml']}[env]\nRUSTC_BOOTSTRAP = '{value}'\n"}
    assert is_prevented(config) == prevented


@pytest.mark.parametrize(
    ("configured", "prevented"),
    [
        ("'1'", False),
        ("{ value = '1' }", False),
        ("{ value = '1', force = false }", False),
        ("{ value = '1', force = true }", True),
    ],
)
def test_the_environment_wins_over_the_configuration_unless_forced(configured: str, prevented: bool) -> None:
    """https://doc.rust-lang.org/cargo/reference/config.html#env"""
    config = f"{BASE['.cargo/config.toml']}[env]\nRUSTC_BOOTSTRAP = {configured}\n"
    assert is_prevented({".cargo/config.toml": config}, {"RUSTC_BOOTSTRAP": "0"}) == prevented
    assert is_prevented({".cargo/config.toml": config})
