"""`python -m benchmarks.volume.segments FOLDER`: alarms of segments on sets of your own.

A folder has `segments/NAME.csv` with a column `date` and a column of daily counts for each value.
Where some days are known to be unlike others, `daily.csv` names them: series (NAME), date, flag.
Each day from the 61st on is judged by the days before it, as the gate does it. Prints Markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from checks.catalog._event_names import limits_of
from checks.catalog.event_volume import Params, segments_of
from checks.core.counts import NAME, DailyCounts, DayCounts, Values
from checks.detection import HISTORY_DAYS
from checks.judging.segments import Segment

from .csv_rows import DataError, count_of, date_of, rows_of
from .series import FIRST_DAY

_DIMENSION = "segment"
_DAYS = 90
#: Expected events a day from which each column of detection counts.
_SIZES = ((20, 50), (50, 200), (200, None))
#: What is left of a part that dies.
_REMAINDERS = (0.0, 0.1)


@dataclass(frozen=True, slots=True)
class SegmentSet:
    """One file: counts of each value by day, and the days that are flagged."""

    name: str
    days: tuple[date, ...]
    counts: Mapping[str, Sequence[int]]
    flagged: frozenset[date] = frozenset()

    def daily(self, index: int, history: int) -> DailyCounts:
        """What the gate reads of the day with this index."""
        days = range(max(0, index - history), index + 1)
        counted = {self.days[day]: self._counts_of(day) for day in days}
        return DailyCounts(tuple(counted), counted)

    def _counts_of(self, index: int) -> DayCounts:
        events = {value: counts[index] for value, counts in self.counts.items() if counts[index]}
        everything = Values({"event": sum(events.values())})
        return DayCounts(self.days[index], {NAME: everything, _DIMENSION: Values(events)})


@dataclass(slots=True)
class Result:
    """What was seen of a set on its days without a flag.

    tested, seen: by the first size of the column and what is left of a part.
    """

    name: str
    values: int
    days: int = 0
    judged: int = 0
    amber: list[date] = field(default_factory=list)
    tested: dict[tuple[int, float], int] = field(default_factory=dict)
    seen: dict[tuple[int, float], int] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """Amber days whose day before was not amber."""
        return sum(day - timedelta(days=1) not in self.amber for day in self.amber)

    def per_90_days(self, number: int) -> float:
        """The number for 90 days."""
        return _DAYS * number / self.days if self.days else 0.0

    def share(self, size: int, remainder: float) -> str:
        """How many of the dying parts were seen the same day."""
        tested = self.tested.get((size, remainder), 0)
        return f"{self.seen.get((size, remainder), 0) / tested:.0%}" if tested else "–"


def read_folder(folder: Path) -> list[SegmentSet]:
    """The sets of a folder. Raises DataError, with one line, for what cannot be read."""
    files = sorted((folder / "segments").glob("*.csv"))
    if not files:
        raise DataError(f"{folder / 'segments'}: no CSV file")
    flagged = _flagged(folder / "daily.csv")
    return [_read(path, flagged.get(path.stem, frozenset())) for path in files]


def evaluated(segments: SegmentSet, params: Params, history: int = HISTORY_DAYS) -> Result:
    """Every day of the set, judged by so many days before it."""
    result = Result(segments.name, len(segments.counts))
    for index in range(min(FIRST_DAY, history), len(segments.days)):
        if segments.days[index] not in segments.flagged:
            _judge_day(segments, params, index, history, result)
    return result


def _judge_day(
    segments: SegmentSet, params: Params, index: int, history: int, result: Result
) -> None:
    result.days += 1
    judged = [
        segment
        for segment in segments_of(params, segments.daily(index, history))
        if segment.dimension == _DIMENSION and limits_of(params, segment) is not None
    ]
    result.judged += len(judged)
    if any(segment.side for segment in judged):
        result.amber.append(segments.days[index])
    for segment in judged:
        if not segment.side and not segment.members:
            _let_die(params, segment, result)


def _let_die(params: Params, segment: Segment, result: Result) -> None:
    normal = limits_of(params, segment)
    if normal is None or segment.today is None:
        return
    size = next((low for low, high in _SIZES if low <= normal.expected < (high or 1e300)), None)
    if size is None:
        return
    for remainder in _REMAINDERS:
        key = (size, remainder)
        result.tested[key] = result.tested.get(key, 0) + 1
        is_seen = round(segment.today * remainder) < normal.low
        result.seen[key] = result.seen.get(key, 0) + is_seen


def markdown(results: Iterable[Result]) -> Iterator[str]:
    """A table with a row for each set."""
    sizes = [f"{low} to {high}" if high else f"{low} and more" for low, high in _SIZES]
    columns = [f"{size}: {'gone' if not left else f'{left:.0%} left'}"
               for size in sizes for left in _REMAINDERS]  # fmt: skip
    head = ["set", "values", "judged a day", "days", "amber days in 90", "runs in 90", *columns]
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for result in results:
        cells = [
            result.name, f"{result.values}", f"{result.judged / max(result.days, 1):.0f}",
            f"{result.days}", f"{result.per_90_days(len(result.amber)):.1f}",
            f"{result.per_90_days(result.runs):.1f}",
            *(result.share(low, left) for low, _ in _SIZES for left in _REMAINDERS),
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _read(path: Path, flagged: frozenset[date]) -> SegmentSet:
    """The set of one file; an empty cell is no event, and a day without a row is flagged."""
    counts: dict[date, dict[str, int]] = {}
    for line, row in rows_of(path, ("date",)):
        day = date_of(path, line, row.pop("date"))
        counts[day] = {value: int(count_of(path, line, cell or "0")) for value, cell in row.items()}
    if not any(counts.values()):
        raise DataError(f"{path}: no days, or no column besides date")
    first, last = min(counts), max(counts)
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    table = {value: [counts.get(day, {}).get(value, 0) for day in days] for value in counts[first]}
    return SegmentSet(path.stem, days, table, flagged | (set(days) - set(counts)))


def _flagged(path: Path) -> dict[str, frozenset[date]]:
    """By series, the days with a flag; none without the file."""
    result: dict[str, set[date]] = {}
    if path.exists():
        for line, row in rows_of(path, ("series", "date", "flag")):
            if row["flag"]:
                result.setdefault(row["series"], set()).add(date_of(path, line, row["date"]))
    return {series: frozenset(days) for series, days in result.items()}


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 2 for a folder that cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.volume.segments", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--widen", type=float, default=Params().widen)
    parser.add_argument(
        "--history", type=int, default=HISTORY_DAYS, help="days before each judged day"
    )
    options = parser.parse_args(arguments)
    try:
        sets = [segments for folder in options.folders for segments in read_folder(folder)]
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    params = Params(widen=options.widen)
    for line in markdown(evaluated(s, params, options.history) for s in sets):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
