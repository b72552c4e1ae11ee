"""check(), plan() and remove(): the public Python API. Pure: they read a tree and write nothing.

What only plan() and remove() need is imported there: check runs on every commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wasifix.errors import UsageError
from wasifix.model import Proposal, Report
from wasifix.reporting import Request, report_on
from wasifix.strategies import AUTO, Options
from wasifix.tree import Tree

NOTHING: Mapping[str, str] = {}


def check(
    tree: Tree,
    start: str = "",
    *,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Report:
    """What is known of the project in the folder `start` of the tree.

    `environment` holds the variables that Cargo and rustup would see; `assume_rust` is the toolchain to take
    where the files leave it open. Raises UnreadableInput, NoProject.
    """
    request = Request(start=start, environment=environment, assume_rust=assume_rust)
    return report_on(request.read(tree))


def plan(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str] = (AUTO,),
    options: Options | None = None,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Proposal:
    """What the strategies would change, computed, proven and checked again, but not written.

    `auto` takes for each error and warning the first remedy that works. Raises UsageError for unknown or
    conflicting strategies, UnreadableInput, NoProject.
    """
    from wasifix.composer import Composer

    request = Request(start=start, environment=environment, assume_rust=assume_rust)
    chosen = tuple(dict.fromkeys(strategies))
    if AUTO in chosen and len(chosen) > 1:
        raise UsageError("`auto` goes with no other strategy", advice="name the strategies, or none for auto")
    composer = Composer(request.read(tree), request, options or Options())
    if chosen == (AUTO,):
        composer.choose()
    else:
        for name in chosen:
            composer.apply(name)
    return composer.proposal()


def remove(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str] = (),
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Proposal:
    """What taking out the workarounds of wasifix would change; of all strategies if none is named.

    Raises UsageError for an unknown strategy, UnreadableInput, NoProject.
    """
    from wasifix.taking_out import take_out

    request = Request(start=start, environment=environment, assume_rust=assume_rust)
    return take_out(tree, request, strategies)
