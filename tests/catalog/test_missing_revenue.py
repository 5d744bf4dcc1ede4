"""missing_revenue: purchases without a usable amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from checks.catalog import event_volume
from checks.catalog.missing_revenue import CHECK, Params, judge
from checks.core.model import Cause, Judgement, Severity, Status, Verdict
from checks.core.values import Unmeasured
from tests.catalog.samples import (
    FORBIDDEN,
    FRAME,
    HOSTILE,
    events,
    judgement,
    measured_of,
    texts,
    verdict,
    waiver,
)


def judged(rows: int, missing: int = 0, baseline_purchases: int = 20, **fields: Any) -> Judgement:
    params = fields.pop("params", Params())
    usable = (*(baseline_purchases,) * 7, rows - missing)
    return judge(
        params, events(bought=(*(baseline_purchases,) * 7, rows), usable=usable, **fields), FRAME
    )


@pytest.mark.parametrize(
    ("rows", "missing", "status", "message"),
    [
        (22, 0, Status.GREEN, "pct_missing_revenue=0.0000 (below 0.01)"),
        (101, 1, Status.GREEN, "pct_missing_revenue=0.0099 (below 0.01)"),
        (100_001, 1000, Status.GREEN, "pct_missing_revenue=0.0099999 (below 0.01)"),
        (100, 1, Status.RED, "pct_missing_revenue=0.0100 (below 0.01)"),
        (99, 1, Status.RED, "pct_missing_revenue=0.0101 (below 0.01)"),
        (22, 1, Status.RED, "pct_missing_revenue=0.0455 (below 0.01)"),
        (1, 1, Status.RED, "pct_missing_revenue=1.0000 (below 0.01)"),
    ],
)
def test_rule_and_message(rows: int, missing: int, status: Status, message: str) -> None:
    judgement = judged(rows, missing)
    assert (judgement.status, judgement.message) == (status, message)
    assert (judgement.value, judgement.threshold) == (missing / rows, 0.01)


def test_own_limit() -> None:
    params = Params(alert_at=0.5)
    assert judged(10, 4, params=params).status is Status.GREEN
    assert judged(10, 5, params=params).message == "pct_missing_revenue=0.5000 (below 0.5)"
    assert judged(10, 5, params=params).status is Status.RED


def test_summary_and_action_tell_the_number() -> None:
    judgement = judged(22, 1)
    assert judgement.summary == (
        "1 of 22 purchases on Saturday 8 March (4.5 %) have no usable revenue, usually 0.0 %"
    )
    assert judgement.action.startswith("Look at the 1 purchase of 2025-03-08 without revenue")
    assert judged(22).action == "Nothing to do"


def test_usual_is_left_out_where_there_is_none() -> None:
    assert "usually" not in judged(22, 1, baseline_purchases=0).summary


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((0, 0, 0, 0, 0, 0, 0), ", usually 0.0 %"),
        # Of 1,000 each: at the limit is red, just below it is not.
        ((10, 9, 9, 9, 9, 9, 9), ", usually 0.9 %"),
        ((400, 400, 400, 400, 400, 400, 0), ", usually 0.0 %"),
        ((10, 10, 10, 10, 10, 10, 10), ", and on each of the 7 days before too many had none"),
    ],
)
def test_a_red_day_never_becomes_usual(missing: tuple[int, ...], words: str) -> None:
    bought = (1000,) * 8
    usable = tuple(1000 - number for number in (*missing, 500))
    judgement = judge(Params(), events(bought=bought, usable=usable), FRAME)
    assert judgement.summary.endswith(f"have no usable revenue{words}")


def test_negative_and_zero_revenue_are_details_only() -> None:
    judgement = judged(22, 0, negative=3, zero=4)
    assert judgement.status is Status.GREEN
    assert (judgement.details["negative"], judgement.details["zero"]) == (3, 4)
    assert judgement.details["revenue"] is None
    assert judgement.details["daily"][-1]["purchases"] == 22


@pytest.mark.parametrize(
    ("bought", "status"),
    [
        ((5, 5, 5, 5, 5, 5, 5, 0), Status.UNKNOWN),
        ((5, 5, 5, 5, 5, 5, 4, 0), Status.SKIPPED),
        ((35, 0, 0, 0, 0, 0, 0, 0), Status.UNKNOWN),
        ((34, 0, 0, 0, 0, 0, 0, 0), Status.SKIPPED),
        ((1, 0, 0, 0, 0, 0, 0, 0), Status.SKIPPED),
    ],
)
def test_a_day_without_purchases(bought: Sequence[int], status: Status) -> None:
    judgement = judge(Params(), events(bought=bought), FRAME)
    assert judgement.status is status
    assert "no purchases on 2025-03-08" in judgement.message
    assert judgement.details["purchases"] == 0


def test_no_event_named_as_a_purchase_is_unknown_and_names_those_seen() -> None:
    seen = {"checkout_completd": (20,) * 8, "page_view": (900,) * 8}
    judgement = judge(
        Params(),
        events(seen, bought=(0,) * 8, purchase_names=("purchase", "checkout_completed")),
        FRAME,
    )
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == (
        "pct_missing_revenue=unknown (bad_value: no event named 'purchase', 'checkout_completed' "
        "in 8 days; the names seen are 'page_view', 'checkout_completd')"
    )
    assert "events.purchase_names" in judgement.action


def test_no_event_at_all_is_unknown() -> None:
    judgement = judge(Params(), events({}, bought=(0,) * 8), FRAME)
    assert judgement.status is Status.UNKNOWN
    assert "there are no events at all" in judgement.message


def test_an_unusable_column_is_unknown() -> None:
    problem = Unmeasured(Cause.MISSING_COLUMN, "no column 'revenue'", retry=False)
    judgement = judged(22, revenue_problem=problem)
    assert (judgement.status, judgement.cause) == (Status.UNKNOWN, Cause.MISSING_COLUMN)


def test_hostile_names_are_inert() -> None:
    judgement = judge(Params(), events({HOSTILE: (1,) * 8}, bought=(0,) * 8), FRAME)
    assert not any(char in text for text in texts(judgement) for char in FORBIDDEN)


def volume(
    silent: str, *, severity: Severity = Severity.RED, waived: bool = False
) -> dict[str, Verdict]:
    """The verdict of `event_volume` when one name is silent."""
    check = event_volume.CHECK
    judgement = event_volume.judge(
        event_volume.Params(), measured_of({silent: (22,) * 7 + (0,), "x": (50,) * 8}), FRAME
    )
    waivers = [waiver(check.id, up_to=5)] if waived else []
    return {check.id: verdict(check, judgement, *waivers, severity=severity)}


@pytest.mark.parametrize(
    ("others", "status"),
    [
        (volume("purchase"), Status.SKIPPED),
        (volume("login"), Status.UNKNOWN),
        (volume("purchase", severity=Severity.AMBER), Status.UNKNOWN),
        (volume("purchase", waived=True), Status.UNKNOWN),
        ({}, Status.UNKNOWN),
    ],
)
def test_skipped_only_where_the_silent_purchase_event_is_red(
    others: dict[str, Verdict], status: Status
) -> None:
    outcome = verdict(CHECK, judged(0), others=others)
    assert outcome.status is status
    if status is Status.SKIPPED:
        assert outcome.message == (
            "pct_missing_revenue=skipped (event_volume is red for the purchase event)"
        )


def test_the_guard_leaves_all_else_alone() -> None:
    others = volume("purchase")
    nameless = judge(Params(), events(bought=(0,) * 8), FRAME)
    broken = judged(0, revenue_problem=Unmeasured(Cause.TIMEOUT, "too slow", retry=True))
    for outcome in (nameless, broken, judged(22, 22), judged(22), judgement(Status.UNKNOWN)):
        assert verdict(CHECK, outcome, others=others).status is outcome.status
