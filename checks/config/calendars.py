"""The `calendar` section as the days themselves, public holidays included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from checks.config.model import CalendarConfig
from checks.core.calendar import Calendar, SpecialDay
from checks.core.text import clean


def calendar_between(config: CalendarConfig, first: date, last: date) -> Calendar:
    """The calendar of the days from `first` to `last`.

    The entry of `days` that comes first counts; any of them counts before a holiday.
    """
    special_days = dict(_holidays(config.holidays, first, last)) if config.holidays else {}
    for entry in reversed(config.days):
        begin, end = max(entry.first, first), min(entry.last or entry.first, last)
        for offset in range((end - begin).days + 1):
            special_days[begin + timedelta(days=offset)] = SpecialDay(
                clean(entry.name), entry.expect
            )
    releases = sorted(day for day in set(config.tracking_releases) if first <= day <= last)
    return Calendar(special_days, tuple(releases))


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
