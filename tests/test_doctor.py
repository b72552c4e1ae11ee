"""`wasifix doctor`, on machines made of small programs, and on this one."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from machine_place import CARGO, HOST, MAX_MEMORY, SPEC, TRIPLE, WASMTIME, Place, rustc, rustup
from running import Result, copied_example
from rust_programs import sysroot

from wasifix.examination import examine
from wasifix.host import OUTPUT_LIMIT, Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")


def problems(found: dict[str, Any]) -> list[str]:
    return [f"{each['level']}: {each['message']}" for each in found["problems"]]


def programs(found: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["version"] or each["problem"] for each in found["programs"]}


def test_nothing_is_wrong_where_all_is_well(tmp_path: Path) -> None:
    found = Place(tmp_path).complete().json()
    assert problems(found) == []
    assert programs(found) == {
        "rustup": "1.29.0",
        "cargo": "1.95.0",
        "rustc": "1.95.0",
        "wasmtime": "36.0.9",
        "wasmer": "not in PATH",
    }
    assert found["toolchain"] == {
        "name": f"stable-{HOST}", "reason": "default", "rustc": "1.95.0", "target": TRIPLE,
        "max_memory": 1073741824, "max_memory_reason": "",
    }  # fmt: skip
    assert found["installed"] == [
        {"name": f"stable-{HOST}", "targets": [TRIPLE], "problem": ""},
        {"name": f"1.90.0-{HOST}", "targets": [], "problem": "toolchain is broken"},
    ]
    assert found["verdict"] == "nothing is wrong: this machine can build and run the project"


def test_the_installed_release_settles_a_channel_that_moves(tmp_path: Path) -> None:
    place = Place(tmp_path).complete(rustc=rustc("1.89.0", "2025-08-04", SPEC % ("-x", "-y")))
    found = place.json()
    assert problems(found) == [
        "error: memory-cannot-grow: this module's memory cannot grow (rust-toolchain.toml:2:11)"
    ]
    assert found["problems"][0]["command"] == "wasifix apply --strategy upgrade"
    assert found["toolchain"]["max_memory"] == 0


def test_a_nightly_is_known_by_the_day_of_its_commit(tmp_path: Path) -> None:
    found = Place(tmp_path).complete(rustc=rustc("1.91.0-nightly", "2025-08-12", SPEC % ("-x", "-y"))).json()
    assert found["toolchain"]["rustc"] == "1.91.0-nightly-2025-08-13"
    assert problems(found) == []


def test_a_rustc_that_passes_the_argument_is_not_hit_whatever_its_number(tmp_path: Path) -> None:
    found = Place(tmp_path).complete(rustc=rustc("1.89.0", "2025-08-04")).json()
    assert problems(found) == [
        "note: memory-cannot-grow does not hit here: this rustc itself passes --max-memory"
    ]
    assert not found["fails"]


def test_a_rustc_that_lacks_the_argument_is_hit_whatever_its_number(tmp_path: Path) -> None:
    found = Place(tmp_path).complete(rustc=rustc(spec=SPEC % (MAX_MEMORY, "-x"))).json()
    assert problems(found) == ["warning: memory-cannot-grow: this rustc (1.95.0) passes no --max-memory"]


def test_a_project_that_passes_the_argument_needs_none_of_rustc(tmp_path: Path) -> None:
    place = Place(tmp_path, "has-max-memory").complete(rustc=rustc(spec=SPEC % ("-x", "-x")))
    assert not any("memory-cannot-grow" in each for each in problems(place.json()))


def test_a_missing_target_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    found = Place(tmp_path).complete(rustup=rustup(targets="wasm32-wasip1")).json()
    assert problems(found) == [f"error: the target {TRIPLE} is not installed for stable-{HOST}"]
    assert found["problems"][0]["command"] == f"rustup target add {TRIPLE}"


def test_a_missing_toolchain_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    script = f"""case "$*" in --version) echo "rustup 1.29.0";; *)
    echo "error: override toolchain '1.91.0-{HOST}' is not installed: see the file" >&2; exit 1;; esac"""
    found = Place(tmp_path).complete(rustup=script).json()
    assert problems(found) == [
        f"error: no toolchain here: override toolchain '1.91.0-{HOST}' is not installed: see the file"
    ]
    assert found["problems"][0]["command"] == f"rustup toolchain install 1.91.0-{HOST}"
    assert found["toolchain"]["rustc"] is None


@pytest.mark.parametrize(
    ("version", "fails"),
    [("36.0.9", False), ("39.0.1", False), ("47.0.3", True), ("49.0.4", True), ("6.0.2", True)],
)
def test_a_wasmtime_without_threads_is_a_problem(tmp_path: Path, version: str, fails: bool) -> None:
    found = Place(tmp_path).complete(wasmtime=f'echo "wasmtime {version} (01 2026-09-01)"').json()
    expected = f"error: Wasmtime {version} has no wasi-threads: it cannot run this target"
    assert problems(found) == ([expected] if fails else [])


@pytest.mark.parametrize(
    ("runner", "version", "expected"),
    [
        ("wasmtime run -S threads --dir .", "36.0.9", None),
        ("wasmtime run -S threads -W shared-memory", "42.0.1", None),
        ("./run.sh", "42.0.1", None),
        ("wasmtime run", "36.0.9", "for Wasmtime 36.0.9 it lacks `-S threads`"),
        ("wasmtime run -S threads", "42.0.1", "for Wasmtime 42.0.1 it lacks `-W shared-memory`"),
        (
            "/opt/wasmtime run -S threads -W shared-memory",
            "36.0.9",
            "for Wasmtime 36.0.9 it has `-W shared-memory`, which it refuses",
        ),
    ],
)
def test_the_runner_s_flags_must_fit_the_installed_wasmtime(
    tmp_path: Path, runner: str, version: str, expected: str | None
) -> None:
    place = Place(tmp_path).complete(wasmtime=f'echo "wasmtime {version} (01 2026-09-01)"')
    found = place.json(variables={"CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER": runner})
    assert problems(found) == ([f"error: the runner does not fit: {expected}"] if expected else [])
    if expected:
        assert found["problems"][0]["command"].startswith("set the variable to `")


def test_a_runner_in_a_file_is_mended_by_a_command(tmp_path: Path) -> None:
    found = Place(tmp_path).complete(wasmtime='echo "wasmtime 46.0.1"').json()
    assert problems(found) == [
        "error: the runner does not fit: for Wasmtime 46.0.1 it lacks `-W shared-memory`"
    ]
    assert found["problems"][0]["command"] == "wasifix apply --strategy runner --wasmtime 46.0.1"


def test_a_project_without_threads_needs_no_wasmtime(tmp_path: Path) -> None:
    place = Place(tmp_path).complete(wasmtime="exit 1", rustup=rustup(targets="wasm32-wasip1"))
    for file in (place.project / "rust-toolchain.toml", place.project / ".cargo" / "config.toml"):
        file.write_text(file.read_text().replace("-threads", ""))
    assert problems(place.json()) == []


def test_on_a_machine_with_nothing_all_of_it_is_missing(tmp_path: Path) -> None:
    found = Place(tmp_path).json()
    assert set(programs(found).values()) == {"not in PATH", "there is no toolchain to take it from"}
    assert problems(found)[0] == "error: no toolchain here: neither rustup nor rustc is in PATH"


def test_without_path_nothing_is_found(tmp_path: Path) -> None:
    assert Place(tmp_path).complete().json(path="")["toolchain"]["name"] is None


def test_a_rustc_without_rustup_heeds_no_toolchain_file(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.add("rustc", rustc())
    place.add("cargo", CARGO)
    place.add("wasmtime", WASMTIME)
    found = place.json()
    assert found["toolchain"]["name"] == ""
    assert found["toolchain"]["rustc"] == "1.95.0"
    assert problems(found) == []


def test_a_rustc_before_rustup_s_own_in_path_is_a_problem(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    place.add("rustc", rustc("1.85.0"), tmp_path / "first")
    found = place.json(path=f"{tmp_path}/first:{{}}")
    assert found["toolchain"]["rustc"] == "1.85.0"
    assert "warning: the first rustc in PATH is not rustup's: no rust-toolchain file counts" in problems(
        found
    )


NONSENSE = {
    "silent": "",
    "failing": "echo oops >&2; exit 3",
    "text": "echo 'Hello, world!'",
    "binary": r"printf '\377\376\000\033[31m 1.2.3'",
    "killed": "kill -9 $$",
    "broken json": "echo '{\"pre-link-args\": [1, 2'",
    "deep json": "printf '[%.0s' $(seq 1 20000)",
    "json of another shape": 'echo \'{"pre-link-args": {"wasm-lld": 7, "x": [[1]]}}\'',
    "a large version": "echo rustc 99999999999.99999999999.99999999999",
}


@pytest.mark.parametrize("name", ["rustup", "rustc", "cargo", "wasmtime"])
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_of_a_program_is_no_bug(tmp_path: Path, name: str, nonsense: str) -> None:
    place = Place(tmp_path).complete(**{name: NONSENSE[nonsense]})
    for form in ("text", "json", "markdown"):
        result = place.doctor("--format", form)
        assert b"bug" not in result.stderr, result.stderr
        assert result.exit_code in (0, 1)
        assert b"\x1b" not in result.stdout
        assert b"Traceback" not in result.stderr


def test_a_program_that_hangs_is_given_up_and_not_asked_again(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    hanging = place.add("hanging", f"sleep 60 & echo $! >> {tmp_path}/pids; wait")
    host = Host(place.project, time_limit=0.3)
    for _ in range(3):
        assert host.ask(hanging).problem == "no answer within 0.3 seconds"
    (child,) = (tmp_path / "pids").read_text().split()
    assert _is_gone(int(child))


def _is_gone(process: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_program_that_never_stops_printing_is_stopped(tmp_path: Path) -> None:
    place = Place(tmp_path)
    answer = Host(place.project).ask(place.add("endless", "exec yes"))
    assert answer.problem == f"printed more than {OUTPUT_LIMIT // 1024} KiB"
    assert len(answer.stdout) <= OUTPUT_LIMIT


def test_what_is_just_being_started_is_stopped_too(tmp_path: Path) -> None:
    place = Place(tmp_path)
    sleeper = place.add("sleeper", "exec sleep 600")
    for step in range(30):
        host = Host(place.project)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(host.ask, sleeper, time_limit=5) for _ in range(4)]
            time.sleep(step / 5000)
            host.stop()
        assert {each.result().problem for each in asked} <= {"was stopped", "ended with -9"}


def test_a_program_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.add("broken", "")
    file.write_text("#!/no/such/interpreter\n")
    assert Host(place.project).ask(file).problem == "cannot be started (No such file or directory)"


def test_no_program_of_the_project_is_run(tmp_path: Path) -> None:
    """Neither one that PATH leads to, relatively, absolutely or by a link, nor one that a file names."""
    place = Place(tmp_path)
    mark = tmp_path / "was-run"
    planted = [
        place.add(name, f"touch {mark}", place.project)
        for name in ("rustc", "rustup", "cargo", "wasmtime", "wasmer")
    ]
    for file in planted:
        place.add(file.name, f"touch {mark}", place.project / "bin")
    links = tmp_path / "links"
    links.mkdir()
    for file in planted:
        (links / file.name).symlink_to(file)
    (place.project / "rust-toolchain.toml").write_text('[toolchain]\npath = "bin"\n')
    found = place.json(path=f".:bin:{place.project}:{place.project}/bin:{links}::{{}}")
    assert set(programs(found).values()) == {"not in PATH", "there is no toolchain to take it from"}
    assert not mark.exists()


def test_a_toolchain_that_is_linked_into_the_project_is_not_run(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    mark = tmp_path / "was-run"
    evil = place.add("rustc", f"touch {mark}", place.project / "bin")
    (place.programs / "toolchain" / "rustc").unlink()
    (place.programs / "toolchain" / "rustc").symlink_to(evil)
    found = place.json()
    assert programs(found)["rustc"] == "is part of the project, so it was not run"
    assert not mark.exists()


def test_a_toolchain_in_a_folder_is_not_run(tmp_path: Path) -> None:
    place = Place(tmp_path).complete(
        rustup='case "$*" in --version) echo "rustup 1.29.0";; *) echo "/some/where/else";; esac'
    )
    found = place.json()
    assert found["toolchain"]["reason"] == "a toolchain in a folder, which is not run here"


def test_programs_get_no_relative_path_and_no_choice_of_a_toolchain(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.add("show", 'echo "$PATH|$RUSTUP_TOOLCHAIN|$RUSTUP_AUTO_INSTALL|$PWD"')
    before = dict(os.environ)
    os.environ["PATH"] = f".:{place.project}:{place.programs}"
    os.environ["RUSTUP_TOOLCHAIN"] = "evil"
    try:
        answer = Host(place.project).ask(file)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert answer.stdout == f"{place.programs}||0|/\n"


def test_variables_that_count_are_shown_with_what_they_do_and_others_are_not(tmp_path: Path) -> None:
    given = {
        "RUSTFLAGS": "-D warnings",
        "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER": "wasmtime",
        "RUSTC_WRAPPER": "sccache",
        "CARGO_PROFILE_RELEASE_LTO": "true",
        "CARGO_BUILD_TARGET": TRIPLE,
        "RUSTUP_TOOLCHAIN": "stable",
        "CARGO_REGISTRY_TOKEN": "secret",
        "GITHUB_TOKEN": "secret",
        "RUSTFLAGS_EXTRA": "secret",
    }
    place = Place(tmp_path).complete()
    found = place.json(variables=given)
    effects = {each["name"]: each["effect"] for each in found["variables"]}
    assert set(effects) == {name for name, value in given.items() if value != "secret"}
    assert effects["RUSTFLAGS"] == "replaces all rustflags of the configuration files"
    assert effects["RUSTC_WRAPPER"] == "puts another program in rustc's place"
    for form in ("text", "json", "markdown"):
        assert b"secret" not in place.doctor("--format", form, variables=given).stdout


def test_the_home_folder_and_the_place_of_the_project_are_not_shown(tmp_path: Path) -> None:
    home = tmp_path / "home" / "somebody"
    home.mkdir(parents=True)
    why = f"overridden by '{tmp_path}/project/rust-toolchain.toml'"
    place = Place(home).complete(rustup=rustup(why=why.replace(str(tmp_path), str(home))))
    for form in ("text", "json", "markdown"):
        result = place.doctor(
            "--format", form, variables={"HOME": str(home), "RUSTC_WRAPPER": f"{home}/bin/x"}
        )
        assert b"somebody" not in result.stdout
        assert b"~/" in result.stdout


def test_markdown_has_the_verdict_and_a_block_that_nothing_can_close(tmp_path: Path) -> None:
    place = Place(tmp_path).complete(wasmtime="echo wasmtime 48.0.0")
    result = place.doctor("--format", "markdown", variables={"RUSTFLAGS": "````\n# heading"})
    lines = result.stdout.decode().splitlines()
    assert lines[0] == "**wasifix doctor:** Wasmtime 48.0.0 has no wasi-threads: it cannot run this target"
    assert lines[2] == "`````text"
    assert lines.index("`````") == len(lines) - 1
    assert "# heading" not in lines


def test_text_keeps_to_80_columns_and_paints_on_demand(tmp_path: Path) -> None:
    place = Place(tmp_path).complete(wasmtime="echo wasmtime 48.0.0")
    shown = place.doctor(variables={"RUSTFLAGS": "-C link-arg=x " * 20}).stdout.decode()
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown
    assert "\x1b[1;31merror\x1b[0m: Wasmtime 48.0.0" in place.doctor("--color", "always").stdout.decode()


def test_the_output_file_gets_it(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    result = place.doctor("--output-file", "doctor.txt")
    assert result == Result(stdout=b"", stderr=b"", exit_code=0)
    assert (place.project / "doctor.txt").read_bytes().startswith(b"Programs\n")


def test_without_a_project_it_tells_of_the_machine(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    (place.project / "Cargo.toml").unlink()
    found = place.json()
    assert found["no_project"]
    assert found["verdict"] == "nothing is wrong with the machine; there is no project here to look at"


def test_a_project_that_cannot_be_read_is_said_beside_the_rest(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    (place.project / "Cargo.toml").write_text("[package\n")
    result = place.doctor("--format", "json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert "Cargo.toml:1:" in found["no_project"]
    assert programs(found)["rustc"] == "1.95.0"


def test_nothing_of_the_project_is_changed(tmp_path: Path) -> None:
    place = Place(tmp_path).complete()
    before = {file: file.stat().st_mtime_ns for file in place.project.rglob("*")}
    place.doctor()
    assert {file: file.stat().st_mtime_ns for file in place.project.rglob("*")} == before


def test_the_real_programs_of_this_machine_answer(tmp_path: Path) -> None:
    if shutil.which("rustup") is None:
        pytest.skip("needs rustup")
    sysroot()
    folder = copied_example("floating", tmp_path / "project")
    machine = examine(Host(folder), folder, TRIPLE)
    assert machine.program("rustup").version
    assert machine.active.value is not None
    assert machine.active.value.startswith("stable")
    assert machine.compiler.value is not None
    assert machine.compiler.value.low is not None
    if machine.compiler.value.low.minor >= 92:
        assert machine.spec_max_memory.value == 1073741824
    assert any(each.name == machine.active.value for each in machine.installed)
