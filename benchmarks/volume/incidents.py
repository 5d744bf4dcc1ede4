"""Incidents that are put into days which are like any other, and what each does to the counts."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from checks.detection.weekday import WEEK

from .series import FIRST_DAY, Series

#: Longer than any rule looks back.
_LOOKS_BACK = 140
_SEED = 7
_DAYS, _STARTS = 40, 20
#: A day with less than this share of the median of days with events may be half of one itself.
_LEAST_SHARE = 0.2

CLEAN = "clean"
#: The factor of the judged day alone.
ONE_DAY = {
    "drop 20": 0.8, "drop 30": 0.7, "drop 50": 0.5, "drop 80": 0.2, "outage": 0.0,
    "x 1.5": 1.5, "x 2": 2.0, "x 3": 3.0,
}  # fmt: skip
#: Until which hour the judged day has data.
PART_OF_DAY = {"until 18 h": 18, "half a day": 12, "until 6 h": 6}
#: The factors of a week in a row; an alarm on any of its days that was none before counts.
RUNS = {
    "decline": [0.95 ** (step + 1) for step in range(WEEK)],
    "level -30": [0.7] * WEEK,
    "level +50": [1.5] * WEEK,
}
#: A drop of 50 % with another day before it: how many days before, and its factor, None missing.
AFTER = {"drop 50, gap": (1, None), "drop 50, outage": (3, 0.0)}
HEADLINE = (
    "drop 30", "drop 50", "drop 80", "outage", "x 1.5", "x 2", "x 3", "half a day", "decline",
    "level -30",
)  # fmt: skip
JUMPS = ("x 1.5", "x 2", "x 3")


@dataclass(frozen=True, slots=True)
class Case:
    """One count to judge: of what kind, on which day of its series, in which run of incidents."""

    kind: str
    index: int
    count: float
    run: int = -1


@dataclass(frozen=True, slots=True)
class Situation:
    """A history, oldest day first, and the counts that the day after it might have had."""

    history: dict[date, float]
    day: date
    cases: list[Case]


def situations(series: Series, history_cap: int | None = None) -> Iterator[Situation]:
    """Each day from the sixtieth on as it was, and with the incidents that are drawn for it.

    history_cap: of each history only so many of the newest days, as of a young shop.
    """
    draw = np.random.default_rng([_SEED, zlib.crc32(series.name.encode())])
    usual, least = _unflagged(series), _least_count(series)
    ordinary = [index for index in sorted(usual) if series.counts[index] >= least]
    alone = set(_drawn(draw, ordinary, _DAYS))
    weeks = [index for index in ordinary if usual.issuperset(range(index, index + WEEK))]
    starts = _drawn(draw, weeks, _STARTS)
    for index in _judged(series):
        history = _history(series, index, history_cap)
        cases = [Case(CLEAN, index, series.counts[index])]
        if index in alone:
            cases += _changes_of(series, index)
            yield from _after(series, index, history)
        yield Situation(history, series.days[index], cases)
    for run, start in enumerate(starts):
        for kind, factors in RUNS.items():
            yield from _run(series, kind, factors, start, run, history_cap)


def _judged(series: Series) -> range:
    return range(FIRST_DAY, len(series.counts))


def _unflagged(series: Series) -> set[int]:
    return {index for index in _judged(series) if not series.flags[index]}


def _least_count(series: Series) -> float:
    positive = [count for count in series.counts if count]
    return _LEAST_SHARE * float(np.median(positive)) if positive else 0.0


def _drawn(draw: np.random.Generator, indices: list[int], size: int) -> list[int]:
    return sorted(draw.choice(indices, min(size, len(indices)), replace=False)) if indices else []


def _history(series: Series, index: int, cap: int | None) -> dict[date, float]:
    first = max(0, index - min(_LOOKS_BACK, cap or _LOOKS_BACK))
    return dict(zip(series.days[first:index], series.counts[first:index], strict=True))


def _changes_of(series: Series, index: int) -> Iterator[Case]:
    count, hours = series.counts[index], series.hours.get(series.days[index])
    for kind, factor in ONE_DAY.items():
        yield Case(kind, index, float(round(count * factor)))
    for kind, until in PART_OF_DAY.items():
        if hours and sum(hours):
            yield Case(kind, index, float(round(count * sum(hours[:until]) / sum(hours))))


def _after(series: Series, index: int, history: dict[date, float]) -> Iterator[Situation]:
    day = series.days[index]
    for kind, (days_before, factor) in AFTER.items():
        changed, other = dict(history), day - timedelta(days=days_before)
        if factor is None:
            changed.pop(other, None)
        elif other in changed:
            changed[other] = float(round(changed[other] * factor))
        yield Situation(changed, day, [Case(kind, index, float(round(series.counts[index] / 2)))])


def _run(
    series: Series, kind: str, factors: list[float], start: int, run: int, cap: int | None
) -> Iterator[Situation]:
    """The days of an incident that lasts, each judged by those before it as they became."""
    changed: dict[date, float] = {}
    for index, factor in enumerate(factors, start):
        count = float(round(series.counts[index] * factor))
        history = _history(series, index, cap)
        history |= {day: value for day, value in changed.items() if day in history}
        yield Situation(history, series.days[index], [Case(kind, index, count, run)])
        changed[series.days[index]] = count
