"""Rows that belong to no day are never lost: those without a time are counted and told, and where
they could change the verdict the check is unknown. Proved just below, at and above each limit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from checks import Status, Verdict
from tests.shop import DAY, NOW, RUN, Row, Shop, at, purchase, view
from tests.shop import order as an_order

#: Events of a usual day of this shop: two thousand views and twelve purchases.
VIEWS = 1988
EVENT_CHECKS = ("freshness", "volume_zscore", "event_volume")


def _large(shop: Shop) -> None:
    """2,000 events a day, so that a thousandth of a day is two."""
    days = [DAY - timedelta(days=back) for back in range(10, -1, -1)]
    shop.events.rows = [
        *(view(day, 24 * i / VIEWS) for day in days for i in range(VIEWS)),
        *(purchase(day, i) for day in days for i in range(12)),
    ]


def _undated(count: int, **more: Any) -> list[Row]:
    return [view(DAY, 1) | {"timestamp": None} | more for _ in range(count)]


def _statuses(verdicts: dict[str, Verdict] | Any, names: tuple[str, ...]) -> set[Status]:
    return {verdicts[name].status for name in names}


@pytest.mark.parametrize(
    ("count", "freshness", "others"),
    [
        (0, Status.GREEN, Status.GREEN),
        (2, Status.GREEN, Status.GREEN),
        (3, Status.AMBER, Status.GREEN),
        (20, Status.AMBER, Status.GREEN),
        (21, Status.UNKNOWN, Status.UNKNOWN),
    ],
)
def test_new_events_without_a_time_warn_and_then_spoil_the_day(
    shop: Shop, count: int, freshness: Status, others: Status
) -> None:
    _large(shop)
    shop.events.rows += _undated(count)
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["freshness"].status is freshness
    assert _statuses(verdicts, EVENT_CHECKS[1:]) == {others}
    assert verdicts["freshness"].details["undated_events"] == count
    is_said = "no readable time" in verdicts["freshness"].summary
    assert is_said == (0 < count <= 20)


def test_events_with_text_that_is_no_time_count_the_same(shop: Shop) -> None:
    _large(shop)
    shop.events.columns["timestamp"] = sa.String(40)
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].isoformat(" ")
    texts = ["", "n/a", "08.03.2025 05:00", "2025-13-08 10:00:00", "yesterday", None] * 4
    shop.events.rows += [view(DAY, 1) | {"timestamp": text} for text in texts[:21]]
    shop.write()
    verdicts = shop.verdicts()
    assert _statuses(verdicts, EVENT_CHECKS) == {Status.UNKNOWN}
    assert "21 events without a time: 1.1 % of a usual day" in verdicts["freshness"].message


def test_old_ones_block_no_gate_for_ever(shop: Shop) -> None:
    """The first evaluation after they came is unknown, however often it runs; the next is not."""
    _large(shop)
    shop.events.rows += _undated(500)
    shop.write()
    before = {"date": DAY, "data_date": DAY - timedelta(days=1), "now": NOW - timedelta(days=1)}
    for _ in range(2):
        assert shop.verdicts(record=True, **before)["freshness"].status is Status.UNKNOWN
    next_day = shop.verdicts(record=True)["freshness"]
    assert next_day.status is Status.GREEN
    assert "500 events have no readable time" in next_day.summary
    shop.events.rows += _undated(21)
    shop.write()
    for _ in range(2):
        new = shop.verdicts(record=True)["freshness"]
        assert new.status is Status.UNKNOWN
        assert "521 events without a time, 500 of them old: 1.1 %" in new.message


def _stray_rows(shop: Shop, kind: str) -> None:
    """What today's load brings: 40 rows that belong to no day."""
    rows = _undated(40)
    if kind == "far":
        rows = [row | {"timestamp": TOO_FAR + timedelta(days=9)} for row in rows]
    if kind == "orders":
        orders = [an_order(DAY, 900 + number) for number in range(40)]
        shop.orders.rows += [row | {"purchase_time": None} for row in orders]
    else:
        shop.events.rows += rows
    shop.write()


