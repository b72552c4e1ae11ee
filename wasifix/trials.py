"""What `verify` tries: which strategies and comparisons, and with which Cargo commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from wasifix.errors import UsageError
from wasifix.project.targets import BUILDING, RUNNING, option_value
from wasifix.strategies import STRATEGIES, find_strategy
from wasifix.strategies.profile import NAME as TEST_PROFILE
from wasifix.strategies.profile import RELEASE_FLAGS
from wasifix.strategies.target import PLAIN
from wasifix.verification import AS_IT_IS

ALL = "all"
PANIC = "panic=abort"
_REFUSED = ("--target-dir", "--artifact-dir", "--out-dir", "--manifest-path", "-C", "--config")
"""Options that would lead Cargo out of the scratch copy, or hide what a strategy writes."""
_DEFAULT: tuple[tuple[str, ...], ...] = (("test", "--release"), ("build", "--release"))
_MEANS = {"t": "test", "b": "build", "r": "run"}


class Trial(Struct, frozen=True, kw_only=True):
    """A copy of the project, changed by the strategy if there is one, and what Cargo does in it."""

    name: str
    strategy: str = ""
    target: str
    commands: tuple[tuple[str, ...], ...]


def trials_for(strategies: Sequence[str], command: str | None, target: str) -> tuple[Trial, ...]:
    """The base line, each strategy, and what to compare them with. Raises UsageError.

    The comparisons are the target without threads and panic = "abort" (which Cargo does not heed in tests).
    """
    given = _DEFAULT if command is None else (_given(command),)
    commands = tuple(_with_target(words, target) for words in given)
    names = [each.name for each in STRATEGIES] if ALL in strategies or not strategies else list(strategies)
    trials = [Trial(name=AS_IT_IS, target=target, commands=commands)]
    trials += (_of_strategy(find_strategy(name).name, target, commands) for name in dict.fromkeys(names))
    if ALL in strategies or not strategies:
        trials += _comparisons(target, commands)
    return tuple(trials)


def target_in(command: str | None) -> str | None:
    """The target that a command names."""
    return option_value(_given(command), "--target") if command is not None else None


def shown(words: Iterable[str]) -> str:
    """A command without its target, which is the same for all."""
    text = shlex.join(words)
    target = option_value(tuple(words), "--target")
    return text.replace(f" --target {target}", "").replace(f" --target={target}", "")


def _of_strategy(name: str, target: str, commands: tuple[tuple[str, ...], ...]) -> Trial:
    if name == "target":
        commands = tuple(_retargeted(words, target, PLAIN) for words in commands)
        return Trial(name=name, strategy=name, target=PLAIN, commands=commands)
    if name == "profile":
        commands = tuple(
            tuple(f"--profile={TEST_PROFILE}" if word in RELEASE_FLAGS else word for word in words)
            for words in commands
        )
    return Trial(name=name, strategy=name, target=target, commands=commands)


def _comparisons(target: str, commands: tuple[tuple[str, ...], ...]) -> Iterator[Trial]:
    plain = tuple(_retargeted(words, target, PLAIN) for words in commands)
    yield Trial(name=PLAIN, target=PLAIN, commands=plain)
    building = tuple(
        (words[0], "--config", f'profile.{_profile(words)}.panic="abort"', *words[1:])
        for words in commands
        if words[0] not in ("test", "bench")
    )
    if building:
        yield Trial(name=PANIC, target=target, commands=building)


def _given(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--cargo: {error}") from None
    words = words[1:] if words[:1] == ("cargo",) else words
    kind = _MEANS.get(words[0], words[0]) if words else ""
    if kind not in ("test", "build", "run", "bench"):
        raise UsageError(
            f"--cargo: `{command}` is no command that wasifix can try",
            advice=f"one of {', '.join(sorted({*BUILDING, *RUNNING} & {'test', 'build', 'run', 'bench'}))}",
        )
    for word in words:
        if word == "--":
            break
        if word.partition("=")[0] in _REFUSED or word.startswith("+"):
            raise UsageError(f"--cargo: `{word}` cannot be used here", advice="leave it out")
    return (kind, *words[1:])


def _with_target(words: tuple[str, ...], target: str) -> tuple[str, ...]:
    return words if option_value(words, "--target") else (words[0], "--target", target, *words[1:])


def _retargeted(words: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    changes = {old: new, f"--target={old}": f"--target={new}"}
    return tuple(changes.get(word, word) for word in words)


def _profile(words: tuple[str, ...]) -> str:
    return option_value(words, "--profile") or ("release" if set(RELEASE_FLAGS) & set(words) else "dev")
