"""Promised: a closed day raises no red for having no events, and hides nothing of an open day.

Replayed day by day over shops that are closed on Sundays, at weekends, and for a fortnight.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from checks import Status
from checks.evaluation.engine import evaluate
from tests.closed_shop import LAST, ClosedShop

RED, AMBER, GREEN, SKIPPED = Status.RED, Status.AMBER, Status.GREEN, Status.SKIPPED
SUNDAY, MONDAY = date(2025, 6, 22), date(2025, 6, 23)
WEEKLY = [("[sunday]", {6}), ("[saturday, sunday]", {5, 6})]
DAYS = 60
COMPARED = {"volume_zscore", "volume_expected", "event_volume", "volume_trend"}


def alarms(shop: ClosedShop, days: int = DAYS, **options: object) -> list[str]:
    """What is neither green nor skipped on the last days, as text."""
    return [
        f"{day:%a %F} {verdict.id}: {verdict.message}"
        for day in (LAST - timedelta(days=back) for back in range(days - 1, -1, -1))
        for verdict in shop.report(day, **options).checks
        if verdict.status not in (GREEN, SKIPPED)
    ]


@pytest.mark.parametrize(("closed", "weekdays"), WEEKLY)
@pytest.mark.parametrize("has_entries", [True, False])
def test_two_months_of_an_ordinary_shop_raise_no_alarm(
    tmp_path: Path, closed: str, weekdays: set[int], has_entries: bool
) -> None:
    shop = ClosedShop(tmp_path, closed, weekdays)
    if not has_entries:
        shop.without_entry = {day for day, count in shop.counts.items() if not count}
    shop.write()
    assert alarms(shop) == []


@pytest.mark.parametrize(("closed", "weekdays"), WEEKLY)
def test_a_young_shop_learns_on_its_open_days_and_is_then_judged(
    tmp_path: Path, closed: str, weekdays: set[int]
) -> None:
    shop = ClosedShop(tmp_path, closed, weekdays, days=20)
    shop.write()
    assert alarms(shop, days=19) == []
    judged = LAST - timedelta(days=4)
    statuses = shop.statuses(judged)
    assert statuses["volume_expected"] is statuses["volume_zscore"] is GREEN
    first_week = [LAST - timedelta(days=back) for back in range(18, 13, -1)]
    assert all(
        shop.statuses(day)["volume_zscore"] is SKIPPED for day in first_week if shop.counts[day]
    )


@pytest.mark.parametrize(("closed", "weekdays"), WEEKLY)
@pytest.mark.parametrize(
    ("case", "red"),
    [
        ("outage", {"rows_read", "freshness", "volume_zscore", "volume_expected", "event_volume"}),
        ("half", {"volume_expected"}),
        ("doubled", {"volume_expected"}),
        ("stopped at noon", {"freshness", "volume_expected"}),
    ],
)
def test_the_first_open_day_is_judged_as_ever(
    tmp_path: Path, closed: str, weekdays: set[int], case: str, red: set[str]
) -> None:
    shop = ClosedShop(tmp_path, closed, weekdays)
    usual = shop.counts[MONDAY]
    counts = {"outage": 0, "half": usual // 2, "doubled": 2 * usual, "stopped at noon": usual // 2}
    shop.set(MONDAY, counts[case])
    if case == "stopped at noon":
        shop.until[MONDAY] = 12.0
    shop.write()
    statuses = shop.statuses(MONDAY)
    assert {id_ for id_ in red if statuses[id_] is not RED} == set()


@pytest.mark.parametrize(("closed", "weekdays"), WEEKLY)
def test_two_mondays_running_are_red(tmp_path: Path, closed: str, weekdays: set[int]) -> None:
    shop = ClosedShop(tmp_path, closed, weekdays)
    mondays = MONDAY - timedelta(days=7), MONDAY
    for day in mondays:
        shop.set(day, 0)
    shop.write()
    for day in mondays:
        statuses = shop.statuses(day)
        assert statuses["freshness"] is statuses["volume_expected"] is RED
    assert shop.statuses(MONDAY + timedelta(days=1))["volume_expected"] is GREEN


def test_an_outage_on_the_day_before_and_after_a_closure_is_one_silence(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[saturday, sunday]", {5, 6})
    friday, monday = SUNDAY - timedelta(days=2), MONDAY
    for day in (friday, monday):
        shop.set(day, 0)
    shop.write()
    assert shop.statuses(monday)["event_volume"] is RED
    report = shop.report(monday)
    details = next(v for v in report.checks if v.id == "event_volume").details
    assert {state["silent_since"] for state in details["names"]} == {friday}


@pytest.mark.parametrize(
    ("spelled", "reason"),
    [
        ("[{from: 2025-06-02, to: 2025-06-15}]", "closed"),
        ("[2025-06-02, {from: 2025-06-03, to: 2025-06-15}, sunday]", "closed"),
    ],
)
def test_a_closed_fortnight_changes_nothing_of_the_days_after_it(
    tmp_path: Path, spelled: str, reason: str
) -> None:
    shop = ClosedShop(tmp_path, spelled, {6} if "sunday" in spelled else ())
    first = date(2025, 6, 2)
    shop.close(first + timedelta(days=offset) for offset in range(14))
    shop.write()
    assert alarms(shop, days=35) == []
    assert shop.messages(first)["freshness"] == f"lag=none ({reason})"
    shop.set(date(2025, 6, 16), 0)
    shop.write()
    assert shop.statuses(date(2025, 6, 16))["volume_expected"] is RED


@pytest.mark.parametrize(("closed", "weekdays"), [*WEEKLY, ("[sunday]", ())])
def test_a_closed_day_says_why_no_events_are_right(
    tmp_path: Path, closed: str, weekdays: set[int]
) -> None:
    shop = ClosedShop(tmp_path, closed, weekdays)
    shop.set(SUNDAY, 0)
    shop.write()
    messages, statuses = shop.messages(SUNDAY), shop.statuses(SUNDAY)
    assert messages["freshness"] == "lag=none (closed: Sunday)"
    assert messages["rows_read"] == "rows_read=0 (closed: Sunday)"
    assert messages["volume_expected"].startswith("volume=0 (closed: Sunday, at most ")
    assert {id_: messages[id_] for id_ in COMPARED - {"volume_expected"}} == {
        "volume_zscore": "z=skipped (closed: Sunday)",
        "event_volume": "silent=skipped (closed: Sunday)",
        "volume_trend": "change=skipped (closed: Sunday)",
    }
    assert set(statuses.values()) == {GREEN, SKIPPED}


def test_many_events_on_a_closed_day_are_amber_in_one_voice(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[sunday]", {6})
    shop.set(SUNDAY, 300)
    shop.write()
    report = shop.report(SUNDAY)
    failing = [verdict for verdict in report.checks if verdict.status not in (GREEN, SKIPPED)]
    assert [(verdict.id, verdict.status) for verdict in failing] == [("volume_expected", AMBER)]
    assert failing[0].message.startswith("volume=300 (closed: Sunday, at most ")
    assert "remove the day from `calendar.closed`" in failing[0].action


def test_events_on_closed_days_say_nothing_of_open_ones(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[sunday]", {6})
    for day in shop.counts:
        if day.weekday() == 6:
            shop.set(day, 4000)
    shop.write()
    assert {line.split()[0] for line in alarms(shop, days=30)} == {"Sun"}


def test_a_failed_load_of_a_closed_day_is_red(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[sunday]", {6})
    shop.failed[SUNDAY] = "failed"
    shop.write()
    assert shop.statuses(SUNDAY)["run_status"] is RED


def test_a_run_of_an_open_day_without_an_entry_is_red(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[sunday]", {6})
    shop.without_entry = {SUNDAY, MONDAY}
    shop.write()
    closed, opened = shop.statuses(SUNDAY), shop.statuses(MONDAY)
    assert closed["log_entry_exists_today"] is GREEN
    assert closed["run_status"] is closed["quarantine_rate"] is closed["rows_read"] is SKIPPED
    assert opened["log_entry_exists_today"] is RED


@pytest.mark.parametrize("strays", [0, 3])
def test_latest_is_the_newest_open_day(tmp_path: Path, strays: int) -> None:
    shop = ClosedShop(tmp_path, "[sunday]", {6})
    shop.set(SUNDAY, strays)
    shop.write()
    now = datetime.combine(MONDAY, time(6), UTC)
    report = evaluate(shop.config(), now=now, data_date="latest", use_history=False, explain=False)
    assert report.data_date == SUNDAY - timedelta(days=1)
    assert report.verdict is GREEN


def test_latest_is_red_where_the_last_open_day_has_no_events(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[sunday]", {6})
    shop.set(SUNDAY - timedelta(days=1), 0)
    shop.set(SUNDAY, 3)
    shop.write()
    now = datetime.combine(MONDAY, time(6), UTC)
    report = evaluate(shop.config(), now=now, data_date="latest", use_history=False, explain=False)
    assert report.data_date == SUNDAY - timedelta(days=2)
    assert {v.id: v.status for v in report.checks}["freshness"] is RED


def test_remembered_counts_judge_like_counted_ones(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[saturday, sunday]", {5, 6}, days=60)
    shop.write()
    days = [LAST - timedelta(days=back) for back in range(24, -1, -1)]
    remembered = [shop.messages(day, use_history=True, record=True) for day in days]
    assert remembered == [shop.messages(day) for day in days]


def test_a_table_that_keeps_a_few_days_misses_no_closed_one(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[saturday, sunday]", {5, 6}, days=60)
    shop.write()
    for back in range(24, -1, -1):
        shop.report(LAST - timedelta(days=back), use_history=True, record=True)
    kept = LAST - timedelta(days=4)  # from the Wednesday on
    for day in list(shop.counts):
        if day < kept:
            shop.counts[day] = 0
    monday = LAST + timedelta(days=1)
    shop.counts[monday] = shop.read[monday] = 400
    shop.write()
    report = shop.report(monday, use_history=True)
    verdicts = {verdict.id: verdict for verdict in report.checks}
    assert verdicts["volume_expected"].status is GREEN, verdicts["volume_expected"].message
    assert verdicts["volume_zscore"].details["missing"] == []


def test_holidays_close_a_shop_that_says_so(tmp_path: Path) -> None:
    holiday = date(2025, 6, 9)
    shop = ClosedShop(tmp_path, "[holidays, sunday]", {6}, more="holidays: DE")
    shop.close([holiday, date(2025, 5, 1), date(2025, 5, 29), date(2025, 4, 18), date(2025, 4, 21)])
    shop.write()
    assert shop.messages(holiday)["freshness"] == "lag=none (closed: Pentecost Monday)"
    assert alarms(shop) == []
