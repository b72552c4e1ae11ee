"""What a built module says of itself: its memories, what threads need, its toolchain and its features.

Nothing is compiled and no code is read. The sections of interest are small; only the search for the commit of
the compiler looks at the data, and ends at the first.

Custom sections: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md and Linking.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wasifix.wasm_reader import Buffer, Cursor, Limits, Section, UnreadableModule, sections

# What a module imports that starts threads, and exports for them: https://github.com/WebAssembly/wasi-threads#api
_THREAD_SPAWN = (b"wasi", b"thread-spawn")
_THREAD_START = b"wasi_thread_start"

_FUNCTION, _TABLE, _MEMORY, _GLOBAL, _TAG = range(5)
_SAME_MODULE, _SAME_TYPE = 0x7F, 0x7E
_COMMIT = re.compile(rb"/rustc/([0-9a-f]{40})/")
"""What rustc puts in the place of the folder that the standard library was built in, in panic messages."""
_STRINGS = (b".debug_str", b".debug_line_str", b".debug_line")


class Memory(Struct, frozen=True, kw_only=True):
    """A memory. `origin` is `module.name` where it is imported, and empty where the module defines it."""

    limits: Limits
    origin: str
    exported_as: tuple[str, ...] = ()


class Producer(Struct, frozen=True, kw_only=True):
    """Something that took part in making the file: field, name, version."""

    field: str
    name: str
    version: str


class Artifact(Struct, frozen=True, kw_only=True):
    """What a core module says of itself.

    `size` is in bytes. `import_modules` are the names that functions are imported from. `features` have the
    sign of the target features section first (`+atomics`). `commit` is that of the compiler whose standard
    library was linked, 40 hexadecimal digits.
    """

    size: int
    memories: tuple[Memory, ...]
    import_modules: tuple[str, ...]
    imports_thread_spawn: bool
    exports_thread_start: bool
    is_object: bool
    """Whether it is an object file, which the linker has not seen yet."""
    producers: tuple[Producer, ...]
    features: tuple[str, ...]
    commit: str | None

    @property
    def shared_memory(self) -> Memory | None:
        """The memory that threads share, if there is one."""
        return next((each for each in self.memories if each.limits.shared), None)

    @property
    def is_wasi(self) -> bool:
        """Whether it is a module for WASI 0.1, under one of its names."""
        return any(
            name in ("wasi_snapshot_preview1", "wasi_unstable", "wasi") for name in self.import_modules
        )


def read_artifact(data: Buffer) -> Artifact:
    """Reads a module. Raises UnreadableModule; never anything else, whatever the bytes."""
    reading = _Reading(data)
    for section in sections(data):
        reading.take(section)
    return reading.artifact()


class _Reading:
    """Collects what the sections say."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self.memories: list[tuple[Limits, str]] = []
        self.import_modules: dict[bytes, None] = {}
        self.exported: dict[int, list[str]] = {}
        self.imports_thread_spawn = self.exports_thread_start = self.is_object = False
        self.producers: tuple[Producer, ...] = ()
        self.features: tuple[str, ...] = ()
        self.strings: list[tuple[int, int]] = []
        self.debug_strings: list[tuple[int, int]] = []

    def take(self, section: Section) -> None:
        if section.id in (2, 5, 7):
            cursor = _copied(self.data, section)
            entry = {2: self._import, 5: self._memory, 7: self._export}[section.id]
            for _ in range(cursor.number()):
                entry(cursor)
        elif section.id == 11:
            self.strings.append((section.start, section.end))
        elif section.id == 0:
            self._custom(section)

    def artifact(self) -> Artifact:
        return Artifact(
            size=len(self.data),
            memories=tuple(
                Memory(limits=limits, origin=origin, exported_as=tuple(self.exported.get(index, ())))
                for index, (limits, origin) in enumerate(self.memories)
            ),
            import_modules=tuple(name.decode("utf-8", "replace") for name in self.import_modules),
            imports_thread_spawn=self.imports_thread_spawn,
            exports_thread_start=self.exports_thread_start,
            is_object=self.is_object,
            producers=self.producers,
            features=self.features,
            commit=_find_commit(self.data, (*self.strings, *self.debug_strings)),
        )

    def _import(self, cursor: Cursor) -> None:
        """One import, or a group in the compact form, which an empty name and an unused kind announce.

        https://github.com/WebAssembly/compact-import-section/blob/main/proposals/compact-import-section/Overview.md
        """
        module, name, kind = cursor.name(), cursor.name(), cursor.byte()
        if name or kind not in (_SAME_MODULE, _SAME_TYPE):
            self._imported(module, name, kind, _import_type(cursor, kind))
        elif kind == _SAME_MODULE:
            for _ in range(cursor.number()):
                name, kind = cursor.name(), cursor.byte()
                self._imported(module, name, kind, _import_type(cursor, kind))
        else:
            kind = cursor.byte()
            limits = _import_type(cursor, kind)
            for _ in range(cursor.number()):
                self._imported(module, cursor.name(), kind, limits)

    def _imported(self, module: bytes, name: bytes, kind: int, limits: Limits | None) -> None:
        if kind == _FUNCTION:
            self.import_modules[module] = None
            self.imports_thread_spawn |= (module, name) == _THREAD_SPAWN
        elif kind == _MEMORY and limits is not None:
            origin = f"{module.decode('utf-8', 'replace')}.{name.decode('utf-8', 'replace')}"
            self.memories.append((limits, origin))

    def _memory(self, cursor: Cursor) -> None:
        self.memories.append((cursor.limits(), ""))

    def _export(self, cursor: Cursor) -> None:
        name, kind, index = cursor.name(), cursor.byte(), cursor.number()
        if kind == _MEMORY:
            self.exported.setdefault(index, []).append(name.decode("utf-8", "replace"))
        elif kind == _FUNCTION:
            self.exports_thread_start |= name == _THREAD_START

    def _custom(self, section: Section) -> None:
        """A custom section; a broken one is as good as none, as the specification wants it."""
        cursor = Cursor(self.data, section.start, section.end)
        try:
            name = cursor.name()
            if name == b"producers":
                self.producers = tuple(_producers(cursor))
            elif name == b"target_features":
                self.features = tuple(_features(cursor))
            elif name == b"linking":
                self.is_object = True
            elif name in _STRINGS:
                self.debug_strings.append((cursor.at, section.end))
        except UnreadableModule:
            return


