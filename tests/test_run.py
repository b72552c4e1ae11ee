"""`wasifix run`: modules whose threads really run, and how they end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Result, clean_environment, program

TIME_LIMIT = 120
IMPORTS = """
  (import "env" "memory" (memory {limits} shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $folder (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $folder_name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (export "memory" (memory 0))
  (func $print (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $length))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $wait_until (param $at i32) (param $value i32)
    (loop $again
      (if (i32.ne (i32.atomic.load (local.get $at)) (local.get $value)) (then
        (drop (memory.atomic.wait32 (local.get $at) (i32.atomic.load (local.get $at)) (i64.const 1000000)))
        (br $again)))))
  (func $add (param $at i32) (param $value i32)
    (drop (i32.atomic.rmw.add (local.get $at) (local.get $value)))
    (drop (memory.atomic.notify (local.get $at) (i32.const 100))))
"""
NO_START = '(func (export "wasi_thread_start") (param i32 i32))'
Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Makes a module of the parts of its text form, in the test's folder."""
    wasmtime = pytest.importorskip("wasmtime", reason="needs the wasmtime package: pip install wasmtime")

    def made(*parts: str, limits: str = "1 16", name: str = "app.wasm") -> Path:
        text = f"(module {IMPORTS.format(limits=limits)} {' '.join(parts)})"
        file = tmp_path / name
        file.write_bytes(wasmtime.wat2wasm(text))
        return file

    return made


def wasifix_run(file: Path, *arguments: str, options: tuple[str, ...] = (), data: bytes = b"") -> Result:
    """`wasifix run` as a process of its own, in the file's folder."""
    done = subprocess.run(
        (sys.executable, "-m", "wasifix", "run", *options, file.name, *arguments),
        cwd=file.parent,
        env={**clean_environment(), "SECRET": "hidden"},
        input=data,
        capture_output=True,
        check=False,
        timeout=TIME_LIMIT,
    )
    return Result(stdout=done.stdout, stderr=done.stderr, exit_code=done.returncode)


def test_threads_run_beside_each_other(build: Build) -> None:
    """Each of the two threads waits for the other, so that neither could end alone."""
    file = build(
        """(data (i32.const 64) "thread\\n")
        (func (export "wasi_thread_start") (param $number i32) (param $argument i32)
          (call $add (i32.const 128) (i32.const 1))
          (call $wait_until (i32.const 128) (i32.const 2))
          (call $print (i32.const 64) (i32.const 7))
          (call $add (i32.const 132) (local.get $argument)))
        (func (export "_start")
          (if (i32.ne (call $spawn (i32.const 40)) (i32.const 1)) (then (unreachable)))
          (if (i32.ne (call $spawn (i32.const 2)) (i32.const 2)) (then (unreachable)))
          (call $wait_until (i32.const 132) (i32.const 42))
          (call $exit (i32.atomic.load (i32.const 132))))"""
    )
    result = wasifix_run(file)
    assert result.stderr == b""
    assert result.stdout == b"thread\nthread\n"
    assert result.exit_code == 42


def test_many_threads_share_one_memory(build: Build) -> None:
    file = build(
        """(func (export "wasi_thread_start") (param i32 i32)
          (local $left i32) (local.set $left (i32.const 1000))
          (loop $again
            (drop (i32.atomic.rmw.add (i32.const 132) (i32.const 1)))
            (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (call $add (i32.const 128) (i32.const 1)))
        (func (export "_start") (local $left i32) (local.set $left (i32.const 30))
          (loop $again
            (drop (call $spawn (i32.const 0)))
            (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (call $wait_until (i32.const 128) (i32.const 30))
          (if (i32.ne (i32.atomic.load (i32.const 132)) (i32.const 30000)) (then (unreachable))))"""
    )
    result = wasifix_run(file)
    assert (result.exit_code, result.stderr) == (0, b"")


GROW = """(func (export "_start")
  (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable))))"""


def test_a_memory_that_cannot_grow_traps_and_is_explained(build: Build) -> None:
    result = wasifix_run(build(GROW, NO_START, limits="2 2"))
    assert result.exit_code == 134
    assert result.stdout == b""
    assert result.stderr.startswith(b"error: app.wasm trapped\n")
    assert b"wasm `unreachable` instruction executed" in result.stderr
    assert b"note: its memory cannot grow: wasifix explain memory-cannot-grow" in result.stderr


def test_a_memory_that_can_grow_grows(build: Build) -> None:
    assert wasifix_run(build(GROW, NO_START, limits="2 3")).exit_code == 0


def test_another_trap_is_not_blamed_on_the_memory(build: Build) -> None:
    result = wasifix_run(build('(func (export "_start") (unreachable))', NO_START))
    assert result.exit_code == 134
    assert b"trapped" in result.stderr
    assert b"cannot grow" not in result.stderr


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("(unreachable)", 134),
        ("(call $exit (i32.const 7))", 7),
        ("(call $exit (i32.const 0))", 0),
    ],
)
def test_how_a_thread_ends_is_how_the_process_ends(build: Build, last: str, code: int) -> None:
    file = build(
        f'(func (export "wasi_thread_start") (param i32 i32) {last})',
        """(func (export "_start") (drop (call $spawn (i32.const 1)))
          (call $wait_until (i32.const 128) (i32.const 1)))""",
    )
    result = wasifix_run(file)
    assert result.exit_code == code
    assert (b"trapped" in result.stderr) == (code == 134)


