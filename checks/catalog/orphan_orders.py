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
from typing import TYPE_CHECKING, Any

from checks.catalog.missing_revenue import (
    USUAL_PURCHASES,
    no_such_event,
    purchase_event_is_silent,
)
from checks.check import Check
from checks.errors import MeasurementError
from checks.judging import skipped, unknown
from checks.metrics import EventCounts, OrderCounts, OrphanKind, Unmeasured
from checks.model import Cause, Judgement, Layer, Status, Verdict
from checks.settings import setting
from checks.text import count_text, day_text, plural

if TYPE_CHECKING:
    from checks.measurements import Measurements
    from checks.timeframe import Timeframe

_METRIC = "orphan_orders"
_WHAT = "Orphan orders"
_PURCHASES = "purchase_without_order"
_UNKNOWN_SESSION = "unknown_session"
IN_WORDS = {
    "no_session_id": "without a session id",
    "unknown_session": "with a session that does not exist",
    _PURCHASES: "purchases that never became an order",
}


@dataclass(frozen=True, slots=True)
class Params:
    """How many orphans are tolerated."""

    alert_above: int = setting("Red above this many.", 0, minimum=0)


@dataclass(frozen=True, slots=True)
class Measured:
    """The orders, and what the events say of purchases (None with the reason beside it)."""

    orders: OrderCounts
    events: EventCounts | None
    events_problem: Unmeasured | None = None


def measure(params: Params, data: Measurements) -> Measured:
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
    count = sum(kind.count for kind in kinds)
    details = _details(measured, kinds, problems, count)
    if count > params.alert_above:
        return _judgement(params, measured, kinds, frame, details)
    if problems:
        kind, problem = next(iter(problems.items()))
        return unknown(
            _METRIC, problem.cause, problem.detail, what=f"{_WHAT} ({IN_WORDS[kind]})",
            retry=problem.retry, threshold=params.alert_above, unit="orders", details=details,
        )  # fmt: skip
    if not measured.orders.orders:
        return _no_orders(measured, frame, details)
    return _judgement(params, measured, kinds, frame, details)


def problems_of(measured: Measured) -> Mapping[str, Unmeasured]:
    """Why a kind could not be measured, by kind."""
    problems = dict(measured.orders.problems)
    if _PURCHASES in measured.orders.absent:
        return problems
    if measured.events_problem is not None:
        problems.setdefault(_PURCHASES, measured.events_problem)
    elif measured.events is not None and not measured.events.purchase_seen():
        nothing = no_such_event(_METRIC, _WHAT, measured.events)
        detail = nothing.message.partition("bad_value: ")[2].removesuffix(")")
        problems.setdefault(_PURCHASES, Unmeasured(Cause.BAD_VALUE, detail))
    return problems


def _no_orders(measured: Measured, frame: Timeframe, details: dict[str, Any]) -> Judgement:
    """A day without orders is never green: purchases speak against it, or nothing was judged."""
    bought, usual = _purchases(measured)
    if bought is None or bought or usual >= USUAL_PURCHASES:
        seen = "" if bought is None else f", {plural(bought, 'purchase')}"
        normal = f", usually {count_text(round(usual, 1))} purchases a day" if usual else ""
        return unknown(
            _METRIC, Cause.BAD_VALUE, f"no orders on {frame.data_date}{seen}{normal}", what=_WHAT,
            action=f"Find out why {frame.data_date} has no orders, then run the gate again",
            details=details,
        )  # fmt: skip
    return skipped(_METRIC, f"no orders and no purchases on {frame.data_date}", details)


def _purchases(measured: Measured) -> tuple[int | None, float]:
    """Purchases of the day (None: not known) and how many are usual."""
    if measured.events is None:
        return None, 0.0
    return measured.events.purchases.rows[-1], measured.events.usual_purchases()


