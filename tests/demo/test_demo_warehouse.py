"""The warehouse: deterministic, consistent, and like a shop's."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest

from checks.demo import build_warehouse

LAST_DAY = date(2025, 3, 8)
TABLES = ("pipeline_logs", "stg_events", "dim_sessions", "fct_attribution")


def built(path: Path, **options: object) -> duckdb.DuckDBPyConnection:
    sizes = {"last_day": LAST_DAY, "days": 8, "events_per_day": 2000, "seed": 7, **options}
    build_warehouse(path, **sizes)  # type: ignore[arg-type]
    return duckdb.connect(str(path), read_only=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Eight days at the default size, of which the last lost its identity."""
    (folder / "quarantine").mkdir()
    with built(
        folder / "shop.duckdb", events_per_day=50_000, quarantine=folder / "quarantine"
    ) as connection:
        yield connection


def single_value(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def rejected(folder: Path, day: str) -> list[dict[str, str]]:
    with (folder / "quarantine" / f"events_{day}_errors.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def fingerprints(connection: duckdb.DuckDBPyConnection) -> list[object]:
    return [
        single_value(
            connection, f"SELECT count(*), bit_xor(hash(t)), sum(hash(t) % 1000003) FROM {table} t"
        )
        for table in TABLES
    ]


def test_the_same_seed_gives_the_same_rows_on_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with built(tmp_path / "many.duckdb", events_per_day=20_000) as shop:
        many = fingerprints(shop)
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", partial(connect, config={"threads": 1}))
    with built(tmp_path / "one.duckdb", events_per_day=20_000) as shop:
        assert fingerprints(shop) == many


def test_another_seed_gives_other_rows_everywhere(tmp_path: Path) -> None:
    with built(tmp_path / "a.duckdb") as first, built(tmp_path / "b.duckdb", seed=8) as other:
        pairs = zip(fingerprints(first), fingerprints(other), strict=True)
        assert all(mine != theirs for mine, theirs in pairs)


def test_the_last_run_reads_and_rejects_the_famous_numbers(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    last = single_value(
        shop,
        """SELECT filename, CAST(run_timestamp AS DATE), rows_read, rows_inserted,
           rows_quarantined, status FROM pipeline_logs ORDER BY run_timestamp DESC LIMIT 1""",
    )
    assert last == (
        "events_20250308.csv", date(2025, 3, 9), 49_963, 47_055, 2_908, "partial_failure",
    )  # fmt: skip


def test_the_log_counts_what_is_there(shop: duckdb.DuckDBPyConnection, folder: Path) -> None:
    loads = shop.execute(
        """SELECT strftime(day, '%Y%m%d'), rows_read, rows_inserted, rows_quarantined, events
           FROM pipeline_logs
           JOIN (SELECT CAST("timestamp" AS DATE) AS day, count(*) AS events
                 FROM stg_events GROUP BY day)
             ON filename = strftime(day, 'events_%Y%m%d.csv')"""
    ).fetchall()
    assert len(loads) == 8
    for day, read, inserted, quarantined, events in loads:
        assert (read - quarantined, inserted) == (inserted, events)
        assert len(rejected(folder, day)) == quarantined


def test_each_load_runs_early_on_the_morning_after(shop: duckdb.DuckDBPyConnection) -> None:
    runs = shop.execute("SELECT filename, run_timestamp FROM pipeline_logs").fetchall()
    for filename, run_at in runs:
        loaded = datetime.strptime(filename, "events_%Y%m%d.csv").date()  # noqa: DTZ007
        assert (run_at.date() - loaded).days == 1
        assert (run_at.hour, 38 <= run_at.minute < 42) == (5, True)


def test_normal_days_reject_about_one_row_in_a_hundred_for_mixed_reasons(folder: Path) -> None:
    rows = rejected(folder, "20250307")
    assert 0.006 < len(rows) / 58_000 < 0.014
    assert len({row["error_reason"] for row in rows}) == 3
    for row in rows:
        assert (row["client_id"] == "") == (row["error_reason"] == "client_id: missing")
        assert ("T24:" in row["timestamp"]) == (row["error_reason"].startswith("timestamp"))
        assert ("Bot" in row["user_agent"]) == (row["error_reason"] == "user_agent: known bot")


def test_the_lost_identity_is_one_app_release_since_the_morning(folder: Path) -> None:
    rows = rejected(folder, "20250308")
    assert {(row["error_reason"], row["client_id"]) for row in rows} == {("client_id: missing", "")}
    by_browser = Counter(row["browser"] for row in rows)
    assert by_browser["Shop app"] > 0.85 * len(rows)
    app = [row for row in rows if row["browser"] == "Shop app"]
    assert {row["user_agent"] for row in app} == {"ShopApp/5.2.0 (iPhone; iOS 18.3; build 5204)"}
    late = [row for row in app if row["timestamp"] >= "2025-03-08T06:00"]
    assert len(late) == round(0.88 * 2908)


def test_purchases_orders_and_sessions_agree(shop: duckdb.DuckDBPyConnection) -> None:
    purchases, ids, orders = shop.execute(
        """SELECT count(*), count(DISTINCT e.transaction_id), count(o.transaction_id)
           FROM stg_events e
           LEFT JOIN fct_attribution o ON o.transaction_id = e.transaction_id
                AND o.revenue = e.revenue AND o.purchase_time = e."timestamp"
                AND o.purchaser_id = e.client_id
           WHERE event_name = 'purchase'"""
    ).fetchall()[0]
    assert purchases == ids == orders == single_value(shop, "SELECT count(*) FROM fct_attribution")
    stray = "SELECT count(*) FROM stg_events WHERE (event_name = 'purchase') <> "
    assert single_value(shop, stray + "(transaction_id IS NOT NULL)") == 0
    assert single_value(shop, stray + "(revenue IS NOT NULL)") == 0
    attributed = single_value(
        shop,
        """SELECT count(*) FROM fct_attribution JOIN dim_sessions ON session_id = lc_session_id
           AND client_id = purchaser_id AND channel = lc_channel AND converted
           AND purchase_time BETWEEN started_at AND ended_at""",
    )
    assert purchases - 4 == attributed
    no_session = "SELECT count(*) FROM fct_attribution WHERE lc_session_id IS NULL"
    assert single_value(shop, no_session) == 2


def test_sessions_hold_every_event(shop: duckdb.DuckDBPyConnection) -> None:
    assert (
        single_value(
            shop, "SELECT sum(events) - (SELECT count(*) FROM stg_events) FROM dim_sessions"
        )
        == 0
    )
    assert single_value(shop, "SELECT count(*) - count(DISTINCT session_id) FROM dim_sessions") == 0
    assert single_value(
        shop, "SELECT min(ended_at - started_at) >= INTERVAL 0 SECOND FROM dim_sessions"
    )


def test_the_funnel_narrows(shop: duckdb.DuckDBPyConnection) -> None:
    counts = dict(
        shop.execute("SELECT event_name, count(*) FROM stg_events GROUP BY ALL").fetchall()
    )
    funnel = ["page_viewed", "product_viewed", "product_added_to_cart", "checkout_started",
              "purchase"]  # fmt: skip
    assert sorted(funnel, key=lambda name: -counts[name]) == funnel
    assert set(counts) == {*funnel, "search_submitted"}


def test_days_have_their_quiet_and_busy_hours(shop: duckdb.DuckDBPyConnection) -> None:
    hours = dict(
        shop.execute('SELECT hour("timestamp"), count(*) FROM stg_events GROUP BY 1').fetchall()
    )
    assert len(hours) == 24
    assert max(hours, key=lambda hour: hours[hour]) in (12, 13, 17)
    assert min(hours, key=lambda hour: hours[hour]) in (1, 2, 3, 4)
    assert max(hours.values()) > 2.5 * min(hours.values())


@pytest.mark.parametrize(
    ("table", "column", "moment"),
    [
        ("stg_events", '"timestamp"', '"timestamp"'),
        ("dim_sessions", "started_at", "started_at"),
        ("fct_attribution", "purchase_time", "purchase_time"),
        ("fct_attribution", "transaction_id", "purchase_time"),
    ],
)
def test_old_rows_come_first_so_that_they_can_be_skipped(
    shop: duckdb.DuckDBPyConnection, table: str, column: str, moment: str
) -> None:
    disorder = single_value(
        shop,
        f"""SELECT count(*) FROM (SELECT {column} < lag({column}) OVER (ORDER BY place) AS back
            FROM (SELECT rowid AS place, {column}, {moment} FROM {table})) WHERE back""",
    )
    assert disorder == 0


def test_a_leap_day_is_a_day(tmp_path: Path) -> None:
    with built(tmp_path / "leap.duckdb", last_day=date(2024, 3, 1)) as shop:
        days = shop.execute(
            'SELECT DISTINCT CAST("timestamp" AS DATE) d FROM stg_events ORDER BY d'
        )
        assert [day for (day,) in days.fetchall()][-2:] == [date(2024, 2, 29), date(2024, 3, 1)]


def test_a_large_demo_tells_how_far_it_is(tmp_path: Path) -> None:
    steps: list[str] = []
    with built(tmp_path / "told.duckdb", progress=steps.append):
        assert steps == ["writing the days from 2025-03-01"]


def test_duplicates_of_a_second_load_keep_their_one_order(tmp_path: Path) -> None:
    with built(tmp_path / "twice.duckdb", scenario="loaded-twice") as shop:
        of_day = "CAST(\"timestamp\" AS DATE) = DATE '2025-03-08' AND event_name = 'purchase'"
        total, ids = shop.execute(
            f"SELECT count(*), count(DISTINCT transaction_id) FROM stg_events WHERE {of_day}"
        ).fetchall()[0]
        assert total == 2 * ids
        orders = "SELECT count(*) - count(DISTINCT transaction_id) FROM fct_attribution"
        assert single_value(shop, orders) == 0
        loads = "SELECT count(*) FROM pipeline_logs WHERE filename = 'events_20250308.csv'"
        assert single_value(shop, loads) == 2


def test_lost_revenue_is_lost_in_the_orders_too(tmp_path: Path) -> None:
    with built(tmp_path / "lost.duckdb", scenario="lost-revenue") as shop:
        events = single_value(
            shop,
            "SELECT count(*) FROM stg_events WHERE event_name = 'purchase' AND revenue IS NULL",
        )
        orders = single_value(shop, "SELECT count(*) FROM fct_attribution WHERE revenue IS NULL")
        assert events == orders == 4
