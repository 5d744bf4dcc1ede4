"""Where a day differs from a usual one: from which hour on, and in which part of the rows. Pure.

Counts vary by chance like counts of independent events (Poisson). A part explains a change when it
holds most of it, is itself far from usual, and the other values of its column are as usual in the
same hours. Of several such parts the one is taken after which least is left to explain: the largest
gain in likelihood, as in a spatial scan statistic (Kulldorff 1997).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checks.core.profiles import DayProfile, HourCounts, Value

#: The part of a change that its explanation holds at least.
_LEAST_PART = 0.75
#: A part changed when it has this many times the usual, or this part of it.
_RISEN, _FALLEN = 1.6, 0.6
#: What else is as usual has between these parts of it, chance apart.
_AS_USUAL = (0.75, 1.3)
#: Standard deviations of a Poisson count beyond which a difference is no chance.
_BEYOND_CHANCE = 5.0
_CHANCE = 3.0
#: A value with more than this part of the usual rows of its hours is no special part of them; one
#: that is told as `mostly` has at most half of them, and changed twice as much as the others.
_MOST_OF_ALL, _HALF, _TWICE = 0.9, 0.5, 2.0
#: Fewer usual rows say nothing of which values are usual.
_FEWEST_USUAL = 10
_ANY_ROW = 0.5
#: A companion holds clearly less than the segment itself, and rose so many times as all rows.
_CLEARLY, _FAR_MORE = 0.1, 2.0
#: So many rows of a day say how they are spread over its hours.
_MANY_ROWS = 500
#: With so many rows expected, none is no chance.
_CERTAIN = 5.0


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of the rows that changed. first, last: hours, the last exclusive.

    column: None where all rows changed alike. rows, expected: in these hours. others,
    others_expected: all other rows of the same hours. rest, rest_expected: all other rows of the
    day. is_alone: whether the other rows are as usual. is_sharp: whether an hour earlier or later
    would be no beginning, and no end.
    """

    column: str | None
    value: Value
    first: int
    last: int
    rows: int
    expected: float
    others: int
    others_expected: float
    rest: int
    rest_expected: float
    gain: float
    is_alone: bool
    is_sharp: bool = True

    @property
    def is_segment(self) -> bool:
        """Whether it is a part of the rows, not all of them."""
        return self.column is not None

    @property
    def usual_share(self) -> float:
        """The part's share of the rows that are usual in its hours; 0 where none are."""
        return self.expected / (self.expected + self.others_expected or 1.0)

    def covers(self, hours: int) -> bool:
        """Whether it lasts the whole day."""
        return self.first == 0 and self.last >= hours


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A profile, how it is scaled, and which side is looked at.

    is_lenient: whether other rows may be fewer than usual, as with rejected rows.
    """

    profile: DayProfile
    scale: float
    side: int
    is_lenient: bool

    @property
    def change(self) -> float:
        """Rows more than usual."""
        return self.profile.total.total - self.scale * self.profile.total.baseline_total

    def has_changed(self, rows: int, expected: float) -> bool:
        """Whether rows are far from usual on that side, and no chance."""
        noise = _BEYOND_CHANCE * math.sqrt(max(expected, 1.0))
        if self.side > 0:
            return rows >= _RISEN * expected and rows - expected > noise
        return rows <= _FALLEN * expected and expected - rows > noise

    def is_beyond(self, rows: int, expected: float) -> bool:
        """Whether rows are more, or fewer, than usual by more than is left to chance."""
        noise = _CHANCE * math.sqrt(max(expected, 1.0))
        if self.side > 0:
            return rows > _RISEN * expected + noise
        return rows < _FALLEN * expected - noise

    def is_as_usual(self, rows: int, expected: float) -> bool:
        """Whether other rows are as usual, chance apart."""
        low, high = _AS_USUAL
        noise = _CHANCE * math.sqrt(max(expected, 1.0))
        is_low = rows < low * expected - noise and not (self.is_lenient and self.side > 0)
        return not is_low and rows <= high * expected + noise

    def is_part(self, shift: Shift) -> bool:
        """Whether a shift holds most of the change."""
        return (shift.rows - shift.expected) / self.change >= _LEAST_PART


def find_shift(
    profile: DayProfile,
    scale: float,
    side: int,
    last_choice: str | None = None,
    *,
    is_lenient: bool = False,
) -> Shift | None:
    """What explains that the day has more (side 1) or fewer (side -1) rows than usual.

    scale: by how much a usual day is multiplied to be like the judged one. last_choice: a column
    that is told only where no other explains as much. is_lenient: whether other rows may be fewer
    than usual. None where nothing explains it. A segment is preferred to all rows.
    """
    comparison = _Comparison(profile, scale, side, is_lenient)
    if comparison.change * side <= 0:
        return None
    if profile.total.baseline_total >= _FEWEST_USUAL:
        segments = [shift for shift in _segments(comparison) if comparison.is_part(shift)]
        alone = [s for s in segments if s.is_alone and s.usual_share <= _MOST_OF_ALL]
        mostly = [s for s in segments if s.usual_share <= _HALF and _moved_more(s, side)]
        if alone or mostly:
            return max(
                alone or mostly,
                key=lambda shift: (
                    round(shift.gain, 6),
                    shift.column != last_choice,
                    *_rank(shift),
                ),
            )
    shift = _shift(comparison, profile.total, None, None)
    if shift is None or shift.covers(profile.hours) or not comparison.is_part(shift):
        return None
    return shift if shift.is_alone else None


def _segments(comparison: _Comparison) -> Iterator[Shift]:
    for column, values in comparison.profile.columns.items():
        if not _names_last(values.values()):
            continue
        for value, counts in values.items():
            shift = _shift(comparison, counts, column, value)
            if shift is not None:
                yield shift


def _moved_more(shift: Shift, side: int) -> bool:
    """Whether a part changed at least twice as much as the other rows of its hours."""
    ratio = (shift.rows + _ANY_ROW) / (shift.expected + _ANY_ROW)
    others = (shift.others + _ANY_ROW) / (shift.others_expected + _ANY_ROW)
    return ratio >= _TWICE * others if side > 0 else others >= _TWICE * ratio


def companion(profile: DayProfile, scale: float, shift: Shift) -> Shift | None:
    """A value of another column that rose far more than all rows, though it holds only most of it.

    Such as phones among the rows of one page. None where there is none.
    """
    change = profile.total.total - scale * profile.total.baseline_total
    overall = profile.total.total / max(scale * profile.total.baseline_total, _ANY_ROW)
    comparison = _Comparison(profile, scale, 1, is_lenient=True)
    whole = [
        _measured(comparison, counts, (0, profile.hours), column, value)
        for column, values in profile.columns.items()
        if column != shift.column and _names_last(values.values())
        for value, counts in values.items()
        if value is not None
    ]
    share = (shift.rows - shift.expected) / change
    risen = [
        other
        for other in whole
        if _HALF <= (other.rows - other.expected) / change < share - _CLEARLY
        and other.rows >= _FAR_MORE * overall * max(other.expected, _ANY_ROW)
    ]
    return max(risen, key=_rank, default=None)


def _rank(shift: Shift) -> tuple[float, str, str]:
    return shift.gain, shift.column or "", shift.value or ""


def _names_last(values: Iterable[HourCounts]) -> bool:
    """Whether some value occurs on both days: names with a date are new each day."""
    return any(counts.total and counts.baseline_total for counts in values)


def _shift(
    comparison: _Comparison, counts: HourCounts, column: str | None, value: Value
) -> Shift | None:
    """The hours in which a part changed most; None where it did not change by more than chance."""
    profile, scale = comparison.profile, comparison.scale
    usual_by_hour = _usual_by_hour(profile, counts, scale)
    best: tuple[float, int, int, int] | None = None
    for first, last, rows, expected in _spans(profile, counts, usual_by_hour, scale):
        if comparison.has_changed(rows, expected):
            # Of stretches that gain the same the shortest: the others add hours without any row.
            key = gain_of(rows, expected), first - last, first, last
            if best is None or key[:2] > best[:2]:
                best = key
    if best is None:
        return None
    span = _extended(comparison, counts, usual_by_hour, best[2], best[3])
    shift = _measured(comparison, counts, span, column, value)
    return shift if comparison.has_changed(shift.rows, shift.expected) else None


def _measured(
    comparison: _Comparison,
    counts: HourCounts,
    span: tuple[int, int],
    column: str | None,
    value: Value,
) -> Shift:
    """A part in some hours, beside all other rows of these hours and of the day."""
    profile, scale = comparison.profile, comparison.scale
    first, last = span
    by_hour = _usual_by_hour(profile, counts, scale)
    if span == (0, profile.hours):
        rows, expected = counts.total, scale * counts.baseline_total
        all_rows, all_expected = profile.total.total, scale * profile.total.baseline_total
    else:
        rows, expected = sum(counts.judged[first:last]), sum(by_hour[first:last])
        all_rows = sum(profile.total.judged[first:last])
        all_expected = scale * sum(profile.total.baseline[first:last])
    others, others_expected = all_rows - rows, max(0.0, all_expected - expected)
    rest = profile.total.total - rows
    rest_expected = max(0.0, scale * profile.total.baseline_total - expected)
    beside = (rest - others, max(0.0, rest_expected - others_expected))
    return Shift(
        column, value, first, last, rows, expected, others, others_expected, rest, rest_expected,
        gain=gain_of(rows, expected) - gain_of(rest, rest_expected + _ANY_ROW),
        is_alone=(column is None or comparison.is_as_usual(others, others_expected))
        and comparison.is_as_usual(*beside),
        is_sharp=_is_sharp(counts, by_hour, span, profile.hours),
    )  # fmt: skip


def _spans(
    profile: DayProfile, counts: HourCounts, usual_by_hour: Sequence[float], scale: float
) -> Iterator[tuple[int, int, int, float]]:
    """Every stretch of hours with its rows, and how many are usual; the whole day with loose ones.

    The first and the last hour of a stretch have rows on one of the days.
    """
    busy = [h for h in range(profile.hours) if counts.judged[h] or counts.baseline[h]]
    for first in busy:
        rows, expected = 0, 0.0
        for hour in range(first, profile.hours):
            rows += counts.judged[hour]
            expected += usual_by_hour[hour]
            if hour in busy:
                yield first, hour + 1, rows, expected
    if counts.total or counts.baseline_total:
        yield 0, profile.hours, counts.total, scale * counts.baseline_total


def _usual_by_hour(profile: DayProfile, counts: HourCounts, scale: float) -> list[float]:
    """What is usual in each hour; few rows are spread over the day as all rows are.

    Few rows of one day say little about its hours: one without any is no hour without any.
    """
    own, traffic = sum(counts.baseline), sum(profile.total.baseline)
    if own >= _MANY_ROWS or not traffic:
        return [scale * rows for rows in counts.baseline]
    return [scale * own * rows / traffic for rows in profile.total.baseline]


def _extended(
    comparison: _Comparison,
    counts: HourCounts,
    usual_by_hour: Sequence[float],
    first: int,
    last: int,
) -> tuple[int, int]:
    """The stretch, up to an end of the day where the hours there may have changed alike.

    The rows before, or after, must be as usual, and no rows of the level of the stretch.
    """
    profile = comparison.profile
    usual_inside = sum(usual_by_hour[first:last])
    rows = sum(counts.judged[first:last])
    traffic = profile.total.baseline
    traffic_inside = sum(traffic[first:last])

    def is_other(start: int, end: int) -> bool:
        if usual_inside >= 1:
            changed_rows = rows / usual_inside * sum(usual_by_hour[start:end])
        else:
            changed_rows = (
                rows / traffic_inside * sum(traffic[start:end]) if traffic_inside else 0.0
            )
        usual_rows, outside = sum(usual_by_hour[start:end]), sum(counts.judged[start:end])
        is_usual = not comparison.is_beyond(outside, usual_rows)
        return is_usual and _differ(outside, changed_rows, usual_rows, _BEYOND_CHANCE)

    return (
        first if first and is_other(0, first) else 0,
        last if last < profile.hours and is_other(last, profile.hours) else profile.hours,
    )


def _differ(rows: int, changed_rows: float, usual_rows: float, deviations: float) -> bool:
    """Whether rows are as usual rather than as many as the changed level would make."""
    noise = math.sqrt(max(changed_rows, usual_rows, 1.0))
    distance = abs(rows - changed_rows)
    return distance > deviations * noise and distance > abs(rows - usual_rows)


def _is_sharp(
    counts: HourCounts, usual_by_hour: Sequence[float], span: tuple[int, int], hours: int
) -> bool:
    """Whether the hours beside the edges of a stretch do not belong to it."""
    first, last = span
    usual_inside = sum(usual_by_hour[first:last])
    level = sum(counts.judged[first:last]) / max(usual_inside, _ANY_ROW)
    beside = [hour for hour in (first - 1, last) if 0 <= hour < hours]
    return all(
        _differ(counts.judged[h], level * usual_by_hour[h], usual_by_hour[h], _CHANCE)
        for h in beside
    )


def gain_of(rows: float, expected: float) -> float:
    """How much likelier a count becomes by its own mean: the Poisson log likelihood ratio."""
    mean = max(expected, _ANY_ROW)
    if rows <= 0:
        return mean
    return rows * math.log(rows / mean) - (rows - mean)
