"""Settings that do not have the effect that their place promises."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from project.layouts import package, workspace

from wasifix.engine import check
from wasifix.tree import MemoryTree

BUILD = "[target.wasm32-wasip1-threads]\nrunner = 'x'\n"
LOWERED = "[profile.release]\nopt-level = 1\n"
RAISED = "[profile.release.package.b]\nopt-level = 3\n"
NOTHING: Mapping[str, str] = {}


def found(
    files: Mapping[str, str], start: str = "", variables: Mapping[str, str] = NOTHING
) -> list[tuple[str, str, str]]:
    """Id, message and places of what is found about profiles."""
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return [
        (each.id, each.message, " ".join(at.place for at in each.evidence))
        for each in check(tree, start, environment=variables).findings
        if each.id.startswith("profile-")
    ]


def single(manifest: str, config: str = BUILD) -> dict[str, str]:
    return {"Cargo.toml": package("p", manifest), ".cargo/config.toml": config, "rust-toolchain": "1.98.1"}


def test_profiles_of_a_member_are_ignored() -> None:
    files = {
        "Cargo.toml": workspace("a", "b", more=LOWERED),
        "a/Cargo.toml": package("a", LOWERED + "[profile.dev]\nopt-level = 1\n"),
        "b/Cargo.toml": package("b"),
        ".cargo/config.toml": BUILD,
    }
    message = "Cargo ignores the profiles of a: only those in Cargo.toml count"
    expected = [("profile-ignored", message, "a/Cargo.toml:5:10 a/Cargo.toml:7:10")]
    assert found(files) == expected
    assert found(files, "b") == expected


@pytest.mark.parametrize(
    ("config", "variables", "message", "first"),
    [
        ("[profile.release]\nopt-level = 3\n", {}, "is 3, not 1", ".cargo/config.toml:4:13"),
        ("", {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "z"}, "is z, not 1", ""),
        ("[profile.release]\nopt-level = 3\n", {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "2"}, "is 2, not 1", ""),
    ],
)
def test_a_setting_hidden_by_one_of_a_higher_rank_is_named(
    config: str, variables: dict[str, str], message: str, first: str
) -> None:
    expected = ("profile-masked", f"opt-level of profile `release` {message}", f"{first} Cargo.toml:6:13")
    assert found(single(LOWERED, BUILD + config), variables=variables) == [expected]


@pytest.mark.parametrize(
    ("manifest", "config"),
    [
        (LOWERED + RAISED, ""),
        (LOWERED + '[profile.release.package."*"]\nopt-level = "s"\n', ""),
        (LOWERED, "[profile.release.package.b]\nopt-level = 2\n"),
    ],
)
def test_a_lowered_level_that_is_raised_again_for_a_package_is_named(manifest: str, config: str) -> None:
    (identity, message, _), *more = found(single(manifest, BUILD + config))
    assert identity == "profile-masked"
    assert "for some packages" in message
    assert not more


@pytest.mark.parametrize(
    ("manifest", "config", "variables"),
    [
        (LOWERED, BUILD, {}),
        (LOWERED, BUILD + LOWERED, {}),
        (LOWERED, BUILD, {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "1"}),
        (LOWERED, BUILD, {"CARGO_PROFILE_DEV_OPT_LEVEL": "3", "CARGO_PROFILE_RELEASE_DEBUG": "1"}),
        (LOWERED, BUILD + "[profile.release]\nlto = true\n", {}),
        ("", BUILD + "[profile.release]\nopt-level = 3\n", {}),
        (LOWERED + "[profile.release.package.b]\nopt-level = 0\n", BUILD, {}),
        (LOWERED + "[profile.release.package.b]\ndebug = true\n", BUILD, {}),
        (LOWERED + "[profile.dev.package.b]\nopt-level = 3\n", BUILD, {}),
        ("[profile.release]\nopt-level = 3\n" + RAISED, BUILD, {}),
        ("[profile.dev]\nopt-level = 0\n[profile.dev.package.'*']\nopt-level = 3\n", BUILD, {}),
        ("[profile.release]\nlto = true\n", BUILD, {}),
        # without a WebAssembly build
        (LOWERED, "[profile.release]\nopt-level = 3\n", {}),
        (
            LOWERED + "[profile.release.package.b]\nopt-level = 3\n",
            "",
            {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "3"},
        ),
        (LOWERED, "[target.x86_64-unknown-linux-gnu]\nrunner = 'x'\n[profile.release]\nopt-level = 3\n", {}),
        ("[profile.bench]\nopt-level = 0\n[profile.bench.package.a]\nopt-level = 3\n", BUILD, {}),
    ],
)
def test_nothing_is_found_where_the_setting_counts_or_nobody_lowered_it(
    manifest: str, config: str, variables: dict[str, str]
) -> None:
    assert found(single(manifest, config), variables=variables) == []


def test_profiles_of_a_member_do_not_matter_without_a_wasm_build() -> None:
    assert found({"Cargo.toml": workspace("a"), "a/Cargo.toml": package("a", LOWERED)}) == []


def test_a_package_that_is_its_own_root_may_have_profiles() -> None:
    files = {
        "Cargo.toml": package("r", "[workspace]\nexclude = ['v']\n" + LOWERED),
        "v/Cargo.toml": package("v", LOWERED),
        ".cargo/config.toml": BUILD,
    }
    assert found(files) == found(files, "v") == []


def test_a_level_that_is_lowered_by_inheritance_can_be_raised_again_too() -> None:
    profiles = (
        '[profile.release]\nopt-level = 1\n\n[profile.own]\ninherits = "release"\n'
        "\n[profile.own.package.big]\nopt-level = 3\n"
    )
    files = {
        "Cargo.toml": f'[package]\nname = "p"\nversion = "0.1.0"\n\n{profiles}'.encode(),
        ".cargo/config.toml": b'[build]\ntarget = "wasm32-wasip1-threads"\n',
    }
    (finding,) = (each for each in check(MemoryTree(files)).findings if each.id == "profile-masked")
    assert finding.message == "opt-level of profile `own` is 3 for some packages"
    assert [each.line for each in finding.evidence] == [12, 6]
