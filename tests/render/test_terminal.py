"""How a long line fits into a terminal."""

from __future__ import annotations

import pytest

from wasifix.render.terminal import excerpt

LINE = "run: cargo +1.91.0 test --release --target wasm32-wasip1-threads"


@pytest.mark.parametrize(
    ("at", "width", "shown"),
    [
        (0, 64, LINE),
        (0, 20, "run: cargo +1.91.0 …"),
        (5, 20, "run: cargo +1.91.0 …"),
        (11, 20, "…n: cargo +1.91.0 t…"),
        (43, 20, "…--target wasm32-wa…"),
        (60, 20, "…sm32-wasip1-threads"),
        (0, 1, "…"),
    ],
)
def test_the_place_is_in_sight(at: int, width: int, shown: str) -> None:
    assert excerpt(LINE, at, width) == shown
