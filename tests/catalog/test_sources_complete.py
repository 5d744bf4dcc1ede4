"""sources_complete: every expected source has an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.catalog.sources_complete import Measured, Params, judge, measure
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.calendar import Calendar, SpecialDay
from checks.core.errors import MeasurementError
from checks.core.expected_source import ExpectedSource
from checks.core.model import Cause, Judgement, Status
from checks.core.subjects import SOURCE
from checks.core.timeframe import Timeframe
from tests.catalog.samples import DAY, FORBIDDEN, FRAME, HOSTILE, ZONE, texts
from tests.loads.logs import RUN, Comes, always, load_entry, run_dates, weeks_log

WEB, APP, SHOP = "web_{day:%Y%m%d}", "app", "shop_{day:%Y%m%d}.csv"
THREE: Mapping[str, Comes] = {WEB: always, APP: always, SHOP: always}
LISTED = (ExpectedSource("web"), ExpectedSource("app"), ExpectedSource("shop"))


def today(*sources: str | None, **fields: Any) -> list[AuditEntry]:
    return [load_entry(source, RUN, **fields) for source in sources]


def judged(
    log: AuditLog,
    listed: tuple[ExpectedSource, ...] | None = None,
    frame: Timeframe = FRAME,
    **params: Any,
) -> Judgement:
    return judge(Params(**params), Measured(log, listed), frame)


def by(hour: int, name: str) -> ExpectedSource:
    """A listed source with its time."""
    return ExpectedSource(name, expected_by=time(hour))


def test_all_sources_have_come() -> None:
    for listed in (None, LISTED):
        judgement = judged(weeks_log(THREE, today(WEB, APP, SHOP)), listed)
        assert (judgement.status, judgement.message) == (
            Status.GREEN, "sources=3 (expected 3)",
        )  # fmt: skip
        assert judgement.summary == "All 3 expected sources have come"
        assert (judgement.value, judgement.threshold) == (3, 3)


def test_a_learned_source_that_is_missing_is_amber() -> None:
    judgement = judged(weeks_log(THREE, today(WEB, APP)))
    assert (judgement.status, judgement.message) == (Status.AMBER, "sources=2 (expected 3)")
    assert judgement.summary == (
        "'shop_….csv' is missing on Sunday 9 March, usually by 05:00, last seen on 8 March, "
        "expected until 22 March"
    )
    assert judgement.action == (
        "Load 'shop_….csv' for 2025-03-08, or find out why it did not come, then run the gate again"
    )
    assert judgement.subjects == {SOURCE: ("shop_{day}.csv",)}
    assert (judgement.value, judgement.threshold) == (2, 3)
    (source, *_) = judgement.details["sources"]
    assert (source["source"], source["missing"], source["seen_days"]) == ("shop_….csv", True, 35)
    assert source["expected_until"] == date(2025, 3, 22)


def test_a_listed_source_that_is_missing_is_red() -> None:
    listed = (*LISTED[:2], replace(LISTED[2], expected_by=time(6)))
    judgement = judged(weeks_log(THREE, today(WEB, APP)), listed)
    assert (judgement.status, judgement.message) == (Status.RED, "sources=2 (expected 3)")
    assert judgement.summary == (
        "shop is missing on Sunday 9 March, expected by 06:00, usually by 05:00, "
        "last seen on 8 March"
    )
    assert judgement.subjects == {SOURCE: ("shop",)}


def test_several_missing_sources_are_named() -> None:
    judgement = judged(weeks_log(THREE, today(APP)), LISTED)
    assert judgement.message == "sources=1 (expected 3)"
    assert judgement.summary == (
        "2 sources are missing on Sunday 9 March: web, shop; web usually by 05:00, "
        "last seen on 8 March"
    )
    assert judgement.action.startswith("Load web, shop for 2025-03-08, or find out why they did")
    assert judgement.subjects == {SOURCE: ("web", "shop")}


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(-1, Status.UNKNOWN), (0, Status.RED), (1, Status.RED)],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_listed_source_is_missing_from_its_time_on(
    seconds: int, status: Status, zone: str
) -> None:
    due = datetime(2025, 3, 9, 9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    frame = Timeframe(RUN, DAY, due + timedelta(seconds=seconds), ZoneInfo(zone))
    listed = (LISTED[0], ExpectedSource("shop", expected_by=time(9)))
    judgement = judged(weeks_log(THREE, today(WEB, APP)), listed, frame)
    assert judgement.status is status
    assert judgement.retry is (status is Status.UNKNOWN)
    if status is Status.UNKNOWN:
        assert judgement.message == "sources=unknown (not_due: shop is expected by 09:00)"
        assert judgement.action == "Wait for shop, then run the gate again (or use --wait)"
        assert judgement.threshold == 2


def test_a_source_that_is_due_is_red_while_another_is_awaited() -> None:
    listed = (
        ExpectedSource("web", expected_by=time(6)),
        ExpectedSource("shop", expected_by=time(9)),
    )
    judgement = judged(weeks_log(THREE, today(APP)), listed)
    assert (judgement.status, judgement.message) == (Status.RED, "sources=0 (expected 1)")
    assert judgement.subjects == {SOURCE: ("web",)}


def test_several_awaited_sources_are_named_in_their_order() -> None:
    listed = (
        ExpectedSource("web", expected_by=time(9)),
        ExpectedSource("shop", expected_by=time(7)),
    )
    judgement = judged(weeks_log(THREE, today(APP)), listed)
    assert "shop is expected by 07:00, web by 09:00" in judgement.message


@pytest.mark.parametrize(
    ("days", "weekday", "is_expected"),
    [
        (frozenset(range(5)), 6, False), (frozenset({5, 6}), 6, True),
        (frozenset({6}), 6, True), (frozenset({0}), 6, False),
    ],
)  # fmt: skip
def test_a_listed_source_is_expected_on_its_days(
    days: frozenset[int], weekday: int, is_expected: bool
) -> None:
    assert RUN.weekday() == weekday
    judgement = judged(weeks_log(THREE, today(WEB)), (ExpectedSource("shop", weekdays=days),))
    assert (judgement.status is Status.RED) is is_expected
    if not is_expected:
        assert judgement.message == "sources=0 (expected 0)"
        assert judgement.summary == "No source is expected on a Sunday"


def test_a_failed_or_running_entry_has_come() -> None:
    for status in ("failed", "running", "odd"):
        entries = [*today(WEB, APP), *today(SHOP, status=status)]
        assert judged(weeks_log(THREE, entries), LISTED).status is Status.GREEN


def test_a_listed_source_that_was_never_seen_is_red() -> None:
    judgement = judged(weeks_log(THREE, today(WEB)), (ExpectedSource("fax"),))
    assert judgement.status is Status.RED
    assert "fax is missing on Sunday 9 March, never seen in the last weeks" in judgement.summary


def test_listed_sources_need_no_history() -> None:
    log = AuditLog(RUN, {RUN: tuple(today(WEB))})
    assert judged(log, LISTED[:1]).status is Status.GREEN
    assert judged(log, LISTED).status is Status.RED
    assert judged(log, LISTED).message == "sources=1 (expected 3)"


@pytest.mark.parametrize(
    ("earlier", "status"), [(0, Status.AMBER), (1, Status.GREEN), (20, Status.GREEN)]
)
def test_an_unlisted_source_is_told_once(earlier: int, status: Status) -> None:
    log = weeks_log(
        {WEB: always, SHOP: lambda day: day >= RUN - timedelta(days=earlier)}, today(WEB, SHOP)
    )
    judgement = judged(log, LISTED[:1])
    assert (judgement.status, judgement.message) == (status, "sources=1 (expected 1)")
    assert judgement.details["not_listed"] == ["shop_….csv"]
    if status is Status.AMBER:
        assert judgement.summary == (
            "'shop_20250308.csv' has an entry for the first time in the last weeks and is not "
            "listed under `sources`"
        )
        assert judgement.action == (
            "Add `shop: {}` under `sources` in andon.yml if it is to be expected"
        )


def test_an_unlisted_source_with_a_hostile_name_gets_no_line() -> None:
    judgement = judged(weeks_log({WEB: always}, today(WEB, HOSTILE)), LISTED[:1])
    assert judgement.action.startswith("Add a key with `match` for ")
    for text in (judgement.summary, judgement.action, judgement.message):
        assert not any(char in text for char in FORBIDDEN)


def test_in_the_first_run_of_a_log_no_source_is_new() -> None:
    log = AuditLog(RUN, {RUN: tuple(today(WEB, SHOP))})
    assert judged(log, LISTED[:1]).status is Status.GREEN


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (4, "sources=skipped (learning, 4 of 7 days)"),
        (6, "sources=skipped (learning, 6 of 7 days)"),
        (7, "sources=1 (expected 3)"),
    ],
)
def test_a_young_log_is_learning(days: int, message: str) -> None:
    judgement = judged(weeks_log(THREE, today(WEB), days=days))
    assert judgement.message == message
    assert judgement.learning_days is None  # an old log with few run dates stays skipped


def test_a_weekday_without_usual_sources_is_skipped() -> None:
    judgement = judged(weeks_log({WEB: lambda day: day.weekday() < 5}, today(WEB)))
    assert judgement.message == (
        "sources=skipped (no source usually comes on a Sunday, and `sources` lists none)"
    )


@pytest.mark.parametrize(
    ("minute", "status"), [(4 * 60 + 59, Status.GREEN), (5 * 60, Status.AMBER)]
)
def test_a_learned_source_is_missing_from_its_usual_time_on(minute: int, status: Status) -> None:
    now = datetime(2025, 3, 9, tzinfo=UTC) + timedelta(minutes=minute)
    entries = [load_entry(source, RUN, 100) for source in (WEB, APP)]
    judgement = judged(weeks_log(THREE, entries), None, Timeframe(RUN, DAY, now, ZONE))
    assert judgement.status is status
    if status is Status.GREEN:
        assert judgement.message == "sources=2 (expected 2)"
        assert judgement.summary == (
            "2 of 3 expected sources have come; 'shop_….csv' is not due yet"
        )


def rows_of(rows: Mapping[str, int], on: date) -> Iterable[AuditEntry]:
    """A day's entries with about so many rows, fewer at the weekend."""
    for source, count in rows.items():
        noise = 1 + (on.toordinal() * 7 % 11 - 5) / 100
        weekend = 0.6 if on.weekday() >= 5 else 1.0
        yield load_entry(source, on, rows=round(count * noise * weekend))


