"""The day by the hour against its usual: gaps, running hours, days of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.timeframe import Timeframe
from checks.evidence import hours, volume
from checks.warehouse.event_hours import hour_slots
from tests.evidence.asking import ask
from tests.shop import DAY, Shop, at, view

HOSTILE = "<b>x</b> **y** [z](http://evil.example)"
SPRING, AUTUMN = date(2025, 3, 30), date(2025, 10, 26)


def fill(shop: Shop, per_hour: int = 3, until: float = 24, day: date = DAY, days: int = 8) -> None:
    """The same events in every hour; on the judged day only until an hour."""
    shop.events.rows = [
        view(day - timedelta(days=back), hour + 0.5)
        for back in range(days)
        for hour in range(24)
        for _ in range(per_hour)
        if back or hour < until
    ]


def test_a_half_loaded_day_has_a_gap_until_midnight(shop: Shop) -> None:
    fill(shop, until=16)
    shop.write()
    profile = ask(shop, hours.read)
    gaps = [(gap.first, gap.last, gap.expected) for gap in profile.gaps]
    assert gaps == [(16, 23, pytest.approx(24))]
    assert [hour.state for hour in profile.hours] == ["within"] * 16 + ["missing"] * 8
    assert [hour.events for hour in profile.hours] == [3] * 16 + [0] * 8
    # Counting noise alone: three deviations of 3.
    assert profile.hours[0].usual_events == pytest.approx(3)
    assert (profile.hours[0].low, profile.hours[0].high) == (0, 8)
    assert profile.expected == pytest.approx(72)
    assert len(profile.days) == 7


@pytest.mark.parametrize(("empty", "gaps"), [(1, 0), (3, 0), (4, 1), (5, 1)])
def test_a_gap_is_what_is_not_zero_by_chance(duck: Shop, empty: int, gaps: int) -> None:
    """Usually 3 an hour: four hours make 12, and min_per_day is 10."""
    fill(duck, until=24 - empty)
    duck.write()
    assert len(ask(duck, hours.read).gaps) == gaps


@pytest.mark.parametrize(
    ("count", "state"),
    [(60, "below"), (61, "within"), (100, "within"), (170, "within"), (171, "above")],
)
def test_an_hour_lies_below_within_or_above_its_range(duck: Shop, count: int, state: str) -> None:
    """Of a hundred each, once 61 and once 170: noise is 30, and a whole day's range is narrower."""
    fill(duck, per_hour=100)
    duck.events.rows = [row for row in duck.events.rows if row["timestamp"].hour != 9]
    for back, events in enumerate([count, 61, 170, 100, 100, 100, 100, 100]):
        duck.events.rows += [view(DAY - timedelta(days=back), 9)] * events
    duck.write()
    hour = ask(duck, hours.read).hours[9]
    assert (hour.events, hour.state) == (count, state)
    assert (hour.low, hour.high) == (61, 170)


def test_the_running_hour_is_compared_with_the_same_minutes(shop: Shop) -> None:
    fill(shop)
    for back in range(8):
        shop.events.rows += [view(DAY - timedelta(days=back), 9.1)] * 5
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 9.25)]
    shop.write()
    quarter_past = datetime(2025, 3, 8, 9, 15, tzinfo=UTC)
    profile = ask(shop, hours.read, now=quarter_past)
    assert (profile.hours[9].events, profile.hours[9].usual_events) == (5, 5.0)
    assert profile.hours[9].minutes == pytest.approx(15, abs=0.01)
    assert profile.hours[9].state == "within"
    assert (profile.hours[10].events, profile.hours[10].usual_events) == (None, 3.0)
    assert profile.hours[10].state == "later"
    assert (profile.until, profile.gaps) == (quarter_past, ())


def test_one_name_alone_and_names_are_compared_as_text(shop: Shop) -> None:
    fill(shop)
    shop.events.rows += [view(DAY - timedelta(days=b), 7, HOSTILE) for b in range(1, 8)] * 20
    shop.events.rows += [view(DAY, 7, None)] * 2
    shop.write()
    profile = ask(shop, lambda context: hours.read(context, event=HOSTILE))
    assert profile.event == HOSTILE
    assert [(gap.first, gap.last, gap.expected) for gap in profile.gaps] == [(0, 23, 20.0)]
    assert profile.hours[7].usual_events == 20.0
    unnamed = ask(shop, lambda context: hours.read(context, event="(null)"))
    assert unnamed.hours[7].events == 2
    assert unnamed.hours[7].state == "nothing to compare with"
    nobody = ask(shop, lambda context: hours.read(context, event="' OR 1=1 --"))
    assert {hour.events for hour in nobody.hours} == {0}


def test_a_day_without_events_is_not_usual(shop: Shop) -> None:
    fill(shop)
    gone = DAY - timedelta(days=3)
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"].date() != gone]
    shop.write()
    profile = ask(shop, hours.read)
    assert gone not in profile.days
    assert len(profile.days) == 6
    assert profile.hours[5].usual_events == pytest.approx(3)


def test_an_empty_table_has_nothing_to_compare_with(shop: Shop) -> None:
    shop.events.rows = []
    shop.write()
    profile = ask(shop, hours.read)
    assert (profile.days, profile.gaps) == ((), ())
    assert {(hour.events, hour.usual_events, hour.state) for hour in profile.hours} == {
        (0, None, "nothing to compare with")
    }


