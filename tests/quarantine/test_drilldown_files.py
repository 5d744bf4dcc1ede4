"""Rejected rows in files of every format and state: counted, filtered, searched, in pages."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import duckdb
import pytest

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.quarantine.drilldown import files
from checks.quarantine.drilldown.hours import hours_of
from checks.quarantine.drilldown.model import Field, Filters, GroupBy, Rejected
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected
from checks.quarantine.drilldown.parts import Sql
from checks.quarantine.drilldown.spans import SPANS
from checks.quarantine.drilldown.sql import QueryBuilder
from checks.quarantine.memory import _SETTINGS, InMemoryDuckDb
from checks.quarantine.tally import CannotReadError, TooLargeError
from checks.warehouse import Warehouse
from tests.quarantine.conftest import DAY, FILE, HEADER, Desk, audit_log, lines

T = TypeVar("T")
ROWS = [
    {"client_id": "c0", "timestamp": "2025-03-08T00:00:00Z", "error_reason": "a"},
    {"client_id": "c1", "timestamp": "2025-03-08T01:00:00Z", "error_reason": "b"},
]


def ask(desk: Desk, question: Callable[[Rejected], T], *earlier: date) -> T:
    """The answer about the judged day, and earlier days as the second period."""
    periods = ((DAY,), tuple(earlier)) if earlier else ((DAY,),)
    sources = {DAY: tuple(entry.source or "" for entry in desk.log.today)}
    request = RejectedRequest(periods, sources, desk.config().timezone)
    return read_rejected(desk.config(), cast("Warehouse", desk), request, question)


def counted(desk: Desk, how: GroupBy, *earlier: date, column: int = -1) -> dict[Any, int]:
    """Rows of the judged day by one thing."""
    tally = ask(desk, lambda rejected: rejected.tally((Field(how, column),), 100), *earlier)
    return {group.value: group.rows for group in tally.groups if group.period == 0}


def listed(desk: Desk, **filters: Any) -> list[tuple[str | None, ...]]:
    """The rows that pass, with as many as are counted."""

    def question(rejected: Rejected) -> list[tuple[str | None, ...]]:
        requested = Filters(**filters)
        rows = list(rejected.rows(requested, 0, 1000))
        assert rejected.total(requested) == len(rows)
        return rows

    return ask(desk, question)


def as_lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (FILE, lines("a", "b")),
        (f"{FILE}.gz", gzip.compress(lines("a", "b").encode(), mtime=0)),
        (FILE, lines("a", "b").replace(",", ";")),
        (FILE, "\ufeff" + lines("a", "b").replace("\n", "\r\n")),
        ("events_20250308.jsonl", as_lines(*ROWS)),
        ("events_20250308.json", json.dumps(ROWS)),
        ("events_20250308.jsonl.gz", gzip.compress(as_lines(*ROWS).encode(), mtime=0)),
    ],
)
def test_every_format(desk: Desk, name: str, content: str | bytes) -> None:
    desk.write(name, content)
    desk.pattern = "events_*"
    assert counted(desk, GroupBy.REASON) == {"a": 1, "b": 1}
    assert counted(desk, GroupBy.HOUR) == {"00": 1, "01": 1}
    names = ask(desk, lambda rejected: rejected.names)
    assert sorted(names) == ["client_id", "error_reason", "timestamp"]
    assert listed(desk, reason="b", hour="01", query="C1") != []


def test_parquet_with_types(desk: Desk) -> None:
    desk.pattern = "*.parquet"
    select = (
        "SELECT 1.5 AS amount, 'a' AS error_reason, TIMESTAMP '2025-03-08 05:00:00' AS timestamp"
    )
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{desk.folder / 'e_20250308.parquet'}'")
    assert counted(desk, GroupBy.HOUR) == {"05": 1}
    assert listed(desk) == [("1.5", "a", "2025-03-08 05:00:00")]


def test_headers_that_differ_come_together(desk: Desk) -> None:
    desk.write("events_20250308_1.csv", "error_reason,x\na,1\n")
    desk.write("events_20250308_2.csv", "X;Error_Reason;y\n2;b;3\n")
    assert ask(desk, lambda rejected: rejected.names) == ("error_reason", "x", "y")
    assert sorted(listed(desk), key=str) == [("a", "1", None), ("b", "2", "3")]


def test_lines_that_cannot_be_taken_apart_are_a_reason_of_their_own(desk: Desk) -> None:
    desk.write(FILE, lines("a") + "only one\n" + "x,y,z,too many\n")
    assert counted(desk, GroupBy.REASON) == {"a": 1, "(unreadable line)": 2}
    assert len(listed(desk, reason="(unreadable line)")) == 2


def test_reasons_that_are_missing_have_a_name(desk: Desk) -> None:
    desk.write(FILE, lines("", " ", "a"))
    assert counted(desk, GroupBy.REASON) == {"(no reason)": 2, "a": 1}
    assert len(listed(desk, reason="(no reason)")) == 2


def test_a_damaged_file_spoils_no_other(desk: Desk) -> None:
    desk.write(FILE, lines("a", "b"))
    desk.write("events_20250308.parquet", b"PAR1 no such thing PAR1")
    desk.write("events_20250308.csv.gz", gzip.compress(b"x" * 5000)[:-20])
    desk.pattern = "events_*"
    answer = ask(desk, lambda rejected: (rejected.tally((), 1).totals, rejected.notes))
    assert answer[0] == (2,)
    assert len(answer[1]) == 2
    assert all(str(desk.folder) not in note for note in answer[1])


def test_a_file_that_spoils_only_some_columns_is_counted_in_none(desk: Desk) -> None:
    """Small files are read once for every few columns: of one reading a damaged one is part."""
    names = [f"c{i}" for i in range(9)]
    columns = ", ".join(f"'only in {name} ' || i AS {name}" for name in names)
    path = desk.folder / "events_20250308.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {columns} FROM range(400) t(i)) TO '{path}' (COMPRESSION uncompressed)"
        )
    content = path.read_bytes()
    place = content.index(b"only in c8 200")
    path.write_bytes(content[:place] + b"\xff\xfe" + content[place + 2 :])
    desk.write(FILE, ",".join(names) + "\n" + ",".join("x" * 9) + "\n")
    desk.pattern, desk.mapping = "events_*", {}
    fields = [Field(GroupBy.VALUE, i) for i in range(9)]
    tally, notes = ask(desk, lambda rejected: (rejected.tally(fields, 1000), rejected.notes))
    assert len(notes) == 1
    assert "events_20250308.parquet" in notes[0]
    assert tally.totals == (1,)
    assert {(group.field, group.value, group.rows) for group in tally.groups} == {
        (i, "x", 1) for i in range(9)
    }


def test_text_that_is_no_utf8_spoils_only_its_line(desk: Desk) -> None:
    desk.write(FILE, lines("a", "b").encode() + b"c,2025-03-08T03:00:00Z,\xff\xfe\n")
    assert counted(desk, GroupBy.REASON) == {"a": 1, "b": 1, "(unreadable line)": 1}


MANY = [f"c{i}" for i in range(9)]


@pytest.mark.parametrize("bad", [0, 4, 8])
@pytest.mark.parametrize("pattern", ["events_*", "part-*"])
def test_text_that_is_no_utf8_is_one_line_in_every_answer(
    desk: Desk, bad: int, pattern: str
) -> None:
    """Wherever it is: each field, the total, the rows and the gate have the same lines."""
    rows = [[f"{name}-{i}" for name in MANY[1:]] for i in range(115)]
    text = "".join(f"{DAY}T05:00:00Z,{','.join(row)}\n" for row in rows)
    cells = [b"2025-03-08T05:00:00Z", *(name.encode() for name in MANY[1:])]
    cells[bad] = b"\xff"
    desk.write(
        pattern.replace("*", "20250308.csv" if "_" in pattern else "0.csv"),
        f"timestamp,{','.join(MANY[1:])}\n{text}".encode() + b",".join(cells) + b"\n",
    )
    desk.pattern, desk.log = pattern, audit_log()
    desk.mapping = {"reason": "c8", "occurred_at": "timestamp"}
    fields = [*(Field(GroupBy.VALUE, i) for i in range(9)), Field(GroupBy.REASON)]
    is_dated = pattern == "events_*"
    expected = 116 if is_dated else 115
    tally = ask(desk, lambda rejected: rejected.tally(fields, 1000))
    assert (tally.totals, tally.undated) == ((expected,), 116 - expected)
    of_day = [group for group in tally.groups if group.period == 0]
    by_field = {i: sum(g.rows for g in of_day if g.field == i) for i in range(len(fields))}
    assert set(by_field.values()) == {expected}
    assert ask(desk, lambda rejected: rejected.total(Filters())) == expected
    assert len(listed(desk)) == expected
    assert len(listed(desk, reason="(unreadable line)")) == expected - 115
    assert ask(desk, lambda rejected: len(rejected.rows(Filters(), 100, 100))) == expected - 100
    rejected = desk.read()
    assert (rejected.rows, rejected.undated) == (expected, 116 - expected)


def test_lines_that_are_no_utf8_are_of_their_files_source_and_period(desk: Desk) -> None:
    yesterday = DAY - timedelta(days=1)
    desk.write("app_20250308.csv", lines("a", "b"))
    desk.write("web_20250308.csv", lines("a").encode() + b"c,\xff,b\n" * 2)
    desk.write("web_20250307.csv", lines("a", day=yesterday).encode() + b"c,\xff,b\n")
    name = "quarantine/web_20250308.csv"
    assert len(listed(desk, source=name)) == 3
    assert len(listed(desk, source=name, hour="no time")) == 2
    assert listed(desk, query="c") == [row for row in listed(desk, query="c") if row[0]]

    def question(rejected: Rejected) -> list[Any]:
        """In one reading: what is asked first is no part of what is asked then."""
        app = rejected.total(Filters(source="quarantine/app_20250308.csv"))
        web = rejected.total(Filters(source=name))
        return [app, web, rejected.total(Filters()), rejected.tally((), 1).totals]

    assert ask(desk, question, yesterday) == [2, 3, 5, (5, 2)]


def test_a_damaged_file_is_in_neither_total_nor_rows(desk: Desk) -> None:
    """Damage in one column is seen before anything is counted, whatever the question reads."""
    columns = "'2025-03-08T05:00:00Z' AS timestamp, 'r' || i AS error_reason, 'last ' || i AS z"
    path = desk.folder / "events_20250308.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {columns} FROM range(1200) t(i)) TO '{path}' (COMPRESSION uncompressed)"
        )
    content = path.read_bytes()
    place = content.index(b"last 900")
    path.write_bytes(content[:place] + b"\xff\xfe" + content[place + 2 :])
    desk.write(FILE, lines("a"))
    desk.pattern = "events_*"
    assert ask(desk, lambda r: (r.total(Filters()), len(r.rows(Filters(), 0, 1000)))) == (1, 1)
    assert counted(desk, GroupBy.REASON) == {"a": 1}


@pytest.mark.parametrize("name", ["", "*", "a/b", "~1", 'a"b', "a\\b", "$", "0", "-1", "ü", "?"])
@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_members_of_any_name(desk: Desk, name: str, suffix: str) -> None:
    rows = [{**row, name: f"value {i}", "z": "other"} for i, row in enumerate(ROWS)]
    content = as_lines(*rows) if suffix == "jsonl" else json.dumps(rows)
    desk.write(f"events_20250308.{suffix}", content)
    desk.pattern = "events_*"
    names = ask(desk, lambda rejected: rejected.names)
    column = names.index(name or "(no name)")
    assert counted(desk, GroupBy.VALUE, column=column) == {"value 0": 1, "value 1": 1}
    assert len(listed(desk)) == 2
    desk.mapping["reason"] = name or "z"
    assert desk.read().reasons == ((("value 0", 1), ("value 1", 1)) if name else (("other", 2),))


def test_a_parquet_column_with_our_own_name_for_the_file(desk: Desk) -> None:
    columns = "'a' AS error_reason, 'b' AS \"Andon File Name\", 'c' AS \"andon file name_\""
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns}) TO '{desk.folder / 'e_20250308.parquet'}'")
    desk.pattern = "*.parquet"
    assert listed(desk) == [("a", "b", "c")]
    assert counted(desk, GroupBy.SOURCE) == {"quarantine/e_20250308.parquet": 1}


def test_files_without_one_object(desk: Desk) -> None:
    """An object over several lines is none: as many unreadable lines as the gate counts."""
    desk.write("events_20250308.jsonl", json.dumps(ROWS[0], indent=1) + "\n")
    desk.pattern = "events_*"
    count = desk.read().rows
    assert count
    assert counted(desk, GroupBy.REASON) == {"(unreadable line)": count}
    assert listed(desk) == [()] * count
    assert ask(desk, lambda rejected: rejected.sample(5)) == ((),) * count


def test_only_what_needs_too_much_memory_is_called_too_large(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write(FILE, lines("a", "b"))
    fields = tuple(Field(GroupBy.VALUE, i) for i in range(3))

    def refusal(error: CannotReadError) -> str:
        def tally(*_: object, **__: object) -> Sql:
            raise error

        monkeypatch.setattr(QueryBuilder, "tally", tally)
        with pytest.raises(MeasurementError) as caught:
            ask(desk, lambda rejected: rejected.tally(fields, 10))
        return caught.value.detail

    assert "too many rows to group in the allowed memory" in refusal(TooLargeError("x"))
    assert "too many" not in refusal(CannotReadError("x"))


def test_memory_that_is_used_up_is_told_from_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_SETTINGS, "memory_limit", "4MB")
    memory = InMemoryDuckDb()
    with pytest.raises(TooLargeError):
        memory.run("SELECT count(DISTINCT hash(i)) FROM range(3000000) t(i)", {})
    with pytest.raises(CannotReadError, match="damaged"):
        memory.run("SELECT error('no')", {})
    memory.close()


@pytest.mark.parametrize(("packed", "statements"), [(False, 3), (True, 1)])
def test_what_is_packed_is_small_by_what_it_holds(
    desk: Desk, packed: bool, statements: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small files are read again for every four fields; a big one once."""
    header = ",".join(f"c{i}" for i in range(9))
    text = f"{header}\n" + ",".join("x" * 9) + "\n"
    monkeypatch.setattr(files, "BATCH", 300)
    name, content = f"{FILE}.gz", gzip.compress(text.encode(), mtime=0)
    desk.write(name if packed else FILE, content if packed else text)
    desk.pattern, desk.mapping = "events_*", {}
    statements_seen = []
    tally = QueryBuilder.tally

    def counting(self: QueryBuilder, **options: Any) -> Sql:
        statements_seen.append(options)
        return tally(self, **options)

    monkeypatch.setattr(QueryBuilder, "tally", counting)
    fields = [Field(GroupBy.VALUE, i) for i in range(9)]
    assert ask(desk, lambda rejected: len(rejected.tally(fields, 9).groups)) == 9
    assert len(statements_seen) == statements


