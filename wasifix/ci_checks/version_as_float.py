"""A version that YAML takes for a number."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Finding, Level
from wasifix.project.toolchain import NUMBER

CHECK = Check(
    id="version-as-float",
    title="YAML takes this version for a number",
    explanation=(
        "Without quotes 1.90 is the number 1.9 in YAML, and so the name of the release of 2016. Put it "
        "in quotes, or write all three numbers."
    ),
    reference="https://github.com/dtolnay/rust-toolchain/issues/112",
)


def version_as_float(build: Build) -> Iterator[Finding]:
    """The finding about a build, if its toolchain is such a number."""
    toolchain = build.toolchain
    if toolchain.evidence and toolchain.reason.startswith(NUMBER):
        yield Finding(
            id=CHECK.id,
            level=Level.ERROR,
            confidence=Confidence.CONFIRMED,
            message=CHECK.title,
            builds=(build.id,),
            evidence=(replace(toolchain.evidence[0], note=toolchain.reason),),
        )
