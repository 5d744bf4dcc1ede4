"""Levels that stay: what they cost on days without an incident, and how long they are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean

from checks.core.calendar import Calendar
from checks.detection.baseline import Baseline, baseline

from .cases import Rule
from .reference import before
from .rules import volume_expected
from .series import FIRST_DAY, Series
from .study import Study, Table, number, percent

_WINDOW, _PERIOD = 126, 90
#: The day of a level on which it is accepted.
ACCEPTED_ON = 7
#: A level is looked at on this day of it; one begins on each of these days.
_DAY, _STEP, _FIRST_LEVEL = 30, 37, 90
FACTORS = (0.1, 0.5, 0.7, 1.5, 2.0)
#: Days, and how many times their counts.
STRETCHES = ((7, 0.3), (4, 3.0), (14, 0.6))
_AFTER = 21


def staying(study: Study) -> Table:
    """Red days and episodes on days without an incident, by what becomes of a level."""
    rows = [
        _costs("each day by itself, the rule before", study, _by_rule(study.series, before)),
        _costs("each day by itself", study, _by_rule(study.series, volume_expected)),
        _costs("levels, accepted on day 7", study, _by_level(study.series, accepts=True)),
        _costs("levels, never accepted", study, _by_level(study.series, accepts=False)),
    ]
    return Table(
        "Levels that stay: days without an incident",
        "Per series and 90 days; an episode is red days in a row.",
        ("judged", "red days", "episodes"),
        rows,
    )


def levels(study: Study) -> Table:
    """On how many of the levels that stay the check is still red on their 30th day."""
    steady = [one for one in study.series if one.stratum == "steady"]
    rows = [
        [f"{factor - 1:+.0%}".replace("%", " %"), percent(_share_seen(steady, factor))]
        for factor in FACTORS
    ]
    return Table(
        "Levels that stay: day 30",
        "Steady series whose counts are changed from one day on, and nobody accepts it.",
        ("level", "red on day 30"),
        rows,
    )


def stretches(study: Study) -> Table:
    """Red days in the three weeks after an odd stretch, and drops that are seen in them."""
    steady = [one for one in study.series if one.stratum == "steady"]
    rows = []
    for length, factor in STRETCHES:
        results = list(_after_stretches(steady, length, factor))
        extra, seen = (fmean(column) for column in zip(*results, strict=True))
        rows.append([f"{length} days at {factor:.0%}", number(extra), percent(seen)])
    return Table(
        "After an odd stretch",
        "Red days of the 21 after it, beyond those without the stretch, and how often half of the "
        "events are missed on the 4th to the 7th day after it. Steady series.",
        ("stretch", "more red days", "-50 % seen"),
        rows,
    )


def is_red(totals: Mapping[date, int], day: date) -> bool:
    """Whether the day is red, by the days before it."""
    chosen = baseline(totals, day, Calendar())
    normal = chosen.range_on(day)
    if normal is None:
        return False
    count = totals[day]
    level = chosen.level_with(day, count, normal)
    return bool(normal.side_of(count)) or (level is not None and not level.only_warns)


def _costs(name: str, study: Study, red: Iterable[set[date]]) -> list[str]:
    counted = [_counted(one, days) for one, days in zip(study.series, red, strict=True)]
    return [name, *(number(fmean(column)) for column in zip(*counted, strict=True))]


def _counted(series: Series, red: set[date]) -> tuple[float, float]:
    """Red days and episodes in 90 days that are like any other."""
    days = [
        day
        for day, flag in zip(series.days[FIRST_DAY:], series.flags[FIRST_DAY:], strict=True)
        if not flag
    ]
    red_days = [day for day in days if day in red]
    episodes = [day for day in red_days if day - timedelta(days=1) not in red]
    return tuple(_PERIOD * len(part) / len(days) for part in (red_days, episodes))  # type: ignore[return-value]


def _by_rule(all_series: Sequence[Series], rule: Rule) -> Iterator[set[date]]:
    for series in all_series:
        history: dict[date, float] = {}
        red = set()
        for day, count in zip(series.days, series.counts, strict=True):
            score = rule(history, day)
            if score is not None and score(count) >= 1:
                red.add(day)
            history[day] = count
        yield red


def _by_level(all_series: Sequence[Series], *, accepts: bool) -> Iterator[set[date]]:
    for series in all_series:
        totals = _totals(series)
        accepted: dict[date, int] = {}
        while True:
            walked = _walked(totals, accepted)
            accepted_next = _next_accepted(walked) if accepts else None
            if accepted_next is None:
                break
            accepted |= accepted_next
        yield set(walked.red)


def _walked(totals: Mapping[date, int], accepted: Mapping[date, int]) -> Baseline:
    end = max(totals) + timedelta(days=1)
    return baseline(totals, end, Calendar(), accepted=accepted)


def _next_accepted(walked: Baseline) -> dict[date, int] | None:
    """The seventh day of the first level that lasts longer, and its side."""
    spans = [(s.first, s.last, -1 if s.factor < 1 else 1) for s in walked.stretches]
    if walked.level is not None:
        spans.append((walked.level.since, walked.level.days[-1].day, walked.level.side))
    for first, last, side in spans:
        day = first + timedelta(days=ACCEPTED_ON)
        if day <= last:
            return {day: side}
    return None


def _totals(series: Series) -> dict[date, int]:
    return {day: round(count) for day, count in zip(series.days, series.counts, strict=True)}


def _begins(series: Series, days: int) -> Iterator[int]:
    """Where something begins that is looked at for so many days."""
    for index in range(_FIRST_LEVEL, len(series.days) - days, _STEP):
        if not series.flags[index]:
            yield index


def _share_seen(steady: Sequence[Series], factor: float) -> float:
    return fmean(fmean(_seen(series, factor)) for series in steady)


def _seen(series: Series, factor: float) -> list[bool]:
    totals = _totals(series)
    result = []
    for begin in _begins(series, _DAY):
        days = series.days[max(0, begin - _WINDOW + _DAY) : begin + _DAY]
        changed = {
            day: round(totals[day] * factor) if day >= series.days[begin] else totals[day]
            for day in days
        }
        result.append(is_red(changed, days[-1]))
    return result


def _after_stretches(
    steady: Sequence[Series], length: int, factor: float
) -> Iterator[tuple[float, float]]:
    """For each stretch: more red days after it, and the share of drops that are seen."""
    for series in steady:
        totals = _totals(series)
        for begin in _begins(series, length + _AFTER):
            first, last = series.days[begin], series.days[begin + length - 1]
            after = series.days[begin + length : begin + length + _AFTER]
            window = series.days[
                max(0, begin - _WINDOW + length + _AFTER) : begin + length + _AFTER
            ]
            plain = {day: totals[day] for day in window}
            changed = plain | {
                day: round(totals[day] * factor) for day in window if first <= day <= last
            }
            red = _walked(changed, {}).red
            ordinary = _walked(plain, {}).red
            more = sum(day in red for day in after) - sum(day in ordinary for day in after)
            seen = [is_red({**changed, day: changed[day] // 2}, day) for day in after[3:7]]
            yield more, fmean(seen)
