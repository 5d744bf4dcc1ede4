"""Promised: a run that loads several days is judged for each, as if each were judged alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from checks import Report, Status
from checks.core.errors import UsageError
from checks.evaluation.validation import validate
from checks.evaluation.waiving import WaiverRequest, give
from checks.evidence.timeline import timeline
from checks.history import history_of
from checks.warehouse.connection import Warehouse
from tests.scheduled_shop import ScheduledShop

MONDAY = date(2025, 6, 30)
FRIDAY, SATURDAY, SUNDAY = (MONDAY - timedelta(days=back) for back in (3, 2, 1))
DAYS = (FRIDAY, SATURDAY, SUNDAY)
RED, GREEN, UNKNOWN, SKIPPED = Status.RED, Status.GREEN, Status.UNKNOWN, Status.SKIPPED
#: Judged once for the run: they say the same for each of its days.
OF_RUN = {"log_entry_exists_today", "rows_read", "run_status", "quarantine_rate"}


def shown(report: Report) -> dict[str, tuple[str, str, str, object]]:
    """What a day's checks say, those of its run left out."""
    return {
        verdict.id: (verdict.status, verdict.message, verdict.summary, verdict.value)
        for verdict in report.checks
        if verdict.id not in OF_RUN
    }


def _naive(day: int, hour: int) -> datetime:
    """A time of June as the log stores it, in UTC."""
    return datetime(2025, 6, day, hour, tzinfo=UTC).replace(tzinfo=None)


