"""Run modules with threads again: a Wasmtime that can, and the flags that it takes (the article's step 6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wasifix.changes import Set
from wasifix.project import Project
from wasifix.project.cargo_config import CargoConfig, target_variable
from wasifix.project.ci import config_of
from wasifix.project.module_runs import module_runs
from wasifix.proposals import Declined, Plan
from wasifix.remedies import REMEDIES
from wasifix.rust import Release
from wasifix.strategies.base import Hits, Options, Strategy, environment_note, test_command
from wasifix.strategies.draft import Draft, hit_calls
from wasifix.strategies.legs import by_leg
from wasifix.strategies.words import changed_list, changed_words
from wasifix.wasmtime_flags import fitted, lines_for, supported, versions_of

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall
    from wasifix.project.setup_steps import Installation

OTHER_RUNNERS = {
    "wasmer": ("wasmer", "run", "--enable-threads", "--volume", ".:/", "--"),
    "embedded": ("wasifix", "run", "--dir", "."),
}
"""Commands that run the target without Wasmtime's own program. https://docs.wasmer.io/runtime/cli"""
Refit = Callable[[tuple[str, ...]], tuple[str, ...] | None]
"""Makes another command of one; None where it is none that can be changed."""
_INSTALL = {
    "wasmer": "the job needs Wasmer: `uses: wasmerio/setup-wasmer@v3.1`, or https://get.wasmer.io",
    "embedded": "the job needs wasifix: `pip install 'wasifix[run]'`",
}


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """Wasmtime at one version in the jobs that are hit, and the flags that it takes wherever it is called."""
    draft = Draft()
    notes: list[str] = []
    if options.runner is not None:
        words = OTHER_RUNNERS[options.runner]
        _set_runners(project, hits, lambda present: _other(present, words), draft, notes)
        jobs = {call.job: call.at for call in hit_calls(project, hits) if call.runs}
        for at in jobs.values():
            draft.leave(at, _INSTALL[options.runner])
        return _plan(f"Run modules with `{' '.join(words)}`", draft, notes, hits)
    version = options.wasmtime or _version_in_use(project) or supported()
    if not lines_for(version)[0].has_threads:
        return Declined(
            strategy="runner",
            reason=f"Wasmtime {version} cannot run modules with threads",
            instead=f"--wasmtime {supported()}, or --runner wasmer or embedded",
        )
    _pin(project, hit_calls(project, hits), version, draft, notes)
    _set_runners(project, hits, lambda words: fitted(words, version), draft, notes)
    _fit_scripts(project, hits, version, draft)
    if draft.units:
        notes.append("no one command line fits Wasmtime 36 to 39 and 40 to 46: the flags go with the version")
    return _plan(f"Run with Wasmtime {version}", draft, notes, hits)


def _other(present: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The words, unless it is this program already and runs threads, perhaps with options of its own."""
    options = [word for word in words if word.startswith("--enable") or word == "run"]
    is_there = present[:1] == words[:1] and all(option in present for option in options)
    return None if is_there else words


def _plan(summary: str, draft: Draft, notes: list[str], hits: Hits) -> Plan:
    return Plan(
        strategy="runner",
        summary=summary,
        edits=draft.edits,
        by_hand=draft.left,
        follow_up=test_command(hits.targets),
        notes=tuple(dict.fromkeys(notes)),
    )


def _version_in_use(project: Project) -> Release | None:
    """A version that a workflow names already, and that can run the target."""
    for call in project.calls:
        text = call.wasmtime.version.text if call.wasmtime else None
        versions = versions_of(text) if text else None
        if versions is not None and all(line.has_threads for line in lines_for(versions)):
            return versions.introduced
    return None


def _pin(
    project: Project, calls: Sequence[CargoCall], version: Release, draft: Draft, notes: list[str]
) -> None:
    for call in calls:
        installed = call.wasmtime
        if installed is None or _is_there(installed, version):
            continue
        if installed.origin is None:
            draft.leave(installed.version.evidence[0], f"install Wasmtime {version}")
            continue
        group = [each for each in calls if each.wasmtime and each.wasmtime.origin == installed.origin]
        others = [
            each
            for each in project.calls
            if each.runs and each.wasmtime is not None and each.wasmtime.origin == installed.origin
            if each.target.text != call.target.text  # the same target with another runner does not mind
        ]
        text = installed.form.format(version)
        chosen = by_leg(installed.origin, group, others, text, installed.present) if others else text
        if chosen is None:
            at = installed.version.evidence[0].place
            notes.append(f"the commands for other targets run with this Wasmtime too ({at})")
        draft.put(installed.origin, chosen or text)


def _is_there(installed: Installation, version: Release) -> bool:
    versions = versions_of(installed.version.text or "")
    return versions is not None and version in versions and versions.fixed is not None


def _set_runners(project: Project, hits: Hits, change: Refit, draft: Draft, notes: list[str]) -> None:
    """The runner of each build, wherever it is set: a variable, or a file."""
    for build in hits.builds:
        triple = str(build.target.value)
        name = target_variable(triple, "runner")
        if build.is_local:
            if name in project.config.environment:
                notes.append(environment_note(build.runner.evidence[0]))
            else:
                _in_config(project.config, triple, change, draft)
        for call in (project.calls[number] for number in build.calls):
            known = call.environment.get(name)
            if known is None:
                _in_config(config_of(project, call), triple, change, draft)
                continue
            new = change(tuple((known.text or "").split()))
            if new is not None and known.text is not None and " ".join(new) != known.text:
                if known.origin is None:
                    draft.leave(call.at, f"set {name} to {' '.join(new)}")
                else:
                    draft.put(known.origin, " ".join(new))


def _in_config(config: CargoConfig, triple: str, change: Refit, draft: Draft) -> None:
    setting = config.target_place(triple, "runner")
    if setting is None or setting.document.path.startswith("--config"):
        return
    is_list = isinstance(setting.value, list)
    words = tuple(map(str, setting.value)) if is_list else tuple(str(setting.value).split())
    new = change(words)
    if new is None or new == words:
        return
    if is_list:
        draft.change(setting.document.path, *changed_list(setting.path, words, new))
    else:
        draft.change(setting.document.path, Set(setting.path, " ".join(new)))


def _fit_scripts(project: Project, hits: Hits, version: Release, draft: Draft) -> None:
    """Commands of the hit jobs that run a module themselves."""
    jobs = {(call.workflow, call.job) for call in hit_calls(project, hits)}
    for run in module_runs(project.sources):
        new = fitted(run.words, version)
        if (run.path, run.job) not in jobs or new is None or new == run.words:
            continue
        if run.route is None:
            draft.leave(run.at, f"call it so: {' '.join(new)}")
        else:
            draft.change(run.path, *changed_words(run.route, run.spans, run.words, new))


RUNNER = Strategy(claim=REMEDIES["runner"], plan=plan)
