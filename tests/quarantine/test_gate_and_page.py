"""Gate and page read the same files by the same rules."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from checks.quarantine.drilldown.model import Filters, GroupBy
from tests.quarantine.conftest import FILE, HEADER, Desk, audit_log
from tests.quarantine.test_drilldown_files import ask, counted


def test_parquet_in_a_folder_named_like_a_partition_has_its_own_columns(desk: Desk) -> None:
    folder = desk.folder / "day=2025-03-08"
    folder.mkdir()
    columns = "'a' AS error_reason, '2025-03-08T05:00:00Z' AS timestamp"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns}) TO '{folder / 'errors.parquet'}'")
    desk.pattern = "**/*.parquet"
    assert desk.read().reasons == (("a", 1),)
    names, notes = ask(desk, lambda rejected: (rejected.names, rejected.notes))
    assert (names, notes) == (("error_reason", "timestamp"), ())
    assert counted(desk, GroupBy.REASON) == {"a": 1}


@pytest.mark.parametrize(
    ("moment", "reasons"),
    [
        ("2025-03-08 23:59:59", {"a": 1}),
        # Clocks in Havana skip the first hour of the 9th.
        ("2025-03-09 00:30:00", {}),
        ("2025-03-09 01:00:00", {}),
    ],
)
def test_an_hour_that_clocks_skip_counts_on_from_before(
    desk: Desk, moment: str, reasons: dict[str, int]
) -> None:
    desk.zone = desk.naive = "America/Havana"
    desk.log, desk.pattern = replace(desk.log, entries={}), "part-*.csv"
    desk.write("part-0.csv", f"{HEADER}c,{moment},a\n")
    assert dict(desk.read().reasons) == reasons
    assert counted(desk, GroupBy.REASON) == reasons


def test_a_line_that_may_be_several_rows_of_one_column_is_unreadable(desk: Desk) -> None:
    desk.mapping = {"reason": "error_reason"}
    desk.log = audit_log()
    desk.write(FILE, "error_reason\na\nb\x1cc\nd\n")
    reasons = {"a": 1, "d": 1, "(unreadable line)": 1}
    assert dict(desk.read().reasons) == reasons
    assert counted(desk, GroupBy.REASON) == reasons


@pytest.mark.parametrize(
    ("first_header", "second_header"),
    [
        ("error_reason,timestamp", "Timestamp,timestamp,error_reason"),
        ("error_reason,Timestamp", "Timestamp,timestamp,error_reason"),
        ("error_reason,timestamp", "TIMESTAMP,timestamp,ERROR_REASON"),
        ("Timestamp,timestamp,error_reason", "error_reason,timestamp"),
        ("error_reason,timestamp", "Error_Reason,error_reason,timestamp"),
        ("error_reason,timestamp", "Timestamp, TIMESTAMP ,timestamp,Error_Reason,error_reason"),
    ],
)
def test_each_file_may_spell_columns_that_differ_in_case_alone(
    desk: Desk, first_header: str, second_header: str
) -> None:
    desk.log, desk.pattern = replace(desk.log, entries={}), "*.csv"
    day, other_day = "2025-03-08 10:00:00", "2020-01-01 00:00:00"
    for file, header, reason, count in (
        ("a.csv", first_header, "a", 3), ("b.csv", second_header, "b", 7),
    ):  # fmt: skip
        values = {"timestamp": day, "error_reason": reason}
        row = ",".join(_value(name, header, values) or other_day for name in header.split(","))
        desk.write(file, "\n".join([header, *[row] * count]) + "\n")
    assert dict(desk.read().reasons) == {"a": 3, "b": 7}
    assert counted(desk, GroupBy.REASON) == {"a": 3, "b": 7}
    rows = ask(desk, lambda rejected: rejected.rows(Filters(), 0, 100))
    assert len(rows) == 10


def _value(name: str, header: str, values: dict[str, str]) -> str | None:
    """The value of a mapped column: by its exact name, else by the only one but for its case."""
    same = [other for other in header.split(",") if other.strip().lower() == name.strip().lower()]
    return values.get(same[0].strip().lower() if len(same) == 1 else name)


def test_a_name_that_is_two_columns_without_case_is_none(desk: Desk) -> None:
    desk.log, desk.pattern = replace(desk.log, entries={}), "*.csv"
    desk.write("a.csv", "error_reason,TIMESTAMP\na,2025-03-08 10:00:00\n")
    desk.write("b.csv", "error_reason,Timestamp,TIMESTAMP\nb,2025-03-08 10:00:00,x\n")
    assert desk.read().problem is not None
    assert counted(desk, GroupBy.REASON) == {"a": 1}
