"""What the name of a file says: its format, and the source it was loaded from.

Days in names are read by `checks.core.day_names.days_in`, for sources and files alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from checks.core.day_names import days_in as days_in

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
# Only the end of a path is searched: this bounds the cost of a hostile name.
_LONGEST = 200


def format_of(name: str) -> str | None:
    """`csv`, `parquet` or `json` by a file's suffix; None for anything else."""
    path = PurePath(name.lower())
    if path.suffix != ".gz":
        return _FORMATS.get(path.suffix)
    inner = _FORMATS.get(PurePath(path.stem).suffix)
    return None if inner == "parquet" else inner


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
    inside_sources = sorted(inside & sources.keys(), key=len)
    return sources[inside_sources[-1]] if inside_sources else None
