"""Which days the warehouse no longer has, by numbers alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.core.counts import NAME, DayCounts, RememberedCounts, Values
from checks.measuring.gone_days import gone_days, least_of_day, missing_days, shows_kept

TODAY = date(2025, 3, 8)
COUNTED = datetime(2025, 3, 9, tzinfo=UTC)


def day(back: int) -> date:
    return TODAY - timedelta(days=back)


def remembered(*totals: int, gone: tuple[int, ...] = ()) -> dict[date, RememberedCounts]:
    """Days before today, the newest last; those so many days back are remembered as gone."""
    backs = range(len(totals), 0, -1)
    return {
        day(back): RememberedCounts(
            DayCounts(day(back), {NAME: Values({"cart": total})}), COUNTED, total,
            gone_at=COUNTED if back in gone else None,
        )
        for back, total in zip(backs, totals, strict=True)
    }  # fmt: skip


def now(*totals: int) -> dict[date, int]:
    """Events of the days up to today, as they are in the warehouse."""
    return {day(back): n for back, n in zip(range(len(totals) - 1, -1, -1), totals, strict=True)}


@pytest.mark.parametrize(
    ("known", "counted", "least"),
    [
        ((), (), 2),
        ((5,) * 9, (5,) * 8, 2),  # never a single event
        ((14,) * 9, (14,) * 8, 2),
        ((21,) * 9, (21,) * 8, 3),  # rounded up
        ((200,) * 9, (200,) * 8, 20),
        ((200, 200), (0, 0, 9), 20),  # the table may be empty now
        ((*[3] * 99, 200, 200), (3, 3, 200, 200, 200), 20),  # however many days have strays
        ((*[3] * 20, 200), (3, 3, 0, 200), 20),
        ((*[100] * 9, 15000), (*[100] * 9, 100, 100), 10),  # a bad load that was repaired
        ((*[100] * 9, 15000, 15000), (*[100] * 9, 100, 100, 100), 10),
        ((*[100] * 9, 15000, 100), (*[100] * 9, 100, 100), 10),  # a spike before these days
        ((*[100] * 20, 9000, 9000, 100), (*[100] * 7, 100), 10),
        ((*[20000] * 9, *[100] * 4, 3000), (*[100] * 4, 100, 100), 10),  # repaired after it shrank
        ((*[200] * 9,), (2, 2, 5), 20),  # an empty table, whatever came of late
    ],
)
def test_so_many_events_show_a_day(
    known: tuple[int, ...], counted: tuple[int, ...], least: int
) -> None:
    assert least_of_day(remembered(*known), now(*counted), TODAY) == least


def test_a_judged_day_does_not_say_what_is_usual() -> None:
    known = remembered(*[100] * 9, 15000)
    assert least_of_day(known, {day(back): 100 for back in range(1, 9)}, day(1)) == 10


@pytest.mark.parametrize(
    ("total", "known", "shows"),
    [
        (20, remembered(), True),
        (19, remembered(), False),
        (20, remembered(200), True),
        (20, remembered(20), True),
        (200, remembered(19), False),  # it was loaded again, alone
        (200, remembered(200, gone=(1,)), False),
    ],
)
def test_which_day_shows_that_later_days_are_kept(
    total: int, known: dict[date, RememberedCounts], shows: bool
) -> None:
    assert shows_kept(day(1), total, known, 20) is shows


def test_days_are_gone_up_to_the_first_that_is_kept() -> None:
    known = remembered(200, 200, 200, 200, gone=(4,))
    totals = {day(4): 150, day(3): 0, day(2): 90, day(1): 100}
    assert gone_days(totals, known, 20) == [day(4), day(3), day(2)]


def test_a_day_before_one_that_is_gone_shows_nothing() -> None:
    known = remembered(200, 200, 200, 200, gone=(3,))
    totals = {day(4): 200, day(3): 0, day(2): 90, day(1): 100}
    assert gone_days(totals, known, 20) == [day(3), day(2)]


def test_days_before_the_shop_are_not_missing() -> None:
    known = remembered(3, 200, 200)
    leading = [(day(back), 0) for back in (9, 4, 3, 2, 1)]
    assert missing_days(leading, known, 20, lambda cut: False) == []
    del known[day(1)]
    assert missing_days(leading, known, 20, lambda cut: False) == [day(1)]
    leading[-1] = (day(1), 90)
    assert missing_days(leading, known, 20, lambda cut: cut == day(1)) == [day(1)]