def _copied(data: Buffer, section: Section) -> Cursor:
    """A cursor over a copy of the section, which is quicker to read byte by byte than a mapped file."""
    contents = bytes(data[section.start : section.end])
    return Cursor(contents, 0, len(contents), base=section.start)


def _import_type(cursor: Cursor, kind: int) -> Limits | None:
    """Reads what an import must be; only the limits of a memory are of interest."""
    if kind == _MEMORY:
        return cursor.limits()
    if kind == _FUNCTION:
        cursor.number()
    elif kind == _TABLE:
        cursor.value_type()
        cursor.limits()
    elif kind == _GLOBAL:
        cursor.value_type()
        cursor.byte()
    elif kind == _TAG:
        cursor.byte()
        cursor.number()
    else:
        raise cursor.fault(f"an import of the unknown kind {kind}")
    return None


def _producers(cursor: Cursor) -> Iterator[Producer]:
    for _ in range(cursor.number()):
        field = cursor.text()
        for _ in range(cursor.number()):
            yield Producer(field=field, name=cursor.text(), version=cursor.text())


def _features(cursor: Cursor) -> Iterator[str]:
    for _ in range(cursor.number()):
        yield chr(cursor.byte()) + cursor.text()


def _find_commit(data: Buffer, places: Iterable[tuple[int, int]]) -> str | None:
    """The first `/rustc/<commit>/` in the ranges."""
    for start, end in places:
        match = _COMMIT.search(data, start, end)
        if match is not None:
            return match[1].decode("ascii")
    return None
