"""The audit log of the run date, missing sources, runs per day and arrival times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD
from checks.core.errors import MeasurementError
from checks.core.model import Status
from checks.core.values import BadValue
from checks.evidence import runs, runs_trend
from checks.evidence.context import open_context
from checks.evidence.runs import (
    ABOVE_ALERT,
    ABOVE_STOP,
    ADDED,
    COUNTS,
    REPLACED,
    STATUS_ONLY,
    TIED,
    UNSETTLED,
)
from tests.shop import DAY, NOW, RUN, Row, Shop, at, log_entry


def ask(shop: Shop, read: Callable[..., Any], now: datetime = NOW, **options: Any) -> Any:
    """One reading of the judged day."""
    with open_context(shop.config(), DAY, now) as context:
        return read(context, **options)


def entry(run: datetime, source: str | None = "web.csv", **more: Any) -> Row:
    """An entry with a time and a source of its own."""
    return log_entry(DAY) | {"run_timestamp": run, "filename": source} | more


def today(shop: Shop, *rows: Row) -> None:
    """Replace the run date's entries."""
    shop.log.rows = [r for r in shop.log.rows if r["run_timestamp"].date() != RUN] + list(rows)


def test_a_healthy_load(shop: Shop) -> None:
    shop.write()
    run_log = ask(shop, runs.read)
    (load,) = run_log.loads
    assert (load.source, load.read, load.inserted, load.quarantined) == (
        "events_20250308.csv", 1000, None, 10,
    )  # fmt: skip
    assert (load.rate, load.limit, load.status, load.meaning) == (0.01, None, "success", OK)
    assert load.run_at == datetime(2025, 3, 9, 2, 15, tzinfo=UTC)
    assert (load.place, run_log.run_date, run_log.data_date) == (COUNTS, RUN, DAY)
    assert (run_log.missing, run_log.run_days, run_log.entry_count) == ((), 7, 1)
    assert (run_log.inserted_mapped, run_log.status_mapped, run_log.has_source) == (
        False,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("quarantined", "limit"),
    [(50, None), (51, ABOVE_ALERT), (60, ABOVE_ALERT), (61, ABOVE_STOP), (0, None)],
)
def test_a_rate_is_above_a_limit_only_above_it(
    tmp_path: Path, quarantined: int, limit: str | None
) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    today(shop, entry(at(RUN, 2), rows_quarantined=quarantined))
    shop.write()
    (load,) = ask(shop, runs.read).loads
    assert (load.rate, load.limit) == (quarantined / 1000, limit)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("success", OK), (" Partial_Failure ", OK), ("FAILED", FAILED), ("running", RUNNING),
        ("odd", UNHEARD), ("", UNHEARD), (None, UNHEARD),
    ],
)  # fmt: skip
def test_a_status_means_what_the_check_says(
    tmp_path: Path, status: str | None, meaning: str
) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    today(shop, entry(at(RUN, 2), status=status))
    shop.write()
    (load,) = ask(shop, runs.read).loads
    assert (load.status, load.meaning) == (status, meaning)
    assert ask(shop, runs_trend.read).days[-1].by_meaning == {meaning: 1}


def test_reruns_and_ties(shop: Shop) -> None:
    today(
        shop,
        entry(at(RUN, 2), "a", status="failed"),
        entry(at(RUN, 3), "a", rows_read=7),
        entry(at(RUN, 4), "b", status="failed"),
        entry(at(RUN, 4), "b"),
        entry(at(RUN, 1), "b"),
    )
    shop.write()
    run_log = ask(shop, runs.read)
    assert [(load.source, load.place, load.meaning) for load in run_log.loads] == [
        ("b", UNSETTLED, FAILED), ("a", COUNTS, OK), ("b", UNSETTLED, OK), ("b", UNSETTLED, OK),
        ("a", REPLACED, FAILED),
    ]  # fmt: skip
    assert run_log.unsettled == ("b",)
    shop.set("audit_log", several="replace")
    run_log = ask(shop, runs.read)
    assert [(load.source, load.place, load.meaning) for load in run_log.loads] == [
        ("b", TIED, FAILED), ("a", COUNTS, OK), ("b", TIED, OK),
        ("a", REPLACED, FAILED), ("b", REPLACED, OK),
    ]  # fmt: skip
    shop.set("audit_log", several="add")
    run_log = ask(shop, runs.read)
    assert [(load.source, load.place, load.meaning) for load in run_log.loads] == [
        ("a", STATUS_ONLY, FAILED), ("b", STATUS_ONLY, FAILED), ("a", ADDED, OK),
        ("b", ADDED, OK), ("b", ADDED, OK),
    ]  # fmt: skip
    assert run_log.unsettled == ()
    assert run_log.sources == ("a", "b")
    assert run_log.entry_count == 5


