"""Files of every format and in every state."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.quarantine.conftest import FILE, HEADER, Desk, audit_log, entry, lines

ROWS = [{"timestamp": "2025-03-08T01:00:00Z", "error_reason": reason} for reason in ("a", "b")]


def parquet(path: Path, select: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")


def as_lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (FILE, lines("a", "b")),
        (f"{FILE}.gz", gzip.compress(lines("a", "b").encode(), mtime=0)),
        (FILE, lines("a", "b").replace("\n", "\r\n")),
        (FILE, lines("a", "b").replace(",", ";")),
        (FILE, lines("a", "b").replace(",", "\t")),
        (FILE, lines("a", "b").replace(",", "|")),
        (FILE, "\ufeff" + lines("a", "b")),
        (FILE, lines("a", "b").replace("error_reason", "Error_Reason")),
        (FILE, lines("a", "b").replace("error_reason", '"error_reason"')),
        (FILE, lines("a", "b").rstrip("\n")),
        (FILE, lines("a", "b").replace("c1,", '"c\n""1",')),
        (FILE, lines("a", "b") + "\n\n"),
        (FILE, "error_reason\na\nb\n"),
        ("events_20250308.jsonl", as_lines(*ROWS)),
        ("events_20250308.ndjson", as_lines(*ROWS)),
        ("events_20250308.json", as_lines(*ROWS)),
        ("events_20250308.json", json.dumps(ROWS, indent=2)),
        ("events_20250308.jsonl.gz", gzip.compress(as_lines(*ROWS).encode(), mtime=0)),
    ],
)
def test_good_files(desk: Desk, name: str, content: str | bytes) -> None:
    desk.write(name, content)
    desk.pattern = "events_*"
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (2, (("a", 1), ("b", 1)), ())


def test_a_parquet_file(desk: Desk) -> None:
    desk.pattern = "*.parquet"
    parquet(desk.folder / "events_20250308.parquet", "SELECT unnest(['a', 'b']) AS error_reason")
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (2, (("a", 1), ("b", 1)), ())


@pytest.mark.parametrize(
    "value",
    ["TIMESTAMP '2025-03-08 23:00:00'", "TIMESTAMPTZ '2025-03-08 23:00:00Z'", "DATE '2025-03-08'",
     "'2025-03-08T23:00:00Z'"],
)  # fmt: skip
def test_times_of_every_type_in_parquet(desk: Desk, value: str) -> None:
    desk.pattern, desk.log = "*.parquet", audit_log(entry("topic", 1))
    select = f'SELECT \'x\' AS error_reason, {value} + i * INTERVAL 1 DAY AS "time ""of"" it"'
    if value.startswith("'"):
        select = f'SELECT \'x\' AS error_reason, {value} AS "time ""of"" it"'
    parquet(desk.folder / "errors.parquet", f"{select} FROM range(1) t(i)")
    desk.mapping["occurred_at"] = 'time "of" it'
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (1, (("x", 1),), ())


def test_json_filtered_by_day_with_a_hostile_key(desk: Desk) -> None:
    key = 'ti"me\\$.[*]'
    desk.mapping["occurred_at"] = key
    desk.pattern, desk.log = "*.jsonl", audit_log(entry("topic", 1))
    times = ("2025-03-08T01:00:00Z", "2025-03-07T01:00:00Z")
    desk.write("errors.jsonl", as_lines(*({key: time, "error_reason": "x"} for time in times)))
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (1, (("x", 1),), ())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (FILE, ""),
        (FILE, "\n \n"),
        (FILE, HEADER),
        (FILE, HEADER.rstrip("\n")),
        (f"{FILE}.gz", gzip.compress(b"", mtime=0)),
        (f"{FILE}.gz", b""),
        ("events_20250308.json", "[]"),
        ("events_20250308.jsonl", ""),
    ],
)
def test_files_without_rows(desk: Desk, name: str, content: str | bytes) -> None:
    desk.write(name, content)
    desk.pattern, desk.log = "events_*", audit_log(entry(quarantined=0))
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (0, (), ())


RAGGED = HEADER + "1,2025-03-08T00:00:00Z,a\n"
FAULTY = "not UTF-8 text or too long to read"
SHORT = "without exactly 3 columns, counted without a reason"


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        (RAGGED + "2,x\n", f"has 1 line {SHORT}"),
        (RAGGED + "2,x,y,z\n", f"has 1 line {SHORT}"),
        (RAGGED + "2,x,y,\n", f"has 1 line {SHORT}"),
        (RAGGED + "2,x,y,z,,,\n3,4\n", f"has 2 lines {SHORT}"),
        (RAGGED + '2,"never closed\n3,x,y\n4,x,y\n', f"has 1 line {SHORT}"),
        (RAGGED.encode() + b"2,x,caf\xe9\n", f"has 1 line that is {FAULTY}"),
        (RAGGED.encode() + b"\xe9\xe9,x,y\n2,x,\xe9\n", f"has 2 lines that are {FAULTY}"),
        (RAGGED + "2,x," + "y" * 3_000_000 + "\n", f"has 1 line that is {FAULTY}"),
    ],
)  # fmt: skip
def test_broken_lines_hide_no_others_and_are_told(
    desk: Desk, content: str | bytes, warning: str
) -> None:
    desk.write(FILE, content)
    rejected = desk.read()
    broken = rejected.rows - 1 if rejected.rows else 0
    assert dict(rejected.reasons) == {"a": 1, "(unreadable line)": broken}
    assert rejected.warnings[0] == f"quarantine: 'quarantine/{FILE}' {warning}"
    assert len(rejected.warnings) == (1 if broken == 1 else 2)  # two are in the log


def test_empty_last_fields_are_not_ragged(desk: Desk) -> None:
    desk.write(FILE, HEADER + "1,,\n,,\n")
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (2, (("(no reason)", 2),), ())


def test_broken_lines_of_a_filtered_file_are_not_counted(desk: Desk) -> None:
    desk.write("errors.csv", RAGGED + "2,x\n")
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons) == (1, (("a", 1),))
    assert rejected.warnings == (
        "quarantine: 'quarantine/errors.csv' has 1 line without exactly 3 columns",
    )


def test_very_many_faulty_lines(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.quarantine.memory.MOST_FAULTS", 3)
    monkeypatch.setattr("checks.quarantine.formats.MOST_FAULTS", 3)
    desk.write(FILE, RAGGED.encode() + b"2,x,\xe9\n" * 9)
    assert desk.read().warnings[0] == (
        f"quarantine: 'quarantine/{FILE}' has at least 3 lines that are not UTF-8 text "
        "or too long to read"
    )


def test_lines_that_are_no_objects(desk: Desk) -> None:
    desk.pattern, desk.log = "*.jsonl", audit_log(entry(quarantined=5))
    content = as_lines(ROWS[0]) + "not json\n42\n" + '{"error_reason": null}\n'
    desk.write("events_20250308.jsonl", content.encode() + b'{"error_reason": "\xe9"}\n')
    rejected = desk.read()
    assert rejected.rows == 5
    assert dict(rejected.reasons) == {"a": 1, "(no reason)": 1, "(unreadable line)": 3}
    assert rejected.warnings == (
        "quarantine: 'quarantine/events_20250308.jsonl' has 3 lines without a JSON object, "
        "counted without a reason",
    )


DAMAGED = "is damaged or not what its suffix says"


def packed(content: bytes) -> bytes:
    """The same bytes at any time: a test's name must not change between processes."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (FILE, lines("a").encode("utf-16"), "is UTF-16 text; UTF-8 is needed"),
        (FILE, "x" * 70_000, "has no header that can be read"),
        (FILE, "\na,b\n1,2\n", "has no header that can be read"),
        (FILE, "a\x00,b\n1,2\ny", "holds NUL bytes, so that it is no UTF-8 text"),
        (f"{FILE}.gz", b"\x1f\x8b\x07no gzip", "cannot be read: damaged"),
        (f"{FILE}.gz", packed(lines("a", "b").encode())[:-12], "is cut off or damaged"),
        (f"{FILE}.gz", packed(b"x")[:10] + b"\xff" * 20, "is cut off or damaged"),
        ("events_20250308.parquet", b"PAR1 no parquet PAR1", DAMAGED),
        ("events_20250308.parquet", b"", DAMAGED),
        ("events_20250308.json", '[{"error_reason": "a"},', "is cut off or damaged"),
        ("events_20250308.json", '[{"error_reason": "a"}, junk]', DAMAGED),
        ("events_20250308.txt", "a", "is neither CSV nor Parquet nor JSON lines, by its suffix"),
        ("events_20250308_a\\b[c].csv", lines("a"), "has a name that cannot be opened"),
    ],
)  # fmt: skip
def test_unreadable_files(desk: Desk, name: str, content: str | bytes, why: str | None) -> None:
    desk.write(name, content)
    desk.write("events_20250308_more.csv", lines("x"))
    desk.pattern = "events_*"
    rejected = desk.read()
    if why is None:  # a control character in a name is only a strange name
        assert rejected.rows is not None
        return
    assert rejected.rows is None
    assert rejected.reasons == (("x", 1),)
    assert rejected.warnings == (f"quarantine: 'quarantine/{name}' {why}",)


