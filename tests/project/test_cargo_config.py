from __future__ import annotations

from collections.abc import Mapping

import pytest
from rust_programs import TARGET

from project.layouts import in_memory, package
from wasifix.errors import OutsideProject, UnreadableInput
from wasifix.project import read_project
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.config_files import read_config

NOTHING: Mapping[str, str] = {}
OWN = "CARGO_TARGET_WASM32_WASIP1_THREADS_"


def config(
    files: dict[str, str], start: str = "", variables: Mapping[str, str] = NOTHING, includes: bool = True
) -> CargoConfig:
    return read_config(in_memory(files), start, variables, includes=includes)


def flags(files: dict[str, str], start: str = "", variables: Mapping[str, str] = NOTHING) -> list[str]:
    return [each.text for each in config(files, start, variables).rustflags(TARGET)]


def build(flag: str) -> str:
    return f'[build]\nrustflags = ["{flag}"]\n'


def target(more: str, name: str = TARGET) -> str:
    return f"[target.'{name}']\n{more}\n"


def test_each_flag_knows_where_it_stands() -> None:
    text = target('rustflags = [\n  "-C",\n  "opt-level=1",\n]') + target(
        'rustflags = "-Ca  -Cb"', "cfg(all())"
    )
    found = config({".cargo/config.toml": text}).rustflags(TARGET)
    assert [(each.text, each.evidence.line) for each in found] == [
        ("-C", 3),
        ("opt-level=1", 4),
        ("-Ca", 7),
        ("-Cb", 7),
    ]


def test_nearer_folders_come_first_for_single_values_and_last_in_lists() -> None:
    files = {
        ".cargo/config.toml": '[build]\ntarget = "far"\nrustflags = ["--far"]\n',
        "a/.cargo/config.toml": '[build]\ntarget = "near"\nrustflags = ["--near"]\n',
        "b/.cargo/config.toml": build("--never"),
    }
    found = config(files, "a/src").winner("build", "target")
    assert found is not None
    assert (found.value, found.evidence.place) == ("near", "a/.cargo/config.toml:2:10")
    assert flags(files, "a/src") == ["--far", "--near"]
    assert flags(files) == ["--far"]


def test_the_file_without_ending_is_read_too() -> None:
    assert flags({".cargo/config": build("--old")}) == ["--old"]
    assert flags({".cargo/config": build("--same"), ".cargo/config.toml": build("--same")}) == ["--same"]


def test_two_files_of_one_folder_that_disagree_are_an_error() -> None:
    with pytest.raises(UnreadableInput, match="disagree") as caught:
        config({".cargo/config": build("--old"), ".cargo/config.toml": build("--new")})
    assert caught.value.place == ".cargo/config:1:1"
    assert "Cargo takes .cargo/config" in caught.value.advice


INCLUDES = {
    ".cargo/config.toml": 'include = ["a.toml", { path = "sub/b.toml", optional = true }]\n' + build("--own"),
    ".cargo/a.toml": build("--a") + 'target = "a"\n',
    ".cargo/sub/b.toml": 'include = ["c.toml"]\n' + build("--b") + 'target = "b"\n',
    ".cargo/sub/c.toml": build("--c"),
}


def test_included_files_come_before_the_including_one() -> None:
    assert flags(INCLUDES) == ["--a", "--c", "--b", "--own"]
    found = config(INCLUDES).winner("build", "target")
    assert found is not None
    assert found.value == "b"


def test_cargo_before_1_94_reads_no_includes() -> None:
    found = config(INCLUDES, includes=False)
    assert [each.text for each in found.rustflags(TARGET)] == ["--own"]


@pytest.mark.parametrize(
    ("toolchain", "read"),
    [
        (None, True),
        ("stable", True),
        ("esp", True),
        ("nightly-2025-10-03", True),
        ("1.94.0", True),
        ("1.98", True),
        ("1.93.1", False),
        ("1.91", False),
    ],
)
def test_the_toolchain_decides_whether_includes_are_read(toolchain: str | None, read: bool) -> None:
    chosen = {} if toolchain is None else {"rust-toolchain": toolchain}
    project = read_project(in_memory({**INCLUDES, "Cargo.toml": package("p"), **chosen}), "", NOTHING)
    assert (len(project.config.layers) == 4) == read


