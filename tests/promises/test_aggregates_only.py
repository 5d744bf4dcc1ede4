"""The warehouse does the work: what an evaluation fetches does not grow with the events.

Proved on every engine by counting the rows that are fetched for a shop and for ten times as much of
it, healthy and with every order lost: the same number, and none of them is an event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from checks.warehouse import Warehouse
from tests.shop import DAY, NOW, Shop, order, purchase, view

DAYS = [DAY - timedelta(days=back) for back in range(10, -1, -1)]
Fetched = Callable[..., tuple[int, int]]


def fill(shop: Shop, times: int, *, lost: bool) -> None:
    """So many times the events, purchases, orders and sessions of each day."""
    shop.events.rows, shop.orders.rows, shop.sessions.rows = [], [], []
    for day in DAYS:
        views, bought = 20 * times, 12 * times
        shop.events.rows += [view(day, 23.9 * i / views) for i in range(views)]
        shop.events.rows += [purchase(day, i) for i in range(bought)]
        orders = [order(day, i) for i in range(bought)]
        shop.orders.rows += orders
        if not lost:
            shop.sessions.rows += [{"session_id": row["lc_session_id"]} for row in orders]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Fetched:
    """How many rows an evaluation fetches, and the exit code."""

    def count(shop: Shop, **options: Any) -> tuple[int, int]:
        rows = 0
        fetch = Warehouse.fetch

        def counting(self: Warehouse, statement: Any) -> Any:
            nonlocal rows
            fetched = fetch(self, statement)
            rows += len(fetched)
            return fetched

        with monkeypatch.context() as patch:
            patch.setattr(Warehouse, "fetch", counting)
            report = shop.run(**options)
        return rows, report.exit_code

    return count


@pytest.mark.parametrize(("lost", "code"), [(False, 0), (True, 1)])
def test_ten_times_the_data_is_as_many_rows(
    shop: Shop, fetched: Fetched, lost: bool, code: int
) -> None:
    fill(shop, 1, lost=lost)
    shop.write()
    small = fetched(shop)
    fill(shop, 10, lost=lost)
    shop.write()
    large = fetched(shop)
    assert (small[1], large[1]) == (code, code)
    assert 0 < small[0] <= large[0] <= small[0] + 10  # a list of examples may get full
    assert large[0] < len(shop.events.rows) / 10


def test_nor_does_what_lies_after_now_or_long_ago(shop: Shop, fetched: Fetched) -> None:
    shop.write()
    before = fetched(shop)
    later = NOW.date() + timedelta(days=1)
    shop.events.rows += [view(later, hour / 20) for hour in range(400)]
    shop.events.rows += [view(DAY - timedelta(days=900), hour / 20) for hour in range(400)]
    shop.orders.rows += [order(DAY - timedelta(days=900), i) for i in range(400)]
    shop.write()
    after = fetched(shop)
    assert after[0] <= before[0] + 10


def test_the_newest_day_is_one_row_more(shop: Shop, fetched: Fetched) -> None:
    shop.write()
    assert 1 <= fetched(shop, data_date="latest")[0] - fetched(shop)[0] <= 2
