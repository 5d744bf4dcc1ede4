"""Daily series read from a folder of CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from .csv_rows import DataError, count_of, date_of, rows_of
from .noise import stratum_of

DAILY, CATALOG, HOURLY = "daily.csv", "catalog.csv", "hourly.csv"
HOURS = [f"h{hour:02}" for hour in range(24)]


#: Days of history before the first judged day.
FIRST_DAY = 60


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
    for line, row in rows_of(path, ("series", "date", "count")):
        rows.setdefault(row["series"], []).append(_day(path, line, row))
    for name, days in rows.items():
        yield _series(path, name, days)


def _of_many_files(folder: Path) -> Iterator[Series]:
    for path in sorted(folder.glob("*.csv")):
        if path.name not in (CATALOG, HOURLY):
            days = [_day(path, line, row) for line, row in rows_of(path, ("date", "count"))]
            yield _series(path, path.stem, days)


def _series(path: Path, name: str, rows: list[tuple[date, float, str]]) -> Series:
    days = [day for day, _, _ in rows]
    if days != sorted(set(days)):
        raise DataError(f"{path}: the days of {name} are not ascending, each once")
    return Series(name, days, [count for _, count, _ in rows], [flag for _, _, flag in rows])


def _day(path: Path, line: int, row: Mapping[str, str]) -> tuple[date, float, str]:
    return date_of(path, line, row["date"]), count_of(path, line, row["count"]), row.get("flag", "")


def _catalog(path: Path) -> dict[str, dict[str, str]]:
    """What is said of each series; nothing without a catalog."""
    return {row["series"]: row for _, row in rows_of(path, ("series",))} if path.exists() else {}


def _hours(path: Path) -> dict[str, dict[date, list[float]]]:
    hours: dict[str, dict[date, list[float]]] = {}
    if path.exists():
        for line, row in rows_of(path, ("series", "date", *HOURS)):
            counts = [count_of(path, line, row[hour]) for hour in HOURS]
            hours.setdefault(row["series"], {})[date_of(path, line, row["date"])] = counts
    return hours
