"""Names and columns in the configuration that no row has. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from checks.core.counts import NAME, NO_VALUE, DailyCounts, value_text
from checks.core.metrics import EventCounts
from checks.core.text import count_text, did_you_mean, plural, quoted
from checks.core.totals import mean
from checks.evaluation.observations.sentences import limited

if TYPE_CHECKING:
    from checks.config.model import CheckSettings, Config, EventsSource
    from checks.core.timeframe import Timeframe
    from checks.measuring.measurements import CompletedReadings

#: How similar a misspelt name must be to the right one: 'checkout_started' is another event
#: than 'checkout_completed' (0.71).
_LIKENESS = 0.85


def name_observations(
    config: Config, frame: Timeframe, readings: CompletedReadings
) -> tuple[str, ...]:
    """Order ids mapped on one side only, and names and columns without events."""
    sentences = list(_half_mapped_ids(config))
    source, events = config.events, readings.events
    if source is None or events is None or not any(events.totals()):
        return tuple(sentences)
    daily = readings.daily_counts
    if frame.is_over:  # while the day lasts, later hours of earlier days are not counted
        sentences += limited("events.purchase_names", _unseen_purchase_names(source, events, daily))
    ignored = config.checks["event_volume"].params.ignore
    sentences += limited("events.purchase_names", _lookalikes(source, events, ignored))
    if daily is not None:
        sentences += limited("events.dimensions", _constant_dimensions(daily))
        if frame.is_over:
            sentences += limited(
                "checks.event_volume.ignore", _unseen_ignored_names(ignored, events, daily)
            )
            sentences += _unremembered_names(config.checks["event_volume"], events, daily)
    return tuple(sentences)


def _half_mapped_ids(config: Config) -> Iterator[str]:
    """An order id on one side only: purchases cannot be looked up among the orders."""
    if config.events is None or config.orders is None:
        return
    if not config.checks["orphan_orders"].enabled:
        return
    mapped, missing = "events.order_id", "orders.order_id"
    if config.orders.order_id:
        mapped, missing = missing, mapped
    if bool(config.events.order_id) != bool(config.orders.order_id):
        yield f"{mapped} is mapped, but {missing} is not: purchases without an order are not judged"


def _unseen_purchase_names(
    source: EventsSource, events: EventCounts, daily: DailyCounts | None
) -> Iterator[str]:
    """Purchase names without an event, where others have some: else a check reports it."""
    if not _listed_and_seen(source, events):
        return
    unlisted = [name for name in events.by_name if name not in source.purchase_names]
    for name in source.purchase_names:
        if name in events.by_name or _has_events(daily, name):
            continue
        near = _same_letters(name, unlisted) or did_you_mean(name, unlisted, _LIKENESS)
        hint = f"; did you mean {quoted(near)}?" if near else ""
        yield (
            f"events.purchase_names: no event is named {quoted(name)} in "
            f"{plural(_searched_days(events, daily), 'day')}{hint}"
        )


def _lookalikes(
    source: EventsSource, events: EventCounts, ignored: tuple[str, ...]
) -> Iterator[str]:
    """Names that equal a purchase name but for case, blanks and punctuation, and do not count.

    Where the listed name itself never occurs, `_unseen_purchase_names` suggests this one.
    """
    candidates = _listed_and_seen(source, events) or source.purchase_names
    for name, series in events.by_name.items():
        if name in source.purchase_names or name in ignored:
            continue
        if (lookalike := _same_letters(name, candidates)) is not None:
            count = plural(sum(series), "event is", "events are")
            yield (
                f"events.purchase_names: {count} named {quoted(name)} in "
                f"{plural(len(events.days), 'day')}, which looks like {quoted(lookalike)} but is "
                "not listed: not counted as purchases"
            )


def _listed_and_seen(source: EventsSource, events: EventCounts) -> list[str]:
    return [name for name in source.purchase_names if name in events.by_name]


def _same_letters(name: str, others: Sequence[str]) -> str | None:
    """The first of the other names that has the same letters and digits."""
    letters = _letters(name)
    return next((other for other in others if letters and _letters(other) == letters), None)


def _letters(name: str) -> str:
    """Letters and digits alone, in one case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def _constant_dimensions(daily: DailyCounts) -> Iterator[str]:
    days = plural(len(daily.totals()), "day")
    for column in daily.dimensions():
        if _has_rest(daily, column):
            continue
        values = daily.values(column)
        if values == [NO_VALUE]:
            yield f"events.dimensions: column {quoted(column)} is NULL in all events of {days}"
        elif len(values) == 1:
            yield (
                f"events.dimensions: column {quoted(column)} is {quoted(values[0])} in all events "
                f"of {days}: it does not split the volume into segments"
            )


def _unremembered_names(
    settings: CheckSettings, events: EventCounts, daily: DailyCounts
) -> Iterator[str]:
    """Regular names beyond the most that are remembered: their silence may go unnoticed."""
    minimum = settings.params.min_per_day
    unremembered = [
        name
        for name, counts in events.by_name.items()
        if settings.enabled
        and mean(counts) >= minimum
        and _is_unremembered(name, counts, events.days, daily)
    ]
    if unremembered:
        yield (
            f"events: {plural(len(unremembered), 'regular event name')} beyond the number that is "
            f"remembered per day, such as {quoted(min(unremembered))}: if one goes silent, the "
            f"checks report it for at most {plural(len(events.days) - 1, 'day')}"
        )


def _is_unremembered(
    name: str, counts: Sequence[int], days: Sequence[date], daily: DailyCounts
) -> bool:
    """Whether a name is not among those remembered of the last day on which it occurred."""
    last_day = max(day for day, count in zip(days, counts, strict=True) if count)
    remembered = daily.counted.get(last_day)
    return remembered is not None and remembered.by_dimension[NAME].of(value_text(name)) is None


def _unseen_ignored_names(
    ignored: tuple[str, ...], events: EventCounts, daily: DailyCounts
) -> Iterator[str]:
    for name in ignored:
        if name not in events.by_name and not _has_events(daily, name):
            days = count_text(_searched_days(events, daily))
            yield (
                f"checks.event_volume.ignore: no event is named {quoted(name)} in {days} days: "
                "misspelt, or no longer needed"
            )


def _has_events(daily: DailyCounts | None, name: str) -> bool:
    """Whether a name has events on any of the days of the longer history."""
    if daily is None:
        return False
    text = value_text(name)
    return any(day.by_dimension[NAME].events.get(text) for day in daily.counted.values())


def _searched_days(events: EventCounts, daily: DailyCounts | None) -> int:
    """Over how many days a name was searched, from the first day with events."""
    if daily is None or _has_rest(daily, NAME):
        return len(events.days)
    return len(daily.totals())


def _has_rest(daily: DailyCounts, dimension: str) -> bool:
    """Whether a dimension had more values than are kept apart."""
    values = (day.by_dimension.get(dimension) for day in daily.counted.values())
    return any(counts is not None and counts.rest for counts in values)
