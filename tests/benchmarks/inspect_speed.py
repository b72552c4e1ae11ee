"""How long `inspect` reads a module of 28 MB, beside other things that touch the same file.

    python tests/benchmarks/inspect_speed.py

Prints medians of one run, side by side, and their ratio to the start of an empty interpreter.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from artifact.binary import (
    RELEASE,
    custom,
    exported,
    function,
    module,
    number,
    section,
    shared_memory,
    vector,
)

from wasifix.artifact_files import with_bytes
from wasifix.inspection import inspect

ROUNDS = 15


def large_module(path_at: float | None) -> bytes:
    """28 MB: 20 of code, 6 of data with the compiler's commit so far into it (None: nowhere), 2 of names."""
    noise = random.Random(28)
    text = noise.randbytes(1 << 16).replace(b"/", b".") * 96
    place = int(len(text) * path_at) if path_at is not None else 0
    strings = (
        text[:place] + (f"/rustc/{RELEASE}/library/".encode() if path_at is not None else b"") + text[place:]
    )
    imports = [function("wasi_snapshot_preview1", f"call_{index}") for index in range(400)]
    exports = [exported(f"export_{index}", 0, index) for index in range(2000)]
    return module(
        section(2, vector(shared_memory(90, 90), *imports)),
        section(7, vector(*exports)),
        section(10, noise.randbytes(20 << 20)),
        section(11, vector(b"\1" + number(len(strings)) + strings)),
        custom("name", noise.randbytes(2 << 20)),
    )


def median(action: Callable[[], object]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def program(*words: str) -> float:
    """Milliseconds of a whole Python process."""
    command = (sys.executable, *words)
    return median(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False))


def read(file: Path) -> float:
    """Milliseconds of reading and judging a file in this process."""
    return median(lambda: with_bytes(file, lambda data: inspect("x", data)))


def main() -> None:
    """Makes the modules, measures, prints."""
    places = {"commit early in the data": 0.1, "commit late": 0.9, "no commit at all": None}
    with tempfile.TemporaryDirectory() as folder:
        files = {title: Path(folder) / f"{title}.wasm" for title in places}
        for title, place in places.items():
            files[title].write_bytes(large_module(place))
        file, *_ = files.values()
        inspect("warm", file.read_bytes())
        rows = {f"inspect, {title}": read(each) for title, each in files.items()}
        rows["reading all of its bytes"] = median(file.read_bytes)
        rows["wasifix inspect, as a program"] = program("-m", "wasifix", "inspect", str(file))
        rows["wasifix --version, as a program"] = program("-m", "wasifix", "--version")
        empty = program("-c", "")
        print(f"{file.stat().st_size / 1e6:.0f} MB; an empty interpreter takes {empty:.1f} ms")
        for title, taken in rows.items():
            print(f"{title:<40} {taken:7.2f} ms  {taken / empty:6.2f} of an empty interpreter")


if __name__ == "__main__":
    main()
