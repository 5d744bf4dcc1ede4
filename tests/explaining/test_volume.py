"""Hours without events, parts of the traffic, stopped names and levels, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checks.core.calendar import Calendar
from checks.core.counts import NAME, DailyCounts, DayCounts, Values
from checks.core.profiles import HOURS, HourCounts
from checks.detection.baseline import baseline
from checks.explaining import volume
from checks.explaining.shifts import find_shift
from tests.explaining.profiles import DAY, all_day, hours, profile_of

ZONE = ZoneInfo("UTC")


def missing(
    judged: tuple[int, ...], *, newest: datetime | None = None, least: float = 10, scale: float = 1
) -> str | None:
    profile = profile_of({NAME: {"view": (judged, all_day(100))}})
    explained = volume.missing_hours(profile, scale, least, newest, ZONE)
    return explained.text if explained else None


def test_the_hours_that_are_missing() -> None:
    assert missing(hours((0, 16, 100))) == "No event from 16:00 to 24:00, about 800 usual"
    assert (
        missing(hours((0, 9, 99), (12, 24, 99))) == "No event from 09:00 to 12:00, about 300 usual"
    )
    assert missing(hours((2, 9, 99), (12, 24, 99))) == (
        "No event from 00:00 to 02:00 and from 09:00 to 12:00, about 500 usual"
    )


@pytest.mark.parametrize(
    ("minute", "begin", "expected"),
    [(29, "14:30", "960"), (59, "15:00", "900"), (0, "14:01", "960")],
)
def test_the_newest_event_says_when_the_last_gap_begins(
    minute: int, begin: str, expected: str
) -> None:
    newest = datetime(2025, 3, 8, 14, minute, 59 if minute == 59 else 0, tzinfo=UTC)
    text = missing(hours((0, 14, 100), (14, 15, 40)), newest=newest)
    assert text == f"No event from {begin} to 24:00, about {expected} usual"


@pytest.mark.parametrize(("least", "holds"), [(99, True), (100, True), (101, False)])
def test_so_many_are_usual_that_none_is_no_chance(least: float, holds: bool) -> None:
    text = missing(hours((0, 23, 100)), least=least)
    assert (text is not None) is holds


def test_a_whole_day_without_events_is_no_gap() -> None:
    assert missing(all_day(0)) is None


def test_the_usual_day_is_scaled() -> None:
    assert missing(hours((0, 23, 100)), scale=0.5, least=1) == (
        "No event from 23:00 to 24:00, about 50 usual"
    )


def test_while_the_day_lasts_there_is_no_end() -> None:
    profile = profile_of(
        {NAME: {"view": (hours((0, 6, 100)), hours((0, 10, 100)))}}, judged_hours=10
    )
    explained = volume.missing_hours(profile, 1, 10, None, ZONE)
    assert explained is not None
    assert explained.text == "No event since 06:00, about 400 usual"


def test_a_shift_in_words() -> None:
    profile = profile_of(
        {"browser": {"Shop app": (hours((6, 24, 120)), all_day(3)), "x": (all_day(9), all_day(9))}}
    )
    shift = find_shift(profile, 1, 1)
    assert shift is not None
    explained = volume.from_shift(shift, profile, "rows")
    assert explained.text == "Since 06:00, Shop app only: 2,160 rows, about 54 usual"
    assert explained.evidence["column"] == "browser"
    assert explained.evidence["other_rows"] == 216
    # An hour of today is told rather than that some of it was so before.
    assert volume.from_shift(shift, profile, "rows", DAY - timedelta(days=2)) == explained


def test_since_a_day_where_the_part_was_so_before() -> None:
    profile = profile_of(
        {"browser": {"app": (all_day(120), all_day(3)), "x": (all_day(9), all_day(9))}}
    )
    shift = find_shift(profile, 1, 1)
    assert shift is not None
    explained = volume.from_shift(shift, profile, "rows", date(2025, 3, 2))
    assert explained.text == "Since 2 March, app only: 2,880 rows, about 72 usual"


def stopped(hour_counts: HourCounts | None, **more: object) -> str:
    options = {"calendar": Calendar(), "others": 0, "seen": 0} | more
    return volume.stopped_name(
        "purchase", {DAY: options["seen"]}, DAY, options.get("since", DAY), 124.0,  # type: ignore[dict-item, arg-type]
        options["calendar"], hour_counts, HOURS, options["others"],  # type: ignore[arg-type]
    ).text  # fmt: skip


def test_a_name_that_stopped() -> None:
    assert stopped(None) == "'purchase' stopped on 8 March: 0 since, about 124 usual"
    until_two = HourCounts(hours((0, 14, 5)), all_day(5))
    assert stopped(until_two) == ("'purchase' stopped on 8 March 14:00: 0 since, about 124 usual")
    assert stopped(None, others=2) == (
        "'purchase' stopped on 8 March: 0 since, about 124 usual; and 2 more names"
    )
    assert stopped(None, since=date(2025, 3, 6)) == (
        "'purchase' stopped on 6 March: 0 since, about 124 a day usual"
    )


@pytest.mark.parametrize(("released", "is_named"), [(6, False), (7, True), (8, True), (9, False)])
def test_a_release_is_named_of_the_day_or_the_one_before(released: int, is_named: bool) -> None:
    calendar = Calendar(releases=(date(2025, 3, released),))
    text = stopped(None, calendar=calendar)
    assert text.endswith(f"; the tracking was changed on {released} March") is is_named


def daily(*totals: int, releases: tuple[date, ...] = ()) -> DailyCounts:
    """Days up to the judged one with these events."""
    days = tuple(DAY - timedelta(days=back) for back in range(len(totals) - 1, -1, -1))
    counted = {
        day: DayCounts(day, {NAME: Values({"view": total})})
        for day, total in zip(days, totals, strict=True)
    }
    return DailyCounts(days, counted, Calendar(releases=releases))


def level(counts: DailyCounts, side: int) -> str | None:
    usual_days = baseline(counts.totals(), counts.day, counts.calendar, every=True)
    explained = volume.level(counts, usual_days, side)
    return explained.text if explained else None


def test_a_level_since_a_day() -> None:
    assert level(daily(*[1000] * 30, 300, 310), -1) == (
        "Lower since 7 March: 305 a day, before 1,000"
    )
    assert level(daily(*[1000] * 30, 5000, 5000), 1) == (
        "Higher since 7 March: 5,000 a day, before 1,000"
    )


def test_one_day_is_no_level() -> None:
    assert level(daily(*[1000] * 30, 300), -1) is None


def test_a_release_makes_one_day_a_level() -> None:
    assert level(daily(*[1000] * 30, 300, releases=(DAY,)), -1) == (
        "Lower since 8 March: 300 a day, before 1,000; the tracking was changed on 8 March"
    )


def test_a_rise_is_no_level_below_the_days_before() -> None:
    """A weekend at a fifth, now three times as much, is less than the weekdays before."""
    week = [1000, 1000, 1000, 1000, 1000, 200, 200]
    counts = daily(*week * 5, *week[:5], 600, 600)
    usual_days = baseline(counts.totals(), counts.day, counts.calendar, every=True)
    assert volume.level(counts, usual_days, 1) is None


def test_skipped_hours_are_no_gap() -> None:
    profile = replace(
        profile_of({NAME: {"view": (hours((0, 2, 90), (3, 24, 90)), all_day(90))}}),
        skipped=frozenset({2}),
    )
    assert volume.missing_hours(profile, 1, 10, None, ZONE) is None


def test_an_early_gap_does_not_explain_an_old_newest_event() -> None:
    profile = profile_of({NAME: {"view": (hours((0, 3, 90), (5, 24, 90)), all_day(90))}})
    assert volume.missing_hours(profile, 1, 10, None, ZONE, at_end=True) is None
    assert volume.missing_hours(profile, 1, 10, None, ZONE) is not None


@pytest.mark.parametrize(
    ("series", "since"),
    [([100] * 30 + [100, 50, 20], 1), ([100] * 30 + [20, 20, 20], 2)],
)
def test_since_the_first_day_on_which_the_value_was_so(series: list[int], since: int) -> None:
    days = [DAY - timedelta(days=back) for back in range(len(series) - 1, -1, -1)]
    counted = {
        day: DayCounts(day, {NAME: Values({"a": n}), "device": Values({"ios": n})})
        for day, n in zip(days, series, strict=True)
    }
    counts = DailyCounts(tuple(days), counted)
    held = volume.held_since(counts, "device", "ios", DAY - timedelta(days=2), -1)
    assert held == DAY - timedelta(days=since)


def test_the_day_of_a_new_cause_is_no_longer_one() -> None:
    """Two days at 0.8 of everything, and only today this value is gone."""
    series = [100] * 30 + [80, 80, 0]
    days = [DAY - timedelta(days=back) for back in range(len(series) - 1, -1, -1)]
    counted = {
        day: DayCounts(day, {NAME: Values({"a": n}), "device": Values({"ios": n})})
        for day, n in zip(days, series, strict=True)
    }
    counts = DailyCounts(tuple(days), counted)
    assert volume.held_since(counts, "device", "ios", DAY - timedelta(days=2), -1) is None


def test_a_stray_event_after_the_hour_is_told() -> None:
    """Ten an hour until 14:00, and one at 20:00."""
    assert stopped(HourCounts(hours((0, 14, 10), (20, 21, 1)), all_day(10))) == (
        "'purchase' stopped on 8 March 14:00: 1 since, about 124 usual"
    )


def test_gaps_that_are_half_of_the_loss_together() -> None:
    view = (hours((0, 6, 90), (8, 12, 90), (14, 24, 90)), all_day(90))
    profile = profile_of({NAME: {"view": view}})
    assert volume.missing_hours(profile, 1, 10, None, ZONE, least=360) is not None
    assert volume.missing_hours(profile, 1, 10, None, ZONE, least=361) is None


NIGHTLY = {"view": (hours((0, 15, 50)), all_day(50)), "late": (all_day(0), hours((16, 24, 9)))}


@pytest.mark.parametrize(
    ("name", "usual", "is_explained"),
    [
        ("late", 72.0, True),
        ("view", 1200.0, False),
        ("unknown", 8.4, True),
        ("unknown", 8.5, False),
    ],
)
def test_missing_hours_explain_only_a_name_whose_events_are_in_them(
    name: str, usual: float, is_explained: bool
) -> None:
    """A name that is not counted apart has its events when all events are."""
    profile = profile_of({NAME: NIGHTLY})
    gap = volume.missing_hours(profile, 1, 10, None, ZONE, at_end=True)
    assert gap is not None
    assert volume.explains_silence(gap, profile, name, usual) is is_explained


def test_a_shop_is_empty_since_the_first_day_without_events() -> None:
    assert volume.empty_since(daily(*[100] * 9, 0, 0)) == DAY - timedelta(days=1)
    assert volume.empty_since(daily(*[100] * 9, 0, 5, 0)) == DAY


def with_cart(*carts: int, total: int = 1000) -> DailyCounts:
    """Days with these events of one name, and many of another."""
    days = [DAY - timedelta(days=back) for back in range(len(carts) - 1, -1, -1)]
    counted = {
        day: DayCounts(day, {NAME: Values({"cart": n, "view": total - n})})
        for day, n in zip(days, carts, strict=True)
    }
    return DailyCounts(tuple(days), counted)


@pytest.mark.parametrize(
    ("carts", "since_back", "last"),
    [
        ((100, 110, 100, 95, 100, 12, 0), 0, 12),
        ((100, 110, 100, 95, 100, 50, 0), 0, 50),
        ((100, 110, 100, 95, 100, 90, 0), 0, None),
        ((100, 110, 100, 95, 100, 12, 0, 0), 1, 12),
        ((100, 110, 100, 95, 100, 12, 12, 0), 0, None),
        ((100, 50, 0), 0, None),
    ],
)
def test_the_last_day_of_a_name_that_stopped_in_its_course(
    carts: tuple[int, ...], since_back: int, last: int | None
) -> None:
    """A day as usual is none, nor one after another like it, nor one without a week before it."""
    counts = with_cart(*carts)
    assert volume.last_events(counts, "cart", DAY - timedelta(days=since_back)) == last


def test_a_thin_day_of_everything_is_no_last_day() -> None:
    counts = with_cart(*[100] * 7, 30, 0)
    thin = DAY - timedelta(days=1)
    counted = dict(counts.counted) | {
        thin: DayCounts(thin, {NAME: Values({"cart": 30, "view": 270})})
    }
    assert volume.last_events(replace(counts, counted=counted), "cart", DAY) is None


def test_a_name_that_stopped_the_day_before() -> None:
    """Its silence began on the judged day, but not its stop; nor did the release come later."""
    calendar = Calendar(releases=(DAY,))
    explained = volume.stopped_name("cart", {DAY: 0}, DAY, DAY, 96, calendar, None, HOURS, 0, 12)
    assert explained.text == (
        "'cart' stopped on 7 March: 12 on that day, 0 since, about 96 a day usual"
    )
    assert (explained.evidence["since"], explained.evidence["stopped_on"]) == (
        DAY, DAY - timedelta(days=1),
    )  # fmt: skip
