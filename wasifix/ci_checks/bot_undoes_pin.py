"""A bot that keeps dependencies new would move a toolchain that was pinned on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Finding, Level
from wasifix.project import Project

CHECK = Check(
    id="bot-undoes-pin",
    title="a bot would undo the pin",
    explanation=(
        "Renovate's manager `rust-toolchain` and Dependabot's ecosystem of that name change the release in "
        "rust-toolchain and rust-toolchain.toml; those for GitHub Actions change the ref of "
        "dtolnay/rust-toolchain@1.90.0. Their next pull request undoes a pin. Tell them to leave it: "
        'Renovate by a packageRules entry with "matchManagers": ["rust-toolchain"] and "enabled": false, '
        "Dependabot by an `ignore` entry with `dependency-name: rust-toolchain` (or the name of the action)."
    ),
    reference="https://docs.renovatebot.com/modules/manager/rust-toolchain/",
)
_PINNING = ("pin", "upgrade")
"""The strategies that hold a toolchain at one release."""


def undone_pins(project: Project, builds: tuple[Build, ...]) -> Iterator[Finding]:
    """A note for each bot that manages what a comment of wasifix marks as pinned."""
    for path, text, marker in project.markers():
        if marker.author.strategy not in _PINNING:
            continue
        from wasifix.project.bots import managing_bots

        below = text[marker.end :].lstrip().partition("\n")[0]
        for bot in managing_bots(project.sources, path, below):
            yield Finding(
                id=CHECK.id,
                level=Level.NOTE,
                confidence=Confidence.LIKELY,
                message=f"{bot.name} manages {path} and would undo this {marker.author.strategy}",
                builds=tuple(build.id for build in builds),
                evidence=(replace(bot.at, note=bot.why), marker.evidence(path, text, "what it would change")),
            )
