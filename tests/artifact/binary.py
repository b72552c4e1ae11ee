"""Makes WebAssembly binaries from their parts, so that tests can make broken ones too."""

from __future__ import annotations

RELEASE = "f8297e351a40c1439a467bbbb6879088047f50b3"
"""The commit of Rust 1.91.0."""


def number(value: int) -> bytes:
    """LEB128, unsigned."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def name(text: str) -> bytes:
    data = text.encode()
    return number(len(data)) + data


def vector(*items: bytes) -> bytes:
    return number(len(items)) + b"".join(items)


def section(kind: int, contents: bytes) -> bytes:
    return bytes([kind]) + number(len(contents)) + contents


def custom(title: str, contents: bytes) -> bytes:
    return section(0, name(title) + contents)


def module(*sections: bytes) -> bytes:
    return b"\0asm\1\0\0\0" + b"".join(sections)


def limits(minimum: int, maximum: int | None = None, *, shared: bool = False, wide: bool = False) -> bytes:
    flags = (maximum is not None) | shared << 1 | wide << 2
    return bytes([flags]) + number(minimum) + (number(maximum) if maximum is not None else b"")


def imported(module_name: str, field: str, kind: int, what: bytes) -> bytes:
    return name(module_name) + name(field) + bytes([kind]) + what


def shared_memory(minimum: int, maximum: int) -> bytes:
    return imported("env", "memory", 2, limits(minimum, maximum, shared=True))


def function(module_name: str, field: str) -> bytes:
    return imported(module_name, field, 0, number(0))


def exported(field: str, kind: int, index: int = 0) -> bytes:
    return name(field) + bytes([kind]) + number(index)


def data(text: bytes) -> bytes:
    """A data section with one passive segment."""
    return section(11, vector(b"\1" + number(len(text)) + text))


def producers(*pairs: tuple[str, str]) -> bytes:
    made = vector(*(name(who) + name(version) for who, version in pairs))
    return custom("producers", vector(name("processed-by") + made))


def features(*signed: str) -> bytes:
    return custom("target_features", vector(*(each[0].encode() + name(each[1:]) for each in signed)))


def threads_module(minimum: int = 17, maximum: int = 17, commit: str = RELEASE, *more: bytes) -> bytes:
    """What rustc makes for wasm32-wasip1-threads, without its code."""
    imports = (
        shared_memory(minimum, maximum),
        function("wasi", "thread-spawn"),
        function("wasi_snapshot_preview1", "fd_write"),
    )
    exports = (exported("memory", 2), exported("_start", 0), exported("wasi_thread_start", 0))
    path = f"\0library/x/rustc/{commit}/library/alloc/src/raw_vec.rs" if commit else "nothing"
    return module(section(2, vector(*imports)), section(7, vector(*exports)), data(path.encode()), *more)
