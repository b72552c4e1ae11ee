"""Fuzzes wasifix, guided by coverage: `pip install atheris && python tests/fuzz/run.py [TARGET]...`

Without a target all take their turn; `--seconds` is the time of each. An input that breaks a promise is
written to the current folder as `crash-...`; `python tests/fuzz/run.py TARGET crash-...` runs it alone. What
is found belongs into FOUND in tests/fuzz/test_fuzz.py, as small as it gets. https://github.com/google/atheris
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET|FILE")
    parser.add_argument("--seconds", type=int, default=300, help="for each target")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what was reached")
    given = parser.parse_args()
    if len(given.targets) == 1 or any(Path(each).is_file() for each in given.targets):
        _fuzz(given.targets[0], tuple(given.targets[1:]), given.seconds, given.corpus)
        return
    from fuzz.targets import TARGETS

    for name in given.targets or TARGETS:
        print(f"{name}:", flush=True)
        corpus = ("--corpus", str(given.corpus)) if given.corpus else ()
        # a process of its own for each: the fuzzer ends the one that it runs in
        subprocess.run(
            (sys.executable, __file__, name, "--seconds", str(given.seconds), *corpus), check=False
        )


def _fuzz(name: str, files: tuple[str, ...], seconds: int, kept: Path | None) -> None:
    """Runs one target for so long, or the files alone; does not return."""
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

    with atheris.instrument_imports(include=["wasifix"]):
        from fuzz.project import WORDS
        from fuzz.targets import TARGETS

    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = kept / name if kept else Path(scratch) / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(target.seeds()):
            (corpus / f"seed{number}").write_bytes(seed)
        (Path(scratch) / "words").write_text("".join(map(_word, WORDS)))
        options = (
            f"-max_total_time={seconds}",
            "-timeout=30",
            "-rss_limit_mb=4096",
            "-print_final_stats=1",
            f"-dict={scratch}/words",
        )
        atheris.Setup([sys.argv[0], *options, *(files or (str(corpus),))], target.run)
        atheris.Fuzz()


def _word(word: bytes) -> str:
    """A line of the fuzzer's dictionary. https://llvm.org/docs/LibFuzzer.html#dictionaries"""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


if __name__ == "__main__":
    main()
