"""How many rows each day's file has: weekly rhythm, slow growth, a little noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

from checks.core.errors import UsageError
from checks.demo.scenarios import OUTAGE, OUTAGE_DAYS_BEFORE, Faults, Scenario

#: Rows of the last file per requested row: 49,963 at the default of 50,000 a day.
_LAST_FILE = 49963 / 50000
#: Monday to Sunday. Two similar quiet days of seven keep every normal day's |z| below 3.
_WEEKDAY = (1.045, 1.03, 1.02, 1.025, 1.01, 0.865, 0.875)
_DAILY_GROWTH = 1.0004
_VOLUME_NOISE = 0.03
_CONVERSION_NOISE = 0.04
_NORMAL_REJECTED_SHARE = 0.0095
_REJECTED_NOISE = 0.25
#: An outage needs a full week before it, or the checks are still learning.
_WEEK = 7


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """The plan of one data day. `rows` are those of a complete file."""

    date: date
    rows: int
    conversion: float
    rejected_share: float
    faults: Faults


def plan_days(
    *, last_day: date, days: int, events_per_day: int, seed: int, scenario: Scenario
) -> Iterator[PlannedDay]:
    """Every data day of the demo, oldest first; a day that no run loaded is left out.

    Raises UsageError for sizes and dates that give no realistic shop.
    """
    _require_possible(last_day, days, events_per_day)
    unit = round(events_per_day * _LAST_FILE) / _level(last_day, seed)
    for back in range(days - 1, -1, -1):
        day = last_day - timedelta(days=back)
        faults = _faults(day, last_day, days, scenario)
        if faults.pipeline_runs:
            yield PlannedDay(
                date=day,
                rows=round(unit * _level(day, seed) / _DAILY_GROWTH**back)
                if scenario.shape.is_open(day)
                else 0,
                conversion=1 + _CONVERSION_NOISE * _noise(day, seed, "conversion"),
                rejected_share=_NORMAL_REJECTED_SHARE
                * (1 + _REJECTED_NOISE * _noise(day, seed, "rejected")),
                faults=faults,
            )


def outage_day(last_day: date, days: int) -> date | None:
    """The data day that the history shows as a resolved incident, if the demo is long enough."""
    if days < OUTAGE_DAYS_BEFORE + 1 + _WEEK:
        return None
    return last_day - timedelta(days=OUTAGE_DAYS_BEFORE)


def _faults(day: date, last_day: date, days: int, scenario: Scenario) -> Faults:
    if day == last_day or day in _days_of_lost_load(last_day, scenario):
        return scenario.faults
    return OUTAGE if day == outage_day(last_day, days) else Faults()


def _days_of_lost_load(last_day: date, scenario: Scenario) -> frozenset[date]:
    """The data days of the last load, where that never ran."""
    faults, shape = scenario.faults, scenario.shape
    lost = (f for f in shape.feeds if not faults.pipeline_runs or f.source == faults.missing_source)
    return frozenset().union(*(shape.days_of_load(feed, last_day) for feed in lost))


def _level(day: date, seed: int) -> float:
    return _WEEKDAY[day.weekday()] * (1 + _VOLUME_NOISE * _noise(day, seed, "volume"))


def _noise(day: date, seed: int, purpose: str) -> float:
    """Evenly distributed in -1..1, always the same for the same arguments."""
    digest = blake2b(f"{seed}/{day.isoformat()}/{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**63 - 1


def _require_possible(last_day: date, days: int, events_per_day: int) -> None:
    """Within these bounds ids are unique, and every check of a normal day has enough data."""
    for label, value, least, most in (
        ("days", days, _WEEK + 1, 3650),
        ("events per day", events_per_day, 2000, 10_000_000),
        ("year", last_day.year, 2000, 2200),
    ):
        if not least <= value <= most:
            raise UsageError(f"the demo's {label} must be between {least} and {most}, not {value}")