def log_of_rows(usual: Mapping[str, int], changed: Mapping[str, float], days: int = 35) -> AuditLog:
    """`changed`: how many times the usual a source reads on the run date."""
    entries = {day: tuple(rows_of(usual, day)) for day in run_dates(days)}
    entries[RUN] = tuple(
        rows_of(
            {source: round(rows * changed.get(source, 1)) for source, rows in usual.items()}, RUN
        )
    )
    return AuditLog(RUN, entries)


USUAL = {WEB: 9000, APP: 1000, SHOP: 4000}


@pytest.mark.parametrize(
    ("factor", "status"),
    [(0.1, Status.AMBER), (0.5, Status.AMBER), (0.9, Status.GREEN), (1.0, Status.GREEN),
     (1.1, Status.GREEN), (2.0, Status.AMBER), (5.0, Status.AMBER)],
)  # fmt: skip
@pytest.mark.parametrize("listed", [None, LISTED])
def test_a_source_out_of_its_own_range_is_amber(
    factor: float, status: Status, listed: tuple[ExpectedSource, ...] | None
) -> None:
    judgement = judged(log_of_rows(USUAL, {APP: factor}), listed)
    assert (judgement.status, judgement.message) == (status, "sources=3 (expected 3)")
    if status is Status.AMBER:
        assert judgement.summary.startswith(("'app' read ", "app read "))
        assert "rows, usually " in judgement.summary
        wrong = "is incomplete" if factor < 1 else "was loaded twice"
        assert wrong in judgement.action
        assert judgement.subjects == {SOURCE: ("app",)}
        assert judgement.facts.filters == {"source": "app"}


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_sources_that_go_with_the_total_are_no_finding(factor: float) -> None:
    changed = dict.fromkeys(USUAL, factor)
    assert judged(log_of_rows(USUAL, changed)).status is Status.GREEN


