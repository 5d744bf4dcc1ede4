"""How often the beginning of a decline is dated right, and a step told from a slope, on made shops.

Prints the table of docs/volume.md: `python -m benchmarks.onsets`; half a minute.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from checks.detection import Shape, decline_onset, weekly_trend

_FIRST = date(2025, 1, 1)
_WEEKDAYS = (1.05, 1.1, 1.1, 1.05, 1.0, 0.7, 0.6)
_EVENTS, _DAYS_BEFORE, _MOST_DAYS = 20_000, 112, 35
_SERIES = 300
_NOISES = (0.05, 0.10, 0.20)
_DECLINES = (
    (Shape.STEP, -0.30), (Shape.STEP, -0.50),
    (Shape.SLOPE, -0.02), (Shape.SLOPE, -0.03), (Shape.SLOPE, -0.05),
)  # fmt: skip
#: A date is right within so many days.
_NEAR = {Shape.STEP: 2, Shape.SLOPE: 4}


class Tally(NamedTuple):
    """One series: whether the date is near, whether it is in the range that is told, the shape."""

    near: bool
    covered: bool
    right: bool
    wrong: bool
    silent: bool


def main() -> None:
    rng = random.Random(5)  # noqa: S311
    print(
        "| noise | decline | seen | after days | date | within range | shape right | wrong "
        "| a week later: date | within range | shape right | wrong |"
    )
    print("|" + " --- |" * 12)
    for noise in _NOISES:
        for shape, size in _DECLINES:
            print(_row(rng, noise, shape, size))


def _row(rng: random.Random, noise: float, shape: Shape, size: float) -> str:
    delays: list[int] = []
    tallies: dict[int, list[Tally]] = {0: [], 7: []}
    for _ in range(_SERIES):
        start = _DAYS_BEFORE + rng.randrange(7)
        history = dict(_series(rng, noise, shape, size, start))
        delay = _first_alarm(history, start)
        if delay is None:
            continue
        delays.append(delay)
        for later, each in tallies.items():
            each.append(_tally(history, start, delay + later, shape))
    unit = "step" if shape is Shape.STEP else "a day"
    cells = [f"{noise:.0%}", f"{size * 100:.0f}% {unit}", _share(len(delays), _SERIES)]
    cells.append(str(sorted(delays)[len(delays) // 2] + 1))
    for each in tallies.values():
        dated = [tally for tally in each if not tally.silent]
        cells += [
            _share(sum(tally.near for tally in each), len(each)),
            _share(sum(tally.covered for tally in dated), len(dated)),
            _share(sum(tally.right for tally in each), len(each)),
            _share(sum(tally.wrong for tally in each), len(each)),
        ]
    return f"| {' | '.join(cell.replace('%', ' %') for cell in cells)} |"


def _series(
    rng: random.Random, noise: float, shape: Shape, size: float, start: int
) -> Iterator[tuple[date, float]]:
    """A shop with a weekly rhythm and, from `start` on, less or less and less."""
    for number in range(start + _MOST_DAYS + 8):
        day = _FIRST + timedelta(days=number)
        count = _EVENTS * _WEEKDAYS[day.weekday()] * math.exp(rng.gauss(0, noise))
        if number >= start:
            count *= (1 + size) ** (1 if shape is Shape.STEP else number - start + 1)
        yield day, float(round(count))


def _first_alarm(history: dict[date, float], start: int) -> int | None:
    """After how many days the week is out of its limit; None where it is not in five weeks."""
    for delay in range(_MOST_DAYS):
        trend = weekly_trend(history, _FIRST + timedelta(days=start + delay))
        if trend is not None and trend.is_declining:
            return delay
    return None


def _tally(history: dict[date, float], start: int, delay: int, shape: Shape) -> Tally:
    began = _FIRST + timedelta(days=start)
    onset = decline_onset(history, began + timedelta(days=delay))
    if onset is None:
        return Tally(near=False, covered=False, right=False, wrong=False, silent=True)
    return Tally(
        near=abs((onset.day - began).days) <= _NEAR[shape],
        covered=onset.earliest <= began <= onset.latest,
        right=onset.shape is shape,
        wrong=onset.shape not in (shape, None),
        silent=False,
    )


def _share(count: int, total: int) -> str:
    return f"{count / total:.0%}" if total else "-"


if __name__ == "__main__":
    main()
