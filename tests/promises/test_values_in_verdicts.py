"""What is stored in a way that its type does not tell still decides: never green by a type.

Whole evaluations of a small shop, broken in one value or one type at a time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from checks import Status, Verdict
from tests.shop import DAY, Shop, order_id

EVENTS = (
    "freshness", "volume_zscore", "volume_expected", "event_volume", "volume_trend",
    "missing_revenue", "orphan_orders",
)  # fmt: skip
#: How each engine changes a column's type; SQLite and Spark have no such statement.
RETYPED = {
    "duckdb": "ALTER TABLE {table} ALTER {column} TYPE {type} USING ({value})",
    "postgresql": "ALTER TABLE {table} ALTER {column} TYPE {type} USING ({value})",
}
TYPES = {
    "duckdb": {"double": "DOUBLE", "label": "label", "number": "INTEGER"},
    "postgresql": {"double": "double precision", "label": "label", "number": "integer"},
}


def retyped(shop: Shop, table: str, column: str, type_: str, value: str) -> str:
    name = shop.engine.name
    if name not in RETYPED:
        pytest.skip("the engine cannot change a column's type")
    stored = TYPES[name].get(type_, type_)
    return RETYPED[name].format(table=table, column=column, type=stored, value=value)


def statuses(verdicts: dict[str, Verdict]) -> dict[str, Status]:
    return {name: verdicts[name].status for name in EVENTS}


@pytest.mark.parametrize("text", ["", "n/a", "12,50"])
def test_text_in_a_column_of_numbers_is_a_missing_amount(shop: Shop, text: str) -> None:
    if shop.engine.name != "sqlite":
        pytest.skip("the engine keeps no text in a column of numbers")
    day = f"timestamp >= '{DAY}' AND timestamp < '{DAY}a'"
    shop.write(f"UPDATE stg_events SET revenue = '{text}' WHERE revenue IS NOT NULL AND {day}")
    verdict = shop.verdicts()["missing_revenue"]
    assert verdict.status is Status.RED
    assert verdict.value == 1.0


@pytest.mark.parametrize("nothing", ["NaN", "infinity"])
def test_a_session_id_that_is_no_number_is_none(shop: Shop, nothing: str) -> None:
    shop.settings.pop("sessions")
    number = (
        f"CASE WHEN purchase_time >= '{DAY}' THEN CAST('{nothing}' AS DOUBLE PRECISION) ELSE 1 END"
    )
    shop.write(retyped(shop, "fct_attribution", "lc_session_id", "double", number))
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.RED


def test_session_ids_of_two_number_types_are_matched(shop: Shop) -> None:
    digits = "CAST(substr(replace({}, '-', ''), 2) AS DOUBLE PRECISION)"
    shop.write(
        retyped(shop, "fct_attribution", "lc_session_id", "double", digits.format("lc_session_id")),
        retyped(shop, "dim_sessions", "session_id", "BIGINT", digits.format("session_id")),
    )
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.GREEN


def test_labels_are_names(shop: Shop) -> None:
    shop.set("events", dimensions=["client_id"])
    shop.write(
        "CREATE TYPE label AS ENUM ('purchase', 'page_viewed')",
        retyped(shop, "stg_events", "event_name", "label", "CAST(event_name AS label)"),
        "CREATE TYPE device AS ENUM ('c1', 'c2')",
        retyped(shop, "stg_events", "client_id", "device", "CAST(client_id AS device)"),
    )
    assert Status.UNKNOWN not in statuses(dict(shop.verdicts())).values()


def test_numbers_are_names(shop: Shop) -> None:
    shop.set("events", purchase_names=["7"])
    number = "CASE event_name WHEN 'purchase' THEN 7 ELSE 1 END"
    shop.write(retyped(shop, "stg_events", "event_name", "number", number))
    verdicts = dict(shop.verdicts())
    assert Status.UNKNOWN not in statuses(verdicts).values()
    assert verdicts["missing_revenue"].status is Status.GREEN


@pytest.mark.parametrize("moment", ["infinity", "57155-04-01 10:00:00", "10000-01-01 00:00:00"])
def test_one_time_that_no_calendar_has_counts_as_after_now(shop: Shop, moment: str) -> None:
    if shop.engine.name not in RETYPED:
        pytest.skip("the engine keeps no such times")
    shop.write(f"INSERT INTO stg_events (timestamp, event_name) VALUES ('{moment}', 'late')")
    verdict = shop.verdicts()["freshness"]
    assert verdict.status is Status.GREEN
    assert (verdict.details["future_events"], verdict.details["far_events"]) == (1, 1)


@pytest.mark.parametrize("type_", ["timestamp", "varchar(40)"])
def test_the_hour_before_midnight_that_comes_twice_is_the_second(shop: Shop, type_: str) -> None:
    """Clocks in Santiago go back at midnight of 5 April 2025: the last event is 10 minutes old."""
    shop.settings["timezone"] = "America/Santiago"
    shop.settings["warehouse"]["naive_timestamps"] = "America/Santiago"
    noon, last = datetime(2025, 4, 5, 12), datetime(2025, 4, 5, 23, 50)  # noqa: DTZ001
    shop.events.rows = [shop.events.rows[0] | {"timestamp": time} for time in (noon, last)]
    statements: tuple[str, ...] = ()
    if type_ != "timestamp" and shop.engine.name in RETYPED:
        text = "CAST(timestamp AS VARCHAR(40))"
        statements = (retyped(shop, "stg_events", '"timestamp"', type_, text),)
    shop.write(*statements)
    now = datetime(2025, 4, 6, 10, tzinfo=UTC)
    verdict = shop.verdicts(date=datetime(2025, 4, 6, tzinfo=UTC).date(), now=now)["freshness"]
    assert verdict.value == pytest.approx(1 / 6, abs=0.01)


def test_text_that_is_no_utf_8_takes_down_no_check(shop: Shop) -> None:
    if shop.engine.name != "sqlite":
        pytest.skip("the engine keeps no such text")
    odd, day = "CAST(x'61FF' AS TEXT)", f">= '{DAY}'"
    of_day = f"SELECT min(rowid) FROM stg_events WHERE event_name = 'purchase' AND timestamp {day}"
    shop.write(
        f"UPDATE stg_events SET revenue = {odd} WHERE rowid = ({of_day})",
        f"INSERT INTO stg_events (timestamp, event_name) VALUES ('{DAY} 10:00:00', {odd})",
        f"UPDATE pipeline_logs SET filename = {odd} WHERE run_timestamp > '{DAY} 23'",
        f"UPDATE fct_attribution SET lc_session_id = {odd} WHERE purchase_time {day}",
    )
    verdicts = dict(shop.verdicts())
    assert [verdict for verdict in verdicts.values() if verdict.status is Status.UNKNOWN] == []
    assert verdicts["missing_revenue"].value == pytest.approx(1 / 12)
    assert verdicts["orphan_orders"].status is Status.RED
    assert "a\ufffd" in str(verdicts["event_volume"].details)


def test_a_time_that_is_no_utf_8_is_none(shop: Shop) -> None:
    if shop.engine.name != "sqlite":
        pytest.skip("the engine keeps no such text")
    odd = f"CAST('{DAY} 10:00:00' || CAST(x'FF' AS TEXT) AS TEXT)"
    shop.write(f"INSERT INTO stg_events (timestamp, event_name) VALUES ({odd}, 'page_viewed')")
    assert shop.verdicts()["freshness"].details["undated_events"] == 1


#: A type of text by whose collation `purchase` and `Purchase` are the same, and how to have it.
SAME_LETTERS = {
    "duckdb": ("VARCHAR COLLATE NOCASE", ()),
    "sqlite": ("TEXT COLLATE NOCASE", ()),
    "postgresql": (
        "text COLLATE same_letters",
        (
            "CREATE COLLATION same_letters "
            "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        ),
    ),
}


def collated(shop: Shop, table: str, column: str, others: str) -> list[str]:
    """Statements that give a column such a collation. others: the table's other columns."""
    names = ", ".join(other.split()[0] for other in others.split(", "))
    type_, before = SAME_LETTERS.get(shop.engine.name) or pytest.skip("no such collations")
    return [
        *before,
        f"CREATE TABLE copied AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"CREATE TABLE {table} ({column} {type_}, {others})",
        f"INSERT INTO {table} SELECT {column}, {names} FROM copied ORDER BY 1",
    ]


