"""Orphan orders: counts, dark revenue, list and trend, on every engine that runs here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.metrics import NO_ORDER, NO_SESSION, ORPHAN_KINDS, UNKNOWN_SESSION
from checks.evidence import orphan_rows, orphan_trend, orphans
from checks.evidence.context import open_context
from tests.shop import DAY, NOW, Shop, at, order, order_id, purchase


def ask(shop: Shop, read: Callable[..., Any], now: datetime = NOW, **options: Any) -> Any:
    """One reading of the judged day."""
    with open_context(shop.config(), DAY, now) as context:
        return read(context, **options)


def unmap(shop: Shop, section: str) -> None:
    """Leave a section out, and switch off what needs it."""
    del shop.settings[section]
    needs = {"events": ("freshness", "volume_zscore", "volume_expected", "event_volume",
                        "volume_trend", "missing_revenue"),
             "orders": ("orphan_orders",)}  # fmt: skip
    for check in needs.get(section, ()):
        shop.parameters(check, enabled=False)


def break_orders(shop: Shop) -> None:
    """Two orders without a session, one with a lost one, two purchases without an order."""
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.orders.rows[-2]["lc_session_id"] = "   "
    shop.orders.rows[-3] |= {"lc_session_id": "gone", "revenue": 100.25}
    shop.events.rows += [purchase(DAY, 77, 40.0), purchase(DAY, 77, 40.0)]
    shop.events.rows += [purchase(DAY, 78) | {"transaction_id": " "}]
    shop.events.rows += [purchase(DAY, 1)]  # a duplicate of an order that exists


def test_the_counts_are_the_verdicts(shop: Shop) -> None:
    break_orders(shop)
    shop.write()
    details = shop.verdicts()["orphan_orders"].details
    summary = ask(shop, orphans.read)
    assert [(k.kind, k.count, k.revenue) for k in summary.kinds] == [
        (k["kind"], k["count"], k["dark_revenue"]) for k in details["kinds"]
    ]
    assert (summary.orders, summary.count) == (details["orders"], details["orphans"])
    assert summary.count == 5
    assert summary.dark == 51.0 + 100.25 + 65.5


def test_shares_are_of_what_the_day_brought_in(shop: Shop) -> None:
    break_orders(shop)
    shop.write()
    summary = ask(shop, orphans.read)
    whole = 11 * 25.5 + 100.25 + 65.5  # the orders, and what never became one
    assert summary.day_revenue == pytest.approx(whole)
    assert [k.share for k in summary.kinds] == pytest.approx(
        [51.0 / whole, 100.25 / whole, 65.5 / whole]
    )
    assert summary.share == pytest.approx(sum(k.share for k in summary.kinds))


@pytest.mark.parametrize(("limit", "beyond"), [(0, True), (1, True), (2, False), (3, False)])
def test_beyond_is_above_the_limit_and_not_at_it(tmp_path: Path, limit: int, beyond: bool) -> None:
    shop = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.orders.rows[-2]["lc_session_id"] = None
    shop.parameters("orphan_orders", alert_above=limit)
    shop.write()
    assert ask(shop, orphans.read).beyond is beyond
    assert ask(shop, orphan_trend.read, days=3).days[-1].beyond is beyond


def test_a_healthy_day_has_measured_zeros(shop: Shop) -> None:
    shop.write()
    summary = ask(shop, orphans.read)
    assert [(k.count, k.revenue, k.share, k.problem) for k in summary.kinds] == [
        (0, 0.0, 0.0, None)
    ] * 3
    assert (summary.beyond, summary.unmeasured) == (False, ())
    assert ask(shop, orphan_rows.read).total == 0


def test_nan_and_null_amounts_are_no_money(shop: Shop) -> None:
    shop.orders.rows[-1] |= {"lc_session_id": None, "revenue": None}
    shop.orders.rows[-2] |= {"lc_session_id": None, "revenue": float("nan")}
    shop.orders.rows[-3] |= {"lc_session_id": None, "revenue": 7.5}
    shop.write()
    summary = ask(shop, orphans.read)
    assert (summary.kinds[0].count, summary.kinds[0].revenue) == (3, 7.5)
    rows = ask(shop, orphan_rows.read).rows
    assert sorted(row.amount or 0.0 for row in rows) == [0.0, 0.0, 7.5]
    assert [row.amount for row in rows].count(None) == 2
    assert ask(shop, orphan_trend.read).days[-1].revenue[NO_SESSION] == 7.5


UNMAPPED = [
    ("sessions", {}, UNKNOWN_SESSION, "sessions are not mapped"),
    ("orders", {"order_id": None}, NO_ORDER, "not both mapped"),
    ("events", {"order_id": None}, NO_ORDER, "not both mapped"),
    ("events", {}, NO_ORDER, "not both mapped"),
]


@pytest.mark.parametrize(("section", "keys", "kind", "why"), UNMAPPED)
def test_what_is_not_mapped_is_said_and_is_no_zero(
    shop: Shop, section: str, keys: dict[str, Any], kind: str, why: str
) -> None:
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.write()
    if keys:
        shop.set(section, **keys)
    else:
        unmap(shop, section)
    orphan_kind = next(counts for counts in ask(shop, orphans.read).kinds if counts.kind == kind)
    assert (orphan_kind.count, orphan_kind.revenue, orphan_kind.mapped) == (None, None, False)
    assert why in (orphan_kind.problem or "")
    trend = ask(shop, orphan_trend.read, days=3)
    assert kind not in trend.kinds
    assert kind not in trend.days[-1].counts
    assert why in trend.problems[kind]
    rows = ask(shop, orphan_rows.read)
    assert why in rows.problems[kind]
    assert rows.total == 1
    assert why in ask(shop, orphan_rows.read, kind=kind).problems[kind]


def test_a_missing_sessions_table_spoils_one_kind(shop: Shop) -> None:
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.write("DROP TABLE dim_sessions")
    summary = ask(shop, orphans.read)
    assert [kind.kind for kind in summary.unmeasured] == [UNKNOWN_SESSION]
    assert "dim_sessions" in (summary.unmeasured[0].problem or "")
    trend = ask(shop, orphan_trend.read, days=3)
    assert trend.kinds == (NO_SESSION, NO_ORDER)
    assert "dim_sessions" in trend.problems[UNKNOWN_SESSION]
    rows = ask(shop, orphan_rows.read)
    assert (rows.total, list(rows.problems)) == (1, [UNKNOWN_SESSION])
    with pytest.raises(MeasurementError, match="dim_sessions"):
        ask(shop, orphan_rows.read, kind=UNKNOWN_SESSION)


def test_an_unreadable_amount_hides_no_orphan(shop: Shop) -> None:
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.write()
    shop.set("orders", revenue="no_such_column")
    summary = ask(shop, orphans.read)
    assert (summary.kinds[0].count, summary.kinds[0].revenue) == (1, None)
    assert (summary.day_revenue, summary.share) == (None, None)
    assert "no_such_column" in summary.unread["orders.revenue"]
    rows = ask(shop, orphan_rows.read)
    assert rows.rows[0].amount is None
    assert "no_such_column" in rows.unread["orders.revenue"]
    assert list(ask(shop, orphan_trend.read).days[-1].revenue) == [NO_ORDER]


@pytest.mark.parametrize("column", ["ordered_at", "session_id"])
def test_without_the_orders_there_is_no_answer(shop: Shop, column: str) -> None:
    shop.write()
    shop.set("orders", **{column: "no_such_column"})
    for read in (orphans.read, orphan_trend.read):
        with pytest.raises(MeasurementError, match="no_such_column"):
            ask(shop, read)
    with pytest.raises(MeasurementError, match="no_such_column"):
        ask(shop, orphan_rows.read, kind=NO_SESSION)


def test_orders_that_are_not_mapped_are_said(shop: Shop) -> None:
    shop.write()
    unmap(shop, "orders")
    for read in (orphans.read, orphan_trend.read, orphan_rows.read):
        with pytest.raises(MeasurementError, match="`orders` is not mapped"):
            ask(shop, read)


def test_a_silent_purchase_event_is_no_zero(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["event_name"] != "purchase"]
    shop.write()
    summary = ask(shop, orphans.read)
    assert summary.kinds[2].count is None
    assert "purchase" in (summary.kinds[2].problem or "")
    trend = ask(shop, orphan_trend.read, days=5)
    assert trend.kinds == (NO_SESSION, UNKNOWN_SESSION)
    assert trend.problems[NO_ORDER] == "no event named 'purchase' in 5 days"


def test_the_list_by_kind_with_ids_amount_and_age(shop: Shop) -> None:
    break_orders(shop)
    shop.write()
    page = ask(shop, orphan_rows.read)
    assert (page.total, page.page, page.pages, dict(page.problems)) == (5, 1, 1, {})
    assert [(r.kind, r.order_id, r.session_id, r.amount) for r in page.rows] == [
        (NO_SESSION, order_id(DAY, 10), None, 25.5),
        (NO_SESSION, order_id(DAY, 11), None, 25.5),
        (UNKNOWN_SESSION, order_id(DAY, 9), "gone", 100.25),
        (NO_ORDER, order_id(DAY, 77), None, 40.0),
        (NO_ORDER, None, None, 25.5),
    ]
    newest = at(DAY, 1.9 * 11 + 1).replace(tzinfo=UTC)
    assert page.rows[1].at == newest
    assert page.rows[1].age == pytest.approx((NOW - newest).total_seconds())


@pytest.mark.parametrize(("kind", "total"), [(NO_SESSION, 2), (UNKNOWN_SESSION, 1), (NO_ORDER, 2)])
def test_one_kind(shop: Shop, kind: str, total: int) -> None:
    break_orders(shop)
    shop.write()
    page = ask(shop, orphan_rows.read, kind=kind)
    assert page.total == total
    assert {row.kind for row in page.rows} == {kind}


@pytest.mark.parametrize(
    ("query", "total"),
    [("ord-20250308-011", 1), ("GON", 1), ("ORD-", 4), ("%", 0), ("_", 0), ("  77 ", 1), ("'", 0)],
)
def test_searching_ids(shop: Shop, query: str, total: int) -> None:
    break_orders(shop)
    shop.write()
    assert ask(shop, orphan_rows.read, query=query).total == total


def test_an_unknown_kind_is_refused(shop: Shop) -> None:
    shop.write()
    with pytest.raises(MeasurementError, match="'nonsense' is no kind of orphan order"):
        ask(shop, orphan_rows.read, kind="nonsense")


def test_pages_cover_every_kind_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphan_rows, "MOST_ROWS", 2)
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    break_orders(shop)
    shop.write()
    pages = [ask(shop, orphan_rows.read, page=page) for page in (1, 2, 3, 4)]
    assert [len(page.rows) for page in pages] == [2, 2, 1, 0]
    assert {(page.total, page.pages) for page in pages} == {(5, 3)}
    rows = [row for page in pages for row in page.rows]
    assert rows == list(_all(shop, monkeypatch))


def _all(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(orphan_rows, "MOST_ROWS", 100)
    return ask(shop, orphan_rows.read).rows


def test_hostile_ids_are_inert_and_blank_ones_are_none(shop: Shop) -> None:
    hostile = "=HYPERLINK('x')\u202e<script>"
    shop.orders.rows[-1] |= {"lc_session_id": hostile, "transaction_id": " "}
    shop.write()
    row = ask(shop, orphan_rows.read, kind=UNKNOWN_SESSION).rows[0]
    assert (row.order_id, row.session_id) == (None, "=HYPERLINK('x')\\u202e<script>")


def test_the_trend_counts_each_day_and_kind(shop: Shop) -> None:
    break_orders(shop)
    before = DAY - timedelta(days=2)
    shop.orders.rows += [order(before, 50, session="gone too", revenue=10.0)]
    shop.events.rows += [purchase(before, 60, 5.0), purchase(before, 60, 5.0)]
    shop.write()
    trend = ask(shop, orphan_trend.read, days=5)
    assert [day.day for day in trend.days] == [DAY - timedelta(days=n) for n in (4, 3, 2, 1, 0)]
    assert trend.kinds == ORPHAN_KINDS
    assert [tuple(day.counts.values()) for day in trend.days] == [
        (0, 0, 0), (0, 0, 0), (0, 1, 1), (0, 0, 0), (2, 1, 2)
    ]  # fmt: skip
    assert [day.dark for day in trend.days] == [0.0, 0.0, 15.0, 0.0, 216.75]
    assert [day.orders for day in trend.days] == [12, 12, 13, 12, 12]
    assert [day.beyond for day in trend.days] == [False, False, True, False, True]
    assert trend.first_order_day == DAY - timedelta(days=4)


def test_the_trends_last_day_is_the_verdicts(shop: Shop) -> None:
    break_orders(shop)
    shop.write()
    last, summary = ask(shop, orphan_trend.read).days[-1], ask(shop, orphans.read)
    assert last.counts == {kind.kind: kind.count for kind in summary.kinds}
    assert (last.dark, last.orders) == (summary.dark, summary.orders)


def test_the_trend_begins_before_the_first_order(shop: Shop) -> None:
    shop.write()
    trend = ask(shop, orphan_trend.read, days=20)
    assert [day.empty for day in trend.days] == [True] * 9 + [False] * 11
    assert trend.first_order_day == DAY - timedelta(days=10)


def test_a_day_that_lasts_is_cut_at_now(shop: Shop) -> None:
    for row in shop.orders.rows[-12:]:
        row["lc_session_id"] = None
    shop.write()
    noon = datetime(2025, 3, 8, 12, tzinfo=UTC)
    assert ask(shop, orphans.read, now=noon).kinds[0].count == 6
    assert ask(shop, orphan_trend.read, now=noon).days[-1].counts[NO_SESSION] == 6
    rows = ask(shop, orphan_rows.read, now=noon)
    assert rows.total == 6
    assert all((row.age or -1) >= 0 for row in rows.rows)


def test_dates_without_a_time_of_day(shop: Shop) -> None:
    shop.orders.columns["purchase_time"] = sa.Date()
    for row in shop.orders.rows:
        row["purchase_time"] = row["purchase_time"].date()
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.write()
    page = ask(shop, orphan_rows.read)
    assert page.day_only == {NO_SESSION, UNKNOWN_SESSION}
    assert page.rows[0].at == datetime(2025, 3, 8, tzinfo=UTC)
    assert [day.counts[NO_SESSION] for day in ask(shop, orphan_trend.read, days=3).days] == [
        0,
        0,
        1,
    ]


@pytest.mark.parametrize("kind", ["TIMESTAMP WITH TIME ZONE", "TEXT"])
def test_other_columns_of_time(tmp_path: Path, kind: str) -> None:
    shop = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    break_orders(shop)
    column = "strftime(\"timestamp\", '%Y-%m-%dT%H:%M:%SZ')"
    if kind != "TEXT":
        column = "\"timestamp\" AT TIME ZONE 'UTC'"
    shop.write(f'ALTER TABLE stg_events ALTER "timestamp" TYPE {kind} USING {column}')
    page = ask(shop, orphan_rows.read, kind=NO_ORDER)
    assert [row.order_id for row in page.rows] == [order_id(DAY, 77), None]
    assert page.rows[0].at == at(DAY, 1.9 * (77 % 12) + 1).replace(tzinfo=UTC)
    assert ask(shop, orphan_trend.read, days=2).days[-1].counts[NO_ORDER] == 2


def test_ids_of_different_types(shop: Shop) -> None:
    shop.sessions.columns["session_id"] = sa.BigInteger()
    shop.sessions.rows = [{"session_id": n} for n in range(500)]
    for n, row in enumerate(shop.orders.rows):
        row["lc_session_id"] = str(n)
    shop.orders.rows[-1]["lc_session_id"] = "501"
    shop.write()
    assert [r.session_id for r in ask(shop, orphan_rows.read).rows] == ["501"]
    assert ask(shop, orphan_trend.read).days[-1].counts[UNKNOWN_SESSION] == 1
