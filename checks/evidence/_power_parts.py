"""What `event_volume` detects of each name and value, and when it would have failed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from checks.catalog import event_volume
from checks.catalog._closed_weekdays import Recorded
from checks.catalog._event_names import SILENT, NameState, judged_names
from checks.catalog._levels import total_baseline
from checks.catalog._silence import STRAY
from checks.core.counts import NAME, DailyCounts, value_text
from checks.core.metrics import EventCounts, Purchases
from checks.core.records import StoredAcceptance
from checks.core.text import quoted
from checks.core.totals import median
from checks.detection import ExpectedRange, power
from checks.evidence._epochs import epochs
from checks.evidence._powers import Alarm, PartPower, RulePower
from checks.judging.parts import PartDays, part_days

#: A part with a range on the last day alone is judged by its own counts: of earlier days nothing
#: is known.
_LEAST_RANGES = 2


def _nothing_recorded(before: date) -> Recorded | None:
    return {}


@dataclass(frozen=True, slots=True)
class EventVolumeRule:
    """By what `event_volume` judges names and values besides their counts.

    accepted: silent names that somebody accepted as retired. recorded: what the check was on the
    days before a day; None where that cannot be read. window_days: open days before a day that say
    how many events a name usually has.
    """

    params: event_volume.Params
    accepted: Sequence[StoredAcceptance] = ()
    recorded: Callable[[date], Recorded | None] = _nothing_recorded
    window_days: int = 7


def event_volume_power(
    rule: EventVolumeRule, daily: DailyCounts, days: int
) -> tuple[RulePower, list[PartPower]]:
    """The check over the last `days` days, and each name and value that was judged on any.

    Days in the calendar and days without events are left out.
    """
    tested = [
        day
        for day, count in daily.totals().items()
        if count and day > daily.day - timedelta(days=days)
        if daily.calendar.special_day(day) is None
    ]
    every = _parts(rule.params, daily, tested)
    parts = [part for part in every if not part.ranges.keys().isdisjoint(tested)]
    baseline = total_baseline(daily, every=True)
    calm = [day for day in tested if day not in baseline.left_out and day not in baseline.red]
    judged = [day for day in tested if _has_window(daily, day, rule.window_days)]
    alarms = [*_out_of_range(parts, judged), *_silent(rule, daily, tested)]
    alarms.sort(key=lambda alarm: (alarm.day, not alarm.warns), reverse=True)
    powers = [_power(part, judged, calm) for part in parts if len(part.ranges) >= _LEAST_RANGES]
    shown = (power for power in powers if power.days_judged)
    ranked = sorted(shown, key=lambda power: (-power.events, power.label))
    return RulePower("event_volume", None, tuple(alarms), len(judged)), ranked


def _has_window(daily: DailyCounts, day: date, window_days: int) -> bool:
    """Whether the shop has a whole window before the day: until then only silence is judged."""
    first = min(daily.totals(), default=daily.day)
    return (day - first).days >= daily.calendar.days_with_open(day, window_days)


def _parts(
    params: event_volume.Params, daily: DailyCounts, tested: Sequence[date]
) -> list[PartDays]:
    """The parts on each of the days, as they were judged on it."""
    result: dict[tuple[str, str], PartDays] = {}
    for counts, days in epochs(daily, tested):
        for part in _part_days(params, counts):
            key = (part.segment.dimension, part.segment.value)
            result[key] = part.only_on(days).after(result.get(key))
    return [part for part in result.values() if not _is_ignored(params, part)]


def _part_days(params: event_volume.Params, daily: DailyCounts) -> list[PartDays]:
    return part_days(
        daily, total_baseline(daily, every=True), least=params.min_expected, widen=params.widen
    )


def _is_ignored(params: event_volume.Params, part: PartDays) -> bool:
    return part.segment.dimension == NAME and part.segment.value in params.ignore


def _power(part: PartDays, tested: Sequence[date], calm: Collection[date]) -> PartPower:
    """The part by its counts on the days that were in range and at no level.

    calm: the days on which the volume was so too, as a part's range is wider on others.
    """
    failing = _failing_days(part, tested)
    days = [day for day in tested if day in part.ranges]
    history = {
        day: float(part.counts[day])
        for day in days
        if day in part.counts and day not in part.bounded
    }

    def judge(history: object, day: date) -> ExpectedRange | None:
        return part.ranges.get(day)

    last = max(tested, default=date.min)
    span = (last - min(tested, default=last)).days + 1
    in_range_counts = {
        day: count for day, count in history.items() if day in calm and day not in failing
    }
    return PartPower(
        label=part.segment.label,
        dimension=part.segment.dimension,
        events=median(history.values()) or 0.0,
        power=power(in_range_counts, last, judge, days=span),
        days_judged=len(history),
        amber_day_count=len(failing),
    )


def _failing_days(part: PartDays, tested: Iterable[date]) -> list[date]:
    """The days out of range or at a level; a name without events is judged as silent instead."""
    return [
        day
        for day in tested
        if part.sides.get(day) and (part.segment.dimension != NAME or part.counts.get(day))
    ]


def _out_of_range(parts: Iterable[PartDays], tested: Sequence[date]) -> Iterator[Alarm]:
    for part in parts:
        for day in _failing_days(part, tested):
            normal, count = part.ranges[day], part.counts.get(day, 0)
            yield Alarm(
                day, count, normal.low, normal.high, warns=True,
                at_level=not normal.side_of(count), subject=part.segment.label,
                is_bound=day in part.bounded,
            )  # fmt: skip


def _silent(rule: EventVolumeRule, daily: DailyCounts, tested: Sequence[date]) -> Iterator[Alarm]:
    """The silent names of each day, as the check would have judged them on it."""
    expected = {value_text(name) for name in rule.params.expected}
    names = {*daily.values(NAME), *expected} - {value_text(name) for name in rule.params.ignore}
    series = {name: daily.series(NAME, name) for name in sorted(names)}
    for day in tested:
        quiet = [
            name
            for name, counts in series.items()
            if (name in expected and not counts.get(day))
            or _may_be_silent(counts, day, rule.params.min_per_day)
        ]
        for state in _states(rule, daily, day, quiet) if quiet else ():
            yield Alarm(
                day, state.events_today, state.lowest, state.highest,
                subject=quoted(state.name), silent=True,
            )  # fmt: skip


def _may_be_silent(counts: dict[date, int], day: date, least: float) -> bool:
    """Whether a name has next to nothing of what it had on some earlier day."""
    if day not in counts:
        return False
    most = max((count for other, count in counts.items() if other < day), default=0)
    return counts[day] < STRAY * most and most >= least


def _states(
    rule: EventVolumeRule, daily: DailyCounts, day: date, quiet: Sequence[str]
) -> list[NameState]:
    """The silent ones of these names on one day."""
    history = daily.until(day, (day - daily.days[0]).days)
    accepted = [each for each in rule.accepted if each.data_date <= day]
    states, _ = judged_names(
        rule.params, _window(history, quiet, rule.window_days), {}, history, accepted,
        rule.recorded(day),
    )  # fmt: skip
    return [state for state in states if state.state == SILENT and value_text(state.name) in quiet]


def _window(daily: DailyCounts, quiet: Sequence[str], window_days: int) -> EventCounts:
    """The names' counts on the judged day and on the open days before it."""
    days = daily.days[-window_days - 1 :]
    values = [daily.counted[day].by_dimension[NAME] for day in days]
    nothing = (0,) * len(days)
    return EventCounts(
        days=days,
        by_name={name: tuple(each.of(name) or 0 for each in values) for name in quiet},
        purchases=Purchases(rows=nothing, with_amount=nothing),
        purchase_names=(),
        calendar=daily.calendar,
    )
