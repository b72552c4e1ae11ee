"""What is read from a module, and what is said of files that are none."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from artifact.binary import (
    RELEASE,
    custom,
    data,
    exported,
    features,
    function,
    imported,
    limits,
    module,
    name,
    number,
    producers,
    section,
    shared_memory,
    threads_module,
    vector,
)
from wasifix.artifact import Producer, read_artifact
from wasifix.wasm_reader import Fault, Limits, UnreadableModule

PAGE = 65536


def test_a_threads_module_says_what_it_is() -> None:
    artifact = read_artifact(threads_module(17, 16384))
    memory = artifact.shared_memory
    assert memory is not None
    assert memory.limits == Limits(minimum=17, maximum=16384, shared=True, page_size=PAGE)
    assert (memory.origin, memory.exported_as) == ("env.memory", ("memory",))
    assert artifact.imports_thread_spawn
    assert artifact.exports_thread_start
    assert artifact.is_wasi
    assert artifact.commit == RELEASE
    assert artifact.size == len(threads_module(17, 16384))


def test_the_same_through_a_view() -> None:
    assert read_artifact(memoryview(threads_module())) == read_artifact(threads_module())


def test_the_empty_module_has_nothing() -> None:
    artifact = read_artifact(module())
    assert (artifact.memories, artifact.import_modules, artifact.commit) == ((), (), None)
    assert not artifact.is_wasi
    assert not artifact.is_object


OTHER_IMPORTS = (
    imported("a", "table", 1, b"\x70" + limits(1)),
    imported("a", "typed table", 1, b"\x63\x70" + limits(1, 2)),
    imported("a", "global", 3, b"\x7f\x00"),
    imported("a", "reference", 3, b"\x64\x05\x01"),
    imported("a", "tag", 4, b"\x00" + number(3)),
    imported("a", "wide memory", 2, limits(1, 1 << 40, wide=True)),
)


@pytest.mark.parametrize("other", OTHER_IMPORTS)
def test_other_imports_are_passed_over(other: bytes) -> None:
    artifact = read_artifact(module(section(2, vector(other, shared_memory(3, 4)))))
    assert artifact.shared_memory is not None
    assert artifact.shared_memory.limits.minimum == 3


def test_imports_can_stand_in_groups() -> None:
    same_module = name("env") + name("") + b"\x7f" + vector(
        name("f") + b"\0" + number(0), name("memory") + b"\2" + limits(3, 4, shared=True)
    )  # fmt: skip
    same_type = name("wasi") + name("") + b"\x7e\0" + number(0) + vector(name("other"), name("thread-spawn"))
    empty = name("env") + name("") + b"\x7e\2" + limits(9) + vector()
    artifact = read_artifact(module(section(2, vector(empty, same_module, same_type))))
    assert [(each.origin, each.limits.minimum) for each in artifact.memories] == [("env.memory", 3)]
    assert artifact.imports_thread_spawn
    assert artifact.import_modules == ("env", "wasi")


def test_a_memory_of_its_own_is_counted_behind_the_imported_ones() -> None:
    artifact = read_artifact(
        module(
            section(2, vector(shared_memory(3, 4))),
            section(5, vector(limits(1))),
            section(7, vector(exported("second", 2, 1), exported("first", 2, 0), exported("again", 2, 1))),
        )
    )
    assert [each.origin for each in artifact.memories] == ["env.memory", ""]
    assert [each.exported_as for each in artifact.memories] == [("first",), ("second", "again")]


def test_pages_can_have_another_size() -> None:
    artifact = read_artifact(module(section(5, vector(b"\x09" + number(5) + number(6) + number(0)))))
    assert artifact.memories[0].limits == Limits(minimum=5, maximum=6, shared=False, page_size=1)


@pytest.mark.parametrize(
    ("imports", "exports", "expected"),
    [
        ([("wasi", "thread-spawn")], ["wasi_thread_start"], (True, True)),
        ([("env", "thread-spawn")], ["thread_start"], (False, False)),
        ([("wasi", "thread_spawn")], ["wasi_thread_start_"], (False, False)),
        ([], [], (False, False)),
    ],
)
def test_what_threads_need_is_found_by_its_full_name(
    imports: list[tuple[str, str]], exports: list[str], expected: tuple[bool, bool]
) -> None:
    artifact = read_artifact(
        module(
            section(2, vector(*(function(*each) for each in imports))),
            section(7, vector(*(exported(each, 0) for each in exports))),
        )
    )
    assert (artifact.imports_thread_spawn, artifact.exports_thread_start) == expected


def test_a_global_named_like_the_thread_start_is_none() -> None:
    assert not read_artifact(
        module(section(7, vector(exported("wasi_thread_start", 3))))
    ).exports_thread_start


def test_custom_sections_tell_producers_and_features() -> None:
    artifact = read_artifact(
        module(producers(("rustc", "1.95.0"), ("clang", "19")), features("+atomics", "-simd128"))
    )
    assert artifact.producers == (
        Producer(field="processed-by", name="rustc", version="1.95.0"),
        Producer(field="processed-by", name="clang", version="19"),
    )
    assert artifact.features == ("+atomics", "-simd128")


def test_an_object_file_is_told_by_its_linking_section() -> None:
    assert read_artifact(module(custom("linking", number(2)))).is_object


BROKEN_CUSTOM = (
    section(0, b""),
    section(0, number(200) + b"short"),
    custom("producers", number(5)),
    custom("producers", vector(b"\xff\xff\xff\xff\xff\xff")),
    custom("target_features", number(2**32 - 1)),
    custom("target_features", vector(b"+\x02\xff\xff")),
)


@pytest.mark.parametrize("broken", BROKEN_CUSTOM)
def test_a_broken_custom_section_does_no_harm(broken: bytes) -> None:
    assert read_artifact(threads_module(17, 17, RELEASE, broken)) == _with_size(
        len(threads_module(17, 17, RELEASE, broken))
    )


def _with_size(size: int) -> object:
    from msgspec.structs import replace

    return replace(read_artifact(threads_module()), size=size)


def _path(commit: str = RELEASE) -> bytes:
    return f"/rustc/{commit}/library/core/src/x.rs".encode()


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (b"", RELEASE),
        (b"/rustc/llvm/", RELEASE),
        (f"/rustc/{RELEASE[:39]}/".encode(), RELEASE),
        (f"/rustc/{RELEASE.upper()}/".encode(), RELEASE),
        (_path("0" * 40), "0" * 40),
    ],
)
def test_the_first_full_commit_counts(before: bytes, expected: str) -> None:
    assert read_artifact(module(data(before + _path()))).commit == expected


def test_a_commit_is_found_in_debug_strings_but_not_in_code() -> None:
    assert read_artifact(module(custom(".debug_str", _path()))).commit == RELEASE
    assert read_artifact(module(section(10, _path()))).commit is None
    assert read_artifact(module(custom("other", _path()))).commit is None


def test_the_data_count_before_the_debug_strings() -> None:
    built = module(custom(".debug_str", _path("0" * 40)), data(_path()))
    assert read_artifact(built).commit == RELEASE


WHOLE = threads_module()
REFUSED = {
    "empty": (b"", Fault.NOT_WASM, "an empty file", 0),
    "text form": (b"(module)", Fault.NOT_WASM, "text form", 0),
    "text form after a comment": (b"  ;; hello (module)", Fault.NOT_WASM, "text form", 0),
    "compressed": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", Fault.NOT_WASM, "gzip", 0),
    "a program": (b"\x7fELF\x02\x01\x01\x00", Fault.NOT_WASM, "ELF", 0),
    "something else": (b"hello, world", Fault.NOT_WASM, "first bytes", 0),
    "short": (b"hi", Fault.NOT_WASM, "first bytes", 0),
    "half a header": (b"\0asm\1", Fault.TRUNCATED, "ends in its header", 5),
    "component": (b"\0asm\x0d\0\1\0", Fault.COMPONENT, "a component", 4),
    "version 2": (b"\0asm\2\0\0\0", Fault.VERSION, "version 2", 4),
    "cut off": (WHOLE[:-5], Fault.TRUNCATED, "5 fewer", 0),
    "cut off after a section's id": (module(b"\x0b"), Fault.TRUNCATED, "ends in", 9),
    "a length of 4 GiB": (module(b"\x02\xff\xff\xff\xff\x0f"), Fault.TRUNCATED, "4294967295 bytes", 8),
    "a length of more": (module(b"\x02\xff\xff\xff\xff\x7f"), Fault.MALFORMED, "32 bits", 14),
    "a length without end": (module(b"\x02" + b"\x80" * 9 + b"\0"), Fault.MALFORMED, "32 bits", 14),
    "more imports than bytes": (module(section(2, number(2**32 - 1))), Fault.MALFORMED, "ends in", 0),
    "a name longer than its section": (module(section(2, b"\1\x7fenv")), Fault.MALFORMED, "127 bytes", 0),
    "an unknown kind of import": (
        module(section(2, vector(imported("a", "b", 9, b"")))), Fault.MALFORMED, "kind 9", 0,
    ),
    "unknown limits": (module(section(5, vector(b"\x10\1"))), Fault.MALFORMED, "0x10", 0),
    "giant pages": (module(section(5, vector(b"\x08\1\x40"))), Fault.MALFORMED, "pages larger", 0),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_module_is_refused_with_its_kind(case: str) -> None:
    contents, fault, words, offset = REFUSED[case]
    with pytest.raises(UnreadableModule) as caught:
        read_artifact(contents)
    assert caught.value.fault is fault
    if case == "cut off":
        words, offset = "should have", caught.value.offset
    assert words in caught.value.message
    if offset:
        assert caught.value.offset == offset


def test_every_beginning_of_a_module_is_truncated_or_a_smaller_module() -> None:
    for end in range(8, len(WHOLE)):
        try:
            read_artifact(WHOLE[:end])
        except UnreadableModule as error:
            assert error.fault is Fault.TRUNCATED, end
            assert 8 <= error.offset <= end


@given(st.binary(max_size=400))
@example(b"\x02\xff\xff\xff\xff\x0f")
def test_no_bytes_make_it_fail_in_another_way(contents: bytes) -> None:
    for whole in (contents, module(contents)):
        _read(whole)


@given(st.sampled_from([0, 2, 5, 7, 11]), st.binary(max_size=200))
def test_no_section_makes_it_fail_in_another_way(kind: int, contents: bytes) -> None:
    for whole in (
        section(kind, contents),
        custom("producers", contents),
        custom("target_features", contents),
    ):
        _read(module(whole))


@given(st.data())
@settings(max_examples=300)
def test_no_change_of_a_real_module_makes_it_fail_in_another_way(draw: st.DataObject) -> None:
    whole = bytearray(threads_module(17, 17, RELEASE, producers(("rustc", "1.91.0")), features("+atomics")))
    for _ in range(draw.draw(st.integers(1, 4))):
        whole[draw.draw(st.integers(8, len(whole) - 1))] = draw.draw(st.integers(0, 255))
    _read(bytes(whole))


def _read(whole: bytes) -> None:
    try:
        artifact = read_artifact(whole)
    except UnreadableModule as error:
        assert 0 <= error.offset <= len(whole)
        return
    # Nothing can be larger than the bytes it was read from.
    assert len(artifact.memories) + len(artifact.producers) + len(artifact.features) <= len(whole)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=10),
)
def test_what_was_written_is_read(minimum: int, maximum: int, names: list[tuple[str, str]]) -> None:
    artifact = read_artifact(
        module(section(2, vector(*(function(*each) for each in names), shared_memory(minimum, maximum))))
    )
    assert artifact.shared_memory is not None
    assert artifact.shared_memory.limits == Limits(
        minimum=minimum, maximum=maximum, shared=True, page_size=PAGE
    )
    assert artifact.import_modules == tuple(dict.fromkeys(first for first, _ in names))


def test_names_are_utf_8_in_custom_sections_too() -> None:
    assert read_artifact(
        module(custom("producers", vector(name("sdk") + vector(name("ü") + name("1")))))
    ).producers
