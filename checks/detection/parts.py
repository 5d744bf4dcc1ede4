"""The parts of a whole, each beside the rest of it: what is normal of a part's count. Pure.

A part is forecast by its ratio to all other events: the median of the same weekday in 8 weeks, and
the level of the last days. So what merely goes with the whole is no finding: normal is what lies
between the forecast for the events that the others have, and for those that they were expected to
have. The distance from there is in deviations of the part's own scatter and of counting noise
(variance count + overdispersion x count^2, which the inverse hyperbolic sine makes even).
How many deviations are too many: `checks.detection.part_limits`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from checks.detection.expected import COUNTED_ON, OFFSET, Basis, ExpectedRange
from checks.detection.order import DEVIATIONS_PER_MAD, median
from checks.detection.weekday import BASELINE_WEEKS, WEEK

Counts: TypeAlias = Sequence[float | None]

#: A part is judged from so many days of its own on, where it is as old as the whole; else later.
LEAST_DAYS, LEAST_DAYS_OF_NEW = 14, 28
_LEVEL_GAIN = 0.15
_SCATTER_GAIN = 1 / 28
# A miss counts as at most so many deviations for what comes after it.
_MOST_DEVIATIONS = 3.0
# The first scatter is by the median of so many misses.
_FIRST_MISSES = 7
_MOST_FIRST_MISS = 0.5
_LEAST_SCATTER = 0.1
# A scatter of 0 would never grow again, as misses count up to a multiple of it.
_SMALLEST_KNOWN_SCATTER = 0.01
# Beyond this, counts and their squares stay finite.
_LARGEST = 1e100
_MOST_LOG = math.log(_LARGEST)


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole's days in a row, oldest first, the judged one last.

    totals: events of all parts, None for a day without a usable count. expected: how many were
    expected of each day by the days before it, None where that is unknown. left_out: whether a day
    says nothing of others. unjudged: whether a day's volume is not judged at all. weekday: of the
    first day, any number that goes on by 1.
    """

    totals: Counts
    expected: Counts
    left_out: Sequence[bool]
    unjudged: Sequence[bool]
    weekday: int = 0


class Forecast(NamedTuple):
    """The expected log ratio of a part to the rest, and the deviation of its misses so far."""

    log_ratio: float
    scatter: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """What is normal of a day before any scatter: from `low` to `high` events, and `expected`.

    overdispersion: what the variance has beyond counting noise, as a share of the square.
    """

    low: float
    expected: float
    high: float
    overdispersion: float

    def distance(self, count: float) -> float:
        """How many deviations the count is below (negative) or above what is normal; 0 within."""
        edge = min(max(count, self.low), self.high)
        if edge == count:
            return 0.0
        return self._even(count) - self._even(edge)

    def only_above(self, least: float) -> Span:
        """The span of a part with too few events to be missed, out of range where it has many."""
        return replace(self, low=0.0, high=max(self.high, least))

    def within(self, below: float, above: float) -> ExpectedRange:
        """The range that allows so many deviations on either side."""
        low = self._uneven(self._even(self.low) - below)
        high = self._uneven(self._even(self.high) + above)
        return ExpectedRange(
            self.expected, min(low, self.expected), max(high, self.expected), Basis.WEEKDAY
        )

    def _even(self, count: float) -> float:
        root = math.sqrt(self.overdispersion)
        return 2 / root * math.asinh(root * math.sqrt(min(count, _LARGEST) + OFFSET))

    def _uneven(self, deviations: float) -> float:
        root = math.sqrt(self.overdispersion)
        half = min(max(deviations, 0.0) * root / 2, _MOST_LOG / 2)
        return max(0.0, (math.sinh(half) / root) ** 2 - OFFSET)


@dataclass(frozen=True, slots=True)
class Part:
    """One part's counts beside the whole, and its span on each day that has one.

    logs: of its ratio to the rest; None on days that say nothing of others. bounded: days of which
    only the most that it can have had is known; that is their count.
    """

    whole: Whole
    counts: Counts
    logs: Counts
    spans: Sequence[Span | None]
    bounded: frozenset[int] = frozenset()

    def log_on(self, day: int) -> float | None:
        """The log ratio of one day, whatever it says of others; None where it is not known."""
        if self.logs[day] is not None or day in self.bounded or self.whole.unjudged[day]:
            return self.logs[day]
        return _log_ratio(self.counts[day], self.whole.totals[day])

    def shifted(self, shifts: Iterable[tuple[int, float]]) -> Part:
        """The part with a number added to the log ratio of all days before each day.

        What was normal of those days themselves stays as it was.
        """
        result = self
        for day, shift in shifts:
            before = [None if log is None else log + shift for log in result.logs[:day]]
            logs = [*before, *result.logs[day:]]
            spans = _spans(self.whole, self.counts, logs)
            result = replace(result, logs=logs, spans=[*result.spans[:day], *spans[day:]])
        return result

    def without(self, days: Iterable[int]) -> Part:
        """The part where some days say nothing of others."""
        logs = list(self.logs)
        for day in days:
            logs[day] = None
        return replace(self, logs=logs, spans=_spans(self.whole, self.counts, logs))

    def distances(self, least: float) -> list[float | None]:
        """The distance of each day; None where fewer than `least` events were expected."""
        distances = [
            None if count is None or span is None or span.expected < least else span.distance(count)
            for count, span in zip(self.counts, self.spans, strict=True)
        ]
        for day in self.bounded:  # above the range it may have been anything
            if (distances[day] or 0.0) >= 0:
                distances[day] = None
        return distances