@pytest.mark.parametrize(
    ("files", "message", "place"),
    [
        ({"config": 'include = "a.toml"'}, "must be a list", "config.toml:1:11"),
        ({"config": 'include = ["gone.toml"]'}, r"there is no \.cargo/gone\.toml", "config.toml:1:12"),
        ({"config": 'include = [{ path = "gone.toml" }]'}, "there is no", "config.toml:1:12"),
        ({"config": 'include = ["a"]', "a": ""}, "must name a .toml file", "config.toml:1:12"),
        ({"config": "include = [1]"}, "must name a .toml file", "config.toml:1:12"),
        ({"config": 'include = ["config.toml"]'}, "includes itself", "config.toml:1:12"),
        (
            {"config": 'include = ["a.toml"]', "a": 'include = ["config.toml"]'},
            "includes itself",
            "a.toml:1:12",
        ),
        ({"config": 'include = ["a.toml", "a.toml"]', "a": ""}, "a second time", "config.toml:1:22"),
    ],
)
def test_an_include_that_cargo_refuses_is_an_error_with_its_place(
    files: dict[str, str], message: str, place: str
) -> None:
    with pytest.raises(UnreadableInput, match=message) as caught:
        config({f".cargo/{name}.toml": text for name, text in files.items()})
    assert caught.value.place == f".cargo/{place}"


@pytest.mark.parametrize("path", ["../../outside.toml", "/outside.toml"])
def test_an_include_out_of_the_project_is_refused_at_its_place(path: str) -> None:
    with pytest.raises(OutsideProject) as caught:
        config({".cargo/config.toml": f'include = ["{path}"]'})
    assert caught.value.place == ".cargo/config.toml:1:12"


@pytest.mark.parametrize(
    ("near", "far", "message"),
    [
        ('[build]\nrustflags = "-a"', build("-b"), "`rustflags` is a value here, and a list in"),
        (
            "[build]\nrustflags = []",
            '[build]\nrustflags = "-a"',
            "`rustflags` is a list here, and a value in",
        ),
        ("[env]\nA = { value = 'x' }", "[env]\nA = 'x'", "`A` is a table here, and a value in"),
    ],
)
def test_a_list_in_one_file_and_a_string_in_another_is_an_error(near: str, far: str, message: str) -> None:
    with pytest.raises(UnreadableInput, match=message) as caught:
        config({"a/.cargo/config.toml": near, ".cargo/config.toml": far}, "a")
    assert caught.value.place.startswith("a/.cargo/config.toml:2:")


TARGET_FLAGS = (
    target('rustflags = ["--triple"]')
    + target('rustflags = "--z"', 'cfg(target_os = "wasi")')
    + target('rustflags = ["--a"]', 'cfg(all(target_arch = "wasm32"))')
    + target('rustflags = "--never"', "cfg(unix)")
    + build("--build")
)


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        (TARGET_FLAGS, {}, "--triple --a --z"),
        (TARGET_FLAGS, {f"{OWN}RUSTFLAGS": "--env  --two"}, "--triple --env --two --a --z"),
        (TARGET_FLAGS, {"CARGO_BUILD_RUSTFLAGS": "--env"}, "--triple --a --z"),
        (TARGET_FLAGS, {"RUSTFLAGS": "--only --these"}, "--only --these"),
        (TARGET_FLAGS, {"RUSTFLAGS": ""}, ""),
        (TARGET_FLAGS, {"CARGO_ENCODED_RUSTFLAGS": "-C\x1fa b", "RUSTFLAGS": "--no"}, "-C|a b"),
        (TARGET_FLAGS, {"CARGO_ENCODED_RUSTFLAGS": "", "RUSTFLAGS": "--no"}, ""),
        (build("--build"), {}, "--build"),
        (build("--build"), {"CARGO_BUILD_RUSTFLAGS": "--env"}, "--build --env"),
        (build("--build") + target("rustflags = []"), {}, "--build"),
        (build("--build"), {f"{OWN}RUSTFLAGS": "--env"}, "--env"),
        (build("--build"), {f"{OWN}RUSTFLAGS": ""}, "--build"),
        ("", {}, ""),
    ],
)
def test_flags_come_from_one_source_only(text: str, variables: dict[str, str], expected: str) -> None:
    split = expected.split("|") if "|" in expected else expected.split()
    assert flags({".cargo/config.toml": text}, variables=variables) == split


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, None),
        ({"RUSTFLAGS": ""}, "RUSTFLAGS"),
        ({"CARGO_ENCODED_RUSTFLAGS": "", "RUSTFLAGS": ""}, "CARGO_ENCODED_RUSTFLAGS"),
        ({"CARGO_BUILD_RUSTFLAGS": "-a"}, None),
    ],
)
def test_the_variable_that_switches_configured_flags_off(variables: dict[str, str], name: str | None) -> None:
    assert config({}, variables=variables).flags_variable() == name


