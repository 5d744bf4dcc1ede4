"""Gate and page read the same files by the same rules."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from checks.quarantine.drilldown.model import GroupBy
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
