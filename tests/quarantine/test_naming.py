"""What names of files and sources tell."""

from __future__ import annotations

from datetime import date

import pytest

from checks.core.day_names import days_in
from checks.quarantine.naming import format_of, owner_of, stem_of

D8, D9 = date(2025, 3, 8), date(2025, 3, 9)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.csv.gz", "csv"),
        ("a.jsonl", "json"),
        ("a.ndjson", "json"),
        ("a.json", "json"),
        ("a.jsonl.gz", "json"),
        ("a.parquet", "parquet"),
        ("a.parquet.gz", None),
        ("a.gz", None),
        ("a.txt", None),
        ("csv", None),
    ],
)
def test_formats_by_suffix(name: str, expected: str | None) -> None:
    assert format_of(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("events_20250308_errors.csv", {D8}),
        ("day=2025-03-08/part-0.parquet", {D8}),
        ("2025_03_08.csv", {D8}),
        ("e.2025.03.08.csv", {D8}),
        ("e_2025030802.csv", {D8}),
        ("e_202503080215.csv", {D8}),
        ("e_20250308021500.csv", {D8}),
        ("20250308_20250309", {D8, D9}),
        ("e_2025-03_08.csv", set()),
        ("e_20250230.csv", set()),
        ("e_20251308.csv", set()),
        ("e_202503081.csv", set()),
        ("e_120250308.csv", set()),
        ("load_1741392000", set()),
        ("e_17120102.csv", set()),
        ("errors.csv", set()),
    ],
)
def test_days_in_names(text: str, expected: set[date]) -> None:
    assert days_in(text) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("events_20250308.csv", "events_20250308"),
        ("s3://bucket/raw/events_20250308.csv.gz", "events_20250308"),
        ("C:\\raw\\Events_1.JSONL", "events_1"),
        ("topic.orders", "topic.orders"),
        ("raw/events/", "events"),
        (" partner ", "partner"),
        ("", ""),
        ("/", ""),
    ],
)
def test_stems_of_sources(source: str, expected: str) -> None:
    assert stem_of(source) == expected


STEMS = {"events_1": "one", "events_10": "ten", "events": "all", "a-b": "dash"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("quarantine/events_1_errors.csv", "one"),
        ("quarantine/events_10_errors.csv", "ten"),
        ("quarantine/EVENTS_10.csv", "ten"),
        ("quarantine/events_100_errors.csv", "all"),
        ("events_1/errors.csv", "one"),
        ("quarantine/preevents.csv", None),
        ("x-a-b-y.csv", "dash"),
        ("a-bc.csv", None),
        ("", None),
        ("x" * 1000 + "/events_1.csv", "one"),
    ],
)
def test_the_longest_stem_as_a_whole_word_owns_a_file(path: str, expected: str | None) -> None:
    assert owner_of(path, STEMS) == expected


def test_a_hostile_name_costs_little() -> None:
    assert owner_of("_-" * 100_000, STEMS) is None
