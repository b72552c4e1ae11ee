"""What a command of a workflow gets from its options and variables, changed for the commands that are hit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wasifix.changes import Origin, Replace
from wasifix.project import Project
from wasifix.project.profiles import variable
from wasifix.strategies.base import Hits
from wasifix.strategies.draft import Draft, by_origin, hit_calls, shared_with, text_before, whole_text
from wasifix.strategies.legs import by_leg

if TYPE_CHECKING:
    from wasifix.project.expressions import Known
    from wasifix.project.scripts import CargoCall

_WHOLE_OPTIONS = ("--release", "-r")


def use_profile(project: Project, hits: Hits, name: str, draft: Draft) -> None:
    """Commands that build with `release` take another profile instead."""
    calls = [call for call in hit_calls(project, hits) if call.profile.text == "release"]
    for call in calls:
        if call.profile.origin is None:
            draft.leave(call.at, f"have this command use the profile: {_option(call, name)}")
    for origin, group in by_origin(calls, _profile):
        call = group[0]
        text = _option(call, name) if call.profile_option in _WHOLE_OPTIONS else name
        old = call.profile_option if call.profile_option in _WHOLE_OPTIONS else "release"
        others = shared_with(project, group, _profile, origin)
        if not others:
            draft.put(origin, text)
        elif (chosen := by_leg(origin, group, others, text, old)) is not None:
            draft.put(origin, chosen)
        else:
            draft.leave(call.at, f"other targets share this option; for {hits.targets[0]} use {text}")


def set_profile_variables(
    project: Project, hits: Hits, profile: str, settings: Sequence[tuple[str, str | int | bool]], draft: Draft
) -> None:
    """CARGO_PROFILE_* variables of workflows, which win over every file."""
    calls = hit_calls(project, hits)
    for key, value in settings:
        name, text = variable(profile, key), str(value).lower() if isinstance(value, bool) else str(value)
        for call in calls:
            known = call.environment.get(name)
            if known is not None and known.text != text:
                if known.origin is None:
                    draft.leave(call.at, f"set {name} to {text}")
                else:
                    draft.put(known.origin, text)


def add_flags(project: Project, calls: Sequence[CargoCall], flags: str, draft: Draft) -> None:
    """Flags for rustc, added to the RUSTFLAGS that switch off all configured ones."""
    alone: list[CargoCall] = []
    for origin, group in by_origin(calls, _rustflags):
        present = group[0].environment["RUSTFLAGS"]
        if present.text is None or shared_with(project, group, _rustflags, origin):
            alone += group
        else:
            draft.put(origin, _in_quotes(project, origin, f"{present.text} {flags}".lstrip()))
    alone += [call for call in calls if (known := _rustflags(call)) is None or known.origin is None]
    elsewhere = {call.start for call in project.calls if not call.is_posix}
    for call in alone:
        if flags in _set_before(project, call):
            continue
        encoded = "CARGO_ENCODED_RUSTFLAGS" in call.environment
        if call.start is None or call.start.part is None or call.start in elsewhere or encoded:
            draft.leave(call.at, f"add {flags} to the flags of this command")
        else:
            words = f'RUSTFLAGS="${{RUSTFLAGS}} {flags}" '
            draft.change(call.path, Replace(call.start.route, *call.start.part, words))


def _set_before(project: Project, call: CargoCall) -> str:
    """The variables that are written before the command."""
    if call.start is None or call.program is None or call.start.part is None or call.program.part is None:
        return ""
    return whole_text(project, call.program)[call.start.part[0] : call.program.part[0]]


def _profile(call: CargoCall) -> Known:
    return call.profile


def _rustflags(call: CargoCall) -> Known | None:
    return call.environment.get("RUSTFLAGS")


def _option(call: CargoCall, name: str) -> str:
    """nextest has profiles of its own. https://nexte.st/docs/running/#cargo-options"""
    return f"--{'cargo-' if call.subcommand == 'nextest' else ''}profile {name}"


def _in_quotes(project: Project, origin: Origin, text: str) -> str:
    """The text as one word of a script, where it stands in one without quotes."""
    if origin.part is None:
        return text
    before = text_before(project, origin)[-1:]
    return text if before in ("'", '"') or " " not in text else f'"{text}"'
