"""Runs a module for WASI with threads in this process, by the wasmtime package (the extra `run`).

Wasmtime's own program dropped wasi-threads in version 47, but its library still has all that they need:
shared memories, and instances in threads of their own. A thread of the module is a thread of this process,
with its own store and instance: https://github.com/WebAssembly/wasi-threads

What the library does not have is one table of open files for several stores: each thread has the standard
streams and the given folders, but not the files that another thread has opened.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable

import wasmtime
from msgspec import Struct
from wasmtime import _ffi as ffi

from wasifix.errors import UnreadableInput, UsageError

TRAPPED = 3 if os.name == "nt" else 134
"""The exit code of Wasmtime's own program for a trap."""
NO_THREAD = -1
LAST_THREAD = 2**29 - 1
"""The highest number that a thread can have."""


class Guest(Struct, frozen=True, kw_only=True):
    """What the module gets to see: its arguments with its own name first, variables, and folders.

    `folders` are pairs of a folder here and its name there.
    """

    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    folders: tuple[tuple[str, str], ...] = ()


def run_module(path: str, data: bytes, guest: Guest, fail: Callable[[str], None]) -> int:
    """Runs the module to its end, and returns its exit code.

    When one of its threads exits or traps, this process ends at once, as it would for Wasmtime's own program.
    `fail` gets the message of a trap, in lines. Raises UnreadableInput, UsageError.
    """
    machine = _Machine(path, data, guest, fail)
    # Python heeds signals between its own instructions only, and there are none while the module runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return machine.run("_start") or 0


def end_process(code: int) -> None:
    """Ends the process at once, with the threads that still run."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code & 0xFF)


class _Memory(wasmtime.SharedMemory):
    """A shared memory that can be linked: the package's own hands over a pointer to the pointer (50.0.1)."""

    def _as_extern(self) -> ffi.wasmtime_extern_t:
        union = ffi.wasmtime_extern_union(sharedmemory=self.ptr())
        return ffi.wasmtime_extern_t(ffi.WASMTIME_EXTERN_SHAREDMEMORY, union)


class _Machine:
    """A compiled module and its memory, of which each thread makes its instance."""

    def __init__(self, path: str, data: bytes, guest: Guest, fail: Callable[[str], None]) -> None:
        self.path = path
        self.guest = guest
        self.fail = fail
        self.numbers = itertools.count(1)
        config = wasmtime.Config()
        config.wasm_threads = True
        config.shared_memory = True
        self.engine = wasmtime.Engine(config)
        try:
            self.module = wasmtime.Module(self.engine, data)
            self.linker = self._linked()
        except wasmtime.WasmtimeError as error:
            raise self._refused(error) from None

    def run(self, start: str, *values: int) -> int | None:
        """Calls an export of a new instance in this thread. The exit code, None where it just returned."""
        store = wasmtime.Store(self.engine)
        store.set_wasi(self._wasi())
        try:
            function = self.linker.instantiate(store, self.module).exports(store).get(start)
            if not isinstance(function, wasmtime.Func):
                raise UsageError(f"exports no function `{start}`", path=self.path, advice="name a program")
            function(store, *values)
        except wasmtime.ExitTrap as end:
            return end.code
        except wasmtime.Trap as trap:
            self.fail(str(trap))
            return TRAPPED
        except wasmtime.WasmtimeError as error:
            raise self._refused(error) from None
        return None

    def _linked(self) -> wasmtime.Linker:
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        number = wasmtime.ValType.i32()
        linker.define_func("wasi", "thread-spawn", wasmtime.FuncType([number], [number]), self._spawn)
        for each in self.module.imports:
            if isinstance(each.type, wasmtime.MemoryType) and each.type.is_shared:
                memory = _Memory(self.engine, each.type)
                linker.define(wasmtime.Store(self.engine), each.module, each.name or "", memory)
        return linker

    def _wasi(self) -> wasmtime.WasiConfig:
        config = wasmtime.WasiConfig()
        config.argv = self.guest.arguments
        config.env = self.guest.environment
        config.inherit_stdin()
        config.inherit_stdout()
        config.inherit_stderr()
        for here, there in self.guest.folders:
            try:
                config.preopen_dir(here, there)
            except wasmtime.WasmtimeError:
                raise UsageError(f"--dir {here}: no folder that can be opened") from None
        return config

    def _spawn(self, argument: int) -> int:
        """What the module calls to start a thread: the thread's number, or a negative one. Must not raise."""
        number = next(self.numbers)
        if number > LAST_THREAD:
            return NO_THREAD
        thread = threading.Thread(target=self._thread, args=(number, argument), daemon=True)
        try:
            thread.start()
        except (RuntimeError, MemoryError):  # the system has no more
            return NO_THREAD
        return number

    def _thread(self, number: int, argument: int) -> None:
        """A thread of the module. If it ends by anything but its last instruction, so does the process."""
        try:
            code = self.run("wasi_thread_start", number, argument)
        except Exception as error:
            self.fail(str(error))
            code = 1
        if code is not None:
            end_process(code)

    def _refused(self, error: wasmtime.WasmtimeError) -> UnreadableInput:
        return UnreadableInput(f"cannot be run: {' '.join(str(error).split())}", path=self.path)
