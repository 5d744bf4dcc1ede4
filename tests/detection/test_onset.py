"""When a decline began: a step or a slope, dated on series whose beginning is known."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.detection import Onset, Shape, decline_onset

QUICK = settings(max_examples=150, deadline=None, derandomize=True)
FIRST = date(2025, 1, 1)
START = 112
SHARES = (1.05, 1.1, 1.1, 1.05, 1.0, 0.7, 0.6)
STEP, SLOPE = Shape.STEP, Shape.SLOPE


def made(
    shape: Shape | None, size: float, days: int, *, noise: float = 0.0, seed: int = 1
) -> dict[date, float]:
    """A shop with a weekly rhythm; `days` days of less, or of less and less, at its end."""
    rng = random.Random(seed)  # noqa: S311
    history = {}
    for number in range(START + days):
        day = FIRST + timedelta(days=number)
        count = 20_000 * SHARES[day.weekday()] * math.exp(rng.gauss(0, noise))
        if number >= START and shape is not None:
            count *= (1 + size) ** (1 if shape is STEP else number - START + 1)
        history[day] = float(round(count))
    return history


def onset(history: Mapping[date, float]) -> Onset | None:
    return decline_onset(history, max(history))


def days_off(decline: Onset | None) -> int:
    assert decline is not None
    return (decline.day - FIRST).days - START


@pytest.mark.parametrize("days", [2, 3, 7, 20, 60])
@pytest.mark.parametrize("size", [-0.3, -0.5, -0.9])
def test_a_step_is_dated_with_its_size(size: float, days: int) -> None:
    decline = onset(made(STEP, size, days))
    assert decline is not None
    assert days_off(decline) == 0
    assert decline.change == pytest.approx(size, abs=0.02)
    assert decline.shape is STEP
    assert not decline.is_older


@pytest.mark.parametrize("days", [8, 14, 30, 60])
@pytest.mark.parametrize("size", [-0.02, -0.03, -0.05])
def test_a_slope_is_dated_with_its_change_a_day(size: float, days: int) -> None:
    decline = onset(made(SLOPE, size, days))
    assert decline is not None
    assert abs(days_off(decline)) <= 1
    assert decline.change == pytest.approx(size, abs=0.004)
    assert decline.shape is SLOPE
    assert decline.earliest <= decline.day <= decline.latest


def test_noise_that_hides_the_shape_tells_none_and_more_days_tell_it() -> None:
    shapes: dict[int, list[Shape | None]] = {9: [], 20: []}
    for days, seen in shapes.items():
        for seed in range(20):
            decline = onset(made(SLOPE, -0.03, days, noise=0.1, seed=seed))
            assert decline is not None
            seen.append(decline.shape)
    assert shapes[9].count(None) > 5
    assert shapes[9].count(STEP) <= 5
    assert shapes[20].count(SLOPE) >= 18


@pytest.mark.parametrize(("shape", "size", "most"), [(STEP, -0.3, 2), (SLOPE, -0.05, 4)])
def test_the_date_is_near_in_noise_of_ten_percent(shape: Shape, size: float, most: int) -> None:
    off = [days_off(onset(made(shape, size, 14, noise=0.1, seed=seed))) for seed in range(20)]
    assert sum(abs(each) <= most for each in off) >= 19


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
def test_a_level_has_no_beginning(noise: float) -> None:
    decline = [onset(made(None, 0.0, 14, noise=noise, seed=seed)) for seed in range(20)]
    assert sum(each is not None for each in decline) <= 2


@pytest.mark.parametrize("shape", [STEP, SLOPE])
def test_a_rise_is_no_decline(shape: Shape) -> None:
    assert onset(made(shape, 0.05 if shape is SLOPE else 0.5, 14)) is None


def test_a_decline_over_the_whole_time_began_before_it() -> None:
    decline = onset(made(SLOPE, -0.02, 150))
    assert decline is not None
    assert (decline.shape, decline.is_older) == (SLOPE, True)
    assert decline.change == pytest.approx(-0.02, abs=0.001)


def test_one_broken_day_moves_no_date() -> None:
    history = made(STEP, -0.3, 14, noise=0.03)
    history[FIRST + timedelta(days=START - 9)] = 20.0
    history[FIRST + timedelta(days=START + 5)] *= 6
    decline = onset(history)
    assert decline is not None
    assert (days_off(decline), decline.shape) == (0, STEP)
    assert decline.change == pytest.approx(-0.3, abs=0.05)


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekday_without_events_says_nothing(weekday: int) -> None:
    history = {
        day: 0.0 if day.weekday() == weekday else count
        for day, count in made(STEP, -0.3, 14, noise=0.05).items()
    }
    decline = onset(history)
    assert decline is not None
    assert abs(days_off(decline)) <= 1
    assert decline.change == pytest.approx(-0.3, abs=0.08)


@pytest.mark.parametrize("days", [0, 1, 14, 15])
def test_without_two_weeks_before_nothing_is_said(days: int) -> None:
    last = FIRST + timedelta(days=START + 2)
    history = made(STEP, -0.5, 3)
    assert decline_onset({d: history[d] for d in history if (last - d).days < days}, last) is None


HISTORIES = st.dictionaries(
    st.integers(-130, 3).map(lambda n: date(2025, 3, 8) + timedelta(days=n)),
    st.integers(0, 50) | st.floats(0, 1e308) | st.sampled_from([0.0, 1e-300, math.inf, math.nan]),
    max_size=130,
)


@QUICK
@given(HISTORIES)
def test_any_history_has_a_beginning_in_it_or_none(history: dict[date, float]) -> None:
    day = date(2025, 3, 8)
    decline = decline_onset(history, day)
    assert decline_onset(dict(reversed(history.items())), day) == decline
    if decline is not None:
        assert {decline.day, decline.earliest, decline.latest} <= set(history)
        assert decline.earliest <= decline.day <= decline.latest <= day
        assert -1 <= decline.change < 0
        assert not (decline.is_older and decline.shape is STEP)


@QUICK
@given(st.integers(1, 10**6), st.sampled_from([STEP, SLOPE]), st.integers(0, 50))
def test_the_size_of_a_shop_makes_no_difference(factor: int, shape: Shape, seed: int) -> None:
    history = made(shape, -0.3 if shape is STEP else -0.05, 14, noise=0.05, seed=seed)
    decline = onset(history)
    other = onset({day: count * factor for day, count in history.items()})
    assert decline is not None
    assert other is not None
    assert (other.day, other.shape) == (decline.day, decline.shape)


def test_the_first_days_of_the_calendar_are_no_error() -> None:
    history = {date(1, 1, 1) + timedelta(days=n): 100.0 if n < 30 else 50.0 for n in range(40)}
    decline = decline_onset(history, date(1, 2, 9))
    assert decline is not None
    assert decline.day == date(1, 1, 31)
