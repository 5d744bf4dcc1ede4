"""What a rule would have caught, counted from its ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from checks.detection import Basis, ExpectedRange, Judge, Power, expected_range, power, zscore_range
from tests.detection.samples import DAY, before, constant, weekly

NEXT = DAY + timedelta(days=1)


def judge_by(low: float, high: float) -> Judge:
    normal_range = ExpectedRange((low + high) / 2, low, high, Basis.RANGE)
    return lambda history, day: normal_range


def rounded(expected_power: Power) -> Power:
    drop, jump = expected_power.smallest_drop, expected_power.smallest_jump
    return replace(
        expected_power,
        smallest_drop=None if drop is None else round(drop, 9),
        smallest_jump=None if jump is None else round(jump, 9),
    )


@pytest.mark.parametrize(
    ("counts", "expected_power"),
    [
        ([100] * 10, Power(10, 0, 0.2, 0.5)),
        ([100] * 9 + [70], Power(10, 1, 0.2, 0.5)),
        # One day in ten may be harder, two may not.
        ([100] * 9 + [120], Power(10, 0, 0.2, 0.5)),
        ([100] * 8 + [125] * 2, Power(10, 0, 0.36, 0.5)),
        ([200], Power(1, 1, None, None)),
        ([], Power(0, 0, None, None)),
    ],
)
def test_the_smallest_change_is_counted_on_days_in_range(
    counts: list[float], expected_power: Power
) -> None:
    assert rounded(power(before(counts, NEXT), DAY, judge_by(80, 150))) == expected_power


@pytest.mark.parametrize(
    ("low", "high", "drop", "jump"),
    [(0, 1000, None, 9.0), (0.5, 1001, 0.995, None), (100, 100, 0, 0)],
)
def test_what_cannot_be_caught(
    low: float, high: float, drop: float | None, jump: float | None
) -> None:
    result = power(constant(100, 30, NEXT), DAY, judge_by(low, high))
    assert rounded(result) == Power(30, 0, drop, jump)


def test_zero_counts_cannot_change() -> None:
    assert power(constant(0, 5, NEXT), DAY, judge_by(0, 5)) == Power(5, 0, None, None)


def test_missing_days_and_days_without_a_range_are_left_out() -> None:
    history = constant(1000, 20, NEXT)
    del history[DAY]
    judged = power(history, DAY, expected_range, days=20)
    assert judged.judged == 20 - 1 - 7
    assert power(history, DAY, expected_range, days=3).judged == 2


def test_each_day_is_judged_by_the_days_before_it() -> None:
    seen: list[date] = []

    def judge(history: Mapping[date, float], day: date) -> ExpectedRange | None:
        seen.append(day)
        return expected_range(history, day)

    judged = power(weekly(days=220, day=NEXT), DAY, judge)
    assert sorted(seen) == [DAY - timedelta(days=back) for back in reversed(range(90))]
    assert (judged.judged, judged.false_alarms) == (90, 0)


def test_the_newer_rule_sees_smaller_changes_than_the_older() -> None:
    history = weekly(days=220, day=NEXT)
    newer, older = power(history, DAY, expected_range), power(history, DAY, zscore_range)
    assert newer.smallest_drop is not None
    assert newer.smallest_jump is not None
    assert newer.smallest_drop < 0.35
    assert newer.smallest_jump < 1.0
    assert older.smallest_drop is None or older.smallest_drop > newer.smallest_drop


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_dates_there_are(day: date) -> None:
    assert power({day: 5.0}, day, judge_by(1, 9)).judged == 1
