"""Moving the commands of workflows to another toolchain, and no command besides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wasifix.changes import Origin, Remove, Replace, Set
from wasifix.documents.yaml import items, scalar
from wasifix.project import Project
from wasifix.project.ci import config_of, toolchain_choice
from wasifix.project.targets import configured_targets
from wasifix.rust import Release
from wasifix.strategies.base import Hits
from wasifix.strategies.draft import Draft, by_origin, hit_calls, shared_with, text_before, whole_text
from wasifix.strategies.legs import in_matrix, own_legs

if TYPE_CHECKING:
    from wasifix.project.expressions import Known
    from wasifix.project.scripts import CargoCall


def move_calls(project: Project, hits: Hits, release: Release, makes_file: bool, draft: Draft) -> None:
    """The changes that have the hit commands use the release.

    Where a toolchain file decides, it is changed elsewhere; `makes_file` tells that there will be one.
    """
    calls = hit_calls(project, hits)
    own: list[CargoCall] = []
    for origin, group in by_origin(calls, lambda call: _chosen(project, call)):
        known = _chosen(project, group[0])
        if known is not None and known.text == str(release):
            continue
        others = shared_with(project, group, lambda call: _chosen(project, call), origin)
        if all(_is_for(project, call, hits.targets) for call in others):
            _put(project, origin, str(release), draft)
        elif not _split(project, origin, group, release, draft):
            own += group
    for call in calls:
        choice = toolchain_choice(project, call)
        is_open = choice.known is None and not choice.files and not makes_file
        if is_open or (choice.known is not None and choice.known.is_conditional):
            own.append(call)
        elif choice.known is not None and choice.known.origin is None:
            owner = f"of job {call.job}" if call.workflow else f"of {call.file}"
            draft.leave(choice.known.evidence[0], f"set the toolchain {owner} to {release}")
    for call in own:
        _by_the_command(project, call, hits.targets, release, draft)
    _mentions(project, calls, release, draft)
    _in_step(project, calls, release, draft)


def _is_for(project: Project, call: CargoCall, targets: tuple[str, ...]) -> bool:
    """Whether a command builds for these targets and no other: it may move with those that are hit."""
    if call.target.evidence:
        return call.target.text in targets
    configured = {triple for triple, _, _ in configured_targets(config_of(project, call))}
    return bool(configured) and configured.issubset(targets)


def _in_step(project: Project, calls: Sequence[CargoCall], release: Release, draft: Draft) -> None:
    """What chooses by default the release that a file chose: it does not decide, but it said the same."""
    for origin, group in by_origin(calls, lambda call: call.default):
        users = (*group, *shared_with(project, group, lambda call: call.default, origin))
        files = [toolchain_choice(project, call).files for call in users]
        old = group[0].default
        is_same = old is not None and all(each and each[0].name == old.text for each in files)
        if old is not None and is_same and old.text != str(release):
            draft.put(origin, str(release))


def yielding_choices(project: Project) -> tuple[Known, ...]:
    """What workflows choose and a new toolchain file would win over."""
    choices = (toolchain_choice(project, call) for call in project.calls)
    return tuple(each.known for each in choices if each.yields_to_file and each.known is not None)


def _chosen(project: Project, call: CargoCall) -> Known | None:
    return toolchain_choice(project, call).known


def _put(project: Project, origin: Origin, text: str, draft: Draft) -> None:
    """The text in its place; where a list of the matrix has it already, the item goes instead."""
    document = project.sources.yaml(origin.path) if in_matrix(origin) else None
    if document is not None and isinstance(origin.route[-1], int):
        listed = [scalar(node) for node in items(document.locate(origin.route[:-1]))]
        changes = (change for unit in draft.units if unit.path == origin.path for change in unit.changes)
        same = (each for each in changes if isinstance(each, Set) and each.value == text)
        if text in listed or any(each.path[:-1] == origin.route[:-1] for each in same):
            draft.change(origin.path, Remove(origin.route))
            return
    draft.put(origin, text)


def _split(
    project: Project, origin: Origin, group: Sequence[CargoCall], release: Release, draft: Draft
) -> bool:
    """Legs of their own for the hit commands. False where no leg is theirs alone."""
    document = project.sources.yaml(origin.path) if in_matrix(origin) else None
    if document is None:
        return False
    job, numbers = origin.route[1], {call.leg for call in group}
    mine = {id(call) for call in group}
    if any(
        call.leg in numbers and call.job == job and call.workflow == origin.path and id(call) not in mine
        for call in project.calls
    ):
        return False
    changes = own_legs(document, origin, numbers, str(release))
    if changes is None:
        return False
    draft.change(origin.path, *changes)
    return True


def _by_the_command(
    project: Project, call: CargoCall, targets: tuple[str, ...], release: Release, draft: Draft
) -> None:
    """`cargo +RELEASE`, which wins over everything; it needs the toolchain to be installed before.

    https://rust-lang.github.io/rustup/overrides.html#toolchain-override-shorthand
    """
    word = _program(project, call)
    if word is None or call.start is None or call.program is None:
        draft.leave(call.at, f"have this command use Rust {release}: {word or 'cargo'} +{release}")
        return
    target = call.target.text or targets[0]
    install = f"rustup toolchain install {release} --profile minimal --target {target} && "
    (start, _), (first, last) = call.start.part or (0, 0), call.program.part or (0, 0)
    route, chosen = call.program.route, f"{word} +{release}"
    if start == first:
        draft.change(call.path, Replace(route, first, last, f"{install}{chosen}"))
    else:  # variables or a program that runs it stand before it
        before = Replace(route, start, start, install)
        draft.change(call.path, before, Replace(route, first, last, chosen))


def _program(project: Project, call: CargoCall) -> str | None:
    """The word that calls Cargo; None where another command cannot be put before it."""
    same = (each for each in project.calls if each.start == call.start)
    if call.program is None or call.start is None or call.plus is not None:
        return None
    if call.program.part is None or not all(each.takes_and for each in same):
        return None
    if text_before(project, call.start).rstrip().endswith(("!", "$(", "`")):
        return None
    first, last = call.program.part
    return whole_text(project, call.program)[first:last]


def _mentions(project: Project, calls: Sequence[CargoCall], release: Release, draft: Draft) -> None:
    """Installations of the toolchain that is left, where nobody else needs it."""
    mine = {id(call) for call in calls}
    kept = {known.origin for call in project.calls if id(call) not in mine for known in call.mentions}
    for call in calls:
        chosen = _chosen(project, call)
        for known in call.mentions:
            is_old = chosen is not None and known.text == chosen.text and known.text != str(release)
            if is_old and known.text and known.origin is not None and known.origin not in kept:
                draft.put(known.origin, str(release))
