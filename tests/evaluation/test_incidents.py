"""Who is on an incident, how long people and fixes took, and what follows from a closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from checks.core.model import Status
from checks.core.records import (
    Closing,
    IncidentChange,
    IncidentEvent,
    IncidentLog,
    StoredAcceptance,
    StoredAcknowledgement,
    StoredIncident,
    StoredWaiver,
)
from checks.evaluation.incident_times import Alarm, alarms, figures, taken_text
from checks.evaluation.incidents import (
    next_step,
    of_data_days,
    of_the_last,
    on_it,
    open_incidents,
)

OPENED = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)
DAY = date(2025, 3, 8)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
INCIDENT = StoredIncident(
    id=1, pipeline="shop", check="quarantine_rate", evaluation=1, opened_at=OPENED, opened_on=DAY,
    opened_as=Status.RED, status=Status.RED, value=0.06, message="rate=0.06 (max 0.05)",
)  # fmt: skip


def ack(
    after: timedelta, until: timedelta | None = None, check: str = "quarantine_rate", **more: str
) -> StoredAcknowledgement:
    closed_at = None if until is None else OPENED + until
    fields = {"owner": "Mia", "note": ""} | more
    return StoredAcknowledgement(check, created_at=OPENED + after, closed_at=closed_at, **fields)


def waiver(after: timedelta, check: str = "quarantine_rate") -> StoredWaiver:
    return StoredWaiver(1, "shop", check, "Mia", "known", DAY, None, DAY, OPENED + after)


def first_reaction(incident: StoredIncident, log: IncidentLog) -> datetime | None:
    return alarms(incident, log)[0].taken_at


def acceptance(after: timedelta) -> StoredAcceptance:
    return StoredAcceptance(
        1, "shop", "quarantine_rate", "event", "x", "Mia", "r", DAY, OPENED + after
    )


def resolved(after: timedelta, **fields: Any) -> StoredIncident:
    return replace(INCIDENT, resolved_at=OPENED + after, resolved_on=DAY, **fields)


def closed(closing: Closing, after: timedelta = HOUR, **fields: Any) -> StoredIncident:
    return replace(
        INCIDENT, closed_as=closing, closed_at=OPENED + after, closed_by="Mia", note="", **fields
    )


@pytest.mark.parametrize(
    ("log", "after"),
    [
        (IncidentLog(), None),
        (IncidentLog(acknowledgements=(ack(HOUR), ack(2 * HOUR))), HOUR),
        (IncidentLog(acknowledgements=(ack(HOUR, check="freshness"),)), None),
        (IncidentLog(acknowledgements=(ack(0 * HOUR),)), 0 * HOUR),
        (IncidentLog(acknowledgements=(ack(-HOUR),)), None),
        (IncidentLog(acknowledgements=(ack(-HOUR, until=MINUTE),)), None),
        (IncidentLog(acknowledgements=(ack(-HOUR, until=0 * HOUR),)), None),
        (IncidentLog(waivers=(waiver(HOUR),)), HOUR),
        (IncidentLog(waivers=(waiver(-MINUTE),)), None),
        (IncidentLog(waivers=(waiver(HOUR, "freshness"),)), None),
        (IncidentLog(acceptances=(acceptance(HOUR),)), HOUR),
        (
            IncidentLog(
                acknowledgements=(ack(3 * HOUR),), waivers=(waiver(2 * HOUR),),
                acceptances=(acceptance(HOUR),),
            ),
            HOUR,
        ),
    ],
)  # fmt: skip
def test_the_first_reaction(log: IncidentLog, after: timedelta | None) -> None:
    expected = None if after is None else OPENED + after
    assert first_reaction(INCIDENT, log) == expected


def test_closing_is_a_reaction_and_so_is_one_that_no_longer_holds() -> None:
    assert first_reaction(closed(Closing.FIXED), IncidentLog()) == OPENED + HOUR
    event = IncidentEvent(IncidentChange.CLOSED, OPENED + MINUTE, closed_as=Closing.FIXED)
    worse = IncidentEvent(IncidentChange.WORSE, OPENED)
    reopened = replace(INCIDENT, events=(worse, event))
    assert first_reaction(reopened, IncidentLog()) == OPENED + MINUTE


REOPENED = replace(
    INCIDENT,
    events=(
        IncidentEvent(IncidentChange.CLOSED, OPENED + HOUR, closed_as=Closing.FIXED, owner="Mia"),
        IncidentEvent(IncidentChange.REOPENED, OPENED + 3 * HOUR),
    ),
)


@pytest.mark.parametrize(
    ("acks", "first", "again", "to_somebody", "untaken"),
    [
        ((), HOUR, Alarm(OPENED + 3 * HOUR, None, False), HOUR, 1),
        ((ack(4 * HOUR),), HOUR, Alarm(OPENED + 3 * HOUR, OPENED + 4 * HOUR, False), HOUR, 0),
        ((ack(MINUTE),), MINUTE, Alarm(OPENED + 3 * HOUR, None, True), MINUTE, 0),
        (
            (ack(MINUTE, 4 * HOUR), ack(4 * HOUR, owner="Jon")), MINUTE,
            Alarm(OPENED + 3 * HOUR, OPENED + 4 * HOUR, True), MINUTE, 0,
        ),
        (
            (ack(MINUTE, 2 * HOUR),), MINUTE, Alarm(OPENED + 3 * HOUR, None, False), MINUTE, 1,
        ),
    ],
)  # fmt: skip
def test_one_that_is_open_again_has_to_be_taken_again(
    acks: tuple[StoredAcknowledgement, ...],
    first: timedelta,
    again: Alarm,
    to_somebody: timedelta,
    untaken: int,
) -> None:
    log = IncidentLog((REOPENED,), acknowledgements=acks)
    opening, reopening = alarms(REOPENED, log)
    assert (opening.took, reopening) == (first, again)
    (rule,) = figures((REOPENED,), log)
    assert (rule.to_somebody, rule.untaken) == (to_somebody, untaken)


def test_who_was_on_it_before_it_was_opened_did_not_take_it() -> None:
    log = IncidentLog((INCIDENT,), acknowledgements=(ack(-HOUR), ack(HOUR)))
    (alarm,) = alarms(INCIDENT, log)
    assert (alarm.was_taken, alarm.took) == (True, None)
    assert taken_text(INCIDENT, log, nobody="-") == "was taken"
    (rule,) = figures((INCIDENT,), log)
    assert (rule.to_somebody, rule.untaken) == (None, 0)
    assert taken_text(INCIDENT, IncidentLog(), nobody="-") == "-"
    assert taken_text(INCIDENT, IncidentLog(acknowledgements=(ack(HOUR),)), nobody="-") == "1 h"


@pytest.mark.parametrize(("after", "counts"), [(HOUR, True), (HOUR + MINUTE, False)])
def test_what_comes_after_green_is_none(after: timedelta, counts: bool) -> None:
    log = IncidentLog(acknowledgements=(ack(after),))
    assert (first_reaction(resolved(HOUR), log) is not None) is counts
    incident = replace(
        resolved(HOUR), closed_as=Closing.FALSE_ALARM, closed_at=OPENED + after, closed_by="Mia"
    )
    assert (first_reaction(incident, IncidentLog()) is not None) is counts


def test_who_is_on_it_is_the_last_one_who_said_so() -> None:
    log = IncidentLog(
        acknowledgements=(ack(HOUR, 2 * HOUR), ack(2 * HOUR, owner="Jon"), ack(HOUR, check="x"))
    )
    person = on_it(INCIDENT, log)
    assert person is not None
    assert person.owner == "Jon"
    assert on_it(closed(Closing.EXPECTED), log) is None
    assert on_it(INCIDENT, IncidentLog(acknowledgements=(ack(HOUR, 2 * HOUR),))) is None


def test_open_ones_without_anybody_come_first_then_the_oldest() -> None:
    incidents = (
        INCIDENT,
        replace(INCIDENT, id=2, check="a", opened_at=OPENED + 2 * HOUR),
        replace(INCIDENT, id=3, check="b", opened_at=OPENED + HOUR),
        resolved(HOUR, id=4, check="c"),
    )
    log = IncidentLog(incidents, acknowledgements=(ack(HOUR),))
    assert [incident.id for incident in open_incidents(log)] == [3, 2, 1]


@pytest.mark.parametrize(
    ("ago", "listed"),
    [(timedelta(days=30), True), (timedelta(days=30, microseconds=1), False)],
)
def test_those_that_were_over_within_the_days(ago: timedelta, listed: bool) -> None:
    now = OPENED + HOUR + ago
    log = IncidentLog((resolved(HOUR), replace(INCIDENT, id=2, opened_at=OPENED - HOUR)))
    assert [each.id for each in of_the_last(30, log, now)] == ([1, 2] if listed else [2])
    assert [each.id for each in of_the_last(None, log, now)] == [1, 2]


def test_figures_are_medians_of_what_happened() -> None:
    incidents = (
        resolved(2 * HOUR, id=1),
        resolved(4 * HOUR, id=2),
        closed(Closing.FALSE_ALARM, 3 * HOUR, id=3),
        closed(Closing.EXPECTED, 5 * HOUR, id=4),
        replace(closed(Closing.FIXED, 9 * HOUR), id=5, resolved_at=OPENED + 10 * HOUR),
        replace(INCIDENT, id=6),
        replace(INCIDENT, id=7, check="freshness"),
    )
    first, second = figures(incidents, IncidentLog(incidents))
    assert (first.check, first.incidents, first.open) == ("quarantine_rate", 6, 1)
    assert (first.to_somebody, first.untaken) == (5 * HOUR, 3)
    assert first.to_green == 4 * HOUR
    assert (first.false_alarms, first.expected, first.fixed) == (1, 1, 1)
    assert (second.check, second.to_somebody, second.to_green) == ("freshness", None, None)
    assert figures((), IncidentLog()) == ()


@pytest.mark.parametrize(
    ("given_after", "revoked", "check", "accepted"),
    [
        (-MINUTE, False, "quarantine_rate", 0),
        (timedelta(), False, "quarantine_rate", 1),
        (HOUR, False, "quarantine_rate", 1),
        (HOUR + MINUTE, False, "quarantine_rate", 0),
        (MINUTE, True, "quarantine_rate", 0),
        (MINUTE, False, "freshness", 0),
    ],
)
def test_an_incident_is_accepted_while_it_lasts(
    given_after: timedelta, revoked: bool, check: str, accepted: int
) -> None:
    acceptance = StoredAcceptance(
        id=1, pipeline="p", check=check, kind="level", subject="low since 2025-03-01", owner="Mia",
        reason="smaller", data_date=OPENED.date(), created_at=OPENED + given_after,
        revoked_at=OPENED + HOUR if revoked else None,
    )  # fmt: skip
    log = IncidentLog(acceptances=(acceptance, acceptance))
    (rule,) = figures((resolved(HOUR),), log)
    assert rule.accepted == accepted


def test_an_incident_that_is_open_may_be_accepted_late() -> None:
    acceptance = StoredAcceptance(
        id=1, pipeline="p", check="quarantine_rate", kind="level", subject="x", owner="Mia",
        reason="smaller", data_date=OPENED.date(), created_at=OPENED + 99 * HOUR,
    )  # fmt: skip
    (rule,) = figures((INCIDENT,), IncidentLog(acceptances=(acceptance,)))
    assert rule.accepted == 1


def test_a_clock_that_is_behind_makes_no_negative_time() -> None:
    (rule,) = figures((resolved(-MINUTE),), IncidentLog())
    assert rule.to_green == timedelta()


@pytest.mark.parametrize("closing", [Closing.FIXED, Closing.FALSE_ALARM])
def test_only_expected_asks_for_more(closing: Closing) -> None:
    assert next_step(closed(closing)) is None


@pytest.mark.parametrize(
    ("check", "subjects", "text"),
    [
        ("event_volume", {"event": ("a b",)}, "andon accept event_volume 'a b' --reason"),
        ("event_volume", {"event": ("a", "b")}, "andon accept event_volume NAME --reason"),
        ("event_volume", {"event": ("a", "…")}, "andon accept event_volume a --reason"),
        ("event_volume", {}, "andon accept event_volume NAME --reason"),
        ("volume_trend", {}, '    - {from: 2025-03-08, name: "why it is special"}'),
        ("quarantine_rate", {}, "andon waive quarantine_rate --until DAY --reason"),
    ],
)
def test_what_to_do_about_what_was_expected(
    check: str, subjects: dict[str, tuple[str, ...]], text: str
) -> None:
    step = next_step(closed(Closing.EXPECTED, check=check, subjects=subjects))
    assert step is not None
    assert text in step.text


def test_what_is_never_waived_is_offered_no_waiver() -> None:
    step = next_step(closed(Closing.EXPECTED, check="log_entry_exists_today"))
    assert step is not None
    assert step.sentence.endswith("cannot be waived: there is no data to let through.")
    assert step.text == ""


def test_after_green_only_the_calendar_is_left() -> None:
    was_green = {"resolved_at": OPENED + HOUR, "resolved_on": DAY}
    assert next_step(closed(Closing.EXPECTED, check="event_volume", **was_green)) is None
    assert next_step(closed(Closing.EXPECTED, check="volume_zscore", **was_green)) is not None


@pytest.mark.parametrize(
    ("opened", "resolved", "until", "listed"),
    [
        (1, None, 1, True), (2, None, 1, False), (1, None, 40, True),
        (1, 3, 11, True), (1, 2, 11, False), (1, 9, 11, True),
    ],
)  # fmt: skip
def test_incidents_of_data_days(
    opened: int, resolved: int | None, until: int, listed: bool
) -> None:
    """Ten data dates up to one: the day on which it was green again is none of its own."""
    first = date(2025, 1, 1)

    def on(number: int) -> date:
        return first + timedelta(days=number - 1)

    incident = replace(
        INCIDENT, opened_on=on(opened), resolved_on=None if resolved is None else on(resolved)
    )
    assert bool(of_data_days(10, on(until), IncidentLog((incident,)))) is listed