def test_a_name_that_is_not_unicode(desk: Desk) -> None:
    path = os.fsencode(desk.folder) + b"/events_20250308_\xff.csv"
    try:
        Path(os.fsdecode(path)).write_bytes(lines("a").encode())
    except OSError:
        pytest.skip("this file system holds only Unicode names")
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.warnings == (
        "quarantine: 'quarantine/events_20250308_\\udcff.csv' has a name that cannot be opened",
    )


def test_folders_and_pipes_are_not_read(desk: Desk) -> None:
    (desk.folder / FILE).mkdir()
    os.mkfifo(desk.folder / "events_20250308_pipe.csv")
    assert desk.read().warnings == (
        f"quarantine: 'quarantine/{FILE}' is a folder, not a file; add \"/*\" to the pattern",
        "quarantine: 'quarantine/events_20250308_pipe.csv' is not a file",
    )


def test_a_dangling_link_in_a_searched_folder(desk: Desk) -> None:
    (desk.folder / "link.csv").symlink_to(desk.folder / "gone.csv")
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.warnings == ("quarantine: 'quarantine/link.csv' is not a file",)


def test_a_file_without_permission(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(FILE, lines("a"))

    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied", str(desk.folder / FILE))

    monkeypatch.setattr(Path, "open", refuse)
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.warnings == (
        f"quarantine: 'quarantine/{FILE}' cannot be read: Permission denied",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [(FILE, "why,when\na,b\n"), ("events_20250308.jsonl", as_lines({"when": 1, "why": 2}))],
)
def test_a_missing_reason_names_the_columns_there_are(desk: Desk, name: str, content: str) -> None:
    desk.write(name, content)
    desk.pattern, desk.log = "events_*", audit_log(entry(quarantined=1))
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons) == (1, ())
    (warning,) = rejected.warnings
    assert warning.startswith(f"quarantine: 'quarantine/{name}' has no column 'error_reason'; it")
    assert "'when'" in warning
    assert "'why'" in warning


