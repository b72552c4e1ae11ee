from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasifix.releases import avoided, first_days, recommended, release_on
from wasifix.rust import UNBOUNDED, Answer, Channel, Release, ReleaseRange, parse_toolchain

R = Release
NUMBERS = st.integers(0, 99999)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("1", R(1, 0, 0)),
        ("1.90", R(1, 90, 0)),
        ("1.90.0", R(1, 90, 0)),
        ("1.100.2", R(1, 100, 2)),
        ("36.0.9", R(36, 0, 9)),
    ],
)
def test_a_release_is_read_with_missing_numbers_as_zero(text: str, release: Release) -> None:
    assert Release.parse(text) == release


@pytest.mark.parametrize(
    "text", ["", "v1.90", "1.", ".9", "1.90.0.1", "1.90-beta", " 1.90", "1.90\n", "\u0661.\u0669"]
)
def test_what_is_no_release_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a release number"):
        Release.parse(text)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_releases_are_ordered_as_numbers_and_read_back(one: tuple[int, ...], two: tuple[int, ...]) -> None:
    assert (R(*one) < R(*two)) == (one < two)
    assert Release.parse(str(R(*one))) == R(*one)


def test_1_100_comes_after_1_99() -> None:
    assert Release.parse("1.100") > Release.parse("1.99.9")


@pytest.mark.parametrize(
    ("name", "channel", "low", "high"),
    [
        ("stable", Channel.STABLE, None, None),
        ("beta", Channel.BETA, None, None),
        ("nightly", Channel.NIGHTLY, None, None),
        ("1.91", Channel.STABLE, R(1, 91), R(1, 91, UNBOUNDED)),
        ("1.91.0", Channel.STABLE, R(1, 91), R(1, 91)),
        ("1.91.1", Channel.STABLE, R(1, 91, 1), R(1, 91, 1)),
        ("1.100", Channel.STABLE, R(1, 100), R(1, 100, UNBOUNDED)),
        ("1.9", Channel.STABLE, R(1, 9), R(1, 9, UNBOUNDED)),
        ("1.91.0-beta.3", Channel.BETA, R(1, 91), R(1, 91)),
        ("1.91.0-beta", Channel.BETA, R(1, 91), R(1, 91)),
        ("1.91-beta", Channel.BETA, R(1, 91), R(1, 91)),
        ("stable-x86_64-unknown-linux-gnu", Channel.STABLE, None, None),
        ("1.91.0-x86_64-pc-windows-msvc", Channel.STABLE, R(1, 91), R(1, 91)),
        ("1.91-aarch64-apple-darwin", Channel.STABLE, R(1, 91), R(1, 91, UNBOUNDED)),
        ("stable-msvc", Channel.STABLE, None, None),
        ("nightly-x86_64", Channel.NIGHTLY, None, None),
        ("nightly-2025-10-03-x86_64-unknown-linux-gnu", Channel.NIGHTLY, R(1, 92), R(1, 92)),
    ],
)
def test_names_that_rustup_knows(
    name: str, channel: Channel, low: Release | None, high: Release | None
) -> None:
    toolchain = parse_toolchain(name)
    assert (toolchain.channel, toolchain.low, toolchain.high) == (channel, low, high)
    assert not toolchain.is_custom


@pytest.mark.parametrize(
    "name",
    [
        "",
        "v1.91",
        "^1.91",
        "~1.91",
        "esp",
        "my-stable",
        "stable ",
        "Stable",
        "1",
        "10.1",
        "1.1000",
        "1.91.000",
        "1.91.0.0",
        "1.91.0-rc.1",
        "1.91.x",
        "nightly-2025-13-45",
        "nightly-2025-02-30",
        "nightly-latest",
        "stable-foo-bar",
        "stable-",
        "stable-x86_64-",
        "1.\u06691",
        "/opt/rust",
        "1.91.0\n",
    ],
)
def test_other_names_are_custom_toolchains(name: str) -> None:
    """rustup 1.29 looks for an installed toolchain of exactly this name."""
    toolchain = parse_toolchain(name)
    assert toolchain.is_custom
    assert not toolchain.is_floating
    assert toolchain.within([ReleaseRange(R(0, 0))]) is Answer.UNKNOWN


@given(st.text() | st.from_regex(r"(stable|beta|nightly|[0-9]\.[0-9]+)(-[0-9a-z_.-]+)?", fullmatch=True))
def test_any_text_is_some_toolchain(name: str) -> None:
    toolchain = parse_toolchain(name)
    assert toolchain.name == name
    assert (toolchain.low is None) == (toolchain.high is None)
    assert toolchain.low is None or toolchain.high is None or toolchain.low <= toolchain.high


