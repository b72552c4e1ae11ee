"""A plan as it comes together: changes by file, and what is left to the user."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct, field

from wasifix.changes import Change, FileEdit, Origin
from wasifix.documents.kinds import is_yaml
from wasifix.documents.yaml import scalar
from wasifix.model import Evidence
from wasifix.project import Project
from wasifix.proposals import ByHand
from wasifix.strategies.base import Hits

if TYPE_CHECKING:
    from wasifix.project.expressions import Known
    from wasifix.project.scripts import CargoCall


class Draft(Struct):
    """The edits and the rest, each once."""

    units: dict[FileEdit, None] = field(default_factory=dict)
    by_hand: dict[ByHand, None] = field(default_factory=dict)

    @property
    def edits(self) -> tuple[FileEdit, ...]:
        return tuple(self.units)

    @property
    def left(self) -> tuple[ByHand, ...]:
        return tuple(self.by_hand)

    def change(self, path: str, *changes: Change) -> None:
        """These changes, all of them or none."""
        self.units[FileEdit(path=path, changes=changes)] = None

    def put(self, origin: Origin, text: str) -> None:
        """Another text in that place."""
        self.change(origin.path, origin.becomes(text))

    def leave(self, at: Evidence, what: str) -> None:
        """Something for the user to do."""
        self.by_hand[ByHand(at=at, what=what)] = None


def text_before(project: Project, origin: Origin) -> str:
    """What the value at the origin has before the part that it names."""
    start = origin.part[0] if origin.part else 0
    return whole_text(project, origin)[:start]


def whole_text(project: Project, origin: Origin) -> str:
    """The whole value at the origin."""
    if is_yaml(origin.path):
        document = project.sources.yaml(origin.path)
        return (scalar(document.locate(origin.route)) if document else None) or ""
    return project.sources.text(origin.path) or ""


def hit_calls(project: Project, hits: Hits) -> tuple[CargoCall, ...]:
    """The commands of workflows that make the builds."""
    numbers = sorted({number for build in hits.builds for number in build.calls})
    return tuple(project.calls[number] for number in numbers)


def shared_with(
    project: Project, hit: Iterable[CargoCall], value: Callable[[CargoCall], Known | None], origin: Origin
) -> tuple[CargoCall, ...]:
    """The commands that take the value from the same place, but are not hit."""
    mine = {id(call) for call in hit}
    return tuple(
        call
        for call in project.calls
        if id(call) not in mine and (known := value(call)) is not None and known.origin == origin
    )


def by_origin(
    calls: Iterable[CargoCall], value: Callable[[CargoCall], Known | None]
) -> Iterator[tuple[Origin, tuple[CargoCall, ...]]]:
    """The commands, by the place where the value that decides about them can be changed."""
    groups: dict[Origin, list[CargoCall]] = {}
    for call in calls:
        known = value(call)
        if known is not None and known.origin is not None:
            groups.setdefault(known.origin, []).append(call)
    yield from ((origin, tuple(group)) for origin, group in groups.items())
