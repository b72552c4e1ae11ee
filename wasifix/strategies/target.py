"""Build for the target without threads (the article's step 5)."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.changes import Change, FileEdit, Remove, Rename, Set
from wasifix.model import Evidence
from wasifix.project import Project
from wasifix.project.cargo_config import Setting
from wasifix.project.targets import alias_words
from wasifix.project.toolchain import TARGETS
from wasifix.proposals import Declined, Plan
from wasifix.remedies import REMEDIES
from wasifix.strategies.base import Hits, Options, Strategy, aliases_for, test_command
from wasifix.strategies.ci_target import rename_target
from wasifix.strategies.draft import Draft
from wasifix.strategies.runner_flags import without_threads
from wasifix.strategies.threads import thread_starts
from wasifix.strategies.words import changed_list

PLAIN = "wasm32-wasip1"
SHOWN = 5


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """Replaces the threads target wherever the project's files name it."""
    starts = thread_starts(project)
    if options.keep_threads and starts:
        return Declined(
            strategy="target",
            reason="the code starts threads, which this target does not have",
            at=starts[0],
            instead="--strategy target to take it all the same",
        )
    draft = Draft()
    for path, change in (
        *_toolchain_targets(project, hits.targets),
        *_build_target(project, hits.targets),
        *_aliases(project, hits.targets),
        *_tables(project, hits.targets),
    ):
        draft.change(path, change)
    rename_target(project, hits, PLAIN, draft)
    installed = any(PLAIN in file.targets for file in project.toolchain_files)
    lists_targets = any(file.document is not None and file.targets for file in project.toolchain_files)
    unused = _unused_tables(project, hits, draft.edits)
    tables = (
        f"[target.{triple}] ({each.evidence.place}) stays, and nothing here uses it any more"
        for triple, each in unused.items()
    )
    return Plan(
        strategy="target",
        edits=draft.edits,
        by_hand=draft.left,
        stays=tuple(build.key for build in hits.local if build.target.value in unused),
        follow_up=(
            *(() if installed or lists_targets else (f"rustup target add {PLAIN}",)),
            *test_command((PLAIN,)),
        ),
        notes=(*_thread_notes(starts), *tables),
    )


def _toolchain_targets(project: Project, targets: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    for file in project.toolchain_files:
        has_plain = PLAIN in file.targets
        for index, triple in reversed(list(enumerate(file.targets))):
            if triple in targets:
                yield file.path, Remove((*TARGETS, index)) if has_plain else Set((*TARGETS, index), PLAIN)
                has_plain = True


def _build_target(project: Project, targets: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    for setting in project.config.all("build", "target"):
        if setting.value in targets:
            yield setting.document.path, Set(setting.path, PLAIN)
        elif isinstance(setting.value, list):
            for index, triple in reversed(list(enumerate(setting.value))):
                if triple in targets:
                    double = PLAIN in setting.value
                    place = (*setting.path, index)
                    yield setting.document.path, Remove(place) if double else Set(place, PLAIN)


def _aliases(project: Project, targets: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    for _, setting in aliases_for(project, targets):
        if isinstance(setting.value, str):
            words = (_renamed(word, targets) for word in setting.value.split())
            yield setting.document.path, Set(setting.path, " ".join(words))
        else:
            for word, inner in alias_words(setting.value):
                if (new := _renamed(word, targets)) != word:
                    yield setting.document.path, Set((*setting.path, *inner), new)


def _renamed(word: str, targets: tuple[str, ...]) -> str:
    option, equals, value = word.rpartition("=")
    return f"{option}{equals}{PLAIN}" if value in targets and option in ("", "--target") else word


def _tables(project: Project, targets: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    """A table goes to the plain target, unless that has one in the file: what it says there counts."""
    taken = {setting.document.path for setting in project.config.all("target", PLAIN)}
    for triple in targets:
        for setting in project.config.all("target", triple):
            if setting.document.path not in taken:
                taken.add(setting.document.path)
                yield from ((setting.document.path, change) for change in _runner(setting))
                yield setting.document.path, Rename(setting.path, PLAIN)


def _unused_tables(project: Project, hits: Hits, edits: tuple[FileEdit, ...]) -> dict[str, Setting]:
    """The tables of the hit targets that stay, by target."""
    renamed = {(edit.path, each.path) for edit in edits for each in edit.changes if isinstance(each, Rename)}
    tables = ((triple, each) for triple in hits.targets for each in project.config.all("target", triple))
    return {triple: each for triple, each in tables if (each.document.path, each.path) not in renamed}


def _runner(setting: Setting) -> Iterator[Change]:
    """The runner without the flags that only threads need, in the form that it has."""
    runner = setting.value.get("runner") if isinstance(setting.value, dict) else None
    path = (*setting.path, "runner")
    if isinstance(runner, str) and (kept := without_threads(tuple(runner.split()))) != tuple(runner.split()):
        yield Set(path, " ".join(kept))
    if isinstance(runner, list):
        words = tuple(map(str, runner))
        if (kept := without_threads(words)) != words:
            yield from changed_list(path, words, kept)


def _thread_notes(starts: tuple[Evidence, ...]) -> Iterator[str]:
    if not starts:
        return
    places = "1 place here starts" if len(starts) == 1 else f"{len(starts)} places here start"
    shown = [f"{each.place}: {each.text}" for each in starts[:SHOWN]]
    if len(starts) > SHOWN:
        shown.append(f"and {len(starts) - SHOWN} more")
    yield "\n".join((f"{PLAIN} has no threads, but {places} them:", *shown))


TARGET = Strategy(claim=REMEDIES["target"], plan=plan)
