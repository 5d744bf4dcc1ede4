"""Can every order be attributed?

What: orders of the data date without a session id; with one that no session has
(where sessions are mapped); and purchase events that never became an order (where
both order ids are mapped). Each kind is counted apart, with its dark revenue.
Why: revenue that belongs to no session is missing from every channel's figure.
Source of the rule: attribution is exact by construction; one orphan means a join
that lost rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog.missing_revenue import (
    REPORTERS,
    USUAL_PURCHASES,
    names_not_seen,
    skipped_if_reported,
)
from checks.core.errors import MeasurementError
from checks.core.metrics import (
    FAR_ORDERS,
    NO_ORDER,
    NO_SESSION,
    UNDATED_ORDERS,
    UNKNOWN_SESSION,
    EventCounts,
    OrderCounts,
    OrphanKind,
)
from checks.core.model import Cause, Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.subjects import ORPHAN_KIND, counting
from checks.core.text import all_text, clean, count_text, day_text, deciding, plural, short_list
from checks.core.values import Unmeasured
from checks.judging.check import Check, Required
from checks.judging.undated import FAR_TEXT, UNKNOWN_ABOVE, undated_text
from checks.judging.unmeasured import skipped, unknown

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "orphan_orders"
_WHAT = "Orphan orders"
_DUPLICATES = (
    "Find out why orders or purchases share an order id (a page loaded twice, ids used again), "
    "and remove the surplus"
)
_NO_TIME = "no readable time"
KIND_TEXTS = {
    NO_SESSION: "without a session id",
    UNKNOWN_SESSION: "with a session that does not exist",
    NO_ORDER: "purchases that never became an order",
}


@dataclass(frozen=True, slots=True)
class Params:
    """How many orphans are tolerated."""

    alert_above: int = setting("Red above this many.", 0, minimum=0)
    duplicates_above: float = setting(
        "Amber above this share of orders, or of purchases, that repeat an order id.",
        0.01,
        minimum=0,
        maximum=1,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """The orders, and the events with the purchases. events_problem: why `events` is None."""

    orders: OrderCounts
    events: EventCounts | None
    events_problem: Unmeasured | None = None


def measure(params: Params, data: Readings) -> Measured:
    """The day's orders; events that cannot be read spoil only the purchase half."""
    orders = data.orders()
    if not data.has_events:
        return Measured(orders, None)
    try:
        return Measured(orders, data.events())
    except MeasurementError as error:
        return Measured(orders, None, Unmeasured.of(error))


def judge(params: Params, measured: Measured, frame: Timeframe) -> Judgement:
    """Red above alert_above; else unknown for a kind that could not be measured."""
    problems = problems_of(measured)
    kinds = [kind for kind in measured.orders.kinds if kind.kind not in problems]
    judgement = _judged(params, measured, kinds, problems, frame)
    facts = _facts(measured, kinds, problems)
    return replace(judgement, details=_details(measured, kinds, problems, facts), facts=facts)


def _judged(
    params: Params,
    measured: Measured,
    kinds: list[OrphanKind],
    problems: Mapping[str, Unmeasured],
    frame: Timeframe,
) -> Judgement:
    """The judgement without its details."""
    is_within = _count(kinds) <= params.alert_above
    if is_within and problems:
        kind, problem = next(iter(problems.items()))
        return unknown(
            _METRIC, problem.cause, problem.detail, what=f"{_WHAT} ({KIND_TEXTS[kind]})",
            retry=problem.retry, reading=problem.reading, threshold=params.alert_above,
            unit="orders",
        )  # fmt: skip
    if is_within and not measured.orders.orders:
        return _no_orders(measured, frame)
    return _judgement(params, measured, kinds, frame)


def _count(kinds: list[OrphanKind]) -> int:
    return sum(kind.count for kind in kinds)


def problems_of(measured: Measured) -> Mapping[str, Unmeasured]:
    """Why a kind could not be measured, by kind."""
    problems = dict(measured.orders.problems)
    if NO_ORDER in measured.orders.absent:
        if too_many_undated(measured.orders):
            problems.setdefault(NO_SESSION, _undated_orders(measured.orders))
        return problems
    if measured.events_problem is not None:
        problems[NO_ORDER] = measured.events_problem  # the fault behind all that reads events
    elif measured.orders.of_undated_orders:
        problems.setdefault(NO_ORDER, _undated_orders(measured.orders))
    elif measured.events is not None and _lacks_purchases(measured.events):
        detail = names_not_seen(measured.events)
        problems.setdefault(NO_ORDER, Unmeasured(Cause.BAD_VALUE, detail, reading="events"))
    return problems


