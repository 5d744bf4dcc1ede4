"""Where a day differs from a usual one: from which hour on, and in which part of the rows. Pure.

Counts vary by chance like counts of independent events (Poisson). A part explains a change when it
holds most of it, is itself far from usual, and everything else is as usual. Of several such parts
the one is taken after which least is left to explain: the largest gain in likelihood, as in a
spatial scan statistic (Kulldorff 1997).
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
#: A value with more than this part of a usual day's rows is no special part of it.
_MOST_OF_ALL = 0.9
_ANY_ROW = 0.5
#: A companion holds at least this part of a change, clearly less than the segment itself, and rose
#: so many times as much as all rows.
_HALF, _CLEARLY, _FAR_MORE = 0.5, 0.1, 3.0
#: So many rows of a day say how they are spread over its hours.
_MANY_ROWS = 500
#: With so many rows expected, none is no chance.
_CERTAIN = 5.0


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of the rows that changed. first, last: hours, the last exclusive.

    column: None where all rows changed alike. rows, expected: in these hours. rest, rest_expected:
    of the other rows of the day.
    """

    column: str | None
    value: Value
    first: int
    last: int
    rows: int
    expected: float
    rest: int
    rest_expected: float
    gain: float
    side: int = 1

    @property
    def is_segment(self) -> bool:
        """Whether it is a part of the rows, not all of them."""
        return self.column is not None

    @property
    def is_alone(self) -> bool:
        """Whether all other rows of the day are as usual, or changed the other way."""
        return _is_as_usual(self.rest, self.rest_expected, self.side)

    @property
    def usual_share(self) -> float:
        """The part's share of the rows that are usual; 0 where none are."""
        return self.expected / (self.expected + self.rest_expected or 1.0)

    def covers(self, hours: int) -> bool:
        """Whether it lasts the whole day."""
        return self.first == 0 and self.last >= hours


def find_shift(
    profile: DayProfile, scale: float, side: int, last_choice: str | None = None
) -> Shift | None:
    """What explains that the day has more (side 1) or fewer (side -1) rows than usual.

    scale: by how much a usual day is multiplied to be like the judged one. last_choice: a column
    that is told only where no other explains as much. None where nothing explains it. A segment is
    preferred to all rows.
    """
    change = profile.total.total - scale * profile.total.baseline_total
    if change * side <= 0:
        return None
    segments = [
        shift
        for column, values in profile.columns.items()
        if _names_last(values.values())
        for value, counts in values.items()
        for shift in [_shift(profile, counts, scale, side, column, value)]
        if shift is not None and _is_part(shift, change)
    ]
    alone = [shift for shift in segments if shift.usual_share <= _MOST_OF_ALL and shift.is_alone]
    mostly = [shift for shift in segments if shift.usual_share <= _HALF]
    if alone or mostly:
        return max(
            alone or mostly,
            key=lambda shift: (round(shift.gain, 6), shift.column != last_choice, *_rank(shift)),
        )
    shift = _shift(profile, profile.total, scale, side, None, None)
    if shift is None or shift.covers(profile.hours) or not _is_part(shift, change):
        return None
    return shift if shift.is_alone else None


