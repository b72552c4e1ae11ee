"""{path: (old, new)} as a patch in git's form, which `git apply` and `git apply -R` take.

The form: https://git-scm.com/docs/diff-format#generate_patch_text_with_p
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator

from wasifix.proposals import FileChange

_HEADING = re.compile(rb"[A-Za-z_$]")
_CONTEXT = 3


def patch_text(changes: Iterable[FileChange], executable: Collection[str] = ()) -> bytes:
    """The patch of all changes, in the order given; empty where nothing changes.

    `executable` names the files that have the mode 100755.
    """
    return b"".join(line for change in changes for line in _of_file(change, change.path in executable))


def _of_file(change: FileChange, is_executable: bool) -> Iterator[bytes]:
    old, new = change.old, change.new
    if old == new:
        return
    before, after = _quoted(f"a/{change.path}"), _quoted(f"b/{change.path}")
    yield b"diff --git %s %s\n" % (before, after)
    mode = b"100755" if is_executable else b"100644"
    if old is None:
        yield b"new file mode %s\n" % mode
    if new is None:
        yield b"deleted file mode %s\n" % mode
    yield b"index %s..%s%s\n" % (_blob(old), _blob(new), b"" if old is None or new is None else b" " + mode)
    if not old and not new:  # an empty file that comes or goes has no lines to show
        return
    end = b"\t\n" if b" " in before else b"\n"  # so that a reader finds where the name ends
    yield b"--- " + (b"/dev/null\n" if old is None else before + end)
    yield b"+++ " + (b"/dev/null\n" if new is None else after + end)
    yield from _hunks(_lines(old or b""), _lines(new or b""))


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        yield b"@@ -%s +%s @@%s\n" % (
            _range(first[1], last[2]),
            _range(first[3], last[4]),
            _heading(old[: first[1]]),
        )
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                yield from (_shown(b" ", line) for line in old[old_start:old_end])
            else:
                yield from (_shown(b"-", line) for line in old[old_start:old_end])
                yield from (_shown(b"+", line) for line in new[new_start:new_end])


def _shown(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> bytes:
    length = end - start
    first = start + 1 if length else start
    return b"%d" % first if length == 1 else b"%d,%d" % (first, length)


def _heading(before: list[bytes]) -> bytes:
    """The last line above the hunk that looks like the start of something, as git picks it."""
    for line in reversed(before):
        if _HEADING.match(line):
            return b" " + line.rstrip()[:80].rstrip()
    return b""


def _lines(data: bytes) -> list[bytes]:
    return [line for line in re.split(rb"(?<=\n)", data) if line]


def _blob(data: bytes | None) -> bytes:
    """The abbreviated name that git gives to these bytes."""
    if data is None:
        return b"0000000"
    digest = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return digest.hexdigest()[:7].encode()


def _quoted(path: str) -> bytes:
    """The path as git writes it: in quotes, with octal escapes, where it has unusual characters."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(0x20 <= byte < 0x7F and byte not in b'"\\' for byte in raw):
        return raw
    escapes = {0x22: rb"\"", 0x5C: rb"\\", 0x09: rb"\t", 0x0A: rb"\n", 0x0D: rb"\r"}
    body = b"".join(
        escapes.get(byte) or (bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte) for byte in raw
    )
    return b'"' + body + b'"'
