from __future__ import annotations

import pytest

from wasifix.model import Evidence, Fact
from wasifix.project.link_args import Flag, codegen_options, linker_arguments, memory_argument, uses_clang


def flags(*texts: str) -> list[Flag]:
    return [
        Flag(text, Evidence(path="config.toml", line=line, column=1)) for line, text in enumerate(texts, 1)
    ]


@pytest.mark.parametrize(
    ("texts", "size"),
    [
        (("-C", "link-arg=--max-memory=65536"), 65536),
        (("-Clink-arg=--max-memory=65536",), 65536),
        (("--codegen", "link-arg=--max-memory=65536"), 65536),
        (("--codegen=link-arg=--max-memory=65536",), 65536),
        (("-C", "link_arg=--max-memory=65536"), 65536),
        (("-Clink_args=--max-memory=65536",), 65536),
        (("-C", "link-args=--max-memory=65536"), 65536),
        (("-Clink-args=--initial-memory=131072 --max-memory=65536",), 65536),
        (("-Clink-args=--max-memory=65536  -z stack-size=1",), 65536),
        (("-Clink-arg=-max-memory=65536",), 65536),
        (("-Clink-arg=--max-memory", "-Clink-arg=65536"), 65536),
        (("-Clink-args=--max-memory 65536",), 65536),
        (("-Clink-arg=-Wl,--max-memory=65536",), 65536),
        (("-Clink-arg=-Wl,--max-memory,65536",), 65536),
        (("-Clink-arg=-Wl,--shared-memory,--max-memory=65536,--import-memory",), 65536),
        (("-Clink-arg=-Xlinker", "-Clink-arg=--max-memory=65536"), 65536),
        (("-Clink-arg=--max-memory=4294967296",), 4294967296),
        (("-Clink-arg=--max-memory=65536", "-Clink-arg=--max-memory=131072"), 131072),
        (("-Clink-args=--max-memory=131072 --max-memory=65536",), 65536),
        (("-Copt-level=1", "-Ctarget-feature=+atomics", "-Clink-arg=--max-memory=65536"), 65536),
        ((), None),
        (("--max-memory=65536",), None),
        (("-C",), None),
        (("-C", "opt-level=1"), None),
        (("-Clink-arg=--initial-memory=65536",), None),
        (("-Clink-arg=--max-memory=",), None),
        (("-Clink-arg=--max-memory=lots",), None),
        (("-Clink-arg=--max-memory=-1",), None),
        (("-Clink-arg=--max-memory=0x10000",), None),
        (("-Clink-arg=max-memory=65536",), None),
        (("-Clink-arg=--no-max-memory=65536",), None),
        (("-Clink-arg=--max-memory-growth=65536",), None),
        (("-C link-arg=--max-memory=65536",), None),  # one argument with a space: rustc knows no such option
        (("-L", "link-arg=--max-memory=65536"), None),
        (("-Zpre-link-args=--max-memory=65536",), None),
    ],
)
def test_the_maximum_that_the_linker_is_told(texts: tuple[str, ...], size: int | None) -> None:
    fact = memory_argument(flags(*texts), "max-memory")
    assert fact.value == size
    assert bool(fact.evidence) == (size is not None)
    assert bool(fact.reason) == (size is None)


def test_the_place_is_that_of_the_argument_that_wins() -> None:
    given = flags("-C", "link-arg=--max-memory=65536", "-Clink-arg=--max-memory=131072")
    assert memory_argument(given, "max-memory").evidence[0].line == 3


@pytest.mark.parametrize(
    ("texts", "maximum", "initial"),
    [
        (("-Clink-arg=--initial-memory=65536",), None, 65536),
        (("-Clink-args=--initial-memory=65536 --max-memory=131072",), 131072, 65536),
        (("-Clink-arg=--initial-memory", "-Clink-arg=65536", "-Clink-arg=--max-memory=1"), 1, 65536),
    ],
)
def test_initial_and_maximum_are_told_apart(
    texts: tuple[str, ...], maximum: int | None, initial: int | None
) -> None:
    assert memory_argument(flags(*texts), "max-memory").value == maximum
    assert memory_argument(flags(*texts), "initial-memory").value == initial


def test_other_options_are_passed_over() -> None:
    given = flags("-Copt-level=3", "-C", "lto", "--codegen=panic=abort", "-W", "unused", "-Clink-arg=-a,b")
    assert [option for option, _ in codegen_options(given)] == [
        "opt-level=3",
        "lto",
        "panic=abort",
        "link-arg=-a,b",
    ]
    assert [each.text for each in linker_arguments(given)] == ["-a,b"]


@pytest.mark.parametrize(
    ("linker", "texts", "clang"),
    [
        (None, (), False),
        ("rust-lld", (), False),
        ("wasm-ld", (), False),
        ("wasm-component-ld", (), False),
        ("clang", (), True),
        ("/opt/wasi-sdk/bin/clang", (), True),
        ("clang-19", (), True),
        ("/opt/wasi-sdk/bin/wasm32-wasip1-threads-clang++", (), True),
        (r"C:\wasi-sdk\bin\clang.exe", (), True),
        ("/opt/clang/bin/wasm-ld", (), False),
        ("zig", (), True),
        ("cc", (), True),
        (None, ("-Clinker=clang",), True),
        (None, ("-C", "linker=/usr/bin/wasm-ld"), False),
        ("clang", ("-Clinker=rust-lld",), False),
        ("rust-lld", ("-Clinker=wasm-ld", "-Clinker=clang"), True),
    ],
)
def test_a_compiler_as_linker_is_told_from_a_linker(
    linker: str | None, texts: tuple[str, ...], clang: bool
) -> None:
    assert uses_clang(Fact(value=linker), flags(*texts)).value is clang