@pytest.mark.parametrize("kind", ["events", "far", "orders"])
def test_a_rerun_of_yesterdays_gate_makes_todays_rows_no_older(shop: Shop, kind: str) -> None:
    """A rerun, or a catch-up of both days, sees what only today's load can have brought."""
    _large(shop)
    shop.set("events", order_id=None)
    check = "orphan_orders" if kind == "orders" else "freshness"
    yesterday = {"date": RUN - timedelta(days=1), "record": True}
    shop.verdicts(**yesterday, now=NOW - timedelta(days=1))
    _stray_rows(shop, kind)
    shop.verdicts(**yesterday, now=NOW - timedelta(minutes=5))
    assert shop.verdicts(record=True)[check].status is Status.UNKNOWN
    next_day = {"date": RUN + timedelta(days=1), "now": NOW + timedelta(days=1)}
    details = shop.verdicts(**next_day)[check].details
    kinds = {"events": "undated_events", "far": "far_events", "orders": "undated_orders"}
    assert details[kinds[kind]] == details[f"{kinds[kind]}_before"] == 40


def test_many_gates_of_one_day_make_its_rows_no_older(shop: Shop) -> None:
    """Of all evaluations of yesterday's data date the smallest number counts."""
    _large(shop)
    shop.write()
    begun = NOW - timedelta(days=1)
    yesterday = {"date": RUN - timedelta(days=1), "record": True}
    shop.verdicts(**yesterday, now=begun)
    _stray_rows(shop, "events")
    for number in range(32):
        shop.verdicts(**yesterday, now=begun + timedelta(minutes=number))
    assert shop.verdicts()["freshness"].status is Status.UNKNOWN


@pytest.mark.parametrize("kind", ["events", "far", "orders"])
def test_a_catch_up_of_two_days_hides_no_rows(shop: Shop, kind: str) -> None:
    _large(shop)
    shop.set("events", order_id=None)
    check = "orphan_orders" if kind == "orders" else "freshness"
    earlier = timedelta(days=2)
    shop.verdicts(date=RUN - earlier, now=NOW - earlier, record=True)
    _stray_rows(shop, kind)
    shop.verdicts(date=RUN - timedelta(days=1), now=NOW, record=True)
    assert shop.verdicts(record=True)[check].status is Status.UNKNOWN


def test_a_day_that_could_not_be_measured_makes_no_old_rows_new(shop: Shop) -> None:
    _large(shop)
    shop.events.rows += _undated(40)
    shop.write()
    earlier = timedelta(days=2)
    shop.verdicts(date=RUN - earlier, now=NOW - earlier, record=True)
    shop.set("events", table="not_there_yet")
    earlier = timedelta(days=1)
    shop.verdicts(date=RUN - earlier, now=NOW - earlier, record=True)
    shop.set("events", table=shop.events.name)
    assert shop.verdicts()["freshness"].status is Status.GREEN


def test_those_of_another_table_are_new(shop: Shop) -> None:
    """What was counted of the table before says nothing of the one that is mapped now."""
    _large(shop)
    shop.events.rows += _undated(40)
    shop.write()
    shop.run(record=True, date=RUN - timedelta(days=1), now=NOW - timedelta(days=1))
    assert shop.verdicts()["freshness"].status is Status.GREEN
    moved = replace(shop.events, name="other_events")
    shop.events = moved
    shop.set("events", table="other_events")
    shop.write()
    assert shop.verdicts()["freshness"].status is Status.UNKNOWN


def test_new_ones_may_hide_behind_old_ones_that_went(shop: Shop) -> None:
    _large(shop)
    shop.events.rows += _undated(500)
    shop.write()
    before = {"date": DAY, "data_date": DAY - timedelta(days=1), "now": NOW - timedelta(days=1)}
    shop.run(record=True, **before)
    shop.events.rows = shop.events.rows[:-480]
    shop.write()
    assert shop.verdicts()["freshness"].status is Status.GREEN
    shop.events.rows += _undated(1)
    shop.write()
    verdict = shop.verdicts()["freshness"]
    assert verdict.status is Status.AMBER
    assert verdict.message.endswith(", undated=21 (before: 500)")


def test_a_table_without_any_event_is_not_learning_for_ever(shop: Shop) -> None:
    shop.parameters("freshness", enabled=False)
    shop.events.rows = _undated(0)
    shop.write()
    verdict = shop.verdicts()["volume_zscore"]
    assert verdict.status is Status.UNKNOWN
    assert "there is no event on the data date or before it" in verdict.message


