"""Engines that are kept compile a statement once, and never answer for another warehouse or day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Report
from checks.warehouse import Warehouse, engines
from checks.warehouse.dialects import profile_for
from checks.warehouse.dialects.base import Profile
from checks.warehouse.engines import MOST_ENGINES, engine_for, keep_engine
from tests.shop import DAY, RUN, Shop, view

URL = sa.make_url("sqlite:///shop.db")


@pytest.fixture(autouse=True)
def no_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine of another test is kept."""
    monkeypatch.setattr(engines, "_engines", {})


def forget() -> None:
    engines._engines.clear()


def sqlite() -> Profile:
    return profile_for("sqlite")


def connected(profile: Profile, url: sa.URL, arguments: dict[str, Any]) -> sa.Engine:
    """An engine as after its first connection."""
    engine = engine_for(profile, url, arguments)
    keep_engine(engine, profile, url, arguments)
    return engine


def test_the_same_target_has_one_engine() -> None:
    kept = connected(sqlite(), URL, {"timeout": 5})
    assert engine_for(sqlite(), URL, {"timeout": 5}) is kept


def test_an_engine_that_never_connected_is_not_kept() -> None:
    """A server that hangs would otherwise hold its first connection's lock for good."""
    assert engine_for(sqlite(), URL, {}) is not engine_for(sqlite(), URL, {})


def test_a_warehouse_that_hangs_once_is_reached_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    config = shop.config()
    with pytest.raises(MeasurementError), Warehouse.of(config) as warehouse:
        warehouse.check_connection()
    assert engines._engines == {}
    shop.write()
    with Warehouse.of(config) as warehouse:
        warehouse.check_connection()
    assert len(engines._engines) == 1


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        ("sqlite:///other.db", {"timeout": 5}),
        ("sqlite:///shop.db?cached_statements=3", {"timeout": 5}),
        ("sqlite:///shop.db", {"timeout": 6}),
        ("sqlite:///shop.db", {}),
    ],
)
def test_another_target_has_another_engine(url: str, arguments: dict[str, Any]) -> None:
    kept = connected(sqlite(), URL, {"timeout": 5})
    assert engine_for(sqlite(), sa.make_url(url), arguments) is not kept


def test_another_password_has_another_engine() -> None:
    first, second = (
        sa.make_url(f"postgresql+psycopg://shop:{word}@db/shop") for word in ("a", "b")
    )
    profile = profile_for("postgresql")
    kept = connected(profile, first, {})
    assert engine_for(profile, second, {}) is not kept


def test_a_dialect_that_may_keep_a_connections_state_is_made_anew() -> None:
    profile = Profile()
    assert connected(profile, URL, {}) is not connected(profile, URL, {})
    assert engines._engines == {}


@pytest.mark.parametrize("other_engines", [MOST_ENGINES - 1, MOST_ENGINES])
def test_the_engine_that_was_not_used_for_longest_is_left(other_engines: int) -> None:
    kept = connected(sqlite(), URL, {})
    for number in range(other_engines):
        connected(sqlite(), sa.make_url(f"sqlite:///{number}.db"), {})
    assert len(engines._engines) == MOST_ENGINES
    assert (engine_for(sqlite(), URL, {}) is kept) == (other_engines < MOST_ENGINES)


def test_an_engine_that_is_used_again_is_kept_for_longer() -> None:
    kept = connected(sqlite(), URL, {})
    for number in range(2 * MOST_ENGINES):
        connected(sqlite(), sa.make_url(f"sqlite:///{number}.db"), {})
        assert connected(sqlite(), URL, {}) is kept


def test_no_connection_is_kept(shop: Shop) -> None:
    shop.write()
    shop.run()
    (engine,) = engines._engines.values()
    assert isinstance(engine.pool, sa.pool.NullPool)


def changes(shop: Shop) -> list[Callable[[], Any]]:
    """What changes a statement or its parameters, from one evaluation to the next."""

    def add_events() -> None:
        shop.events.rows += [view(DAY, 3.5, "purchase"), view(DAY, 4.5, None)]
        shop.write()

    return [
        lambda: None,
        lambda: shop.settings.update(timezone="Europe/Berlin"),
        lambda: shop.settings.update(timezone="America/New_York"),
        add_events,
        lambda: shop.set("events", purchase_names=["page_viewed"]),
        lambda: shop.set("events", order_id="client_id"),
        lambda: shop.set("orders", order_id="lc_session_id", session_id="transaction_id"),
        lambda: shop.parameters("volume_zscore", window_days=5),
    ]


def results(report: Report) -> list[tuple[Any, ...]]:
    return [(v.id, v.status, v.message, v.summary, dict(v.details)) for v in report.checks]


def test_kept_statements_answer_as_new_ones(shop: Shop) -> None:
    shop.write()
    for change in changes(shop):
        change()
        for back in (0, 1, 9):
            kept = results(shop.run(date=RUN - timedelta(days=back)))
            before = dict(engines._engines)
            forget()
            assert kept == results(shop.run(date=RUN - timedelta(days=back)))
            engines._engines.update(before)


def test_after_an_error_the_next_evaluation_measures(shop: Shop) -> None:
    shop.write()
    healthy = results(shop.run())
    table = shop.settings["orders"]["table"]
    shop.set("orders", table="no_such_table")
    assert results(shop.run()) != healthy
    shop.set("orders", table=table)
    assert results(shop.run()) == healthy


def test_evaluations_side_by_side_share_an_engine(shop: Shop) -> None:
    shop.write()
    config = shop.config()
    healthy = results(shop.run())

    def judged(_: int) -> list[tuple[Any, ...]]:
        from checks import DataMonitor
        from tests.shop import NOW

        return results(DataMonitor(config).run(date=RUN, now=NOW))

    with ThreadPoolExecutor(4) as threads:
        assert all(report == healthy for report in threads.map(judged, range(8)))


def test_options_of_duckdbs_url_stay_the_same_at_each_use(tmp_path: Path) -> None:
    shop = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    shop.write()
    shop.settings["warehouse"]["url"] += "?threads=1"
    assert results(shop.run()) == results(shop.run()) == results(shop.run())
