"""Stores of other versions: brought forward, or refused with the remedy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.counts import NAME, DayCounts, Values
from checks.core.errors import HistoryError
from checks.core.model import Status
from checks.history import migrations
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE, report

NOW_AT = migrations.VERSION
#: A small history as version 2 wrote it, as SQL.
VERSION_2 = Path(__file__).parent / "stored" / "version_2.db.sql"


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []


def add_note(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE andon_evaluations ADD COLUMN note TEXT")


def add_place(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE andon_evaluations SET note = 'kept'")


def newer_andon(monkeypatch: pytest.MonkeyPatch, steps: migrations.Steps) -> None:
    monkeypatch.setattr(migrations, "VERSION", NOW_AT + 2)
    monkeypatch.setattr(migrations, "STEPS", {NOW_AT - 1 + by: step for by, step in steps.items()})


@pytest.mark.parametrize("first", ["read", "record"])
def test_an_older_store_is_brought_forward_with_what_it_holds(
    url: str, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    History(url, keep_days=400).record(report())
    newer_andon(monkeypatch, {1: add_note, 2: add_place})
    history = History(url, keep_days=400)
    if first == "record":
        history.record(report(DAY.replace(day=9)))
    assert history.all_runs(PIPELINE, DAY) != ()
    assert run(url, "SELECT version FROM andon_schema") == [(NOW_AT + 2,)]
    assert run(url, "SELECT note FROM andon_evaluations WHERE id = 1") == [("kept",)]


@pytest.mark.parametrize("steps", [{1: add_note}, {1: add_note, 2: add_note}])
def test_a_migration_that_fails_changes_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, steps: migrations.Steps
) -> None:
    History(url, keep_days=400).record(report())
    with monkeypatch.context() as newer:
        newer_andon(newer, steps)
        with pytest.raises(HistoryError):
            History(url, keep_days=400).pipelines()
    assert run(url, "SELECT version FROM andon_schema") == [(NOW_AT,)]
    assert History(url, keep_days=400).pipelines() == (PIPELINE,)
    assert History(url, keep_days=400).record(report()) > 1


def test_a_fresh_store_takes_no_steps(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    newer_andon(monkeypatch, {})
    History(url, keep_days=400).record(report())
    assert run(url, "SELECT version FROM andon_schema") == [(NOW_AT + 2,)]


@pytest.mark.parametrize("how", ["read", "record"])
def test_a_newer_store_is_refused_with_the_remedy(url: str, how: str) -> None:
    history = History(url, keep_days=400)
    history.record(report())
    run(url, "UPDATE andon_schema SET version = 7")
    with pytest.raises(HistoryError, match=r"schema version 7.*upgrade andon"):
        history.pipelines() if how == "read" else history.record(report())
    assert run(url, "SELECT count(*) FROM andon_evaluations") == [(1,)]


def test_a_store_without_its_version_is_refused(url: str) -> None:
    history = History(url, keep_days=400)
    history.record(report())
    run(url, "DELETE FROM andon_schema")
    with pytest.raises(HistoryError, match="schema version is missing"):
        history.record(report())


@pytest.mark.parametrize("first", ["read", "record", "keep"])
def test_a_store_without_daily_counts_is_brought_forward(url: str, first: str) -> None:
    history = History(url, keep_days=400)
    history.record(report())
    run(url, "DROP TABLE andon_daily_counts")
    run(url, "UPDATE andon_schema SET version = 1")
    counts = DayCounts(DAY, {NAME: Values({"view": 3})})
    if first == "read":
        assert history.daily_counts(PIPELINE, "a", DAY, DAY) == {}
    elif first == "record":
        history.record(report())
    history.keep_daily_counts(PIPELINE, "a", [counts], NOW)
    assert history.daily_counts(PIPELINE, "a", DAY, DAY)[DAY].counts == counts
    assert history.all_runs(PIPELINE, DAY) != ()
    assert run(url, "SELECT version FROM andon_schema") == [(NOW_AT,)]


def restored_on_sqlite(url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.executescript(VERSION_2.read_text(encoding="utf-8"))


def restored_on_postgresql(url: str) -> None:
    """The same rows, in tables as that version made them there."""
    statements = VERSION_2.read_text(encoding="utf-8")
    statements = statements.replace(
        "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY"
    )
    statements = statements.replace("WITHOUT ROWID", "").replace("DOUBLE", "DOUBLE PRECISION")
    kept_statements = [
        statement for statement in statements.split(";\n") if "sqlite_sequence" not in statement
    ]
    kept_statements = [
        statement
        for statement in kept_statements
        if statement.strip() not in ("BEGIN TRANSACTION", "COMMIT", "")
    ]
    # By name: a table comes after the one that it refers to, in this order as well.
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in kept_statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))
        for table in ("evaluations", "waivers", "acknowledgements"):
            connection.exec_driver_sql(
                f"SELECT setval('andon_{table}_id_seq', (SELECT max(id) FROM andon_{table}))"
            )


@pytest.mark.parametrize("first", ["read", "record"])
def test_a_stored_history_of_version_2_is_brought_forward(url: str, first: str) -> None:
    (restored_on_sqlite if url.startswith("sqlite") else restored_on_postgresql)(url)
    assert run(url, "SELECT version FROM andon_schema") == [(2,)]
    history = History(url, keep_days=400)
    if first == "record":
        assert history.record(report(DAY + timedelta(days=1))) == 3
    assert [evaluation.id for evaluation in history.all_runs(PIPELINE, DAY)] == [2]
    assert history.report(2).checks[0].id == "freshness"
    context = history.context(PIPELINE, DAY + timedelta(days=1))
    assert context.statuses == {
        "freshness": ((DAY, Status.RED), (DAY - timedelta(days=1), Status.RED)),
        "rows_read": ((DAY, Status.AMBER), (DAY - timedelta(days=1), Status.GREEN)),
    }
    assert [(waiver.check, waiver.up_to, waiver.revoked_by) for waiver in context.waivers] == [
        ("freshness", 0.06, None), ("rows_read", None, "Jon"),
    ]  # fmt: skip
    assert [acknowledgement.owner for acknowledgement in context.acknowledgements] == ["Mia"]
    assert context.warnings == ()
    counts = history.daily_counts(PIPELINE, "a", DAY, DAY)[DAY].counts
    assert counts == DayCounts(DAY, {NAME: Values({"view": 3})})
    assert run(url, "SELECT version FROM andon_schema") == [(NOW_AT,)]
    assert history.record(report(), key="a") == history.record(report(), key="a")


@pytest.mark.parametrize("version", ["'two'", "x'00'", "1.5", "-1", "0"])
def test_a_version_that_is_none_is_refused(sqlite_url: str, version: str) -> None:
    History(sqlite_url, keep_days=400).record(report())
    run(sqlite_url, "DROP TABLE andon_schema")
    run(sqlite_url, "CREATE TABLE andon_schema (version)")
    run(sqlite_url, f"INSERT INTO andon_schema VALUES ({version})")
    with pytest.raises(HistoryError, match="schema version"):
        History(sqlite_url, keep_days=400).pipelines()
