"""What --verbose says, in at most 80 columns."""

from __future__ import annotations

import pytest
from running import EXAMPLE_NAMES, ROOT, run


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_every_build_and_every_file_is_there_in_80_columns(name: str) -> None:
    result = run("check", f"examples/{name}", "--verbose", folder=ROOT)
    quiet = run("check", f"examples/{name}", folder=ROOT)
    said = result.stderr.decode()
    assert all(len(line) <= 80 for line in said.splitlines())
    assert f"  examples/{name}/Cargo.toml\n" in said.partition("Files read\n")[2]
    assert "    toolchain" in said or "  none for WebAssembly\n" in said
    assert (result.exit_code, quiet.stderr) == (quiet.exit_code, b"")


def test_it_goes_with_every_format() -> None:
    for form in ("json", "sarif", "github", "markdown"):
        result = run("check", "examples/article", "--verbose", "--format", form, folder=ROOT)
        assert result.stderr.startswith(b"Settings\n")
        assert b"Settings\n" not in result.stdout


def test_a_long_value_has_its_origin_below() -> None:
    said = run("check", "examples/article", "--verbose", folder=ROOT).stderr.decode()
    runner = "    runner      wasmtime run --wasi threads --dir . --\n"
    assert f"{runner}                examples/article/.cargo/config.toml:2:10\n" in said
