"""The `calendar` section as the days themselves: public holidays and closed days included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from checks.config.model import CalendarConfig, Config
from checks.core.calendar import Calendar, SpecialDay
from checks.core.text import clean


def calendar_between(config: CalendarConfig, first: date, last: date) -> Calendar:
    """The calendar of the days from `first` to `last`.

    The entry of `days` that comes first counts; any of them counts before a holiday. One with
    `expect` opens a day that is closed by its weekday or as a holiday, not one closed by its date.
    """
    holidays = dict(_holidays(config.holidays, first, last)) if config.holidays else {}
    named = _named_days(config, first, last)
    closed = _closed_days(config, first, last, holidays, named)
    releases = sorted(day for day in set(config.tracking_releases) if first <= day <= last)
    return Calendar({**holidays, **named, **closed}, tuple(releases))


def _named_days(config: CalendarConfig, first: date, last: date) -> dict[date, SpecialDay]:
    """The days of `calendar.days`."""
    named: dict[date, SpecialDay] = {}
    for entry in reversed(config.days):
        begin, end = max(entry.first, first), min(entry.last or entry.first, last)
        special_day = SpecialDay(clean(entry.name), entry.expect)
        named |= dict.fromkeys(_days_between(begin, end), special_day)
    return named


def _closed_days(
    config: CalendarConfig,
    first: date,
    last: date,
    holidays: Mapping[date, SpecialDay],
    named: Mapping[date, SpecialDay],
) -> dict[date, SpecialDay]:
    """The days of `calendar.closed`, each with the reason that is most specific."""
    if not config.closed:
        return {}
    weekdays = {item.weekday for item in config.closed if item.weekday is not None}
    holidays_are_closed = any(item.of_holidays for item in config.closed)
    dated = [item for item in config.closed if item.first is not None]
    closed = {}
    for day in _days_between(first, last):
        entry, holiday = named.get(day), holidays.get(day)
        is_opened = entry is not None and entry.factor is not None
        if any(item.has_day(day) for item in dated):
            closed[day] = _closed(entry or holiday)
        elif holiday is not None and holidays_are_closed and not is_opened:
            closed[day] = _closed(holiday)
        elif day.weekday() in weekdays and not is_opened:
            closed[day] = _closed(SpecialDay(f"{day:%A}"))
    return closed


def _closed(reason: SpecialDay | None) -> SpecialDay:
    name = "closed" if reason is None else f"closed: {reason.name}"
    return SpecialDay(name, is_closed=True)


def _days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def closed_days(config: Config, first: date, last: date) -> frozenset[date]:
    """The days from `first` to `last` on which no events are expected."""
    if not config.calendar.closed:
        return frozenset()
    calendar = calendar_between(config.calendar, first, last)
    return frozenset(day for day, why in calendar.special_days.items() if why.is_closed)


def is_known_place(place: str) -> bool:
    """Whether the holidays of a country (`US`) or of a region of it (`DE-BY`) are known."""
    import holidays

    country, _, region = place.partition("-")
    regions = holidays.list_supported_countries(include_aliases=True).get(country)
    return regions is not None and (not region or region in regions)


def _holidays(place: str, first: date, last: date) -> Iterable[tuple[date, SpecialDay]]:
    import holidays  # 1,000 files: imported only where it is needed

    country, _, region = place.partition("-")
    holiday_names: Mapping[Any, str] = holidays.country_holidays(
        country, subdiv=region or None, years=range(first.year, last.year + 1), language="en_US"
    )
    return (
        (day, SpecialDay(clean(name)))
        for day, name in holiday_names.items()
        if first <= day <= last
    )
