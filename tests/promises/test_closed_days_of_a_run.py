"""Promised: a closed day that a run loads with others is judged as a closed day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from checks import Status
from tests.scheduled_shop import WEEKDAYS, ScheduledShop

MONDAY = date(2025, 6, 30)
FRIDAY, SATURDAY, SUNDAY = (MONDAY - timedelta(days=back) for back in (3, 2, 1))
#: Which of the run's days are closed.
CLOSED = {
    "[saturday]": {SATURDAY},
    "[sunday]": {SUNDAY},
    "[saturday, sunday]": {SATURDAY, SUNDAY},
    "[2025-06-27]": {FRIDAY},
    "[2025-06-27, saturday, sunday]": {FRIDAY, SATURDAY, SUNDAY},
}


def shop_of(folder: Path, closed: str) -> ScheduledShop:
    shop = ScheduledShop(folder, WEEKDAYS, closed=closed)
    weekdays = {day.weekday() for day in CLOSED[closed] if day != FRIDAY}
    shop.close([day for day in shop.counts if day.weekday() in weekdays])
    shop.close(CLOSED[closed])
    return shop


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize(
    "faults", [{}, {FRIDAY: 0}, {SATURDAY: 300}, {SUNDAY: 300}, {FRIDAY: 900, SATURDAY: 3}]
)
def test_each_day_is_judged_as_alone(tmp_path: Path, closed: str, faults: dict[date, int]) -> None:
    shop = shop_of(tmp_path, closed)
    for day, count in faults.items():
        shop.set(day, count)
    shop.write()
    for day in shop.run(MONDAY).days:
        alone = shop.run(MONDAY, data_date=day.data_date)
        assert [(v.id, v.status, v.message) for v in day.checks[4:]] == [
            (v.id, v.status, v.message) for v in alone.checks[4:]
        ], day.data_date


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_days_of_an_ordinary_run_raise_no_alarm(tmp_path: Path, closed: str) -> None:
    shop = shop_of(tmp_path, closed)
    shop.write()
    report = shop.run(MONDAY)
    alarms = [(day.data_date, v.id, v.message) for day in report.days for v in day.checks
              if v.status not in (Status.GREEN, Status.SKIPPED)]  # fmt: skip
    assert alarms == []
