"""The trend: which declines it sees, while they last and after them, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from checks.detection import HISTORY_DAYS, Trend, weekly_trend

from .series import Series
from .study import STEADY, Study, Table, number, percent

_FIRST_DAY, _STEP, _PERIOD = 60, 37, 90
_RED_AT = 0.3
#: Days of history of shops that are younger than what the trend looks at.
_YOUNG = (34, 51, 81)
#: What is left of a day's count, by how many days the decline is old (0: not yet).
Remainder = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class _Case:
    """A decline, and the days of it that are looked at. since_then: any day up to the last one."""

    name: str
    left: Remainder
    days: tuple[int, ...]
    since_then: bool = False


def _step(age: int) -> float:
    return 0.5 if age else 1.0


def _by_5_percent(age: int) -> float:
    return 0.95**age


def _by_3_percent(age: int) -> float:
    return 0.97 ** min(age, 20)


def _two_weeks(age: int) -> float:
    return 0.5 if 0 < age <= 14 else 1.0


_CASES = (
    _Case("-50 %", _step, (7, 14, 25)),
    _Case("-5 % a day, up to then", _by_5_percent, (14,), since_then=True),
    _Case("-3 % a day for 20 days", _by_3_percent, (15, 25)),
    _Case("-50 % for 14 days, over", _two_weeks, (15, 19, 21)),
)


def declines(study: Study) -> Table:
    """In what share of cases the trend is amber, and red with `red_at`, by day of a decline."""
    rows = [_row(study, case, day) for case in _CASES for day in case.days]
    return Table(
        "Declines of weeks",
        f"Share of cases on a day of the decline; red with `red_at: {_RED_AT}`.",
        ("decline", "day", "amber", "steady: amber", "red", "steady: red"),
        rows,
    )


def declines_cost(study: Study) -> Table:
    """Amber and red days of the trend on days without an incident, by days of history."""
    rows = [["all", *_costs(study, HISTORY_DAYS)]]
    rows += [[f"{days} days", *_costs(study, days)] for days in _YOUNG]
    return Table(
        "The trend on days without an incident",
        f"Per series and 90 days, by days of history; red with `red_at: {_RED_AT}`.",
        ("history", "amber days", "steady: amber days", "red days", "steady: red days"),
        rows,
    )


def _is_amber(trend: Trend | None) -> bool:
    return trend is not None and trend.is_declining


def _is_red(trend: Trend | None) -> bool:
    return trend is not None and trend.change <= -max(_RED_AT, trend.least_red_limit)


def _row(study: Study, case: _Case, day: int) -> list[str]:
    cells = [case.name, str(day)]
    for is_seen in (_is_amber, _is_red):
        by_series = [list(_seen(one, case, day, is_seen)) for one in study.series]
        steady = [
            seen for one, seen in zip(study.series, by_series, strict=True) if one.stratum == STEADY
        ]
        cells += [percent(_mean(by_series)), percent(_mean(steady))]
    return cells


def _mean(by_series: Sequence[Sequence[float]]) -> float:
    shares = [fmean(values) for values in by_series if values]
    return fmean(shares) if shares else float("nan")


def _seen(
    series: Series, case: _Case, day: int, is_seen: Callable[[Trend | None], bool]
) -> Iterator[bool]:
    """For each beginning of the decline, whether it is seen on that day of it."""
    last = max(case.days)
    for begin in range(_FIRST_DAY, len(series.days) - last, _STEP):
        history = _changed(series, begin, case.left, last)
        looked_at = range(1, day + 1) if case.since_then else (day,)
        yield any(is_seen(weekly_trend(history, series.days[begin + age - 1])) for age in looked_at)


def _changed(series: Series, begin: int, left: Remainder, last: int) -> dict[date, float]:
    """The counts up to the last day that is looked at, with the decline from `begin` on."""
    return {
        series.days[index]: series.counts[index] * left(max(0, index - begin + 1))
        for index in range(max(0, begin + last - HISTORY_DAYS), begin + last)
    }


def _costs(study: Study, history_days: int) -> list[str]:
    cells = []
    for is_told in (_is_amber, _is_red):
        by_series = [list(_told(one, history_days, is_told)) for one in study.series]
        steady = [
            told for one, told in zip(study.series, by_series, strict=True) if one.stratum == STEADY
        ]
        cells += [number(_PERIOD * _mean(by_series)), number(_PERIOD * _mean(steady))]
    return cells


def _told(
    series: Series, history_days: int, is_told: Callable[[Trend | None], bool]
) -> Iterator[bool]:
    """Of each day that is like any other, whether the trend fails on it."""
    first = max(_FIRST_DAY, min(history_days, HISTORY_DAYS))
    for index in range(first, len(series.days)):
        if not series.flags[index]:
            known: Mapping[date, float] = {
                series.days[other]: series.counts[other]
                for other in range(max(0, index - history_days), index + 1)
            }
            yield is_told(weekly_trend(known, series.days[index]))
