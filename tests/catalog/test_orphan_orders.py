"""orphan_orders: what cannot be attributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from checks.catalog import event_volume
from checks.catalog.orphan_orders import CHECK, Measured, Params, judge, measure
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts, OrderCounts
from checks.core.model import Cause, Judgement, Status
from checks.core.values import Unmeasured
from tests.catalog.samples import FRAME, KINDS, events, measured_of, orders, verdict

HEALTHY = events()
NO_SESSION, UNKNOWN_SESSION, NO_ORDER = KINDS
TIMEOUT = Unmeasured(Cause.TIMEOUT, "took too long", retry=True)


def judged(
    orders: OrderCounts,
    seen: EventCounts | None = HEALTHY,
    params: Params | None = None,
    **fields: Any,
) -> Judgement:
    return judge(params or Params(), Measured(orders, seen, **fields), FRAME)


@pytest.mark.parametrize(
    ("orphans", "limit", "status", "message"),
    [
        ((0, 0, 0), 0, Status.GREEN, "orphan_orders=0 (max 0)"),
        ((1, 0, 0), 0, Status.RED, "orphan_orders=1 (max 0)"),
        ((0, 1, 0), 0, Status.RED, "orphan_orders=1 (max 0)"),
        ((0, 0, 1), 0, Status.RED, "orphan_orders=1 (max 0)"),
        ((1, 1, 1), 0, Status.RED, "orphan_orders=3 (max 0)"),
        ((1, 1, 0), 2, Status.GREEN, "orphan_orders=2 (max 2)"),
        ((1, 1, 1), 2, Status.RED, "orphan_orders=3 (max 2)"),
    ],
)
def test_rule_and_message(orphans: Sequence[int], limit: int, status: Status, message: str) -> None:
    judgement = judged(orders(orphans=orphans), params=Params(limit))
    assert (judgement.status, judgement.message) == (status, message)
    assert (judgement.value, judgement.threshold) == (sum(orphans), limit)


def test_each_kind_is_counted_apart_with_its_dark_revenue() -> None:
    judgement = judged(orders(orphans=(2, 0, 1), revenue=100.5, ids=("o1", "o2")))
    assert judgement.summary == (
        "3 orphans on Saturday 8 March, which has 40 orders: 2 without a session id, "
        "1 purchase that never became an order (none is allowed); "
        "unattributed revenue: 201.00"
    )
    kinds = {kind["kind"]: kind for kind in judgement.details["kinds"]}
    assert kinds[NO_SESSION] == {
        "kind": NO_SESSION, "count": 2, "dark_revenue": 100.5, "order_ids": ["o1", "o2"],
    }  # fmt: skip
    assert kinds[UNKNOWN_SESSION]["count"] == 0


@pytest.mark.parametrize(
    ("orphans", "ids", "action"),
    [
        ((1, 0, 0), (), "Repair the sessions of 1 order, then"),
        ((2, 0, 0), ("o1", "o2"), "Repair the sessions of 2 orders (o1, o2), then"),
        ((3, 0, 0), ("a", "b", "c"), "Repair the sessions of 3 orders (a, b, c), then"),
        (
            (4, 0, 0),
            ("a", "b", "c", "d"),
            "Repair the sessions of 4 orders (a, b, c and 1 more), then",
        ),
        # Ids are read of the first orphans of a kind only.
        ((1500, 0, 0), ("a", "b"), "Repair the sessions of 1,500 orders (a, b and 1,498 more), t"),
        ((0, 0, 2), ("o1", "o2"), "Load 2 missing orders (o1, o2), then"),
        (
            (2, 2, 1),
            ("o1", "o2"),
            "Repair the sessions of 4 orders (o1, o2, o1 and 1 more), load 1 missing order "
            "(o1, o2), then build the attribution of the day again",
        ),
    ],
)
def test_action_names_the_orders(orphans: Sequence[int], ids: tuple[str, ...], action: str) -> None:
    assert judged(orders(orphans=orphans, ids=ids)).action.startswith(action)


@pytest.mark.parametrize(
    ("orphans", "filters"),
    [
        ((0, 0, 0), {}),
        ((2, 0, 0), {"kind": NO_SESSION}),
        ((0, 1, 0), {"kind": UNKNOWN_SESSION}),
        ((2, 2, 0), {}),
        ((1, 0, 1), {}),
    ],
)
def test_the_page_is_filtered_only_where_the_filter_hides_no_orphan(
    orphans: tuple[int, int, int], filters: dict[str, str]
) -> None:
    assert judged(orders(orphans=orphans)).facts.filters == filters


def test_green_says_all_can_be_attributed() -> None:
    assert judged(orders()).summary == "All 40 orders of Saturday 8 March can be attributed"
    assert judged(orders(1)).summary == "The one order of Saturday 8 March can be attributed"


def test_duplicates_are_details_only() -> None:
    counts = OrderCounts(40, None, 7, orders().kinds, duplicate_purchases=5)
    judgement = judged(counts)
    assert judgement.status is Status.GREEN
    assert judgement.details["duplicate_order_ids"] == 7
    assert judgement.details["duplicate_purchase_ids"] == 5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("others", "limit", "status"),
    [(0, 0, Status.UNKNOWN), (1, 0, Status.RED), (1, 2, Status.UNKNOWN), (3, 2, Status.RED)],
)
def test_one_unmeasured_kind_is_unknown_unless_another_is_red(
    kind: str, others: int, limit: int, status: Status
) -> None:
    measured = next(other for other in KINDS if other != kind)
    counts = orders(
        orphans=[others if name == measured else 0 for name in KINDS], problems={kind: TIMEOUT}
    )
    judgement = judged(counts, params=Params(limit))
    assert judgement.status is status
    assert judgement.details["unmeasured"] == {kind: "took too long"}
    if status is Status.UNKNOWN:
        assert judgement.message == "orphan_orders=unknown (timeout: took too long)"
        assert judgement.retry


def test_a_kind_that_is_not_mapped_is_left_out() -> None:
    judgement = judged(orders(absent=(UNKNOWN_SESSION, NO_ORDER)), None)
    assert judgement.status is Status.GREEN
    assert judgement.details["not_mapped"] == [UNKNOWN_SESSION, NO_ORDER]


def test_events_that_cannot_be_read_spoil_only_the_purchase_half() -> None:
    assert judged(orders(), None, events_problem=TIMEOUT).status is Status.UNKNOWN
    assert judged(orders(orphans=(1, 0, 0)), None, events_problem=TIMEOUT).status is Status.RED
    absent = orders(absent=(NO_ORDER,))
    assert judged(absent, None, events_problem=TIMEOUT).status is Status.GREEN


def test_no_event_named_as_a_purchase_is_unknown_and_names_those_seen() -> None:
    seen = events({"chekout": (9,) * 8}, bought=(0,) * 8)
    judgement = judged(orders(), seen)
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == (
        "orphan_orders=unknown (bad_value: no event named 'purchase' in 8 days; "
        "the names seen are 'chekout')"
    )
    assert "purchases that never became an order" in judgement.summary
    assert judged(orders(absent=(NO_ORDER,)), seen).status is Status.GREEN
    assert judged(orders(orphans=(1, 0, 0)), seen).status is Status.RED


def bought(today: int, baseline: int) -> EventCounts:
    return events(bought=(*(baseline,) * 7, today))


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (bought(1, 0), Status.UNKNOWN),
        (bought(22, 22), Status.UNKNOWN),
        (bought(0, 5), Status.UNKNOWN),
        (bought(0, 4), Status.SKIPPED),
        (None, Status.UNKNOWN),
    ],
)
def test_a_day_without_orders_is_never_green(seen: EventCounts | None, status: Status) -> None:
    absent = () if seen else (NO_ORDER,)
    judgement = judged(orders(0, absent=absent), seen)
    assert judgement.status is status
    assert "2025-03-08" in judgement.message


def test_no_orders_with_purchases_is_red_where_they_are_orphans() -> None:
    assert judged(orders(0, (0, 0, 5)), bought(5, 20)).status is Status.RED
    within = judged(orders(0, (0, 0, 5)), bought(5, 20), Params(10))
    assert within.status is Status.UNKNOWN
    assert "no orders on 2025-03-08, 5 purchases, usually 20 purchases a day" in within.message


def test_skipped_where_the_silent_purchase_event_is_red() -> None:
    check = event_volume.CHECK
    silent = event_volume.judge(
        event_volume.Params(), measured_of({"purchase": (22,) * 7 + (0,), "x": (50,) * 8}), FRAME
    )
    others = {check.id: verdict(check, silent)}
    empty = judged(orders(0), bought(0, 22))
    assert verdict(CHECK, empty, others=others).status is Status.SKIPPED
    assert verdict(CHECK, empty, others={}).status is Status.UNKNOWN
    with_purchases = judged(orders(0), bought(3, 22))
    assert verdict(CHECK, with_purchases, others=others).status is Status.UNKNOWN
    broken = judged(orders(0, problems={NO_SESSION: TIMEOUT}), bought(0, 22))
    assert verdict(CHECK, broken, others=others).status is Status.UNKNOWN
    red = judged(orders(3, (1, 0, 0)), bought(0, 22))
    assert verdict(CHECK, red, others=others).status is Status.RED


class _Data:
    """Measurements of which the events may fail."""

    def __init__(self, *, has_events: bool = True, fails: bool = False) -> None:
        self.has_events = has_events
        self._fails = fails

    def orders(self) -> OrderCounts:
        return orders()

    def events(self) -> EventCounts:
        if self._fails:
            raise MeasurementError(Cause.TIMEOUT, "took too long", retry=True)
        return HEALTHY


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_Data(), Measured(orders(), HEALTHY)),
        (_Data(has_events=False), Measured(orders(), None)),
        (_Data(fails=True), Measured(orders(), None, TIMEOUT)),
    ],
)
def test_measuring_survives_unreadable_events(data: Any, expected: Measured) -> None:
    assert measure(Params(), data) == expected


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "with a session that does not exist"),
        (1, "with a session that does not exist in the 1 day before"),
        (30, "with a session that does not exist in the 30 days before"),
    ],
)
def test_how_far_back_a_session_was_looked_for_is_said(days: int | None, words: str) -> None:
    judgement = judged(replace(orders(orphans=(0, 2, 0)), lookback_days=days))
    assert f": 2 {words} (none" in judgement.summary
    assert judgement.details["lookback_days"] == days
