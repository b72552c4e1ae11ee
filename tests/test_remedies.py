"""What is claimed of strategies, and the strategies that there are."""

from __future__ import annotations

from wasifix.remedies import REMEDIES
from wasifix.strategies import STRATEGIES


def test_each_strategy_has_its_claim_and_each_claim_its_strategy() -> None:
    assert [each.claim for each in STRATEGIES] == list(REMEDIES.values())
    assert [each.name for each in STRATEGIES] == list(REMEDIES)
