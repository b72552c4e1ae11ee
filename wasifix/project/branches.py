"""What a leg comes to where its script parts: shells of their own, and branches of which one runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from wasifix.documents.shell_flow import Turn
from wasifix.project.expressions import Known
from wasifix.project.setup_steps import Installation, Leg

T = TypeVar("T")
_OF_THE_SHELL = ("environment", "shell", "folder", "earlier", "stack", "doubts")
"""What ends with a subshell; what rustup is told, it keeps in files."""


class _State(Struct, frozen=True, kw_only=True):
    """A copy of what commands change in a leg."""

    environment: dict[str, Known]
    shell: dict[str, Known]
    later: dict[str, Known]
    overrides: dict[str, Known]
    folder: str
    earlier: str | None
    stack: list[str]
    doubts: list[str]
    default: Known | None
    wasmtime: Installation | None


_ALL = _State.__struct_fields__


class _Frame(Struct, kw_only=True):
    before: _State
    is_subshell: bool
    ends: list[_State] = field(default_factory=list)


class Branches:
    """Follows the turns of a script with a leg."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self._frames: list[_Frame] = []
        self._has_ended = False
        """Whether the script ends before here, in the branch that is read."""

    def take(self, turn: Turn) -> None:
        """Takes the leg to where the turn leads."""
        match turn:
            case Turn.SUBSHELL | Turn.FORK:
                self._frames.append(_Frame(before=_state(self.leg), is_subshell=turn is Turn.SUBSHELL))
            case Turn.EXIT:
                self._has_ended = True
            case Turn.BRANCH:
                self._end_branch(self._frames[-1])
                self._set(self._frames[-1].before, _ALL)
                self._has_ended = False
            case Turn.END:
                frame = self._frames.pop()
                if frame.is_subshell:
                    self._set(frame.before, _OF_THE_SHELL)
                    self._has_ended = False
                    return
                self._end_branch(frame)
                self._has_ended = not frame.ends
                self._set(_joined(frame.before, frame.ends) if frame.ends else frame.before, _ALL)

    def _end_branch(self, frame: _Frame) -> None:
        if not self._has_ended:
            frame.ends.append(_state(self.leg))

    def _set(self, state: _State, names: Sequence[str]) -> None:
        for name in names:
            setattr(self.leg, name, _copied(getattr(state, name)))


def _state(leg: Leg) -> _State:
    return _State(**{name: _copied(getattr(leg, name)) for name in _ALL})


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value


def _joined(before: _State, ends: Sequence[_State]) -> _State:
    """What holds after branches: where they differ, the last one that changes something, and a doubt."""
    folders = {each.folder for each in ends}
    doubts = list(dict.fromkeys(doubt for each in ends for doubt in each.doubts))
    is_known = all((each.earlier, each.stack) == (ends[0].earlier, ends[0].stack) for each in ends)
    if len(folders) > 1:
        doubts.append("the folder it runs in depends on a condition")
    return _State(
        environment=_values(before, ends, lambda state: state.environment),
        shell=_values(before, ends, lambda state: state.shell),
        later=_values(before, ends, lambda state: state.later),
        overrides=_values(before, ends, lambda state: state.overrides),
        folder=_last(before.folder, [each.folder for each in ends]),
        earlier=ends[0].earlier if is_known else None,  # where `cd -` and `popd` lead cannot be known then
        stack=ends[0].stack if is_known else [],
        doubts=doubts,
        default=_value(before.default, [each.default for each in ends]),
        wasmtime=_last(before.wasmtime, [each.wasmtime for each in ends]),
    )


def _last(before: T, values: Sequence[T]) -> T:
    return next((each for each in reversed(values) if each != before), before)


def _values(
    before: _State, ends: Sequence[_State], of: Callable[[_State], Mapping[str, Known]]
) -> dict[str, Known]:
    names = dict.fromkeys(name for state in (before, *ends) for name in of(state))
    joined = {name: _value(of(before).get(name), [of(each).get(name) for each in ends]) for name in names}
    return {name: known for name, known in joined.items() if known is not None}


def _value(before: Known | None, values: Sequence[Known | None]) -> Known | None:
    if all(each == before for each in values):
        return before
    given = [each for each in values if each is not None]
    if not given:
        return None
    chosen = _last(before, given) or given[-1]
    texts = {None if each is None else (each.text,) for each in values}
    if len(texts) == 1 and not any(each.is_conditional for each in given):
        return chosen
    places = tuple(dict.fromkeys(place for each in given for place in each.evidence[:1]))
    # no origin: one branch alone decides nothing
    return replace(chosen, evidence=places or chosen.evidence, is_conditional=True, origin=None)
