"""`andon validate` says ok only of what the gate can measure, and wrong only of what it cannot.

Shops are broken in one place at a time, on every engine, and the lines of `validate` are compared
with what the gate says of the same shop.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.cli import main
from checks.core.model import Status
from checks.core.timeframe import timeframe
from checks.evaluation.validation import ValidationLine, validate
from tests.engines import named
from tests.shop import DAY, NOW, RUN, Shop, Table, at, log_entry, purchase, view
from tests.warehouse.conftest import shop_on

Change = Callable[[Shop], None]
FRAME = timeframe(NOW, ZoneInfo("UTC"), run_date=RUN)
LOG_CHECKS = {
    "log_entry_exists_today", "rows_read", "run_status", "sources_complete", "quarantine_rate",
}  # fmt: skip


def plain(shop: Shop) -> list[ValidationLine]:
    return list(validate(shop.config()))


def deep(shop: Shop) -> list[ValidationLine]:
    return list(validate(shop.config(), measured=FRAME))


def wrong(lines: list[ValidationLine]) -> list[str]:
    return [line.text for line in lines if not line.ok]


def checks_wrong(lines: list[ValidationLine]) -> set[str]:
    """The checks that `--deep` calls wrong."""
    heads = {text.partition(":")[0] for text in wrong(lines)}
    return {head for head in heads if re.fullmatch("[a-z_]+", head) and head not in SECTIONS}


SECTIONS = {"audit_log", "events", "orders", "sessions", "quarantine", "warehouse", "history"}


def unknown(shop: Shop) -> set[str]:
    verdicts = shop.verdicts()
    return {id_ for id_, verdict in verdicts.items() if verdict.status is Status.UNKNOWN}


def _typed(table: str, column: str, kind: object, value: Callable[[object], object]) -> Change:
    """A column of another type, with all its values turned into it."""

    def change(shop: Shop) -> None:
        target: Table = getattr(shop, table)
        target.columns[column] = kind
        for row in target.rows:
            row[column] = value(row[column])

    return change


def _without(table: str, column: str) -> Change:
    def change(shop: Shop) -> None:
        target: Table = getattr(shop, table)
        del target.columns[column]
        for row in target.rows:
            del row[column]

    return change


def _mapped(section: str, **keys: object) -> Change:
    def change(shop: Shop) -> None:
        shop.set(section, **keys)

    return change


def _dimension(kind: object, value: object) -> Change:
    def change(shop: Shop) -> None:
        shop.events.columns["extra"] = kind
        for row in shop.events.rows:
            row["extra"] = value
        shop.set("events", dimensions=["extra"])

    return change


def _read_truth(shop: Shop) -> None:
    _typed("log", "rows_read", sa.Boolean(), lambda n: True)(shop)
    for row in shop.log.rows:
        row["rows_quarantined"] = 0


def _text(value: object) -> str | None:
    return None if value is None else str(value)


#: What can be seen without a row: tables, columns, types.
SHAPES: dict[str, Change] = {
    "healthy": lambda shop: None,
    "log table missing": _mapped("audit_log", table="pipeline_log"),
    "events table missing": _mapped("events", table="events"),
    "orders table missing": _mapped("orders", table="purchases"),
    "sessions table missing": _mapped("sessions", table="sessions"),
    "time column missing": _without("events", "timestamp"),
    "name column missing": _without("events", "event_name"),
    "revenue column missing": _mapped("events", revenue="amount"),
    "status column missing": _without("log", "status"),
    "source column missing": _without("log", "filename"),
    "order's session column missing": _without("orders", "lc_session_id"),
    "session id column missing": _mapped("sessions", session_id="sid"),
    "purchase's order id column missing": _mapped("events", order_id="order_no"),
    "rows read as text": _typed("log", "rows_read", sa.String(20), lambda n: "many"),
    "rows quarantined as text": _typed("log", "rows_quarantined", sa.String(20), lambda n: "n/a"),
    "rows read as truth": _read_truth,
    "rows quarantined as truth": _typed("log", "rows_quarantined", sa.Boolean(), lambda n: False),
    "rows read as time": _typed("log", "rows_read", sa.DateTime(), lambda n: at(DAY)),
    "rows read as a double": _typed("log", "rows_read", sa.Double(), float),
    "revenue as truth": _typed("events", "revenue", sa.Boolean(), lambda n: True),
    "revenue as a day": _typed("events", "revenue", sa.Date(), lambda n: DAY),
    "revenue as text": _typed("events", "revenue", sa.String(20), _text),
    "time as a number": _typed("events", "timestamp", sa.BigInteger(), lambda t: 1741392000),
    "time as a day": _typed("events", "timestamp", sa.Date(), lambda t: t.date()),  # type: ignore[attr-defined]
    "log's time as a number": _typed("log", "run_timestamp", sa.BigInteger(), lambda t: 5),
    "order's time as truth": _typed("orders", "purchase_time", sa.Boolean(), lambda t: True),
    "dimension as a double": _dimension(sa.Double(), 0.5),
    "dimension as a time": _dimension(sa.DateTime(), at(DAY)),
    "dimension as text": _dimension(sa.String(10), "web"),
    "dimension as a whole number": _dimension(sa.BigInteger(), 7),
    "dimension missing": _mapped("events", dimensions=["channel"]),
    "name as a whole number": _typed(
        "events", "event_name", sa.BigInteger(), lambda name: 7 if name == "purchase" else 1
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_of_another_shape_is_wrong_exactly_where_the_gate_cannot_measure(
    shop: Shop, shape: str
) -> None:
    SHAPES[shape](shop)
    shop.write()
    cannot = unknown(shop)
    lines, looked = plain(shop), deep(shop)
    assert checks_wrong(looked) == cannot
    # A column that only adds detail is told as missing, though no check needs it.
    if cannot:
        assert wrong(looked)
        is_of_values = shape.startswith("name as") or (
            shape == "time as a day" and shop.engine.name == "sqlite"
        )
        assert wrong(lines) or is_of_values
    else:
        assert all("missing_column" in text for text in wrong(lines) + wrong(looked))


def _today(**values: object) -> Change:
    """The entry of the judged load with other values, in columns that hold any text."""

    def change(shop: Shop) -> None:
        shop.log.rows[-1] |= values

    return change


def _text_time(value: str) -> Change:
    def change(shop: Shop) -> None:
        shop.events.columns["timestamp"] = sa.String(40)
        for row in shop.events.rows:
            row["timestamp"] = row["timestamp"].isoformat(" ")
        for row in shop.events.rows[-30:]:
            row["timestamp"] = value

    return change


#: What only values tell.
VALUES: dict[str, Change] = {
    "healthy": lambda shop: None,
    "rows read NULL": _today(rows_read=None),
    "rows quarantined negative": _today(rows_quarantined=-1),
    "more quarantined than read": _today(rows_read=5, rows_quarantined=6),
    "status unheard of": _today(status="fine, thanks"),
    "status NULL": _today(status=None),
    "purchase names misspelt": _mapped("events", purchase_names=["purchased"]),
    "text times of days first": _text_time("08.03.2025 05:00"),
    "text times that are words": _text_time("yesterday"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_that_cannot_be_read_are_wrong_exactly_where_the_gate_is_unknown(
    shop: Shop, kind: str
) -> None:
    VALUES[kind](shop)
    shop.write()
    cannot = unknown(shop)
    looked = deep(shop)
    assert checks_wrong(looked) == cannot
    assert bool(wrong(looked)) is bool(cannot)
    assert bool(cannot) is (kind != "healthy")


def _no_events_today(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 0)]


def _no_purchases_today(shop: Shop) -> None:
    shop.events.rows = [
        row
        for row in shop.events.rows
        if row["timestamp"] < at(DAY, 0) or row["event_name"] != "purchase"
    ]


def _empty(shop: Shop) -> None:
    for table in shop.tables:
        table.rows.clear()


def _only_today(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] >= at(DAY, 0)]


def _no_entry(shop: Shop) -> None:
    shop.log.rows.pop()


def _no_orders_today(shop: Shop) -> None:
    shop.orders.rows = [row for row in shop.orders.rows if row["purchase_time"] < at(DAY, 0)]


ABSENT: dict[str, Change] = {
    "no entry": _no_entry,
    "no events today": _no_events_today,
    "no purchases today": _no_purchases_today,
    "no orders today": _no_orders_today,
    "only today": _only_today,
    "nothing at all": _empty,
    "nothing read": _today(rows_read=0, rows_quarantined=0),
    "still running": _today(status="running"),
    "failed": _today(status="failed"),
    "much rejected": _today(rows_quarantined=900),
}


@pytest.mark.parametrize("kind", ABSENT)
def test_a_day_that_has_nothing_yet_or_fails_its_checks_is_no_fault_of_the_configuration(
    shop: Shop, kind: str
) -> None:
    ABSENT[kind](shop)
    shop.write()
    assert wrong(plain(shop)) == []
    assert wrong(deep(shop)) == []


def test_a_number_by_value_is_ok_whatever_its_column_is_declared_as(shop: Shop) -> None:
    """A query's literal: SQLite reports it as text, and the gate works there."""
    query = (
        "SELECT run_timestamp, filename, status, 33 AS rows_read, 1 AS rows_quarantined "
        "FROM pipeline_logs"
    )
    shop.set("audit_log", table=None, query=query)
    shop.write()
    assert unknown(shop) == set()
    assert wrong(plain(shop)) == []
    assert wrong(deep(shop)) == []


