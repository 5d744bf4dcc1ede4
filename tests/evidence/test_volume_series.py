"""The series of the volume page: the same numbers as the report's, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.evidence import volume
from checks.evidence._names import GONE, IGNORED, UNJUDGED
from tests.evidence.asking import ask
from tests.shop import DAY, NOW, RUN, Shop, at, purchase, view

HOSTILE = "<img src=x onerror=alert(1)> **bold** [a](http://evil.example)"


def days_before(back: int) -> date:
    return DAY - timedelta(days=back)


def test_the_judged_day_has_the_numbers_of_the_verdict(shop: Shop) -> None:
    shop.events.rows += [view(DAY, 13) for _ in range(60)]
    shop.write()
    verdict = shop.verdicts()["volume_zscore"]
    last = ask(shop, lambda context: volume.read(context, days=5)).days[-1]
    assert (last.day, last.events) == (DAY, verdict.details["events"])
    assert (last.z, last.mean) == (verdict.value, verdict.details["mean"])
    assert last.deviation == verdict.details["deviation"]
    assert (last.low, last.high) == (max(0, verdict.details["low"]), verdict.details["high"])
    assert last.beyond


def test_a_day_that_lasts_has_the_numbers_of_the_verdict(shop: Shop) -> None:
    shop.write()
    noon = datetime(2025, 3, 8, 12, tzinfo=UTC)
    shop.settings["data_lag_days"] = 0
    verdict = shop.verdicts(date=DAY, now=noon)["volume_zscore"]
    series = ask(shop, lambda context: volume.read(context, days=4), now=noon)
    assert series.until == noon
    assert verdict.details["partial_day"]
    window = [row["events"] for row in verdict.details["daily"]]
    assert [day.events for day in series.days] == window[-4:]
    assert series.days[-1].z == verdict.value


def test_every_day_has_the_numbers_that_its_own_report_has(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 4)]
    shop.write()
    for day in ask(shop, lambda context: volume.read(context, days=4)).days:
        own = shop.verdicts(date=day.day + timedelta(days=1))["volume_zscore"]
        assert (day.z, day.beyond) == (own.value, own.status.value == "red")


@pytest.mark.parametrize("explains", [True, False])
def test_a_day_that_its_weekday_explains_is_marked_as_its_own_report_does(
    duck: Shop, explains: bool
) -> None:
    """Weekends have half, but for those of the week before the last day."""
    duck.events.rows = [
        view(days_before(back), 1)
        for back in range(60)
        for _ in range(30 if days_before(back).weekday() > 4 and not 0 < back <= 7 else 60)
    ]
    duck.parameters("volume_zscore", weekday_explains=explains)
    duck.write()
    days = ask(duck, lambda context: volume.read(context, days=9)).days
    assert (days[-1].is_explained, days[-1].beyond) == (explains, not explains)
    for day in days:
        own = duck.verdicts(date=day.day + timedelta(days=1))["volume_zscore"]
        assert (day.z, day.beyond, day.is_explained) == (
            own.value, own.status.value == "red", own.status.value == "amber",
        )  # fmt: skip


def test_a_check_that_is_off_explains_no_day(duck: Shop) -> None:
    duck.events.rows = [
        view(days_before(back), 1)
        for back in range(60)
        for _ in range(30 if days_before(back).weekday() > 4 and not 0 < back <= 7 else 60)
    ]
    duck.parameters("volume_expected", enabled=False)
    duck.write()
    last = ask(duck, lambda context: volume.read(context, days=2)).days[-1]
    assert (last.is_explained, last.beyond) == (False, True)


@pytest.mark.parametrize(
    ("extra", "beyond"),
    [(17, False), (18, True), (19, True)],  # mean 33, deviation sqrt(33) = 5.745, 3 of it: 17.2
)
def test_a_day_is_beyond_from_the_limit_on(duck: Shop, extra: int, beyond: bool) -> None:
    duck.events.rows = [view(days_before(b), 1) for b in range(8) for _ in range(33)]
    duck.events.rows += [view(DAY, 2)] * extra
    duck.write()
    last = ask(duck, lambda context: volume.read(context, days=1)).days[-1]
    assert last.events == 33 + extra
    assert last.beyond is beyond


def test_a_day_exactly_at_the_limit_is_beyond(duck: Shop) -> None:
    duck.events.rows = [view(days_before(b), 1) for b in range(8) for _ in range(16)]
    duck.events.rows += [view(DAY, 2)] * 12  # deviation sqrt(16) = 4; z = 12 / 4
    duck.write()
    last = ask(duck, lambda context: volume.read(context, days=1)).days[-1]
    assert (last.z, last.beyond) == (3.0, True)


def test_days_before_the_first_event_are_no_data_and_a_missing_day_is_zero(shop: Shop) -> None:
    missing = days_before(2)
    shop.events.rows = [r for r in shop.events.rows if r["timestamp"].date() != missing]
    shop.write()
    days = ask(shop, lambda context: volume.read(context, days=14)).days
    assert [day.events is None for day in days[:4]] == [True, True, True, False]
    assert days[0].why == "before the first event of all"
    assert days[-3].events == 0
    assert days[3].z is None
    assert "learning" in days[3].why
    assert days[-3].z is not None


def test_the_first_window_is_filled_after_its_days(shop: Shop) -> None:
    shop.write()  # 11 days: the first with a whole window is the eighth
    days = ask(shop, lambda context: volume.read(context, days=11)).days
    assert [day.z is not None for day in days] == [False] * 7 + [True] * 4


def test_older_events_than_those_read_make_the_first_day_a_day(shop: Shop) -> None:
    shop.events.rows = [view(days_before(40), 1), view(DAY, 1)]
    shop.write()
    days = ask(shop, lambda context: volume.read(context, days=3)).days
    assert [day.events for day in days] == [0, 0, 1]
    assert "no events in the 7 days" in days[-1].why


def test_an_empty_table_has_no_events_on_any_day(shop: Shop) -> None:
    shop.events.rows = []
    shop.write()
    series = ask(shop, lambda context: volume.read(context, days=3))
    assert [day.events for day in series.days] == [None] * 3
    assert series.names == ()


def test_names_are_judged_as_in_the_report_silent_and_collapsed_first(shop: Shop) -> None:
    for back in range(8):
        day = days_before(back)
        shop.events.rows += [view(day, 1, HOSTILE)] * (20 if back else 0)
        shop.events.rows += [view(day, 1, "cart")] * (20 if back else 5)
        shop.events.rows += [view(day, 1, None)] * (20 if back else 60)
    shop.events.rows += [view(DAY, 1, "brand new")]
    shop.write()
    verdict = shop.verdicts()["event_volume"]
    names = ask(shop, lambda context: volume.read(context, days=4)).names
    assert [(series.name, series.state) for series in names[:4]] == [
        (HOSTILE, "silent"), ("cart", "collapsed"), ("(null)", "surged"), ("brand new", "new"),
    ]  # fmt: skip
    rows_by_name = {row["name"]: row for row in verdict.details["names"]}
    assert len(rows_by_name) == len(names)
    for series in names:
        row = rows_by_name[series.name]
        assert (series.state, series.events_today, series.usual_events) == (
            row["state"],
            row["events"],
            row["usual"],
        )
        assert (series.lowest, series.highest) == (row["lowest"], row["highest"])
        assert list(series.lead + series.counts)[-8:] == row["daily"]
        assert (series.low, series.high) == (row["low"], row["high"])
    assert (names[0].silent_since, names[0].last_seen) == (DAY, days_before(1))
    assert names[1].low is not None
    assert names[2].high is not None
    assert names[1].events_today < names[1].low
    assert names[2].events_today > names[2].high


def test_names_that_the_rule_does_not_judge_any_more_are_told(shop: Shop) -> None:
    shop.events.rows += [view(days_before(9), 1, "old")] * 30
    shop.events.rows += [view(days_before(1), 1, "retired")] * 30
    shop.parameters("event_volume", ignore=["retired"])
    shop.write()
    series = {day.name: day for day in ask(shop, lambda c: volume.read(c, days=12)).names}
    assert (series["old"].state, series["old"].last_seen) == (GONE, days_before(9))
    assert (series["retired"].state, series["retired"].low) == (IGNORED, None)


def test_an_expected_name_that_never_came_is_silent(shop: Shop) -> None:
    shop.parameters("event_volume", expected=["refund"])
    shop.write()
    first = ask(shop, lambda context: volume.read(context, days=3)).names[0]
    assert (first.name, first.state, first.counts) == ("refund", "silent", (0, 0, 0))
    assert first.last_seen is None


def test_names_are_not_judged_while_the_first_window_fills(shop: Shop) -> None:
    shop.events.rows = [view(days_before(b), 1) for b in range(3) for _ in range(30)]
    shop.write()
    series = ask(shop, lambda context: volume.read(context, days=3))
    assert {series.state for series in series.names} == {UNJUDGED}
    assert {day.state for day in series.name_days("page_viewed")} == {UNJUDGED}


def test_the_days_of_one_name_each_have_their_own_window(shop: Shop) -> None:
    shop.events.rows = [r for r in shop.events.rows if r["timestamp"] < at(DAY, 0)]
    shop.events.rows += [view(DAY, 1) for _ in range(20)]
    shop.write()
    answer = ask(shop, lambda context: volume.read(context, days=14))
    series = answer.name_days("purchase")
    assert [day.state for day in series[-3:]] == ["rare", "rare", "silent"]
    assert (series[-1].events, series[-1].lowest, series[-1].highest) == (0, 12, 12)
    assert series[0].events is None
    assert [day.state for day in answer.name_days("page_viewed")][3] == UNJUDGED
    with pytest.raises(KeyError):
        answer.name_days("no such name")


def test_names_beyond_two_hundred_are_one_series(duck: Shop) -> None:
    duck.events.rows = [
        view(days_before(b), 1, f"name {i:03}") for b in range(9) for i in range(203)
    ]
    duck.write()
    series = ask(duck, lambda context: volume.read(context, days=2))
    assert (len(series.names), series.other_names, series.other) == (200, 3, (3, 3))
    assert series.days[-1].events == 203


def test_a_berlin_day_of_23_hours_is_one_day(shop: Shop) -> None:
    shop.settings["timezone"] = "Europe/Berlin"
    sunday = date(2025, 3, 30)
    shop.events.rows = [view(sunday, hour) for hour in (-1.01, -0.99, 21.99, 22.01)]
    shop.write()
    now = datetime(2025, 4, 2, tzinfo=UTC)
    series = ask(shop, lambda c: volume.read(c, days=3), day=sunday + timedelta(days=1), now=now)
    assert [day.events for day in series.days] == [1, 2, 1]


def test_text_timestamps_are_counted_by_day(shop: Shop) -> None:
    if shop.url.startswith("postgresql"):
        pytest.skip("PostgreSQL's text times are tested with the scan itself")
    shop.events.columns["timestamp"] = sa.String(40)
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].isoformat() + "Z"
    shop.write()
    days = ask(shop, lambda context: volume.read(context, days=3)).days
    assert [day.events for day in days] == [34, 33, 32]


def test_unmapped_events_say_so(duck: Shop) -> None:
    del duck.settings["events"]
    for check in ("freshness", "volume_zscore", "volume_expected", "event_volume",
                  "volume_trend", "missing_revenue"):  # fmt: skip
        duck.parameters(check, enabled=False)
    duck.write()
    with pytest.raises(MeasurementError, match="`events` is not mapped"):
        ask(duck, volume.read)


def test_the_day_of_the_run_is_of_no_matter(duck: Shop) -> None:
    duck.write()
    week = ask(duck, lambda c: volume.read(c, days=2), day=days_before(1), now=NOW)
    assert week.days[-1].z == duck.verdicts(date=RUN - timedelta(days=1))["volume_zscore"].value
    assert purchase(DAY, 1)["event_name"] in {series.name for series in week.names}


def test_every_day_has_the_range_that_its_own_report_has(duck: Shop) -> None:
    duck.events.rows = [
        view(days_before(back), 1) for back in range(40) for _ in range(33 + back % 5)
    ]
    duck.write()
    for day in ask(duck, lambda context: volume.read(context, days=9)).days:
        own = duck.verdicts(date=day.day + timedelta(days=1))["volume_expected"]
        assert day.normal is not None
        assert day.normal.low == own.details["low"]
        assert day.normal.high == own.details["high"]
        assert day.is_unexpected is (own.status.value == "red")


def test_every_day_of_a_name_has_the_range_that_its_own_report_has(duck: Shop) -> None:
    duck.events.rows = [
        view(days_before(back), 1, name)
        for back in range(40) for name in ("a", "b") for _ in range(33 + back % 5)
    ]  # fmt: skip
    duck.write()
    series = ask(duck, lambda context: volume.read(context, days=9))
    for day in series.name_days("a"):
        own = duck.verdicts(date=day.day + timedelta(days=1))["event_volume"].details["names"]
        (row,) = (name for name in own if name["name"] == "a")
        assert day.normal is not None
        assert (day.normal.low, day.normal.high) == (row["low"], row["high"])
        assert day.state == row["state"]


def test_an_empty_day_is_left_out_and_a_late_load_is_told(duck: Shop) -> None:
    duck.events.rows = [view(days_before(back), 1) for back in range(30) for _ in range(33)]
    duck.events.rows = [
        row for row in duck.events.rows if row["timestamp"].date() != days_before(3)
    ]
    duck.write()
    assert duck.run(record=True).warnings == ()
    duck.write(
        "INSERT INTO stg_events (timestamp, event_name) "
        f"SELECT TIMESTAMP '{days_before(2)} 04:00', 'page_viewed'"
    )
    days = {day.day: day for day in ask(duck, volume.read).days}
    assert days[days_before(3)].left_out == "no events"
    assert (days[days_before(2)].first, days[days_before(2)].events) == (33, 34)
    assert [day.first for day in days.values() if day.first is not None] == [33]