@pytest.mark.parametrize(
    ("name", "content"),
    [("errors.csv", "error_reason\nx\n"), ("errors.jsonl", as_lines({"error_reason": "x"}))],
)
def test_a_missing_time_where_the_day_is_to_be_told(desk: Desk, name: str, content: str) -> None:
    desk.write(name, content)
    desk.pattern = "errors.*"
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.warnings == (
        f"quarantine: 'quarantine/{name}' has no column 'timestamp' for the day; "
        "it has 'error_reason'",
    )


def test_reasons_may_not_be_mapped(desk: Desk) -> None:
    desk.write(FILE, lines("a", "b"))
    del desk.mapping["reason"]
    rejected = desk.read()
    assert (rejected.rows, rejected.reasons, rejected.warnings) == (2, (), ())


def test_one_bad_file_does_not_spoil_those_read_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.quarantine.content import Ends

    # The damage is seen only by DuckDB, which reads files of one layout together.
    monkeypatch.setattr(
        "checks.quarantine.forms.ends_of",
        lambda path, check: Ends(HEADER.encode(), b"", packed=True),
    )
    desk.write(f"{FILE}.gz", b"no gzip")
    good = gzip.compress((lines("a", "b") + "3\n").encode(), mtime=0)
    desk.write("events_20250308_good.csv.gz", good)
    desk.pattern = "events_*"
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.reasons == (("(unreadable line)", 1), ("a", 1), ("b", 1))
    assert rejected.warnings == (
        f"quarantine: 'quarantine/{FILE}.gz' is damaged or not what its suffix says",
        f"quarantine: 'quarantine/events_20250308_good.csv.gz' has 1 line {SHORT}",
    )