def test_a_text_literal_is_no_number(shop: Shop) -> None:
    query = (
        "SELECT run_timestamp, filename, status, 'many' AS rows_read, 1 AS rows_quarantined "
        "FROM pipeline_logs"
    )
    shop.set("audit_log", table=None, query=query)
    shop.write()
    assert {"rows_read", "quarantine_rate"} <= unknown(shop)
    assert any("audit_log.rows_read: bad_value" in text for text in wrong(plain(shop)))
    assert checks_wrong(deep(shop)) == unknown(shop)


def test_the_empty_log_of_a_text_column_is_not_called_ok(shop: Shop) -> None:
    shop.log.columns["rows_read"] = sa.String(20)
    shop.log.rows.clear()
    shop.write()
    is_declared_only = shop.engine.name == "sqlite"
    assert bool(wrong(plain(shop))) is not is_declared_only


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return shop_on("postgresql", request, tmp_path)


def test_enum_names_are_ok_where_the_gate_reads_them(postgresql: Shop) -> None:
    shop = postgresql
    shop.write(
        "CREATE TYPE named AS ENUM ('purchase', 'page_viewed')",
        "ALTER TABLE stg_events ALTER event_name TYPE named USING event_name::named",
    )
    shop.set("events", purchase_names=["purchase", "bought"])
    cannot = unknown(shop)
    assert bool(wrong(plain(shop))) is bool(cannot)
    assert checks_wrong(deep(shop)) == cannot


