"""Incidents: when one opens, what becomes of it, when it is over, and what changes none."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from checks.core.errors import HistoryError, OtherWarehouseError, UsageError
from checks.core.model import Facts, Report, Status, Verdict
from checks.core.records import Closing, IncidentChange, StoredIncident
from checks.history.incident_rules import Finding, changed_by
from checks.history.moments import TOLERANCE
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE, report, verdict
from tests.history.test_history_migrations import run as run_sql

GREEN, RED, UNKNOWN = Status.GREEN, Status.RED, Status.UNKNOWN
AMBER, WAIVED, SKIPPED = Status.AMBER, Status.WAIVED, Status.SKIPPED
NEVER_OPENING = (GREEN, AMBER, WAIVED, SKIPPED)
FIXED, EXPECTED, FALSE_ALARM = Closing.FIXED, Closing.EXPECTED, Closing.FALSE_ALARM
MINUTE, HOUR, ONE_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def report_with(*verdicts: Verdict, day: date = DAY, at: datetime = NOW) -> Report:
    return replace(report(day, now=at), checks=verdicts)


def rate(status: Status = RED, value: float | None = 0.5, **fields: Any) -> Verdict:
    return replace(verdict("quarantine_rate", status, value), **fields)


def gate(
    history: History, *verdicts: Verdict, later: timedelta = HOUR * 0, days: int = 0, **kind: bool
) -> int:
    """A recorded evaluation, `days` days after the first one and then so much later."""
    after = timedelta(days=days)
    at = NOW + after + later
    return history.record(report_with(*verdicts, day=DAY + after, at=at), **kind)


def all_of(history: History, now: datetime = NOW + 90 * ONE_DAY) -> tuple[StoredIncident, ...]:
    return history.incident_log(PIPELINE, now).incidents


def only_incident(history: History) -> StoredIncident:
    (incident,) = all_of(history)
    return incident


def close(
    history: History, closing: Closing = FIXED, later: timedelta = HOUR, **fields: str
) -> StoredIncident:
    by = {"owner": "Mia", "note": ""} | fields
    return history.close_incident(PIPELINE, "quarantine_rate", closing, now=NOW + later, **by)


def changes(incident: StoredIncident) -> list[IncidentChange]:
    return [event.change for event in incident.events]


# ---- opening


@pytest.mark.parametrize("status", [RED, UNKNOWN])
def test_a_check_that_stops_the_line_opens_an_incident(history: History, status: Status) -> None:
    evaluation = gate(history, rate(status, subjects={"source": ("web",)}), verdict("other", GREEN))
    assert only_incident(history) == StoredIncident(
        id=1, pipeline=PIPELINE, check="quarantine_rate", evaluation=evaluation, opened_at=NOW,
        opened_on=DAY, opened_as=status, status=status, value=0.5, message="quarantine_rate=0.5",
        subjects={"source": ("web",)},
    )  # fmt: skip
    assert only_incident(history).is_open


@pytest.mark.parametrize("status", NEVER_OPENING)
def test_what_lets_the_line_run_opens_none(history: History, status: Status) -> None:
    gate(history, rate(status))
    assert all_of(history) == ()


def test_each_check_and_pipeline_has_its_own(history: History) -> None:
    history.record(report_with(rate(), verdict("freshness", RED)))
    history.record(replace(report_with(rate()), pipeline="another"))
    assert [incident.check for incident in all_of(history)] == ["quarantine_rate", "freshness"]
    assert len(history.incident_log("another", NOW).incidents) == 1


def test_followers_are_members_and_have_none_of_their_own(history: History) -> None:
    unknown, amber = verdict("b", UNKNOWN), verdict("c", AMBER)
    followers = [replace(follower, because="quarantine_rate") for follower in (unknown, amber)]
    gate(history, rate(), verdict("a", RED), *followers)
    first, second = all_of(history)
    assert (first.check, first.members) == ("quarantine_rate", ("b", "c"))
    assert (second.check, second.members) == ("a", ())


def test_a_cause_that_is_in_no_report_is_none(history: History) -> None:
    gate(history, rate(because="gone"))
    assert only_incident(history).check == "quarantine_rate"


def test_members_stay_and_more_of_them_are_worse(history: History) -> None:
    follower = replace(verdict("b", RED), because="quarantine_rate")
    gate(history, rate(), follower)
    gate(history, rate(), later=HOUR)
    assert only_incident(history).members == ("b",)
    assert changes(only_incident(history)) == []
    gate(history, rate(), follower, replace(follower, id="c"), later=2 * HOUR)
    incident = only_incident(history)
    assert incident.members == ("b", "c")
    (event,) = incident.events
    assert (event.change, event.members, event.at) == (
        IncidentChange.WORSE, ("c",), NOW + 2 * HOUR,
    )  # fmt: skip


def test_a_follower_that_fails_by_itself_gets_its_own(history: History) -> None:
    gate(history, rate(), replace(verdict("b", RED), because="quarantine_rate"))
    gate(history, rate(), verdict("b", RED), later=HOUR)
    first, second = all_of(history)
    assert (first.members, second.check, second.opened_at) == (("b",), "b", NOW + HOUR)
    gate(history, rate(GREEN), verdict("b", RED), later=2 * HOUR)
    assert [incident.is_open for incident in all_of(history)] == [False, True]


def test_one_that_follows_another_meanwhile_stays_open_until_green(history: History) -> None:
    gate(history, rate(value=0.5))
    followed = rate(value=0.9, because="log")
    gate(history, verdict("log", RED), followed, later=HOUR)
    first, second = all_of(history)
    assert (first.is_open, first.value, changes(first)) == (True, 0.5, [])
    assert second.members == ("quarantine_rate",)
    gate(history, verdict("log", RED), rate(GREEN), later=2 * HOUR)
    assert [incident.is_open for incident in all_of(history)] == [False, True]


# ---- across days, reruns, backfill


def test_the_next_days_red_is_the_same_incident(history: History) -> None:
    for days in range(3):
        gate(history, rate(), days=days)
    assert (only_incident(history).opened_on, only_incident(history).events) == (DAY, ())


@pytest.mark.parametrize("status", [RED, GREEN])
@pytest.mark.parametrize("before", [RED, GREEN])
def test_a_rerun_of_an_older_day_changes_none(
    history: History, before: Status, status: Status
) -> None:
    gate(history, rate(before), days=1)
    known = all_of(history)
    history.record(report_with(rate(status, 0.9), day=DAY, at=NOW + ONE_DAY + HOUR))
    assert all_of(history) == known


@pytest.mark.parametrize("status", [RED, GREEN])
@pytest.mark.parametrize("days", [-3, 0, 1])
def test_backfill_changes_none(history: History, status: Status, days: int) -> None:
    gate(history, rate())
    known = all_of(history)
    gate(history, rate(status, 0.9), verdict("other", RED), days=days, later=HOUR, is_backfill=True)
    assert all_of(history) == known


def test_what_arrives_again_by_its_key_changes_none(history: History) -> None:
    history.record(report_with(rate()), key="a")
    history.record(report_with(rate(GREEN), at=NOW + HOUR), key="a")
    history.record(report_with(rate(value=0.9), verdict("b", RED), at=NOW + HOUR), key="a")
    assert only_incident(history).is_open
    assert only_incident(history).events == ()


def test_a_corrected_outcome_changes_none(history: History) -> None:
    evaluation = history.record(report_with(rate()))
    known = all_of(history)
    history.correct(evaluation, report_with(rate(GREEN)))
    assert all_of(history) == known


# ---- resolved


@pytest.mark.parametrize("days", [0, 1, 3])
def test_green_on_the_newest_day_resolves(history: History, days: int) -> None:
    gate(history, rate())
    gate(history, rate(GREEN), days=days, later=HOUR)
    incident = only_incident(history)
    assert (incident.resolved_on, incident.resolved_at) == (
        DAY + timedelta(days=days), NOW + timedelta(days=days) + HOUR,
    )  # fmt: skip
    gate(history, rate(GREEN), days=9)
    assert only_incident(history) == incident


@pytest.mark.parametrize("status", [AMBER, WAIVED, SKIPPED, UNKNOWN])
def test_nothing_but_green_resolves(history: History, status: Status) -> None:
    gate(history, rate())
    gate(history, rate(status, None), later=HOUR)
    assert only_incident(history).is_open
    gate(history, verdict("other", GREEN), later=2 * HOUR)  # it was switched off
    assert only_incident(history).is_open


def test_green_of_a_closed_day_resolves_none(history: History) -> None:
    gate(history, rate())
    gate(history, rate(GREEN, facts=Facts(is_closed=True)), days=1)
    assert only_incident(history).is_open
    gate(history, rate(GREEN), days=2)
    assert only_incident(history).resolved_on == DAY + 2 * ONE_DAY


def test_the_next_red_after_green_is_another_incident(history: History) -> None:
    for days, status in enumerate((RED, GREEN, RED)):
        gate(history, rate(status), days=days)
    first, second = all_of(history)
    assert (first.is_open, second.is_open, second.opened_on) == (False, True, DAY + 2 * ONE_DAY)


# ---- worse


@pytest.mark.parametrize(
    ("check", "first", "then", "is_worse"),
    [
        ("quarantine_rate", 0.5, 0.5, False),
        ("quarantine_rate", 0.5, 0.500001, True),
        ("quarantine_rate", 0.5, 0.499999, False),
        ("rows_read", 5.0, 4.0, True),
        ("rows_read", 5.0, 6.0, False),
        ("volume_zscore", -4.0, -5.0, True),
        ("volume_zscore", -4.0, 3.5, False),
        ("quarantine_rate", 0.5, None, False),
        ("quarantine_rate", None, 0.5, False),
        ("not_in_the_catalog", 1.0, 2.0, True),
    ],
)
def test_a_value_farther_from_its_limit_is_worse(
    history: History, check: str, first: float | None, then: float | None, is_worse: bool
) -> None:
    gate(history, verdict(check, RED, first))
    gate(history, verdict(check, RED, then), later=HOUR)
    assert changes(only_incident(history)) == [IncidentChange.WORSE] * is_worse
    worst = then if is_worse or first is None else first
    assert (only_incident(history).value, only_incident(history).message) == (
        worst, f"{check}={then if is_worse else first}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected", "is_worse"),
    [(23.0, 30, False), (22.5, 30, False), (22.0, 30, True), (39.0, 30, True), (20.0, None, False)],
)
def test_a_volume_is_compared_with_what_is_usual_on_its_own_day(
    history: History, value: float, expected: float | None, is_worse: bool
) -> None:
    """A quarter too few first."""
    first, then = verdict("volume_expected", RED, 75.0), verdict("volume_expected", RED, value)
    gate(history, replace(first, facts=Facts(expected=100)))
    gate(history, replace(then, facts=Facts(expected=expected)), days=1)
    assert changes(only_incident(history)) == [IncidentChange.WORSE] * is_worse


def test_worse_is_worse_than_ever_not_than_yesterday(history: History) -> None:
    for days, value in enumerate((0.5, 0.9, 0.6, 0.8, 0.91)):
        gate(history, rate(value=value), days=days)
    assert [event.message for event in only_incident(history).events] == [
        "quarantine_rate=0.9", "quarantine_rate=0.91",
    ]  # fmt: skip


@pytest.mark.parametrize("between", [AMBER, WAIVED])
def test_red_again_after_amber_or_waived_is_worse(history: History, between: Status) -> None:
    gate(history, rate())
    gate(history, rate(between), later=HOUR)
    assert only_incident(history).status is between
    gate(history, rate(), later=2 * HOUR)
    assert changes(only_incident(history)) == [IncidentChange.WORSE]


@pytest.mark.parametrize("between", [UNKNOWN, SKIPPED])
def test_red_again_after_it_was_not_measured_is_not(history: History, between: Status) -> None:
    gate(history, rate())
    gate(history, rate(between, None), later=HOUR)
    gate(history, rate(), later=2 * HOUR)
    assert changes(only_incident(history)) == []


def test_a_stop_and_another_subject_are_worse(history: History) -> None:
    gate(history, rate(subjects={"source": ("web",)}))
    gate(history, rate(subjects={"source": ("web", "shop")}), later=HOUR)
    gate(history, rate(subjects={"source": ("shop",)}), later=2 * HOUR)
    gate(history, rate(subjects={"source": ("(many, none of which counts by itself)",)}), days=1)
    gate(history, rate(subjects={"source": ("shop",)}, stop=True), days=2)
    gate(history, rate(stop=True), days=3)
    assert [event.at - NOW for event in only_incident(history).events] == [HOUR, 2 * ONE_DAY]
    assert set(only_incident(history).subjects["source"]) >= {"web", "shop"}


def test_events_are_bounded_and_the_first_ones_stay(history: History) -> None:
    for number in range(104):
        gate(history, rate(value=number), later=number * MINUTE)
    events = only_incident(history).events
    assert len(events) == 100
    assert [events[0].message, events[49].message, events[50].message, events[-1].message] == [
        "quarantine_rate=1", "quarantine_rate=50", "quarantine_rate=54", "quarantine_rate=103",
    ]  # fmt: skip


# ---- closed by a person


@pytest.mark.parametrize("closing", Closing)
def test_a_closed_incident_says_who_and_as_what(history: History, closing: Closing) -> None:
    gate(history, rate())
    incident = close(history, closing, owner=" Mia\x1b ", note=" sale\n ")
    assert incident == only_incident(history)
    assert (incident.closed_as, incident.closed_by, incident.note, incident.closed_at) == (
        closing, r"Mia\u001b", "sale", NOW + HOUR,
    )  # fmt: skip
    assert not incident.is_open
    assert incident.resolved_at is None


@pytest.mark.parametrize("status", [RED, UNKNOWN])
def test_fixed_and_still_red_is_open_again(history: History, status: Status) -> None:
    gate(history, rate())
    close(history, FIXED, note="rolled back")
    gate(history, rate(status), later=2 * HOUR)
    incident = only_incident(history)
    assert incident.is_open
    closing, reopening = incident.events
    assert (closing.change, closing.closed_as, closing.owner, closing.note, closing.at) == (
        IncidentChange.CLOSED, FIXED, "Mia", "rolled back", NOW + HOUR,
    )  # fmt: skip
    assert (reopening.change, reopening.day) == (IncidentChange.REOPENED, DAY)


@pytest.mark.parametrize("later", [HOUR - MINUTE, HOUR])
def test_what_was_measured_before_the_fix_does_not_open_it_again(
    history: History, later: timedelta
) -> None:
    gate(history, rate())
    close(history, FIXED)
    gate(history, rate(value=0.9), later=later)
    assert only_incident(history).closed_as is FIXED
    gate(history, rate(), later=HOUR + timedelta(microseconds=1))
    assert only_incident(history).is_open


@pytest.mark.parametrize("status", [AMBER, WAIVED, SKIPPED])
def test_fixed_stays_fixed_while_the_line_runs(history: History, status: Status) -> None:
    gate(history, rate())
    close(history, FIXED)
    gate(history, rate(status), later=2 * HOUR)
    assert only_incident(history).closed_as is FIXED
    gate(history, rate(), later=3 * HOUR)
    assert only_incident(history).is_open


@pytest.mark.parametrize("closing", [EXPECTED, FALSE_ALARM])
def test_expected_and_false_alarm_stay_closed_while_it_is_the_same(
    history: History, closing: Closing
) -> None:
    gate(history, rate(subjects={"source": ("web",)}))
    close(history, closing)
    for days, status in enumerate((RED, AMBER, RED, WAIVED, UNKNOWN, RED), start=1):
        gate(history, rate(status, 0.5, subjects={"source": ("web",)}), days=days)
    assert (only_incident(history).closed_as, only_incident(history).events) == (closing, ())
    gate(history, rate(GREEN), days=8)
    assert only_incident(history).resolved_on == DAY + 8 * ONE_DAY
    gate(history, rate(), days=9)
    assert [incident.is_open for incident in all_of(history)] == [False, True]


@pytest.mark.parametrize("closing", [EXPECTED, FALSE_ALARM])
@pytest.mark.parametrize(
    "changed",
    [{"value": 0.500001}, {"subjects": {"source": ("web", "shop")}}, {"stop": True}],
    ids=["worse", "other subject", "stop"],
)
def test_another_failure_is_another_incident(
    history: History, closing: Closing, changed: dict[str, Any]
) -> None:
    same = rate(subjects={"source": ("web",)})
    gate(history, same)
    close(history, closing)
    gate(history, replace(same, **changed), later=2 * HOUR)
    first, second = all_of(history)
    assert (first.closed_as, second.is_open, second.opened_at) == (closing, True, NOW + 2 * HOUR)
    gate(history, rate(GREEN), later=3 * HOUR)
    assert not any(incident.is_open for incident in all_of(history))


def closed_while_the_line_ran(history: History, between: Status, closing: Closing) -> None:
    """Red, then no longer stopping the line, closed, and still as it was an hour later."""
    gate(history, rate())
    gate(history, rate(between), later=MINUTE)
    close(history, closing)
    gate(history, rate(between), later=2 * HOUR)


@pytest.mark.parametrize("closing", [EXPECTED, FALSE_ALARM])
@pytest.mark.parametrize("between", [AMBER, WAIVED])
def test_closed_while_the_line_ran_and_red_again_is_the_same(
    history: History, closing: Closing, between: Status
) -> None:
    """As when it was closed first and waived then."""
    closed_while_the_line_ran(history, between, closing)
    gate(history, rate(), later=3 * HOUR)
    assert (only_incident(history).closed_as, only_incident(history).events) == (closing, ())
    gate(history, rate(value=0.6), later=4 * HOUR)
    assert [incident.is_open for incident in all_of(history)] == [False, True]


def test_waived_fixed_revoked_and_a_false_alarm_after_all_is_one_incident(
    history: History,
) -> None:
    gate(history, rate())
    gate(history, rate(WAIVED), later=MINUTE)
    close(history, FIXED)
    close(history, FALSE_ALARM, later=2 * HOUR)
    gate(history, rate(), later=3 * HOUR)
    assert only_incident(history).closed_as is FALSE_ALARM


@pytest.mark.parametrize("between", [AMBER, WAIVED])
@pytest.mark.parametrize("status", [RED, UNKNOWN])
def test_closed_as_fixed_while_the_line_ran_is_open_again_once_it_stops(
    history: History, between: Status, status: Status
) -> None:
    closed_while_the_line_ran(history, between, FIXED)
    assert only_incident(history).closed_as is FIXED
    gate(history, rate(status), later=3 * HOUR)
    assert only_incident(history).is_open
    # One event says that it stops the line again.
    assert changes(only_incident(history)) == [IncidentChange.CLOSED, IncidentChange.REOPENED]
    gate(history, rate(), later=4 * HOUR)
    assert changes(only_incident(history))[2:] == []


def test_the_very_same_closing_changes_nothing_and_another_word_replaces_it(
    history: History,
) -> None:
    gate(history, rate())
    first = close(history, FALSE_ALARM)
    assert close(history, FALSE_ALARM, later=2 * HOUR) == first
    again = close(history, EXPECTED, later=3 * HOUR)
    assert (again.closed_as, [event.closed_as for event in again.events]) == (
        EXPECTED, [FALSE_ALARM],
    )  # fmt: skip


def test_a_resolved_one_takes_one_word_afterwards(history: History) -> None:
    gate(history, rate())
    gate(history, rate(GREEN), later=HOUR)
    incident = close(history, FALSE_ALARM, later=2 * HOUR)
    assert (incident.closed_as, incident.ended_at) == (FALSE_ALARM, NOW + HOUR)
    with pytest.raises(
        UsageError, match=r"no incident of quarantine_rate is open.*false-alarm by Mia"
    ):
        close(history, FIXED, later=3 * HOUR)


def test_what_cannot_be_closed(history: History) -> None:
    with pytest.raises(UsageError, match="has no incident"):
        close(history)
    gate(history, rate())
    with pytest.raises(UsageError, match="owner must not be empty"):
        close(history, owner=" ")
    with pytest.raises(UsageError, match="has no incident"):
        history.close_incident(PIPELINE, "freshness", FIXED, "Mia", "", NOW)
    with pytest.raises(UsageError, match="has no incident"):
        history.close_incident("another", "quarantine_rate", FIXED, "Mia", "", NOW)
    with pytest.raises(ValueError, match="time zone"):
        history.close_incident(
            PIPELINE, "quarantine_rate", FIXED, "Mia", "", NOW.replace(tzinfo=None)
        )
    assert only_incident(history).is_open


# ---- the store


def test_incidents_outlive_their_evaluations(url: str) -> None:
    history = History(url, keep_days=2)
    for days in range(40):
        gate(history, rate(value=days), days=days)
    assert len(history.evaluations(PIPELINE, 99, now=NOW + 90 * ONE_DAY)) == 30
    incident = only_incident(history)
    assert (incident.opened_at, incident.opened_on) == (NOW, DAY)
    assert len(incident.events) == 39
    recorded = history.recorded_during(PIPELINE, incident, NOW + 90 * ONE_DAY)
    assert [evaluation.data_date for evaluation in recorded] == [
        DAY + timedelta(days=days) for days in range(10, 40)
    ]


def test_what_was_recorded_during_an_incident(history: History) -> None:
    gate(history, rate(GREEN), days=-1)
    first = gate(history, rate())
    gate(history, rate(), days=-1, later=ONE_DAY + HOUR)
    last = gate(history, rate(GREEN), later=2 * HOUR)
    gate(history, rate(GREEN), later=3 * HOUR)
    recorded = history.recorded_during(PIPELINE, only_incident(history), NOW + ONE_DAY)
    assert [evaluation.id for evaluation in recorded] == [first, last]


WRONG = datetime(2030, 1, 2, 6, 12, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 2, 6, 12, tzinfo=UTC)


def at_wrong(history: History, moment: datetime, status: Status) -> None:
    history.record(report_with(rate(status), day=moment.date() - ONE_DAY, at=moment))


@pytest.mark.parametrize("moment", [WRONG, LONG_AGO])
def test_a_green_run_of_a_wrong_clock_resolves_none(history: History, moment: datetime) -> None:
    gate(history, rate())
    at_wrong(history, moment, GREEN)
    assert all_of(history, NOW)[0].is_open
    gate(history, rate(value=0.9), later=HOUR)
    assert changes(all_of(history, NOW + HOUR)[0]) == [IncidentChange.WORSE]
    gate(history, rate(GREEN), later=2 * HOUR)
    assert all_of(history, NOW + 2 * HOUR)[0].resolved_at == NOW + 2 * HOUR


def test_one_that_was_opened_after_now_is_set_aside(history: History) -> None:
    at_wrong(history, WRONG, RED)
    assert all_of(history, NOW) == ()
    gate(history, rate())
    (incident,) = all_of(history, NOW)
    assert incident.opened_at == NOW
    assert history.context(PIPELINE, DAY + ONE_DAY, now=NOW).incidents == (incident,)


def test_of_two_open_ones_after_a_wrong_clock_the_last_counts(history: History) -> None:
    gate(history, rate())
    at_wrong(history, LONG_AGO, RED)
    assert len(all_of(history, NOW)) == 1
    gate(history, rate(GREEN), later=HOUR)
    assert not any(incident.is_open for incident in all_of(history))


@pytest.mark.parametrize(("before", "resolved"), [(TOLERANCE, True), (TOLERANCE + MINUTE, False)])
def test_machines_whose_clocks_differ_a_little(
    history: History, before: timedelta, resolved: bool
) -> None:
    gate(history, rate())
    history.record(report_with(rate(GREEN), at=NOW - before))
    assert only_incident(history).is_open is not resolved


def test_a_closing_after_now_is_not_known_yet(history: History) -> None:
    gate(history, rate())
    history.close_incident(PIPELINE, "quarantine_rate", FIXED, "Mia", "", WRONG)
    assert all_of(history, NOW)[0].is_open
    assert all_of(history, WRONG)[0].closed_as is FIXED


def test_one_warehouses_incidents_are_not_anothers(url: str) -> None:
    from checks.config.identity import warehouse_identity

    own = History(url, 400, warehouse=warehouse_identity("duckdb:////srv/a.duckdb"))
    other = History(url, 400, warehouse=warehouse_identity("duckdb:////srv/b.duckdb"))
    own.record(report_with(rate()))
    with pytest.raises(OtherWarehouseError):
        other.incident_log(PIPELINE, NOW)
    with pytest.raises(OtherWarehouseError):
        close(other)
    assert only_incident(own).is_open


def test_gates_at_once_open_one_incident(url: str) -> None:
    History(url, keep_days=400).record(report_with(verdict("other", GREEN)))
    start = threading.Barrier(4)

    def run() -> None:
        start.wait(60)
        History(url, keep_days=400).record(report_with(rate()))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert only_incident(History(url, keep_days=400)).is_open


def test_people_are_told_with_their_incident(history: History) -> None:
    history.acknowledge(PIPELINE, "quarantine_rate", "Jon", "", NOW)
    history.acknowledge(PIPELINE, "quarantine_rate", "Mia", "mine", NOW + HOUR)
    log = history.incident_log(PIPELINE, NOW + HOUR)
    assert [(ack.owner, ack.created_at, ack.closed_at) for ack in log.acknowledgements] == [
        ("Jon", NOW, NOW + HOUR), ("Mia", NOW + HOUR, None),
    ]  # fmt: skip
    assert (log.incidents, log.waivers, log.acceptances, log.warnings) == ((), (), (), ())


@pytest.mark.parametrize("first", ["read", "record"])
def test_a_store_without_incidents_is_brought_forward(url: str, first: str) -> None:
    history = History(url, keep_days=400)
    history.record(report_with(rate()))
    run_sql(url, "DROP TABLE andon_incidents")
    run_sql(url, "UPDATE andon_schema SET version = 3")
    if first == "read":
        assert all_of(history) == ()
    gate(history, rate(), later=HOUR)
    assert only_incident(history).opened_at == NOW + HOUR
    assert len(history.all_runs(PIPELINE, DAY, NOW + HOUR)) == 2


DAMAGES = [
    ("check_id", "''"), ("members", "'[1]'"), ("members", "'{}'"), ("members", "'['"),
    ("evaluation_id", "0"), ("opened_at", "'yesterday'"), ("opened_at", "'2025-03-09T06:12:00'"),
    ("status", "'purple'"), ("is_stop", "2"), ("subjects", "'[]'"), ("subjects", "'nothing'"),
    ("events", "'{}'"), ("events", "'[{}]'"), ("events", "'[7]'"), ("events", "'x'"),
    ("events", """'[{"change": "worse", "at": "2025-03-09T06:12:00"}]'"""),
    ("events", """'[{"change": "better", "at": "2025-03-09T06:12:00+00:00"}]'"""),
    ("events", """'[{"change": "worse", "at": "2025-03-09T06:12:00+00:00", "day": "soon"}]'"""),
    ("events", """'[{"change": "worse", "at": "2025-03-09T06:12:00+00:00", "note": 7}]'"""),
    ("events", """'[{"change": "closed", "at": "2025-03-09T06:12:00+00:00", "closed_as": "x"}]'"""),
    ("resolved_at", "'soon'"), ("closed_at", "'soon'"), ("closed_as", "'forgotten'"),
    ("closed_by", "''"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), DAMAGES)
def test_a_damaged_incident_is_left_out_and_told(url: str, column: str, value: str) -> None:
    history = History(url, keep_days=400)
    gate(history, rate(), verdict("freshness", RED))
    run_sql(url, f"UPDATE andon_incidents SET {column} = {value} WHERE id = 1")
    log = history.incident_log(PIPELINE, NOW)
    assert [incident.check for incident in log.incidents] == ["freshness"]
    (warning,) = log.warnings
    assert warning.endswith(": 1 incident is damaged: left out")
    if column not in ("resolved_at",):
        assert history.context(PIPELINE, DAY, now=NOW).warnings == log.warnings
    gate(history, rate(GREEN), verdict("freshness", GREEN), later=HOUR)
    gate(history, rate(), verdict("freshness", GREEN), later=2 * HOUR)
    assert all_of(history)[-1].is_open


def test_a_value_that_no_number_is(sqlite_url: str) -> None:
    history = History(sqlite_url, keep_days=400)
    gate(history, rate(value=float("inf")))
    assert only_incident(history).value is None
    run_sql(sqlite_url, "UPDATE andon_incidents SET value = 'much'")
    assert all_of(history) == ()


def test_hostile_texts_are_inert(history: History) -> None:
    gate(history, rate(message="a\nb\x1b[31m" + "x" * 2000))
    assert "\n" not in only_incident(history).message
    assert len(only_incident(history).message) < 1100


def test_a_store_that_fails_keeps_what_it_had(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evaluation and incident are stored together, or neither is."""
    gate(history, rate())

    def broken(*_: object) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("disk I/O error"))

    monkeypatch.setattr("checks.history.incidents._store", broken)
    with pytest.raises(HistoryError):
        gate(history, rate(GREEN), later=HOUR)
    monkeypatch.undo()
    assert len(history.all_runs(PIPELINE, DAY, NOW + HOUR)) == 1
    assert only_incident(history).is_open


def test_an_unchanged_incident_is_not_written(history: History) -> None:
    gate(history, rate())
    (known,) = all_of(history, NOW)
    finding = Finding(report_with(rate(), at=NOW + HOUR), DAY, 2)
    assert changed_by(finding, [known]) == ()
    assert changed_by(Finding(report_with(rate(GREEN)), DAY, 2), []) == ()
