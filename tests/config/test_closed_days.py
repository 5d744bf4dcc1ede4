"""calendar.closed: what it takes and refuses, and which days it closes and opens."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from checks.config.calendars import calendar_between, closed_days
from checks.config.closed_days import ALLOWED, ClosedDays
from checks.config.model import CalendarConfig, CalendarDays
from tests.config.small_catalog import problems
from tests.config.test_config_values import WITHOUT, Loader

SATURDAY, SUNDAY = ClosedDays(weekday=5), ClosedDays(weekday=6)
CHRISTMAS = date(2026, 12, 25)
STRETCH = "{from: 2026-08-01, to: 2026-08-14}"
ONCE, DATED = "each item once", "`{}` as a day, such as 2026-08-01"
PLACE = "holidays only with calendar.holidays, such as `holidays: DE-BE`"


def on(*days: date) -> ClosedDays:
    return ClosedDays(first=days[0], last=days[-1])


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("[]", ()),
        ("[sunday]", (SUNDAY,)),
        ("[Saturday, SUNDAY]", (SATURDAY, SUNDAY)),
        ("['sunday', \"2026-12-25\"]", (SUNDAY, on(CHRISTMAS))),
        ("[2026-12-25]", (on(CHRISTMAS),)),
        (f"[{STRETCH}]", (on(date(2026, 8, 1), date(2026, 8, 14)),)),
        ("[{from: '2026-08-01', to: 2026-08-01}]", (on(date(2026, 8, 1)),)),
        (f"[sunday, {STRETCH}, 2026-08-03]",
         (SUNDAY, on(date(2026, 8, 1), date(2026, 8, 14)), on(date(2026, 8, 3)))),
        ("[monday, tuesday, wednesday, thursday, friday, saturday]",
         tuple(ClosedDays(weekday=day) for day in range(6))),
    ],
)  # fmt: skip
def test_what_it_takes(written: str, items: tuple[ClosedDays, ...], load_text: Loader) -> None:
    assert load_text(f"{WITHOUT}calendar: {{closed: {written}}}\n").calendar.closed == items


def test_holidays_with_a_place(load_text: Loader) -> None:
    calendar = load_text(f"{WITHOUT}calendar: {{holidays: DE-BE, closed: [holidays]}}\n").calendar
    assert calendar.closed == (ClosedDays(of_holidays=True),)


# (written, what is found, what is allowed, hint)
WRONG = [
    ("sunday", "'sunday'", f"a list; each {ALLOWED}", "write [sunday]"),
    ("", "nothing", f"a list; each {ALLOWED}", None),
    (STRETCH, "a mapping", f"a list; each {ALLOWED}", None),
    ("[sun]", "'sun'", ALLOWED, "did you mean 'sunday'?"),
    ("[Sat]", "'Sat'", ALLOWED, "did you mean 'saturday'?"),
    ("[t]", "'t'", ALLOWED, None),
    ("[sundays]", "'sundays'", ALLOWED, "did you mean 'sunday'?"),
    ("[wendesday]", "'wendesday'", ALLOWED, "did you mean 'wednesday'?"),
    ("[holiday]", "'holiday'", ALLOWED, "did you mean 'holidays'?"),
    ("[Sonntag]", "'Sonntag'", ALLOWED, None),
    ("['']", "''", ALLOWED, None),
    ("[6]", "6", ALLOWED, None),
    ("[2026]", "2026", ALLOWED, None),
    ("[20261225]", "20261225", ALLOWED, None),
    ("[-1]", "-1, which is no word", ALLOWED, None),
    ("[.5]", ".5, which is no word", ALLOWED, None),
    ("[no]", "no, which is no word", ALLOWED, None),
    ("[true]", "true, which is no word", ALLOWED, None),
    ("[~]", "nothing", ALLOWED, None),
    ("[[sunday]]", "a list", ALLOWED, None),
    ("[2026-02-30]", "2026-02-30, which is not a calendar date", ALLOWED, None),
    ("[2026-12-25 10:00:00]", "2026-12-25 10:00:00", ALLOWED, None),
    ("[25.12.2026]", "'25.12.2026'", ALLOWED, None),
    ("[{from: 2026-08-01}]", "a mapping without `to`", STRETCH, None),
    ("[{to: 2026-08-01}]", "a mapping without `from`", STRETCH, None),
    ("[{}]", "a mapping without `from`", STRETCH, None),
    ("[{from: 2026-08-14, to: 2026-08-13}]", "to: 2026-08-13", "`to` from 2026-08-14 on", None),
    ("[{from: 2026-08-01, till: 2026-08-14}]", "the unknown key 'till'", STRETCH, None),
    ("[{form: 2026-08-01, to: 2026-08-14}]", "the unknown key 'form'", STRETCH,
     "did you mean 'from'?"),
    ("[{from: 2026-08-01, from: 2026-08-02, to: 2026-08-14}]",
     "the same key again (first on line {line})", STRETCH, None),
    ("[{from: august, to: 2026-08-14}]", "from: 'august'", DATED.format("from"), None),
    ("[{from: 2026-08-01, to: 2026-08-32}]", "to: 2026-08-32, which is not a calendar date",
     DATED.format("to"), None),
    ("[{from: 2026-08-01, to: [2026-08-02]}]", "to: a list", DATED.format("to"), None),
    ("[sunday, Sunday]", "sunday twice", ONCE, None),
    ("[2026-12-25, {from: 2026-12-25, to: 2026-12-25}]", "2026-12-25 twice", ONCE, None),
    (f"[{STRETCH}, {STRETCH}]", "2026-08-01 to 2026-08-14 twice", ONCE, None),
    ("[monday, tuesday, wednesday, thursday, friday, saturday, sunday]", "all seven weekdays",
     "at most six: no day would be judged", None),
    ("[holidays]", "holidays", PLACE, None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "actual", "allowed", "hint"), WRONG)
def test_one_clear_message(
    written: str, actual: str, allowed: str, hint: str | None, load_text: Loader
) -> None:
    text = f"{WITHOUT}calendar: {{closed: {written}}}\n"
    (problem,) = problems(lambda: load_text(text))
    line = len(WITHOUT.splitlines()) + 1
    assert (problem.key, problem.line) == ("calendar.closed", line)
    assert (problem.found, problem.allowed) == (actual.format(line=line), allowed)
    assert problem.hint == hint


def test_hostile_words_are_shown_inert(load_text: Loader) -> None:
    (problem,) = problems(lambda: load_text(f'{WITHOUT}calendar: {{closed: ["\\e[31mx"]}}\n'))
    assert "\x1b" not in problem.message


# ---- which days are closed

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def reasons(*closed: ClosedDays, **config: object) -> dict[date, str]:
    calendar = calendar_between(CalendarConfig(closed=closed, **config), FIRST, LAST)  # type: ignore[arg-type]
    days = (FIRST + timedelta(days=offset) for offset in range(31))
    return {day: why for day in days if (why := calendar.closed_reason(day)) is not None}


def test_a_weekday_is_closed_by_its_name() -> None:
    assert reasons(SUNDAY) == dict.fromkeys(
        [date(2026, 12, day) for day in (6, 13, 20, 27)], "closed: Sunday"
    )


def test_a_holiday_is_closed_only_where_holidays_are() -> None:
    assert reasons(SUNDAY, holidays="DE-BE").get(CHRISTMAS) is None
    closed = reasons(ClosedDays(of_holidays=True), holidays="DE-BE")
    assert closed == {
        CHRISTMAS: "closed: Christmas Day", date(2026, 12, 26): "closed: Second Day of Christmas"
    }  # fmt: skip


def test_a_date_is_named_by_what_is_known_of_it() -> None:
    stocktaking = CalendarDays("Stocktaking", date(2026, 12, 30))
    closed = reasons(
        on(CHRISTMAS),
        on(date(2026, 12, 29), date(2026, 12, 30)),
        holidays="DE",
        days=(stocktaking,),
    )
    assert closed == {
        CHRISTMAS: "closed: Christmas Day", date(2026, 12, 29): "closed",
        date(2026, 12, 30): "closed: Stocktaking",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("closed", "expect", "is_closed"),
    [
        (SUNDAY, 0.8, False),
        (SUNDAY, None, True),
        (on(date(2026, 12, 20)), 0.8, True),
        (on(date(2026, 12, 20)), None, True),
    ],
)
def test_an_entry_that_expects_events_opens_a_day_closed_by_its_weekday(
    closed: ClosedDays, expect: float | None, is_closed: bool
) -> None:
    advent = CalendarDays("Advent", date(2026, 12, 20), expect=expect)
    assert (date(2026, 12, 20) in reasons(closed, days=(advent,))) is is_closed


def test_an_entry_that_expects_events_opens_a_holiday() -> None:
    entry = CalendarDays("Christmas sale", CHRISTMAS, expect=2.0)
    closed = reasons(ClosedDays(of_holidays=True), holidays="DE", days=(entry,))
    assert CHRISTMAS not in closed


def test_closed_days_are_found_between_two_days() -> None:
    from types import SimpleNamespace

    config = SimpleNamespace(calendar=CalendarConfig(closed=(SATURDAY, SUNDAY)))
    days = closed_days(config, date(2026, 12, 4), date(2026, 12, 7))  # type: ignore[arg-type]
    assert days == {date(2026, 12, 5), date(2026, 12, 6)}