def test_padded_names_are_ok_where_the_gate_reads_them(postgresql: Shop) -> None:
    shop = postgresql
    shop.write("ALTER TABLE stg_events ALTER event_name TYPE char(20)")
    assert checks_wrong(deep(shop)) == unknown(shop)


@pytest.mark.parametrize("limit", [None, 1.0])
def test_a_limit_of_scans_is_wrong_where_the_engine_has_none(
    shop: Shop, limit: float | None
) -> None:
    shop.write()
    shop.set("warehouse", max_scan_gib=limit)
    assert bool(wrong(plain(shop))) is (limit is not None)
    assert bool(unknown(shop)) is (limit is not None)


def quarantined(shop: Shop, pattern: str, files: dict[str, str], **mapping: str) -> None:
    """A folder of rejected rows beside the configuration."""
    for name, content in files.items():
        path = shop.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    shop.set("quarantine", files=pattern, **mapping)
    shop.log.rows[-1] |= {"rows_quarantined": 1}
    shop.write()


ROWS = "client_id,timestamp,error_reason\nc1,2025-03-08 05:00:00,too long\n"
NAMED = "quarantine/events_{date:%Y%m%d}_errors.csv"
FILE = "quarantine/events_20250308_errors.csv"
GOOD = {"reason": "error_reason", "occurred_at": "timestamp"}


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    return Shop(tmp_path, named("duckdb").warehouse(tmp_path))


