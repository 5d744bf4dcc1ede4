"""An expected range: on which side of it a count is, and how far beyond it."""

from __future__ import annotations

import pytest

from checks.detection import Basis, ExpectedRange

NORMAL = ExpectedRange(1000, 800, 1250, Basis.WEEKDAY)


@pytest.mark.parametrize(
    ("count", "side", "ratio"),
    [
        (0, -1, 0.0),
        (799.9, -1, 0.7999),
        (800, 0, 1.0),
        (1000, 0, 1.0),
        (1250, 0, 1.0),
        (1250.1, 1, 1.2501),
    ],
)
def test_the_edges_of_a_range_are_inside(count: float, side: int, ratio: float) -> None:
    assert NORMAL.side_of(count) == side
    assert NORMAL.ratio_beyond(count) == pytest.approx(ratio)


def test_of_nothing_expected_there_is_no_ratio() -> None:
    nothing = ExpectedRange(0, 0, 3, Basis.RANGE)
    assert (nothing.side_of(4), nothing.ratio_beyond(4)) == (1, 1.0)


@pytest.mark.parametrize(
    ("ratio", "low", "high"), [(1.0, 800, 1250), (0.5, 400, 1250), (2.0, 800, 2500)]
)
def test_a_range_that_moves_includes_where_it_was(ratio: float, low: float, high: float) -> None:
    assert NORMAL.moved_with(ratio) == ExpectedRange(1000, low, high, Basis.WEEKDAY)


def test_a_scaled_range_is_of_so_many_times_the_counts() -> None:
    assert NORMAL.scaled(3.0) == ExpectedRange(3000, 2400, 3750, Basis.WEEKDAY)
