"""SQLite keeps times as text and Andon converts them: an index on the bare text still serves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from checks.errors import MeasurementError
from checks.warehouse import Warehouse
from checks.warehouse.instants import Instant, instant
from tests.shop import DAY, Shop, at

START = datetime(2025, 3, 8, tzinfo=UTC)
END = datetime(2025, 3, 9, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    (tmp_path / "shop.db").touch()
    return Shop(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}")


def events(shop: Shop, warehouse: Warehouse) -> tuple[sa.FromClause, Instant]:
    config = shop.config()
    assert config.events is not None
    relation = warehouse.relation("events", config.events)
    found = instant(
        relation, config.events.occurred_at, warehouse.profile,
        config.warehouse.naive_timestamps, config.timezone,
    )  # fmt: skip
    return relation.target, found


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


@pytest.mark.parametrize("text", ["yesterday", "08.03.2025", " ", "12:30", "03/08/2025"])
def test_text_that_is_no_time_is_not_lost(shop: Shop, text: str) -> None:
    shop.write(f"INSERT INTO stg_events (timestamp) VALUES ('{text}')")
    with Warehouse(shop.config().warehouse) as warehouse:
        target, occurred = events(shop, warehouse)
        count = sa.select(sa.func.count()).select_from(target)
        with pytest.raises(MeasurementError, match="no time"):
            warehouse.fetch(count.where(occurred.between(START, END)))