def test_without_a_source_every_entry_counts(shop: Shop) -> None:
    today(shop, entry(at(RUN, 2)), entry(at(RUN, 3)))
    shop.set("audit_log", source=None)
    shop.write()
    run_log = ask(shop, runs.read)
    assert [(load.source, load.place) for load in run_log.loads] == [(None, COUNTS)] * 2
    assert (run_log.missing, run_log.has_source) == (None, False)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (sa.BigInteger(), None, "NULL"),
        (sa.String(20), "many", "'many', not a number"),
        (sa.Double(), 2.5, "2.5, not a whole number"),
        (sa.BigInteger(), -1, "-1, below zero"),
    ],
)
def test_a_count_that_is_none_is_shown_as_it_is(
    tmp_path: Path, kind: Any, value: object, text: str
) -> None:
    shop = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    shop.log.columns |= {"rows_read": kind, "rows_inserted": kind}
    today(shop, entry(at(RUN, 2), rows_read=value) | {"rows_inserted": value})
    shop.set("audit_log", rows_inserted="rows_inserted")
    shop.write()
    (load,) = ask(shop, runs.read).loads
    assert (load.read, load.inserted, load.rate) == (BadValue(text), BadValue(text), None)


def test_nothing_read_has_no_rate(shop: Shop) -> None:
    today(shop, entry(at(RUN, 2), rows_read=0, rows_quarantined=0))
    shop.write()
    (load,) = ask(shop, runs.read).loads
    assert (load.read, load.rate, load.limit) == (0, None, None)


@pytest.mark.parametrize("key", ["status", "rows_inserted"])
def test_a_missing_column_spoils_only_itself(shop: Shop, key: str) -> None:
    shop.set("audit_log", **{key: "no_such_column"})
    shop.write()
    run_log = ask(shop, runs.read)
    problems = {"status": run_log.status_problem, "rows_inserted": run_log.inserted_problem}
    assert "no_such_column" in (problems.pop(key) or "")
    assert list(problems.values()) == [None]
    (load,) = run_log.loads
    assert (load.read, load.inserted) == (1000, None)
    assert load.meaning == (SILENT if key == "status" else OK)


def test_a_status_that_is_not_mapped_is_silent(shop: Shop) -> None:
    shop.set("audit_log", status=None)
    shop.write()
    assert ask(shop, runs.read).loads[0].meaning == SILENT
    assert ask(shop, runs_trend.read).has_status is False


@pytest.mark.parametrize("read", [runs.read, runs_trend.read])
def test_without_the_log_there_is_no_answer(shop: Shop, read: Callable[..., Any]) -> None:
    shop.write("DROP TABLE pipeline_logs")
    with pytest.raises(MeasurementError, match="pipeline_logs"):
        ask(shop, read)


def test_an_empty_log(shop: Shop) -> None:
    shop.log.rows = []
    shop.write()
    run_log = ask(shop, runs.read)
    assert (run_log.loads, run_log.missing, run_log.run_days) == ((), (), 0)
    trend = ask(shop, runs_trend.read, days=3)
    assert [day.entries for day in trend.days] == [0, 0, 0]
    assert trend.usual_arrival is None
    assert (trend.arrival.state, trend.arrival.minutes) == (runs_trend.AWAITED, None)


def _with_partner(shop: Shop, days: int) -> None:
    """Another source, on the last `days` run days before the run date."""
    for back in range(1, days + 1):
        day = RUN - timedelta(days=back)
        shop.log.rows.append(entry(at(day, 4), f"partner_{day:%Y%m%d}.json"))


