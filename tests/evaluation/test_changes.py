"""What changed between two evaluations: kinds, order, sentences, gate against now."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.catalog import all_checks
from checks.core.model import Report, Status
from checks.core.records import StoredEvaluation
from checks.evaluation.changes import (
    ChangeKind,
    Result,
    VerdictChange,
    changes,
    difference,
    results_of,
    sentence,
)
from tests.catalog.samples import judgement, verdict

GREEN, AMBER, RED, UNKNOWN, WAIVED, SKIPPED = (
    Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN, Status.WAIVED, Status.SKIPPED,
)  # fmt: skip
RATE = "quarantine_rate"  # worse when higher
NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)


def result(status: Status, value: float | None = 0.01) -> Result:
    return Result(status, value, "none" if value is None else f"rate={value} (max 0.05)")


def kind_of(before: Result | None, after: Result | None, check: str = RATE) -> ChangeKind | None:
    old = {} if before is None else {check: before}
    new = {} if after is None else {check: after}
    changed = changes(old, new)
    return changed[0].kind if changed else None


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (GREEN, RED, ChangeKind.NEW_RED),
        (AMBER, RED, ChangeKind.NEW_RED),
        (UNKNOWN, RED, ChangeKind.NEW_RED),
        (WAIVED, RED, ChangeKind.NEW_RED),
        (SKIPPED, RED, ChangeKind.NEW_RED),
        (None, RED, ChangeKind.NEW_RED),
        (RED, GREEN, ChangeKind.RESOLVED),
        (AMBER, GREEN, ChangeKind.RESOLVED),
        (WAIVED, GREEN, ChangeKind.RESOLVED),
        (UNKNOWN, GREEN, ChangeKind.RESOLVED),
        (SKIPPED, GREEN, ChangeKind.CHANGED),
        (RED, SKIPPED, ChangeKind.CHANGED),
        (RED, UNKNOWN, ChangeKind.CHANGED),
        (RED, WAIVED, ChangeKind.CHANGED),
        (RED, AMBER, ChangeKind.CHANGED),
        (GREEN, UNKNOWN, ChangeKind.CHANGED),
        (None, GREEN, ChangeKind.APPEARED),
        (None, UNKNOWN, ChangeKind.APPEARED),
        (RED, None, ChangeKind.GONE),
        (GREEN, None, ChangeKind.GONE),
    ],
)
def test_a_change_of_status(before: Status | None, after: Status | None, kind: ChangeKind) -> None:
    old, new = (None if change is None else result(change) for change in (before, after))
    assert kind_of(old, new) is kind


@pytest.mark.parametrize("status", Status)
def test_the_same_again_is_no_change(status: Status) -> None:
    assert kind_of(result(status), result(status)) is None


@pytest.mark.parametrize("status", [RED, AMBER, WAIVED])
@pytest.mark.parametrize(
    ("check", "before", "after", "kind"),
    [
        (RATE, 0.06, 0.07, ChangeKind.WORSE),
        (RATE, 0.07, 0.06, ChangeKind.BETTER),
        (RATE, 0.07, 0.07, None),
        (RATE, 0.07, 0.07 * (1 + 1e-12), None),
        (RATE, None, 0.07, None),
        (RATE, 0.07, None, None),
        ("rows_read", 5, 4, ChangeKind.WORSE),
        ("rows_read", 4, 5, ChangeKind.BETTER),
        ("volume_zscore", 3.5, -4, ChangeKind.WORSE),
        ("volume_zscore", -4, 3.5, ChangeKind.BETTER),
        ("volume_zscore", -4, 4, None),
        ("a_check_of_another_version", 4, 5, None),
    ],
)
def test_a_value_moves(
    status: Status, check: str, before: float | None, after: float | None, kind: ChangeKind | None
) -> None:
    assert kind_of(result(status, before), result(status, after), check) is kind


@pytest.mark.parametrize("status", [GREEN, UNKNOWN, SKIPPED])
def test_a_value_within_its_limit_may_move(status: Status) -> None:
    assert kind_of(result(status, 0.01), result(status, 0.04)) is None


def test_trouble_comes_first() -> None:
    before = {
        "freshness": result(GREEN),
        "rows_read": result(RED),
        "event_volume": result(RED, 2),
        RATE: result(RED, 0.06),
        "missing_revenue": result(AMBER),
        "orphan_orders": result(GREEN),
        "volume_zscore": result(GREEN),
        "of_old": result(GREEN),
    }
    after = {
        "freshness": result(UNKNOWN),
        "rows_read": result(GREEN),
        "event_volume": result(RED, 1),
        RATE: result(RED, 0.07),
        "missing_revenue": result(RED),
        "orphan_orders": result(RED),
        "volume_zscore": result(AMBER),
        "of_new": result(GREEN),
    }
    kinds = [(change.kind, change.check) for change in changes(before, after)]
    assert kinds == [
        (ChangeKind.NEW_RED, "missing_revenue"),
        (ChangeKind.NEW_RED, "orphan_orders"),
        (ChangeKind.CHANGED, "freshness"),
        (ChangeKind.CHANGED, "volume_zscore"),
        (ChangeKind.WORSE, RATE),
        (ChangeKind.GONE, "of_old"),
        (ChangeKind.APPEARED, "of_new"),
        (ChangeKind.RESOLVED, "rows_read"),
        (ChangeKind.BETTER, "event_volume"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (result(GREEN), result(RED, 0.0582), " is red now (was green): rate=0.0582 (max 0.05)"),
        (result(RED), result(GREEN), " is green now (was red): rate=0.01 (max 0.05)"),
        (
            result(RED, 0.06),
            result(RED, 0.07),
            " is still red and got worse: rate=0.07 (max 0.05), before rate=0.06 (max 0.05)",
        ),
        (
            result(AMBER, 0.07),
            result(AMBER, 0.06),
            " is still amber and got better: rate=0.06 (max 0.05), before rate=0.07 (max 0.05)",
        ),
        (None, result(RED), " is red and was not evaluated before: rate=0.01 (max 0.05)"),
        (result(RED), None, " is not evaluated any more (was red)"),
        (result(GREEN), Result(UNKNOWN, None, ""), " is unknown now (was green)"),
    ],
)
def test_sentences(before: Result | None, after: Result | None, expected: str) -> None:
    old = {} if before is None else {RATE: before}
    new = {} if after is None else {RATE: after}
    (change,) = changes(old, new)
    assert sentence(change) == RATE + expected


@pytest.mark.parametrize(
    ("gate", "live", "verdicts", "expected"),
    [
        ({RATE: result(RED)}, {RATE: result(RED)}, (RED, RED), None),
        ({RATE: result(RED, 0.06)}, {RATE: result(RED, 0.07)}, (RED, RED), None),
        ({}, {}, (UNKNOWN, UNKNOWN), None),
        (
            {RATE: result(RED), "freshness": result(UNKNOWN)},
            {RATE: result(GREEN), "freshness": result(AMBER)},
            (RED, AMBER),
            "quarantine_rate went from red to green: rate=0.01 (max 0.05); and 1 more change.",
        ),
        (
            {RATE: result(GREEN), "freshness": result(GREEN), "rows_read": result(RED)},
            {RATE: result(RED), "freshness": result(UNKNOWN), "rows_read": result(GREEN)},
            (RED, RED),
            "quarantine_rate went from green to red: rate=0.01 (max 0.05); and 2 more changes.",
        ),
        (
            {RATE: result(GREEN)},
            {RATE: Result(UNKNOWN, None, "it is locked.")},
            (GREEN, UNKNOWN),
            "quarantine_rate went from green to unknown: it is locked.",
        ),
        (
            {},
            {RATE: result(RED)},
            (GREEN, RED),
            "quarantine_rate is red and was not evaluated before: rate=0.01 (max 0.05).",
        ),
        (
            {RATE: result(RED)},
            {},
            (RED, GREEN),
            "quarantine_rate is not evaluated any more (was red).",
        ),
        (
            {RATE: result(GREEN)},
            {RATE: result(GREEN)},
            (RED, GREEN),
            "the verdict went from red to green, though no check changed its status.",
        ),
    ],
)
def test_why_gate_and_now_differ(
    gate: dict[str, Result],
    live: dict[str, Result],
    verdicts: tuple[Status, Status],
    expected: str | None,
) -> None:
    text = difference(gate, live, *verdicts)
    assert text == (None if expected is None else f"Since the gate ran, {expected}")


def test_results_of_a_report_and_of_what_was_recorded_are_the_same() -> None:
    check = all_checks()[0]
    outcome = verdict(check, judgement(RED, value=7))
    report = Report("p", None, None, NOW, RED, 2, "", (outcome,))
    stored = StoredEvaluation(
        id=1, pipeline="p", run_date=date(2025, 3, 9), data_date=date(2025, 3, 8),
        evaluated_at=NOW, verdict=RED, exit_code=2, statuses={check.id: RED},
        values={check.id: 7.0}, messages={check.id: outcome.message},
    )  # fmt: skip
    assert results_of(report) == results_of(stored) == {check.id: Result(RED, 7, outcome.message)}


STATUSES = st.sampled_from(Status)
NUMBERS = st.none() | st.floats(-1e6, 1e6)
RESULTS = st.dictionaries(
    st.sampled_from([check.id for check in all_checks()]), st.builds(result, STATUSES, NUMBERS)
)
OPPOSITES = {
    ChangeKind.WORSE: ChangeKind.BETTER, ChangeKind.BETTER: ChangeKind.WORSE,
    ChangeKind.GONE: (ChangeKind.APPEARED, ChangeKind.NEW_RED),
}  # fmt: skip


@given(RESULTS, RESULTS)
def test_both_ways_name_the_same_checks(
    before: dict[str, Result], after: dict[str, Result]
) -> None:
    there, back = changes(before, after), changes(after, before)
    assert {change.check for change in there} == {change.check for change in back}
    assert changes(before, before) == ()
    kinds = {change.check: change.kind for change in back}
    for change in there:
        if change.kind in OPPOSITES:
            assert kinds[change.check] in OPPOSITES[change.kind]
        assert sentence(change).startswith(change.check)


@given(RESULTS, RESULTS, STATUSES, STATUSES)
def test_a_difference_of_status_is_never_silent(
    gate: dict[str, Result], live: dict[str, Result], was: Status, now: Status
) -> None:
    same = {k: v.status for k, v in gate.items()} == {k: v.status for k, v in live.items()}
    assert (difference(gate, live, was, now) is None) is (same and was is now)


def test_a_change_is_plain_data() -> None:
    assert VerdictChange(RATE, ChangeKind.GONE, result(RED), None).before == result(RED)
