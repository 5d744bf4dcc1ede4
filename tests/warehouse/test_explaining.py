"""What `andon validate --explain` tells of the queries: the SQL, and what it would read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from checks.cli import main
from checks.errors import MeasurementError
from checks.queries import queries
from checks.timeframe import timeframe
from checks.validation import ValidationLine, validate
from checks.warehouse import Warehouse
from tests.shop import DAY, NOW, Shop

FRAME = timeframe(NOW, ZoneInfo("UTC"), data_date=DAY)
NAMES = ["audit_log", "events", "older events", "orders", "purchases"]


def explained(shop: Shop) -> dict[str, ValidationLine]:
    """The lines about queries, by the query's name."""
    lines = [one for one in validate(shop.config(), FRAME) if one.text.startswith("query of ")]
    return {one.text.removeprefix("query of ").partition(":")[0].partition(" (")[0]: one
            for one in lines}  # fmt: skip


def test_every_query_is_shown_with_what_it_would_read(shop: Shop) -> None:
    shop.write()
    found = explained(shop)
    assert list(found) == NAMES
    assert all(one.ok for one in found.values())
    assert all("does not tell" not in one.text for one in found.values())
    sql = "\n".join(found["events"].more)
    assert "stg_events" in sql
    assert "2025-03-01" in sql
    assert "GROUP BY" in sql


def test_a_missing_table_is_said_in_the_place_of_its_query(shop: Shop) -> None:
    shop.write("DROP TABLE pipeline_logs")
    found = explained(shop)
    assert list(found) == NAMES
    assert not found["audit_log"].ok
    assert "missing_table" in found["audit_log"].text
    assert found["events"].ok


def test_queries_are_only_those_of_mapped_sections(duck: Shop) -> None:
    duck.write()
    for section in ("audit_log", "orders", "sessions"):
        del duck.settings[section]
    for check in ("log_entry_exists_today", "rows_read", "run_status", "quarantine_rate",
                  "orphan_orders"):  # fmt: skip
        duck.parameters(check, enabled=False)
    duck.set("quarantine", table="stg_events", occurred_at="timestamp", reason="event_name")
    assert list(explained(duck)) == ["events", "older events", "quarantine"]


def test_partitions_and_sessions_begun_are_validated(duck: Shop) -> None:
    duck.write()
    duck.set("events", partition={"column": "revenue"})
    duck.set("sessions", started_at="began")
    lines = {line.text: line.ok for line in validate(duck.config())}
    problem = [text for text, ok in lines.items() if not ok]
    assert any("events.partition.column: " in text and "of type number" in text for text in problem)
    assert any("sessions.started_at: missing_column" in text for text in problem)


def test_nothing_is_run(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    duck.write()

    def refuse(*_: object) -> None:
        raise AssertionError("a query was run")

    monkeypatch.setattr(Warehouse, "fetch", refuse)
    assert all(line.ok for line in validate(duck.config(), FRAME))


def test_without_a_connection_no_query_is_shown(duck: Shop) -> None:
    assert not explained(duck)


def test_an_engine_that_cannot_explain_still_shows_the_sql(
    duck: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    duck.write()
    with Warehouse(duck.config().warehouse) as warehouse:
        monkeypatch.setattr(warehouse.profile, "explain_prefix", None)
        found = explained(duck)
    assert "does not tell what it reads without running it" in found["events"].text
    assert found["events"].more


def test_a_statement_that_the_engine_refuses_is_a_problem(duck: Shop) -> None:
    duck.write()
    with Warehouse(duck.config().warehouse) as warehouse:
        wanted = next(iter(queries(duck.config(), FRAME, warehouse)))
        assert wanted.statement is not None
        warehouse.profile.explain_prefix, before = "EXPLAIN NONSENSE", "EXPLAIN (FORMAT JSON)"
        try:
            with pytest.raises(MeasurementError):
                warehouse.explain(wanted.statement)
        finally:
            warehouse.profile.explain_prefix = before


def test_the_command_prints_the_sql_below_its_line(
    duck: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    duck.write()
    duck.config()
    call = ["validate", "--config", str(duck.folder / "andon.yml"), "--explain"]
    assert main([*call, "--date", "2025-03-09"]) == 0
    out = capsys.readouterr().out
    assert "✓ ok     query of events: scan of " in out
    assert "         SELECT judged_events.bucket" in out
    assert "'2025-03-01 00:00:00'" in out
