"""check(), plan() and remove(): the public Python API. Pure: they read a tree and write nothing.

What only plan() and remove() need is imported there: check runs on every commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wasifix.errors import UsageError
from wasifix.model import Report
from wasifix.proposals import Proposal
from wasifix.remedies import AUTO
from wasifix.reporting import Request, report_on
from wasifix.settings import FROM_PROJECT, Given
from wasifix.tree import Tree

if TYPE_CHECKING:
    from wasifix.strategies import Options

NOTHING: Mapping[str, str] = {}


def check(
    tree: Tree,
    start: str = "",
    *,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
    given: Given = FROM_PROJECT,
) -> Report:
    """What is known of the project in the folder `start` of the tree.

    `environment` holds the variables that Cargo and rustup would see; `assume_rust` is the toolchain to take
    where the files leave it open; `given` holds settings from outside the project, which win over those of
    its manifest. Raises UnreadableInput, NoProject, InvalidSetting.
    """
    request = Request(start=start, environment=environment, assume_rust=assume_rust, given=given)
    return report_on(request.read(tree))


def plan(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str] = (),
    options: Options | None = None,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
    given: Given = FROM_PROJECT,
) -> Proposal:
    """What the strategies would change, computed, proven and checked again, but not written.

    Where no strategy is named, the settings decide, and else `auto`, which takes for each error and warning
    the first remedy that works. Raises UsageError for unknown or conflicting strategies, UnreadableInput,
    NoProject, InvalidSetting.
    """
    from wasifix.composer import Composer
    from wasifix.strategies import Options

    request = Request(start=start, environment=environment, assume_rust=assume_rust, given=given)
    project = request.read(tree)
    settings = project.settings
    chosen = tuple(dict.fromkeys(strategies or settings.strategy.value or (AUTO,)))
    if AUTO in chosen and len(chosen) > 1:
        raise UsageError("`auto` goes with no other strategy", advice="name the strategies, or none for auto")
    composer = Composer(project, request, (options or Options()).filled(settings))
    if chosen == (AUTO,):
        composer.choose()
    else:
        for name in chosen:
            composer.apply(name)
    return composer.proposal()


def alternatives(
    tree: Tree,
    start: str = "",
    *,
    report: Report,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
    given: Given = FROM_PROJECT,
) -> dict[str, Proposal]:
    """What each remedy of the report's errors and warnings would change, by its name.

    Without those that are declined. Raises as `plan` does.
    """
    names = (remedy.strategy for each in report.findings if each.fails for remedy in each.remedies)
    proposals = {
        name: plan(
            tree,
            start,
            strategies=(name,),
            environment=environment,
            assume_rust=assume_rust,
            given=given,
        )
        for name in dict.fromkeys(names)
    }
    return {name: each for name, each in proposals.items() if each.changes}


def remove(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str] = (),
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
    given: Given = FROM_PROJECT,
) -> Proposal:
    """What taking out the workarounds of wasifix would change; of all strategies if none is named.

    Raises UsageError for an unknown strategy, UnreadableInput, NoProject.
    """
    from wasifix.taking_out import take_out

    request = Request(start=start, environment=environment, assume_rust=assume_rust, given=given)
    return take_out(tree, request, strategies)
