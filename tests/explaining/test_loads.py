"""What the audit log says of a day: no load, a load twice, a source missing or short."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checks.config.cron import CronTimes
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.schedule import Schedule
from checks.core.timeframe import Timeframe
from checks.explaining.loads import loaded_twice, no_load
from checks.explaining.sources import source_rows, source_shortage
from tests.loads.test_effective import entry, log

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
DATA_DATE, RUN_DATE = date(2025, 3, 8), date(2025, 3, 9)


def frame(hour: int = 12, zone: ZoneInfo = UTC_ZONE) -> Timeframe:
    """The judged day, as looked at on the run date at an hour in UTC."""
    return Timeframe(RUN_DATE, DATA_DATE, datetime(2025, 3, 9, hour, tzinfo=UTC), zone)


def daily(
    source: str = "web", read: int = 1000, days: int = 5, hour: float = 5.7
) -> list[AuditEntry]:
    """The source's entry on each of the days before."""
    return [entry(read, hour, source, back=back) for back in range(1, days + 1)]


@pytest.mark.parametrize(("zone", "clock"), [(UTC_ZONE, "05:42"), (BERLIN, "06:42")])
def test_no_load_says_when_it_usually_is_done(zone: ZoneInfo, clock: str) -> None:
    explained = no_load(log(earlier=daily()), frame(zone=zone))
    assert explained is not None
    assert explained.text == f"The load of 8 March did not run, usually done by {clock}"


def test_a_first_run_that_did_not_run_has_no_usual_time() -> None:
    explained = no_load(log(), frame())
    assert explained is not None
    assert explained.text == "The load of 8 March did not run"


def test_a_log_with_an_entry_is_no_missing_load() -> None:
    assert no_load(log(entry(5, 3)), frame()) is None


def test_loaded_twice_names_source_times_and_rows() -> None:
    day = log(entry(900, 5.5), entry(900, 6.25), earlier=daily())
    explained = loaded_twice(day, 1800, (900, 0), 900, UTC_ZONE)
    assert explained is not None
    assert (explained.kind, explained.text) == (
        "loaded_twice", "Loaded twice: 'web' at 05:30 and 06:15, the same 900 rows",
    )  # fmt: skip
    assert explained.evidence["rows_read"] == [900, 900]


def test_three_times_and_different_numbers() -> None:
    day = log(entry(900, 5), entry(901, 6), entry(902, 7), earlier=daily())
    explained = loaded_twice(day, 2703, (1802, 0), 900, UTC_ZONE)
    assert explained is not None
    assert explained.text == "Loaded 3 times: 'web' at 05:00, 06:00 and 07:00"


def test_equal_counts_alone_are_no_evidence() -> None:
    """Two files of the same size are two loads, unless their rows are there twice."""
    day = log(entry(900, 5.5), entry(900, 6.25), earlier=daily())
    assert loaded_twice(day, 1800, (10, 8), 900, UTC_ZONE) is None
    assert loaded_twice(day, 1800, None, 900, UTC_ZONE) is None


@pytest.mark.parametrize(("repeated", "holds"), [(299, False), (300, True), (301, True)])
def test_three_tenths_of_the_rows_repeat_another(repeated: int, holds: bool) -> None:
    explained = loaded_twice(log(entry(1000, 5)), 1000, (repeated, 0), 700, UTC_ZONE)
    assert (explained is not None) is holds
    if explained is not None:
        assert explained.kind == "repeated_rows"
        assert explained.text == f"{repeated} of 1,000 events repeat another one"


@pytest.mark.parametrize(("usually", "holds"), [(49, True), (50, True), (51, False)])
def test_where_rows_usually_repeat_it_is_no_news(usually: int, holds: bool) -> None:
    explained = loaded_twice(None, 2000, (1000, usually), 1000, UTC_ZONE)
    assert (explained is not None) is holds


def test_a_source_in_parts_is_not_loaded_twice() -> None:
    halves = [
        e for back in range(1, 6) for e in (entry(450, 3, back=back), entry(450, 4, back=back))
    ]
    explained = loaded_twice(
        log(entry(450, 3), entry(450, 4), earlier=halves), 900, (400, 0), 900, UTC_ZONE
    )
    assert explained is not None
    assert explained.kind == "repeated_rows"


def test_a_failed_attempt_is_no_load() -> None:
    day = log(entry(0, 5, status="failed"), entry(900, 6), earlier=daily())
    explained = loaded_twice(day, 1800, (900, 0), 900, UTC_ZONE)
    assert explained is not None
    assert explained.kind == "repeated_rows"


