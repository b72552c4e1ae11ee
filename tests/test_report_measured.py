"""`wasifix report --verify`: what the crate of the report does with each workaround, and nothing private."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from affected_toolchain import has_threads_std
from running import copied_example, program, snapshot

from wasifix.verification import channel_name

SECRETS = {
    "RUSTFLAGS": "--cfg token_hunter2 -L/data/carol/lib",
    "CARGO_TARGET_WASM32_WASIP1_THREADS_LINKER": "/data/carol/bin/ld",
    "CARGO_REGISTRY_TOKEN": "hunter2",
    "GITHUB_TOKEN": "hunter2",
    "USER": "carol",
}


def test_the_report_answers_what_maintainers_ask(tmp_path: Path) -> None:
    """Where the target is installed, with what was measured; elsewhere it says that it is not known."""
    if shutil.which("cargo") is None:
        pytest.skip("needs Cargo")
    project = copied_example("no-toolchain", tmp_path / "carol" / "secret-project")
    before = snapshot(project)
    words = (sys.executable, "-m", "wasifix", "report", "--verify", "--output-dir", "../made")
    result = program(*words, folder=project, variables=SECRETS)
    assert result.exit_code == 0, result.stderr.decode()
    assert snapshot(project) == before
    made = project.parent / "made"
    report = (made / "report.md").read_text("utf-8")
    for question in ("opt-level = 1 and lto = false?", "Rust 1.90.0?", "which has the fix?", "--max-memory?"):
        assert question in report
    assert "| as it is | test | " in report
    if not has_threads_std():
        assert "- Does it crash as it is? Not known" in report
    for path, data in snapshot(made).items():
        for secret in ("carol", "hunter2", str(Path.home()), str(tmp_path), "secret-project"):
            assert secret not in data.decode(), f"{secret} in {path}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stable-x86_64-unknown-linux-gnu", "stable"),
        ("1.91.0-aarch64-apple-darwin", "1.91.0"),
        ("nightly-2025-10-01-x86_64-pc-windows-msvc", "nightly-2025-10-01"),
        ("carols-rust", ""),
        ("", ""),
    ],
)
def test_names_of_toolchains(name: str, expected: str) -> None:
    assert channel_name(name) == expected