def test_more_faulty_lines_than_are_counted_are_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.quarantine.memory.MOST_FAULTS", 3)
    monkeypatch.setattr("checks.quarantine.formats.MOST_FAULTS", 3)
    desk.write(FILE, lines("a").encode() + b"c,2025-03-08T03:00:00Z,\xff\n" * 9)
    rows, notes = ask(desk, lambda rejected: (rejected.total(Filters()), rejected.notes))
    assert rows == 4
    assert [note for note in notes if "lines cannot be read" in note]


def test_long_cells_are_cut(desk: Desk) -> None:
    desk.write(FILE, HEADER + f"{'x' * 1_000_000},2025-03-08T00:00:00Z,a\n")
    ((cell, *_),) = listed(desk)
    assert cell == "x" * 2000


def test_hostile_names_are_only_names(desk: Desk) -> None:
    name = "x'; DROP TABLE y; --"
    desk.write(FILE, f'"{name}",error_reason,timestamp,timestamp\n1,a,2025-03-08T00:00:00Z,2\n')
    desk.write("events_20250308_b'[x]*.csv", lines("b"))
    assert ask(desk, lambda rejected: rejected.names)[3] == name
    assert counted(desk, GroupBy.REASON) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({}, 4),
        ({"reason": "a"}, 2),
        ({"reason": "' OR 1=1 --"}, 0),
        ({"hour": "03"}, 1),
        ({"hour": "no time"}, 0),
        ({"source": "events_20250308.csv"}, 4),
        ({"source": "other"}, 0),
        ({"query": "C3"}, 1),
        ({"query": "%"}, 0),
        ({"query": "c", "exact": frozenset({0})}, 1),
        ({"query": "c1", "exact": frozenset({0})}, 1),
        ({"query": "1", "exact": frozenset({0})}, 1),
        ({"query": "C2", "exact": frozenset({0})}, 1),
        ({"reason": "a", "query": "c0"}, 1),
    ],
)
def test_filters(desk: Desk, filters: dict[str, Any], rows: int) -> None:
    desk.write(FILE, lines("a", "b", "a", "c"))
    assert len(listed(desk, **filters)) == rows


