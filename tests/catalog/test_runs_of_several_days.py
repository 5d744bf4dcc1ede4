"""What the checks over the audit log say of a run that loads Friday, Saturday and Sunday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from checks.catalog import log_entry_exists_today, quarantine_rate, rows_read, run_status
from checks.config.cron import CronTimes
from checks.core.audit_log import AuditEntry, AuditLog, StrayEntry
from checks.core.metrics import RejectedRows
from checks.core.model import Judgement, Status
from checks.core.schedule import Schedule
from checks.core.timeframe import Timeframe
from tests.catalog.samples import entry

FRIDAY, SATURDAY, SUNDAY = (date(2025, 3, day) for day in (7, 8, 9))
THURSDAY, MONDAY = date(2025, 3, 6), date(2025, 3, 10)
UTC_ZONE = ZoneInfo("UTC")
SCHEDULE = Schedule(UTC_ZONE, times=CronTimes("0 5 * * 1-5"), since_last_run=True)
ONE_DAY = replace(SCHEDULE, since_last_run=False)
DAYS = (FRIDAY, SATURDAY, SUNDAY)


def frame(day: date = SUNDAY, schedule: Schedule | None = SCHEDULE) -> Timeframe:
    """A day of the run of Monday."""
    now = datetime(2025, 3, 10, 6, tzinfo=UTC)
    return Timeframe(MONDAY, day, now, UTC_ZONE, schedule=schedule)


def file_of(day: date) -> str:
    return f"events_{day:%Y%m%d}.csv"


def loaded(
    day: date, read: int = 1000, status: str = "success", quarantined: int = 4
) -> AuditEntry:
    """The load of a day's file by the run of Monday."""
    return entry(file_of(day), read, quarantined, status=status, day=MONDAY)


def log(
    *today: AuditEntry, earlier: Mapping[date, Sequence[AuditEntry]] | None = None, **more: Any
) -> AuditLog:
    """The log of Monday's run, and of earlier ones."""
    entries = {day: tuple(rows) for day, rows in (earlier or {}).items()}
    return AuditLog(MONDAY, {**entries, **({MONDAY: today} if today else {})}, **more)


def other_days(judgement: Judgement) -> dict[str, bool]:
    """The sources, and whether the judgement says that they name other days."""
    return {row["source"]: row["names_other_days"] for row in judgement.details["sources"]}


# ---- which days


@pytest.mark.parametrize("day", DAYS)
def test_the_days_of_the_run_are_loaded_together(day: date) -> None:
    assert frame(day).days_of_load == DAYS


@pytest.mark.parametrize("day", [THURSDAY, SUNDAY, SATURDAY])
def test_a_run_of_one_day_loads_the_judged_one(day: date) -> None:
    assert frame(day, ONE_DAY).days_of_load == (day,)
    assert frame(day, None).days_of_load == (day,)


def test_a_day_of_another_run_is_loaded_alone() -> None:
    assert frame(THURSDAY).days_of_load == (THURSDAY,)


# ---- rows_read


@pytest.mark.parametrize("day", DAYS)
def test_rows_read_knows_the_files_of_the_days(day: date) -> None:
    rows = log(*(loaded(loaded_day) for loaded_day in (THURSDAY, *DAYS, MONDAY)))
    judgement = rows_read.judge(rows_read.Params(), rows, frame(day))
    assert judgement.status is Status.GREEN
    assert [name for name, is_other in other_days(judgement).items() if is_other] == [
        file_of(THURSDAY), file_of(MONDAY),
    ]  # fmt: skip


def test_rows_read_of_one_day_knows_its_file_alone() -> None:
    rows = log(*(loaded(day) for day in DAYS))
    judgement = rows_read.judge(rows_read.Params(), rows, frame(schedule=ONE_DAY))
    assert [name for name, is_other in other_days(judgement).items() if not is_other] == [
        file_of(SUNDAY)
    ]


@pytest.mark.parametrize(
    ("schedule", "days"), [(SCHEDULE, "7 to 9 March"), (ONE_DAY, "2025-03-09")]
)
def test_rows_read_asks_for_the_files_of_the_days(schedule: Schedule, days: str) -> None:
    judgement = rows_read.judge(
        rows_read.Params(), log(loaded(FRIDAY, 0)), frame(schedule=schedule)
    )
    assert judgement.status is Status.RED
    assert judgement.action.startswith(f"Check that the files of {days} arrived")