@pytest.mark.parametrize(("days", "missing"), [(6, False), (7, True), (10, True)])
def test_missing_is_a_source_that_usually_comes(tmp_path: Path, days: int, missing: bool) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    _with_partner(shop, days)
    shop.write()
    missing_sources = ask(shop, runs.read).missing
    assert bool(missing_sources) is missing
    assert (shop.verdicts()["sources_complete"].status is Status.AMBER) is missing
    if missing:
        (source,) = missing_sources
        assert (source.name, source.last_source) == ("partner_….json", "partner_20250308.json")
        assert (source.seen_days, source.run_days, source.usual_minutes) == (days, 10, 240.0)
        assert source.last_seen == datetime(2025, 3, 8, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minute", "overdue"), [(239, False), (240, True), (241, True), (24 * 60, True)]
)
def test_a_missing_source_is_overdue_from_its_usual_time_on(
    tmp_path: Path, minute: int, overdue: bool
) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    _with_partner(shop, 7)
    shop.write()
    now = datetime(2025, 3, 9, tzinfo=UTC) + timedelta(minutes=minute)
    (source,) = ask(shop, runs.read, now=now).missing
    assert source.overdue is overdue


def test_a_listed_source_is_missing_by_the_same_rule(shop: Shop) -> None:
    _with_partner(shop, 3)
    shop.write()
    listed = {"partner": {"expected_by": "07:00"}, "events": {}, "fax": {"days": "weekends"}}
    shop.set("sources", **listed, phone={"days": "weekdays"})
    missing = ask(shop, runs.read).missing
    assert [(s.name, s.overdue, s.last_source) for s in missing] == [
        ("fax", True, None), ("partner", False, "partner_20250308.json"),
    ]  # fmt: skip
    assert missing[1].deadline == time(7)


def test_a_run_date_without_any_entry_misses_every_usual_source(shop: Shop) -> None:
    today(shop)
    shop.write()
    run_log = ask(shop, runs.read)
    assert run_log.loads == ()
    assert [source.name for source in run_log.missing] == ["events_….csv"]


def test_runs_per_day_with_gaps_and_the_time_before_the_log(shop: Shop) -> None:
    gap = RUN - timedelta(days=3)
    shop.log.rows = [r for r in shop.log.rows if r["run_timestamp"].date() != gap]
    shop.log.rows.append(entry(at(RUN - timedelta(days=1), 9), status="failed"))
    shop.write()
    trend = ask(shop, runs_trend.read, days=13)
    states = [day.state for day in trend.days]
    assert states == ["before"] * 2 + ["ran"] * 7 + ["gap"] + ["ran"] * 3
    assert [day.entries for day in trend.days] == [0, 0] + [1] * 7 + [0, 1, 2, 1]
    assert trend.days[-2].by_meaning == {OK: 1, FAILED: 1}
    assert (trend.days[-2].first, trend.days[-2].last) == (135.0, 540.0)
    assert [day.data_date for day in trend.days[-2:]] == [DAY - timedelta(days=1), DAY]


def _arriving(shop: Shop, hours: dict[int, float]) -> None:
    """One load a day, at a time of its own, by days back from the run date."""
    shop.log.rows = [entry(at(RUN - timedelta(days=back), hour)) for back, hour in hours.items()]
    shop.write()


