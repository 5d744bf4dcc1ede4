"""missing_revenue: purchases without a usable amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalog import event_volume
from checks.catalog.missing_revenue import CHECK, Params, judge
from checks.core.chance import JUDGES
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
        (101, 2, Status.AMBER, "pct_missing_revenue=0.0198 (below 0.01)"),
        (100, 1, Status.AMBER, "pct_missing_revenue=0.0100 (below 0.01)"),
        (31, 2, Status.AMBER, "pct_missing_revenue=0.0645 (below 0.01)"),
        (31, 3, Status.RED, "pct_missing_revenue=0.0968 (below 0.01)"),
        (22, 1, Status.AMBER, "pct_missing_revenue=0.0455 (below 0.01)"),
        (1, 1, Status.RED, "pct_missing_revenue=1.0000 (below 0.01)"),
        (345, 3, Status.GREEN, "pct_missing_revenue=0.0087 (below 0.01)"),
        (345, 6, Status.AMBER, "pct_missing_revenue=0.0174 (below 0.01)"),
        (345, 7, Status.RED, "pct_missing_revenue=0.0203 (below 0.01)"),
        (3000, 29, Status.GREEN, "pct_missing_revenue=0.0097 (below 0.01)"),
        (3000, 30, Status.RED, "pct_missing_revenue=0.0100 (below 0.01)"),
    ],
)
def test_rule_and_message(rows: int, missing: int, status: Status, message: str) -> None:
    judgement = judged(rows, missing)
    assert (judgement.status, judgement.message) == (status, message)
    assert (judgement.value, judgement.threshold) == (missing / rows, 0.01)


@pytest.mark.parametrize(("rows", "missing"), [(100, 1), (99, 1), (22, 1), (1, 1), (31, 2)])
def test_exact_takes_the_limit_as_it_is(rows: int, missing: int) -> None:
    params = Params(judge="exact")
    assert judged(rows, missing, params=params).status is Status.RED
    assert judged(100 * missing + 1, missing, params=params).status is Status.GREEN
    assert "chance" not in judged(rows, missing, params=params).summary


def test_own_limit() -> None:
    params = Params(alert_at=0.5, judge="exact")
    assert judged(10, 4, params=params).status is Status.GREEN
    assert judged(10, 5, params=params).message == "pct_missing_revenue=0.5000 (below 0.5)"
    assert judged(10, 5, params=params).status is Status.RED


def test_summary_and_action_tell_the_number() -> None:
    judgement = judged(22, 1)
    assert judgement.summary == (
        "1 of 22 purchases on Saturday 8 March (4.5 %) have no usable revenue, which chance allows "
        "of so few (red from 3 on), usually 0.0 %"
    )
    assert judgement.action == (
        "Find out why the 1 purchase of 2025-03-08 without revenue has none"
    )
    red = judged(22, 3)
    assert red.summary == (
        "3 of 22 purchases on Saturday 8 March (13.6 %) have no usable revenue, usually 0.0 %"
    )
    assert red.action == (
        "Look at the 3 purchases of 2025-03-08 without revenue, repair the amount at its source "
        "and load the day again"
    )
    assert judged(22).action == "Nothing to do"


def test_usual_is_left_out_where_there_is_none() -> None:
    assert "usually" not in judged(22, 1, baseline_purchases=0).summary


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((0, 0, 0, 0, 0, 0, 0), ", usually 0.0 %"),
        # Of 2,000 each: at the limit is red, just below it is not.
        ((20, 19, 18, 18, 18, 18, 18), ", usually 0.9 %"),
        ((400, 400, 400, 400, 400, 400, 0), ", usually 0.0 %"),
        ((20, 20, 20, 20, 20, 20, 20), ", and on each of the 7 days before too many had none"),
    ],
)
def test_a_red_day_never_becomes_usual(missing: tuple[int, ...], words: str) -> None:
    bought = (2000,) * 8
    usable = tuple(2000 - number for number in (*missing, 500))
    judgement = judge(Params(), events(bought=bought, usable=usable), FRAME)
    assert judgement.summary.endswith(f"have no usable revenue{words}")


def of_week(missing: Sequence[int], rows: int = 30, **fields: Any) -> Judgement:
    """As many purchases every day; missing: of each day, the judged one last."""
    usable = tuple(rows - number for number in missing)
    seen = events(bought=(rows,) * len(missing), usable=usable, by_name={"x": (99,) * len(missing)})
    return judge(fields.pop("params", Params()), seen, FRAME)


@pytest.mark.parametrize(
    ("missing", "status"),
    [
        # Of 210 purchases 5 are beyond chance; the day before these does not count.
        ((9, 0, 1, 1, 1, 0, 0, 1), Status.AMBER),
        ((0, 0, 1, 1, 1, 1, 0, 1), Status.RED),
        ((0, 1, 1, 1, 1, 1, 1, 1), Status.RED),
        # However many the days before have: a day below the limit is green.
        ((0, 2, 2, 2, 2, 2, 2, 0), Status.GREEN),
    ],
)
def test_seven_days_together_say_what_one_cannot(missing: Sequence[int], status: Status) -> None:
    assert of_week(missing).status is status
    exact = of_week(missing, params=Params(judge="exact"))
    assert exact.status is (Status.RED if missing[-1] else Status.GREEN)


def test_a_day_that_was_red_by_itself_makes_no_later_one_red() -> None:
    assert of_week((0, 0, 29, 0, 0, 0, 1)).status is Status.AMBER
    others = of_week((0, 2, 2, 2, 29, 2, 2))
    assert others.status is Status.RED
    words = "10 of 180 on 6 of the last 7 days with purchases (1 was red by itself)"
    assert words in others.summary
    assert "to 2025-03-08 that were not red by themselves, repair" in others.action


def test_days_that_are_red_together_say_so_and_are_all_to_be_repaired() -> None:
    judgement = of_week((0, 0, 1, 1, 1, 1, 0, 1))
    assert judgement.summary == (
        "1 of 30 purchases on Saturday 8 March (3.3 %) have no usable revenue, which chance allows "
        "on one day, but not 5 of 210 on the last 7 days with purchases, usually 1.9 %"
    )
    assert judgement.action == (
        "Look at the 5 purchases without revenue on the days from 2025-03-02 to 2025-03-08, repair "
        "the amounts at their source and load these days again"
    )
    assert judgement.value == 1 / 30
    numbers = ("red_from", "days_together", "purchases_together", "missing_together")
    assert [judgement.details[name] for name in numbers] == [1, 7, 210, 5]


def test_amber_names_the_smaller_number_of_both_rules() -> None:
    assert "(red from 3 on)" in of_week((0, 0, 0, 0, 0, 0, 0, 1)).summary
    assert "(red from 2 on)" in of_week((0, 0, 1, 1, 1, 0, 0, 1)).summary
    assert of_week((0, 0, 1, 1, 1, 0, 0, 2)).status is Status.RED


def test_a_share_of_all_days_below_the_limit_makes_none_red() -> None:
    """Of 2,100 purchases 21 are at the limit."""
    assert of_week((0, 3, 3, 3, 3, 3, 2, 3), rows=300).status is Status.AMBER
    assert of_week((0, 3, 3, 3, 3, 3, 3, 3), rows=300).status is Status.RED


def test_days_without_purchases_are_not_judged_together() -> None:
    seen = events(bought=(30, 30, 0, 0, 30, 0, 0, 30), usable=(24, 30, 0, 0, 28, 0, 0, 29))
    judgement = judge(Params(), seen, FRAME)
    assert judgement.details["days_together"] == 3
    assert (judgement.details["purchases_together"], judgement.status) == (90, Status.AMBER)
    assert "red from 2 on" in judgement.summary


@pytest.mark.parametrize("days", [1, 2, 4, 7])
def test_a_shorter_window_has_fewer_days(days: int) -> None:
    judgement = of_week((1,) * days)
    assert judgement.details["days_together"] == days
    assert judgement.status is (Status.RED if days >= 4 else Status.AMBER)
    if days == 4:
        assert "not 4 of 120 on the last 4 days with purchases" in judgement.summary


def test_where_no_number_is_red_it_says_so() -> None:
    judgement = of_week((2,), rows=2, params=Params(alert_at=1))
    assert judgement.status is Status.AMBER
    assert "which chance allows of so few (too few to be red)" in judgement.summary
    assert judgement.details["red_from"] is None
    assert of_week((8,), rows=8, params=Params(alert_at=1)).status is Status.RED


COUNTS_OF_DAYS = st.lists(
    st.integers(1, 400).flatmap(lambda rows: st.tuples(st.just(rows), st.integers(0, rows))),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(COUNTS_OF_DAYS, st.sampled_from([0.01, 1.0, 1e-6, 0.3]), st.sampled_from(JUDGES), st.data())
def test_one_more_never_helps_and_the_told_number_is_where_red_begins(
    days: list[tuple[int, int]], alert_at: float, judged_by: str, data: st.DataObject
) -> None:
    params = Params(alert_at=alert_at, judge=judged_by)

    def of(missing: int) -> Judgement:
        counts = [*days[:-1], (days[-1][0], missing)]
        bought, usable = [n for n, _ in counts], [n - lost for n, lost in counts]
        seen = events({"x": [500] * len(days)}, bought=bought, usable=usable)
        return judge(params, seen, FRAME)

    rows, missing = days[-1]
    judgement, least = of(missing), of(missing).details["red_from"]
    assert (judgement.status is Status.GREEN) == (missing / rows < alert_at)
    assert (judgement.status is Status.RED) == (least is not None and missing >= least)
    assert judged_by == "chance" or judgement.status is not Status.AMBER
    if least is not None:
        assert of(least).status is Status.RED
        assert of(least - 1).status is not Status.RED
        assert of(data.draw(st.integers(least, rows))).status is Status.RED
    else:
        assert of(rows).status is Status.AMBER
    shuffled = [*data.draw(st.permutations(days[-7:-1])), days[-1]]
    bought, usable = [n for n, _ in shuffled], [n - lost for n, lost in shuffled]
    other = judge(params, events({"x": [500] * len(shuffled)}, bought=bought, usable=usable), FRAME)
    assert other.status is judgement.status


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