EVENTS_REST = "timestamp timestamp, client_id varchar, transaction_id varchar, revenue real"


def test_a_collation_makes_no_two_names_one(shop: Shop) -> None:
    """The first purchase of the day is called `Purchase`, which would name the whole group."""
    first = order_id(DAY, 0)
    shop.write(
        "UPDATE stg_events SET event_name = 'Purchase' "
        f"WHERE event_name = 'purchase' AND transaction_id = '{first}'",
        *collated(shop, "stg_events", "event_name", EVENTS_REST),
    )
    verdicts = dict(shop.verdicts())
    assert verdicts["event_volume"].status is Status.GREEN
    assert verdicts["missing_revenue"].details["purchases"] == 11


def test_a_collation_makes_no_two_ids_one(shop: Shop) -> None:
    shop.sessions.rows = [
        row | {"session_id": str(row["session_id"]).upper()} for row in shop.sessions.rows
    ]
    shop.write(
        "ALTER TABLE dim_sessions ADD COLUMN more integer",
        *collated(shop, "dim_sessions", "session_id", "more integer"),
    )
    assert shop.verdicts()["orphan_orders"].message == "orphan_orders=12 (max 0)"


@pytest.mark.parametrize("nothing", ["null", '""', '" "', "[]", "{}"])
def test_json_without_a_value_is_no_session_id(shop: Shop, nothing: str) -> None:
    shop.settings.pop("sessions")
    function = "to_json(lc_session_id)"
    value = f"CASE WHEN purchase_time >= '{DAY}' THEN CAST('{nothing}' AS json) ELSE {function} END"
    shop.write(retyped(shop, "fct_attribution", "lc_session_id", "json", value))
    assert shop.verdicts()["orphan_orders"].message == "orphan_orders=12 (max 0)"


