"""Expected failures: each says what is wrong, where, and what to do next, and knows its exit code."""

from __future__ import annotations

import errno


class WasifixError(Exception):
    """An expected failure. `str(error)` is one line for the user; `details` are lines below it, and
    `advice` says what to do next.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        line: int = 0,
        column: int = 0,
        details: tuple[str, ...] = (),
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.details = details
        self.advice = advice

    @property
    def place(self) -> str:
        """`path:line:column`, as far as it is known."""
        if not self.path or not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column or 1}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class UsageError(WasifixError):
    """The command line asks for something that does not exist or does not go together."""


class InvalidSetting(WasifixError):
    """A setting that does not exist, or a value that it cannot have."""


class UnreadableInput(WasifixError):
    """A file of the project cannot be read or understood."""


class OutsideProject(UnreadableInput):
    """A path of the project leads out of it; such a file is neither read nor written."""


class NoProject(WasifixError):
    """There is no Cargo.toml here or above."""


class RefusedWrite(WasifixError):
    """The change was not written, or was taken back: every file is as it was."""


class OutputFailed(WasifixError):
    """What a command prints cannot be written to where it should go."""


class NoRepository(WasifixError):
    """There is no git, or no repository that it can read."""


class GitFailed(WasifixError):
    """git could not do what was asked; the message is its own."""


def lacks_room(error: OSError) -> bool:
    """Whether the disk is full, or the user may not fill more of it."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