def test_the_process_ends_with_its_main_thread(build: Build) -> None:
    file = build(
        """(func (export "wasi_thread_start") (param i32 i32)
          (call $wait_until (i32.const 128) (i32.const 1)))
        (func (export "_start") (drop (call $spawn (i32.const 1))))"""
    )
    assert wasifix_run(file).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_an_interrupt_ends_a_module_that_would_run_for_ever(build: Build) -> None:
    file = build(
        """(data (i32.const 64) "running")
        (func (export "_start") (call $print (i32.const 64) (i32.const 7)) (loop $again (br $again)))""",
        NO_START,
    )
    process = subprocess.Popen(
        (sys.executable, "-m", "wasifix", "run", file.name), cwd=file.parent, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.read(7) == b"running"
    process.send_signal(signal.SIGINT)
    assert process.wait(TIME_LIMIT) == -signal.SIGINT


def test_no_thread_can_start_where_the_module_has_no_entry_for_it(build: Build) -> None:
    file = build(
        """(func (export "_start") (drop (call $spawn (i32.const 1)))
        (call $wait_until (i32.const 128) (i32.const 1)))"""
    )
    result = wasifix_run(file)
    assert result.exit_code == 1
    assert b"app.wasm: exports no function `wasi_thread_start`" in result.stderr


ECHO = """(func (export "_start")
  (i32.store (i32.const 16) (i32.const 1024)) (i32.store (i32.const 20) (i32.const 100))
  (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
  (call $print (i32.const 1024) (i32.load (i32.const 24))))"""


def test_standard_input_and_output_are_the_process_s_own(build: Build) -> None:
    assert wasifix_run(build(ECHO, NO_START), data=b"over\n").stdout == b"over\n"


ARGUMENTS = """(func (export "_start")
  (drop (call $args_sizes (i32.const 16) (i32.const 20)))
  (drop (call $args (i32.const 2048) (i32.const 4096)))
  (call $print (i32.const 4096) (i32.load (i32.const 20))))"""
VARIABLES = ARGUMENTS.replace("args", "environ")


def test_what_comes_behind_the_file_is_the_module_s(build: Build) -> None:
    result = wasifix_run(build(ARGUMENTS, NO_START), "--nocapture", "--dir", "a b", "--", "-h")
    assert result.stdout.split(b"\0") == [b"app.wasm", b"--nocapture", b"--dir", b"a b", b"--", b"-h", b""]


def test_the_module_gets_the_variables_that_are_named_and_no_others(build: Build) -> None:
    file = build(VARIABLES, NO_START)
    assert wasifix_run(file).stdout == b""
    options = ("--env", "A=b=c", "--env", "SECRET", "--env", "EMPTY=")
    assert wasifix_run(file, options=options).stdout.split(b"\0") == [
        b"A=b=c",
        b"SECRET=hidden",
        b"EMPTY=",
        b"",
    ]


FOLDER = """(func (export "_start")
  (if (call $folder (i32.const 3) (i32.const 16)) (then (call $exit (i32.const 9))))
  (drop (call $folder_name (i32.const 3) (i32.const 1024) (i32.load (i32.const 20))))
  (call $print (i32.const 1024) (i32.load (i32.const 20))))"""


@pytest.mark.parametrize(
    ("options", "code", "name"),
    [
        ((), 9, b""),
        (("--dir", "."), 0, b"."),
        (("--dir", ".::/work"), 0, b"/work"),
        (("--dir=.", "--dir", "..::up"), 0, b"."),
    ],
)
def test_folders_are_given_under_their_names(
    build: Build, options: tuple[str, ...], code: int, name: bytes
) -> None:
    result = wasifix_run(build(FOLDER, NO_START), options=options)
    assert (result.exit_code, result.stdout) == (code, name)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--dir", "nowhere"), b"error: --dir nowhere: no folder that can be opened"),
        (("--env", "NOT_THERE"), b"error: --env NOT_THERE: not set here"),
        (("--env", "=x"), b"error: --env =x: has no name"),
    ],
)
def test_options_that_make_no_sense_are_refused(build: Build, options: tuple[str, ...], words: bytes) -> None:
    result = wasifix_run(build(GROW, NO_START), options=options)
    assert result.exit_code == 2
    assert result.stderr.startswith(words)