@pytest.mark.parametrize(
    ("name", "floating", "exact"),
    [
        ("stable", True, None),
        ("nightly", True, None),
        ("1.91", False, None),
        ("1.91.1", False, R(1, 91, 1)),
        ("nightly-2025-10-03", False, R(1, 92)),
        ("nightly-2020-01-01", False, None),
        ("esp", False, None),
    ],
)
def test_which_names_move_and_which_mean_one_release(
    name: str, floating: bool, exact: Release | None
) -> None:
    toolchain = parse_toolchain(name)
    assert (toolchain.is_floating, toolchain.exact) == (floating, exact)


def _range(text: str) -> ReleaseRange:
    introduced, _, fixed = text.partition("..")
    return ReleaseRange(R.parse(introduced), R.parse(fixed) if fixed else None)


@pytest.mark.parametrize(
    ("name", "ranges", "answer"),
    [
        ("1.91.0", "1.73..1.92", Answer.YES),
        ("1.91", "1.73..1.92", Answer.YES),
        ("1.73.0", "1.73..1.92", Answer.YES),
        ("1.92.0", "1.73..1.92", Answer.NO),
        ("1.92", "1.73..1.92", Answer.NO),
        ("1.72.1", "1.73..1.92", Answer.NO),
        ("1.100.0", "1.73..1.92", Answer.NO),
        ("1.9", "1.73..1.92", Answer.NO),
        ("1.9", "1.90..1.92", Answer.NO),
        ("1.91", "1.91.0..1.91.1", Answer.UNKNOWN),
        ("1.91", "1.91.1..1.92", Answer.UNKNOWN),
        ("1.94", "1.94.1..1.94.2", Answer.UNKNOWN),
        ("1.94", "1.93..1.94.0", Answer.NO),
        ("1.91.0", "1.80..1.81 1.91..1.92", Answer.YES),
        ("1.91.0", "", Answer.NO),
        ("1.100.0", "1.100..", Answer.YES),
        ("1.99", "1.100..", Answer.NO),
        ("stable", "1.73..1.92", Answer.UNKNOWN),
        ("esp", "1.73..1.92", Answer.UNKNOWN),
        ("stable-2025-10-30", "1.73..1.92", Answer.YES),
        ("stable-2025-12-11", "1.73..1.92", Answer.NO),
        ("stable-2030-01-01", "1.73..1.92", Answer.NO),
        ("stable-2030-01-01", "1.200..1.201", Answer.UNKNOWN),
    ],
)
def test_whether_a_toolchain_lies_in_a_range_can_be_unknown(name: str, ranges: str, answer: Answer) -> None:
    assert parse_toolchain(name).within(_range(each) for each in ranges.split()) is answer


@pytest.mark.parametrize(
    ("channel", "day", "low", "high"),
    [
        ("nightly", "2025-09-14", R(1, 91), R(1, 91)),
        ("nightly", "2025-09-15", R(1, 92), R(1, 92)),
        ("nightly", "2025-10-25", R(1, 92), R(1, 92)),
        ("nightly", "2025-10-26", R(1, 93), R(1, 93)),
        ("nightly", "2024-12-31", None, None),
        ("nightly", "2026-08-15", R(1, 99), R(1, 99)),
        ("nightly", "2026-08-16", R(1, 100), R(1, UNBOUNDED)),
        ("stable", "2023-10-04", None, None),
        ("stable", "2023-10-05", R(1, 73), R(1, 73)),
        ("stable", "2025-11-10", R(1, 91, 1), R(1, 91, 1)),
        ("stable", "2025-12-10", R(1, 91, 1), R(1, 91, 1)),
        ("stable", "2025-12-11", R(1, 92), R(1, 92)),
        ("beta", "2025-10-27", R(1, 91), R(1, 91)),
        ("beta", "2025-10-28", R(1, 92), R(1, 92)),
        ("beta", "2030-01-01", R(1, 99), R(1, UNBOUNDED)),
    ],
)
def test_a_date_means_the_release_of_that_day(
    channel: str, day: str, low: Release | None, high: Release | None
) -> None:
    assert release_on(Channel(channel), datetime.date.fromisoformat(day)) == (low, high)
    toolchain = parse_toolchain(f"{channel}-{day}")
    assert (toolchain.low, toolchain.high) == (low, high)
    assert not toolchain.is_floating


@pytest.mark.parametrize("channel", list(Channel))
def test_the_table_of_days_rises_with_the_releases(channel: Channel) -> None:
    releases = [release for _, release in first_days(channel)]
    assert releases == sorted(set(releases))


def test_the_recommended_release_is_none_to_avoid() -> None:
    assert recommended() >= R(1, 92)
    assert recommended() not in [each.release for each in avoided()]
