"""Rust without --max-memory, as stable was before 1.92: the installed one behind a linker that drops it.

The standard library of wasm32-wasip1-threads is not needed: the crate has none. Where the target is
installed, a crate with it is built too, see `std_crate`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from rust_programs import TARGET, sysroot, write

WRAPPER = """#!/usr/bin/env bash
# Drops the first --max-memory, which is the target's own, and the objects of a target that is not installed.
kept=()
first=1
for word in "$@"; do
  case $word in
    --max-memory=*) if ((first)); then first=0; continue; fi ;;
    crt1-command.o) continue ;;
  esac
  kept+=("$word")
done
exec "{linker}" "${{kept[@]}}"
"""
MANIFEST = """[package]
name = "app"
version = "0.1.0"
edition = "2021"

[[bin]]
name = "app"
path = "src/main.rs"
test = false

[[test]]
name = "grows"
path = "tests/grows.rs"
harness = false
"""
PROGRAM = """#![feature(no_core, lang_items, link_llvm_intrinsics, intrinsics, rustc_attrs)]
#![allow(internal_features)]
#![no_core]
#![no_main]

#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for u32 {}
#[lang = "sync"]
pub trait Sync {}
impl Sync for u32 {}
#[lang = "drop_in_place"]
fn drop_in_place<T>(_: *mut T) {}

extern "C" {
    #[link_name = "llvm.wasm.memory.grow.i32"]
    fn grow(memory: u32, pages: u32) -> u32;
}
#[rustc_intrinsic]
pub fn abort() -> !;

// Behind the stack of 16 pages: the image ends in the 17th.
#[used]
static DATA: u32 = 1;

#[no_mangle]
pub unsafe extern "C" fn _start() {
    match grow(0, 1) {
        0xffff_ffff => abort(),
        _ => {}
    }
}
"""


def affected_environment(folder: Path) -> Mapping[str, str]:
    """The variables that put the wrapper, made in the folder, in the linker's place."""
    found = list((sysroot() / "lib" / "rustlib").glob("*/bin/rust-lld"))
    if not found or os.name == "nt" or shutil.which("bash") is None:
        pytest.skip("needs a Rust with rust-lld, and bash")
    wrapper = folder / "linker"
    wrapper.write_text(WRAPPER.format(linker=found[0]), "utf-8")
    wrapper.chmod(0o755)
    return {
        "RUSTC_BOOTSTRAP": "1",
        f"CARGO_TARGET_{TARGET.upper().replace('-', '_')}_LINKER": str(wrapper),
        "CARGO_NET_OFFLINE": "true",
    }


def coreless_crate(folder: Path, files: Mapping[str, str] = {}) -> Path:
    """A program and a test that need one more page of memory than they begin with."""
    config = f'[build]\ntarget = "{TARGET}"\n'
    own = {
        "Cargo.toml": MANIFEST,
        "src/main.rs": PROGRAM,
        "tests/grows.rs": PROGRAM,
        ".cargo/config.toml": config,
        ".gitignore": "/target\n",
    }
    write(folder, {**own, **files})
    return folder


def has_threads_std() -> bool:
    """Whether the installed Rust has the standard library of the target."""
    return (sysroot() / "lib" / "rustlib" / TARGET / "lib").is_dir()
