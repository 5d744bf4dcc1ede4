"""Rows of a CSV file of daily counts, and what a cell of them has to be."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path


class DataError(ValueError):
    """A file that cannot be read as what it has to hold, named with its line."""


def rows_of(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
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


def date_of(path: Path, line: int, text: str) -> date:
    """The date that a cell holds. Raises DataError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(f"{path}, line {line}: {text!r} is no date like 2025-03-08") from None


def count_of(path: Path, line: int, text: str) -> float:
    """The count that a cell holds. Raises DataError for anything but a number from 0 on."""
    try:
        count = float(text)
    except ValueError:
        count = math.nan
    if not 0 <= count < math.inf:
        raise DataError(f"{path}, line {line}: {text!r} is no count")
    return count
