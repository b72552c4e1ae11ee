"""Reads the binary form of WebAssembly: integers, names, limits and the list of sections.

The file is not trusted: every read is checked against the end of what it is part of, no length is believed
before the bytes are there, and nothing is allocated by a number from the file.

Binary form: https://webassembly.github.io/spec/core/binary/index.html
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

Buffer = bytes | memoryview

MAGIC = b"\0asm"
CORE_VERSION = b"\x01\0\0\0"
COMPONENT_LAYER = b"\x01\0"
"""Bytes 6 and 7 of a component: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md"""


class Fault(StrEnum):
    """Why a file is no module that can be read."""

    NOT_WASM = "not-wasm"
    COMPONENT = "component"
    VERSION = "unknown-version"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"


class UnreadableModule(ValueError):
    """A file that is no core module, or a broken one. `offset` is where in the file, in bytes."""

    def __init__(self, fault: Fault, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.offset = offset


class Section(Struct, frozen=True):
    """A section's id and the bytes of its contents, as a range of the file."""

    id: int
    start: int
    end: int


class Limits(Struct, frozen=True, kw_only=True):
    """How large a memory is, in pages; `maximum` is None where the module sets no limit."""

    minimum: int
    maximum: int | None
    shared: bool
    page_size: int


class Cursor:
    """A place in a range of bytes that moves on as values are read. Raises UnreadableModule.

    `base` is where the bytes start in the file; `at_end` what it means when they end too early.
    """

    __slots__ = ("at", "at_end", "base", "data", "end")

    def __init__(
        self, data: Buffer, start: int, end: int, *, base: int = 0, at_end: Fault = Fault.MALFORMED
    ) -> None:
        self.data = data
        self.at = start
        self.end = end
        self.base = base
        self.at_end = at_end

    def byte(self) -> int:
        at = self.at
        if at >= self.end:
            raise UnreadableModule(self.at_end, "ends in the middle of a value", self.base + at)
        self.at = at + 1
        return self.data[at]

    def number(self, bits: int = 32) -> int:
        """An unsigned integer of at most so many bits, in LEB128."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift >= bits:
                raise self.fault(f"an integer with more than {bits} bits")
        if value >> bits:
            raise self.fault(f"an integer with more than {bits} bits")
        return value

    def skip(self, length: int) -> None:
        if length > self.end - self.at:
            raise self.fault(f"{length} bytes announced, {self.end - self.at} there")
        self.at += length

    def name(self) -> bytes:
        """The bytes of a name; `text` makes a string of them."""
        length = self.number()
        start = self.at
        self.skip(length)
        return bytes(self.data[start : self.at])

    def text(self) -> str:
        start = self.at
        try:
            return self.name().decode("utf-8")
        except UnicodeDecodeError:
            raise UnreadableModule(Fault.MALFORMED, "a name that is not UTF-8", self.base + start) from None

    def limits(self) -> Limits:
        """https://webassembly.github.io/spec/core/binary/types.html#limits, with threads and page sizes."""
        flags = self.byte()
        if flags > 0b1111:
            raise self.fault(f"unknown flags of a memory or table: {flags:#x}")
        bits = 64 if flags & 0b100 else 32
        minimum = self.number(bits)
        maximum = self.number(bits) if flags & 0b1 else None
        exponent = self.number() if flags & 0b1000 else 16
        if exponent > 16:
            raise self.fault("pages larger than 64 KiB")
        return Limits(minimum=minimum, maximum=maximum, shared=bool(flags & 0b10), page_size=1 << exponent)

    def value_type(self) -> None:
        """Skips a value type; references to types have an index behind them."""
        if self.byte() in (0x63, 0x64):
            self.number(33)

    def fault(self, message: str) -> UnreadableModule:
        return UnreadableModule(Fault.MALFORMED, message, self.base + self.at)


def sections(data: Buffer) -> Iterator[Section]:
    """The sections in their order. Raises UnreadableModule, also after some sections."""
    check_header(data)
    size = len(data)
    cursor = Cursor(data, 8, size, at_end=Fault.TRUNCATED)
    while cursor.at < size:
        start = cursor.at
        number, length = cursor.byte(), cursor.number()
        begin = cursor.at
        if length > size - begin:
            message = f"section {number} should have {length} bytes, but {size - begin} are there"
            raise UnreadableModule(Fault.TRUNCATED, message, start)
        cursor.at = begin + length
        yield Section(number, begin, cursor.at)


def check_header(data: Buffer) -> None:
    """Raises UnreadableModule for everything that does not start like a core module."""
    head = bytes(data[:8])
    if len(head) < 8:
        if head and MAGIC.startswith(head[:4]):
            raise UnreadableModule(Fault.TRUNCATED, "ends in its header", len(head))
        raise UnreadableModule(Fault.NOT_WASM, "an empty file" if not head else _guess(head))
    if head[:4] != MAGIC:
        raise UnreadableModule(Fault.NOT_WASM, _guess(bytes(data[:16])))
    if head[6:] == COMPONENT_LAYER:
        raise UnreadableModule(Fault.COMPONENT, "a component, not a core module", 4)
    if head[4:] != CORE_VERSION:
        version = int.from_bytes(head[4:], "little")
        raise UnreadableModule(Fault.VERSION, f"version {version} of the format is not known", 4)


def _guess(head: bytes) -> str:
    text = head.lstrip()
    if text.startswith((b"(", b";;")):
        return "no WebAssembly binary, but its text form"
    kinds = (
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK", "zip"),
        (b"\x7fELF", "an ELF program"),
    )
    found = next((name for start, name in kinds if head.startswith(start)), None)
    return f"no WebAssembly, but {found}" if found else "no WebAssembly: its first bytes are not `\\0asm`"