FAULTS = {
    "nothing": {},
    "no Friday": {FRIDAY: 0},
    "half of Saturday": {SATURDAY: 0.5},
    "two times Sunday": {SUNDAY: 2.0},
    "nothing at all": dict.fromkeys(DAYS, 0),
    "Friday and Sunday": {FRIDAY: 0.2, SUNDAY: 0.2},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("days", [150, 30, 12, 6])
def test_each_day_is_judged_as_alone(tmp_path: Path, fault: str, days: int) -> None:
    shop = ScheduledShop(tmp_path, days=days)
    for day, part in FAULTS[fault].items():
        shop.set(day, round(shop.counts[day] * part))
    shop.until = {SATURDAY: 15.0}
    shop.write()
    together = shop.run(MONDAY)
    assert [day.data_date for day in together.days] == list(DAYS)
    for day in together.days:
        alone = shop.run(MONDAY, data_date=day.data_date)
        assert shown(day) == shown(alone)
        assert not alone.days


def test_the_run_of_one_day_has_no_list_of_days(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.write()
    tuesday = shop.run(MONDAY - timedelta(days=6))
    assert (tuesday.data_date, tuesday.days) == (MONDAY - timedelta(days=7), ())


@pytest.mark.parametrize("bad_day", DAYS)
def test_the_worst_day_is_the_reports(tmp_path: Path, bad_day: date) -> None:
    shop = ScheduledShop(tmp_path)
    shop.set(bad_day, 0)
    shop.write()
    report = shop.run(MONDAY)
    assert (report.data_date, report.verdict, report.exit_code) == (bad_day, RED, 1)
    assert f" failed for {bad_day} (" in report.summary
    others = sorted(str(day) for day in DAYS if day != bad_day)
    assert report.summary.endswith(f"{others[0]}, {others[1]} are green")
    assert {day.data_date: day.verdict for day in report.days} == {
        day: RED if day == bad_day else GREEN for day in DAYS
    }


def test_of_equally_bad_days_the_newest_counts(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.write()
    assert shop.run(MONDAY).data_date == SUNDAY
    for day in (FRIDAY, SATURDAY):
        shop.set(day, 0)
    shop.write()
    assert shop.run(MONDAY).data_date == SATURDAY


def test_a_run_of_several_days_sends_no_more_statements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = ScheduledShop(tmp_path)
    shop.write()
    counts = []
    fetch = Warehouse.fetch

    def counting(self: Warehouse, statement: object) -> object:
        counts[-1] += 1
        return fetch(self, statement)  # type: ignore[arg-type]

    monkeypatch.setattr(Warehouse, "fetch", counting)
    for run_date in (MONDAY, MONDAY - timedelta(days=6)):
        counts.append(0)
        shop.run(run_date)
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("minute", [0, 59, 119])
def test_a_run_without_an_entry_is_awaited_until_its_grace_is_over(
    tmp_path: Path, minute: int
) -> None:
    shop = ScheduledShop(tmp_path)
    shop.without_entry = set(DAYS)
    shop.write()
    now = datetime(2025, 6, 30, 6, tzinfo=UTC) + timedelta(minutes=minute)
    report = shop.run(None, now)
    assert (report.run_date, report.verdict, report.exit_code) == (MONDAY, UNKNOWN, 2)
    first, *others = report.checks
    assert first.message == (
        "entries=unknown (not_due: the run of Monday 06:00 is expected by 08:00)"
    )
    assert first.retry
    assert {verdict.status for verdict in others} == {SKIPPED}
    assert not report.warnings


@pytest.mark.parametrize(("minute", "late"), [(120, "2 h"), (313, "5 h 13 min")])
def test_afterwards_it_is_red_with_how_late_it_is(tmp_path: Path, minute: int, late: str) -> None:
    shop = ScheduledShop(tmp_path)
    shop.without_entry = set(DAYS)
    shop.write()
    now = datetime(2025, 6, 30, 6, tzinfo=UTC) + timedelta(minutes=minute)
    report = shop.run(None, now)
    entry = report.checks[0]
    assert (entry.status, entry.message) == (RED, f"entries=0 (min 1), {late} late")
    assert f"it was due at 06:00, at the latest at 08:00, and is {late} late" in entry.summary


@pytest.mark.parametrize("now", ["2025-06-28T10:00", "2025-06-30T05:59"])
def test_before_a_runs_time_the_run_before_it_is_judged_and_said(tmp_path: Path, now: str) -> None:
    shop = ScheduledShop(tmp_path)
    shop.without_entry = set(DAYS)
    shop.write()
    report = shop.run(None, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (report.run_date, report.data_date) == (FRIDAY, FRIDAY - timedelta(days=1))
    assert report.verdict is GREEN
    assert report.summary.endswith(
        "; the run of Friday 06:00 is the newest that is due, the next one is due on Monday 06:00"
    )


def test_a_run_that_came_early_is_judged(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.set(SATURDAY, 0)
    shop.run_at = lambda day: (  # type: ignore[method-assign]
        _naive(30, 4) if day in DAYS else ScheduledShop.run_at(shop, day)
    )
    shop.write()
    before = shop.run(None, datetime(2025, 6, 30, 3, 50, tzinfo=UTC))
    after = shop.run(None, datetime(2025, 6, 30, 4, 10, tzinfo=UTC))
    assert (before.run_date, before.verdict) == (FRIDAY, GREEN)
    assert (after.run_date, after.verdict) == (MONDAY, RED)


def test_a_repair_at_the_weekend_belongs_to_fridays_run(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    thursday = FRIDAY - timedelta(days=1)
    shop.failed = {thursday: "failed"}
    shop.write()
    saturday = datetime(2025, 6, 28, 9, tzinfo=UTC)
    assert shop.run(None, saturday).verdict is RED
    shop.failed = {}
    shop.run_at = lambda day: (  # type: ignore[method-assign]
        _naive(28, 8) if day == thursday else ScheduledShop.run_at(shop, day)
    )
    shop.write()
    assert shop.run(None, saturday).verdict is GREEN


def test_without_a_log_a_day_without_events_is_awaited_too(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    for day in DAYS:
        shop.set(day, 0)
    shop.write()
    config = replace(shop.config(), audit_log=None)
    shop._loaded = config
    awaited = shop.run(None, datetime(2025, 6, 30, 7, tzinfo=UTC))
    assert (awaited.verdict, awaited.exit_code) == (UNKNOWN, 2)
    assert "expected by 08:00" in awaited.checks[4].message + awaited.checks[0].message
    assert shop.run(None, datetime(2025, 6, 30, 8, tzinfo=UTC)).verdict is RED


def test_each_data_date_is_recorded_and_incidents_go_by_the_worst(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.set(FRIDAY, 0)
    shop.write()
    shop.run(MONDAY, use_history=True, record=True)
    history = history_of(shop.config())
    evaluations = history.evaluations("shop", days=3)
    assert [(evaluation.data_date, evaluation.verdict) for evaluation in evaluations] == [
        (SUNDAY, GREEN), (SATURDAY, GREEN), (FRIDAY, RED),
    ]  # fmt: skip
    assert {evaluation.run_date for evaluation in evaluations} == {MONDAY}
    open_checks = {i.check for i in history.incident_log("shop").incidents if i.is_open}
    assert "freshness" in open_checks
    opened = next(i for i in history.incident_log("shop").incidents if i.check == "freshness")
    assert opened.opened_on == FRIDAY
    told = timeline(opened, history.incident_log("shop"), history.recorded_during("shop", opened))
    assert [entry.strong for entry in told] == ["RED"]
    shop.set(FRIDAY, 500)
    shop.write()
    shop.run(MONDAY, use_history=True, record=True)
    assert not [i for i in history.incident_log("shop").incidents if i.is_open]


def test_a_waiver_for_fridays_fault_holds_though_saturday_is_green(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.set(FRIDAY, round(shop.counts[FRIDAY] * 0.5))
    shop.write()
    shop.run(MONDAY, use_history=True, record=True)
    history = history_of(shop.config())
    at = datetime(2025, 6, 30, 10, tzinfo=UTC)
    history.give_waiver(
        "shop", "volume_expected", "ana", "known", MONDAY, 0.0, FRIDAY, at,
        subjects={"side": ("low",)},
    )  # fmt: skip
    for _ in range(2):
        report = shop.run(MONDAY, at, use_history=True, record=True)
        friday = report.days[0]
        waived = {v.id for v in friday.checks if v.status is Status.WAIVED}
        assert waived == {"volume_expected"}


def test_an_awaited_run_opens_no_incident(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.without_entry = set(DAYS)
    shop.write()
    shop.run(None, datetime(2025, 6, 30, 7, tzinfo=UTC), use_history=True, record=True)
    assert history_of(shop.config()).incident_log("shop").incidents == ()


def test_thirty_one_days_at_once(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path, '{runs: "0 6 1 * *", loads: since_last_run}')
    bad = date(2025, 5, 14)
    shop.set(bad, 0)
    shop.write()
    report = shop.run(date(2025, 6, 1))
    assert [day.data_date for day in report.days] == [
        date(2025, 5, 1) + timedelta(days=offset) for offset in range(31)
    ]
    assert (report.data_date, report.verdict) == (bad, RED)
    assert report.summary.endswith("; 30 other days are green")


def test_a_run_of_today_and_of_days_before_judges_all_of_them(tmp_path: Path) -> None:
    schedule = '{runs: "0 12 * * 1-5", grace: 2h, loads: since_last_run}'
    shop = ScheduledShop(tmp_path, schedule, "data_lag_days: 0")
    monday = MONDAY - timedelta(days=7)
    shop.until = {monday: 12.0}
    shop.set(monday, round(shop.counts[monday] / 2))
    shop.set(monday - timedelta(days=2), 0)
    shop.write()
    report = shop.run(monday, datetime(2025, 6, 23, 18, tzinfo=UTC))
    assert [(day.data_date, day.verdict) for day in report.days] == [
        (monday - timedelta(days=2), RED), (monday - timedelta(days=1), GREEN), (monday, GREEN),
    ]  # fmt: skip


def test_with_every_check_off_an_awaited_run_is_unknown(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.without_entry = set(DAYS)
    shop.write()
    config = shop.config()
    off = {id_: replace(settings, enabled=False) for id_, settings in config.checks.items()}
    shop._loaded = replace(config, checks=off)
    report = shop.run(None, datetime(2025, 6, 30, 7, tzinfo=UTC))
    assert (report.verdict, report.exit_code, report.checks) == (UNKNOWN, 2, ())


SOURCES = (
    "sources: {events_: {match: 'events_*'}, partner: {match: 'partner*', expected_by: '09:00'}}"
)


@pytest.mark.parametrize(("hour", "minute", "exit_code"), [(8, 59, 2), (9, 0, 1)])
def test_while_a_source_is_awaited_the_days_events_stop_nothing(
    tmp_path: Path, hour: int, minute: int, exit_code: int
) -> None:
    shop = ScheduledShop(tmp_path, more=SOURCES)
    tuesday = MONDAY - timedelta(days=6)
    shop.set(tuesday - timedelta(days=1), 100)
    shop.write()
    report = shop.run(tuesday, datetime(2025, 6, 24, hour, minute, tzinfo=UTC))
    assert report.exit_code == exit_code
    by_id = {verdict.id: verdict for verdict in report.checks}
    if exit_code == 2:
        assert by_id["sources_complete"].message == (
            "sources=unknown (not_due: partner is expected by 09:00)"
        )
        assert by_id["volume_expected"].message == "volume=skipped (a source is awaited)"
        assert not [v for v in report.checks if v.status is RED]
    else:
        assert by_id["volume_expected"].status is RED
        assert by_id["sources_complete"].status is RED


def test_days_that_fail_on_both_sides_have_no_single_waiver(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    shop.set(FRIDAY, 150)
    shop.set(SATURDAY, 1500)
    shop.write()
    at = datetime(2025, 6, 30, 10, tzinfo=UTC)
    shop.run(MONDAY, at, use_history=True, record=True)
    history, config = history_of(shop.config()), shop.config()
    request = WaiverRequest("volume_expected", "ana", "known", MONDAY)
    with pytest.raises(UsageError, match="too low for one day of the newest run and too high"):
        give(config, history, request, at)
    given = give(config, history, replace(request, check="volume_zscore"), at)
    assert given.data_date == FRIDAY


@pytest.mark.parametrize(
    ("changes", "skips"),
    [
        ({"rows_quarantined": 0.055}, {"quarantine_rate"}),
        ({"rows_quarantined": 0.07}, set()),
        ({"status": "failed"}, set()),
    ],
)
def test_while_a_source_is_awaited_only_what_is_incomplete_is_skipped(
    tmp_path: Path, changes: dict[str, object], skips: set[str]
) -> None:
    shop = ScheduledShop(tmp_path, more=SOURCES)
    tuesday = MONDAY - timedelta(days=6)
    loaded = tuesday - timedelta(days=1)
    if "status" in changes:
        shop.failed = {loaded: "failed"}
    shop.rejected = {loaded: float(changes.get("rows_quarantined", 0))}  # type: ignore[arg-type]
    shop.write()
    report = shop.run(tuesday, datetime(2025, 6, 24, 8, 30, tzinfo=UTC))
    by_id = {verdict.id: verdict.status for verdict in report.checks}
    assert {id_ for id_, status in by_id.items() if status is SKIPPED} == skips
    assert report.exit_code == (2 if skips else 1)


def test_validate_warns_of_runs_that_load_a_part_of_a_day(tmp_path: Path) -> None:
    for schedule, warns in (('{runs: "0 12 * * *"}', True), ('{runs: "30 23 * * *"}', False)):
        shop = ScheduledShop(tmp_path, schedule, "data_lag_days: 0")
        shop.write()
        texts = [line.text for line in validate(shop.config()) if line.warns]
        assert any("no run judges the rest of it" in text for text in texts) is warns