@pytest.mark.parametrize(
    ("day", "minutes", "events", "state"),
    [(SPRING, 0, None, "skipped by the clock"), (AUTUMN, 120, 6, "came twice")],
)
def test_clocks_that_change(
    shop: Shop, day: date, minutes: int, events: int | None, state: str
) -> None:
    shop.settings["timezone"] = "Europe/Berlin"
    fill(shop, day=day + timedelta(days=1), days=10)
    shop.write()
    profile = ask(shop, hours.read, day=day, now=datetime(2025, 12, 1, tzinfo=UTC))
    two = profile.hours[2]
    assert (two.minutes, two.events, two.state) == (minutes, events, state)
    assert {hour.events for hour in profile.hours if hour.hour != 2} == {3}
    assert profile.gaps == ()
    after = ask(
        shop, hours.read, day=day + timedelta(days=1), now=datetime(2025, 12, 1, tzinfo=UTC)
    )
    assert {round(hour.usual_events or 0, 6) for hour in after.hours} == {3}


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "UTC"]
)
@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2018, 11, 4), date(2011, 12, 31)])
def test_the_hours_of_a_day_are_the_whole_day(zone: str, day: date) -> None:
    frame = Timeframe(day, day, datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo(zone))
    slots = hour_slots(frame, frame.days_before(7))
    assert len(slots) == 8 * 24
    assert slots[-1].end == frame.end
    assert all(slot.start <= slot.end for slot in slots)
    assert all(slot.end == other.start for slot, other in pairwise(slots))


def test_a_date_does_not_tell_the_hour(duck: Shop) -> None:
    duck.events.columns["timestamp"] = sa.Date()
    duck.write()
    with pytest.raises(MeasurementError, match="is a DATE without a time of day"):
        ask(duck, hours.read)


def test_text_timestamps_have_hours(shop: Shop) -> None:
    if shop.url.startswith("postgresql"):
        pytest.skip("PostgreSQL's text times are tested with the scan itself")
    fill(shop, until=16)
    shop.events.columns["timestamp"] = sa.String(40)
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].isoformat() + "Z"
    shop.write()
    assert [(gap.first, gap.last) for gap in ask(shop, hours.read).gaps] == [(16, 23)]


def weeks(shop: Shop, counts: dict[int, int], days: int = 57) -> None:
    """Events in every hour by weekday (Monday 0, others 10), for eight weeks."""
    for back in range(days):
        day = DAY - timedelta(days=back)
        shop.events.rows += [
            view(day, hour + 0.5) for hour in range(24)
            for _ in range(counts.get(day.weekday(), 10))
        ]  # fmt: skip


def test_a_quiet_weekday_is_compared_with_its_like(duck: Shop) -> None:
    """Saturdays have a third: against the days before, every hour would be below."""
    duck.events.rows = []
    weeks(duck, {5: 4})
    duck.write()
    profile = ask(duck, hours.read)
    assert {hour.state for hour in profile.hours} == {"within"}
    assert {round(hour.usual_events or 0, 6) for hour in profile.hours} == {4.0}
    assert profile.weekday == "Saturday"
    assert profile.days == tuple(DAY - timedelta(weeks=back) for back in range(8, 0, -1))
    assert profile.expected == pytest.approx(96)


def test_a_weekday_on_which_the_volume_was_red_says_nothing_of_the_hours(duck: Shop) -> None:
    duck.events.rows = []
    weeks(duck, {5: 4})
    broken = DAY - timedelta(weeks=1)
    duck.events.rows = [
        row for row in duck.events.rows
        if row["timestamp"].date() != broken or row["timestamp"].hour < 8
    ]  # fmt: skip
    duck.write()
    profile = ask(duck, hours.read)
    assert broken not in profile.days
    assert len(profile.days) == 7
    assert profile.hours[20].usual_events == pytest.approx(4.0, rel=0.05)


@pytest.mark.parametrize("silent_days", [1, 2, 7, 20])
def test_card_page_and_hours_say_the_same_usual_of_a_silent_name(
    duck: Shop, silent_days: int
) -> None:
    """Twenty on a Saturday, ten on other days: the number of the day's own weekday, everywhere."""
    duck.events.rows = []
    weeks(duck, {}, days=80)
    first = DAY - timedelta(days=silent_days - 1)
    for back in range(silent_days, 80):
        day = DAY - timedelta(days=back)
        count = 20 if day.weekday() == 5 else 10
        duck.events.rows += [view(day, 10 + i / 100, "paid") for i in range(count)]
    duck.write()
    verdict = next(check for check in duck.run().checks if check.id == "event_volume")
    assert f"'paid' stopped on {first.day} {first:%B}: usually 20 on a Saturday" in verdict.summary
    read = ask(duck, volume.read)
    (series,) = (name for name in read.names if name.name == "paid")
    assert series.usual_events == pytest.approx(20, rel=0.05)
    last = read.name_days("paid")[-1]
    assert last.expected == series.usual_events
    profile = ask(duck, lambda context: hours.read(context, event="paid"))
    assert [gap.expected for gap in profile.gaps] == [pytest.approx(series.usual_events)]
    (told,) = (name for name in verdict.details["names"] if name["name"] == "paid")
    assert told["usual"] == pytest.approx(series.usual_events)


def test_a_table_that_keeps_a_week_is_compared_by_that_week(duck: Shop) -> None:
    duck.events.rows = []
    weeks(duck, {}, days=40)
    duck.write()
    whole = ask(duck, lambda context: volume.read(context).usual_day(None))
    duck.events.rows = []
    weeks(duck, {}, days=5)
    duck.write()
    profile = ask(duck, lambda context: hours.read(context, usual_day=whole))
    assert profile.days == tuple(DAY - timedelta(days=back) for back in range(4, 0, -1))
    assert profile.weekday is None
    assert {hour.state for hour in profile.hours} == {"within"}
