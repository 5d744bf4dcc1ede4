"""`python -m benchmarks.volume FOLDER`: compares rules of daily volume, in Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .by_incident import by_incident
from .cold_starts import cold_starts
from .csv_rows import DataError
from .declines import declines, declines_cost
from .differences import differences
from .held_out import held_out
from .red_days import red_days
from .rules import RULES
from .series import Series, read_folder
from .staying import levels, staying, stretches
from .study import Measure, Study
from .summary import summary
from .widths import widths

MEASURES: dict[str, Measure] = {
    "summary": summary,
    "differences": differences,
    "incidents": by_incident,
    "cold_starts": cold_starts,
    "widths": widths,
    "red_days": red_days,
    "staying": staying,
    "levels": levels,
    "stretches": stretches,
    "declines": declines,
    "declines_cost": declines_cost,
    "held_out": held_out,
}


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    try:
        series = _chosen(options)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    study = Study(series, options.rules)
    for name in options.measures:
        print(MEASURES[name](study).markdown(), flush=True)
    return 0


def _chosen(options: argparse.Namespace) -> list[Series]:
    """The series with a weekly rhythm, or with `--rhythm none` the others."""
    series = [
        one
        for folder in options.folders
        for one in read_folder(folder)
        if one.weekly == (options.rhythm == "weekly")
        and (not options.families or one.family in options.families)
    ]
    if not series:
        raise DataError(f"{options.folders[0]}: no series with this rhythm and of these families")
    return series


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.volume",
        description="Compares rules of daily volume on series of your own, and prints Markdown.",
        epilog="A folder has one CSV file a series (date,count and, where known, flag), or "
        "daily.csv with a column series as well; catalog.csv (series, family, stratum, weekly) "
        "and hourly.csv (series,date,h00 to h23) are used where they are there.",
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--rules", nargs="+", choices=RULES, default=list(RULES), help="the first with each other"
    )
    parser.add_argument("--measures", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--families", nargs="+", help="sources of the catalog; all where left out")
    parser.add_argument("--rhythm", choices=("weekly", "none"), default="weekly")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