def test_a_young_shop_learns_nothing_from_events_without_a_time(shop: Shop) -> None:
    shop.parameters("freshness", enabled=False)
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] >= at(DAY, 0)]
    shop.events.rows += _undated(1)
    shop.write()
    assert shop.verdicts()["volume_zscore"].status is Status.UNKNOWN


def test_red_stays_red(shop: Shop) -> None:
    _large(shop)
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 0)]
    shop.events.rows += _undated(500)
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["freshness"].status is Status.RED
    assert verdicts["event_volume"].status is Status.RED


def test_purchases_without_a_time_are_judged_apart(shop: Shop) -> None:
    """They are few beside all events, and many beside the purchases."""
    _large(shop)
    lost = [row for row in shop.events.rows if row["event_name"] == "purchase"][-1:]
    for row in lost:
        row["timestamp"] = None
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["freshness"].status is Status.GREEN
    missing = verdicts["missing_revenue"]
    assert missing.status is Status.UNKNOWN
    assert "1 purchase without a time" in missing.message


def test_another_check_tells_where_freshness_is_off(shop: Shop) -> None:
    _large(shop)
    shop.parameters("freshness", enabled=False)
    shop.events.rows += _undated(3)
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["volume_zscore"].status is Status.AMBER
    assert verdicts["volume_zscore"].message.endswith(", undated=0.0015 (max 0.001)")


def test_an_order_without_a_time_that_a_purchase_belongs_to(shop: Shop) -> None:
    shop.orders.rows[-1] |= {"purchase_time": None, "lc_session_id": None}
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.UNKNOWN
    assert "1 purchase of the day has an order without a time" in verdict.message
    assert verdict.details["undated_orders"] == 1


def test_an_order_without_a_time_of_another_day_is_told(shop: Shop) -> None:
    shop.orders.rows[0]["purchase_time"] = None
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.GREEN
    assert "1 order has no readable time" in verdict.summary


def test_orders_that_no_purchase_can_be_compared_with(shop: Shop) -> None:
    """Any of them may be of the day, and an orphan."""
    shop.set("events", order_id=None)
    shop.orders.rows[-1]["purchase_time"] = None
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.UNKNOWN
    assert "1 new order without a time" in verdict.message


def test_orders_after_now_are_told(shop: Shop) -> None:
    later = NOW.replace(tzinfo=None) + timedelta(minutes=1)
    shop.orders.rows.append(an_order(RUN, 50) | {"purchase_time": later})
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.GREEN
    assert verdict.details["future_orders"] == 1
    assert "1 order has a time after now and is not counted" in verdict.summary


def test_a_session_without_a_time_exists(shop: Shop) -> None:
    shop.sessions.columns["started"] = sa.DateTime()
    for row in shop.sessions.rows:
        row["started"] = at(DAY, 0)
    shop.sessions.rows[-1]["started"] = None
    shop.set("sessions", started_at="started")
    shop.write()
    assert shop.verdicts()["orphan_orders"].status is Status.GREEN


def test_only_the_days_partitions_are_asked(shop: Shop) -> None:
    _large(shop)
    shop.events.columns["day"] = sa.String(10)
    for row in shop.events.rows:
        row["day"] = f"{row['timestamp']:%Y-%m-%d}"
    shop.set("events", partition={"column": "day"})
    shop.events.rows += [row | {"day": "2024-01-01"} for row in _undated(500)]
    shop.write()
    assert shop.verdicts()["freshness"].details["undated_events"] == 0
    shop.events.rows += [row | {"day": "2025-03-08"} for row in _undated(21)]
    shop.write()
    assert shop.verdicts(record=True)["freshness"].status is Status.UNKNOWN