def _lacks_purchases(events: EventCounts) -> bool:
    """Whether no purchase is seen at all, on a day that should have some."""
    is_closed = events.calendar.closed_reason(events.days[-1]) is not None
    return not is_closed and not events.purchase_seen()


def too_many_undated(orders: OrderCounts) -> bool:
    """Whether so many new orders have no time that orphans of the day may be among them.

    The limit is the one that `checks.judging.undated` has for events, as a share of the orders.
    """
    return orders.new_undated > UNKNOWN_ABOVE * max(1, orders.orders)


def _undated_orders(orders: OrderCounts) -> Unmeasured:
    without = undated_text(orders.undated, orders.far)
    if orders.of_undated_orders:
        have = "purchase of the day has", "purchases of the day have"
        number = plural(orders.of_undated_orders, *have)
        return Unmeasured(Cause.BAD_VALUE, f"{number} an order {without}")
    number = plural(orders.new_undated, "new order")
    of_day = plural(orders.orders, "order")
    return Unmeasured(Cause.BAD_VALUE, f"{number} {without}, besides {of_day} of the day")


def _no_orders(measured: Measured, frame: Timeframe) -> Judgement:
    """A day without orders is never green: unknown with purchases, else skipped."""
    count, average = _purchase_counts(measured)
    if frame.closed_reason is not None and not count:
        return skipped(_METRIC, frame.closed_reason)
    if count is None or count or average >= USUAL_PURCHASES:
        seen = "" if count is None else f", {plural(count, 'purchase')}"
        normal = f", usually {count_text(round(average, 1))} purchases a day" if average else ""
        return unknown(
            _METRIC, Cause.BAD_VALUE, f"no orders on {frame.data_date}{seen}{normal}", what=_WHAT,
            action=f"Find out why {frame.data_date} has no orders, then run the gate again",
        )  # fmt: skip
    return skipped(_METRIC, f"no orders and no purchases on {frame.data_date}")


def _purchase_counts(measured: Measured) -> tuple[int | None, float]:
    """Purchases of the day (None where unknown), and how many a day usually has."""
    if measured.events is None:
        return None, 0.0
    return measured.events.purchases.rows[-1], measured.events.usual_purchases()


def _judgement(
    params: Params, measured: Measured, kinds: list[OrphanKind], frame: Timeframe
) -> Judgement:
    count = _count(kinds)
    red = count > params.alert_above
    share, limit = measured.orders.duplicate_share, params.duplicates_above
    message = f"{_METRIC}={count} (max {params.alert_above})"
    status, action = Status.GREEN, "Nothing to do"
    if red:
        status, action = Status.RED, _action(kinds)
    elif share > limit:
        status, action = Status.AMBER, _DUPLICATES
        message += f", duplicate_ids={deciding(share, limit, 4)} (max {limit})"
    return Judgement(
        status=status,
        message=message,
        summary="; ".join([_summary(measured.orders, kinds, count, frame), *_remarks(measured)]),
        action=action,
        value=count,
        threshold=params.alert_above,
        unit="orders",
        subjects={ORPHAN_KIND: _subjects(params, kinds)},
    )


def _subjects(params: Params, kinds: list[OrphanKind]) -> tuple[str, ...]:
    counts = [(kind.kind, kind.count) for kind in kinds]
    return counting(counts, lambda _, count: count > params.alert_above)


def _summary(orders: OrderCounts, kinds: list[OrphanKind], count: int, frame: Timeframe) -> str:
    day, total = day_text(frame.data_date), plural(orders.orders, "order")
    if not count:
        return f"{all_text(orders.orders, 'order')} of {day} can be attributed"
    parts = [f"{count_text(k.count)} {_kind_text(k, orders)}" for k in kinds if k.count]
    unattributed = sum(kind.revenue or 0.0 for kind in kinds)
    revenue_text = f"; unattributed revenue: {unattributed:,.2f}" if unattributed else ""
    orphans = f"{plural(count, 'orphan')} on {day}, which has {total}"
    return f"{orphans}: {', '.join(parts)} (none is allowed){revenue_text}"


def _remarks(measured: Measured) -> list[str]:
    """What else is odd about the orders' ids and times."""
    orders = measured.orders
    remarks = []
    for number, kind in (
        (orders.duplicates, "order"), (orders.duplicate_purchases, "purchase"),
    ):  # fmt: skip
        if number:
            repeat = plural(number, f"{kind} repeats", f"{kind}s repeat")
            remarks.append(f"{repeat} an order id")
    if orders.undated:
        remarks.append(f"{plural(orders.undated, 'order has', 'orders have')} {_NO_TIME}")
    if orders.future:
        forms = "order has a time after now and is", "orders have a time after now and are"
        remarks.append(f"{plural(orders.future, *forms)} not counted")
    if orders.far:
        have = plural(orders.far, "order has", "orders have")
        remarks.append(f"{have} a time more than {FAR_TEXT}")
    return remarks


