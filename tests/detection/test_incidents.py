"""What a range catches, and what it leaves alone."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from checks.detection import expected_range, power
from tests.detection.samples import DAY, before, is_normal, weekly, weekly_count


def on(back: int) -> date:
    return DAY - timedelta(days=back)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("back", range(7))
@pytest.mark.parametrize("days", [28, 130])
@pytest.mark.parametrize(
    ("factor", "normal"), [(1, True), (0.5, False), (2, False), (0, False), (0.6, False)]
)
def test_incidents_on_each_weekday(
    seed: int, back: int, days: int, factor: float, normal: bool
) -> None:
    day = on(back)
    normal_range = expected_range(weekly(days=days, seed=seed, day=day), day)
    assert is_normal(normal_range, weekly_count(day) * factor) is normal


@pytest.mark.parametrize("outage", [1, 2, 3, 7])
def test_an_outage_does_not_blind_the_days_after_it(outage: int) -> None:
    history = weekly() | {on(back): 0.0 for back in range(1, outage + 1)}
    normal_range = expected_range(history, DAY)
    assert is_normal(normal_range, weekly_count(DAY))
    assert not is_normal(normal_range, 0)
    assert not is_normal(normal_range, weekly_count(DAY) / 2)
    assert not is_normal(normal_range, weekly_count(DAY) * 2)


def test_a_day_that_is_always_closed_is_normal() -> None:
    sunday = DAY + timedelta(days=6 - DAY.weekday())
    history = {
        day: 0.0 if day.weekday() == 6 else count for day, count in weekly(day=sunday).items()
    }
    assert is_normal(expected_range(history, sunday), 0)
    assert not is_normal(expected_range(history, sunday - timedelta(days=1)), 0)


def test_growth_is_followed() -> None:
    history = before([100 * 10 ** (i / 130) for i in range(130)])
    assert is_normal(expected_range(history, DAY), 1000)
    assert not is_normal(expected_range(history, DAY), 400)


def test_a_new_level_is_normal_within_two_weeks() -> None:
    history = weekly() | {on(back): weekly_count(on(back), 30_000) for back in range(1, 15)}
    assert is_normal(expected_range(history, DAY), weekly_count(DAY, 30_000))


def test_a_lone_odd_day_hardly_moves_the_next_expectation() -> None:
    quiet, odd = weekly(), weekly() | {on(1): 90_000.0}
    before_it, after_it = expected_range(quiet, DAY), expected_range(odd, DAY)
    assert before_it is not None
    assert after_it is not None
    assert after_it.expected == pytest.approx(before_it.expected, rel=0.02)


def test_a_season_of_odd_days_does_not_make_everything_normal() -> None:
    history = weekly() | {on(back): weekly_count(on(back)) * 0.3 for back in range(16, 29)}
    assert not is_normal(expected_range(history, DAY), weekly_count(DAY) / 2)
    assert not is_normal(expected_range(history, DAY), weekly_count(DAY) * 2)


@pytest.mark.parametrize("mean", [1, 3, 8, 20, 60])
def test_pure_counting_noise_is_hardly_ever_out(mean: int) -> None:
    drawn = random.Random(mean)  # noqa: S311 - not for secrets
    counts = [sum(drawn.random() < mean / 200 for _ in range(200)) for _ in range(300)]
    history = before(counts)
    judged = power(history, on(1), expected_range, days=170)
    assert judged.judged == 170
    assert judged.false_alarms <= 3
