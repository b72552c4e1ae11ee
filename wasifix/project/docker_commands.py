"""What `docker build` and `docker run` lead to."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.images import image_toolchain
from wasifix.project.leads import Lead, path_in, rest_of
from wasifix.tree import join


def docker_leads(reading: Reading) -> Iterator[Lead]:
    """`docker build -f FILE CONTEXT`, and `docker run IMAGE COMMAND`."""
    words, sources = reading.words, reading.leg.sources
    first = 2 if words[1:2] in (("buildx",), ("image",), ("container",)) else 1
    if words[first : first + 1] == ("run",):
        yield from _run(reading, first + 1)
        return
    if sources is None or words[first : first + 1] not in (("build",), ("bud",)):
        return
    from wasifix.project.dockerfile import FILE, dockerfile_leads

    plain = list(_plain(reading, first + 1, _BUILD_OPTIONS))
    context = path_in(reading.leg.folder, words[plain[-1]] or "$") if plain else reading.leg.folder
    named = reading.option_value("-f", "--file")
    path = path_in(reading.leg.folder, named) if named else join(context or "", FILE)
    text = sources.text(path) if path else None
    if path is not None and text is not None:
        yield from dockerfile_leads(path, text, context or "", _given(reading, "--build-arg"))


_BUILD_OPTIONS = (
    "-f", "--file", "-t", "--tag", "--build-arg", "--target", "--platform", "--cache-from", "--cache-to",
    "-o", "--output", "--label", "--network", "--secret", "--ssh", "--progress", "--build-context",
)  # fmt: skip
_RUN_OPTIONS = (
    "-v", "--volume", "-w", "--workdir", "-e", "--env", "--env-file", "-u", "--user", "--name", "--platform",
    "--mount", "--network", "-p", "--entrypoint", "-m", "--memory", "--cpus", "--shm-size", "--security-opt",
)  # fmt: skip


def _run(reading: Reading, first: int) -> Iterator[Lead]:
    index = next(_plain(reading, first, _RUN_OPTIONS), None)
    if index is None:
        return
    part = reading.command.parts[index]
    default = image_toolchain(reading.script.part(part.start, part.end))
    for lead in rest_of(reading, index + 1):
        yield Lead(
            key="",
            scripts=lead.scripts,
            folder=lead.folder,
            environment=_given(reading, "-e", "--env", until=index),
            shell=lead.shell,
            default=default,
            in_container=True,
        )


def _given(reading: Reading, *options: str, until: int | None = None) -> dict[str, Known]:
    found: dict[str, Known] = {}
    words = reading.words[:until]
    for index, word in enumerate(words):
        for option in options:
            at, skipped = (index + 1, 0) if word == option else (index, len(option) + 1)
            text = words[at] if at < len(words) else None
            if text is None or (word != option and not text.startswith(f"{option}=")):
                continue
            name, equals, _ = text[skipped:].partition("=")
            if equals:
                found[name] = reading.of(at, skipped + len(name) + 1)
            elif name in reading.leg.environment:
                found[name] = reading.leg.environment[name]
    return found


def _plain(reading: Reading, first: int, with_value: tuple[str, ...]) -> Iterator[int]:
    waits = False
    for index in range(first, len(reading.words)):
        word = reading.words[index] or reading.head(index)
        if not waits and not word.startswith("-"):
            yield index
        waits = not waits and word in with_value
