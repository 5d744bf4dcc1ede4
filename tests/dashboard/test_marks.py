"""Which marks a chart of some days has: their kinds, their days and their words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checks.core.calendar import Calendar, SpecialDay
from checks.core.records import StoredAcceptance, StoredWaiver
from checks.core.schedule import Schedule
from dashboard.charts import marks
from dashboard.charts.marks import Decisions, Kind, Mark, RunDates

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 8)
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
NEXT_DAY = RunDates(Schedule(ZoneInfo("Europe/Berlin")))
CHECK = "quarantine_rate"
WAIVER = StoredWaiver(
    id=3, pipeline="shop", check=CHECK, owner="ana", reason="known", until=date(2025, 3, 6),
    up_to=0.06, data_date=date(2025, 3, 3), created_at=datetime(2025, 3, 4, 8, tzinfo=UTC),
)  # fmt: skip
ACCEPTANCE = StoredAcceptance(
    id=4, pipeline="shop", check="event_volume", kind="event", subject="checkout", owner="ben",
    reason="retired", data_date=date(2025, 3, 4), created_at=datetime(2025, 3, 5, 8, tzinfo=UTC),
)  # fmt: skip


def day(number: int) -> date:
    return date(2025, 3, number)


def collected(
    *decisions: StoredWaiver | StoredAcceptance, calendar: Calendar | None = None,
    checks: tuple[str, ...] = (CHECK, "event_volume"), lag: int = 1,
) -> tuple[Mark, ...]:  # fmt: skip
    waivers = [each for each in decisions if isinstance(each, StoredWaiver)]
    acceptances = [each for each in decisions if isinstance(each, StoredAcceptance)]
    run_dates = RunDates(Schedule(ZoneInfo("Europe/Berlin"), lag))
    return marks.collect(
        DAYS, calendar or Calendar(), Decisions(waivers, acceptances), checks, run_dates
    )


def period(*decisions: StoredWaiver | StoredAcceptance, lag: int = 1) -> tuple[int, int] | None:
    """The days of the month of the only mark; None without one."""
    collected_marks = collected(*decisions, lag=lag)
    if not collected_marks:
        return None
    (mark,) = collected_marks
    return mark.first.day, mark.last.day


def test_a_waiver_covers_the_data_dates_of_its_run_dates() -> None:
    """Its last day is a run date: the data date of that run is the day before it."""
    assert period(WAIVER) == (3, 5)
    assert period(WAIVER, lag=0) == (3, 6)


@pytest.mark.parametrize(
    ("given_for", "until", "expected"),
    [
        (date(2025, 2, 20), day(1), None),  # its last data date is the day before the chart
        (date(2025, 2, 20), day(2), (1, 1)),  # ... the first day of the chart
        (date(2025, 2, 20), day(30), (1, 8)),  # around the whole chart
        (day(8), day(30), (8, 8)),  # begins on the last day
        (day(9), day(30), None),  # begins just after it
        (day(5), day(5), (5, 5)),  # over before its own day: that day only
    ],
)
def test_a_waiver_at_the_edges_of_the_days(
    given_for: date, until: date, expected: tuple[int, int] | None
) -> None:
    assert period(replace(WAIVER, data_date=given_for, until=until)) == expected


@pytest.mark.parametrize(
    ("revoked_at", "expected"),
    [
        (datetime(2025, 3, 4, 9, tzinfo=UTC), (3, 3)),  # on the day on which it was given
        (datetime(2025, 3, 5, 22, 59, tzinfo=UTC), (3, 4)),  # 23:59 in the shop
        (datetime(2025, 3, 5, 23, 1, tzinfo=UTC), (3, 5)),  # 00:01 of the next day in the shop
        (datetime(2025, 3, 20, tzinfo=UTC), (3, 5)),  # after its end
    ],
)
def test_a_revoked_waiver_ends_when_it_was_revoked(
    revoked_at: datetime, expected: tuple[int, int]
) -> None:
    assert period(replace(WAIVER, revoked_at=revoked_at, revoked_by="mia")) == expected


@pytest.mark.parametrize(("green_on", "last"), [(day(3), 3), (day(4), 3), (day(5), 4)])
def test_a_waiver_ends_before_the_day_that_was_green(green_on: date, last: int) -> None:
    assert period(replace(WAIVER, rearmed_on=green_on)) == (3, last)


def test_the_words_of_a_waiver() -> None:
    (mark,) = collected(replace(WAIVER, subjects={"source": ("web",)}))
    assert mark.lines == (
        "waiver of quarantine_rate", "by ana, until the run of Thu 6 Mar", "for source 'web'",
        "“known”",
    )  # fmt: skip
    assert mark.subjects == {"web"}
    (green,) = collected(replace(WAIVER, rearmed_on=day(4)))
    assert "ended: green for Tue 4 Mar" in green.lines
    revoked_at = datetime(2025, 3, 4, 9, tzinfo=UTC)
    (revoked,) = collected(replace(WAIVER, revoked_at=revoked_at, revoked_by="mia"))
    assert "revoked by mia on Tue 4 Mar 10:00" in revoked.lines


def test_only_waivers_of_the_checks_that_a_chart_is_about() -> None:
    assert not collected(WAIVER, checks=("volume_expected",))
    other = replace(WAIVER, id=5, check="event_volume")
    assert len(collected(WAIVER, other)) == 2


def test_what_is_accepted_lasts_from_its_day_on() -> None:
    assert period(ACCEPTANCE) == (4, 8)
    assert period(replace(ACCEPTANCE, data_date=date(2025, 2, 1))) == (1, 8)
    assert period(replace(ACCEPTANCE, data_date=day(8))) == (8, 8)
    assert period(replace(ACCEPTANCE, data_date=day(9))) is None


def test_what_was_revoked_is_not_drawn_as_if_it_held() -> None:
    revoked_at = datetime(2025, 3, 7, 9, tzinfo=UTC)
    (mark,) = collected(replace(ACCEPTANCE, revoked_at=revoked_at, revoked_by="mia"))
    assert (mark.kind, mark.first, mark.last) == (Kind.REVOKED, day(4), day(4))
    assert Kind.REVOKED not in marks.LASTING
    assert mark.lines == (
        "revoked: accepted of event_volume: event checkout", "by ben, from Tue 4 Mar on",
        "revoked by mia on Fri 7 Mar 10:00", "“retired”",
    )  # fmt: skip
    assert "revoked: accepted of event_volume" in marks.in_words([mark])
    (waiver,) = collected(replace(WAIVER, revoked_at=revoked_at, revoked_by="mia"))
    assert waiver.lines[0] == "revoked: waiver of quarantine_rate"


@pytest.mark.parametrize(
    ("kind", "subject", "name", "is_shown"),
    [
        ("event", "device=ios", "device=ios", True),
        ("level", "device=ios", "device=ios", False),  # a value of a dimension
        ("level", "device\\=ios", "device=ios", True),
        ("level", "checkout", "checkout", True),
        ("event", "(no name)", "", True),
    ],
)
def test_an_acceptance_is_in_the_figure_of_its_own_name(
    kind: str, subject: str, name: str, is_shown: bool
) -> None:
    shown = marks.about(collected(replace(ACCEPTANCE, kind=kind, subject=subject)), name)
    assert bool(shown) is is_shown


def test_the_words_of_an_acceptance() -> None:
    (mark,) = collected(ACCEPTANCE)
    assert mark.lines == (
        "accepted of event_volume: event checkout", "by ben, from Tue 4 Mar on", "“retired”",
    )  # fmt: skip


def test_marks_about_one_name_are_its_own_and_those_about_all() -> None:
    waiver = replace(WAIVER, check="event_volume")
    named = replace(waiver, subjects={"event": ("search",)})
    all_marks = collected(waiver, named, ACCEPTANCE)
    assert [mark.kind for mark in marks.about(all_marks, "checkout")] == [
        Kind.WAIVER, Kind.ACCEPTANCE,
    ]  # fmt: skip
    assert len(marks.about(all_marks, "search")) == 2


def test_releases_and_special_days() -> None:
    """A sale of some days is one mark; another reason or a gap begins another."""
    sale, strike = SpecialDay("Sale", 1.5), SpecialDay("Strike")
    special_days = {day(2): sale, day(3): sale, day(4): strike, day(6): sale}
    calendar_marks = collected(calendar=Calendar(special_days, (day(1), day(8), day(9))))
    assert [(mark.kind, mark.first.day, mark.last.day) for mark in calendar_marks] == [
        (Kind.RELEASE, 1, 1), (Kind.RELEASE, 8, 8), (Kind.SPECIAL_DAY, 2, 3),
        (Kind.SPECIAL_DAY, 4, 4), (Kind.SPECIAL_DAY, 6, 6),
    ]  # fmt: skip
    assert calendar_marks[2].lines == ("Sale", "1.5 times the usual volume is expected")
    assert calendar_marks[3].lines == ("Strike", "its volume is not judged")


def test_closed_days_are_marked_apart_from_special_ones() -> None:
    closed = SpecialDay("closed: Sunday", is_closed=True)
    special_days = {day(2): closed, day(3): SpecialDay("Strike"), day(9): closed}
    calendar_marks = collected(calendar=Calendar(special_days))
    assert [(mark.kind, mark.first.day) for mark in calendar_marks] == [
        (Kind.SPECIAL_DAY, 3), (Kind.CLOSED_DAY, 2),
    ]  # fmt: skip
    assert calendar_marks[1].lines == ("closed: Sunday", "no events are expected")
    assert marks.in_words(calendar_marks).endswith("closed: Sunday, Sun 2 Mar.")


@pytest.mark.parametrize(("count", "expected"), [(31, True), (32, False)])
def test_many_bands_of_closed_days_are_drawn(count: int, expected: bool) -> None:
    many = [Mark(Kind.CLOSED_DAY, FIRST, FIRST, ("closed",))] * count
    assert marks.is_drawn(Kind.CLOSED_DAY, many) is expected


def test_no_days_no_marks() -> None:
    calendar = Calendar(releases=(day(1),))
    assert marks.collect([], calendar, Decisions([WAIVER]), (CHECK,), NEXT_DAY) == ()
    assert marks.in_words(()) == ""


def test_personal_data_in_a_reason_is_masked() -> None:
    (mark,) = collected(replace(WAIVER, reason="ask mia.maier@example.com"))
    assert "maier" not in " ".join(mark.lines)
    assert "ask m…@…" in mark.lines[-1]


def test_a_hostile_name_is_one_line_of_plain_characters_in_words() -> None:
    words = marks.in_words(collected(replace(ACCEPTANCE, subject="a\u202eb\n<b>")))
    assert "\n" not in words
    assert "\u202e" not in words


def test_many_marks_are_counted_in_words() -> None:
    releases = Calendar(releases=tuple(DAYS))
    words = marks.in_words(collected(calendar=releases))
    assert words.count("release") == 6
    assert words.endswith("; 2 more.")
    assert marks.in_words(collected(WAIVER)) == (
        "Marked: waiver of quarantine_rate, Mon 3 Mar to Wed 5 Mar."
    )


@pytest.mark.parametrize(("count", "expected"), [(8, True), (9, False)])
def test_lines_are_left_out_where_there_are_many(count: int, expected: bool) -> None:
    many = [Mark(Kind.RELEASE, FIRST, FIRST, ("release",))] * count
    assert marks.is_drawn(Kind.RELEASE, many) is expected
    assert marks.is_drawn(Kind.SPECIAL_DAY, many)