FOLDERS: dict[str, tuple[str, dict[str, str], dict[str, str], str]] = {
    "good": (NAMED, {FILE: ROWS}, GOOD, ""),
    "good, any name": ("quarantine/*.csv", {FILE: ROWS}, GOOD, ""),
    "none yet": (NAMED, {"quarantine/.keep": ""}, GOOD, "although the audit log says"),
    "no folder": (NAMED, {}, GOOD, "the folder 'quarantine' does not exist"),
    "no folder of a folder": (
        "rejected/{date:%Y}/*.csv", {FILE: ROWS}, GOOD, "the folder 'rejected' does not exist",
    ),
    "unreadable suffix": (
        "quarantine/*", {"quarantine/events_20250308.xlsx": "PK"}, GOOD,
        "'quarantine/events_20250308.xlsx' is neither CSV nor Parquet nor JSON lines",
    ),
    "unreadable suffix of another day": (
        "quarantine/*_{date:%Y%m%d}.*", {"quarantine/events_20250101.txt": ROWS}, GOOD,
        "'quarantine/events_20250101.txt' is neither CSV",
    ),
    "no such reason": (
        NAMED, {FILE: ROWS}, GOOD | {"reason": "why"},
        "quarantine.reason: missing_column: 'quarantine/events_20250308_errors.csv' has no column "
        "'why'; it has 'client_id', 'timestamp', 'error_reason'",
    ),
    "no such time": (NAMED, {FILE: ROWS}, GOOD | {"occurred_at": "ts"}, "has no column 'ts'"),
    "no such source": (NAMED, {FILE: ROWS}, GOOD | {"source": "file"}, "has no column 'file'"),
    "no such name": (NAMED, {FILE: ROWS}, GOOD | {"event_name": "ev"}, "has no column 'ev'"),
    "not JSON": (
        "quarantine/*.json", {"quarantine/events_20250308.json": "[1"}, GOOD, "is cut off",
    ),
    "JSON lines": (
        "quarantine/*.jsonl",
        {"quarantine/e_20250308.jsonl": '{"error_reason": "x", "timestamp": "2025-03-08"}\n'},
        GOOD, "",
    ),
    "empty": (NAMED, {FILE: ""}, GOOD, "the files"),
}  # fmt: skip
#: What only the day's rows, or the log, tell.
_OF_THE_DAY = ("none yet", "empty")


@pytest.mark.parametrize("kind", FOLDERS)
def test_files_that_cannot_be_read_are_wrong(duck: Shop, kind: str) -> None:
    pattern, files, mapping, cause = FOLDERS[kind]
    quarantined(duck, pattern, files, **mapping)
    warned = duck.run().warnings
    lines = wrong(plain(duck))
    if kind in _OF_THE_DAY:
        assert lines == []
        assert any(cause in text for text in warned)
        return
    assert bool(lines) is bool(cause)
    assert any(cause in text for text in lines) or not cause
    if not cause:
        assert (wrong(deep(duck)), warned) == ([], ())
    assert all(str(duck.folder) not in text for text in lines)