def test_a_missing_source_is_named_as_it_was_last() -> None:
    earlier = [*daily("web_0308.csv"), *daily("app", read=400)]
    explained = source_shortage(log(entry(1000, 5, "web_0308.csv"), earlier=earlier), 300, frame())
    assert explained is not None
    assert (explained.kind, explained.text) == (
        "source_missing", "'app' is missing, about 400 rows usual",
    )  # fmt: skip


def test_several_missing_sources_are_one_sentence() -> None:
    earlier = [e for name in "abcde" for e in daily(name, read=100)]
    explained = source_shortage(log(entry(100, 5, "a"), earlier=earlier), 300, frame())
    assert explained is not None
    assert explained.text == "'b', 'c', 'd' and 1 more are missing, about 400 rows usual"
    assert explained.evidence["sources"] == ["b", "c", "d", "e"]


@pytest.mark.parametrize(("lacking", "holds"), [(399, True), (400, True), (401, False)])
def test_a_missing_source_holds_what_the_day_lacks(lacking: float, holds: bool) -> None:
    earlier = [*daily(), *daily("app", read=400)]
    explained = source_shortage(log(entry(1000, 5), earlier=earlier), lacking, frame())
    assert (explained is not None) is holds


BESIDE = [*daily("app"), *daily("web")]


@pytest.mark.parametrize(("read", "holds"), [(749, True), (750, False), (751, False)])
def test_a_short_source_has_less_than_three_quarters_of_its_least(read: int, holds: bool) -> None:
    day = log(entry(read, 5), entry(1000, 5, "app"), earlier=BESIDE)
    explained = source_shortage(day, 100, frame())
    assert (explained is not None) is holds
    if explained is not None:
        assert explained.text == "'web' is short: 749 rows, about 1,000 usual"


@pytest.mark.parametrize(
    ("app", "holds"), [(1000, True), (751, True), (749, False), (500, False), (300, False)]
)
def test_a_source_is_short_only_beside_others_that_are_not(app: int, holds: bool) -> None:
    """A fall of everything falls on all sources."""
    day = log(entry(500, 5), entry(app, 5, "app"), earlier=BESIDE)
    assert (source_shortage(day, 100, frame()) is not None) is holds


def test_a_weekend_of_all_sources_is_no_short_source() -> None:
    """Nor is chance: one of two small sources is a little below three quarters."""
    day = log(entry(620, 5), entry(760, 5, "app"), earlier=BESIDE)
    assert source_shortage(day, 100, frame()) is None
    earlier = [*daily("app", read=40), *daily("web", read=40)]
    day = log(entry(24, 5), entry(40, 5, "app"), earlier=earlier)
    assert source_shortage(day, 1, frame()) is None


def test_one_source_alone_says_nothing_more_than_the_volume() -> None:
    assert source_shortage(log(entry(300, 5), earlier=daily()), 100, frame()) is None


def test_several_short_sources_are_told_together() -> None:
    earlier = [e for name in "abc" for e in daily(name)]
    day = log(entry(300, 5, "a"), entry(200, 5, "b"), entry(1000, 5, "c"), earlier=earlier)
    explained = source_shortage(day, 1500, frame())
    assert explained is not None
    assert explained.text == "'a', 'b' are short: 500 rows, about 2,000 usual"
    assert explained.evidence == {"sources": ["a", "b"], "rows": 500, "expected": 2000}


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        ((0, 0, 0), "All 3 sources read 0 rows, about 3,000 usual"),
        ((0, 0, 900), "'a', 'b' are short: 0 rows, about 2,000 usual"),
        ((0, 500, 500), "'a' is short: 0 rows, about 1,000 usual"),
    ],
)
def test_all_sources_that_read_nothing_are_told(reads: tuple[int, ...], text: str) -> None:
    earlier = [e for name in "abc" for e in daily(name)]
    today = [entry(read, 5, name) for name, read in zip("abc", reads, strict=True)]
    explained = source_shortage(log(*today, earlier=earlier), 1, frame())
    assert explained is not None
    assert explained.text == text


def test_a_single_source_that_read_nothing() -> None:
    explained = source_shortage(log(entry(0, 5), earlier=daily()), 1, frame())
    assert explained is not None
    assert explained.text == "'web' is short: 0 rows, about 1,000 usual"


def on_days(source: str, backs: Iterable[int]) -> list[AuditEntry]:
    return [entry(1000, 5, source, back=back) for back in backs]


@pytest.mark.parametrize(
    ("weeks", "is_missing"),
    [((), False), ((1,), False), ((1, 2), False), ((2, 3, 4), True), ((1, 2, 3, 4), True)],
)
def test_a_source_is_missing_only_on_its_weekdays(weeks: tuple[int, ...], is_missing: bool) -> None:
    """It comes on all other days, and on more than half of the last four days of this weekday."""
    other_days = [back for back in range(1, 30) if back % 7]
    shops = on_days("shops", [*other_days, *(7 * week for week in weeks)])
    day = log(entry(1000, 5), earlier=[*on_days("web", range(1, 30)), *shops])
    assert (source_shortage(day, 500, frame()) is not None) is is_missing


