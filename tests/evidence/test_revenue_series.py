"""Purchases without revenue: the share by day, and the purchases themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.evidence import revenue
from checks.evidence.context import MOST_ROWS
from tests.evidence.asking import ask
from tests.shop import DAY, Shop, at, purchase, view

HOSTILE = "=cmd|' /C calc'!A1 <script>alert(1)</script>"


def break_amounts(shop: Shop, *amounts: Any) -> None:
    """Give the judged day's first purchases these amounts."""
    mine = [r for r in shop.events.rows if r["event_name"] == "purchase"]
    mine = [r for r in mine if r["timestamp"] >= at(DAY, 0)]
    for row, amount in zip(mine, amounts, strict=False):
        row["revenue"] = amount


def test_the_judged_day_has_the_numbers_of_the_verdict(shop: Shop) -> None:
    break_amounts(shop, None, -3.0, 0.0, None)
    shop.write()
    verdict = shop.verdicts()["missing_revenue"]
    series = ask(shop, lambda context: revenue.read(context, days=4))
    last = series.days[-1]
    assert (last.share, last.beyond) == (verdict.value, True)
    assert (last.purchases, last.missing, last.red_from) == (12, 2, 2)
    assert (last.revenue, series.alert_at) == (verdict.details["revenue"], verdict.threshold)
    assert (series.negative, series.zero) == (1, 1)
    daily = [(row["purchases"], row["missing"], row["revenue"]) for row in verdict.details["daily"]]
    assert [(d.purchases, d.missing, d.revenue) for d in series.days] == daily[-4:]
    assert not series.days[-2].beyond


def test_a_day_that_lasts_has_the_numbers_of_the_verdict(shop: Shop) -> None:
    shop.write()
    noon = datetime(2025, 3, 8, 12, tzinfo=UTC)
    shop.settings["data_lag_days"] = 0
    verdict = shop.verdicts(date=DAY, now=noon)["missing_revenue"]
    series = ask(shop, lambda context: revenue.read(context, days=4), now=noon)
    assert series.until == noon
    assert [day.purchases for day in series.days] == [
        row["purchases"] for row in verdict.details["daily"]
    ][-4:]


@pytest.mark.parametrize(("missing", "beyond"), [(0, False), (1, False), (2, True), (3, True)])
@pytest.mark.parametrize("params", [{}, {"alert_at": 2 / 12, "judge": "exact"}])
def test_a_day_is_beyond_from_the_told_number_on(
    duck: Shop, params: dict[str, Any], missing: int, beyond: bool
) -> None:
    duck.parameters("missing_revenue", **params)
    break_amounts(duck, *[None] * missing)
    duck.write()
    day = ask(duck, lambda context: revenue.read(context, days=1)).days[-1]
    assert (day.beyond, day.red_from) == (beyond, 2)


def test_days_without_purchases_and_before_all_events_have_no_share(shop: Shop) -> None:
    bare = DAY - timedelta(days=1)
    shop.events.rows = [
        r
        for r in shop.events.rows
        if r["event_name"] != "purchase" or r["timestamp"].date() != bare
    ]
    shop.write()
    days = ask(shop, lambda context: revenue.read(context, days=14)).days
    assert (days[0].purchases, days[0].revenue) == (None, None)
    assert days[0].why == "before the first event of all"
    assert (days[-2].purchases, days[-2].share, days[-2].revenue) == (0, None, 0.0)
    assert "no purchases on 2025-03-07, usually 12 a day" in days[-2].why
    assert days[3].share == 0.0


def test_decimals_are_summed_to_the_cent(duck: Shop) -> None:
    duck.events.columns["revenue"] = sa.Numeric(12, 2)
    duck.events.rows = [view(DAY - timedelta(days=9), 1)]
    duck.events.rows += [purchase(DAY, i, "0.10") for i in range(12)]
    duck.write()
    assert ask(duck, lambda context: revenue.read(context, days=1)).days[-1].revenue == 1.2


