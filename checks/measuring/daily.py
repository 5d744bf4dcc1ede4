"""Counts of many days: the recent ones measured, the settled ones remembered, no day twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from checks.config.calendars import calendar_between, closed_days
from checks.config.model import Config, EventsSource
from checks.config.target import target_of
from checks.core.calendar import Calendar
from checks.core.counts import (
    MOST_NAMES,
    MOST_VALUES,
    NAME,
    DailyCounts,
    DayCounts,
    Values,
    largest,
    value_text,
)
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts
from checks.core.text import plural
from checks.core.timeframe import midnight
from checks.core.totals import usual_day_events
from checks.core.values import Unmeasured
from checks.measuring.daily_notes import difference_note, notes_of
from checks.measuring.gone_days import (
    gone_days,
    has_more,
    leading_days,
    least_of_day,
    missing_days,
    shows_kept,
)
from checks.measuring.plan import MeasuringPlan
from checks.measuring.spot_checks import counted_again, difference
from checks.warehouse.daily import ValueScan
from checks.warehouse.probing import has_rows

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from checks.core.counts import RememberedCounts
    from checks.core.timeframe import Timeframe
    from checks.warehouse import Warehouse
    from checks.warehouse.slices import DaySlices

#: How many rows without a day an earlier data date's evaluation counted, by kind
#: (`metrics.RECALLED`), before the day's own run could load any.
RecallUndated = Callable[[date], Mapping[str, int]]
#: What is remembered of the days between two days, both included.
Recall = Callable[[date, date], Mapping[date, "RememberedCounts"]]
# Raise it when what is counted, or how, changes.
_FORMAT = 2
#: The days nearest before a stretch are looked at first: this many.
_NEAR_DAYS = 14
#: A day whose oldest rows were deleted by retention has no event of its first hours.
_FIRST_HOURS = timedelta(hours=3)


def recall_nothing(first: date, last: date) -> Mapping[date, RememberedCounts]:
    """For an evaluation without a history."""
    return {}


def recall_no_undated(data_date: date) -> Mapping[str, int]:
    """For an evaluation without a history."""
    return {}


@dataclass(frozen=True, slots=True)
class _SpotFindings:
    """What the spot checks found. recounts: whether all other days are counted now.

    verified: those that are the same, with their names as they were counted now.
    """

    verified: Mapping[date, DayCounts] = field(default_factory=dict)
    gone: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()
    recounts: bool = False
    is_doubted: bool = False


@dataclass(slots=True)
class DailyReader:
    """Puts the days together. settle_days: how long late loads may still change a day.

    is_final: whether every recalled day is believed and not counted again, as in a backtest.
    fits_time: whether so many days can be counted in half of the time that is left.
    """

    config: Config
    frame: Timeframe
    warehouse: Warehouse
    source: EventsSource
    recall: Recall
    tell: Callable[[str], None]
    history_days: int
    settle_days: int
    is_final: bool = False
    fits_time: Callable[[int], bool] = lambda days: True
    _problems: dict[str, Unmeasured] = field(default_factory=dict)

    def read(self, recent: EventCounts) -> DailyCounts:
        """The judged day and `history_days` before it.

        recent: the names of the judged day and of its window, as they were just counted, and the
        old days that were counted again. Days before the window are remembered where they were
        counted after they had settled; the rest is counted in one go, and so is every day where
        a remembered one is not what the warehouse has. While the judged day lasts, every day is
        counted up to the same time of day, of which nothing is remembered. Raises
        MeasurementError.
        """
        slices = self.frame.day_slices(self.history_days)
        fresh = [day_slice for day_slice in slices if day_slice[0] in recent.days]
        first = fresh[0][0]
        older = [s for s in slices if s[0] < first and s[0] not in recent.missing]
        known = self._remembered(slices)
        if self.is_final:
            fresh = [day_slice for day_slice in fresh if day_slice[0] not in known]
        counted = self._counted(fresh, _names_of(recent)) if fresh else {}
        spots = self._spot_findings(recent, known, [day for day, _, _ in older])
        settled = self._settled(slices, counted, known, spots)
        unknown = _unknown_stretch(older, settled)
        counted |= self._counted_earlier(unknown)
        least = self._least(recent, known)
        leading_gone, newly_missing = self._gone_and_missing(counted, known, unknown, least)
        gone = [*leading_gone, *recent.recalled, *spots.gone]
        gone_counts = {day: known[day].counts for day in gone}
        withheld = self._withheld(recent, counted, known)
        counted = {day: counts for day, counts in counted.items() if day not in newly_missing}
        missing = {*newly_missing, *recent.missing}
        calendar = calendar_between(self.config.calendar, slices[0][0], slices[-1][0])
        return DailyCounts(
            days=self._compared_days(slices, missing, calendar),
            counted=settled | counted | gone_counts,
            calendar=calendar,
            remembered=known,
            measured=tuple(sorted(counted.keys() - gone_counts.keys())),
            problems=dict(self._problems),
            has_earlier=recent.has_earlier,
            gone=tuple(sorted({*gone, *(d for d in settled if known[d].gone_at is not None)})),
            verified=tuple(spots.verified),
            notes=(*spots.notes, *notes_of(recent, known, withheld)),
            is_doubted=spots.is_doubted,
            missing=tuple(sorted(missing)),
            withheld=withheld,
        )

    def _compared_days(
        self, slices: DaySlices, missing: Collection[date], calendar: Calendar
    ) -> tuple[date, ...]:
        """The open days that are there, and the judged one."""
        days = (day for day, _, _ in slices if day not in missing)
        judged = self.frame.data_date
        return tuple(day for day in days if day == judged or not calendar.closed_reason(day))

    def _settled(
        self,
        slices: DaySlices,
        counted: Mapping[date, DayCounts],
        known: Mapping[date, RememberedCounts],
        spots: _SpotFindings,
    ) -> dict[date, DayCounts]:
        """Days that are not counted now, as they are remembered after the last late load."""
        if spots.recounts:
            return {}
        return {
            day: spots.verified.get(day, known[day].counts)
            for day, _, _ in slices
            if day not in counted and self._is_settled(day, known)
        }

    def _counted_earlier(self, slices: DaySlices) -> dict[date, DayCounts]:
        """Days before the window, counted in one go, announced: it may take a long time."""
        if not slices:
            return {}
        self.tell(f"counting the events of {plural(len(slices), 'earlier day')}")
        return self._counted(slices, self._values(self.source.name, slices, MOST_NAMES))

    def _remembered(self, slices: DaySlices) -> Mapping[date, RememberedCounts]:
        return self.recall(slices[0][0], slices[-1][0]) if self.frame.is_over else {}

    def _is_settled(self, day: date, known: Mapping[date, RememberedCounts]) -> bool:
        """Whether a day was counted after the last late load that may have changed it."""
        remembered = known.get(day)
        if remembered is None or self.is_final:
            return remembered is not None
        return remembered.is_verified and is_settled(remembered, self.config, self.settle_days)

    def _spot_findings(
        self, recent: EventCounts, known: Mapping[date, RememberedCounts], older: list[date]
    ) -> _SpotFindings:
        """The days that were counted again against what is remembered of them."""
        verified, gone, differences = {}, [], []
        usual_total = usual_day_events([known[day].counts.total for day in sorted(known)])
        least = MeasuringPlan.of(self.config).least_events_of_name
        for spot in recent.spot_checks:
            remembered = known.get(spot.day)
            if remembered is None or spot.day not in older:
                continue
            change = difference(spot, remembered, least, usual_total)
            if change is None:
                verified[spot.day] = counted_again(spot, remembered)
            elif spot.total < remembered.counts.total and not self.keeps_before(
                spot.day, known, self._least(recent, known)
            ):
                gone.append(spot.day)
            else:
                differences.append(change)
        spots = _SpotFindings(verified, tuple(gone))
        if not differences:
            return spots
        is_possible = self.fits_time(len(older))
        note = difference_note(differences[0], older, is_possible=is_possible)
        return replace(spots, notes=(note,), recounts=is_possible, is_doubted=not is_possible)

    def _gone_and_missing(
        self,
        counted: Mapping[date, DayCounts],
        known: Mapping[date, RememberedCounts],
        older: DaySlices,
        least: int,
    ) -> tuple[list[date], list[date]]:
        """Older days, just counted, that the warehouse no longer has: those that are remembered,
        and those that are not.
        """
        totals = {day: counted[day].total for day, _, _ in older}
        gone = gone_days(totals, known, least)
        closed = closed_days(self.config, min(totals), max(totals)) if totals else ()
        leading = [pair for pair in leading_days(totals, known, least) if pair[0] not in closed]
        absent = missing_days(leading, known, least, self.is_cut)
        if (gone or absent) and self.keeps_before(min(totals), known, least):
            return [], []
        return gone, absent

    def _withheld(
        self,
        recent: EventCounts,
        counted: Mapping[date, DayCounts],
        known: Mapping[date, RememberedCounts],
    ) -> tuple[date, ...]:
        """The judged day, where the warehouse no longer has the whole of it.

        The warehouse has no earlier day either, and fewer events than are remembered. A day whose
        first hours are there was not cut by retention, but repaired.
        """
        day = recent.days[-1]
        total = counted[day].total if day in counted else 0
        if not recent.stands_alone or not has_more(known.get(day), total):
            return ()
        is_whole = total >= self._least(recent, known) and not self.is_cut(day)
        return () if is_whole else (day,)

    def _least(self, recent: EventCounts, known: Mapping[date, RememberedCounts]) -> int:
        counts = dict(zip(recent.days, recent.totals(), strict=True))
        counts |= {spot.day: spot.total for spot in recent.spot_checks}
        return least_of_day(known, counts, self.frame.data_date)

    def is_cut(self, day: date) -> bool:
        """Whether the warehouse has no event of the day's first hours: retention deleted them."""
        begin, naive, zone = midnight(day, self.frame.zone), *self._zones()
        return not has_rows(
            self.warehouse, "events", self.source, self.source.occurred_at,
            naive=naive, zone=zone, start=begin, end=begin + _FIRST_HOURS,
        )  # fmt: skip

    def _zones(self) -> tuple[ZoneInfo, ZoneInfo]:
        """The zone of the events' times stored without one, and the shop's."""
        return self.config.naive_zones.events, self.frame.zone

    def keeps_before(self, day: date, known: Mapping[date, RememberedCounts], least: int) -> bool:
        """Whether the warehouse keeps a day before this one, as far back as volume is judged.

        The two weeks before it are looked at first: in most tables they suffice.
        """
        slices = [s for s in self.frame.day_slices(self.history_days) if s[0] < day]
        near, far = slices[-_NEAR_DAYS:], slices[:-_NEAR_DAYS]
        return any(
            shows_kept(day, total, known, least)
            for stretch in (near, far)
            for day, total in self._totals(stretch, least).items()
        )

    def _totals(self, slices: DaySlices, least: int) -> dict[date, int]:
        """Events of each day; none where all of them together have fewer than `least`."""
        naive, zone = self._zones()
        if not slices or not has_rows(
            self.warehouse, "events", self.source, self.source.occurred_at,
            naive=naive, zone=zone, start=slices[0][1], end=slices[-1][2], least=least,
        ):  # fmt: skip
            return {}
        counts = self._values(None, slices, 1)
        return {day: sum(values.events.values()) + values.rest for day, values in counts.items()}

    def count(self, slices: DaySlices) -> dict[date, DayCounts]:
        """Every slice's day, counted now. Raises MeasurementError, also for a dimension."""
        counted = self._counted(slices, self._values(self.source.name, slices, MOST_NAMES))
        for problem in self._problems.values():
            raise problem.error()
        return counted

    def _counted(self, slices: DaySlices, names: Mapping[date, Values]) -> dict[date, DayCounts]:
        """Days with every dimension that can be read; why not is recorded in `_problems`."""
        by_dimension: dict[str, Mapping[date, Values]] = {NAME: names}
        for column in self.source.dimensions:
            try:
                by_dimension[column] = self._values(column, slices, MOST_VALUES)
            except MeasurementError as error:
                self._problems[column] = Unmeasured.of(error)
        return {
            day: DayCounts(day, {name: values[day] for name, values in by_dimension.items()})
            for day, _, _ in slices
        }

    def _values(self, column: str | None, slices: DaySlices, most: int) -> Mapping[date, Values]:
        naive, zone = self._zones()
        return ValueScan(self.warehouse, self.source, column, slices, naive, zone, most).read()