TABLES: dict[str, tuple[dict[str, str], bool]] = {
    "good": ({"occurred_at": "timestamp", "reason": "error_reason"}, True),
    "no time mapped": ({"reason": "error_reason"}, False),
    "no such reason": ({"occurred_at": "timestamp", "reason": "why"}, False),
    "no such time": ({"occurred_at": "ts", "reason": "error_reason"}, False),
    "no such source": ({"occurred_at": "timestamp", "source": "file"}, False),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_of_rejected_rows_that_cannot_be_read_is_wrong(shop: Shop, kind: str) -> None:
    mapping, sound = TABLES[kind]
    rejected = Table(
        "rejected", {"timestamp": sa.DateTime(), "error_reason": sa.String(80)},
        [{"timestamp": at(DAY), "error_reason": "x"} for _ in range(10)],
    )  # fmt: skip
    shop.more.append(rejected)
    shop.set("quarantine", table="rejected", **mapping)
    shop.write()
    assert (wrong(plain(shop)) == []) is sound
    assert (wrong(deep(shop)) == []) is sound


def test_plain_reads_no_events_and_deep_tells_what_it_read(shop: Shop) -> None:
    shop.write()
    lines, looked = [line.text for line in plain(shop)], [line.text for line in deep(shop)]
    assert "reading events: works, without rows" in lines
    assert "reading orders: works, without rows" in lines
    events = sum(row["timestamp"] >= at(DAY, 0) for row in shop.events.rows)
    assert f"reading events: {events} events of 2025-03-08" in looked
    assert "reading orders: 12 orders of 2025-03-08" in looked
    assert "reading audit_log: 1 entry of 2025-03-09" in looked
    assert "rows_read: measured, rows_read=1000 (min 1)" in looked


def test_a_row_far_in_the_future_is_not_among_no_rows(shop: Shop) -> None:
    """Times after any day that is asked for are common: 9999-12-31 for "open"."""
    far = view(DAY, 12) | {"timestamp": at(DAY) + timedelta(days=365 * 300)}
    shop.events.rows.append(far)
    shop.write()
    assert wrong(plain(shop)) == []


def test_the_command_says_warns_and_exits_0(duck: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    duck.set("events", purchase_names=["purchase", "purchse"])
    duck.events.rows.append(purchase(DAY, 20))
    duck.write()
    duck.config()
    call = ["validate", "--config", str(duck.folder / "andon.yml")]
    assert main(call) == 0
    assert "! warns" not in capsys.readouterr().out
    assert main([*call, "--deep", "--date", "2025-03-09"]) == 0
    out = capsys.readouterr().out
    assert "! warns  events.purchase_names: no event is named 'purchse' in 11 days" in out
    assert "✓ ok     freshness: measured, lag=" in out


def test_the_command_exits_2_for_what_the_gate_cannot_measure(
    duck: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    duck.log.rows.append(log_entry(DAY, read=None, filename="b.csv"))
    duck.write()
    duck.config()
    call = ["validate", "--config", str(duck.folder / "andon.yml")]
    assert main(call) == 0
    assert main([*call, "--deep", "--date", "2025-03-09"]) == 2
    assert "✗ wrong  rows_read: rows_read=unknown (bad_value: rows_read is NULL)" in (
        capsys.readouterr().out
    )


def test_explaining_alone_runs_nothing(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from checks.warehouse import Warehouse

    duck.log.columns["rows_read"] = sa.String(20)
    duck.log.rows = []
    duck.write()

    def refuse(*_: object) -> None:
        raise AssertionError("a query was run")

    monkeypatch.setattr(Warehouse, "fetch", refuse)
    lines = list(validate(duck.config(), explained=FRAME))
    assert [text for text in wrong(lines) if "rows_read" in text]


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_a_time_that_cannot_be_read_is_told_once(tmp_path: Path, engine: str) -> None:
    """Not of each column whose values are looked at within times."""
    shop = Shop(tmp_path, named(engine).warehouse(tmp_path))
    shop.log.columns["rows_read"] = sa.String(20)
    for row in shop.log.rows:
        row["rows_read"] = str(row["rows_read"])
    shop.write()
    shop.set("events", occurred_at="no_time", dimensions=["client_id", "transaction_id"])
    shop.set("audit_log", run_at="no_time")
    lines = [text for text in wrong(plain(shop)) if "no_time" in text and "reading" not in text]
    assert [text.partition(":")[0] for text in lines] == ["audit_log.run_at", "events.occurred_at"]
    assert not [text for text in wrong(plain(shop)) if text.startswith("audit_log.rows_read")]


def test_a_listed_source_that_no_entry_matches_is_warned_of(duck: Shop) -> None:
    duck.set("sources", events={}, fax={})
    duck.write()
    warnings = [line.text for line in deep(duck) if line.warns]
    assert warnings == [
        "sources: 'fax' matches none of the 11 entries of the last weeks, such as "
        "'events_20250308.csv'"
    ]
    duck.parameters("sources_complete", enabled=False)
    (warning,) = [line.text for line in deep(duck) if line.warns]
    assert warning == "sources is set, but checks.sources_complete is off: no source is expected"
