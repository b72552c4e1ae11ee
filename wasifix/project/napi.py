"""`napi build`, which runs Cargo for one target.

https://napi.rs/docs/cli/build
"""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.leads import Lead, path_in
from wasifix.project.script import composed

HOST = "host"
"""The target where none is named: napi hands the host's to Cargo, so that no configured one counts."""


def napi_leads(reading: Reading) -> Iterator[Lead]:
    """The Cargo command that it runs."""
    words = reading.words
    if words[1:2] != ("build",):
        return
    at = (reading.script.evidence(reading.command.start),)
    made = [Known(word, at) for word in ("cargo", "build")]
    made += [Known("--target", at), _target(reading)]
    for index, word in enumerate(reading.own_words()):
        if word in ("--release", "-r"):
            made.append(reading.of(index))
    if (profile := reading.option("--profile")) is not None:
        made += [Known("--profile", at), reading.of(*profile)]
    if "--" in words:
        made += reading.rest(words.index("--") + 1)
    folder = reading.option_value("--cwd") or reading.option_value("--cargo-cwd")
    inside = path_in(reading.leg.folder, folder) if folder else reading.leg.folder
    script = composed(reading.script.path, at[0], made)
    yield Lead(key="", scripts=(script,), folder=reading.leg.folder if inside is None else inside)


def _target(reading: Reading) -> Known:
    """The option, else a variable: CARGO_BUILD_TARGET for napi 3, RUST_TARGET for napi 2."""
    if (named := reading.option("--target", "-t")) is not None:
        return reading.of(*named)
    variables = {**reading.leg.environment, **reading.assigned()}
    known = variables.get("CARGO_BUILD_TARGET") or variables.get("RUST_TARGET")
    return known or Known(HOST, (reading.script.evidence(reading.command.start),))
