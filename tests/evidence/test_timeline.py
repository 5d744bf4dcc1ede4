"""An incident's timeline: loads, evaluations and people, in the order of time and in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from checks.core.model import Status
from checks.core.records import (
    Closing,
    IncidentChange,
    IncidentEvent,
    IncidentLog,
    StoredAcceptance,
    StoredAcknowledgement,
    StoredEvaluation,
    StoredIncident,
    StoredWaiver,
)
from checks.core.values import BadValue
from checks.evidence.runs import LoadEntry
from checks.evidence.timeline import timeline
from checks.evidence.timeline_entry import TimelineEntry, TimelineKind, without_repeats

DAY = date(2026, 11, 28)
RED, GREEN = Status.RED, Status.GREEN


def at(clock: str, day: int = 29) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 11, day, hours, minutes, tzinfo=UTC)


INCIDENT = StoredIncident(
    id=1, pipeline="shop", check="quarantine_rate", evaluation=1, opened_at=at("06:15"),
    opened_on=DAY, opened_as=RED, status=RED, value=0.058, message="rate=0.058 (max 0.05)",
    members=("rows_read",),
)  # fmt: skip


def load(source: str | None, clock: str, read: int | BadValue = 49_963) -> LoadEntry:
    return LoadEntry(source, at(clock), read, None, 2_908, 0.058, None, "ok", "ok", "counts")


def evaluation(
    number: int, moment: datetime, day: date = DAY, **statuses: Status
) -> StoredEvaluation:
    from checks.core.model import worst
    from checks.judging.gate import exit_code

    return StoredEvaluation(
        number, "shop", day + timedelta(days=1), day, moment, worst(statuses.values()),
        exit_code(statuses.values()), statuses, {}, {},
    )  # fmt: skip


def ack(clock: str, owner: str = "A. Example", note: str = "") -> StoredAcknowledgement:
    return StoredAcknowledgement("quarantine_rate", owner, note, at(clock))


def waiver(clock: str, check: str = "quarantine_rate") -> StoredWaiver:
    return StoredWaiver(
        1,
        "shop",
        check,
        "A. Example",
        "collector was down",
        date(2026, 12, 1),
        0.06,
        DAY,
        at(clock),
    )


def lines(*arguments: object, **options: object) -> list[str]:
    entries = timeline(*arguments, **options)  # type: ignore[arg-type]
    return [f"{entry.at:%H:%M} {entry.text}" for entry in entries]


FIRST = evaluation(
    1, at("06:15"), quarantine_rate=RED, rows_read=RED, orphan_orders=RED, freshness=GREEN
)


def test_a_whole_story() -> None:
    incident = replace(INCIDENT, resolved_at=at("09:31"), resolved_on=DAY)
    log = IncidentLog(
        acknowledgements=(ack("07:12", note="asked the app team"),), waivers=(waiver("08:00"),)
    )
    evaluations = [
        FIRST,
        evaluation(2, at("08:05"), quarantine_rate=Status.WAIVED, orphan_orders=RED),
        evaluation(3, at("09:31"), quarantine_rate=GREEN, orphan_orders=RED),
    ]
    loads = [load("events_20261128.csv", "05:40")]
    assert lines(incident, log, evaluations, loads) == [
        "05:40 Loaded events_20261128.csv: 49,963 rows read, 2,908 rejected",
        "06:15 Gate RED: quarantine_rate, orphan_orders and 1 that follows",
        "07:12 A. Example is on it: “asked the app team”",
        "08:00 Waived until Tue 1 Dec by A. Example: “collector was down”",
        "08:05 Gate RED: quarantine_rate is waived; orphan_orders",
        "09:31 GREEN (3 h 16 min)",
    ]


def test_without_its_evaluations_the_incident_tells_itself() -> None:
    worse = IncidentEvent(
        IncidentChange.WORSE, at("07:00"), DAY, "rate=0.09 (max 0.05)", ("freshness",)
    )
    incident = replace(
        INCIDENT,
        opened_as=Status.UNKNOWN,
        events=(worse,),
        resolved_at=at("08:15"),
        resolved_on=DAY,
    )
    assert lines(incident, IncidentLog()) == [
        "06:15 Gate UNKNOWN: quarantine_rate",
        "07:00 Worse: rate=0.09 (max 0.05); now also freshness",
        "08:15 GREEN (2 h)",
    ]


def test_an_evaluation_that_found_the_same_is_not_told() -> None:
    again = replace(FIRST, id=2, evaluated_at=at("07:00"))
    older = evaluation(3, at("07:30"), DAY - timedelta(days=1), quarantine_rate=GREEN)
    next_day = replace(FIRST, id=4, evaluated_at=at("06:12", 30), data_date=DAY + timedelta(days=1))
    assert lines(INCIDENT, IncidentLog(), [FIRST, again, older, next_day]) == [
        "06:15 Gate RED: quarantine_rate, orphan_orders and 1 that follows",
        "06:12 Gate RED: quarantine_rate, orphan_orders and 1 that follows (data of Sun 29 Nov)",
    ]


def test_many_failing_checks_are_counted() -> None:
    statuses = {f"check_{number}": RED for number in range(6)}
    everything = evaluation(1, at("06:15"), **statuses, quarantine_rate=RED)
    assert lines(INCIDENT, IncidentLog(), [everything]) == [
        "06:15 Gate RED: quarantine_rate, check_0, check_1, check_2 and 3 more"
    ]


@pytest.mark.parametrize(
    ("read", "texts"),
    [(1, "1 row read, 2,908 rejected"), (BadValue("n/a"), "rows read not known, 2,908 rejected")],
)
def test_loads_in_words(read: int | BadValue, texts: str) -> None:
    assert lines(INCIDENT, IncidentLog(), [], [load(None, "05:40", read)])[0] == (
        f"05:40 Loaded without a source: {texts}"
    )


@pytest.mark.parametrize(
    ("check", "rest"),
    [
        ("quarantine_rate", ": 49,963 rows read, 2,908 rejected"),
        ("rows_read", ": 49,963 rows read"),
        ("volume_expected", ": 49,963 rows read"),
        ("run_status", ": status 'ok'"),
        ("orphan_orders", ""),
        ("missing_revenue", ""),
        ("log_entry_exists_today", ""),
        ("gone_from_the_catalog", ""),
    ],
)
@pytest.mark.parametrize("count", [1, 6])
def test_a_load_says_what_concerns_the_check(check: str, rest: str, count: int) -> None:
    loads = [load("web.csv", "05:40", 49_963)] * count
    texts = lines(replace(INCIDENT, check=check), IncidentLog(), [], loads)
    if count > 1:
        rest = rest.replace("49,963", "299,778").replace("2,908", "17,448")
    assert texts[0] == f"05:40 Loaded {'web.csv' if count == 1 else '6 entries'}{rest}"


@pytest.mark.parametrize(("count", "entries"), [(5, 5), (6, 1)])
def test_many_loads_are_one_line(count: int, entries: int) -> None:
    loads = [load(f"file_{number}", f"05:{number:02}", 1000) for number in range(count)]
    texts = [row for row in lines(INCIDENT, IncidentLog(), [], loads) if "Loaded" in row]
    assert len(texts) == entries
    if entries == 1:
        assert texts == ["05:05 Loaded 6 entries: 6,000 rows read, 17,448 rejected"]


def test_who_took_it_over_and_who_only_wrote_more() -> None:
    acks = (
        ack("07:00"), replace(ack("07:10", note="more"), closed_at=None), ack("08:00", "Jon"),
        replace(ack("08:30", "Mia"), check="freshness"),
        replace(ack("05:00", "Eve"), closed_at=at("06:15")),
    )  # fmt: skip
    texts = lines(INCIDENT, IncidentLog(acknowledgements=acks))[1:]
    assert texts == [
        "07:00 A. Example is on it", "07:10 A. Example is on it: “more”", "08:00 Jon took over",
    ]  # fmt: skip


def test_decisions_of_other_times_and_checks_are_not_its_own() -> None:
    log = IncidentLog(waivers=(waiver("06:14"), waiver("09:32"), waiver("07:00", "freshness")))
    incident = replace(INCIDENT, resolved_at=at("09:31"), resolved_on=DAY)
    assert [row for row in lines(incident, log) if "Waive" in row] == []
    inside = IncidentLog(waivers=(waiver("06:15"), waiver("09:31")))
    assert len([row for row in lines(incident, inside) if "Waive" in row]) == 2


def test_a_revoked_waiver_and_an_acceptance() -> None:
    revoked = replace(waiver("07:00"), revoked_at=at("07:30"), revoked_by="Jon")
    accepted = StoredAcceptance(
        1, "shop", "quarantine_rate", "event", "wishlist", "Mia", "gone", DAY, at("08:00")
    )
    texts = lines(INCIDENT, IncidentLog(waivers=(revoked,), acceptances=(accepted,)))
    assert texts[2:] == [
        "07:30 Waiver revoked by Jon", "08:00 Accepted event wishlist by Mia: “gone”",
    ]  # fmt: skip


def test_a_revoked_acceptance_says_so() -> None:
    accepted = StoredAcceptance(
        1, "shop", "quarantine_rate", "event", "wishlist", "Mia", "gone", DAY, at("08:00"),
        revoked_at=at("08:30"), revoked_by="Jon",
    )  # fmt: skip
    assert lines(INCIDENT, IncidentLog(acceptances=(accepted,)))[1:] == [
        "08:00 Accepted event wishlist by Mia: “gone”",
        "08:30 Acceptance of event wishlist revoked by Jon",
    ]
    resolved = replace(INCIDENT, resolved_at=at("08:15"), resolved_on=DAY)
    texts = lines(resolved, IncidentLog(acceptances=(accepted,)))
    assert "08:00 Accepted event wishlist by Mia: “gone”; later revoked by Jon" in texts
    assert not any("08:30" in text for text in texts)


def test_a_waiver_that_is_revoked_later_says_so() -> None:
    revoked = replace(waiver("07:00"), revoked_at=at("07:30"), revoked_by="Jon")
    resolved = replace(INCIDENT, resolved_at=at("07:15"), resolved_on=DAY)
    texts = lines(resolved, IncidentLog(waivers=(revoked,)))
    assert any(t.startswith("07:00 Waived") and t.endswith("; later revoked by Jon") for t in texts)


def test_closed_open_again_and_closed_for_good() -> None:
    before = IncidentEvent(
        IncidentChange.CLOSED, at("07:00"), closed_as=Closing.FIXED, owner="Mia", note="rolled back"
    )
    again = IncidentEvent(IncidentChange.REOPENED, at("07:30"), DAY)
    incident = replace(
        INCIDENT, events=(before, again), closed_as=Closing.FALSE_ALARM, closed_at=at("08:00"),
        closed_by="Jon", note="",
    )  # fmt: skip
    entries = timeline(incident, IncidentLog())
    assert [f"{entry.at:%H:%M} {entry.text}" for entry in entries][1:] == [
        "07:00 Closed as fixed by Mia: “rolled back”",
        "07:30 Open again: it was not fixed",
        "08:00 Closed as false-alarm by Jon",
    ]
    assert [entry.kind for entry in entries] == [
        TimelineKind.GATE, TimelineKind.CLOSED, TimelineKind.GATE, TimelineKind.CLOSED,
    ]  # fmt: skip
    assert [entry.status for entry in entries] == [RED, None, RED, None]


def gates(*words: str) -> list[TimelineEntry]:
    """A gate a day, each with what it says; `+` is somebody who takes it."""
    first = datetime(2025, 3, 3, 6, 12, tzinfo=UTC)
    return [
        TimelineEntry(
            first + timedelta(days=day),
            TimelineKind.TAKEN if word == "+" else TimelineKind.GATE,
            "Gate ", "RED", f": {word} (data of day {day})" if day else f": {word}", Status.RED,
        )
        for day, word in enumerate(words)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("aaa", ["a", "a", "a"]), ("aaaa", ["a", "the same on 2 more days", "a"]),
        ("aaaaabbb", ["a", "the same on 3 more days", "a", "b", "b", "b"]),
        ("aa+aa", ["a", "a", "+", "a", "a"]), ("", []),
    ],
)  # fmt: skip
def test_a_row_of_equal_gates_is_shortened(words: str, texts: list[str]) -> None:
    entries = gates(*words)
    shown = without_repeats(entries)
    assert [entry.rest.partition(" (")[0].removeprefix(": ") for entry in shown] == texts
    assert [entry.at for entry in shown] == sorted(entry.at for entry in shown)
    assert (shown[:1], shown[-1:]) == (tuple(entries[:1]), tuple(entries[-1:]))
