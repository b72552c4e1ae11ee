"""The answer of `doctor` for people, and as Markdown to paste."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wasifix.doctor import Diagnosis, effect_of
from wasifix.machine import Machine, Program
from wasifix.model import Level
from wasifix.render.terminal import PLAIN, WIDTH, Style, clean, shortened, wrapped


def render_doctor(diagnosis: Diagnosis, style: Style) -> str:
    """What is installed, what the folder uses, what is wrong, and the verdict."""
    machine = diagnosis.machine
    lines = [style.paint("bold", "Programs"), *_programs(machine.programs, style)]
    lines += ["", style.paint("bold", "Toolchain here"), *_toolchain(machine)]
    if machine.installed:
        lines += ["", style.paint("bold", "Installed toolchains and their WebAssembly targets")]
        lines += _installed(machine)
    if machine.variables:
        lines += ["", style.paint("bold", "Variables that count more than files")]
        for name, value in machine.variables:
            lines += [shortened(f"  {clean(name)}={clean(value)}", WIDTH), f"    {effect_of(name)}"]
    lines.append("")
    if diagnosis.no_report:
        lines += [*wrapped(f"no project: {clean(diagnosis.no_report)}", ""), ""]
    for problem in diagnosis.problems:
        lines += [*_problem(problem.level, problem.message, problem.command, style), ""]
    if not diagnosis.fails:
        first, *more = wrapped(f"ok: {diagnosis.verdict}", "")
        lines += [f"{style.paint('good', 'ok')}{first.removeprefix('ok')}", *more]
    else:
        failing = sum(each.level is not Level.NOTE for each in diagnosis.problems)
        lines.append(f"{failing} problem{'s' * (failing != 1)}.")
    return "\n".join(lines) + "\n"


def render_markdown(diagnosis: Diagnosis) -> str:
    """The same in a block of code, below the verdict."""
    text = render_doctor(diagnosis, PLAIN)
    ticks = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"**wasifix doctor:** {_escaped(clean(diagnosis.verdict))}\n\n{fence}text\n{text}{fence}\n"


def _programs(programs: Iterable[Program], style: Style) -> Iterator[str]:
    for each in programs:
        line = shortened(f"  {each.name:<9} {clean(each.version or each.problem)}", WIDTH)
        room = WIDTH - len(line) - 2
        if each.path and room > len(each.name) + 2:  # the end of a path tells more than its beginning
            path = clean(each.path)
            line += f"  {path if len(path) <= room else '…' + path[1 - room :]}"
        yield line if each.version else style.paint("dim", line)


def _toolchain(machine: Machine) -> Iterator[str]:
    active = machine.active
    words = (
        f"{active.value} ({active.reason})"
        if active.value and active.reason
        else active.value or active.reason
    )
    yield from wrapped(clean(words), "  ")
    if active.value is None:
        return
    if machine.compiler.value is not None:
        yield from wrapped(clean(machine.compiler.evidence[0].text), "  ")
    else:
        yield from wrapped(f"rustc's version is not known: {clean(machine.compiler.reason)}", "  ")
    spec = machine.spec_max_memory
    if spec.value:
        words = f"its specification of {machine.triple} passes --max-memory={spec.value}"
    elif spec.value == 0:
        words = f"its specification of {machine.triple} passes no --max-memory"
        words += "; as a nightly it adds one itself" if _is_nightly(machine) else ""
    else:
        words = f"what it passes to the linker is not known: {spec.reason}"
    yield from wrapped(clean(words), "  ")


def _is_nightly(machine: Machine) -> bool:
    return machine.compiler.value is not None and machine.compiler.value.channel == "nightly"


def _installed(machine: Machine) -> Iterator[str]:
    for each in machine.installed:
        mark = "*" if each.name == machine.active.value else " "
        targets = ", ".join(each.targets) or each.problem or "none"
        yield from wrapped(f"{clean(each.name)}: {clean(targets)}", f" {mark} ")


def _problem(level: Level, message: str, command: str, style: Style) -> Iterator[str]:
    first, *more = wrapped(f"{level}: {clean(message)}", "")
    yield f"{style.paint(level, level)}{first.removeprefix(level)}"
    yield from more
    if command:
        yield from wrapped(clean(command), "  next: ")


def _escaped(text: str) -> str:
    """Text in which Markdown and HTML find nothing to obey."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&@])", r"\\\1", text)