def test_revenue_that_is_not_mapped_or_no_amount_says_so(duck: Shop) -> None:
    duck.events.columns["revenue"] = sa.Date()
    for row in duck.events.rows:
        row["revenue"] = None
    duck.write()
    with pytest.raises(MeasurementError, match="not a number or text"):
        ask(duck, revenue.read)
    duck.set("events", revenue=None)
    for read in (revenue.read, revenue.read_rows):
        with pytest.raises(MeasurementError, match=r"`events\.revenue` is not mapped"):
            ask(duck, read)


def test_the_purchases_concerned_in_the_order_of_time(shop: Shop) -> None:
    break_amounts(shop, None, 0.0, None)
    shop.events.rows += [purchase(DAY - timedelta(days=1), 3, None), view(DAY, 5)]
    shop.events.rows += [purchase(DAY, 4, None) | {"transaction_id": None}]
    shop.write()
    page = ask(shop, revenue.read_rows)
    assert page.total == 3
    assert [row[0] for row in page.rows] == [
        "2025-03-08 01:00:00", "2025-03-08 04:48:00", "2025-03-08 08:36:00",
    ]  # fmt: skip
    assert page.rows[0] == ("2025-03-08 01:00:00", "purchase", "ORD-20250308-000", "NULL")
    assert page.rows[2][2] == "NULL"


def test_amounts_are_shown_as_they_are_stored(shop: Shop) -> None:
    if shop.url.startswith("sqlite"):
        pytest.skip("SQLite keeps NaN as NULL")
    break_amounts(shop, float("nan"), float("inf"))
    shop.write()
    shown = [row[3].lower() for row in ask(shop, revenue.read_rows).rows]
    assert [text[:3] for text in shown] == ["nan", "inf"]


def test_text_amounts_and_hostile_ids_are_inert(duck: Shop) -> None:
    duck.events.columns["revenue"] = sa.String(4000)
    break_amounts(duck, "12,50", "\u202e" + "9" * 3000, "7.5")
    duck.events.rows += [purchase(DAY, 5, "free") | {"transaction_id": HOSTILE[:40]}]
    duck.write()
    page = ask(duck, revenue.read_rows)
    amounts = [row[3] for row in page.rows]
    assert amounts[0] == "12,50"
    assert amounts[1].startswith("\\u202e999")
    assert len(amounts[1]) < 100
    assert page.rows[-1][2] == HOSTILE[:40]
    assert page.total == 3
    assert ask(duck, lambda c: revenue.read(c, days=1)).days[-1].missing == 3


def test_the_list_agrees_with_the_count_and_comes_a_thousand_at_a_time(duck: Shop) -> None:
    duck.events.rows += [purchase(DAY, i, None) for i in range(MOST_ROWS + 7)]
    duck.write()
    first = ask(duck, revenue.read_rows)
    second = ask(duck, lambda context: revenue.read_rows(context, page=2))
    third = ask(duck, lambda context: revenue.read_rows(context, page=3))
    assert (len(first.rows), len(second.rows), len(third.rows)) == (MOST_ROWS, 7, 0)
    assert first.total == second.total == third.total == MOST_ROWS + 7
    assert first.rows[-1] <= second.rows[0]
    assert ask(duck, lambda c: revenue.read(c, days=1)).days[-1].missing == first.total


def test_a_day_that_lasts_lists_what_has_come_so_far(duck: Shop) -> None:
    break_amounts(duck, None, None, None)
    duck.write()
    page = ask(duck, revenue.read_rows, now=datetime(2025, 3, 8, 4, tzinfo=UTC))
    assert page.total == 2


def test_times_are_of_the_shop(duck: Shop) -> None:
    duck.settings["timezone"] = "Europe/Berlin"
    break_amounts(duck, None)
    duck.write()
    assert ask(duck, revenue.read_rows).rows[0][0] == "2025-03-08 02:00:00"
