"""What `andon validate --explain` tells of the queries: the SQL, and what it would read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from checks.cli import main
from checks.core.errors import MeasurementError
from checks.core.timeframe import timeframe
from checks.evaluation.validation import ValidationLine, validate
from checks.measuring.queries import queries
from checks.warehouse import Warehouse
from checks.warehouse.dialects import profile_for
from tests.shop import DAY, NOW, Shop

FRAME = timeframe(NOW, ZoneInfo("UTC"), data_date=DAY)
EARLIER = "earlier events by event_name"
NAMES = ["audit_log", "events", "older events", EARLIER, "orders", "purchases"]


def explained(shop: Shop) -> dict[str, ValidationLine]:
    """The lines about queries, by the query's name."""
    lines = [line for line in validate(shop.config(), FRAME) if line.text.startswith("query of ")]
    return {line.text.removeprefix("query of ").partition(":")[0].partition(" (")[0]: line
            for line in lines}  # fmt: skip


def test_every_query_is_shown_with_what_it_would_read(shop: Shop) -> None:
    shop.write()
    lines = explained(shop)
    assert list(lines) == NAMES
    assert all(line.ok for line in lines.values())
    assert all("no estimate" not in line.text for line in lines.values())
    sql = "\n".join(lines["events"].more)
    assert "stg_events" in sql
    assert "2025-03-01" in sql
    assert "GROUP BY" in sql


def test_dimensions_and_earlier_days_are_statements_of_their_own(duck: Shop) -> None:
    duck.set("events", dimensions=["client_id"])
    duck.write()
    lines = explained(duck)
    assert [name for name in lines if "by client_id" in name] == [
        "events by client_id", "earlier events by client_id",
    ]  # fmt: skip
    assert "2025-03-01" in "\n".join(lines["events by client_id"].more)
    earlier = lines["earlier events by client_id"]
    assert "(for days that are not remembered)" in earlier.text
    assert "2024-11-02" in "\n".join(earlier.more)


def test_a_missing_table_is_said_in_the_place_of_its_query(shop: Shop) -> None:
    shop.write("DROP TABLE pipeline_logs")
    lines = explained(shop)
    assert list(lines) == NAMES
    assert not lines["audit_log"].ok
    assert "missing_table" in lines["audit_log"].text
    assert lines["events"].ok


def test_queries_are_only_those_of_mapped_sections(duck: Shop) -> None:
    duck.write()
    for section in ("audit_log", "orders", "sessions"):
        del duck.settings[section]
    for check in ("log_entry_exists_today", "rows_read", "run_status", "quarantine_rate",
                  "orphan_orders"):  # fmt: skip
        duck.parameters(check, enabled=False)
    duck.set("quarantine", table="stg_events", occurred_at="timestamp", reason="event_name")
    assert list(explained(duck)) == [
        "events", "older events", EARLIER, "quarantine", "rejected rows of earlier days",
    ]  # fmt: skip


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
        lines = explained(duck)
    assert "gives no estimate without running it" in lines["events"].text
    assert lines["events"].more


def test_a_statement_that_the_engine_refuses_is_a_problem(duck: Shop) -> None:
    duck.write()
    with Warehouse(duck.config().warehouse) as warehouse:
        query = next(iter(queries(duck.config(), FRAME, warehouse)))
        assert query.statement is not None
        warehouse.profile.explain_prefix, before = "EXPLAIN NONSENSE", "EXPLAIN (FORMAT JSON)"
        try:
            with pytest.raises(MeasurementError):
                warehouse.explain(query.statement)
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
    assert "         SELECT andon_grouped_events.bucket" in out
    assert "'2025-03-01 00:00:00'" in out


ANSWERS = {
    "duckdb": (
        ['[{"name": "FILTER", "children": [{"name": "SEQ_SCAN ", "children": [],',
         '"extra_info": {"Table": "w.main.t", "Estimated Cardinality": "4400"}}]}]'],
        "scan of w.main.t: about 4,400 rows",
    ),
    "postgresql": (
        ["Aggregate  (cost=1.0..2.0 rows=1 width=8)",
         "  ->  Append  (cost=0.00..9.00 rows=30 width=8)",
         "        ->  Index Only Scan using t_1_at_idx on t_1 events (cost=0.1..8.2 rows=10)",
         "        ->  Parallel Seq Scan on t_2 events_1  (cost=0.00..1.05 rows=20 width=0)",
         "        ->  Parallel Seq Scan on t_2 events_2  (cost=0.00..1.05 rows=1000 width=0)"],
        "index only scan of t_1: about 10 rows; parallel seq scan of t_2: about 1,020 rows",
    ),
    "sqlite": (
        ["3", "0", "0", "SEARCH t USING INDEX t_at (at>?)", "SCAN u", "SCAN u"],
        "SEARCH t USING INDEX t_at (at>?); SCAN u",
    ),
    "spark": (
        ["Filter (d#1 >= 2025-03-06), Statistics(sizeInBytes=9.9 GiB)",
         "+- Relation spark_catalog.shop.t[id#16L,d#18] parquet, Statistics(sizeInBytes=3.7 GiB)",
         "   +- Relation shop.u[id#1] parquet, Statistics(sizeInBytes=12.0 B, rowCount=1)"],
        "scan of spark_catalog.shop.t: 3.7 GiB of files; scan of shop.u: 12.0 B of files",
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ANSWERS)
def test_what_an_engine_answers_is_told_in_a_few_words(engine: str) -> None:
    answer, estimate = ANSWERS[engine]
    assert profile_for(engine).estimate(answer) == estimate


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "spark"])
def test_an_answer_without_a_scan_tells_nothing(engine: str) -> None:
    assert profile_for(engine).estimate(["Result  (cost=0.00..0.01 rows=1 width=4)"]) is None
