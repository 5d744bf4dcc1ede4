"""Five weeks of a shop with a fault a week: which check is red on which day, as a table.

`volume_zscore` is silent for a day whose window has another outage in it, which widens the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from checks.core.model import Status
from checks.demo.shapes import CLOSED_ON_SUNDAYS, HOURLY_LOADS, NIGHTLY, WEEKDAYS_ONLY, Shape
from tests.pipelines.replay import replay
from tests.pipelines.shop import Fault, FaultKind, Shop

FIRST, JUDGED_FROM = date(2024, 11, 19), date(2025, 1, 28)
LAST = JUDGED_FROM + timedelta(weeks=5)
MISSING_RUN, OUTAGE = Fault(FaultKind.MISSING_RUN), Fault(FaultKind.OUTAGE)
HALF, DOUBLED = Fault(FaultKind.HALF_SOURCE), Fault(FaultKind.DOUBLED_SOURCE)
FAILED = Fault(FaultKind.FAILED_HOURS)
#: Short names of the checks, in the order of a report.
COLUMNS = {
    "log_entry_exists_today": "log", "run_status": "status", "freshness": "fresh",
    "volume_zscore": "z", "volume_expected": "expected", "event_volume": "names",
}  # fmt: skip


def table(failing: Mapping[date, Mapping[str, Status]]) -> str:
    """A line for each day with red checks; a check that is not judged is marked."""
    lines = []
    for day, statuses in sorted(failing.items()):
        names = [
            COLUMNS.get(check, check) + ("" if status is Status.RED else "?")
            for check, status in sorted(statuses.items(), key=lambda item: _place(item[0]))
        ]
        lines.append(f"{day:%a %d %b}: {' '.join(names)}")
    return "\n".join(lines)


def _place(check: str) -> int:
    return list(COLUMNS).index(check) if check in COLUMNS else len(COLUMNS)


def day(month: int, number: int) -> date:
    return date(2025, month, number)


NIGHTLY_WEEKS = """\
Wed 29 Jan: log fresh z expected names
Fri 07 Feb: fresh z expected
Sat 15 Feb: z expected
Mon 24 Feb: z expected"""
WEEKDAY_WEEKS = """\
Wed 29 Jan: log fresh z expected names
Fri 07 Feb: fresh z expected
Sat 15 Feb: z expected
Mon 24 Feb: fresh z expected"""
HOURLY_WEEKS = """\
Wed 29 Jan: log fresh z expected names
Fri 07 Feb: status
Sat 15 Feb: fresh z expected
Mon 24 Feb: status"""
CLOSED_WEEKS = """\
Wed 29 Jan: log fresh z expected names
Mon 03 Feb: fresh expected
Mon 10 Feb: fresh expected
Sat 22 Feb: z expected"""


@pytest.mark.parametrize(
    ("shape", "faults", "expected"),
    [
        (
            NIGHTLY,
            {day(1, 29): MISSING_RUN, day(2, 7): OUTAGE, day(2, 15): HALF, day(2, 24): DOUBLED},
            NIGHTLY_WEEKS,
        ),
        (
            WEEKDAYS_ONLY,
            {day(1, 29): MISSING_RUN, day(2, 7): OUTAGE, day(2, 15): DOUBLED, day(2, 24): OUTAGE},
            WEEKDAY_WEEKS,
        ),
        (
            HOURLY_LOADS,
            {day(1, 29): MISSING_RUN, day(2, 7): FAILED, day(2, 15): OUTAGE, day(2, 24): FAILED},
            HOURLY_WEEKS,
        ),
        (
            CLOSED_ON_SUNDAYS,
            {day(1, 29): MISSING_RUN, day(2, 3): OUTAGE, day(2, 10): OUTAGE, day(2, 22): DOUBLED},
            CLOSED_WEEKS,
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_which_check_is_red_on_which_day(
    tmp_path: Path, shape: Shape, faults: Mapping[date, Fault], expected: str
) -> None:
    result = replay(Shop(tmp_path, shape, faults), FIRST, LAST, judged_from=JUDGED_FROM)
    assert table(result.failing()) == expected