@pytest.mark.parametrize(
    ("text", "variables", "value"),
    [
        (target('runner = "wasmtime run"'), {}, "wasmtime run"),
        (target('runner = ["wasmtime", "run"]'), {}, "wasmtime run"),
        (target('runner = "all"', "cfg(all())") + target('runner = "own"'), {}, "own"),
        (target('runner = "all"', "cfg(all())"), {}, "all"),
        (target('runner = "none"', "cfg(any())"), {}, None),
        (target('runner = "own"'), {f"{OWN}RUNNER": "env"}, "env"),
        ("", {}, None),
    ],
)
def test_the_runner_of_a_target(text: str, variables: dict[str, str], value: str | None) -> None:
    fact = config({".cargo/config.toml": text}, variables=variables).target_setting(TARGET, "runner")
    assert fact.value == value
    assert bool(fact.reason) == (value is None)


def test_two_cfg_tables_with_a_runner_give_none() -> None:
    """Cargo refuses: `several matching instances of target.'cfg(..)'.runner`."""
    text = target('runner = "a"', "cfg(all())") + target('runner = "b"', 'cfg(target_family = "wasm")')
    fact = config({".cargo/config.toml": text}).target_setting(TARGET, "runner")
    assert fact.value is None
    assert "several cfg() tables" in fact.reason
    assert [each.line for each in fact.evidence] == [2, 4]


ATOMICS = target('rustflags = ["-a"]', 'cfg(target_feature = "atomics")')


@pytest.mark.parametrize(
    ("toolchain", "more", "variables", "seen"),
    [
        ("1.91.0", "", {}, False),
        ("nightly-2025-10-01", "", {}, True),
        ("1.91.0", "", {"RUSTC_BOOTSTRAP": "1"}, True),
        ("nightly-2025-10-01", "", {"RUSTC_BOOTSTRAP": "-1"}, False),
        ("1.91.0", "", {"RUSTC_BOOTSTRAP": "p"}, False),
        ("1.91.0", '[env]\nRUSTC_BOOTSTRAP = "1"\n', {}, True),
        ("1.91.0", '[env]\nRUSTC_BOOTSTRAP = "1"\n', {"RUSTC_BOOTSTRAP": "0"}, False),
        (
            "1.91.0",
            '[env]\nRUSTC_BOOTSTRAP = { value = "1", force = true }\n',
            {"RUSTC_BOOTSTRAP": "0"},
            True,
        ),
    ],
)
def test_only_a_nightly_shows_atomics_to_cfg_tables(
    toolchain: str, more: str, variables: dict[str, str], seen: bool
) -> None:
    files = {
        "Cargo.toml": package("p"),
        "rust-toolchain": toolchain,
        ".cargo/config.toml": ATOMICS + more,
    }
    found = read_project(in_memory(files), "", variables).config.rustflags(TARGET)
    assert [each.text for each in found] == ["-a"] * seen


def test_of_two_runners_in_two_files_the_nearer_one_counts() -> None:
    files = {
        ".cargo/config.toml": target('runner = ["far"]'),
        "a/.cargo/config.toml": target('runner = ["near"]'),
    }
    assert config(files, "a").target_setting(TARGET, "runner").value == "near"