@pytest.mark.parametrize(("weeks", "is_missing"), [(2, False), (3, True), (4, True)])
def test_a_source_of_one_weekday_is_missing_on_it(weeks: int, is_missing: bool) -> None:
    weekly = on_days("weekly", [7 * week for week in range(1, weeks + 1)])
    day = log(entry(1000, 5), earlier=[*on_days("web", range(1, 30)), *weekly])
    explained = source_shortage(day, 500, frame())
    assert (explained is not None) is is_missing


def test_a_young_source_has_no_weekday_before_it_came() -> None:
    young = on_days("young", range(1, 7))
    day = log(entry(1000, 5), earlier=[*on_days("web", range(1, 30)), *young])
    assert source_shortage(day, 500, frame()) is not None


@pytest.mark.parametrize(("days", "is_usual"), [(2, False), (3, True)])
def test_three_days_make_a_source_usual(days: int, is_usual: bool) -> None:
    assert bool(source_rows(log(earlier=daily(days=days)), UTC_ZONE)) is is_usual


def test_a_source_of_some_weekdays_is_not_missed() -> None:
    """Three of five days are no rule."""
    earlier = [*daily(), *daily("weekly", days=3)]
    assert source_shortage(log(entry(1000, 5), earlier=earlier), 1, frame()) is None


def test_without_sources_nothing_is_missing() -> None:
    assert source_shortage(log(earlier=daily(), has_source=False), 1, frame()) is None


def test_a_source_of_few_rows_is_not_to_blame_for_many_repeats() -> None:
    day = log(entry(10, 5, "shops"), entry(10, 6, "shops"), entry(900, 5, "web"))
    explained = loaded_twice(day, 1800, (900, 0), 900, UTC_ZONE)
    assert explained is not None
    assert explained.kind == "repeated_rows"


def test_all_sources_twice_are_told_together() -> None:
    day = log(*(entry(100, hour, f"part{n}.csv") for n in range(5) for hour in (5, 6)))
    explained = loaded_twice(day, 1000, (500, 0), 500, UTC_ZONE)
    assert explained is not None
    assert explained.text.startswith("5 sources were loaded twice: ")


def test_twice_the_usual_parts() -> None:
    parts = [entry(100, hour, back=back) for back in range(1, 6) for hour in range(4)]
    day = log(*(entry(100, hour) for hour in range(8)), earlier=parts)
    explained = loaded_twice(day, 800, (400, 0), 400, UTC_ZONE)
    assert explained is not None
    assert explained.text == "Loaded twice: 'web', 8 entries, 4 usual"


@pytest.mark.parametrize(("hour", "holds"), [(5, False), (6, True)])
def test_nothing_is_missing_before_its_time(hour: int, holds: bool) -> None:
    """It usually is done by 05:42."""
    assert (no_load(log(earlier=daily()), frame(hour)) is not None) is holds
    day = log(entry(1000, 1, "web"), earlier=[*daily("web", hour=1), *daily("app")])
    assert (source_shortage(day, 1, frame(hour)) is not None) is holds


def test_a_day_with_events_lacks_only_its_entry() -> None:
    explained = no_load(log(earlier=daily()), frame(), events=2000)
    assert explained is not None
    assert explained.text == "The load of 8 March left no entry in the log, usually done by 05:42"


@pytest.mark.parametrize("status", ["failed", "running"])
def test_a_load_that_did_not_end_well_is_not_short(status: str) -> None:
    day = log(entry(0, 5, status=status), earlier=daily())
    assert source_shortage(day, 1, frame()) is None


def test_a_missing_source_is_named_without_the_day_on_which_it_came() -> None:
    earlier = [entry(400, 5, f"ios_2025030{8 - back}.csv", back=back) for back in range(1, 6)]
    explained = source_shortage(log(entry(9, 5, "web"), earlier=earlier), 100, frame())
    assert explained is not None
    assert explained.text == "'ios_….csv' is missing, about 400 rows usual"


def test_a_source_that_is_still_arriving_is_not_short() -> None:
    earlier = [entry(100, hour, back=back) for back in range(1, 6) for hour in range(1, 9)]
    earlier += daily("app", hour=1)
    day = log(entry(100, 1), entry(100, 2), entry(1000, 1, "app"), earlier=earlier)
    assert source_shortage(day, 100, frame(3)) is None
    assert source_shortage(day, 100, frame(9)) is not None


