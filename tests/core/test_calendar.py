"""Which days are special, and how."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest

from checks.config.calendars import calendar_between, is_known_place
from checks.config.model import CalendarConfig, CalendarDays
from checks.core.calendar import Calendar, SpecialDay

FIRST, LAST = date(2025, 11, 1), date(2026, 1, 31)
SALE = CalendarDays("Black Friday", date(2025, 11, 28), date(2025, 12, 1), 3.0)


def test_listed_days_have_their_factor() -> None:
    calendar = calendar_between(CalendarConfig(days=(SALE,)), FIRST, LAST)
    assert calendar.special_days == {
        date(2025, 11, 28) + timedelta(days=offset): SpecialDay("Black Friday", 3.0)
        for offset in range(4)
    }
    assert calendar.special_day(date(2025, 12, 1)) == SpecialDay("Black Friday", 3.0)
    assert calendar.special_day(date(2025, 12, 2)) is None


@pytest.mark.parametrize(
    ("first", "last", "marked"),
    [
        (date(2025, 12, 1), LAST, [date(2025, 12, 1)]),
        (FIRST, date(2025, 11, 28), [date(2025, 11, 28)]),
        (date(2025, 12, 2), LAST, []),
        (FIRST, date(2025, 11, 27), []),
    ],
)
def test_only_days_between_the_bounds(first: date, last: date, marked: list[date]) -> None:
    assert list(calendar_between(CalendarConfig(days=(SALE,)), first, last).special_days) == marked


def test_one_day_needs_no_end() -> None:
    config = CalendarConfig(days=(CalendarDays("Stocktaking", date(2026, 1, 2)),))
    marks = calendar_between(config, FIRST, LAST).special_days
    assert marks == {date(2026, 1, 2): SpecialDay("Stocktaking", None)}


def test_the_first_entry_counts_and_any_before_a_holiday() -> None:
    whole = CalendarDays("Advent", date(2025, 11, 30), date(2025, 12, 26), 1.5)
    marks = calendar_between(CalendarConfig((SALE, whole), "US"), FIRST, LAST).special_days
    assert marks[date(2025, 11, 30)] == SpecialDay("Black Friday", 3.0)
    assert marks[date(2025, 12, 25)] == SpecialDay("Advent", 1.5)
    assert marks[date(2025, 11, 27)] == SpecialDay("Thanksgiving Day", None)
    assert marks[date(2026, 1, 1)] == SpecialDay("New Year's Day", None)


def test_holidays_of_a_region() -> None:
    may = date(2025, 5, 1), date(2025, 6, 30)
    bavaria = calendar_between(CalendarConfig(holidays="DE-BY"), *may).special_days
    germany = calendar_between(CalendarConfig(holidays="DE"), *may).special_days
    assert set(bavaria) - set(germany) == {date(2025, 6, 19)}


@pytest.mark.parametrize(
    ("place", "known"),
    [("US", True), ("US-CA", True), ("DE-BY", True), ("XX", False), ("us", False), ("DE-", True),
     ("DE-XX", False), ("", False), ("United States", False)],
)  # fmt: skip
def test_known_places(place: str, known: bool) -> None:
    assert is_known_place(place) is known


@pytest.mark.parametrize(
    ("day", "release"),
    [
        (date(2025, 10, 1), None),
        (date(2025, 10, 2), date(2025, 10, 2)),
        (date(2025, 10, 8), date(2025, 10, 8)),
        (date(2025, 10, 15), date(2025, 10, 8)),
        (date(2025, 10, 16), None),
    ],
)
def test_a_release_is_recent_for_a_week(day: date, release: date | None) -> None:
    calendar = Calendar(releases=(date(2025, 10, 2), date(2025, 10, 8)))
    assert calendar.recent_release(day) == release


def test_names_are_made_inert() -> None:
    hostile = CalendarDays("sale\u202e" + "x" * 200, date(2025, 12, 1))
    (mark,) = calendar_between(CalendarConfig(days=(hostile,)), FIRST, LAST).special_days.values()
    assert mark.name.startswith("sale\\u202e")
    assert len(mark.name) < 100


def test_holidays_are_imported_only_where_they_are_asked_for() -> None:
    program = (
        "import sys; from datetime import date; "
        "from checks.config.calendars import calendar_between; "
        "from checks.config.model import CalendarConfig; "
        "calendar_between(CalendarConfig(), date(2025, 1, 1), date(2025, 2, 1)); "
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


WEEKEND = Calendar(
    {date(2026, 12, day): SpecialDay("closed: Saturday", is_closed=True) for day in (5, 6, 12, 13)}
    | {date(2026, 12, 8): SpecialDay("Sale", 2.0)}
)


@pytest.mark.parametrize(
    ("day", "before", "on_or_after"), [(4, 3, 4), (5, 4, 7), (6, 4, 7), (7, 4, 7), (8, 7, 8)]
)
def test_open_days_beside_a_day(day: int, before: int, on_or_after: int) -> None:
    assert WEEKEND.open_day_before(date(2026, 12, day)).day == before
    assert WEEKEND.open_day_from(date(2026, 12, day)).day == on_or_after


@pytest.mark.parametrize(("count", "span"), [(0, 0), (1, 1), (4, 4), (5, 7), (6, 8), (9, 11)])
def test_how_many_days_have_so_many_open_ones(count: int, span: int) -> None:
    assert WEEKEND.days_with_open(date(2026, 12, 11), count) == span


def test_a_special_day_is_not_closed() -> None:
    assert WEEKEND.closed_reason(date(2026, 12, 8)) is None
    assert WEEKEND.closed_reason(date(2026, 12, 5)) == "closed: Saturday"