#: The last time that a row may have, and the next one.
FARTHEST = NOW.replace(tzinfo=None) + timedelta(days=366)
TOO_FAR = FARTHEST + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("count", "freshness", "others"),
    [
        (2, Status.GREEN, Status.GREEN),
        (3, Status.AMBER, Status.GREEN),
        (20, Status.AMBER, Status.GREEN),
        (21, Status.UNKNOWN, Status.UNKNOWN),
    ],
)
def test_events_years_ahead_weigh_as_much_as_those_without_a_time(
    shop: Shop, count: int, freshness: Status, others: Status
) -> None:
    _large(shop)
    shop.events.rows += [view(DAY, 1) | {"timestamp": TOO_FAR} for _ in range(count)]
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["freshness"].status is freshness
    assert _statuses(verdicts, EVENT_CHECKS[1:]) == {others}
    details = verdicts["freshness"].details
    assert (details["far_events"], details["future_events"]) == (count, count)
    assert details["undated_events"] == 0
    if freshness is not Status.UNKNOWN:
        assert "have a time more than 366 days after now and no day" in (
            verdicts["freshness"].summary
        )


def test_events_a_little_after_now_stay_as_they_are(shop: Shop) -> None:
    _large(shop)
    shop.events.rows += [view(DAY, 1) | {"timestamp": FARTHEST} for _ in range(21)]
    shop.write()
    verdict = shop.verdicts()["freshness"]
    assert verdict.status is Status.GREEN
    assert (verdict.details["far_events"], verdict.details["future_events"]) == (0, 21)


def test_both_count_together_and_only_new_ones(shop: Shop) -> None:
    _large(shop)
    both = [*_undated(15), *({**row, "timestamp": TOO_FAR} for row in _undated(15))]
    shop.events.rows += both
    shop.write()
    before = {"date": DAY, "data_date": DAY - timedelta(days=1), "now": NOW - timedelta(days=1)}
    first = shop.verdicts(record=True, **before)["freshness"]
    assert "30 events without a time or more than 366 days after now: 1.5 %" in first.message
    assert shop.verdicts()["freshness"].status is Status.GREEN
    shop.events.rows += [{**row, "timestamp": TOO_FAR} for row in _undated(21)]
    shop.write()
    assert shop.verdicts()["freshness"].status is Status.UNKNOWN


def test_purchases_years_ahead_are_judged_apart(shop: Shop) -> None:
    _large(shop)
    purchases = [row for row in shop.events.rows if row["event_name"] == "purchase"]
    for row in purchases[-2:]:
        row["timestamp"] = TOO_FAR
    shop.write()
    assert shop.verdicts()["missing_revenue"].status is Status.GREEN  # two are stray ones
    purchases[-3]["timestamp"] = TOO_FAR
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["freshness"].status is not Status.UNKNOWN
    assert "3 purchases more than 366 days after now" in verdicts["missing_revenue"].message


def test_an_order_years_ahead_is_like_one_without_a_time(shop: Shop) -> None:
    shop.orders.rows[-1] |= {"purchase_time": TOO_FAR, "lc_session_id": None}
    shop.write()
    verdict = shop.verdicts()["orphan_orders"]
    assert verdict.status is Status.UNKNOWN
    words = "1 purchase of the day has an order more than 366 days after now"
    assert words in verdict.message
    assert verdict.details["far_orders"] == 1
    shop.set("events", order_id=None)
    for row in shop.orders.rows[-3:]:
        row["purchase_time"] = TOO_FAR
    shop.write()
    assert "3 new orders more than 366 days after now" in shop.verdicts()["orphan_orders"].message


def test_rows_years_ahead_of_a_partitioned_table(shop: Shop) -> None:
    """They lie where they arrived, or in a partition of their own time."""
    _large(shop)
    shop.events.columns["day"] = sa.String(10)
    for row in shop.events.rows:
        row["day"] = f"{row['timestamp']:%Y-%m-%d}"
    shop.set("events", partition={"column": "day"})
    far = [row | {"timestamp": TOO_FAR} for row in _undated(20)]
    shop.events.rows += [row | {"day": "2025-03-08"} for row in far[:10]]
    shop.events.rows += [row | {"day": f"{TOO_FAR:%Y-%m-%d}"} for row in far[10:]]
    shop.write()
    before = {"date": DAY, "data_date": DAY - timedelta(days=1), "now": NOW - timedelta(days=1)}
    assert shop.verdicts(record=True, **before)["freshness"].details["far_events"] == 20
    verdict = shop.verdicts()["freshness"]
    assert (verdict.status, verdict.details["far_events_before"]) == (Status.GREEN, 20)
