"""Events per day, judged by the rules of `volume_zscore` and `event_volume`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from checks.catalog import event_volume, volume_expected, volume_zscore
from checks.catalog._event_names import segment_state
from checks.core.counts import NAME, DailyCounts, value_text
from checks.core.metrics import EventCounts
from checks.core.model import Status
from checks.core.timeframe import Timeframe
from checks.detection import ExpectedRange
from checks.detection.baseline import Stretch
from checks.detection.normal import normal_range
from checks.evidence._days import (
    each_day,
    first_day,
    frame_on,
    read_daily,
    read_days,
    window_before,
    window_of,
)
from checks.evidence._names import Lead, NameDay, NameSeries, day_of, names_of
from checks.evidence._usual_days import UsualDay, usual_day
from checks.evidence._weekday import is_normal_weekday, weekday_explains
from checks.evidence.context import Context
from checks.evidence.power import Powers, powers, rules_of
from checks.evidence.stretches import recent_stretches
from checks.judging.parts import OWN_WIDEN
from checks.judging.segments import Segment
from checks.measuring.plan import MeasuringPlan
from checks.measuring.remembering import Remembering

__all__ = ["MOST_NAMES", "NameDay", "NameSeries", "Volume", "VolumeDay", "read"]

MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class VolumeDay:
    """One day's events against the window before it.

    events: None before the very first event. low, high: mean -/+ alert_at deviations, low
    not below zero. These, mean, deviation and z are None while the first window fills or
    where it has no events, with the reason in `why`.
    beyond: whether that rule calls the day red, before severity and waivers. is_explained: whether
    it would, but the day is normal for its weekday, so that it only warns.
    normal: the range of `volume_expected`, None where the day has none. left_out: why the day
    is not in the baseline of others. first: its first count, where late loads changed it.
    """

    day: date
    events: int | None
    z: float | None = None
    mean: float | None = None
    deviation: float | None = None
    low: float | None = None
    high: float | None = None
    beyond: bool = False
    is_explained: bool = False
    why: str = ""
    normal: ExpectedRange | None = None
    left_out: str = ""
    first: int | None = None

    @property
    def is_unexpected(self) -> bool:
        """Whether the day is out of its normal range."""
        if self.events is None or self.normal is None:
            return False
        return bool(self.normal.side_of(self.events))


@dataclass(frozen=True, slots=True)
class Volume:
    """The days, oldest first, the judged one last; the names, worst first.

    until: while the judged day lasts, the local time at which every day is cut.
    other: events per day of the `other_names` names beyond the first 200.
    daily: all daily counts. releases: when the tracking was changed.
    segments: values of the mapped dimensions and groups of rare ones, also of names, those farthest
    from the expected first.
    usual_days: earlier days with events that say what is usual and were in their own range.
    stretches: days at another level that are over, newest first. powers: what the checks of volume
    detect, where that was asked for.
    """

    days: tuple[VolumeDay, ...]
    names: tuple[NameSeries, ...]
    window_days: int
    alert_at: float
    until: datetime | None
    other_names: int
    other: tuple[int, ...]
    rule: event_volume.Params
    daily: DailyCounts
    releases: tuple[date, ...] = ()
    segments: tuple[Segment, ...] = ()
    usual_days: tuple[date, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    powers: Powers | None = None

    def usual_day(self, name: str | None) -> UsualDay:
        """What the judged day is compared with by the hour: all events, or those of one name."""
        if name is None:
            return usual_day(self.days[-1].normal, self.days[-1].day, self.usual_days)
        series = next((candidate for candidate in self.names if candidate.name == name), None)
        since = None if series is None else series.silent_since
        days = tuple(day for day in self.usual_days if since is None or day < since)
        result = usual_day(self.days[-1].normal, self.days[-1].day, days)
        return replace(result, expected=None if series is None else series.usual_events)

    @property
    def expected(self) -> float | None:
        """Events expected on the judged day; None where it is not judged."""
        normal = self.days[-1].normal
        return None if normal is None else normal.expected

    def state_of(self, segment: Segment) -> str:
        """The state of a segment by the rule of `event_volume`."""
        return segment_state(self.rule, segment)

    def name_days(self, name: str) -> tuple[NameDay, ...]:
        """The days of one name, each against its own window. KeyError for an unknown name."""
        series = next((candidate for candidate in self.names if candidate.name == name), None)
        if series is None:
            raise KeyError(name)
        dates = tuple(day.day for day in self.days)
        closed = {day for day in dates if self.daily.calendar.closed_reason(day) is not None}
        ranges = event_volume.ranges_of(self.rule, self.daily, value_text(name))
        return tuple(
            day_of(
                self.rule, series, dates, index, self._segment(name, day, ranges),
                judged=day.z is not None, closed=closed,
            )
            if day.events is not None
            else NameDay(day.day, None)
            for index, day in enumerate(self.days)
        )  # fmt: skip

    def _segment(self, name: str, day: VolumeDay, ranges: Mapping[date, ExpectedRange]) -> Segment:
        """A name on one day, with its normal range by the days before.

        On days of a silence that by the days before it, as the verdict tells what is usual.
        """
        shown = value_text(name)
        series = self.daily.series(NAME, shown)
        is_new = not any(other < day.day for other in series)
        normal, since = ranges.get(day.day), self._silent_since(name)
        if normal is not None and (since is None or day.day < since):
            return Segment(NAME, shown, series.get(day.day), normal, is_new)
        left_out = {other.day for other in self.days if other.left_out}
        kept = {other: count for other, count in series.items() if other not in left_out}
        widen = OWN_WIDEN * self.rule.widen
        normal = normal_range(kept, day.day, self.daily.calendar, widen, since=since)
        ratio = 1.0 if day.normal is None else day.normal.ratio_beyond(day.events or 0)
        return Segment(NAME, shown, series.get(day.day), normal, is_new).moved_with(ratio)

    def _silent_since(self, name: str) -> date | None:
        return next((series.silent_since for series in self.names if series.name == name), None)


def read(context: Context, *, days: int = 60, power_days: int | None = None) -> Volume:
    """The `days` days that end with the judged one, each judged by current numbers.

    One scan. While the judged day lasts, every day counts up to the same time of
    day, as the report compares them. A day without events counts 0; days before
    the very first event have no count. power_days: over how many days to say what the checks of
    volume detect; by default not at all. Raises MeasurementError.
    """
    events, window, frame = read_days(context, days), window_of(context), context.frame
    zscore = context.config.checks["volume_zscore"].params
    rule = context.config.checks["event_volume"].params
    daily = read_daily(context, events.last(MeasuringPlan.of(context.config).recent_days + 1))
    parts = event_volume.segments_of(rule, daily)
    names = _names(context, events, daily, parts, Lead(window, window_before(context, days)))
    begin = first_day(events)
    expectations = _Expectations(
        daily,
        context.config.checks["volume_expected"].params,
        explains=weekday_explains(context.config),
    )
    return Volume(
        days=tuple(
            expectations.completed(_volume_day(zscore, part, frame_on(frame, part.days[-1]), begin))
            for part in each_day(events, window, max(days, 1))
        ),
        names=names[:MOST_NAMES],
        window_days=window,
        alert_at=zscore.alert_at,
        until=frame.until,
        other_names=len(names[MOST_NAMES:]),
        other=_summed_counts(names[MOST_NAMES:]),
        rule=rule,
        daily=replace(daily, remembered={}, measured=()),
        releases=daily.calendar.releases,
        usual_days=expectations.usual_days,
        stretches=expectations.stretches,
        powers=None if power_days is None else powers(daily, rules_of(context), days=power_days),
        segments=_by_distance(s for s in parts if s.dimension != NAME or s.members),
    )


def _names(
    context: Context,
    events: EventCounts,
    daily: DailyCounts,
    parts: Iterable[Segment],
    lead: Lead,
) -> tuple[NameSeries, ...]:
    """The event names with their ranges, and what people decided of them; worst first."""
    rule = context.config.checks["event_volume"].params
    own = {part.value: part for part in parts if part.dimension == NAME and not part.members}
    history = Remembering(context.config, now=context.frame.now)
    accepted = history.accepted(event_volume.CHECK.id)
    recorded = history.recorded(event_volume.CHECK.id, context.frame.data_date)
    return tuple(names_of(rule, events, lead, own, daily, accepted, recorded))


def _by_distance(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Those out of their range first, then those farthest from the expected."""
    key = lambda s: (not s.side, -abs(s.distance), s.dimension, s.value)  # noqa: E731
    return tuple(sorted(segments, key=key))