def test_days_whose_rows_are_not_known_say_nothing_of_a_usual_load() -> None:
    earlier = [*daily(days=4), entry(0, 5.7, status="failed", back=5)]
    day = log(entry(100, 5), entry(1000, 5, "app"), earlier=[*earlier, *daily("app")])
    explained = source_shortage(day, 100, frame())
    assert explained is not None
    assert explained.text == "'web' is short: 100 rows, about 1,000 usual"


def again(**reads: int) -> list[AuditEntry]:
    """Sources that were loaded at 05:00 and again at 06:00."""
    return [entry(read, hour, name) for name, read in reads.items() for hour in (5, 6)]


@pytest.mark.parametrize(
    ("reads", "repeated", "text"),
    [
        ({"a": 600, "b": 590}, 592, "'a' or 'b' was loaded twice: 592 of 1,800 events repeat "),
        ({"a": 600, "b": 500, "c": 550}, 560, "'a', 'b' or 'c' was loaded twice: 560 of 1,800 "),
        ({"a": 600, "b": 590}, 1180, "2 sources were loaded twice: 'a', 'b'"),
        ({"a": 900, "b": 100}, 980, "Loaded twice: 'a' at 05:00 and 06:00, the same 900 rows"),
        ({"a": 600, "b": 5000}, 592, "Loaded twice: 'a' at 05:00 and 06:00, the same 600 rows"),
        ({"a": 600, "b": 300, "c": 290}, 592, "592 of 1,800 events repeat another one"),
        ({"a": 600, "b": 600, "c": 600, "d": 600}, 592, "592 of 1,800 events repeat another one"),
    ],
)
def test_a_source_is_named_only_where_no_other_may_repeat(
    reads: dict[str, int], repeated: int, text: str
) -> None:
    """A source that was loaded again may have replaced its rows."""
    explained = loaded_twice(log(*again(**reads)), 1800, (repeated, 0), 1200, UTC_ZONE)
    assert explained is not None
    assert explained.text.startswith(text)
    assert explained.evidence["repeated"] == repeated


# ---- runs that load several days

WEEKDAYS = Schedule(UTC_ZONE, times=CronTimes("0 5 * * 1-5"), since_last_run=True)
MONDAY = date(2025, 3, 10)


def monday(schedule: Schedule = WEEKDAYS) -> Timeframe:
    """Sunday, which Monday's run loads with Friday and Saturday."""
    now = datetime(2025, 3, 10, 12, tzinfo=UTC)
    return Timeframe(MONDAY, date(2025, 3, 9), now, UTC_ZONE, schedule=schedule)


def weeks_of_runs(today: int) -> AuditLog:
    """Two sources with a file a day of 1,000 rows each, loaded on workdays.

    On Monday the web has the first `today` of its three.
    """
    runs: dict[date, tuple[AuditEntry, ...]] = {}
    for back in range(30):
        run = MONDAY - timedelta(days=back)
        if WEEKDAYS.is_run_date(run):
            days = WEEKDAYS.loaded_dates(run)
            web = days[:today] if run == MONDAY else days
            names = [f"app_{day:%Y%m%d}.csv" for day in days]
            names += [f"web_{day:%Y%m%d}.csv" for day in web]
            at = datetime(run.year, run.month, run.day, 5, tzinfo=UTC)
            runs[run] = tuple(AuditEntry(name, at, 1000, 0, status="ok") for name in names)
    return AuditLog(MONDAY, runs)


def test_a_missing_run_names_its_days() -> None:
    explained = no_load(AuditLog(MONDAY, {}), monday())
    assert explained is not None
    assert explained.text == "The load of 7 to 9 March did not run"


@pytest.mark.parametrize(("files", "is_short"), [(3, False), (2, True), (1, True)])
def test_a_run_of_three_days_is_compared_with_those_of_three(files: int, is_short: bool) -> None:
    explained = source_shortage(weeks_of_runs(files), 500, monday())
    assert (explained is not None) is is_short
    if explained is not None:
        rows = f"{files * 1000:,} rows, about 3,000 usual"
        assert explained.text == f"'web_….csv' is short: {rows}"


def test_runs_of_three_days_say_nothing_of_one_day() -> None:
    """Tuesday's run loads one day; that of Monday has three times the rows."""
    runs = weeks_of_runs(3)
    tuesday = date(2025, 3, 4)
    until = {day: rows for day, rows in runs.entries.items() if day <= tuesday}
    sources = source_rows(AuditLog(tuesday, until), UTC_ZONE, WEEKDAYS)
    assert [source.name for source in sources] == ["app_20250303.csv", "web_20250303.csv"]
    assert {rows for source in sources for rows in source.earlier.values()} == {1000}
