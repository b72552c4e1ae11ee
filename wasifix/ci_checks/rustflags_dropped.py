"""A variable replaces all configured rustflags."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Finding, Level
from wasifix.project.targets import is_wasm

CHECK = Check(
    id="rustflags-dropped",
    title="a variable replaces the configured rustflags",
    explanation=(
        "Cargo takes rustflags from one source only: CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS, the target's "
        "tables, [build]. A variable wins even when it is empty, and nothing says so; then a --max-memory in "
        ".cargo/config.toml is not passed. actions-rust-lang/setup-rust-toolchain sets RUSTFLAGS to "
        "`-D warnings` unless its input `rustflags` is an empty string. Empty that input, put all flags into "
        "the variable, or have a build script print cargo::rustc-link-arg, which no variable replaces."
    ),
    reference="https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags",
)


def dropped_flags(build: Build, is_hit: bool) -> Iterator[Finding]:
    """The finding about a build: a warning where an advisory hits it that a lost flag would prevent."""
    lost = build.unused_flags
    if lost.value is None or not is_wasm(str(build.target.value)):
        return
    matters = is_hit and build.unused_max_memory.value is not None
    flags, variable = lost.evidence[:-1], lost.evidence[-1]
    name = lost.reason.partition(" ")[0]
    yield Finding(
        id=CHECK.id,
        level=Level.WARNING if matters else Level.NOTE,
        confidence=Confidence.POSSIBLE if build.doubts else Confidence.CONFIRMED,
        message=f"{name} replaces the configured rustflags",
        builds=(build.id,),
        evidence=(
            replace(variable, note="replaces all of them"),
            *(replace(flag, note="not used") for flag in flags),
        ),
    )
