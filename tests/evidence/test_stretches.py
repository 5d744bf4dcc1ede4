"""Days at another level that are over, and the calendar entry that they may need."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from checks.detection.baseline import Stretch
from checks.evidence.stretches import calendar_entry, recent_stretches, stretch_text

BLACK_FRIDAY = Stretch(date(2024, 11, 29), date(2024, 12, 2), 2.96)
NEW_YEAR = Stretch(date(2025, 1, 29), date(2025, 2, 4), 0.304)


def test_the_newest_comes_first_and_old_ones_are_not_told() -> None:
    both = (BLACK_FRIDAY, NEW_YEAR)
    assert recent_stretches(both, date(2025, 2, 5)) == (NEW_YEAR,)
    assert recent_stretches(both, date(2025, 1, 31)) == (NEW_YEAR, BLACK_FRIDAY)
    assert recent_stretches((), date(2025, 1, 31)) == ()


def test_a_stretch_is_told_by_its_days_and_its_factor() -> None:
    assert stretch_text(BLACK_FRIDAY) == "29 November to 2 December had 3.0 times the usual"


@pytest.mark.parametrize(
    ("factor", "expect"), [(2.96, 3.0), (0.304, 0.3), (0.001, 0.01), (12.34, 12), (1234.5, 1200)]
)
def test_the_entry_is_a_calendar(factor: float, expect: float) -> None:
    text = calendar_entry((NEW_YEAR, Stretch(BLACK_FRIDAY.first, BLACK_FRIDAY.last, factor)))
    first, second = yaml.safe_load(text)["calendar"]["days"]
    assert (first["from"], first["to"]) == (BLACK_FRIDAY.first, BLACK_FRIDAY.last)
    assert first["expect"] == pytest.approx(expect)
    assert second["expect"] == pytest.approx(0.3)