def test_a_library_is_no_program(build: Build) -> None:
    result = wasifix_run(build('(func (export "add"))', NO_START))
    assert result.exit_code == 2
    assert b"error: app.wasm: exports no function `_start`" in result.stderr


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", b"an empty file"),
        (b"(module)", b"text form"),
        (b"\0asm\x0d\0\1\0", b"a component, not a core module"),
        (b"\0asm\1\0\0\0\xff\0", b"cannot be run: "),
        (b"\0asm\1\0\0\0\2\7\1\1a\1b\0\0", b"cannot be run: "),
    ],
)
def test_what_is_no_module_is_refused(build: Build, contents: bytes, words: bytes) -> None:
    file = build(GROW)
    file.write_bytes(contents)
    result = wasifix_run(file)
    assert result.exit_code == 2
    assert result.stderr.startswith(b"error: app.wasm: ")
    assert words in result.stderr
    assert b"Traceback" not in result.stderr


def test_an_import_that_nothing_provides_is_named(build: Build) -> None:
    wasmtime = pytest.importorskip("wasmtime")
    file = build(GROW)
    text = '(module (import "env" "missing" (func)) (func (export "_start")))'
    file.write_bytes(wasmtime.wat2wasm(text))
    result = wasifix_run(file)
    assert result.exit_code == 2
    assert b"env::missing" in result.stderr


def test_a_module_without_threads_runs_too(build: Build) -> None:
    wasmtime = pytest.importorskip("wasmtime")
    file = build(GROW)
    file.write_bytes(wasmtime.wat2wasm('(module (memory (export "memory") 1) (func (export "_start")))'))
    assert wasifix_run(file).exit_code == 0


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "app.wasm").write_bytes(b"\0asm\1\0\0\0")
    code = (
        "import sys; sys.modules['wasmtime'] = None; from wasifix.cli import main; main(['run', 'app.wasm'])"
    )
    result = program(sys.executable, "-c", code, folder=tmp_path)
    assert result.exit_code == 2
    assert (
        b"error: `wasifix run` needs the wasmtime package\n  next: pip install 'wasifix[run]'"
        in result.stderr
    )
