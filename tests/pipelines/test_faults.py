"""No fault is missed: the right check is red on the right data date, and on no other day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from checks.core.model import Status
from checks.demo.shapes import (
    CLOSED_ON_SUNDAYS,
    HOURLY_LOADS,
    NIGHTLY,
    WEEKDAYS_ONLY,
    Shape,
)
from tests.pipelines.replay import Replay, replay
from tests.pipelines.shop import Fault, FaultKind, Faults, Shop

FIRST = date(2025, 1, 7)
FRIDAY, SATURDAY, SUNDAY = date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 2)
MONDAY, WEDNESDAY = date(2025, 3, 3), date(2025, 3, 5)
WEEK = timedelta(days=7)
VOLUME = {"volume_zscore", "volume_expected"}
CUT_SHORT = {"freshness", *VOLUME}
NO_RUN = {"log_entry_exists_today", "event_volume", *CUT_SHORT}
MISSING_RUN = Fault(FaultKind.MISSING_RUN)
OUTAGE = Fault(FaultKind.OUTAGE)
HALF, DOUBLED = Fault(FaultKind.HALF_SOURCE), Fault(FaultKind.DOUBLED_SOURCE)
FAILED_HOURS = Fault(FaultKind.FAILED_HOURS)


def replayed(folder: Path, shape: Shape, faults: Faults) -> Replay:
    """The runs from the day before the first fault until three days after the last."""
    shop = Shop(folder, shape, faults)
    last = max(faults) + timedelta(days=4)
    return replay(shop, FIRST, last, judged_from=min(faults) - timedelta(days=1))


@pytest.mark.parametrize(
    ("shape", "day", "fault", "red"),
    [
        (NIGHTLY, WEDNESDAY, MISSING_RUN, NO_RUN),
        (NIGHTLY, WEDNESDAY, OUTAGE, CUT_SHORT),
        (NIGHTLY, SUNDAY, HALF, VOLUME),
        (NIGHTLY, WEDNESDAY, HALF, VOLUME),
        (NIGHTLY, WEDNESDAY, DOUBLED, VOLUME),
        (WEEKDAYS_ONLY, WEDNESDAY, MISSING_RUN, NO_RUN),
        (WEEKDAYS_ONLY, FRIDAY, OUTAGE, CUT_SHORT),
        (WEEKDAYS_ONLY, SATURDAY, HALF, VOLUME),
        (WEEKDAYS_ONLY, SUNDAY, DOUBLED, VOLUME),
        (WEEKDAYS_ONLY, MONDAY, OUTAGE, CUT_SHORT),
        (HOURLY_LOADS, WEDNESDAY, MISSING_RUN, NO_RUN),
        (HOURLY_LOADS, WEDNESDAY, FAILED_HOURS, {"run_status"}),
        (HOURLY_LOADS, SUNDAY, OUTAGE, CUT_SHORT),
        (CLOSED_ON_SUNDAYS, MONDAY, OUTAGE, CUT_SHORT),
        (CLOSED_ON_SUNDAYS, MONDAY, MISSING_RUN, NO_RUN),
        (CLOSED_ON_SUNDAYS, MONDAY, HALF, VOLUME),
        (CLOSED_ON_SUNDAYS, SATURDAY, DOUBLED, VOLUME),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "kind", None)),
)
def test_a_fault_turns_its_checks_red_on_its_day(
    tmp_path: Path, shape: Shape, day: date, fault: Fault, red: set[str]
) -> None:
    result = replayed(tmp_path, shape, {day: fault})
    assert result.failing() == {day: dict.fromkeys(red, Status.RED)}


def test_mondays_missing_run_is_red_for_each_of_its_days(tmp_path: Path) -> None:
    """The first of them is compared with days that are there, the others with the first too."""
    result = replayed(tmp_path, WEEKDAYS_ONLY, {SUNDAY: MISSING_RUN})
    # Until its days are loaded, a week that lacks three days has no trend.
    after = [result.failing()[day] for day in result.failing() if day > SUNDAY]
    assert all(failing == {"volume_trend": Status.UNKNOWN} for failing in after)
    assert result.red(FRIDAY) == NO_RUN
    for day in (SATURDAY, SUNDAY):
        assert result.red(day) >= NO_RUN - {"volume_zscore"}
    stopped = next(report for report in result.reports if report.exit_code)
    assert [day.data_date for day in stopped.by_day()] == [FRIDAY, SATURDAY, SUNDAY]


@pytest.mark.parametrize(
    ("shape", "fault", "red"),
    [
        (CLOSED_ON_SUNDAYS, OUTAGE, CUT_SHORT),
        (CLOSED_ON_SUNDAYS, HALF, VOLUME),
        (CLOSED_ON_SUNDAYS, MISSING_RUN, NO_RUN),
        (WEEKDAYS_ONLY, OUTAGE, CUT_SHORT),
        (NIGHTLY, OUTAGE, CUT_SHORT),
        (HOURLY_LOADS, OUTAGE, CUT_SHORT),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "kind", None)),
)
def test_the_same_fault_on_two_mondays_running_is_found_twice(
    tmp_path: Path, shape: Shape, fault: Fault, red: set[str]
) -> None:
    """The first one widens the window of seven days of the second, but makes it not usual."""
    result = replayed(tmp_path, shape, {MONDAY - WEEK: fault, MONDAY: fault})
    assert set(result.failing()) == {MONDAY - WEEK, MONDAY}
    assert result.red(MONDAY - WEEK) >= red
    assert result.red(MONDAY) >= red - {"volume_zscore"}
