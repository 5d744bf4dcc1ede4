"""457 values of one dimension: one budget of amber days for all, and a dying one is seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from checks.catalog import event_volume
from checks.core.counts import NAME, DailyCounts, DayCounts, Values, largest
from checks.evidence._power_parts import EventVolumeRule, event_volume_power
from tests.catalog.samples import DAY

VALUES, DAYS, TESTED = 457, 130, 70
_WEEKDAYS = (1.0, 0.9, 0.95, 1.0, 1.2, 1.4, 0.8)
MOST_VALUES = 200


def poisson(chance: Random, mean: float) -> int:
    """A count with that mean; nearly normal, which is near enough above a few events."""
    return max(0, round(chance.gauss(mean, mean**0.5)))


def shop(seed: int, dying: Sequence[int] = ()) -> DailyCounts:
    """Few large values and many small ones, each with a scatter of its own."""
    chance = Random(seed)  # noqa: S311  (noise, no secret)
    sizes = [4_000 / (rank + 2) ** 0.9 for rank in range(VALUES)]
    scatter = [chance.uniform(0.02, 0.15) for _ in sizes]
    counted = {}
    for back in range(DAYS - 1, -1, -1):
        day = DAY - timedelta(days=back)
        of_day = _WEEKDAYS[day.weekday()] * chance.gauss(1, 0.06)
        events = {
            f"campaign-{number:03}": poisson(chance, size * of_day * chance.lognormvariate(0, own))
            for number, (size, own) in enumerate(zip(sizes, scatter, strict=True))
        }
        if not back:
            events |= {f"campaign-{number:03}": 0 for number in dying}
        told = largest({value: count for value, count in events.items() if count}, MOST_VALUES)
        everything = Values({"page_viewed": sum(events.values())})
        counted[day] = DayCounts(day, {NAME: everything, "campaign": told})
    return DailyCounts(tuple(counted), counted)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_budget_for_all_values(seed: int) -> None:
    rule, parts = event_volume_power(EventVolumeRule(event_volume.Params()), shop(seed), TESTED)
    assert len(parts) > 60
    assert (len(rule.red_days), rule.days_judged) == (0, TESTED)
    runs = [day for day in rule.amber_days if day - timedelta(days=1) not in rule.amber_days]
    assert len(runs) <= 2


@pytest.mark.parametrize("number", [0, 30, 60])
def test_a_value_that_dies_among_many_is_seen_the_same_day(number: int) -> None:
    segments = event_volume.segments_of(event_volume.Params(), shop(1, dying=[number]))
    below = [segment.value for segment in segments if segment.side < 0]
    assert below == [f"campaign-{number:03}"]
