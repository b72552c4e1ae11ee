"""Advisories, checks and strategies in full, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from wasifix.advisories import Advisory, Condition
from wasifix.checks import Check
from wasifix.model import Effect, Fact, Remedy
from wasifix.render.phrases import EFFECT_WORDS, readable_symptom
from wasifix.render.terminal import WIDTH, Style, clean
from wasifix.rust import Answer, Release, Toolchain

CONDITION_WORDS = {
    Condition.MAX_MEMORY_ARGUMENT: "a --max-memory argument in the rustflags that Cargo uses",
    Condition.NAPI_BUILD: "napi-build, which sets the linker arguments itself",
    Condition.BUILD_SCRIPT_ARGUMENT: "a build script that passes --max-memory",
    Condition.BOOTSTRAP_ENVIRONMENT: "RUSTC_BOOTSTRAP=1, with rust-lld as linker",
    Condition.CLANG_LINKER: "a clang driver as linker",
    Condition.CDYLIB: "a package with crate-type cdylib",
    Condition.CRT1_REACTOR_ARGUMENT: "crt1-reactor.o among the linker arguments",
    Condition.OLD_CC_CRATE: "a cc crate before 1.2.65 in Cargo.lock",
    Condition.TARGET_REQUESTED: "the target being built or installed by that name",
}
_ANSWER_WORDS = {Answer.YES: "hit", Answer.NO: "not hit", Answer.UNKNOWN: "not known from its name"}


def render_list(
    advisories: Iterable[Advisory], checks: Iterable[Check], remedies: Iterable[Remedy], style: Style
) -> str:
    """Everything that `explain` knows, one line each."""
    advisories, checks, remedies = tuple(advisories), tuple(checks), tuple(remedies)
    names = [each.id for each in advisories] + [each.id for each in checks]
    width = max(map(len, names))
    lines = [style.paint("bold", "Advisories")]
    lines += _rows(((each.id, each.title) for each in advisories), width)
    lines += ["", style.paint("bold", "Checks of the project")]
    lines += _rows(((each.id, each.title) for each in checks), width)
    lines += ["", style.paint("bold", "Strategies")]
    strategies = ((each.strategy, f"{each.summary} ({EFFECT_WORDS[each.effect]})") for each in remedies)
    lines += _rows(strategies, max(len(each.strategy) for each in remedies))
    return "\n".join([*lines, "", "More of one: wasifix explain NAME"]) + "\n"


def _rows(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Two columns, the second folded."""
    for name, words in rows:
        lead = f"  {name:<{width}}  "
        yield from textwrap.wrap(words, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))


def render_advisory(
    advisory: Advisory,
    releases: Sequence[tuple[Release, bool]],
    project: Fact[Toolchain] | None,
    answer: Answer,
    remedies: dict[str, Remedy],
    style: Style,
) -> str:
    """One advisory: what happens and why, which releases, how it shows, what prevents and remedies it."""
    head = style.paint(advisory.level, f"{advisory.level}[{advisory.id}]")
    lines = [f"{head}: {style.paint('bold', advisory.title)}", "", *advisory.explanation.splitlines(), ""]
    lines += _heading("Releases of Rust", style)
    lines += [*_release_line(releases, project, answer, style), ""]
    lines += _heading("Shows as", style)
    lines += [f"  {readable_symptom(each)}" for each in advisory.symptoms]
    lines += ["", *_heading("Concerns", style)]
    lines += [f"  {', '.join(affected.targets)}" for affected in advisory.affected]
    lines += _conditions(advisory, style)
    if advisory.remedies:
        lines += ["", *_heading("Strategies", style)]
        for name in advisory.remedies:
            lines += _remedy(remedies[name], style)
    lines += ["", *_heading("Links", style), *(f"  {each}" for each in advisory.references)]
    lines += ["", f"Confidence in these facts: {advisory.confidence:.0%}"]
    return "\n".join(lines) + "\n"


def render_check_explained(check: Check, style: Style) -> str:
    """One check of the project."""
    lines = [f"{style.paint('note', check.id)}: {style.paint('bold', check.title)}", ""]
    lines += [*textwrap.wrap(check.explanation, WIDTH, break_on_hyphens=False), "", f"  {check.reference}"]
    return "\n".join(lines) + "\n"


def render_strategy(remedy: Remedy, advisories: Iterable[Advisory], style: Style) -> str:
    """One strategy: what it does, what that is worth, and against what it helps."""
    lines = [f"{style.paint('bold', remedy.strategy)}: {remedy.summary}", ""]
    lines += [f"  effect  {_effect(remedy, style)}", f"  try it  {remedy.command} --dry-run"]
    lines += [
        *textwrap.wrap(f"{remedy.caveat}.", WIDTH, initial_indent="  note    ", subsequent_indent=" " * 10)
    ]
    lines += [f"  link    {remedy.reference}"]
    names = ", ".join(each.id for each in advisories if remedy.strategy in each.remedies)
    return "\n".join([*lines, f"  for     {names}"]) + "\n"


def _release_line(
    releases: Sequence[tuple[Release, bool]], project: Fact[Toolchain] | None, answer: Answer, style: Style
) -> Iterator[str]:
    """One mark for each stable release: `x` hit, `.` not; a caret below the project's own."""
    marks = "".join(style.paint("error", "x") if hit else style.paint("good", ".") for _, hit in releases)
    first, last = releases[0][0], releases[-1][0]
    yield f"  {first} {marks} {last}"
    changes = [index for index in range(1, len(releases)) if releases[index][1] != releases[index - 1][1]]
    indent = len(f"  {first} ")
    for index in changes:
        release, hit = releases[index]
        text = f"{release} is the first {'hit' if hit else 'without it'}"
        yield _below(indent + index, text, "|")
    toolchain = project.value if project else None
    if toolchain is None:
        return
    known = [release for release, _ in releases]
    text = f"this project: {clean(toolchain.name)}, {_ANSWER_WORDS[answer]}"
    inside = [
        number
        for number, each in enumerate(known)
        if toolchain.low and toolchain.high and toolchain.low <= each <= toolchain.high
    ]
    yield _below(indent + inside[-1], text, "^") if inside else f"  {text}"


def _below(column: int, text: str, sign: str) -> str:
    """A sign in the column and the text beside it, on the side where it fits."""
    if column + len(text) + 2 <= WIDTH:
        return f"{' ' * column}{sign} {text}"
    return f"{text} {sign}".rjust(column + 1)


def _conditions(advisory: Advisory, style: Style) -> Iterator[str]:
    for title, words in (
        ("Only with", [each for affected in advisory.affected for each in affected.when]),
        ("Prevented by", [each for affected in advisory.affected for each in affected.unless]),
    ):
        if words:
            yield ""
            yield from _heading(title, style)
            yield from (f"  {CONDITION_WORDS[each]}" for each in dict.fromkeys(words))


def _remedy(remedy: Remedy, style: Style) -> Iterator[str]:
    yield f"  {remedy.command:<{len('wasifix apply --strategy max-memory')}}  {_effect(remedy, style)}"
    yield from textwrap.wrap(
        f"{remedy.summary}: {remedy.caveat}.", WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4
    )


def _effect(remedy: Remedy, style: Style) -> str:
    kind = "good" if remedy.effect is Effect.REMOVES_CAUSE else "warning"
    return style.paint(kind, EFFECT_WORDS[remedy.effect])


def _heading(text: str, style: Style) -> list[str]:
    return [style.paint("bold", text)]
