from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import pytest

from project.layouts import in_memory, package
from wasifix.documents.toml import TomlDocument
from wasifix.project.cargo_config import CargoConfig
from wasifix.project.config_files import read_config
from wasifix.project.profiles import masks, package_overrides, settings, variable

NOTHING: Mapping[str, str] = {}


def read(
    manifest: str = "", config: str = "", variables: Mapping[str, str] = NOTHING
) -> tuple[TomlDocument, CargoConfig]:
    sources = in_memory({"Cargo.toml": package("p", manifest), ".cargo/config.toml": config})
    document = sources.toml("Cargo.toml")
    assert document is not None
    return document, read_config(sources, "", variables)


def effective(
    profile: str, key: str, manifest: str, config: str = "", variables: Mapping[str, str] = NOTHING
) -> object:
    document, merged = read(manifest, config, variables)
    return next((each.value for each in settings(document, merged, profile, key)), None)


def level(value: object, profile: str = "release") -> str:
    return f"[profile.{profile}]\nopt-level = {value}\n"


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("release", "CARGO_PROFILE_RELEASE_OPT_LEVEL"),
        ("wasmtime-test", "CARGO_PROFILE_WASMTIME_TEST_OPT_LEVEL"),
        ("a_b", "CARGO_PROFILE_A_B_OPT_LEVEL"),
    ],
)
def test_the_variable_of_a_profile(profile: str, name: str) -> None:
    assert variable(profile, "opt-level") == name


@pytest.mark.parametrize(
    ("manifest", "config", "text", "value"),
    [
        ("", "", None, None),
        (level(1), "", None, 1),
        (level('"s"'), "", None, "s"),
        (level(1), level(2), None, 2),
        (level(1), level(2), "3", 3),
        (level(1), level(2), "z", "z"),
        (level(1), level(2), "false", False),
        ("", level(2), None, 2),
        (level(1, "dev"), level(2, "bench"), None, None),
        (level([1]), "", None, None),
    ],
)
def test_variable_before_config_before_manifest(
    manifest: str, config: str, text: str | None, value: object
) -> None:
    variables = {} if text is None else {"CARGO_PROFILE_RELEASE_OPT_LEVEL": text}
    assert effective("release", "opt-level", manifest, config, variables) == value


@pytest.mark.parametrize(
    ("profile", "manifest", "value"),
    [
        ("bench", level(1), 1),
        ("test", level(1, "dev"), 1),
        ("test", level(1), None),
        ("x", '[profile.x]\ninherits = "release"\n' + level(1), 1),
        ("x", '[profile.x]\ninherits = "y"\n[profile.y]\ninherits = "bench"\n' + level(1), 1),
        ("x", '[profile.x]\ninherits = "release"\nopt-level = 2\n' + level(1), 2),
        ("x", '[profile.x]\ninherits = "test"\n' + level(1), None),
        ("x", '[profile.x]\ninherits = "x"\n', None),
        ("x", '[profile.x]\ninherits = "y"\n[profile.y]\ninherits = "x"\n', None),
        ("none-such", level(1), None),
    ],
)
def test_a_profile_takes_from_those_it_inherits(profile: str, manifest: str, value: object) -> None:
    assert effective(profile, "opt-level", manifest) == value


def test_a_profile_may_live_in_the_configuration_only() -> None:
    config = '[profile.x]\ninherits = "release"\n'
    assert effective("x", "opt-level", level(1), config) == 1
    assert (
        effective("x", "opt-level", level(1) + level(0, "dev"), config, {"CARGO_PROFILE_X_INHERITS": "dev"})
        == 0
    )


@pytest.mark.parametrize(
    ("manifest", "config", "variables", "places"),
    [
        (level(1), "", {}, []),
        (level(1), level(2), {}, [".cargo/config.toml:2:13"]),
        (level(1), "", {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "3"}, [""]),
        (level(1), level(2), {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "3"}, ["", ".cargo/config.toml:2:13"]),
        ("", level(2), {}, [".cargo/config.toml:2:13"]),
        (level(1), level(2, "bench"), {"CARGO_PROFILE_BENCH_OPT_LEVEL": "3"}, []),
    ],
)
def test_what_hides_a_setting_of_the_manifest(
    manifest: str, config: str, variables: dict[str, str], places: list[str]
) -> None:
    found = masks(*read(manifest, config, variables), "release", "opt-level")
    assert [each.evidence.place for each in islice(found, 9)] == places


@pytest.mark.parametrize(
    ("manifest", "config", "found"),
    [
        ("[profile.release.package.a]\nopt-level = 3\n", "", [3]),
        (
            "[profile.x.package.a]\nopt-level = 2\n[profile.release.package.a]\nopt-level = 3\n",
            "",
            [2],
        ),
        ("[profile.release.package.a]\nopt-level = 3\n", "[profile.x.package.b]\nopt-level = 2\n", [2, 3]),
        ("[profile.x.package.a]\ndebug = 1\n[profile.release.package.a]\nopt-level = 3\n", "", [3]),
        ("[profile.dev.package.a]\nopt-level = 3\n", "", []),
    ],
)
def test_overrides_of_an_inherited_profile_count(manifest: str, config: str, found: list[int]) -> None:
    """What it says of a package wins over what the profile itself says of all: seen in the unit graph."""
    own = '[profile.x]\ninherits = "release"\nopt-level = 1\n'
    overrides = package_overrides(*read(own + manifest, config), "x", "opt-level")
    assert [each.value for each in overrides] == found


def test_overrides_of_single_packages_come_from_manifest_and_configuration() -> None:
    manifest = (
        level(1) + '[profile.release.package."*"]\nopt-level = 3\n[profile.release.package.a]\ndebug = 1\n'
    )
    config = "[profile.release.package]\nb.opt-level = 2\n[profile.dev.package.c]\nopt-level = 3\n"
    found = package_overrides(*read(manifest, config), "release", "opt-level")
    assert [(each.value, each.evidence.place) for each in found] == [
        (2, ".cargo/config.toml:2:15"),
        (3, "Cargo.toml:8:13"),
    ]