def test_json_is_its_text(shop: Shop) -> None:
    """Ids of JSON match ids of text, and names of JSON are without quotes."""
    shop.write(
        *(
            retyped(shop, table, column, "json", f"to_json({column})")
            for table, column in (
                ("fct_attribution", "lc_session_id"),
                ("stg_events", "transaction_id"),
                ("stg_events", "event_name"),
            )
        )
    )
    verdicts = dict(shop.verdicts())
    assert Status.UNKNOWN not in statuses(verdicts).values()
    assert verdicts["orphan_orders"].status is Status.GREEN


NESTED = {
    "duckdb": {"[lc_session_id]": "varchar[]", "{'a': lc_session_id}": "STRUCT(a varchar)"},
    "postgresql": {"ARRAY[lc_session_id]": "text[]", "CAST(ROW(lc_session_id) AS pair)": "pair"},
}


def test_lists_and_structures_are_no_ids(shop: Shop) -> None:
    if shop.engine.name not in NESTED:
        pytest.skip("the engine has no such types")
    shop.settings.pop("sessions")
    for value, type_ in NESTED[shop.engine.name].items():
        more = ["CREATE TYPE pair AS (a text)"] if type_ == "pair" else []
        shop.write(*more, retyped(shop, "fct_attribution", "lc_session_id", type_, value))
        verdict = shop.verdicts()["orphan_orders"]
        assert verdict.status is Status.UNKNOWN
        assert "'lc_session_id' is of type a list or a structure, which is not an id" in (
            verdict.message
        )