def _judgement(
    params: Params,
    measured: Measured,
    kinds: list[OrphanKind],
    frame: Timeframe,
    details: dict[str, Any],
) -> Judgement:
    count = sum(kind.count for kind in kinds)
    red = count > params.alert_above
    return Judgement(
        status=Status.RED if red else Status.GREEN,
        message=f"{_METRIC}={count} (max {params.alert_above})",
        summary=_summary(measured.orders, kinds, count, frame),
        action=_action(kinds) if red else "Nothing to do",
        value=count,
        threshold=params.alert_above,
        unit="orders",
        details=details,
    )


def _summary(orders: OrderCounts, kinds: list[OrphanKind], count: int, frame: Timeframe) -> str:
    day, total = day_text(frame.data_date), plural(orders.orders, "order")
    if not count:
        return f"All {total} of {day} can be attributed"
    parts = [f"{count_text(k.count)} {_words(k, orders)}" for k in kinds if k.count]
    dark = sum(kind.revenue or 0.0 for kind in kinds)
    money = f"; {dark:,.2f} of revenue is in the dark" if dark else ""
    orphans = f"{plural(count, 'orphan')} on {day}, which has {total}"
    return f"{orphans}: {', '.join(parts)}{money} (none is normal)"


def _words(kind: OrphanKind, orders: OrderCounts) -> str:
    """What is wrong with the orders of a kind, and how far back a session was looked for."""
    words = IN_WORDS[kind.kind]
    if kind.kind == _UNKNOWN_SESSION and orders.lookback_days is not None:
        return f"{words} in the {plural(orders.lookback_days, 'day')} before"
    return words


def _action(kinds: list[OrphanKind]) -> str:
    worst = max(kinds, key=lambda kind: kind.count)
    ids = f" ({', '.join(worst.ids[:3])}{', ...' if worst.count > 3 else ''})" if worst.ids else ""
    if worst.kind == _PURCHASES:
        return f"Load the missing orders{ids}, then build the attribution of the day again"
    return f"Repair the sessions of these orders{ids}, then build the attribution of the day again"


def _details(
    measured: Measured,
    kinds: list[OrphanKind],
    problems: Mapping[str, Unmeasured],
    count: int,
) -> dict[str, Any]:
    orders = measured.orders
    return {
        "orders": orders.orders,
        "revenue": orders.revenue,
        "orphans": count,
        "kinds": [
            {"kind": k.kind, "count": k.count, "dark_revenue": k.revenue, "order_ids": list(k.ids)}
            for k in kinds
        ],
        "unmeasured": {kind: problem.detail for kind, problem in problems.items()},
        "not_mapped": list(orders.absent),
        "unread_columns": dict(orders.unread),
        "filters": {"kind": max(kinds, key=lambda kind: kind.count).kind} if count else {},
        "lookback_days": orders.lookback_days,
        "duplicate_order_ids": orders.duplicates,
        "purchases": orders.purchases if orders.purchases is not None else _purchases(measured)[0],
        "duplicate_purchase_ids": orders.duplicate_purchases,
    }


def guard(judgement: Judgement, verdicts: Mapping[str, Verdict]) -> Judgement:
    """A day without orders or purchases is skipped where the silent purchase event is red."""
    details = judgement.details
    nothing = details.get("orders") == 0 and details.get("purchases") == 0
    only_empty = judgement.status is Status.UNKNOWN and not details.get("unmeasured")
    if nothing and only_empty and purchase_event_is_silent(verdicts):
        return replace(
            skipped(_METRIC, "event_volume is red for the purchase event"), details=details
        )
    return judgement


CHECK = Check(
    id="orphan_orders",
    layer=Layer.BUSINESS,
    order=90,
    metric=_METRIC,
    unit="orders",
    page="orphan-orders",
    needs=("orders",),
    rule="At most alert_above orders of the data date have no session id, or one that no session "
    "has, or are purchases that never became an order.",
    why="Revenue that belongs to no session is missing from every channel's figure.",
    advice="Repair the join that lost rows, then build the attribution of the day again.",
    params=Params,
    measure=measure,
    judge=judge,
    after=("event_volume",),
    guard=guard,
)
