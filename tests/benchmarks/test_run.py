"""The benchmark runs; nothing is asserted about time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from running import ROOT, program


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs the processor time of a single child")
def test_it_prints_ratios(tmp_path: Path) -> None:
    script = str(Path("tests", "benchmarks", "run.py"))
    project = tmp_path / "projects" / "one"
    project.mkdir(parents=True)
    (project / "Cargo.toml").write_text('[package]\nname = "one"\n', "utf-8")
    numbers = ("--rounds", "0", "--members", "2", "--projects", "2", "--corpus", str(tmp_path))
    done = program(sys.executable, script, *numbers, folder=ROOT)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert [line.split("  ")[0] for line in lines if "x floor" in line] == [
        "one crate",
        "one, once",
        "one, 20 times",
        "2 members",
        "2 projects",
    ]
    assert max(map(len, lines)) <= 80
