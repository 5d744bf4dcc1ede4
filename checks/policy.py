"""From a judgement to a verdict: severity, guards, waivers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from checks.check import Check, Worse, is_worse
from checks.model import (
    Acknowledgement,
    Judgement,
    Number,
    Severity,
    Status,
    Verdict,
    WaiverState,
)
from checks.text import short_day

if TYPE_CHECKING:
    from checks.config.model import CheckSettings
    from checks.history import StoredWaiver


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict depends on beside the judgement: dates, what was waived, who is on it."""

    pipeline: str
    run_date: date
    data_date: date
    waivers: Sequence[StoredWaiver] = ()
    acknowledgements: Sequence[Acknowledgement] = ()
    dashboard_url: str | None = None


def verdict_of(
    check: Check,
    settings: CheckSettings,
    judgement: Judgement,
    given: Circumstances,
    others: Mapping[str, Verdict],
) -> Verdict:
    """The verdict: guards first, then severity, then waivers.

    `stop` overrides both severity and waivers.
    """
    if check.guard is not None and judgement.status is not Status.SKIPPED:
        judgement = check.guard(judgement, others)
    status = judgement.status
    if status is Status.RED and settings.severity is Severity.AMBER and not judgement.stop:
        status = Status.AMBER
    waiver = standing_waiver(check, judgement, status, given)
    if waiver is not None and waiver.holds and status is Status.RED:
        status = Status.WAIVED
    return Verdict(
        id=check.id,
        layer=check.layer,
        status=status,
        stop=judgement.stop,
        severity=settings.severity,
        value=judgement.value,
        threshold=judgement.threshold,
        unit=judgement.unit or check.unit,
        message=judgement.message,
        summary=judgement.summary,
        action=judgement.action,
        owner=settings.owner,
        runbook=settings.runbook,
        cause=judgement.cause,
        retry=judgement.retry,
        link=link(check, judgement, given),
        waiver=waiver,
        acknowledgement=_acknowledgement(check.id, status, given.acknowledgements),
        details=judgement.details,
    )


def standing_waiver(
    check: Check, judgement: Judgement, status: Status, given: Circumstances
) -> WaiverState | None:
    """The waiver that concerns a check: one that holds if any does, else the latest."""
    states = [
        waiver_state(stored, check.worse, judgement, status, given.run_date)
        for stored in sorted(given.waivers, key=lambda stored: stored.id, reverse=True)
        if stored.check == check.id
    ]
    return next((state for state in states if state.holds), states[0] if states else None)


def waiver_state(
    stored: StoredWaiver, worse: Worse, judgement: Judgement, status: Status, run_date: date
) -> WaiverState:
    """Whether a waiver still holds on the run date, and why it does or does not."""
    lapse = _lapse(stored, worse, judgement, status, run_date)
    return WaiverState(
        id=stored.id,
        check=stored.check,
        owner=stored.owner,
        reason=stored.reason,
        until=stored.until,
        up_to=stored.up_to,
        created_at=stored.created_at,
        holds=lapse is None,
        why=lapse or f"until the end of {stored.until:%A} {short_day(stored.until)}",
    )


def _lapse(
    stored: StoredWaiver, worse: Worse, judgement: Judgement, status: Status, run_date: date
) -> str | None:
    """Why a waiver no longer holds; None while it does."""
    if stored.revoked_at is not None:
        return f"revoked by {stored.revoked_by} on {stored.revoked_at:%Y-%m-%d}"
    if run_date > stored.until:
        return f"expired on {stored.until}"
    if stored.rearmed_on is not None:
        return f"rearmed: the check was green for {stored.rearmed_on}"
    if judgement.stop:
        return "the line stops at this value, and that cannot be waived"
    if status is Status.UNKNOWN:
        return "the check could not be measured, and that cannot be waived"
    expected = judgement.details.get("expected")
    if status is Status.RED and is_worse(worse, judgement.value, stored.up_to, expected):
        value, limit = judgement.value, stored.up_to
        return f"the value {_shown(value, limit)} is worse than the waived {_shown(limit, value)}"
    return None


def _shown(value: Number | None, other: Number | None) -> str:
    """A value with six digits, or with all where that could not tell it from the other."""
    if value is None:
        return "none"
    same = other is not None and f"{value:.6g}" == f"{other:.6g}"
    return repr(value) if same else f"{value:.6g}"


def _acknowledgement(
    check_id: str, status: Status, acknowledgements: Sequence[Acknowledgement]
) -> Acknowledgement | None:
    if status in (Status.GREEN, Status.SKIPPED):
        return None
    found = [ack for ack in acknowledgements if ack.check == check_id]
    return max(found, key=lambda ack: ack.created_at, default=None)


def link(check: Check, judgement: Judgement, given: Circumstances) -> str | None:
    """Address of the page with the evidence, filtered to what was found."""
    if given.dashboard_url is None:
        return None
    filters = judgement.details.get("filters") or {}
    query = {"pipeline": given.pipeline, "date": str(given.data_date), **filters}
    return f"{given.dashboard_url.rstrip('/')}/{check.page}?{urlencode(query, errors='replace')}"


def with_since(
    verdict: Verdict, earlier: Sequence[tuple[date, Status]], data_date: date
) -> Verdict:
    """The verdict with the first data date of the present run of its status.

    `earlier` holds the statuses of earlier data dates, newest first. Changes no status.
    """
    since = data_date
    for day, status in earlier:
        if status is not verdict.status:
            break
        since = day
    return replace(verdict, since=since, summary=f"{verdict.summary}{_run_text(verdict, since)}")


def _run_text(verdict: Verdict, since: date) -> str:
    if verdict.status in (Status.GREEN, Status.SKIPPED):
        return ""
    return f"; {verdict.status.value} since {short_day(since)}"
