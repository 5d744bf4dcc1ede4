"""From a judgement to a verdict: severity, waivers, acknowledgements, links, since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalog import all_checks, get_check, has_own_page
from checks.config.model import CheckSettings
from checks.core.model import Cause, Facts, Judgement, Severity, Status
from checks.core.records import StoredWaiver
from checks.evaluation.policy import verdict_of, with_since
from checks.judging.check import Check, Worse, is_worse
from tests.catalog.samples import (
    DAY,
    NOW,
    RUN,
    acknowledgement,
    circumstances,
    judgement,
    verdict,
    waiver,
)

CHECK = get_check("freshness")  # its value is worse when it is higher; it has no guard
GREEN, AMBER, RED, UNKNOWN, WAIVED, SKIPPED = (
    Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN, Status.WAIVED, Status.SKIPPED,
)  # fmt: skip


def held(**fields: object) -> StoredWaiver:
    """A waiver of CHECK for a value of up to 10."""
    return waiver(CHECK.id, **{"up_to": 10.0, **fields})


@pytest.mark.parametrize(
    ("status", "severity", "stop", "expected"),
    [
        (GREEN, Severity.RED, False, GREEN),
        (RED, Severity.RED, False, RED),
        (RED, Severity.AMBER, False, AMBER),
        (RED, Severity.AMBER, True, RED),
        (AMBER, Severity.RED, False, AMBER),
        (UNKNOWN, Severity.AMBER, False, UNKNOWN),
        (SKIPPED, Severity.AMBER, False, SKIPPED),
    ],
)
def test_severity(status: Status, severity: Severity, stop: bool, expected: Status) -> None:
    outcome = verdict(CHECK, judgement(status, stop=stop) if status is not SKIPPED
                    else judgement(status), severity=severity)  # fmt: skip
    assert (outcome.status, outcome.severity, outcome.stop) == (expected, severity, stop)


@pytest.mark.parametrize(
    ("given_waiver", "judgement", "status", "why"),
    [
        (held(), judgement(value=9.9), WAIVED, "until the end of Wednesday 12 March"),
        (held(), judgement(value=10), WAIVED, "until the end of Wednesday 12 March"),
        (held(), judgement(value=10.1), RED, "the value 10.1 is worse than the waived 10"),
        (
            held(),
            judgement(value=10.00000001),
            RED,
            "the value 10.00000001 is worse than the waived 10.0",
        ),
        (held(), judgement(value=None), RED, "the value none is worse than the waived 10"),
        (held(up_to=None), judgement(value=None), WAIVED, "until the end of Wednesday 12 March"),
        (held(up_to=None), judgement(value=999), WAIVED, "until the end of Wednesday 12 March"),
        (held(until=RUN), judgement(value=1), WAIVED, "until the end of Sunday 9 March"),
        (held(until=DAY), judgement(value=1), RED, "expired on 2025-03-08"),
        (
            held(rearmed_on=date(2025, 3, 7)),
            judgement(value=1),
            RED,
            "rearmed: the check was green for 2025-03-07",
        ),
        (
            held(),
            judgement(value=1, stop=True),
            RED,
            "the line stops at this value, and that cannot be waived",
        ),
        (
            held(up_to=None),
            judgement(UNKNOWN),
            UNKNOWN,
            "the check could not be measured, and that cannot be waived",
        ),
    ],
)
def test_waivers(
    given_waiver: StoredWaiver, judgement: Judgement, status: Status, why: str
) -> None:
    made = verdict(CHECK, judgement, given_waiver)
    assert made.status is status
    assert made.waiver is not None
    assert made.waiver.why.startswith(why)
    assert made.waiver.holds is (status is WAIVED)
    assert (made.waiver.owner, made.waiver.reason) == ("Mia", "known")


@pytest.mark.parametrize("status", [GREEN, AMBER])
def test_a_waiver_touches_only_red(status: Status) -> None:
    made = verdict(CHECK, judgement(status), held())
    assert made.status is status
    assert made.waiver is not None
    assert made.waiver.holds


def test_a_waiver_leaves_amber_by_severity_amber() -> None:
    outcome = verdict(CHECK, judgement(value=1), held(), severity=Severity.AMBER)
    assert outcome.status is AMBER


def test_a_waiver_of_another_check_does_not_count() -> None:
    outcome = verdict(CHECK, judgement(value=1), waiver("rows_read", up_to=None))
    assert (outcome.status, outcome.waiver) == (RED, None)


def test_one_that_holds_comes_before_newer_ones_that_do_not() -> None:
    holds, expired = held(id=1), held(id=2, until=DAY)
    outcome = verdict(CHECK, judgement(value=1), holds, expired)
    assert outcome.status is WAIVED
    assert outcome.waiver is not None
    assert outcome.waiver.id == 1


def test_of_those_that_do_not_hold_the_latest_is_told() -> None:
    outcome = verdict(CHECK, judgement(value=1), held(id=1, until=DAY), held(id=2, until=DAY))
    assert outcome.status is RED
    assert outcome.waiver is not None
    assert outcome.waiver.id == 2


@pytest.mark.parametrize(
    ("worse", "value", "limit", "expected"),
    [
        (Worse.HIGHER, 0.051, 0.05, True),
        (Worse.HIGHER, 0.05, 0.05, False),
        (Worse.HIGHER, 0.049, 0.05, False),
        (Worse.LOWER, 0, 1, True),
        (Worse.LOWER, 1, 1, False),
        (Worse.LOWER, 2, 1, False),
        (Worse.FARTHER_FROM_ZERO, -3.6, 3.5, True),
        (Worse.FARTHER_FROM_ZERO, 3.6, -3.5, True),
        (Worse.FARTHER_FROM_ZERO, -3.5, 3.5, False),
        (Worse.FARTHER_FROM_ZERO, 0, -3.5, False),
        *[(worse, None, 1.0, True) for worse in Worse],
        *[(worse, None, None, False) for worse in Worse],
        *[(worse, 10**9, None, False) for worse in Worse],
    ],
)
def test_worse(worse: Worse, value: float | None, limit: float | None, expected: bool) -> None:
    assert is_worse(worse, value, limit) is expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    status=st.sampled_from([GREEN, AMBER, RED, UNKNOWN]),
    stop=st.booleans(),
    value=st.none() | st.floats(-1e6, 1e6),
    up_to=st.none() | st.floats(-1e6, 1e6),
    until=st.integers(-3, 3),
    rearmed=st.booleans(),
    severity=st.sampled_from(list(Severity)),
    check=st.sampled_from([CHECK, get_check("volume_zscore")]),
)
def test_stop_and_unknown_are_never_waived_nor_made_better(
    status: Status,
    stop: bool,
    value: float | None,
    up_to: float | None,
    until: int,
    rearmed: bool,
    severity: Severity,
    check: Check,
) -> None:
    stop = stop and status is RED
    given_waiver = waiver(
        check.id,
        up_to=up_to,
        until=RUN + timedelta(days=until),
        rearmed_on=DAY if rearmed else None,
    )
    outcome = verdict(
        check, judgement(status, stop=stop, value=value), given_waiver, severity=severity
    )
    if status is UNKNOWN or stop:
        assert outcome.status is status
    if outcome.status is WAIVED:
        assert until >= 0
        assert not rearmed
        assert not is_worse(check.worse, value, up_to)
    if status in (GREEN, AMBER):
        assert outcome.status is status
    assert outcome.status is not GREEN or status is GREEN


@pytest.mark.parametrize(
    ("status", "shown"),
    [(RED, True), (AMBER, True), (UNKNOWN, True), (GREEN, False), (SKIPPED, False)],
)
def test_an_acknowledgement_shows_until_the_check_is_green(status: Status, shown: bool) -> None:
    acknowledgements = (
        acknowledgement(CHECK.id, "Jon", hours=1),
        acknowledgement(CHECK.id, "Mia", hours=0),
        acknowledgement("rows_read", "Zoe", hours=2),
    )
    plain = verdict(CHECK, judgement(status))
    outcome = verdict(CHECK, judgement(status), acknowledgements=acknowledgements)
    assert outcome.status is plain.status
    owner = outcome.acknowledgement.owner if outcome.acknowledgement else None
    assert owner == ("Jon" if shown else None)


def test_nobody_acknowledged() -> None:
    assert verdict(CHECK, judgement()).acknowledgement is None


def test_a_verdict_carries_what_the_check_and_its_settings_say() -> None:
    owned = CheckSettings(owner="data team", runbook="https://wiki/x", params=CHECK.params())
    outcome = judgement(UNKNOWN, cause=Cause.LOCKED, retry=True, details={"a": 1})
    made = verdict_of(CHECK, owned, outcome, circumstances(), {})
    assert (made.id, made.layer, made.unit) == (CHECK.id, CHECK.layer, CHECK.unit)
    assert (made.owner, made.runbook) == ("data team", "https://wiki/x")
    assert (made.cause, made.retry, made.details) == (Cause.LOCKED, True, {"a": 1})
    assert (made.message, made.summary, made.action) == ("m=1", "It is so", "Do something")
    assert made.link is None


def test_a_guard_revises_what_was_evaluated_only() -> None:
    def guard(judgement: Judgement, others: object) -> Judgement:
        return replace(judgement, status=GREEN)

    guarded = replace(CHECK, guard=guard)
    assert verdict(guarded, judgement()).status is GREEN
    assert verdict(guarded, judgement(SKIPPED)).status is SKIPPED


@pytest.mark.parametrize("base", ["https://board.example/andon", "https://board.example/andon/"])
def test_a_link_leads_to_the_filtered_page(base: str) -> None:
    hostile = "a b&c=d#é\n\ud800"
    outcome = judgement(facts=Facts(filters={"event": hostile}))
    link = verdict(CHECK, outcome, dashboard_url=base, pipeline="web & more").link
    assert link is not None
    parts = urlsplit(link)
    assert parts.path == f"/andon/{CHECK.page}"
    assert parse_qs(parts.query) == {
        "pipeline": ["web & more"],
        "date": ["2025-03-08"],
        "check": [CHECK.id],
        "event": ["a b&c=d#é\n?"],
    }
    assert "\n" not in link


def test_a_link_without_filters() -> None:
    link = verdict(CHECK, judgement(), dashboard_url="http://b").link
    assert link == f"http://b/{CHECK.page}?pipeline=shop&date=2025-03-08&check={CHECK.id}"


def test_a_check_with_a_page_of_its_own_needs_no_name_in_its_link() -> None:
    alone = get_check("quarantine_rate")
    link = verdict(alone, judgement(), dashboard_url="http://b").link
    assert link == "http://b/quarantine?pipeline=shop&date=2025-03-08"
    own_pages = {check.id for check in all_checks() if has_own_page(check.id)}
    assert own_pages == {"quarantine_rate", "missing_revenue", "orphan_orders"}


def days_ago(*back_and_status: tuple[int, Status]) -> list[tuple[date, Status]]:
    return [(DAY - timedelta(days=back), status) for back, status in back_and_status]


@pytest.mark.parametrize(
    ("status", "earlier", "since", "recorded"),
    [
        (RED, [], date(2025, 3, 8), 1),
        (RED, [(1, GREEN), (2, RED)], date(2025, 3, 8), 1),
        (RED, [(1, RED), (2, RED), (3, GREEN), (4, RED)], date(2025, 3, 6), 3),
        (RED, [(1, RED), (2, WAIVED)], date(2025, 3, 7), 2),
        # A day that nobody evaluated does not end the run, and is no part of it.
        (UNKNOWN, [(1, UNKNOWN), (4, UNKNOWN)], date(2025, 3, 4), 3),
        (RED, [(2, RED)], date(2025, 3, 6), 2),
        (RED, [(94, RED)], date(2024, 12, 4), 2),
        (GREEN, [(1, GREEN)], date(2025, 3, 7), 2),
        (SKIPPED, [(1, SKIPPED)], date(2025, 3, 7), 2),
    ],
)
def test_since(
    status: Status, earlier: list[tuple[int, Status]], since: date, recorded: int
) -> None:
    before = verdict(CHECK, judgement(status))
    after = with_since(before, days_ago(*earlier), DAY)
    assert (after.since, after.since_days) == (since, recorded)
    assert replace(after, since=None, since_days=None) == before


def test_since_of_a_waived_check() -> None:
    outcome = verdict(CHECK, judgement(value=1), held(created_at=NOW))
    after = with_since(outcome, days_ago((1, WAIVED), (2, RED)), DAY)
    assert (after.since, after.since_days) == (date(2025, 3, 7), 2)