def test_pages_hold_every_row_once(desk: Desk) -> None:
    desk.write(FILE, lines(*(f"r{i}" for i in range(25))))
    answer = ask(desk, lambda r: [r.rows(Filters(), offset, 10) for offset in (0, 10, 20, 30)])
    assert [len(page) for page in answer] == [10, 10, 5, 0]
    assert [row[2] for page in answer for row in page] == [f"r{i}" for i in range(25)]


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        ("2025-03-07T23:00:00Z", "00"),
        ("2025-03-08 00:30:00", "00"),
        ("2025-03-08T22:59:59.999+00:00", "23"),
        ("2025-03-08T23:00:00Z", "another day"),
        ("2025-03-08", "no time"),
        ("yesterday", "no time"),
        ("", "no time"),
    ],
)
def test_hours_are_the_shops(desk: Desk, moment: str, hour: str) -> None:
    desk.zone = desk.naive = "Europe/Berlin"
    desk.write(FILE, f"{HEADER}c,{moment},a\n")
    assert counted(desk, GroupBy.HOUR) == {hour: 1}
    assert len(listed(desk, hour=hour)) == 1


def test_the_hour_that_comes_twice_is_one() -> None:
    minutes = minutes_of_hours(date(2025, 10, 26), "Europe/Berlin")
    assert minutes == dict.fromkeys(range(24), 60) | {2: 120}


