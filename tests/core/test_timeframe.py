"""Which day is judged, and the instants that bound it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.core.errors import UsageError
from checks.core.schedule import Schedule
from checks.core.timeframe import (
    TICK,
    Timeframe,
    midnight,
    resolve_run_date,
    timeframe,
    wall_moment,
)

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")
MIDWAY = ZoneInfo("Pacific/Midway")
HOUR = timedelta(hours=1)
DAY = date(2025, 3, 8)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def judged(day: date, zone: ZoneInfo, now: datetime | None = None) -> Timeframe:
    """The frame of a day, by default long after it."""
    return Timeframe(day + timedelta(days=1), day, now or at("2030-01-01"), zone)


@pytest.mark.parametrize(
    ("now", "zone", "fields", "run", "data"),
    [
        ("2025-03-09T06:12", UTC_ZONE, {}, date(2025, 3, 9), DAY),
        ("2025-03-09T06:12", UTC_ZONE, {"data_lag_days": 0}, date(2025, 3, 9), date(2025, 3, 9)),
        ("2025-03-09T06:12", UTC_ZONE, {"data_lag_days": 3}, date(2025, 3, 9), date(2025, 3, 6)),
        ("2025-03-09T06:12", UTC_ZONE, {"run_date": DAY}, DAY, date(2025, 3, 7)),
        ("2025-03-09T06:12", UTC_ZONE, {"data_date": date(2025, 3, 1)}, date(2025, 3, 9),
         date(2025, 3, 1)),
        # Today is the shop's today.
        ("2025-03-09T23:30", BERLIN, {}, date(2025, 3, 10), date(2025, 3, 9)),
        ("2025-03-09T04:30", NEW_YORK, {}, date(2025, 3, 8), date(2025, 3, 7)),
        ("2025-03-09T10:30", KIRITIMATI, {}, date(2025, 3, 10), date(2025, 3, 9)),
        ("2025-03-09T10:30", MIDWAY, {}, date(2025, 3, 8), date(2025, 3, 7)),
    ],
)  # fmt: skip
def test_dates(now: str, zone: ZoneInfo, fields: dict[str, object], run: date, data: date) -> None:
    frame = timeframe(at(now), zone, **fields)  # type: ignore[arg-type]
    assert (frame.run_date, frame.data_date) == (run, data)


def test_run_date_given_or_today() -> None:
    now = at("2025-03-09T23:30")
    assert resolve_run_date(now, Schedule(BERLIN), None) == date(2025, 3, 10)
    assert resolve_run_date(now, Schedule(BERLIN), DAY) == DAY


@pytest.mark.parametrize(
    ("zone", "now", "day", "allowed"),
    [
        (UTC_ZONE, "2025-03-08T00:00", DAY, True),
        (UTC_ZONE, "2025-03-07T23:59:59", DAY, False),
        (BERLIN, "2025-03-07T23:00", DAY, True),
        (BERLIN, "2025-03-07T22:59:59", DAY, False),
        (NEW_YORK, "2025-03-08T04:59:59", DAY, False),
        (NEW_YORK, "2025-03-08T05:00", DAY, True),
    ],
)
def test_a_future_data_date_is_refused(zone: ZoneInfo, now: str, day: date, allowed: bool) -> None:
    if allowed:
        assert timeframe(at(now), zone, data_date=day, data_lag_days=0).data_date == day
    else:
        with pytest.raises(UsageError, match="data date 2025-03-08 is in the future; the latest"):
            timeframe(at(now), zone, data_date=day)


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_a_data_date_after_the_runs_own_is_refused(lag: int) -> None:
    now, run = at("2025-03-20T06:12"), date(2025, 3, 9)
    own = run - timedelta(days=lag)
    for back in (0, 1, 400):
        day = own - timedelta(days=back)
        frame = timeframe(now, UTC_ZONE, run_date=run, data_date=day, data_lag_days=lag)
        assert (frame.data_date, frame.expected_date, frame.is_behind) == (day, None, False)
    for ahead in (1, 5):
        day = own + timedelta(days=ahead)
        message = f"data date {day} is after {own}, the day the run of {run} loads"
        with pytest.raises(UsageError, match=message):
            timeframe(now, UTC_ZONE, run_date=run, data_date=day, data_lag_days=lag)


def test_a_future_run_date_is_refused_by_its_data_date() -> None:
    now = at("2025-03-09T06:12")
    assert timeframe(now, UTC_ZONE, run_date=date(2025, 3, 10)).data_date == date(2025, 3, 9)
    with pytest.raises(UsageError, match=r"data date 2025-03-10 .* 2025-03-09 \(UTC\)"):
        timeframe(now, UTC_ZONE, run_date=date(2025, 3, 11))


@pytest.mark.parametrize("zone", [UTC_ZONE, KIRITIMATI, MIDWAY])
@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date.max, date(9000, 1, 1)])
def test_dates_out_of_all_reason_are_refused(day: date, zone: ZoneInfo) -> None:
    now = at("2025-03-09T06:12")
    with pytest.raises(UsageError, match=r"run date .* is not in the years 1900 to 8999"):
        timeframe(now, zone, run_date=day)
    with pytest.raises(UsageError, match=r"data date .* is not in the years 1900 to 8999"):
        timeframe(now, zone, data_date=day)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (UTC_ZONE, DAY, 24),
        (BERLIN, date(2025, 3, 29), 24),
        (BERLIN, date(2025, 3, 30), 23),
        (BERLIN, date(2025, 10, 26), 25),
        (NEW_YORK, date(2025, 3, 9), 23),
        (NEW_YORK, date(2025, 11, 2), 25),
        (LORD_HOWE, date(2025, 4, 6), 24.5),
        (LORD_HOWE, date(2025, 10, 5), 23.5),
        (ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), 23),  # its midnight does not exist
        (ZoneInfo("America/Havana"), date(2025, 11, 2), 25),  # its midnight comes twice
    ],
)
def test_length_of_a_day(zone: ZoneInfo, day: date, hours: float) -> None:
    frame = judged(day, zone)
    assert frame.end - frame.start == hours * HOUR
    assert frame.start == midnight(day, zone)
    assert frame.start.utcoffset() == timedelta(0)


def test_bounds_are_half_open_days_of_the_shop() -> None:
    frame = judged(date(2025, 3, 30), BERLIN)
    assert frame.start == at("2025-03-29T23:00")
    assert frame.end == at("2025-03-30T22:00")
    assert frame.run_bounds() == (at("2025-03-30T22:00"), at("2025-03-31T22:00"))


@pytest.mark.parametrize(
    ("now", "over", "cut"),
    [
        ("2025-03-08T00:00", False, at("2025-03-08T00:00") + TICK),
        ("2025-03-08T12:00", False, at("2025-03-08T12:00") + TICK),
        ("2025-03-08T23:59:59.999999", False, at("2025-03-09T00:00")),
        ("2025-03-09T00:00", True, at("2025-03-09T00:00")),
        ("2025-03-20T00:00", True, at("2025-03-09T00:00")),
    ],
)
def test_what_is_judged_ends_now_while_the_day_lasts(now: str, over: bool, cut: datetime) -> None:
    frame = judged(DAY, UTC_ZONE, at(now))
    assert (frame.is_over, frame.cut) == (over, cut)
    assert frame.future == at(now) + TICK


def test_days_before_are_oldest_first() -> None:
    frame = judged(date(2025, 3, 2), UTC_ZONE)
    assert frame.days_before(3) == [date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1)]
    assert frame.days_before(0) == []


def test_slices_of_a_day_that_is_over_are_whole_days() -> None:
    slices = judged(date(2025, 3, 31), BERLIN).day_slices(2)
    assert [day for day, _, _ in slices] == [date(2025, 3, 29 + i) for i in range(3)]
    assert [(end - start) / HOUR for _, start, end in slices] == [24, 23, 24]


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        # The same local time of each day: 14:00.
        (UTC_ZONE, "2025-03-08T14:00", [14, 14, 14]),
        # Berlin, the day the clocks go forward: 13 hours have passed at 14:00.
        (BERLIN, "2025-03-30T12:00", [14, 14, 13]),
        (BERLIN, "2025-03-31T12:00", [14, 13, 14]),
        # Berlin, the day they go back: 15 hours.
        (BERLIN, "2025-10-26T13:00", [14, 14, 15]),
        (NEW_YORK, "2025-03-09T18:00", [14, 14, 13]),
        (NEW_YORK, "2025-11-02T19:00", [14, 14, 15]),
        (LORD_HOWE, "2025-10-05T03:00", [14, 14, 13.5]),
        (LORD_HOWE, "2025-04-06T03:30", [14, 14, 14.5]),
        # Half past two came twice today, and does not exist yesterday a week later.
        (BERLIN, "2025-10-26T00:30", [2.5, 2.5, 2.5]),
        (BERLIN, "2025-10-26T01:30", [2.5, 2.5, 3.5]),
        (BERLIN, "2025-03-31T00:30", [2.5, 2.5, 2.5]),
    ],
)
def test_slices_of_a_day_that_lasts_end_at_the_same_local_time(
    zone: ZoneInfo, now: str, hours: list[float]
) -> None:
    moment = at(now)
    frame = judged(moment.astimezone(zone).date(), zone, moment)
    assert [(end - start - TICK) / HOUR for _, start, end in frame.day_slices(2)] == hours


def test_the_last_instant_of_a_day_compares_whole_days() -> None:
    slices = judged(DAY, UTC_ZONE, at("2025-03-08T23:59:59.999999")).day_slices(2)
    assert [(end - start) / HOUR for _, start, end in slices] == [24, 24, 24]


ZONES = st.sampled_from([UTC_ZONE, BERLIN, NEW_YORK, LORD_HOWE, KIRITIMATI, MIDWAY])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ZONES, MOMENTS, st.integers(0, 2), st.integers(2, 30))
def test_slices_are_ordered_disjoint_and_inside_their_day(
    zone: ZoneInfo, now: datetime, lag: int, count: int
) -> None:
    frame = timeframe(now, zone, data_lag_days=lag)
    slices = frame.day_slices(count)
    assert len(slices) == count + 1
    for day, start, end in slices:
        assert start == midnight(day, zone)
        assert start < end <= midnight(day + timedelta(days=1), zone)
    assert slices[-1][2] == frame.cut <= frame.future


@pytest.mark.parametrize(
    ("zone", "day", "clock", "moment"),
    [
        ("UTC", date(2025, 3, 9), time(6), "2025-03-09 06:00"),
        ("UTC", date(2025, 3, 9), time(0), "2025-03-09 00:00"),
        ("UTC", date(2025, 3, 9), time(23, 59), "2025-03-09 23:59"),
        ("Europe/Berlin", date(2025, 3, 9), time(6, 30), "2025-03-09 05:30"),
        ("Europe/Berlin", date(2025, 3, 30), time(1, 59), "2025-03-30 00:59"),
        ("Europe/Berlin", date(2025, 3, 30), time(2), "2025-03-30 01:00"),  # skipped
        ("Europe/Berlin", date(2025, 3, 30), time(2, 30), "2025-03-30 01:00"),  # skipped
        ("Europe/Berlin", date(2025, 3, 30), time(3), "2025-03-30 01:00"),
        ("Europe/Berlin", date(2025, 3, 30), time(3, 1), "2025-03-30 01:01"),
        ("Europe/Berlin", date(2025, 10, 26), time(1, 59), "2025-10-25 23:59"),
        ("Europe/Berlin", date(2025, 10, 26), time(2), "2025-10-26 01:00"),  # the second one
        ("Europe/Berlin", date(2025, 10, 26), time(2, 30), "2025-10-26 01:30"),
        ("Europe/Berlin", date(2025, 10, 26), time(3), "2025-10-26 02:00"),
        ("Australia/Lord_Howe", date(2025, 10, 5), time(2, 15), "2025-10-04 15:30"),  # skipped
        ("Australia/Lord_Howe", date(2025, 10, 5), time(2, 45), "2025-10-04 15:45"),
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 30), "2018-11-04 03:00"),  # skipped
    ],
)
def test_a_time_of_day_is_the_instant_from_which_clocks_have_shown_it(
    zone: str, day: date, clock: time, moment: str
) -> None:
    assert f"{wall_moment(day, clock, ZoneInfo(zone)):%Y-%m-%d %H:%M}" == moment
