"""A judgement that is revised keeps what later steps decide by, and what they show."""

from __future__ import annotations

import pytest

from checks.catalog import missing_revenue, volume_expected
from checks.core.metrics import EventCounts, Undated
from checks.core.model import Facts, Judgement, Severity, Status, Verdict
from checks.evaluation.maturity import with_learning_limited
from checks.judging.undated import considering_undated
from checks.judging.unmeasured import learning
from tests.catalog.samples import events, judgement

FACTS = Facts({"event": "buy"}, 12.5, ("buy",), True, True, True)
DETAILS = {"filters": FACTS.filters, "expected": FACTS.expected}


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (Status.GREEN, events(undated=Undated(events=1000))),
        (Status.SKIPPED, events({}, bought=(0,) * 8, has_earlier=False)),
    ],
)
def test_events_that_belong_to_no_day(status: Status, seen: EventCounts) -> None:
    original = Judgement(status, "m=1", "It is so", "Nothing to do", details=DETAILS, facts=FACTS)
    revised = considering_undated(original, "m", seen, is_reporter=True, of_purchases=False)
    assert revised.status is Status.UNKNOWN
    assert revised.facts == FACTS
    assert revised.details.items() >= DETAILS.items()


def test_a_pipeline_that_is_no_longer_learning() -> None:
    original = learning("volume", 3, 7, DETAILS, FACTS)
    check = volume_expected.CHECK
    revised = with_learning_limited(
        {check.id: original}, {check.id: check}, lambda days: "it is old"
    )
    assert revised[check.id].status is Status.UNKNOWN
    assert (revised[check.id].facts, revised[check.id].details) == (FACTS, DETAILS)


def test_what_another_check_reports() -> None:
    check = missing_revenue.CHECK
    original = judgement(Status.UNKNOWN, details=DETAILS, facts=FACTS)
    silent = Verdict(
        "event_volume", check.layer, Status.RED, False, Severity.RED, 1, 0, "", "", "", "",
        facts=Facts(silent_purchase_names=("buy",)),
    )  # fmt: skip
    revised = missing_revenue.skipped_if_reported("m", original, {silent.id: silent})
    assert revised.status is Status.SKIPPED
    assert (revised.facts, revised.details) == (FACTS, DETAILS)