def is_settled(remembered: RememberedCounts, config: Config, settle_days: int) -> bool:
    """Whether a day was last counted at least `settle_days` days after its own date."""
    counted_on = remembered.counted_at.astimezone(config.timezone).date()
    return (counted_on - remembered.counts.day).days >= settle_days


def fingerprint(config: Config) -> str:
    """A digest of everything that decides what is counted: the warehouse, the table, the mapped
    columns, the zones.
    """
    attached = [[other.alias, other.url or other.path] for other in config.warehouse.attach]
    return _hashed([_FORMAT, *target_of(config.warehouse.url), attached], config)


def former_fingerprint(config: Config) -> str:
    """The same by the rule of the history's second schema version, whose rows are taken over."""
    import sqlalchemy as sa

    url = sa.make_url(config.warehouse.url)
    return _hashed([1, url.get_backend_name(), url.host, url.port, url.database], config)


def _hashed(place: list[Any], config: Config) -> str:
    source = config.events
    if source is None:
        raise LookupError("`events` is not mapped")
    decides = [
        *place,
        source.table, source.query, source.occurred_at, source.name, list(source.dimensions),
        config.timezone.key, config.naive_zones.events.key,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:32]


def _names_of(recent: EventCounts) -> dict[date, Values]:
    by_day: list[dict[str, int]] = [{} for _ in recent.days]
    for name, series in recent.by_name.items():
        shown = value_text(name)
        for counts, count in zip(by_day, series, strict=True):
            if count:
                counts[shown] = counts.get(shown, 0) + count
    return {
        day: largest(counts, MOST_NAMES) for day, counts in zip(recent.days, by_day, strict=True)
    }


def _unknown_stretch(slices: DaySlices, known: Iterable[date]) -> DaySlices:
    """The slices from the first to the last day that is not known: one scan."""
    known = set(known)
    missing = [index for index, (day, _, _) in enumerate(slices) if day not in known]
    return slices[missing[0] : missing[-1] + 1] if missing else []
