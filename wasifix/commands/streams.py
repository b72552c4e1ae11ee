"""Standard output and standard error, which may be closed, or lead to a full disk."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wasifix.errors import OutputFailed

_MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}
_FAILED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def ready() -> None:
    """Puts an empty one in the place of a stream that the shell closed (`>&-`), where Python has None.

    Bytes of whatever encoding come in and go out: those of a patch as they are, and signs that a terminal's
    encoding lacks as question marks.
    """
    for name in _MODES:
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _nowhere(name))
        elif isinstance(stream, TextIOWrapper) and name != "stderr":  # which spells out what it cannot write
            is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if is_utf8 else "replace")


def unwritable(error: Exception) -> OutputFailed | None:
    """The failure of a stream that cannot be written, where the error is one: it names no file."""
    from wasifix.errors import OutputFailed

    if not isinstance(error, OSError) or error.filename is not None or error.errno not in _FAILED:
        return None
    give_up()
    return OutputFailed(
        f"the output cannot be written ({error.strerror})",
        advice="make room where standard output and standard error go, and run wasifix again",
    )


def give_up() -> None:
    """Forgets what a stream cannot take, or the interpreter would try once more at its end and complain."""
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except OSError:
            setattr(sys, name, _nowhere(name))


def _nowhere(name: str) -> object:
    return Path(os.devnull).open(_MODES[name], encoding="utf-8")
