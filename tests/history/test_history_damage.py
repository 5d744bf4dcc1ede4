"""Damaged rows: each is left out and told of, and the others are read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.core.model import Status
from checks.history import rows
from checks.history.store import History
from checks.history.tables import METADATA
from tests.history.history_samples import DAY, NOW, PIPELINE, report

RED, GREEN = Status.RED, Status.GREEN
YESTERDAY = DAY - timedelta(days=1)
TOMORROW = DAY + timedelta(days=1)
#: What SQLite takes in any column, and Andon writes in none.
NO_DAY = ("'2025-03-99'", "'20250308'", "'2025-03-08T00:00:00'", "'yesterday'", "''", "0", "NULL")
NO_MOMENT = ("'yesterday'", "'2025-03-09T06:12:00'", "'2025-03-09'", "7", "x'00'", "NULL",
             "'0001-01-01T00:00:00+14:00'")  # fmt: skip
NO_NUMBER = ("'much'", "x'ff'", "9e999", "-9e999", "''")
NO_STATUS = ("'purple'", "''", "'RED'", "1", "NULL")
#: As a column's name and what is put there.
Damage = tuple[str, str]


def damages(**columns: tuple[str, ...]) -> list[Damage]:
    return [(column, value) for column, values in columns.items() for value in values]


def change(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
        file.execute(statement)


def loosen(url: str, table: str) -> None:
    """A table that takes NULL and whatever else in each column."""
    columns = ", ".join(
        "id INTEGER PRIMARY KEY" if column.name == "id" else f"{column.name} {column.type}"
        for column in METADATA.tables[table].columns
    )
    change(url, f"ALTER TABLE {table} RENAME TO old")
    change(url, f"CREATE TABLE {table} ({columns})")
    change(url, f"INSERT INTO {table} SELECT * FROM old")
    change(url, "DROP TABLE old")


@pytest.fixture
def filled(sqlite_url: str) -> str:
    """Two evaluations of two days, a waiver and somebody on it, in tables that take anything."""
    history = History(sqlite_url, keep_days=400)
    history.record(report(YESTERDAY, freshness=RED, rows_read=GREEN))
    history.record(report(DAY, freshness=RED, rows_read=GREEN))
    history.give_waiver(PIPELINE, "freshness", "Mia", "known", TOMORROW, 0.6, DAY, NOW)
    history.give_waiver(PIPELINE, "freshness", "Jon", "known", TOMORROW, None, DAY, NOW)
    history.acknowledge(PIPELINE, "freshness", "Mia", "", NOW)
    history.acknowledge(PIPELINE, "rows_read", "Jon", "", NOW)
    for table in ("evaluations", "results", "waivers", "acknowledgements"):
        loosen(sqlite_url, f"andon_{table}")
    return sqlite_url


def context(url: str) -> Any:
    return History(url, keep_days=400).context(PIPELINE, TOMORROW, now=NOW)


def test_a_whole_history_warns_of_nothing(filled: str) -> None:
    history_context = context(filled)
    assert history_context.warnings == ()
    assert [day for day, _ in history_context.statuses["freshness"]] == [DAY, YESTERDAY]
    assert (len(history_context.waivers), len(history_context.acknowledgements)) == (2, 2)


@pytest.mark.parametrize(
    ("column", "value"),
    damages(
        run_date=NO_DAY, data_date=NO_DAY, evaluated_at=NO_MOMENT, verdict=NO_STATUS,
        exit_code=("'one'", "-1", "256", "0.5", "NULL"), id=("-2", "0"),
    ),
)  # fmt: skip
def test_a_damaged_evaluation_is_left_out(filled: str, column: str, value: str) -> None:
    change(filled, f"UPDATE andon_evaluations SET {column} = {value} WHERE id = 2")
    history_context = context(filled)
    assert history_context.statuses["freshness"] == ((YESTERDAY, RED),)
    place = filled.removeprefix("sqlite:///")
    assert history_context.warnings == (f"history {place}: 1 evaluation is damaged: left out",)
    history = History(filled, keep_days=400)
    assert [evaluation.data_date for evaluation in history.evaluations(PIPELINE)] == [YESTERDAY]
    assert history.latest(PIPELINE, "freshness") == (YESTERDAY, RED, 0.5)
    assert history.record(report(TOMORROW)) > 1


def test_the_evaluation_before_a_damaged_one_of_the_same_day_counts(filled: str) -> None:
    history = History(filled, keep_days=400)
    again = history.record(report(DAY, freshness=GREEN))
    change(filled, f"UPDATE andon_evaluations SET verdict = 'purple' WHERE id = {again}")
    assert context(filled).statuses["freshness"] == ((DAY, RED), (YESTERDAY, RED))


@pytest.mark.parametrize(
    ("column", "value"),
    damages(
        check_id=("x'ff'", "NULL", "''"), position=("'first'", "-1", "NULL"),
        status=NO_STATUS, value=NO_NUMBER, message=("x'ff'", "CAST(x'ff' AS TEXT)", "NULL"),
    ),
)  # fmt: skip
def test_a_damaged_result_is_left_out(filled: str, column: str, value: str) -> None:
    where = "evaluation_id = 2 AND check_id = 'freshness'"
    change(filled, f"UPDATE andon_results SET {column} = {value} WHERE {where}")
    history_context = context(filled)
    assert history_context.statuses == {
        "freshness": ((YESTERDAY, RED),), "rows_read": ((DAY, GREEN), (YESTERDAY, GREEN)),
    }  # fmt: skip
    assert history_context.warnings[0].endswith(": 1 result is damaged: left out")
    newest = History(filled, keep_days=400).evaluations(PIPELINE)[0]
    assert newest.statuses == {"rows_read": GREEN}


@pytest.mark.parametrize(
    ("column", "value"),
    damages(
        check_id=("x'ff'", "NULL", "''"), owner=("x'ff'", "NULL", "''"),
        reason=("x'ff'", "NULL", "''"), until=NO_DAY, up_to=NO_NUMBER, data_date=NO_DAY,
        created_at=NO_MOMENT, revoked_at=tuple(value for value in NO_MOMENT if value != "NULL"),
        rearmed_on=tuple(value for value in NO_DAY if value != "NULL"), id=("-3",),
        revoked_by=("x'ff'", "CAST(x'ff' AS TEXT)"),
    ),
)  # fmt: skip
def test_a_damaged_waiver_does_not_apply_and_is_named(filled: str, column: str, value: str) -> None:
    change(filled, f"UPDATE andon_waivers SET {column} = {value} WHERE id = 1")
    history_context = context(filled)
    assert [waiver.owner for waiver in history_context.waivers] == ["Jon"]
    name = value if column == "id" else "1"
    (warning,) = history_context.warnings
    assert warning.endswith(f": waiver {name} is damaged ({column}): it does not apply")
    history = History(filled, keep_days=400)
    assert [waiver.owner for waiver in history.all_waivers(PIPELINE)] == ["Jon"]
    history.record(report(TOMORROW, freshness=GREEN))
    waiver = history.give_waiver(
        PIPELINE, "freshness", "Mia", "known", TOMORROW, 0.6, DAY, NOW, once=True
    )
    assert waiver.id > 1


@pytest.mark.parametrize(
    ("column", "value"),
    damages(
        check_id=("x'ff'", "NULL", "''"), owner=("x'ff'", "NULL", "''"), note=("x'ff'", "NULL"),
        created_at=NO_MOMENT, closed_at=tuple(value for value in NO_MOMENT if value != "NULL"),
    ),
)  # fmt: skip
def test_a_damaged_acknowledgement_is_left_out(filled: str, column: str, value: str) -> None:
    change(filled, f"UPDATE andon_acknowledgements SET {column} = {value} WHERE id = 1")
    history_context = context(filled)
    assert [acknowledgement.owner for acknowledgement in history_context.acknowledgements] == [
        "Jon"
    ]
    assert history_context.warnings[0].endswith(": 1 acknowledgement is damaged: left out")


def test_all_damage_is_told_in_one_sentence(filled: str) -> None:
    change(filled, "UPDATE andon_evaluations SET verdict = 7 WHERE id = 1")
    change(filled, "UPDATE andon_results SET status = 7")
    change(filled, "UPDATE andon_acknowledgements SET created_at = 7")
    (warning,) = context(filled).warnings
    assert warning.endswith(": 2 acknowledgements, 1 evaluation, 2 results are damaged: left out")


def test_a_number_that_json_does_not_know(filled: str) -> None:
    change(filled, "UPDATE andon_evaluations SET report = replace(report, '0.5', 'NaN')")
    from checks.core.errors import HistoryError

    with pytest.raises(HistoryError, match="stored report of evaluation 2 is damaged"):
        History(filled, keep_days=400).undated_before(PIPELINE, TOMORROW, NOW + timedelta(days=9))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE andon_waivers SET up_to = 'NaN'", "waiver 1 is damaged (up_to)"),
        ("UPDATE andon_waivers SET until = 'infinity'", "waiver 1 is damaged (until)"),
        ("UPDATE andon_waivers SET until = '12345-01-01'", "waiver 1 is damaged (until)"),
        ("UPDATE andon_evaluations SET run_date = '-infinity'", "1 evaluation is damaged"),
        ("UPDATE andon_evaluations SET data_date = '0044-03-15 BC'", "1 evaluation is damaged"),
        ("UPDATE andon_results SET value = 'Infinity'", "1 result is damaged"),
        ("UPDATE andon_evaluations SET evaluated_at = 'soon'", "1 evaluation is damaged"),
    ],
)
def test_what_postgresql_takes_and_python_does_not(
    postgresql_url: str, statement: str, message: str
) -> None:
    history = History(postgresql_url, keep_days=400)
    history.record(report())
    history.give_waiver(PIPELINE, "freshness", "Mia", "known", TOMORROW, 0.6, DAY, NOW)
    with sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool).begin() as other:
        other.exec_driver_sql("ALTER DATABASE postgres SET datestyle TO 'SQL, DMY'")
        other.exec_driver_sql(statement)
    try:
        (warning,) = context(postgresql_url).warnings
    finally:
        with sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool).begin() as other:
            other.exec_driver_sql("ALTER DATABASE postgres RESET datestyle")
    assert message in warning
    assert history.record(report(TOMORROW)) == 2


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.dates()
)


@given(anything)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_rules_raise_nothing_and_hold_for_few(value: object) -> None:
    for rules in (rows.EVALUATION, rows.RESULT, rows.WAIVER, rows.ACKNOWLEDGEMENT, rows.INCIDENT):
        columns = rows.damage(dict.fromkeys(rules, value), rules)
        assert columns, "no one value is right in each column"


@pytest.mark.parametrize("value", [True, False])
def test_a_bool_is_no_number(value: bool) -> None:
    row = {"check_id": "a", "position": value, "status": "red", "value": value, "message": ""}
    assert rows.damage(row, rows.RESULT) == ("position", "value")


@pytest.mark.parametrize(("number", "damaged"), [(-1, True), (0, True), (1, False), (2**63, True)])
def test_ids(number: int, damaged: bool) -> None:
    row: dict[str, Any] = {
        "id": number, "pipeline": "p", "run_date": date(2025, 3, 9), "data_date": DAY,
        "evaluated_at": NOW, "verdict": "red", "exit_code": 1,
    }  # fmt: skip
    assert bool(rows.damage(row, rows.EVALUATION)) is damaged
