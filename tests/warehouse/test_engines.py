"""One suite for every engine: the same shop, the same report."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from checks import Cause, Status
from tests.shop import DAY, Shop, at, log_entry, order, order_id, purchase, view


def test_a_healthy_shop_is_green_everywhere(shop: Shop) -> None:
    shop.write()
    report = shop.run()
    assert {v.id: (v.status.value, v.message) for v in report.checks} == {
        "log_entry_exists_today": ("green", "entries=1 (min 1)"),
        "rows_read": ("green", "rows_read=1000 (min 1)"),
        "run_status": ("green", "failed=0 (max 0)"),
        "sources_complete": ("green", "sources=1 (expected 1)"),
        "quarantine_rate": ("green", "rate=0.0100 (max 0.05)"),
        "freshness": ("green", "lag=0.7h (max 6h)"),
        "volume_zscore": ("green", "z=-0.17 (below 3.0)"),
        "volume_expected": ("green", "volume=32 (normal 22 to 51)"),
        "event_volume": ("green", "silent=0 (max 0)"),
        "volume_trend": ("skipped", "change=skipped (learning, 10 of 32 days)"),
        "missing_revenue": ("green", "pct_missing_revenue=0.0000 (below 0.01)"),
        "orphan_orders": ("green", "orphan_orders=0 (max 0)"),
    }
    assert report.exit_code == 0
    assert report.warnings == ()


def test_missing_amounts_of_every_sort_are_counted(shop: Shop) -> None:
    shop.events.rows = [r for r in shop.events.rows if r["timestamp"] < at(DAY, 0)]
    amounts: list[object] = [None, float("nan"), float("inf"), float("-inf"), -3.0, 0.0, 10.0, 20.0]
    shop.events.rows += [purchase(DAY, i, amount) for i, amount in enumerate(amounts)]
    shop.orders.rows += [order(DAY, i) for i in range(len(amounts))]
    shop.write()
    verdict = shop.verdicts()["missing_revenue"]
    assert verdict.status is Status.RED
    assert verdict.message == "pct_missing_revenue=0.5000 (below 0.01)"
    assert (verdict.details["missing"], verdict.details["purchases"]) == (4, 8)
    assert (verdict.details["negative"], verdict.details["zero"]) == (1, 1)
    assert verdict.details["revenue"] == 27.0


def test_revenue_as_text(shop: Shop) -> None:
    shop.events.columns["revenue"] = sa.String(20)
    good = {id(row): str(row["revenue"]) for row in shop.events.rows if row["revenue"]}
    for row in shop.events.rows:
        row["revenue"] = good.get(id(row))
    today = [r for r in shop.events.rows if r["timestamp"] >= at(DAY, 0) and r["revenue"]]
    for row, text in zip(today, ["", "abc", "12,50", "-", " 7.5 ", "1e2"], strict=False):
        row["revenue"] = text
    shop.write()
    verdict = shop.verdicts()["missing_revenue"]
    assert verdict.details["missing"] == 4
    assert verdict.details["revenue"] == pytest.approx(107.5 + 25.5 * 6)


def test_decimal_revenue(shop: Shop) -> None:
    shop.events.columns["revenue"] = shop.orders.columns["revenue"] = sa.Numeric(12, 2)
    for row in [*shop.events.rows, *shop.orders.rows]:
        row["revenue"] = Decimal("10.10") if row["revenue"] else None
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["missing_revenue"].status is Status.GREEN
    assert verdicts["missing_revenue"].details["revenue"] == pytest.approx(121.2)
    assert verdicts["orphan_orders"].details["revenue"] == pytest.approx(121.2)


def test_integer_revenue(shop: Shop) -> None:
    shop.events.columns["revenue"] = sa.Integer()
    for row in shop.events.rows:
        row["revenue"] = 7 if row["revenue"] else None
    shop.write()
    assert shop.verdicts()["missing_revenue"].details["revenue"] == 84


def test_text_timestamps_with_and_without_offset(shop: Shop) -> None:
    shop.events.columns["timestamp"] = sa.String(40)
    forms = ("{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%d %H:%M:%S}", "{:%Y-%m-%dT%H:%M:%S}+02:00")
    for i, row in enumerate(shop.events.rows):
        moment, form = row["timestamp"], forms[i % 3]
        shifted = moment + timedelta(hours=2) if form.endswith("+02:00") else moment
        row["timestamp"] = form.format(shifted)
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["volume_zscore"].message == "z=-0.17 (below 3.0)"
    assert verdicts["freshness"].message == "lag=0.7h (max 6h)"


@pytest.mark.parametrize("text", ["", "soon", "2025-13-45 10:00:00"])
def test_text_that_is_no_time_is_unknown_and_never_left_out(shop: Shop, text: str) -> None:
    shop.events.columns["timestamp"] = sa.String(40)
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].isoformat(" ")
    shop.events.rows[-1]["timestamp"] = text
    shop.write()
    verdicts = shop.verdicts()
    for check in ("freshness", "volume_zscore", "volume_expected", "event_volume",
                  "volume_trend", "missing_revenue"):  # fmt: skip
        assert (verdicts[check].status, verdicts[check].cause) == (Status.UNKNOWN, Cause.BAD_VALUE)


def test_timestamps_with_a_zone(shop: Shop) -> None:
    if not shop.engine.knows_zones:
        pytest.skip("the engine has no type for them")
    shop.events.columns["timestamp"] = sa.DateTime(timezone=True)
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].replace(tzinfo=UTC)
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["volume_zscore"].message == "z=-0.17 (below 3.0)"
    assert verdicts["freshness"].message == "lag=0.7h (max 6h)"


def test_dates_instead_of_times(shop: Shop) -> None:
    shop.events.columns["timestamp"] = shop.orders.columns["purchase_time"] = sa.Date()
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].date()
    for row in shop.orders.rows:
        row["purchase_time"] = row["purchase_time"].date()
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["volume_zscore"].message == "z=-0.17 (below 3.0)"
    assert verdicts["orphan_orders"].details["orders"] == 12
    assert verdicts["freshness"].status is Status.UNKNOWN
    assert "is a DATE without a time of day" in verdicts["freshness"].message
    shop.settings["data_lag_days"] = 0
    today = shop.verdicts(date=DAY, now=datetime(2025, 3, 8, 9, tzinfo=UTC))
    assert today["volume_zscore"].status is Status.UNKNOWN


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_shop_day_in_another_zone(shop: Shop, zone: str) -> None:
    from zoneinfo import ZoneInfo

    shop.settings["timezone"] = zone
    start = datetime(2025, 3, 8, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    outside = [start - timedelta(microseconds=1), start + timedelta(hours=24)]
    inside = [start, start + timedelta(hours=24) - timedelta(microseconds=1000)]
    shop.events.rows += [view(DAY, 0, "edge") | {"timestamp": t} for t in outside + inside]
    shop.write()
    details = shop.verdicts()["event_volume"].details
    assert {n["name"]: n["events"] for n in details["names"]}["edge"] == len(inside)


def test_naive_times_stored_in_another_zone(shop: Shop) -> None:
    shop.set("warehouse", naive_timestamps="Asia/Kolkata")
    shop.events.rows = [
        row | {"timestamp": row["timestamp"] + timedelta(hours=5, minutes=30)}
        for row in shop.events.rows
    ]
    shop.log.rows = [
        row | {"run_timestamp": row["run_timestamp"] + timedelta(hours=5, minutes=30)}
        for row in shop.log.rows
    ]
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["freshness"].message == "lag=0.7h (max 6h)"
    assert verdicts["log_entry_exists_today"].message == "entries=1 (min 1)"


def test_orphans_of_each_kind_with_their_dark_revenue(shop: Shop) -> None:
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.orders.rows[-2]["lc_session_id"] = "   "
    shop.orders.rows[-3] |= {"lc_session_id": "gone", "revenue": 100.25}
    shop.events.rows += [purchase(DAY, 77, 40.0), purchase(DAY, 77, 40.0)]
    shop.events.rows += [purchase(DAY, 78) | {"transaction_id": " "}]
    shop.events.rows += [purchase(DAY, 1)]  # a duplicate of an order that exists
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.message == "orphan_orders=5 (max 0)"
    kinds = {kind["kind"]: kind for kind in verdict.details["kinds"]}
    assert [kinds[k]["count"] for k in kinds] == [2, 1, 2]
    assert kinds["no_session_id"]["dark_revenue"] == 51.0
    assert kinds["unknown_session"]["dark_revenue"] == 100.25
    assert kinds["unknown_session"]["order_ids"] == [order_id(DAY, 9)]
    assert kinds["purchase_without_order"]["dark_revenue"] == 65.5
    assert kinds["purchase_without_order"]["order_ids"] == [order_id(DAY, 77)]
    assert verdict.details["duplicate_purchase_ids"] == 2


def test_an_order_written_the_day_after_still_matches(shop: Shop) -> None:
    late = shop.orders.rows[-1]
    late["purchase_time"] += timedelta(days=1)
    shop.write()
    assert shop.verdicts()["orphan_orders"].message == "orphan_orders=0 (max 0)"


def test_a_duplicate_order_id_is_counted(shop: Shop) -> None:
    shop.orders.rows.append(dict(shop.orders.rows[-1]))
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert (verdict.status, verdict.details["duplicate_order_ids"]) == (Status.AMBER, 1)


def test_session_ids_of_different_types(shop: Shop) -> None:
    shop.sessions.columns["session_id"] = sa.BigInteger()
    shop.sessions.rows = [{"session_id": n} for n in range(500)]
    for n, row in enumerate(shop.orders.rows):
        row["lc_session_id"] = str(n)
    shop.orders.rows[-1]["lc_session_id"] = "501"
    shop.write()
    assert shop.verdicts()["orphan_orders"].message == "orphan_orders=1 (max 0)"


def test_odd_names(shop: Shop) -> None:
    odd = {'ev"ent na%me': "event_name", "Select": "timestamp", "REVENUE": "revenue"}
    table = "Odd ta'ble %s" if shop.engine.any_table_name else "Order"
    shop.events.name = table
    names = {old: new for new, old in odd.items()}
    shop.events.columns = {names.get(k, k): v for k, v in shop.events.columns.items()}
    shop.events.rows = [{names.get(k, k): v for k, v in r.items()} for r in shop.events.rows]
    shop.set(
        "events", table=f'"{table}"', name='ev"ent na%me', occurred_at="Select",
        revenue="revenue",
    )  # fmt: skip
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["volume_zscore"].message == "z=-0.17 (below 3.0)"
    assert verdicts["missing_revenue"].message == "pct_missing_revenue=0.0000 (below 0.01)"


def test_queries_and_views_as_sources(shop: Shop) -> None:
    quoted = "`timestamp`" if shop.engine.backend == "spark" else '"timestamp"'
    shop.set(
        "events", table=None,
        query=f"SELECT {quoted}, event_name, revenue, transaction_id, ' :x %' AS odd\n"
        "FROM stg_events WHERE client_id <> ':nobody%' -- the last line is a comment",
    )  # fmt: skip
    shop.set("orders", table="orders_view")
    shop.write("CREATE VIEW orders_view AS SELECT * FROM fct_attribution")
    verdicts = shop.verdicts()
    assert verdicts["volume_zscore"].message == "z=-0.17 (below 3.0)"
    assert verdicts["orphan_orders"].message == "orphan_orders=0 (max 0)"


def test_empty_tables_are_never_green(shop: Shop) -> None:
    for table in shop.tables:
        table.rows = []
    shop.write()
    verdicts = shop.verdicts()
    assert {v.id: v.status.value for v in verdicts.values()} == {
        "log_entry_exists_today": "red",
        "rows_read": "skipped",
        "run_status": "skipped",
        "sources_complete": "skipped",
        "quarantine_rate": "skipped",
        "freshness": "red",
        "volume_zscore": "skipped",
        "volume_expected": "skipped",
        "event_volume": "skipped",
        "volume_trend": "skipped",
        "missing_revenue": "unknown",
        "orphan_orders": "unknown",
    }


def test_future_events_are_counted_and_never_fresh(shop: Shop) -> None:
    shop.events.rows = [r for r in shop.events.rows if r["timestamp"] < at(DAY, 9)]
    shop.events.rows += [view(date(2031, 1, 1), 3.0), view(date(2025, 3, 9), 5.0)]
    shop.write()
    verdict = shop.verdicts()["freshness"]
    assert verdict.status is Status.RED
    assert verdict.details["future_events"] == 1


@pytest.mark.parametrize("moment", ["290000-01-01 00:00:00", "infinity"])
@pytest.mark.parametrize("naive", ["UTC", "America/New_York"])
def test_a_future_beyond_the_calendar_spoils_nothing(duck: Shop, moment: str, naive: str) -> None:
    duck.set("warehouse", naive_timestamps=naive)
    insert = "INSERT INTO stg_events (timestamp, event_name) VALUES"
    duck.write(f"{insert} ('{moment}', 'page_viewed')")
    report = duck.run()
    verdicts = {verdict.id: verdict for verdict in report.checks}
    assert {verdict.cause for verdict in report.checks} == {None}
    assert verdicts["freshness"].details["future_events"] == 1


def test_a_day_that_is_not_over_is_compared_with_the_same_part(shop: Shop) -> None:
    shop.events.rows = [r for r in shop.events.rows if r["timestamp"] <= at(DAY, 12)]
    shop.write()
    now = datetime(2025, 3, 8, 12, tzinfo=UTC)
    shop.settings["data_lag_days"] = 0
    verdicts = shop.verdicts(date=DAY, now=now)
    assert verdicts["volume_zscore"].status is Status.GREEN
    assert verdicts["volume_zscore"].details["events"] == 16
    assert max(d["events"] for d in verdicts["volume_zscore"].details["daily"]) < 18
    assert verdicts["freshness"].status is Status.GREEN


def test_latest_data_date_ignores_the_future(shop: Shop) -> None:
    shop.events.rows += [view(date(2031, 1, 1), 3.0)]
    shop.write()
    assert shop.run(data_date="latest").data_date == DAY


def test_null_and_hostile_event_names(shop: Shop) -> None:
    hostile = "\x1b[31m::error::\n| **x** ![](http://evil) \u202e"
    for back in range(8, 0, -1):
        day = DAY - timedelta(days=back)
        shop.events.rows += [view(day, i / 2, hostile) for i in range(12)]
        shop.events.rows += [view(day, i / 2, None) for i in range(12)]
    shop.write()
    verdict = shop.verdicts()["event_volume"]
    assert verdict.message == "silent=2 (max 0)"
    assert {"(null)", hostile} == set(verdict.details["silent"])
    for text in (verdict.summary, verdict.action):
        assert not set("\x1b\n\u202e") & set(text)


def test_bad_counts_in_the_log_are_unknown(shop: Shop) -> None:
    shop.log.rows.append(log_entry(DAY, None, 4, filename="b.csv"))
    shop.log.rows.append(log_entry(DAY, 10, -4, filename="c.csv"))
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["rows_read"].message == "rows_read=unknown (bad_value: rows_read is NULL)"
    assert verdicts["rows_read"].summary.startswith("The rows read of 'b.csv' could not be judged")
    assert verdicts["quarantine_rate"].status is Status.UNKNOWN
    assert verdicts["run_status"].status is Status.GREEN


def test_ten_thousand_event_names(duck: Shop) -> None:
    duck.write(
        "INSERT INTO stg_events SELECT 'c', TIMESTAMP '2025-03-01' + INTERVAL (i) SECOND, "
        "'name ' || (i % 10000), NULL, NULL FROM range(600000) t(i)"
    )
    verdict = duck.verdicts()["event_volume"]
    assert verdict.details["names_total"] == 10002
    assert len(verdict.details["names"]) == 200


def test_schema_and_catalog_qualified_names(duck: Shop) -> None:
    duck.write(
        'CREATE SCHEMA "my.schema"',
        'CREATE TABLE "my.schema".events AS SELECT * FROM stg_events',
        "DROP TABLE stg_events",
    )
    duck.set("events", table='warehouse."my.schema".events')
    assert duck.verdicts()["volume_zscore"].message == "z=-0.17 (below 3.0)"