def test_an_hour_that_clocks_skip_is_none() -> None:
    minutes = minutes_of_hours(date(2025, 3, 30), "Europe/Berlin")
    assert minutes == dict.fromkeys([0, 1, *range(3, 24)], 60)


@pytest.mark.parametrize(
    ("day", "hour", "length"), [(date(2025, 4, 6), 1, 90), (date(2025, 10, 5), 2, 30)]
)
def test_clocks_that_move_half_an_hour(day: date, hour: int, length: int) -> None:
    minutes = minutes_of_hours(day, "Australia/Lord_Howe")
    assert minutes == dict.fromkeys(range(24), 60) | {hour: length}


def minutes_of_hours(day: date, zone: str) -> dict[int, int]:
    """Minutes by hour of a day, whose hours follow one another without a gap."""
    spans = hours_of(day, ZoneInfo(zone)).spans
    assert all(span[1] == other[0] for span, other in pairwise(spans))
    return {hour: (end - start) // timedelta(minutes=1) for start, end, hour in spans}


def test_a_folder_whose_names_tell_no_day(desk: Desk) -> None:
    desk.log = replace(desk.log, entries={})
    desk.pattern = "part-*.csv"
    for number, day in enumerate((DAY, DAY - timedelta(days=1), DAY - timedelta(days=2))):
        desk.write(f"part-{number}.csv", lines("a", f"r{number}", day=day))
    assert counted(desk, GroupBy.REASON) == {"a": 1, "r0": 1}
    assert ask(desk, lambda rejected: rejected.files) == 1
    assert counted(desk, GroupBy.REASON, DAY - timedelta(days=1)) == {"a": 1, "r0": 1}


def test_a_changed_file_is_looked_through_again(desk: Desk) -> None:
    desk.log = replace(desk.log, entries={})
    desk.pattern = "part-*.csv"
    desk.write("part-0.csv", lines("a"))
    path = desk.write("part-1.csv", lines("b", day=DAY - timedelta(days=1)))
    assert counted(desk, GroupBy.REASON) == {"a": 1}
    desk.write("part-1.csv", lines("b", "c"))
    assert counted(desk, GroupBy.REASON) == {"a": 1, "b": 1, "c": 1}
    assert SPANS.get(str(path), "timestamp", ZoneInfo("UTC")) is not None


def test_rows_without_a_time_are_told_apart(desk: Desk) -> None:
    desk.log = replace(desk.log, entries={})
    desk.pattern = "part-*.csv"
    desk.write("part-0.csv", lines("a") + "c,never,b\n")
    tally = ask(desk, lambda rejected: rejected.tally((), 1))
    assert (tally.totals, tally.undated) == ((1,), 1)


def test_without_a_time_the_day_cannot_be_told(desk: Desk) -> None:
    desk.log = replace(desk.log, entries={})
    desk.pattern = "part-*.csv"
    desk.mapping["occurred_at"] = None
    desk.write("part-0.csv", lines("a"))
    with pytest.raises(MeasurementError, match=r"put the day in the file name"):
        ask(desk, lambda rejected: rejected.names)


def test_a_day_in_the_name_reads_no_other_file(desk: Desk) -> None:
    desk.pattern = "events_{date:%Y%m%d}_*.csv"
    desk.write(FILE, lines("a"))
    desk.write("events_20250307_errors.csv", lines("b"))
    desk.write("events_20250306_errors.csv", "no header".encode("utf-16"))
    assert counted(desk, GroupBy.REASON) == {"a": 1}
    assert ask(desk, lambda rejected: rejected.notes) == ()
    periods = ask(desk, lambda r: r.tally((), 1).totals, DAY - timedelta(days=1))
    assert periods == (1, 1)


def test_a_log_of_all_days_does_not_make_other_days_files_the_days(desk: Desk) -> None:
    desk.write(FILE, lines("a"))
    desk.write("events_20250307_errors.csv", lines("b"))
    assert counted(desk, GroupBy.REASON) == {"a": 1}


def test_no_file_at_all(desk: Desk) -> None:
    answer = ask(desk, lambda r: (r.files, r.tally((), 1).totals, r.rows(Filters(), 0, 5)))
    assert answer == (0, (0,), ())


def test_a_file_without_an_owner_is_its_own_source(desk: Desk) -> None:
    desk.write("events_20250308_errors.csv", lines("a"))
    desk.write("app_20250308.csv", lines("b"))
    assert counted(desk, GroupBy.SOURCE) == {
        "events_20250308.csv": 1,
        "quarantine/app_20250308.csv": 1,
    }
    assert len(listed(desk, source="quarantine/app_20250308.csv")) == 1


def test_at_most_so_many_columns_and_the_mapped_ones_among_them(desk: Desk) -> None:
    names = [f"x{i}" for i in range(70)] + ["error_reason"]
    desk.write(FILE, ",".join(names) + "\n" + ",".join(["1"] * 70 + ["a"]) + "\n")
    answer = ask(desk, lambda r: (r.names, r.notes))
    assert len(answer[0]) == 60
    assert "error_reason" in answer[0]
    assert answer[1] == ("11 more columns are not shown",)
    assert counted(desk, GroupBy.REASON) == {"a": 1}


def test_reading_ends_with_its_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    desk.write(FILE, lines("a"))
    desk.seconds = 0.2
    monkeypatch.setattr(
        "checks.quarantine.drilldown.opening.choose_files", lambda *a, **o: time.sleep(1)
    )
    with pytest.raises(MeasurementError) as caught:
        ask(desk, lambda rejected: rejected.names)
    assert caught.value.cause is Cause.TIMEOUT


def test_another_mapped_section_is_needed(desk: Desk, tmp_path: Path) -> None:
    config = replace(desk.config(), quarantine=None)
    request = RejectedRequest(((DAY,),), {}, config.timezone)
    with pytest.raises(MeasurementError, match="not mapped"):
        read_rejected(config, cast("Warehouse", desk), request, lambda rejected: rejected.names)