#: SQLite without a declared type: the values of a day, as they may be stored.
STORED = {
    "integer": "CAST(replace({0}, '-', '') AS INTEGER)",
    "real": "CAST(replace({0}, '-', '') AS REAL)",
    "text": "replace({0}, '-', '')",
    "blob": "CAST(replace({0}, '-', '') AS BLOB)",
}


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("first", ["NULL", "'other'", "7", "x'61'"])
def test_the_first_rows_do_not_say_what_ids_are(shop: Shop, stored: str, first: str) -> None:
    """On SQLite: ids of one kind on one side, whatever lies before them on the other."""
    if shop.engine.name != "sqlite":
        pytest.skip("the engine's columns have one type")
    digits = "replace(substr({0}, 3), 's', '')"
    value = STORED[stored].format(digits.format("session_id"))
    shop.write(
        "CREATE TABLE copied AS SELECT * FROM dim_sessions",
        "DROP TABLE dim_sessions",
        "CREATE TABLE dim_sessions (session_id)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100) "
        f"INSERT INTO dim_sessions SELECT {first} FROM n",
        f"INSERT INTO dim_sessions SELECT {value} FROM copied",
        "UPDATE fct_attribution SET lc_session_id = "
        f"replace({digits.format('lc_session_id')}, '-', '')",
    )
    assert shop.verdicts()["orphan_orders"].status is Status.GREEN
    missing = f"purchase_time >= '{DAY}' AND transaction_id LIKE '%-003'"
    shop.engine.write(
        shop.url, (), [f"UPDATE fct_attribution SET lc_session_id = '1' WHERE {missing}"]
    )
    assert shop.verdicts()["orphan_orders"].message == "orphan_orders=1 (max 0)"


@pytest.mark.parametrize("value", ["7", "7.0", "CAST('7' AS BLOB)", "'7'"])
def test_the_first_rows_do_not_say_what_names_are(shop: Shop, value: str) -> None:
    if shop.engine.name != "sqlite":
        pytest.skip("the engine's columns have one type")
    shop.set("events", purchase_names=["purchase", "7"])
    shop.events.rows = [shop.events.rows[0]] * 1100 + shop.events.rows
    others = EVENTS_REST.replace(" timestamp,", ",").replace(" varchar", "").replace(" real", "")
    shop.write(
        "CREATE TABLE copied AS SELECT * FROM stg_events",
        "DROP TABLE stg_events",
        f"CREATE TABLE stg_events (event_name, {others})",
        f"INSERT INTO stg_events SELECT event_name, {others} FROM copied",
        f"UPDATE stg_events SET event_name = {value} WHERE event_name = 'purchase' "
        f"AND timestamp >= '{DAY}'",
    )
    assert shop.verdicts()["missing_revenue"].details["purchases"] == 12


def test_a_database_without_an_encoding_is_read(shop: Shop, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 spoil neither their row nor a check."""
    if shop.engine.name != "postgresql":
        pytest.skip("the engine has one encoding")
    url = sa.make_url(shop.url)
    name = f"ascii_{url.database}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' "
            "LOCALE_PROVIDER 'libc' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    plain = Shop(tmp_path, url.set(database=name).render_as_string(hide_password=False))
    # SQLAlchemy on its own cannot connect to such a database.
    writing = f"{plain.url}{'&' if url.query else '?'}client_encoding=utf8"
    plain.engine.write(
        writing,
        plain.tables,
        (
            "ALTER TABLE pipeline_logs ALTER filename TYPE text",
            "INSERT INTO stg_events (timestamp, event_name) "
            f"VALUES ('{DAY} 10:00:00', convert_from('\\x61ff'::bytea, 'SQL_ASCII'))",
        ),
    )
    verdicts = dict(plain.verdicts())
    assert [v.message for v in verdicts.values() if v.status is Status.UNKNOWN] == []
    assert "a\ufffd" in str(verdicts["event_volume"].details)