@pytest.mark.parametrize(
    ("day", "explains"), [(THURSDAY, False), (FRIDAY, True), (SUNDAY, True), (MONDAY, False)]
)
def test_empty_files_of_the_run_explain_an_empty_day(day: date, explains: bool) -> None:
    judgement = rows_read.judge(rows_read.Params(), log(loaded(day, 0)), frame())
    assert judgement.facts.explains_empty_day is explains


# ---- run_status


def test_run_status_knows_the_files_of_the_days() -> None:
    entries = [loaded(day, status="failed") for day in (THURSDAY, *DAYS, MONDAY)]
    judgement = run_status.judge(run_status.Params(), log(*entries), frame())
    assert [name for name, is_other in other_days(judgement).items() if is_other] == [
        file_of(THURSDAY), file_of(MONDAY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("failed", "explains"),
    [(DAYS, True), ((FRIDAY, SATURDAY), False), ((SUNDAY,), False), ((), False)],
)
def test_an_empty_day_is_explained_where_all_loads_failed(
    failed: tuple[date, ...], explains: bool
) -> None:
    """One load that ended well may be that of the empty day."""
    statuses = {day: "failed" if day in failed else "success" for day in DAYS}
    entries = [loaded(day, status=status) for day, status in statuses.items()]
    judgement = run_status.judge(run_status.Params(), log(*entries), frame())
    assert judgement.facts.explains_empty_day is explains


@pytest.mark.parametrize(
    ("day", "is_red"),
    [(THURSDAY, False), (FRIDAY, True), (SATURDAY, True), (SUNDAY, True), (MONDAY, True),
     (MONDAY + timedelta(days=1), False)],
)  # fmt: skip
def test_a_failed_entry_without_a_time_is_of_the_days_or_the_run(day: date, is_red: bool) -> None:
    stray = StrayEntry(file_of(day), "failed", None)
    rows = log(entry("web.csv", day=MONDAY), undated=(stray,))
    judgement = run_status.judge(run_status.Params(), rows, frame())
    assert (judgement.status is Status.RED) is is_red


# ---- log_entry_exists_today


@pytest.mark.parametrize(
    ("schedule", "days"), [(SCHEDULE, "7 to 9 March"), (ONE_DAY, "2025-03-09")]
)
def test_a_missing_run_is_asked_to_load_the_days(schedule: Schedule, days: str) -> None:
    judgement = log_entry_exists_today.judge(
        log_entry_exists_today.Params(), log(), frame(schedule=schedule)
    )
    assert judgement.action.startswith(f"Start the load of {days} (or find out why")


# ---- quarantine_rate


def usual_rate(day: date, rows: AuditLog, schedule: Schedule = SCHEDULE) -> Any:
    measured = quarantine_rate.Measured(rows, RejectedRows())
    judgement = quarantine_rate.judge(quarantine_rate.Params(), measured, frame(day, schedule))
    return judgement.details["usual_rate"]


@pytest.mark.parametrize("day", DAYS)
def test_the_usual_share_is_of_the_days_before_the_run(day: date) -> None:
    """Its own days say nothing of what is usual, also where their files name them."""
    earlier = {FRIDAY: [entry(file_of(THURSDAY), 1000, 10, day=FRIDAY)]}
    rows = log(*(loaded(loaded_day, quarantined=40) for loaded_day in DAYS), earlier=earlier)
    assert usual_rate(day, rows) == 0.01


def test_the_usual_share_of_one_day_is_of_the_days_before_it() -> None:
    earlier = {FRIDAY: [entry(file_of(THURSDAY), 1000, 10, day=FRIDAY)]}
    rows = log(*(loaded(day, quarantined=40) for day in DAYS), earlier=earlier)
    assert usual_rate(SUNDAY, rows, ONE_DAY) == 0.03


@pytest.mark.parametrize("day", DAYS)
def test_a_source_without_a_day_is_of_the_newest_day_of_its_run(day: date) -> None:
    """Friday's run loaded Thursday, which is before the days of Monday's run."""
    earlier = {FRIDAY: [entry("web", 1000, 10, day=FRIDAY)]}
    rows = log(entry("web", 3000, 90, day=MONDAY), earlier=earlier)
    assert usual_rate(day, rows) == 0.01
