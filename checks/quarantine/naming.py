"""What the name of a file tells: its format, its day, and the source it was loaded from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePath

_FORMATS = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
_SOURCE_SUFFIXES = frozenset(_FORMATS) | {
    ".avro", ".bz2", ".gz", ".log", ".lz4", ".orc", ".snappy", ".tsv", ".txt", ".xml", ".xz",
    ".zip", ".zst",
}  # fmt: skip
# A day as 20250308, 2025-03-08, 2025_03_08 or 2025.03.08; the first may go on with a time.
_DAY = re.compile(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\d\d){0,3}(?!\d)"
    r"|(?P<year>(?:19|20)\d\d)(?P<between>[-_.])(?P<month>\d\d)(?P=between)(?P<day>\d\d)(?!\d))"
)
# The end of a path is what tells; a bound on what a hostile name may cost.
_LONGEST = 200


def format_of(name: str) -> str | None:
    """`csv`, `parquet` or `json` by a file's suffix; None for anything else."""
    path = PurePath(name.lower())
    if path.suffix != ".gz":
        return _FORMATS.get(path.suffix)
    inner = _FORMATS.get(PurePath(path.stem).suffix)
    return None if inner == "parquet" else inner


def days_in(text: str) -> frozenset[date]:
    """Every calendar day that a name contains."""
    found = set()
    for match in _DAY.finditer(text):
        parts = match.group("y", "m", "d") if match["y"] else match.group("year", "month", "day")
        try:
            found.add(date(*(int(part) for part in parts)))
        except ValueError:
            continue  # digits that are no day
    return frozenset(found)


def stem_of(source: str) -> str:
    """The name of an audit log's source without folders and data suffixes, in lower case."""
    name = re.split(r"[/\\]", source.strip().rstrip("/\\"))[-1].lower()
    while (suffix := PurePath(name).suffix) in _SOURCE_SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def owner_of(path: str, sources: Mapping[str, str]) -> str | None:
    """The source whose stem occurs in a path as whole words; of several the longest.

    `sources` maps stems to sources. `events_1` does not occur in `events_10_errors.csv`.
    """
    text = path.lower()[-_LONGEST:]
    starts = [i for i in range(len(text)) if i == 0 or not text[i - 1].isalnum()]
    ends = [i for i in range(1, len(text) + 1) if i == len(text) or not text[i].isalnum()]
    inside = {text[start:end] for start in starts for end in ends if start < end}
    known = sorted(inside & sources.keys(), key=len)
    return sources[known[-1]] if known else None