def test_hostile_values_stay_raw_and_hostile_names_become_inert(desk: Desk) -> None:
    reason = "a\x1b[31m\u202e::error::<b>"
    name = "events_20250308\n::error::\x1b[31m.csv"
    desk.write(name, lines(reason, "b", "c"))
    desk.log = audit_log(entry("events_20250308\n\x1b[31m.csv", 2))
    desk.write("events_20250308_x.csv", "\x1b[31m,b\n1,2\n")
    rejected = desk.read()
    assert (reason, 1) in rejected.reasons
    assert rejected.warnings
    assert all(text.isprintable() for text in rejected.warnings)


def test_only_so_many_reasons_are_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = [f"r{i:03}" for i in range(80) for _ in range(80 - i)]
    desk.write(FILE, lines(*reasons))
    desk.log = audit_log(entry(quarantined=len(reasons)))
    rejected = desk.read()
    assert len(rejected.reasons) == 51
    assert rejected.reasons[0] == ("r000", 80)
    assert rejected.reasons[-1] == ("other reasons", sum(range(1, 31)))
    monkeypatch.setattr("checks.quarantine.formats.MOST_GROUPS", 10)
    few = desk.read()
    assert few.reasons == (*rejected.reasons[:10], ("other reasons", sum(range(1, 71))))
    assert few.warnings == ()


def test_very_long_reasons_are_cut(desk: Desk) -> None:
    desk.write(FILE, lines("x" * 5000, "x" * 6000))
    assert desk.read().reasons == (("x" * 1000, 2),)


def test_nothing_is_written_beside_the_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    desk.write(FILE, lines("a", "b"))
    before = sorted(desk.folder.parent.rglob("*"))
    desk.read()
    assert sorted(desk.folder.parent.rglob("*")) == before


def test_a_large_compressed_file_is_read_through(desk: Desk) -> None:
    desk.pattern = "*.gz"
    rows = 40_000
    content = HEADER + "".join(f"{i},2025-03-08T00:00:00Z,bad {i % 3}\n" for i in range(rows))
    packed = gzip.compress(content.encode(), mtime=0)
    desk.log = audit_log(entry(quarantined=rows))
    desk.write(f"{FILE}.gz", packed)
    assert (desk.read().rows, desk.read().warnings) == (rows, ())
    desk.write(f"{FILE}.gz", packed[:-1000])
    assert "cut off or damaged" in desk.read().warnings[0]


def test_ten_warnings_are_enough(desk: Desk) -> None:
    for i in range(14):
        desk.write(f"events_20250308_{i:02}.txt", "x")
    desk.pattern = "events_*"
    rejected = desk.read()
    assert len(rejected.warnings) == 11
    assert rejected.warnings[-1] == "quarantine: and 4 more"


def test_any_failure_is_a_warning(
    desk: Desk, broken_reading: Callable[[BaseException], None]
) -> None:
    desk.write(FILE, lines("a"))
    broken_reading(ZeroDivisionError("secret"))
    rejected = desk.read()
    assert rejected.rows is None
    assert rejected.warnings == ("quarantine: the reader failed (ZeroDivisionError)",)


def as_duckdb_tells_it() -> BaseException:
    error = RuntimeError("Query interrupted")
    error.__cause__ = KeyboardInterrupt()
    return error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), as_duckdb_tells_it()])
def test_ctrl_c_is_not_swallowed(
    desk: Desk, broken_reading: Callable[[BaseException], None], error: BaseException
) -> None:
    broken_reading(error)
    with pytest.raises(KeyboardInterrupt):
        desk.read()