@pytest.mark.parametrize(("rows", "status"), [(20, Status.GREEN), (200, Status.AMBER)])
def test_a_small_source_has_no_range(rows: int, status: Status) -> None:
    """20 rows on weekdays are 12 on a Sunday."""
    judgement = judged(log_of_rows({WEB: 9000, APP: rows}, {APP: 0.1}))
    assert judgement.status is status


def test_one_source_alone_is_the_volume_of_the_day() -> None:
    assert judged(log_of_rows({WEB: 9000}, {WEB: 0.5})).status is Status.GREEN


def test_rows_of_an_unfinished_load_are_not_judged() -> None:
    for status in ("failed", "running"):
        log = log_of_rows(USUAL, {})
        entries = (
            *log.today[:1],
            replace(log.today[1], rows_read=1, status=status),
            *log.today[2:],
        )
        assert judged(replace(log, entries={**log.entries, RUN: entries})).status is Status.GREEN


def test_rows_are_not_judged_on_a_special_day() -> None:
    frame = replace(FRAME, calendar=Calendar({DAY: SpecialDay("sale")}))
    assert judged(log_of_rows(USUAL, {APP: 5.0}), None, frame).status is Status.GREEN


@pytest.mark.parametrize("several", ["add", None])
def test_hourly_loads_are_compared_up_to_the_same_hour(several: str | None) -> None:
    def hours(day: date, until: int, rows: int) -> tuple[AuditEntry, ...]:
        return tuple(
            load_entry(source, day, 60 * hour + 5, rows)
            for hour in range(until)
            for source in (WEB, APP)
        )

    entries = {day: hours(day, 24, 100) for day in run_dates()}
    for rows, status in ((100, Status.GREEN), (40, Status.GREEN)):
        log = AuditLog(RUN, {**entries, RUN: hours(RUN, 7, rows)}, several=several)
        assert judged(log).status is status
    half = tuple(replace(e, rows_read=40) if e.source == APP else e for e in hours(RUN, 7, 100))
    # Half of the day's sources: the total is out of its range too, but less.
    judgement = judged(AuditLog(RUN, {**entries, RUN: half}, several=several))
    assert judgement.status is Status.AMBER
    assert "'app' read 280 rows" in judgement.summary