class _Expectations:
    """What `volume_expected` says of each day. explains: also of those that the Z-score fails."""

    def __init__(
        self, daily: DailyCounts, params: volume_expected.Params, *, explains: bool
    ) -> None:
        self._explains = explains
        baseline = volume_expected.baseline_of(params, daily, every=True)
        today = baseline.range_on(daily.day)
        self._normal = {**baseline.normal, **({daily.day: today} if today else {})}
        self._left_out = baseline.left_out
        self.usual_days = tuple(
            day for day, count in sorted(baseline.kept.items())
            if count and not (day in baseline.normal and baseline.normal[day].side_of(count))
        )  # fmt: skip
        stretches = baseline.stretches
        if today is not None:
            count = daily.counted[daily.day].total
            stretches = baseline.stretches_with(daily.day, count, today)
        self.stretches = recent_stretches(stretches, daily.day)
        self._late = daily.late_loads()

    def completed(self, day: VolumeDay) -> VolumeDay:
        """The day with its normal range and what else is known of it."""
        late = self._late.get(day.day)
        normal = self._normal.get(day.day) if day.events is not None else None
        is_explained = day.beyond and self._explains and is_normal_weekday(day.events or 0, normal)
        return replace(
            day,
            normal=normal,
            beyond=day.beyond and not is_explained,
            is_explained=is_explained,
            left_out=self._left_out.get(day.day, ""),
            first=late[0] if late else None,
        )


def _volume_day(
    params: volume_zscore.Params, events: EventCounts, frame: Timeframe, begin: date | None
) -> VolumeDay:
    day = events.days[-1]
    if begin is None or day < begin:
        return VolumeDay(day, None, why="before the first event of all")
    judgement = volume_zscore.judge(params, events, frame)
    score = None if judgement.value is None else volume_zscore.score_of(events, frame)
    if score is None:
        return VolumeDay(day, events.judged, why=judgement.summary)
    return VolumeDay(
        day,
        events.judged,
        z=score.z,
        mean=score.mean,
        deviation=score.deviation,
        low=max(0.0, score.low(params.alert_at)),
        high=score.high(params.alert_at),
        beyond=judgement.status is Status.RED,
    )


def _summed_counts(names: tuple[NameSeries, ...]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(series.counts for series in names), strict=True))
