"""Daily series read from a folder of CSV files."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from .noise import stratum_of

DAILY, CATALOG, HOURLY = "daily.csv", "catalog.csv", "hourly.csv"
HOURS = [f"h{hour:02}" for hour in range(24)]


class DataError(ValueError):
    """A file that cannot be read as what it has to hold, named with its line."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of days in ascending order; `flags` has "" on days that are like any other.

    family: series of one source, which are alike. hours: the counts of the 24 hours of some days.
    """

    name: str
    days: list[date]
    counts: list[float]
    flags: list[str]
    family: str = ""
    stratum: str = ""
    weekly: bool = True
    hours: Mapping[date, list[float]] = field(default_factory=dict)


def read_folder(folder: Path) -> list[Series]:
    """The series of `daily.csv`, or of each other CSV file; with `catalog.csv` and `hourly.csv`.

    Raises DataError, with one line, for a folder without series and for what is no count or day.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    daily = folder / DAILY
    series = list(_of_one_file(daily) if daily.exists() else _of_many_files(folder))
    if not series:
        raise DataError(f"{folder}: neither {DAILY} nor another CSV file with date and count")
    catalog, hours = _catalog(folder / CATALOG), _hours(folder / HOURLY)
    return [_described(one, catalog.get(one.name, {}), hours.get(one.name, {})) for one in series]


def _described(
    series: Series, entry: Mapping[str, str], hours: Mapping[date, list[float]]
) -> Series:
    return replace(
        series,
        family=entry.get("family") or series.name,
        stratum=entry.get("stratum") or stratum_of(series.counts, series.flags),
        weekly=entry.get("weekly", "yes") != "no",
        hours=hours,
    )


def _of_one_file(path: Path) -> Iterator[Series]:
    rows: dict[str, list[tuple[date, float, str]]] = {}
    for line, row in _rows(path, ("series", "date", "count")):
        rows.setdefault(row["series"], []).append(_day(path, line, row))
    for name, days in rows.items():
        yield _series(path, name, days)


def _of_many_files(folder: Path) -> Iterator[Series]:
    for path in sorted(folder.glob("*.csv")):
        if path.name not in (CATALOG, HOURLY):
            days = [_day(path, line, row) for line, row in _rows(path, ("date", "count"))]
            yield _series(path, path.stem, days)


def _series(path: Path, name: str, rows: list[tuple[date, float, str]]) -> Series:
    days = [day for day, _, _ in rows]
    if days != sorted(set(days)):
        raise DataError(f"{path}: the days of {name} are not ascending, each once")
    return Series(name, days, [count for _, count, _ in rows], [flag for _, _, flag in rows])


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line number; raises DataError for a missing column or a short row."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(columns) - set(reader.fieldnames or ()):
                raise DataError(f"{path}: the column {min(missing)} is missing")
            for row in reader:
                if None in row or None in row.values():
                    raise DataError(f"{path}, line {reader.line_num}: not as many values as names")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: {error}") from error


def _day(path: Path, line: int, row: Mapping[str, str]) -> tuple[date, float, str]:
    return _date(path, line, row["date"]), _count(path, line, row["count"]), row.get("flag", "")


def _date(path: Path, line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(f"{path}, line {line}: {text!r} is no date like 2025-03-08") from None


def _count(path: Path, line: int, text: str) -> float:
    try:
        count = float(text)
    except ValueError:
        count = math.nan
    if not 0 <= count < math.inf:
        raise DataError(f"{path}, line {line}: {text!r} is no count")
    return count


def _catalog(path: Path) -> dict[str, dict[str, str]]:
    """What is said of each series; nothing without a catalog."""
    return {row["series"]: row for _, row in _rows(path, ("series",))} if path.exists() else {}


def _hours(path: Path) -> dict[str, dict[date, list[float]]]:
    hours: dict[str, dict[date, list[float]]] = {}
    if path.exists():
        for line, row in _rows(path, ("series", "date", *HOURS)):
            counts = [_count(path, line, row[hour]) for hour in HOURS]
            hours.setdefault(row["series"], {})[_date(path, line, row["date"])] = counts
    return hours
