"""What was recorded of a check, and which failures a person accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from checks.core.model import Severity, Status, Verdict
from checks.core.records import Closing, RecordedStatus
from checks.history.recorded import RECORDED_DAYS, without_softening
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE, report, verdict

RED, GREEN, AMBER, WAIVED = Status.RED, Status.GREEN, Status.AMBER, Status.WAIVED
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
LATER = DAY + 7 * ONE_DAY


def gate(history: History, *verdicts: Verdict, days: int = 0) -> None:
    """A recorded evaluation of the day that is so many days after the first."""
    after = timedelta(days=days)
    history.record(replace(report(DAY + after), checks=verdicts, evaluated_at=NOW + after))


def fresh(status: Status = RED, because: str | None = None) -> Verdict:
    return replace(verdict("freshness", status), because=because)


def recorded(
    history: History, before: date = LATER, check: str = "freshness", weeks: int = 1
) -> dict[date, RecordedStatus]:
    context = history.context(PIPELINE, before, now=NOW + weeks * WEEK)
    return dict(context.recorded.get(check, {}))


def close(history: History, closing: Closing, check: str = "freshness", days: float = 0.1) -> None:
    history.close_incident(
        PIPELINE, check, closing, now=NOW + timedelta(days=days), owner="Mia", note=""
    )


def test_a_status_that_nobody_accepted(history: History) -> None:
    gate(history, fresh())
    gate(history, fresh(GREEN), days=1)
    assert recorded(history) == {
        DAY: RecordedStatus(RED), DAY + ONE_DAY: RecordedStatus(GREEN),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("closing", "accepted"),
    [(Closing.EXPECTED, True), (Closing.FALSE_ALARM, True), (Closing.FIXED, False)],
)
@pytest.mark.parametrize("is_resolved", [True, False])
def test_a_closed_incident_is_accepted_where_it_was_no_fault(
    history: History, closing: Closing, accepted: bool, is_resolved: bool
) -> None:
    gate(history, fresh())
    if is_resolved:
        gate(history, fresh(GREEN), days=1)
    close(history, closing, days=2)
    assert recorded(history)[DAY] == RecordedStatus(RED, is_accepted=accepted)


def test_a_waived_day_is_accepted(history: History) -> None:
    gate(history, fresh(WAIVED))
    assert recorded(history)[DAY] == RecordedStatus(WAIVED, is_accepted=True)


def test_a_follower_is_accepted_with_its_root(history: History) -> None:
    gate(history, verdict("rows_read", RED), fresh(because="rows_read"))
    gate(history, verdict("rows_read", GREEN), fresh(GREEN), days=1)
    assert recorded(history)[DAY] == RecordedStatus(RED)
    close(history, Closing.EXPECTED, "rows_read", days=2)
    assert recorded(history)[DAY] == RecordedStatus(RED, is_accepted=True)
    assert recorded(history, check="rows_read")[DAY].is_accepted


def test_an_incident_covers_its_own_days_only(history: History) -> None:
    gate(history, fresh())
    gate(history, fresh(), days=1)
    gate(history, fresh(GREEN), days=2)
    gate(history, fresh(), days=3)
    close(history, Closing.FIXED, days=3.1)
    gate(history, fresh(GREEN), days=4)
    gate(history, fresh(), days=5)
    close(history, Closing.EXPECTED, days=5.1)
    statuses = recorded(history)
    assert [statuses[DAY + timedelta(days=n)].is_accepted for n in (0, 1, 3, 5)] == [
        False, False, False, True,
    ]  # fmt: skip


def test_other_checks_stay_unaccepted(history: History) -> None:
    gate(history, fresh(), verdict("event_volume", RED))
    close(history, Closing.EXPECTED)
    assert not recorded(history, check="event_volume")[DAY].is_accepted


def test_only_days_before_the_judged_one_and_of_the_last_weeks(history: History) -> None:
    gate(history, fresh(AMBER))
    assert DAY not in recorded(history, before=DAY)
    assert DAY in recorded(history, before=DAY + RECORDED_DAYS * ONE_DAY, weeks=7)
    assert DAY not in recorded(history, before=DAY + (RECORDED_DAYS + 1) * ONE_DAY, weeks=7)


def test_a_closing_that_came_after_now_is_not_known_yet(history: History) -> None:
    gate(history, fresh())
    close(history, Closing.EXPECTED, days=3)
    before = history.context(PIPELINE, LATER, now=NOW + 2 * ONE_DAY)
    assert not before.recorded["freshness"][DAY].is_accepted


def test_an_old_closing_reaches_as_far_as_the_statuses(history: History) -> None:
    gate(history, fresh())
    gate(history, fresh(GREEN), days=1)
    close(history, Closing.EXPECTED, days=2)
    last = DAY + RECORDED_DAYS * ONE_DAY
    assert recorded(history, before=last, weeks=7)[DAY].is_accepted


@pytest.mark.parametrize(
    ("severity", "status", "as_judged"),
    [
        (Severity.AMBER, AMBER, RED),
        (Severity.AMBER, GREEN, GREEN),
        (Severity.RED, AMBER, AMBER),
        (Severity.RED, RED, RED),
    ],
)
def test_what_only_warns_by_its_severity_did_fail(
    severity: Severity, status: Status, as_judged: Status
) -> None:
    seen = without_softening({DAY: RecordedStatus(status, is_accepted=True)}, severity)
    assert seen == {DAY: RecordedStatus(as_judged, is_accepted=True)}
