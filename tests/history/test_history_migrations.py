"""Stores of other versions: brought forward, or refused with the remedy."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.counts import NAME, DayCounts, Values
from checks.errors import HistoryError
from checks.history import migrations
from checks.history.store import History
from history_samples import DAY, NOW, PIPELINE, report

NOW_AT = migrations.VERSION


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
