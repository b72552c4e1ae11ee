"""Everything that commands lead on to. What reads files of one kind is loaded only where a command does."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.project.commands import Reading
from wasifix.project.leads import Lead, alias_leads, shell_leads


def leads_of(reading: Reading, name: str) -> Iterator[Lead]:
    """What else runs because of the command; `name` is that of its program."""
    yield from shell_leads(reading, name)
    match name:
        case "cargo":
            yield from alias_leads(reading)
        case "napi":
            from wasifix.project.napi import napi_leads

            yield from napi_leads(reading)
        case "npm" | "pnpm" | "yarn" | "bun":
            from wasifix.project.package_scripts import package_leads

            yield from package_leads(reading, name)
        case "make" | "gmake":
            from wasifix.project.make_recipes import make_leads

            yield from make_leads(reading)
        case "just":
            from wasifix.project.just_recipes import just_leads

            yield from just_leads(reading)
        case "mise":
            from wasifix.project.mise import mise_leads

            yield from mise_leads(reading)
        case "docker" | "podman" | "buildah":
            from wasifix.project.docker_commands import docker_leads

            yield from docker_leads(reading)
