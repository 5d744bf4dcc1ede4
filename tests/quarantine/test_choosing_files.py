"""Which files are read, and which rows of them count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from checks.core.audit_log import AuditLog
from checks.quarantine import selection
from tests.quarantine.conftest import (
    DAY,
    FILE,
    HEADER,
    SOURCE,
    Desk,
    audit_log,
    entry,
    lines,
)

D7 = date(2025, 3, 7)
ONE_ROW_LOGGED = audit_log(entry(quarantined=1))
#: How often a folder is listed at most, to find, search and compare its files.
_LISTINGS = 3
BATCH = audit_log(entry(), entry("events_20250307.csv", 3))


def two_days(desk: Desk) -> None:
    desk.write(FILE, lines("a", "b"))
    desk.write("events_20250307_errors.csv", lines("a", "a", "a", day=D7))


def test_nothing_is_configured(desk: Desk) -> None:
    from typing import Any, cast

    from checks.core.metrics import RejectedRows
    from checks.quarantine import read_rejected_rows

    config = replace(desk.config(), quarantine=None)
    nothing = cast("Any", None)
    assert read_rejected_rows(config, desk.frame(), desk.log, nothing) == RejectedRows()


@pytest.mark.parametrize(
    ("pattern", "log", "rows", "reasons"),
    [
        ("*.csv", audit_log(entry()), 2, (("a", 1), ("b", 1))),
        ("*.csv", BATCH, 5, (("a", 4), ("b", 1))),
        ("*.csv", audit_log(entry("topic", 2)), 2, (("a", 1), ("b", 1))),
        ("*.csv", audit_log(entry("events", 2)), 2, (("a", 1), ("b", 1))),
        ("*.csv", audit_log(entry(None, 2), has_source=False), 2, (("a", 1), ("b", 1))),
        ("*.csv", audit_log(), 2, (("a", 1), ("b", 1))),
        ("events_{date:%Y%m%d}_errors.csv", audit_log(entry()), 2, (("a", 1), ("b", 1))),
        ("events_{date:%Y%m%d}_errors.csv", BATCH, 2, (("a", 1), ("b", 1))),
        ("events_{date:%Y}{date:%m%d}_*.csv", BATCH, 2, (("a", 1), ("b", 1))),
        ("events_{date:%Y%m%d}_errors.csv", audit_log(entry("topic", 2)), 2, (("a", 1), ("b", 1))),
    ],
)
def test_the_files_of_the_judged_load(
    desk: Desk, pattern: str, log: AuditLog, rows: int, reasons: tuple[tuple[str, int], ...]
) -> None:
    two_days(desk)
    desk.pattern, desk.log = pattern, log
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (rows, reasons, ())


def test_a_day_in_a_folder_counts_too(desk: Desk) -> None:
    desk.write("day=2025-03-08/part-0.csv", lines("a", "b"))
    desk.write("day=2025-03-07/part-0.csv", lines("x", day=D7))
    desk.pattern, desk.log = "*/part-*.csv", audit_log(entry("topic", 2))
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (2, ())


def test_a_load_whose_name_has_a_number_but_no_day(desk: Desk) -> None:
    desk.write("load_17_errors.csv", lines("a", "b"))
    desk.write("load_16_errors.csv", lines("x"))
    desk.log = audit_log(entry("load_17.csv", 2))
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (2, ())


def test_a_partner_with_a_number_does_not_bring_in_other_days(desk: Desk) -> None:
    desk.write("partner7_20250308.csv", lines("a", "b"))
    desk.write("partner7_20250307.csv", lines("x", day=D7))
    desk.log = audit_log(entry("partner7", 2))
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (2, ())


GROWING = (
    HEADER + "1,2025-03-07T23:59:59.999Z,early\n2,2025-03-08T00:00:00Z,first\n"
    "3,2025-03-08 23:59:59.999999,last\n4,2025-03-09T00:00:00Z,late\n"
    "5,2025-03-09T00:30:00+01:00,offset\n6,2025-03-08,whole day\n7,2025-03-09 00:30:00+0100,short\n"
)


def test_one_growing_file_is_filtered_by_the_rows_own_time(desk: Desk) -> None:
    desk.write("errors.csv", GROWING)
    desk.log = audit_log(entry("topic", 5))
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (5, ())
    assert {reason for reason, _ in rejected.reasons} == {
        "first", "last", "offset", "whole day", "short"
    }  # fmt: skip


def test_days_are_the_shops_and_times_without_a_zone_the_configured_ones(desk: Desk) -> None:
    desk.zone, desk.naive = "America/New_York", "Europe/Berlin"
    # The 8th in New York is 05:00 to 05:00 UTC, 06:00 to 06:00 in Berlin.
    desk.write(
        "errors.csv",
        HEADER + "1,2025-03-08 05:59:59,before\n2,2025-03-08 06:00:00,first\n"
        "3,2025-03-09 05:59:59,last\n4,2025-03-09 06:00:00,after\n5,2025-03-08T04:59:59Z,before\n"
        "6,2025-03-08T05:00:00Z,first\n7,2025-03-08,day\n8,2025-03-09,day after\n",
    )
    desk.log = audit_log(entry("topic", 4))
    rejected = desk.read()
    assert rejected.reasons == (("first", 2), ("day", 1), ("last", 1))
    assert rejected.warnings == ()


def test_rows_without_a_readable_time_are_told(desk: Desk) -> None:
    desk.write("errors.csv", HEADER + "1,2025-03-08T01:00:00Z,a\n2,soon,b\n3,,c\n")
    desk.log = audit_log(entry("topic", 3))
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons) == (1, (("a", 1),))
    assert rejected.warnings == (
        "quarantine: 2 rejected rows have no readable time, so the day is not known",
    )


def test_other_days_alone_are_no_agreement(desk: Desk) -> None:
    desk.write("events_20250307_errors.csv", lines("x", day=D7))
    rejected = desk.read()
    assert rejected.rows == 0
    assert rejected.warnings == (
        "quarantine: the files of Saturday 8 March hold 0 rejected rows, "
        "but the audit log says that 2 were quarantined",
    )


def test_without_a_time_and_without_a_day_in_the_name_nothing_can_be_told(desk: Desk) -> None:
    desk.write("errors.csv", lines("x"))
    del desk.mapping["occurred_at"]
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons) == (None, ())
    assert rejected.warnings == (
        "quarantine: no name among 1 file matching 'quarantine/*.csv' contains Saturday 8 "
        "March, and quarantine.occurred_at is not mapped; put the day in the file name",
    )


def test_too_much_to_search_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_BYTES", 10)
    desk.write("errors.csv", lines("x"))
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.warnings == (
        "quarantine: 1 file of 0 MB would have to be read to find the rows of Saturday 8 March; "
        "put the day in the file name",
    )
    desk.write(FILE, lines("a", "b"))
    assert desk.read().rows == 2


@pytest.mark.parametrize(
    ("pattern", "log", "rows", "warning"),
    [
        ("*.csv", audit_log(entry()), None, "'quarantine/*.csv', {} 2 rows were"),
        ("*.csv", BATCH, None, "'quarantine/*.csv', {} 5 rows were"),
        ("*.csv", audit_log(entry(quarantined=0)), 0, None),
        ("*.csv", audit_log(), None, None),
        ("e_{date:%m-%d}.csv", BATCH, None, "'quarantine/e_03-08.csv', {} 2 rows were"),
        ("e_{date:%m-%d}.csv", ONE_ROW_LOGGED, None, "'quarantine/e_03-08.csv', {} 1 row was"),
        ("e_{date:%m-%d}.csv", audit_log(entry("events_20250307.csv", 4)), 0, None),
    ],
)  # fmt: skip
def test_no_file_matches(
    desk: Desk, pattern: str, log: AuditLog, rows: int | None, warning: str | None
) -> None:
    desk.pattern, desk.log = pattern, log
    rejected = desk.read()
    text = "although the audit log says that"
    full = f"quarantine: no file matches {warning} quarantined"
    expected = (full.format(text),) if warning else ()
    assert (rejected.rows, rejected.warnings) == (rows, expected)


def test_a_source_without_a_file_and_one_that_differs(desk: Desk) -> None:
    desk.write(FILE, lines("a"))
    desk.log = BATCH
    rejected = desk.read()
    assert rejected.rows == 1
    assert rejected.warnings == (
        "quarantine: the files of 'events_20250308.csv' hold 1 rejected row, "
        "but the audit log says that 2 were quarantined",
        "quarantine: there is no file of this load of 'events_20250307.csv', "
        "although the audit log says that 3 rows were quarantined",
    )


def test_a_source_in_several_files(desk: Desk) -> None:
    desk.write("events_20250308_errors_1.csv", lines("a"))
    desk.write("events_20250308_errors_2.csv", lines("b"))
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (2, ())


def test_files_outside_of_the_configurations_folder_are_shown_without_theirs(
    desk: Desk, tmp_path: Path
) -> None:
    far = tmp_path / "far[away]" / "deep"
    far.mkdir(parents=True)
    (far / FILE).write_text("no header here", encoding="utf-8")
    desk.folder = tmp_path / "shop" / "quarantine"
    desk.pattern = f"{tmp_path}/far?away?/deep/*.csv"
    rejected = desk.read()
    assert rejected.rows == 0
    assert rejected.warnings[0].startswith(f"quarantine: 'far[away]/deep/{FILE}' has no column")
    desk.pattern = f"{tmp_path}/nowhere/*.csv"
    assert desk.read().warnings == (
        "quarantine: no file matches '*.csv', although the audit log says that "
        "2 rows were quarantined",
    )


def test_folders_and_names_full_of_wildcards_mean_themselves(desk: Desk, tmp_path: Path) -> None:
    desk.folder = tmp_path / "[a]*" / "quarantine"
    desk.write("events_20250308_[x]*?.csv", lines("a", "b"))
    (tmp_path / "a").mkdir()
    desk.pattern = "events_{date:%Y%m%d}_*.csv"
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (2, ())


def test_markers_of_writers_are_passed_over(desk: Desk) -> None:
    desk.write("_SUCCESS", "")
    desk.write("_events_20250308.csv", lines("a", "b"))
    desk.pattern = "*"
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings) == (2, ())


def test_a_day_is_found_for_any_source_of_hours(desk: Desk) -> None:
    desk.log = audit_log(*(entry(f"e_2025030{DAY.day}{hour:02}.json", 1) for hour in range(3)))
    for hour in range(3):
        desk.write(f"e_2025030{DAY.day}{hour:02}.csv", lines(f"h{hour}"))
    rejected = desk.read()
    assert (rejected.rows, len(rejected.reasons), rejected.warnings) == (3, 3, ())


def test_the_source_is_the_name_of_the_file(desk: Desk) -> None:
    desk.log = audit_log(entry(f"s3://raw/{SOURCE}.gz", 2))
    desk.write(FILE, lines("a", "b"))
    assert desk.read().warnings == ()


@pytest.mark.parametrize("count", [2, 40])
def test_the_folder_is_listed_as_often_for_many_files_as_for_few(
    desk: Desk, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are named by the day of their load hold the day before."""
    patterns: list[str] = []
    listed = selection.glob

    def counting(pattern: str, **options: bool) -> list[str]:
        patterns.append(pattern)
        return listed(pattern, **options)

    monkeypatch.setattr(selection, "glob", counting)
    desk.log, desk.pattern = replace(desk.log, entries={}), "e_*.csv"
    for number in range(count):
        desk.write(f"e_20250309_{number}.csv", f"{HEADER}c,2025-03-08 10:00:00,a\n")
    assert desk.read().rows == count
    assert len(patterns) <= _LISTINGS