def _kind_text(kind: OrphanKind, orders: OrderCounts) -> str:
    """What is wrong with the orders of a kind, and how far back sessions were searched."""
    text = KIND_TEXTS[kind.kind]
    if kind.kind == NO_ORDER and kind.count == 1:
        return text.replace("purchases", "purchase")
    if kind.kind == UNKNOWN_SESSION and orders.lookback_days is not None:
        return f"{text} in the {plural(orders.lookback_days, 'day')} before"
    return text


def _action(kinds: list[OrphanKind]) -> str:
    """What repairs all of them: the sessions of orders, and the orders of purchases."""
    lost = [kind for kind in kinds if kind.kind == NO_ORDER]
    without_session = [kind for kind in kinds if kind.kind != NO_ORDER]
    steps = []
    if number := _count(without_session):
        steps.append(f"repair the sessions of {plural(number, 'order')}{_ids(without_session)}")
    if number := _count(lost):
        steps.append(f"load {plural(number, 'missing order')}{_ids(lost)}")
    first, *others = steps
    repairs = ", ".join([first[0].upper() + first[1:], *others])
    return f"{repairs}, then build the attribution of the day again"


def _ids(kinds: list[OrphanKind]) -> str:
    """` (A, B, C and 2 more)`; empty where no id is known."""
    ids = [clean(id_) for kind in kinds for id_ in kind.ids]
    return f" ({short_list(ids, _count(kinds))})" if ids else ""


def _facts(
    measured: Measured, kinds: list[OrphanKind], problems: Mapping[str, Unmeasured]
) -> Facts:
    """A day without orders lacks nothing else where no kind was left unmeasured."""
    failing = [kind.kind for kind in kinds if kind.count]
    lacks_orders = not measured.orders.orders and not problems
    events = measured.events
    return Facts(
        filters={"kind": failing[0]} if len(failing) == 1 else {},
        lacks_purchases=lacks_orders and _purchases(measured) == 0,
        fails_for_empty_day=lacks_orders and events is not None and not events.judged,
    )


def _purchases(measured: Measured) -> int | None:
    """Purchases of the day: as counted beside the orders, else of the events; None if unknown."""
    beside_orders = measured.orders.purchases
    return _purchase_counts(measured)[0] if beside_orders is None else beside_orders


def _details(
    measured: Measured,
    kinds: list[OrphanKind],
    problems: Mapping[str, Unmeasured],
    facts: Facts,
) -> dict[str, Any]:
    orders = measured.orders
    return {
        "events": None if measured.events is None else measured.events.judged,
        "orders": orders.orders,
        "revenue": orders.revenue,
        "orphans": _count(kinds),
        "kinds": [
            {"kind": k.kind, "count": k.count, "dark_revenue": k.revenue, "order_ids": list(k.ids)}
            for k in kinds
        ],
        "unmeasured": {kind: problem.detail for kind, problem in problems.items()},
        "not_mapped": list(orders.absent),
        "unread_columns": dict(orders.unread),
        "filters": facts.filters,
        "lookback_days": orders.lookback_days,
        "duplicate_order_ids": orders.duplicates,
        "purchases": _purchases(measured),
        "duplicate_purchase_ids": orders.duplicate_purchases,
        "duplicate_share": orders.duplicate_share,
        UNDATED_ORDERS: orders.undated,
        "undated_orders_before": orders.undated_before,
        "purchases_with_undated_orders": orders.of_undated_orders,
        "future_orders": orders.future,
        FAR_ORDERS: orders.far,
        "far_orders_before": orders.far_before,
        "orders_of_one_session": orders.of_one_session,
    }


CHECK = Check(
    id="orphan_orders",
    layer=Layer.BUSINESS,
    order=90,
    metric=_METRIC,
    unit="orders",
    page="orphan-orders",
    needs=("orders",),
    requires=(
        Required("orders.session_id"),
        Required("events.name", where=("events.order_id", "orders.order_id")),
    ),
    rule="At most alert_above orders of the data date have no session id, or a session that does "
    "not exist, or are purchases that never became an order.",
    why="Revenue that belongs to no session is missing from every channel's figure.",
    advice="Repair the join that lost rows, then build the attribution of the day again.",
    params=Params,
    measure=measure,
    judge=judge,
    subject_kinds=(ORPHAN_KIND,),
    after=REPORTERS,
    guard=partial(skipped_if_reported, _METRIC),
)
