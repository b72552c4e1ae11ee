"""`wasifix report`: what it writes, what it keeps to itself, and that its crate builds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tomli
from machine_place import HOST, SPEC, Place, rustc, rustup
from running import program, run
from rust_programs import cargo, write

from wasifix.doctor import diagnose
from wasifix.examination import examine
from wasifix.host import Host
from wasifix.reproduction import reproduction

OLD = rustc("1.89.0", "2025-08-04", SPEC % ("-x", "-x"))


def files(place: Place) -> dict[str, str]:
    folder = place.project / "wasifix-report"
    return {
        each.relative_to(folder).as_posix(): each.read_text("utf-8")
        for each in folder.rglob("*")
        if each.is_file()
    }


def written(place: Place, variables: dict[str, str] | None = None) -> dict[str, str]:
    given = {"PATH": str(place.programs), **(variables or {})}
    result = run("report", folder=place.project, variables=given)
    assert (result.exit_code, result.stderr) == (0, b"")
    assert result.stdout == b"wasifix-report/report.md\n"
    return files(place)


def test_a_hit_is_reported_with_all_that_is_known(tmp_path: Path) -> None:
    found = written(Place(tmp_path).complete(rustc=OLD))
    assert set(found) == {
        "report.md", "reproduce.sh", "Cargo.toml", "src/lib.rs", ".cargo/config.toml", "rust-toolchain.toml",
    }  # fmt: skip
    report = found["report.md"]
    assert report.startswith("# This module's memory cannot grow (memory-cannot-grow)\n")
    assert "- `memory allocation of N bytes failed`" in report
    assert "| rustc | 1.89.0 |" in report
    assert "| wasmer | not found |" in report
    assert "Toolchain: 1.89.0\nTarget: wasm32-wasip1-threads\n" in report
    assert "passes no `--max-memory`" in report
    assert "- error: memory-cannot-grow" in report
    assert "- https://github.com/bytecodealliance/wasmtime/issues/11958" in report
    assert tomli.loads(found["rust-toolchain.toml"])["toolchain"]["channel"] == "1.89.0"


def test_where_nothing_hits_it_says_so(tmp_path: Path) -> None:
    report = written(Place(tmp_path).complete())["report.md"]
    assert "wasifix knows of none that hits here." in report
    assert "passes `--max-memory=1073741824`" in report


def test_a_rustc_that_passes_the_argument_is_not_reported_as_hit(tmp_path: Path) -> None:
    report = written(Place(tmp_path).complete(rustc=rustc("1.89.0", "2025-08-04")))["report.md"]
    assert report.startswith("# A problem with wasm32-wasip1-threads\n")


@pytest.mark.parametrize(
    ("wasmtime", "runner"),
    [
        ("echo wasmtime 36.0.9", "wasmtime run -S threads --dir . --"),
        ("echo wasmtime 46.0.1", "wasmtime run -S threads -W shared-memory --dir . --"),
        ("echo wasmtime 48.0.0", "wasmtime run -S threads --dir . --"),
        ("exit 1", "wasmtime run -S threads --dir . --"),
    ],
)
def test_the_runner_fits_the_installed_wasmtime(tmp_path: Path, wasmtime: str, runner: str) -> None:
    config = tomli.loads(written(Place(tmp_path).complete(wasmtime=wasmtime))[".cargo/config.toml"])
    assert config["target"]["wasm32-wasip1-threads"]["runner"] == runner


def test_a_nightly_goes_by_a_name_that_rustup_can_install(tmp_path: Path) -> None:
    found = written(Place(tmp_path).complete(rustc=rustc("1.91.0-nightly", "2025-08-12")))
    assert tomli.loads(found["rust-toolchain.toml"])["toolchain"]["channel"] == "nightly-2025-08-13"


def test_nothing_of_the_user_or_the_project_is_in_it(tmp_path: Path) -> None:
    home = tmp_path / "home" / "somebody"
    home.mkdir(parents=True)
    place = Place(home).complete(rustc=OLD, rustup=rustup(why=f"overridden by '{home}/x'"))
    manifest = place.project / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace('name = "', 'name = "confidential-'))
    given = {
        "HOME": str(home),
        "RUSTFLAGS": f"--remap-path-prefix={home}=hidden",
        "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER": "confidential --token=hidden",
        "CARGO_REGISTRY_TOKEN": "hidden",
        "CARGO_BUILD_TARGET": "wasm32-wasip1-threads",
        "RUSTC_BOOTSTRAP": "confidential`hidden",
    }
    everything = "\n".join(written(place, given).values())
    for secret in ("somebody", "hidden", "confidential", str(tmp_path), HOST):
        assert secret not in everything
    assert "- `RUSTFLAGS`\n" in everything
    assert "- `CARGO_BUILD_TARGET=wasm32-wasip1-threads`\n" in everything


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    written(place)
    before = files(place)
    given = {"PATH": str(place.programs)}
    result = run("report", folder=place.project, variables=given)
    assert result.exit_code == 2
    assert b"error: wasifix-report: is there already" in result.stderr
    assert files(place) == before
    (tmp_path / "empty").mkdir()
    options = ("--output-dir", str(tmp_path / "empty"))
    assert run("report", *options, folder=place.project, variables=given).exit_code == 0
    options = ("--output-dir", str(tmp_path / "no" / "where"))
    assert run("report", *options, folder=place.project, variables=given).exit_code == 2


def test_a_project_that_cannot_be_read_gets_no_report(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    (place.project / "Cargo.toml").write_text("[package\n")
    result = run("report", folder=place.project, variables={"PATH": str(place.programs)})
    assert result.exit_code == 2
    assert not (place.project / "wasifix-report").exists()


def test_the_script_runs_what_it_says(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    written(place)
    for name in ("rustc", "cargo", "wasmtime"):
        (place.programs / name).unlink(missing_ok=True)
        place.add(name, f'echo "{name} $*|$RUSTFLAGS"')
    given = {"PATH": str(place.programs), "RUSTFLAGS": "-x"}
    result = program("sh", "wasifix-report/reproduce.sh", folder=place.project, variables=given)
    assert result.exit_code == 0
    assert result.stdout.decode().splitlines() == [
        "rustc -vV|",
        "wasmtime --version|",
        "cargo test --target wasm32-wasip1-threads --release -- --test-threads=1|",
    ]


def test_its_crate_is_one_that_cargo_builds(tmp_path: Path) -> None:
    """For the host, as the target's standard library need not be installed; also inside another workspace."""
    if shutil.which("cargo") is None:
        pytest.skip("needs Cargo")
    machine = examine(Host(tmp_path / "nowhere"), tmp_path, "wasm32-wasip1-threads")
    crate = {f"outer/report/{path}": text for path, text in reproduction(diagnose(machine, None)).items()}
    write(tmp_path, {**crate, "outer/Cargo.toml": '[workspace]\nmembers = ["x"]\n'})
    done = cargo("test", "--offline", folder=tmp_path / "outer" / "report", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "3 passed" in done.stdout