def part(whole: Whole, counts: Counts, bounds: Mapping[int, float] | None = None) -> Part:
    """A part with its spans.

    counts: aligned with the whole's; None before its first day. bounds: the most that it can have
    had on days of which the count is not known.
    """
    logs = [
        None if left_out else _log_ratio(count, total)
        for count, total, left_out in zip(counts, whole.totals, whole.left_out, strict=True)
    ]
    bounded = bounds or {}
    most = [bounded.get(index, count) for index, count in enumerate(counts)]
    return Part(whole, most, logs, _spans(whole, most, logs), frozenset(bounded))


def shift_at(part: Part, since: int, days: Sequence[int], first: int = 0) -> float:
    """How much larger the log ratio is on some days than on the same weekdays before `since`.

    The days themselves may be at a level of the whole, which says nothing of other days. first: the
    first day that it is compared with.
    """
    misses = []
    for day in days:
        log = part.log_on(day)
        newest = since - (since - day) % WEEK
        before = [
            earlier
            for back in range(BASELINE_WEEKS)
            if (index := newest - WEEK * back) >= first
            and index < since
            and (earlier := part.logs[index]) is not None
        ]
        if log is not None and before:
            misses.append(log - median(sorted(before)))
    return median(sorted(misses)) if misses else 0.0


def _log_ratio(count: float | None, total: float | None) -> float | None:
    if count is None or not total:
        return None
    return math.log(count + OFFSET) - math.log(max(total - count, 0.0) + OFFSET)


def _spans(whole: Whole, counts: Counts, logs: Sequence[float | None]) -> list[Span | None]:
    """The span of each day, by the days before it."""
    known = sum(log is not None for log in whole.totals)
    first = next((index for index, count in enumerate(counts) if count is not None), len(counts))
    is_new = any(total for total in whole.totals[: max(0, first - 1)]) and known > LEAST_DAYS
    least = LEAST_DAYS_OF_NEW if is_new else LEAST_DAYS
    track, spans = _Track(), list[Span | None]()
    for index, (log, count) in enumerate(zip(logs, counts, strict=True)):
        forecast = track.forecast((whole.weekday + index) % WEEK)
        span = None
        if forecast is not None and track.days >= least:
            span = _span(forecast, count, whole.totals[index], whole.expected[index])
        spans.append(span)
        is_outage = not count and span is not None and span.expected >= COUNTED_ON
        if log is not None and not is_outage:
            track.add((whole.weekday + index) % WEEK, log, forecast)
    return spans


def _span(
    forecast: Forecast, count: float | None, total: float | None, expected_total: float | None
) -> Span | None:
    """Between the forecast for what the others have, and for what they were expected to have."""
    if total is None or count is None or forecast.scatter is None:
        return None
    ratio = math.exp(min(forecast.log_ratio, _MOST_LOG / 2))
    others = max(total - count, 0.0)
    expected_others = others if expected_total is None else expected_total / (1 + ratio)
    expected = ratio * expected_others
    overdispersion = forecast.scatter**2 - 1 / max(expected, OFFSET)
    return Span(
        ratio * min(others, expected_others),
        expected,
        ratio * max(others, expected_others),
        max(overdispersion, _LEAST_SCATTER**2),
    )


class _Track:
    """What the days so far say of the next one."""

    def __init__(self) -> None:
        self.days = 0
        self._by_weekday: list[list[float]] = [[] for _ in range(WEEK)]
        self._level = 0.0
        self._scatter: float | None = None
        self._first_misses: list[float] = []

    def forecast(self, weekday: int) -> Forecast | None:
        """The forecast for a weekday; None before it has been seen and the scatter is known."""
        logs = self._by_weekday[weekday]
        if not logs:
            return None
        baseline = median(sorted(logs[-BASELINE_WEEKS:]))
        return Forecast(baseline + self._level, self._scatter)

    def add(self, weekday: int, log: float, forecast: Forecast | None) -> None:
        """One more day with its log ratio."""
        self.days += 1
        self._by_weekday[weekday].append(log)
        if forecast is not None:
            self._learn(log - forecast.log_ratio)

    def _learn(self, miss: float) -> None:
        if self._scatter is None:
            self._first_misses.append(abs(miss))
            self._level += _LEVEL_GAIN * min(max(miss, -_MOST_FIRST_MISS), _MOST_FIRST_MISS)
            if len(self._first_misses) >= _FIRST_MISSES:
                self._scatter = DEVIATIONS_PER_MAD * median(sorted(self._first_misses))
                self._scatter = max(self._scatter, _SMALLEST_KNOWN_SCATTER)
            return
        most = _MOST_DEVIATIONS * self._scatter
        drawn_in = min(max(miss, -most), most)
        self._level += _LEVEL_GAIN * drawn_in
        square = (1 - _SCATTER_GAIN) * self._scatter**2 + _SCATTER_GAIN * drawn_in**2
        self._scatter = max(math.sqrt(square), _SMALLEST_KNOWN_SCATTER)