@pytest.mark.parametrize(
    ("hour", "minutes", "outside"),
    [(2.0, 0.0, False), (1.0, -60.0, False), (3.0, 60.0, False), (3.5, 90.0, True)],
)
def test_an_arrival_against_the_usual(
    tmp_path: Path, hour: float, minutes: float, outside: bool
) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    _arriving(shop, {3: 1.5, 2: 3.0, 1: 2.0, 0: hour})
    trend = ask(shop, runs_trend.read)
    usual_arrival = trend.usual_arrival
    assert (
        usual_arrival.last,
        usual_arrival.earliest,
        usual_arrival.latest,
        usual_arrival.days_seen,
    ) == (120.0, 90.0, 180.0, 3)
    assert (trend.arrival.state, trend.arrival.minutes, trend.arrival.outside) == (
        runs_trend.ARRIVED, pytest.approx(minutes), outside,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "state", "minutes", "outside"),
    [
        (datetime(2025, 3, 8, 23, tzinfo=UTC), runs_trend.AWAITED, None, False),
        (datetime(2025, 3, 9, 2, tzinfo=UTC), runs_trend.AWAITED, None, False),
        (datetime(2025, 3, 9, 2, 30, tzinfo=UTC), runs_trend.OVERDUE, 30.0, False),
        (datetime(2025, 3, 9, 3, 30, tzinfo=UTC), runs_trend.OVERDUE, 90.0, True),
        (datetime(2025, 3, 10, 0, tzinfo=UTC), runs_trend.NEVER, None, True),
    ],
)
def test_waiting_for_the_run_date(
    tmp_path: Path, now: datetime, state: str, minutes: float | None, outside: bool
) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    _arriving(shop, {3: 1.5, 2: 3.0, 1: 2.0})
    trend = ask(shop, runs_trend.read, now=now)
    assert (trend.arrival.state, trend.arrival.minutes, trend.arrival.outside) == (
        state, minutes, outside,
    )  # fmt: skip
    assert trend.days[-1].state == ("gap" if state == runs_trend.NEVER else "not yet")


def test_the_usual_time_is_that_of_the_shops_clock(tmp_path: Path) -> None:
    """Berlin: 02:00 UTC is 03:00 until 30 March 2025 and 04:00 from then on."""
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    shop.settings["timezone"] = "Europe/Berlin"
    spring = date(2025, 3, 30)
    shop.log.rows = [entry(at(spring + timedelta(days=n), 2)) for n in (-2, -1, 0, 1)]
    shop.write()
    with open_context(shop.config(), spring, datetime(2025, 3, 31, 9, tzinfo=UTC)) as context:
        assert context.frame.zone == ZoneInfo("Europe/Berlin")
        trend = runs_trend.read(context)
    assert [day.last for day in trend.days[-4:]] == [180.0, 180.0, 240.0, 240.0]


def test_a_lag_of_two_days(shop: Shop) -> None:
    shop.settings["data_lag_days"] = 2
    shop.write()
    run_log = ask(shop, runs.read, now=NOW + timedelta(days=1))
    assert (run_log.run_date, run_log.data_date) == (RUN + timedelta(days=1), DAY)
    assert run_log.loads == ()
    trend = ask(shop, runs_trend.read, now=NOW + timedelta(days=1), days=2)
    assert [(day.run_date, day.data_date) for day in trend.days] == [
        (RUN, DAY - timedelta(days=1)), (RUN + timedelta(days=1), DAY),
    ]  # fmt: skip


def test_a_log_too_large_for_a_month_still_shows_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.warehouse.audit.MOST_ENTRIES", 9)
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    shop.write()
    assert len(ask(shop, runs.read).loads) == 1
    with pytest.raises(MeasurementError, match="over 9 rows in 30 days"):
        ask(shop, runs_trend.read)


def test_hostile_names_stay_what_they_are(shop: Shop) -> None:
    today(shop, entry(at(RUN, 2), "![x](http://evil)\u202e", status="<b>odd</b>"))
    shop.write()
    (load,) = ask(shop, runs.read).loads
    assert (load.source, load.status) == ("![x](http://evil)\u202e", "<b>odd</b>")


def test_more_loads_than_a_page_shows(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_LOADS", 2)
    ok = [entry(at(RUN, 2), f"s{n}") for n in range(4)]
    today(shop, *ok, entry(at(RUN, 2), "zz", status="failed"))
    shop.write()
    run_log = ask(shop, runs.read)
    assert ([load.source for load in run_log.loads], run_log.entry_count) == (["zz", "s0"], 5)


def test_a_log_that_is_not_mapped_is_said(shop: Shop) -> None:
    shop.write()
    with open_context(shop.config(), DAY, NOW) as context:
        bare = replace(context, config=replace(context.config, audit_log=None))
        with pytest.raises(MeasurementError, match="`audit_log` is not mapped"):
            runs.read(bare)
