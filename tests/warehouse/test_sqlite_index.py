"""SQLite keeps times as text and Andon converts them: an index on the bare text still serves."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.warehouse import Warehouse
from checks.warehouse.dialects._sqlite_kinds import SAMPLE
from checks.warehouse.instants import Instant, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.order_tables import OrderTables, Unread
from tests.shop import DAY, Shop, at

START = datetime(2025, 3, 8, tzinfo=UTC)
END = datetime(2025, 3, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Table:
    """A mapped section, as far as resolving it needs it."""

    table: str | None
    query: str | None = None


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    (tmp_path / "shop.db").touch()
    return Shop(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}")


def events(shop: Shop, warehouse: Warehouse) -> tuple[sa.FromClause, Instant]:
    config = shop.config()
    assert config.events is not None
    relation = warehouse.relation("events", config.events)
    occurred = instant(
        relation, config.events.occurred_at, warehouse.profile,
        config.warehouse.naive_timestamps, config.timezone,
    )  # fmt: skip
    return relation.target, occurred


@pytest.mark.parametrize("method", ["between", "from_"])
def test_an_index_on_the_text_is_used(shop: Shop, method: str) -> None:
    shop.write("CREATE INDEX by_time ON stg_events (timestamp)")
    with Warehouse(shop.config().warehouse) as warehouse:
        target, occurred = events(shop, warehouse)
        where = occurred.between(START, END) if method == "between" else occurred.from_(START)
        statement = sa.select(sa.func.count()).select_from(target).where(where)
        assert warehouse.fetch(statement)[0][0] == sum(
            row["timestamp"] >= at(DAY, 0) for row in shop.events.rows
        )
        compiled = statement.compile(
            dialect=sa.dialects.sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
    engine = sa.create_engine(shop.url)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.create_function("andon_utc", 2, lambda text, zone: text)
        plan = raw.execute(f"EXPLAIN QUERY PLAN {compiled}").fetchall()
    engine.dispose()
    assert all("SCAN" not in step[3] for step in plan)
    assert any("INDEX by_time" in step[3] for step in plan)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-07T10:30:00-14:00", "2025-03-08 00:00:00", "2025-03-08T23:59:59.999999Z",
        "2025-03-09 13:59:00+14:00",
    ],
)  # fmt: skip
def test_text_of_any_offset_is_found(shop: Shop, text: str) -> None:
    shop.write("DELETE FROM stg_events", f"INSERT INTO stg_events (timestamp) VALUES ('{text}')")
    with Warehouse(shop.config().warehouse) as warehouse:
        target, occurred = events(shop, warehouse)
        count = sa.select(sa.func.count()).select_from(target)
        assert warehouse.fetch(count.where(occurred.between(START, END)))[0][0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "08.03.2025", "20.03.2025", " ", "12:30", "2025-03-08 24:00:00", "2024-13-45",
        "2025-02-30 10:00:00", "20240308", "1999/01/01",
    ],
)  # fmt: skip
def test_text_that_is_no_time_is_among_the_rows_of_no_day(shop: Shop, text: str) -> None:
    shop.write(
        "INSERT INTO stg_events (event_name) VALUES ('no time')",
        f"INSERT INTO stg_events (timestamp) VALUES ('{text}')",
    )
    with Warehouse(shop.config().warehouse) as warehouse:
        target, occurred = events(shop, warehouse)
        count = sa.select(sa.func.count()).select_from(target)
        assert warehouse.fetch(count.where(occurred.undated()))[0][0] == 2


def test_an_index_on_ids_is_used(shop: Shop) -> None:
    """The collation that ids are compared by is the one that an index has."""
    shop.write("CREATE INDEX by_id ON dim_sessions (session_id)")
    config = shop.config()
    assert config.orders is not None
    assert config.sessions is not None
    with Warehouse(config.warehouse) as warehouse:
        tables = OrderTables(
            warehouse, UTC_ZONE, config.naive_zones, config.orders, config.sessions, None, END
        )
        day = tables.orders_between(START, END, Unread())
        known = tables.session_exists(day, [(START, END)])
        plan = warehouse.explain(sa.select(sa.func.count()).select_from(day).where(known))
    assert any("INDEX by_id" in step for step in plan.plan), plan.plan


def test_a_date_column_that_begins_without_values_is_what_comes_after(shop: Shop) -> None:
    def kind_after(*values: str) -> Kind:
        table = f"late{len(kinds)}"
        rows = ", ".join(f"({value})" for value in values)
        nothing = ", ".join(["(NULL)"] * SAMPLE)
        with sqlite3.connect(shop.folder / "shop.db") as connection:
            connection.execute(f"CREATE TABLE {table} (at DATE, is_new BOOLEAN)")
            connection.execute(f"INSERT INTO {table} (at) VALUES {nothing}")
            if values:
                connection.execute(f"INSERT INTO {table} (at) VALUES {rows}")
        connection.close()
        with Warehouse(shop.config().warehouse) as warehouse:
            relation = warehouse.relation("events", Table(table))
        kinds.append(relation.kinds["at"])
        assert relation.kinds["is_new"] is Kind.BOOLEAN
        return kinds[-1]

    kinds: list[Kind] = []
    assert kind_after("'2025-03-08 10:00:00'") is Kind.TEXT
    assert kind_after("'2025-03-08'", "'2025-03-09'") is Kind.DATE
    assert kind_after("'2025-03-08'", "'2025-03-09T10:00:00Z'") is Kind.TEXT
    assert kind_after("7") is Kind.INTEGER
    assert kind_after() is Kind.DATE