def test_without_an_entry_it_is_unknown_and_the_guard_skips_it() -> None:
    judgement = judged(weeks_log(THREE))
    assert judgement.message == "sources=unknown (bad_value: no audit-log entry on 2025-03-09)"


class Readings:
    """The longer log fails; the week's log is there or not."""

    listed_sources = None

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def longer_audit_log(self, days: int) -> AuditLog:
        raise MeasurementError(self._cause, "over 100,000 rows in 36 days")

    def audit_log(self) -> AuditLog:
        return weeks_log(THREE, today(WEB, APP), days=7)


def test_a_log_that_is_too_large_is_learned_from_a_week() -> None:
    measured = measure(Params(), Readings(Cause.BAD_VALUE))  # type: ignore[arg-type]
    assert judge(Params(), measured, FRAME).message == "sources=2 (expected 3)"
    with pytest.raises(MeasurementError, match="timeout"):
        measure(Params(), Readings(Cause.TIMEOUT))  # type: ignore[arg-type]


@given(st.sets(st.sampled_from([WEB, APP, SHOP])), st.booleans())
def test_the_value_never_exceeds_what_is_expected(came: set[str], is_listed: bool) -> None:
    log = weeks_log(THREE, [*today(*sorted(came)), *today("other")])
    judgement = judged(log, LISTED if is_listed else None)
    assert judgement.value == len(came)
    assert judgement.threshold == 3
    failing = Status.RED if is_listed else Status.AMBER
    if len(came) < 3:
        assert judgement.status is failing
        assert len(judgement.subjects[SOURCE]) == 3 - len(came)


def test_hostile_names_stay_inert() -> None:
    judgement = judged(weeks_log({WEB: always, HOSTILE: always}, today(WEB)))
    assert judgement.status is Status.AMBER
    assert all(char not in text for text in texts(judgement) for char in FORBIDDEN)


def test_details_are_bounded() -> None:
    names = [f"partner-{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]
    judgement = judged(weeks_log(dict.fromkeys(names, always), today(WEB)))
    assert judgement.message == "sources=0 (expected 400)"
    assert len(judgement.details["sources"]) == 200
    assert judgement.details["sources_total"] == 400
