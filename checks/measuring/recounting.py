"""Counting remembered days again: `andon recount`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.config.model import Config
from checks.config.timeframes import data_timeframe
from checks.core.counts import DayCounts, RememberedCounts
from checks.core.errors import UsageError
from checks.core.progress import Progress
from checks.measuring.daily import DailyReader, fingerprint, former_fingerprint, recall_nothing
from checks.measuring.gone_days import gone_days, least_of_day
from checks.measuring.plan import MeasuringPlan
from checks.warehouse import Warehouse

#: The most days that one statement counts.
MOST_DAYS = 1100


@dataclass(frozen=True, slots=True)
class RecountedDay:
    """A day that was counted again, in events. remembered: None where it was not.

    is_gone: the warehouse has no event of this day any more, nor of any before it, as far back as
    volume is judged by; the remembered count is kept. is_oldest: a gone day of which the warehouse
    still has events, perhaps only a part.
    """

    day: date
    remembered: int | None
    counted: int
    is_gone: bool = False
    is_oldest: bool = False

    @property
    def has_changed(self) -> bool:
        """Whether another count is remembered from now on."""
        return not self.is_gone and self.remembered != self.counted


def recount(
    config: Config,
    first: date,
    last: date,
    now: datetime,
    tell: Progress = lambda text: None,
    *,
    replaces_oldest: bool = False,
) -> tuple[RecountedDay, ...]:
    """Count every day from `first` to `last` again, and remember that.

    One statement counts the names of all days, and one more for each mapped dimension.
    replaces_oldest: whether the oldest day that the warehouse has is believed, although it has
    fewer events than are remembered; by default it may have been cut.
    Raises UsageError for days that are not over or too many, MeasurementError when the warehouse
    cannot be read, HistoryError when the history cannot; nothing is changed then.
    """
    from checks.history import history_of

    _require_past_days(config, first, last, now)
    history, key = history_of(config), (config.pipeline, fingerprint(config))
    former = former_fingerprint(config)
    yesterday = now.astimezone(config.timezone).date() - timedelta(days=1)
    begin = first - timedelta(days=MeasuringPlan.of(config).history_days)
    known = history.daily_counts(*key, begin, yesterday, former=former, now=now)
    counted, gone, least = _counted(config, first, last, now, tell, known)
    # A day recounted alone is believed unless it has no event at all.
    fewest = 1 if first == last else least
    oldest = {day for day in gone if counted[day].total >= fewest}
    if replaces_oldest:
        gone = [day for day in gone if day not in oldest]
    kept = [counts for day, counts in counted.items() if day not in gone]
    lost = [known[day].counts for day in gone]
    history.keep_daily_counts(*key, kept, now, gone=lost, former=former)
    return tuple(
        RecountedDay(
            day, known[day].counts.total if day in known else None, counts.total, day in gone,
            day in oldest,
        )
        for day, counts in counted.items()
    )  # fmt: skip


def _require_past_days(config: Config, first: date, last: date, now: datetime) -> None:
    today = now.astimezone(config.timezone).date()
    if config.events is None:
        raise UsageError("recount needs `events` to be mapped")
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}")
    if last >= today:
        raise UsageError(f"--to {last} is not over; the last day that is: {today - timedelta(1)}")
    if (last - first).days >= MOST_DAYS:
        raise UsageError(f"--from {first} --to {last} is more than {MOST_DAYS} days")


def _counted(
    config: Config, first: date, last: date, now: datetime, tell: Progress,
    known: Mapping[date, RememberedCounts],
) -> tuple[dict[date, DayCounts], list[date], int]:  # fmt: skip
    """The counted days; the gone ones of them; the fewest events that show that a day is there."""
    if config.events is None:
        raise LookupError("`events` is not mapped")
    frame = data_timeframe(config, last, now)
    days = (last - first).days
    with Warehouse.of(config, tell) as warehouse:
        reader = DailyReader(
            config, frame, warehouse, config.events, recall_nothing, tell,
            history_days=days + MeasuringPlan.of(config).history_days, settle_days=days,
        )  # fmt: skip
        counted = reader.count(frame.day_slices(days))
        totals = {day: counts.total for day, counts in counted.items()}
        least = least_of_day(known, totals)
        gone = gone_days(totals, known, least)
        if gone and reader.keeps_before(first, known, least):
            gone = []
    return counted, gone, least
