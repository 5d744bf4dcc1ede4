"""Waivers and acknowledgements: given, revoked, rearmed, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from checks.core.errors import UsageError
from checks.core.model import Acknowledgement, Facts, Status
from checks.history import StoredWaiver
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE, report

GREEN, RED = Status.GREEN, Status.RED


def give(history: History, **changes: Any) -> StoredWaiver:
    fields: dict[str, Any] = {
        "pipeline": PIPELINE,
        "check": "freshness",
        "owner": "Mia",
        "reason": "known outage",
        "until": DAY + timedelta(days=4),
        "up_to": 0.06,
        "data_date": DAY,
        "now": NOW,
    }
    return history.give_waiver(**(fields | changes))


def active(history: History) -> tuple[StoredWaiver, ...]:
    return history.context(PIPELINE, DAY).waivers


def test_a_waiver_is_read_as_it_was_given(history: History) -> None:
    waiver = give(history)
    assert waiver == StoredWaiver(
        id=waiver.id,
        pipeline=PIPELINE,
        check="freshness",
        owner="Mia",
        reason="known outage",
        until=date(2025, 3, 12),
        up_to=0.06,
        data_date=DAY,
        created_at=NOW,
    )
    unlimited = give(history, up_to=None, until=date(2020, 1, 1))
    assert active(history) == (waiver, unlimited)
    assert history.all_waivers(PIPELINE) == (waiver, unlimited)
    assert history.all_waivers("another") == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": " "},
        {"reason": "\n"},
        {"up_to": float("nan")},
        {"up_to": float("inf")},
    ],
)
def test_a_waiver_that_says_too_little_is_refused(
    history: History, changes: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        give(history, **changes)
    assert history.all_waivers(PIPELINE) == ()


def test_a_moment_without_a_zone_is_refused(history: History) -> None:
    naive = NOW.replace(tzinfo=None)
    waiver = give(history)
    with pytest.raises(ValueError, match="time zone"):
        give(history, now=naive)
    with pytest.raises(ValueError, match="time zone"):
        history.revoke_waiver(waiver.id, PIPELINE, "Jon", naive)
    with pytest.raises(ValueError, match="time zone"):
        history.acknowledge(PIPELINE, "freshness", "Jon", "", naive)
    assert active(history) == (waiver,)


def test_what_people_type_is_kept_as_one_inert_line(history: History) -> None:
    give(history, owner="M\x1bia", reason="one\ntwo\x00")
    (waiver,) = active(history)
    assert (waiver.owner, waiver.reason) == (r"M\u001bia", r"one\u000atwo\u0000")


def test_a_revoked_waiver_is_listed_but_does_not_hold(history: History) -> None:
    waiver, kept = give(history), give(history)
    later = NOW + timedelta(hours=1)
    assert history.revoke_waiver(waiver.id, PIPELINE, "Jon", later) is True
    assert history.revoke_waiver(waiver.id, PIPELINE, "Mia", later + timedelta(hours=1)) is False
    both = (replace(waiver, revoked_at=later, revoked_by="Jon"), kept)
    assert active(history) == both
    assert history.all_waivers(PIPELINE) == both


@pytest.mark.parametrize("unknown", [0, -1, 99, 10**30])
def test_revoking_an_unknown_waiver_is_a_usage_error(history: History, unknown: int) -> None:
    give(history)
    with pytest.raises(UsageError, match=str(unknown)):
        history.revoke_waiver(unknown, PIPELINE, "Jon", NOW)
    assert len(active(history)) == 1


def test_another_pipelines_waiver_cannot_be_revoked(history: History) -> None:
    waiver = give(history)
    with pytest.raises(UsageError):
        history.revoke_waiver(waiver.id, "another", "Jon", NOW)
    assert active(history) == (waiver,)


@pytest.mark.parametrize(
    ("back", "pipeline", "statuses", "rearmed"),
    [
        (0, PIPELINE, {"freshness": GREEN}, True),
        (-3, PIPELINE, {"freshness": GREEN}, True),
        (1, PIPELINE, {"freshness": GREEN}, False),
        (0, PIPELINE, {"freshness": Status.WAIVED}, False),
        (0, PIPELINE, {"freshness": RED, "rows_read": GREEN}, False),
        (0, "another", {"freshness": GREEN}, False),
    ],
)
def test_green_on_the_waived_day_or_later_rearms(
    history: History, back: int, pipeline: str, statuses: dict[str, Status], rearmed: bool
) -> None:
    give(history)
    day = DAY - timedelta(days=back)
    history.record(report(day, pipeline, **statuses))
    (waiver,) = active(history)
    assert waiver.rearmed_on == (day if rearmed else None)


@pytest.mark.parametrize("is_closed", [True, False])
def test_green_of_a_closed_day_does_not_rearm(history: History, is_closed: bool) -> None:
    give(history)
    evaluated = report(DAY, PIPELINE, freshness=GREEN)
    (check,) = (verdict for verdict in evaluated.checks if verdict.id == "freshness")
    history.record(replace(evaluated, checks=(replace(check, facts=Facts(is_closed=is_closed)),)))
    assert (active(history)[0].rearmed_on is None) is is_closed


def test_green_before_the_waiver_was_given_does_not_rearm(history: History) -> None:
    history.record(report(freshness=GREEN))
    assert give(history).rearmed_on is None
    assert active(history)[0].rearmed_on is None


def test_the_first_green_counts_and_outlives_its_evaluation(url: str) -> None:
    history = History(url, keep_days=2)
    give(history)
    for later in range(1, 40):
        after = timedelta(days=later)
        history.record(report(DAY + after, now=NOW + after, freshness=GREEN))
    assert len(history.evaluations(PIPELINE, 99)) == 30
    assert active(history)[0].rearmed_on == DAY + timedelta(days=1)


def acknowledged(history: History) -> list[tuple[str, str]]:
    acknowledgements = history.context(PIPELINE, DAY).acknowledgements
    return [(acknowledgement.check, acknowledgement.owner) for acknowledgement in acknowledgements]


def test_an_acknowledgement_is_read_as_it_was_given(history: History) -> None:
    acknowledgement = history.acknowledge(PIPELINE, "freshness", " Jon ", "on it\x07", NOW)
    assert acknowledgement == Acknowledgement("freshness", "Jon", r"on it\u0007", NOW)
    assert history.context(PIPELINE, DAY).acknowledgements == (acknowledgement,)
    assert history.context("another", DAY).acknowledgements == ()
    with pytest.raises(UsageError):
        history.acknowledge(PIPELINE, "freshness", "", "", NOW)


def test_the_next_one_takes_over(history: History) -> None:
    history.acknowledge(PIPELINE, "freshness", "Jon", "", NOW)
    history.acknowledge(PIPELINE, "rows_read", "Jon", "", NOW)
    history.acknowledge(PIPELINE, "freshness", "Mia", "", NOW)
    assert acknowledged(history) == [("rows_read", "Jon"), ("freshness", "Mia")]


@pytest.mark.parametrize(
    ("status", "open_ones"),
    [
        (GREEN, []),
        (RED, [("freshness", "Jon")]),
        (Status.WAIVED, [("freshness", "Jon")]),
        (Status.SKIPPED, [("freshness", "Jon")]),
        (Status.UNKNOWN, [("freshness", "Jon")]),
        (Status.AMBER, [("freshness", "Jon")]),
    ],
)
def test_an_acknowledgement_is_open_until_the_check_is_green(
    history: History, status: Status, open_ones: list[tuple[str, str]]
) -> None:
    history.acknowledge(PIPELINE, "freshness", "Jon", "", NOW)
    history.record(report(freshness=status))
    assert acknowledged(history) == open_ones


def test_a_green_day_of_the_past_closes_nothing(history: History) -> None:
    history.record(report(freshness=RED))
    history.acknowledge(PIPELINE, "freshness", "Jon", "", NOW)
    history.record(report(DAY - timedelta(days=1), freshness=GREEN))
    assert acknowledged(history) == [("freshness", "Jon")]
    history.record(report(freshness=GREEN))
    assert acknowledged(history) == []
