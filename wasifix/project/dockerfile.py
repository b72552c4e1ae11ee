"""What the RUN lines of a Dockerfile do, stage by stage.

COPY is not followed: what the context has is taken to lie where the first WORKDIR is.
https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct, field

from wasifix.project.expressions import Known
from wasifix.project.images import VARIABLE, image_toolchain
from wasifix.project.leads import Lead, path_in
from wasifix.project.script import Script, composed, part_of_file

FILE = "Dockerfile"
_INSTRUCTION = re.compile(
    r"[ \t]*(?P<name>[A-Za-z]+)[ \t]+(?P<rest>(?:[^\\\n]|\\\n(?:[ \t]*#[^\n]*\n)*|\\.)*)", re.DOTALL
)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?[ \t]*\n")
_OPTIONS = re.compile(r"(?:[ \t]*--[\w-]+(?:=\S+)?[ \t\\\n]+)*")
_FROM = re.compile(r"\s*(?:--\S+\s+)*(?P<image>\S+)(?:\s+[Aa][Ss]\s+(?P<name>\S+))?")
_WORD = re.compile(r"^[A-Za-z]+\s+")
_OLD_FORM = re.compile(r"^ENV\s+(\w+)\s+(?![=\s])", re.IGNORECASE)


class Stage(Struct, kw_only=True):
    """What a stage begins with and does."""

    default: Known | None = None
    scripts: list[Script] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    lasting: set[int] = field(default_factory=set)
    top: str | None = None
    """The folder in the image that stands for the project: the first WORKDIR."""
    is_base: bool = False
    """Whether another stage begins where this one ends, so that it is read with that one."""
    folder: str = ""

    def child(self) -> Stage:
        """A stage that begins where this one ends."""
        return Stage(
            default=self.default,
            scripts=list(self.scripts),
            folders=list(self.folders),
            lasting=set(self.lasting),
            top=self.top,
            folder=self.folder,
        )


def dockerfile_leads(
    path: str, text: str, context: str, arguments: Mapping[str, Known] | None = None
) -> Iterator[Lead]:
    """One lead for each stage. `context` is the folder of the project that is copied into the image."""
    given = dict(arguments or {})
    outer = dict(given)
    stages: dict[str, Stage] = {}
    current: Stage | None = None
    for name, start, end in _instructions(text):
        if name == "FROM":
            current = _stage(part_of_file(path, text, start, end), outer, stages)
        elif current is None and name == "ARG":
            _argument(part_of_file(path, text, start, end), outer)
        elif current is not None:
            _take(current, name, path, text, start, end, context, given)
    for name, stage in stages.items():
        if stage.is_base:
            continue
        yield Lead(
            key=f"{path}#{name}",
            scripts=tuple(stage.scripts),
            folder=context,
            folders=tuple(stage.folders),
            lasting=frozenset(stage.lasting),
            environment=outer,
            each_alone=True,
            default=stage.default,
            in_container=True,
        )


def _instructions(text: str) -> Iterator[tuple[str, int, int]]:
    """Names, and where each instruction begins and ends, its heredocs included."""
    start = 0
    while start < len(text):
        match = _INSTRUCTION.match(text, start)
        end = match.end() if match else (text.find("\n", start) + 1 or len(text))
        if match is not None:
            here = _HEREDOC.search(text, match.start("rest"), min(len(text), end + 1))
            closing = re.compile(rf"^\t*{here[1]}[ \t]*$", re.MULTILINE).search(text, end) if here else None
            end = closing.end() if closing else end
            yield match["name"].upper(), match.start("name"), end
            end = text.find("\n", end) + 1 or len(text)
        start = max(end, start + 1)


def _stage(line: Script, outer: Mapping[str, Known], stages: dict[str, Stage]) -> Stage:
    match = _FROM.match(line.text, len("FROM "))
    stage = Stage()
    named = match["image"].lower() if match else ""
    base = stages.get(named) or stages.get(f"stage {named}")
    if base is not None:
        base.is_base, stage = True, base.child()
    elif match is not None:
        image = line.part(match.start("image"), match.end("image"))
        image = image.with_values(VARIABLE, lambda each: (_variable(each, outer),))
        stage.default = image_toolchain(image)
    stages[(match["name"] if match and match["name"] else f"stage {len(stages)}").lower()] = stage
    return stage


def _variable(match: re.Match[str], known: Mapping[str, Known]) -> Known:
    found = known.get(match[1] or match[3])
    if found is None and match[2] is not None:
        return Known(match[2])
    return found or Known(None)


def _argument(line: Script, into: dict[str, Known]) -> None:
    for match in re.finditer(r"(\w+)=(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+)", line.text):
        quotes = 1 if match[2][:1] in "\"'" else 0
        start, end = match.start(2) + quotes, match.end(2) - quotes
        text = line.text[start:end]
        known = Known(
            text if "$" not in text else None, (line.evidence(start),), origin=line.origin(start, end)
        )
        into.setdefault(match[1], known)


def _take(
    stage: Stage,
    name: str,
    path: str,
    text: str,
    start: int,
    end: int,
    context: str,
    given: Mapping[str, Known],
) -> None:
    line = part_of_file(path, text, start, end)
    rest = _WORD.sub("", line.text)
    if name in ("ENV", "ARG"):
        if name == "ARG" and any(re.match(rf"{re.escape(each)}\b", rest) for each in given):
            return
        old = _OLD_FORM.match(line.text)
        export = Known(f"export {old[1]}=") if old else Known("export ")
        script = line.with_values(_OLD_FORM if old else _WORD, lambda _: (export,))
        stage.lasting.add(len(stage.scripts))
    elif name == "WORKDIR":
        _enter(stage, rest.strip().strip("\"'"))
        return
    elif name in ("RUN", "CMD", "ENTRYPOINT"):
        script = _command(line)
    else:
        return
    stage.scripts.append(script)
    stage.folders.append("/".join(part for part in (context, stage.folder) if part))


def _command(line: Script) -> Script:
    match = _WORD.match(line.text)
    begin = match.end() if match else 0
    options = _OPTIONS.match(line.text, begin)
    begin = options.end() if options else begin
    rest = line.text[begin:]
    if rest.startswith("["):
        try:
            words = msgspec.json.decode(rest)
        except (ValueError, RecursionError):
            words = []
        at = line.evidence(begin)
        return composed(line.path, at, [Known(str(word), (at,)) for word in words])
    if (here := _HEREDOC.match(rest)) is not None:
        body_end = line.text.rfind("\n")
        return line.part(begin + here.end(), max(body_end, begin + here.end()))
    return line.part(begin, len(line.text))


def _enter(stage: Stage, name: str) -> None:
    if not name.startswith("/"):
        folder = path_in(stage.folder, name)
    elif stage.top is None or not f"{name}/".startswith(f"{stage.top}/"):
        stage.top, folder = stage.top or name.rstrip("/"), ""
    else:
        folder = name[len(stage.top) :].strip("/")
    stage.folder = folder or ""
