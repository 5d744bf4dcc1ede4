"""An id means one thing: ids that are used again are told, orders belong to purchases of about
their time, and ids that cannot be compared are no orphans. Proved around each limit.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from checks import Status
from tests.shop import DAY, Row, Shop, at, order, purchase


def _many(shop: Shop, count: int) -> list[Row]:
    """So many orders on the judged day, each with its purchase and its session."""
    orders = [order(DAY, number) for number in range(count)]
    shop.orders.rows = [row for row in shop.orders.rows if row["purchase_time"] < at(DAY, 0)]
    shop.events.rows = [
        row
        for row in shop.events.rows
        if row["timestamp"] < at(DAY, 0) or row["event_name"] != "purchase"
    ]
    shop.orders.rows += orders
    shop.events.rows += [purchase(DAY, number) for number in range(count)]
    shop.sessions.rows += [{"session_id": row["lc_session_id"]} for row in orders]
    return orders


@pytest.mark.parametrize(
    ("twice", "status"), [(0, Status.GREEN), (2, Status.GREEN), (3, Status.AMBER)]
)
def test_one_id_on_many_orders_is_told_and_warns(shop: Shop, twice: int, status: Status) -> None:
    """2 of 200 is exactly one in a hundred."""
    orders = _many(shop, 200 - twice)
    shop.orders.rows += [dict(row) for row in orders[:twice]]
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is status
    assert verdict.details["duplicate_order_ids"] == twice
    assert ("repeat an order id" in verdict.summary) == bool(twice)
    if status is Status.AMBER:
        assert verdict.message == "orphan_orders=0 (max 0), duplicate_ids=0.0150 (max 0.01)"


def test_one_id_on_every_order(shop: Shop) -> None:
    for row in (*shop.orders.rows, *shop.events.rows):
        if row["transaction_id"] is not None:
            row["transaction_id"] = "undefined"
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.AMBER
    assert "duplicate_ids=0.9167 (max 0.01)" in verdict.message


def test_one_id_on_many_purchases_warns(shop: Shop) -> None:
    shop.events.rows.append(purchase(DAY, 3))
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.AMBER
    assert "1 purchase repeats an order id" in verdict.summary


def test_the_limit_can_be_set(shop: Shop) -> None:
    shop.parameters("orphan_orders", duplicates_above=0.1)
    shop.events.rows.append(purchase(DAY, 3))
    shop.write()
    assert shop.verdicts()["orphan_orders"].status is Status.GREEN


def test_blank_order_ids_are_no_duplicates(shop: Shop) -> None:
    shop.set("events", order_id=None)
    for row, blank in zip(shop.orders.rows[-6:], ["", " ", "\t", None, "  ", "\n"], strict=True):
        row["transaction_id"] = blank
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.GREEN
    assert verdict.details["duplicate_order_ids"] == 0


@pytest.mark.parametrize(
    ("hours", "count"),
    [
        (-48.0, 0),
        (-48.001, 1),
        (71.999, 0),
        (72.0, 1),
        (-24 * 30.0, 1),
        (24 * 30.0, 1),
    ],
)
def test_an_order_belongs_to_a_purchase_of_about_its_time(
    shop: Shop, hours: float, count: int
) -> None:
    """From two days before the purchase's day begins to two days after it ends."""
    last = shop.orders.rows[-1]
    last["purchase_time"] = at(DAY, 0) + timedelta(hours=hours)
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    kinds = {kind["kind"]: kind["count"] for kind in verdict.details["kinds"]}
    assert kinds["purchase_without_order"] == count


def test_ids_used_again_from_last_month_hide_no_lost_order(shop: Shop) -> None:
    for row in shop.orders.rows[-3:]:
        row["purchase_time"] -= timedelta(days=30)
    shop.write()
    assert shop.verdicts()["orphan_orders"].message == "orphan_orders=3 (max 0)"


def test_ids_of_different_kinds_that_never_match_are_no_orphans(shop: Shop) -> None:
    shop.orders.columns["transaction_id"] = sa.BigInteger()
    for number, row in enumerate(shop.orders.rows):
        row["transaction_id"] = number
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.UNKNOWN
    words = "events.order_id and orders.order_id are of different kinds (text and number)"
    assert f"{words}, and none of 12 ids matches" in verdict.message


def test_session_ids_of_different_kinds_that_never_match(shop: Shop) -> None:
    shop.sessions.columns["session_id"] = sa.BigInteger()
    for number, row in enumerate(shop.sessions.rows):
        row["session_id"] = number
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.UNKNOWN
    assert "orders.session_id and sessions.session_id are of different kinds" in verdict.message


@pytest.mark.parametrize(
    ("orders", "shared", "is_warned"),
    [(12, 6, False), (12, 7, True), (9, 9, False), (10, 10, True)],
)
def test_one_session_id_on_most_orders_is_a_warning(
    shop: Shop, orders: int, shared: int, is_warned: bool
) -> None:
    rows = _many(shop, orders)
    for row in rows[:shared]:
        row["lc_session_id"] = rows[0]["lc_session_id"]
    shop.write()
    report = shop.run()
    verdict = next(check for check in report.checks if check.id == "orphan_orders")
    assert verdict.status is Status.GREEN
    assert verdict.details["orders_of_one_session"] == shared
    words = f"{shared} of {orders} orders of Saturday 8 March share one session id"
    assert any(words in warning for warning in report.warnings) == is_warned
