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