def companion(profile: DayProfile, scale: float, shift: Shift) -> Shift | None:
    """A value of another column that rose far more than all rows, though it holds only most of it.

    Such as phones among the rows of one page. None where there is none.
    """
    change = profile.total.total - scale * profile.total.baseline_total
    overall = profile.total.total / max(scale * profile.total.baseline_total, _ANY_ROW)
    whole = [
        _whole(profile, counts, scale, column, value)
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


def _whole(
    profile: DayProfile, counts: HourCounts, scale: float, column: str, value: Value
) -> Shift:
    """A part on the whole day."""
    expected = scale * counts.baseline_total
    rest_expected = max(0.0, scale * profile.total.baseline_total - expected)
    return Shift(
        column, value, 0, profile.hours, counts.total, expected,
        profile.total.total - counts.total, rest_expected, gain_of(counts.total, expected),
    )  # fmt: skip


def _names_last(values: Iterable[HourCounts]) -> bool:
    """Whether some value occurs on both days: names with a date are new each day."""
    return any(counts.total and counts.baseline_total for counts in values)


def _shift(
    profile: DayProfile,
    counts: HourCounts,
    scale: float,
    side: int,
    column: str | None,
    value: Value,
) -> Shift | None:
    """The hours in which a part changed most; None where it did not change by more than chance."""
    best: tuple[float, int, int, int, float] | None = None
    for first, last, rows, expected in _spans(profile, counts, scale):
        if _has_changed(rows, expected, side):
            gain = gain_of(rows, expected)
            if best is None or gain > best[0]:
                best = gain, first, last, rows, expected
    if best is None:
        return None
    gain, first, last, rows, expected = best
    outside = counts.total - rows, scale * counts.baseline_total - expected
    if _is_more(*outside) if side > 0 else _is_less(*outside):
        first, last, rows, expected = 0, profile.hours, counts.total, scale * counts.baseline_total
        gain = gain_of(rows, expected)
    else:
        by_hour = _usual_by_hour(profile, counts, scale)
        first, last = _widened(profile, by_hour, first, last, rows)
    rest = profile.total.total - rows
    rest_expected = max(0.0, scale * profile.total.baseline_total - expected)
    return Shift(
        column, value, first, last, rows, expected, rest, rest_expected,
        gain - gain_of(rest, rest_expected + _ANY_ROW), side,
    )  # fmt: skip


def _is_more(rows: int, expected: float) -> bool:
    """Whether the other hours have more than usual too, so that the change has no beginning."""
    return rows > _RISEN * expected + _CHANCE * math.sqrt(max(expected, 1.0))


def _is_less(rows: int, expected: float) -> bool:
    return rows < _FALLEN * expected - _CHANCE * math.sqrt(max(expected, 1.0))


def _spans(
    profile: DayProfile, counts: HourCounts, scale: float
) -> Iterator[tuple[int, int, int, float]]:
    """Every stretch of hours with its rows, and how many are usual; the whole day with loose ones.

    The first and the last hour of a stretch have rows on one of the days.
    """
    expected_by_hour = _usual_by_hour(profile, counts, scale)
    busy = [h for h in range(profile.hours) if counts.judged[h] or counts.baseline[h]]
    for first in busy:
        rows, expected = 0, 0.0
        for hour in range(first, profile.hours):
            rows += counts.judged[hour]
            expected += expected_by_hour[hour]
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


def _widened(
    profile: DayProfile, expected_by_hour: Sequence[float], first: int, last: int, rows: int
) -> tuple[int, int]:
    """The stretch, up to the ends of the day where the part may have had no row there by chance.

    Before and after it a part that rose would have as large a share of all rows as in it, and one
    that fell its usual rows.
    """
    traffic = profile.total.baseline
    inside, usual_inside = sum(traffic[first:last]), sum(expected_by_hour[first:last])
    ratio = max(1.0, rows / usual_inside) if usual_inside else 0.0
    share = rows / inside if inside else 0.0

    def is_certain(start: int, end: int) -> bool:
        by_share = share * sum(traffic[start:end])
        return max(by_share, ratio * sum(expected_by_hour[start:end])) >= _CERTAIN

    if not is_certain(0, first):
        first = 0
    if not is_certain(last, profile.hours):
        last = profile.hours
    return first, last


def _has_changed(rows: int, expected: float, side: int) -> bool:
    noise = _BEYOND_CHANCE * math.sqrt(max(expected, 1.0))
    if side > 0:
        return rows >= _RISEN * expected and rows - expected > noise
    return rows <= _FALLEN * expected and expected - rows > noise


def gain_of(rows: float, expected: float) -> float:
    """How much likelier a count becomes by its own mean: the Poisson log likelihood ratio."""
    mean = max(expected, _ANY_ROW)
    if rows <= 0:
        return mean
    return rows * math.log(rows / mean) - (rows - mean)


def _is_part(shift: Shift, change: float) -> bool:
    return (shift.rows - shift.expected) / change >= _LEAST_PART


def _is_as_usual(rows: int, expected: float, side: int) -> bool:
    """Whether rows are not beyond the usual on that side."""
    low, high = _AS_USUAL
    noise = _CHANCE * math.sqrt(max(expected, 1.0))
    if side > 0:
        return rows <= high * expected + noise
    return rows >= low * expected - noise
