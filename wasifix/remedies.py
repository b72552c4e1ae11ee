"""What each strategy claims. What it does is in `strategies`, which only those load who change something."""

from __future__ import annotations

from wasifix.model import Effect, Remedy
from wasifix.releases import recommended
from wasifix.wasmtime_flags import supported

AUTO = "auto"
"""The name that stands for the first remedy that works, per finding."""

_ALL = (
    Remedy(
        strategy="upgrade",
        summary=f"Move to Rust {recommended()}",
        short=f"Rust {recommended()}",
        effect=Effect.REMOVES_CAUSE,
        caveat="it has the fix, and no worse bug of it is known",
        reference="https://github.com/rust-lang/rust/pull/147225",
    ),
    Remedy(
        strategy="max-memory",
        summary="Pass --max-memory to the linker",
        short="one linker argument",
        effect=Effect.REMOVES_CAUSE,
        caveat="this is the argument that Rust before 1.92 leaves out; memory is taken only as it is needed",
        reference="https://github.com/rust-lang/rust/issues/146721",
    ),
    Remedy(
        strategy="runner",
        summary=f"Run with Wasmtime {supported()}",
        short=f"Wasmtime {supported()}",
        effect=Effect.REMOVES_CAUSE,
        caveat="36 is the supported line of Wasmtime that has wasi-threads; 47 and later have none",
        reference="https://github.com/bytecodealliance/wasmtime/pull/13558",
    ),
    Remedy(
        strategy="target",
        summary="Build for wasm32-wasip1, without threads",
        short="wasm32-wasip1",
        effect=Effect.AVOIDS_TARGET,
        caveat="std::thread::spawn fails at run time on this target",
        reference="https://doc.rust-lang.org/rustc/platform-support/wasm32-wasip1.html",
    ),
    Remedy(
        strategy="pin",
        summary="Hold the toolchain at Rust 1.90.0",
        short="Rust 1.90.0",
        effect=Effect.UNPROVEN,
        caveat="every Rust before 1.92 links the same fixed-size memory: the crash can return",
        reference="https://github.com/rust-lang/rust/issues/146721",
    ),
    Remedy(
        strategy="profile",
        summary="Test with a profile `wasmtime-test` at opt-level 1",
        short="for tests alone",
        effect=Effect.UNPROVEN,
        caveat=(
            "the linker arguments are the same in every profile: only the image size changes, so this is luck"
        ),
        reference="https://github.com/rust-lang/rust/issues/146721",
    ),
    Remedy(
        strategy="opt-level",
        summary="Build releases with opt-level 1",
        short="for all releases",
        effect=Effect.UNPROVEN,
        caveat=(
            "the linker arguments are the same at every level: only the image size changes, so this is luck"
        ),
        reference="https://github.com/rust-lang/rust/issues/146721",
    ),
)
REMEDIES = {each.strategy: each for each in _ALL}
"""By the strategy's name, in the order in which they are shown."""
