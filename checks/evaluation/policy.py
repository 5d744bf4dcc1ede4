"""From a judgement to a verdict: severity, guards, waivers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from checks.catalog import has_own_page
from checks.core.capping import usable_filters
from checks.core.model import (
    Acknowledgement,
    Explanation,
    Facts,
    Judgement,
    Number,
    Severity,
    Status,
    Verdict,
    WaiverState,
)
from checks.core.subjects import not_covered, subjects_text
from checks.core.text import short_day
from checks.judging.check import Check, Worse, is_worse

if TYPE_CHECKING:
    from checks.config.model import CheckSettings
    from checks.history import StoredWaiver


#: The parameter of a page's address that says which of its checks comes first.
CHECK = "check"
#: The check whose explanation is about a part of the rows on its page.
_OF_REJECTED_ROWS = "quarantine_rate"
#: The statuses with which a verdict says what failed.
_WITH_SUBJECTS = (Status.RED, Status.WAIVED, Status.AMBER)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict depends on besides the judgement: dates, waivers, acknowledgements.

    explanations: by check; only where its page begins depends on them.
    """

    pipeline: str
    run_date: date
    data_date: date
    waivers: Sequence[StoredWaiver] = ()
    acknowledgements: Sequence[Acknowledgement] = ()
    dashboard_url: str | None = None
    explanations: Mapping[str, Explanation] = field(default_factory=dict)


def verdict_of(
    check: Check,
    settings: CheckSettings,
    judgement: Judgement,
    circumstances: Circumstances,
    others: Mapping[str, Verdict],
) -> Verdict:
    """The verdict: guards first, then severity, then waivers.

    `stop` overrides both severity and waivers.
    """
    judgement = guarded(check, judgement, others)
    status = judgement.status
    if status is Status.RED and settings.severity is Severity.AMBER and not judgement.stop:
        status = Status.AMBER
    explanation = circumstances.explanations.get(check.id)
    facts = _with_check(check, _with_cause(check, judgement, explanation))
    judgement = replace(judgement, facts=facts)
    waiver = standing_waiver(check, judgement, status, circumstances)
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
        link=link(check, judgement, circumstances),
        waiver=waiver,
        subjects=judgement.subjects if status in _WITH_SUBJECTS else {},
        acknowledgement=_acknowledgement(check.id, status, circumstances.acknowledgements),
        details=judgement.details,
        facts=judgement.facts,
    )


def guarded(check: Check, judgement: Judgement, others: Mapping[str, Verdict]) -> Judgement:
    """The judgement as the check's guard leaves it. others: verdicts, of those it looks at."""
    if check.guard is None or judgement.status is Status.SKIPPED:
        return judgement
    return check.guard(judgement, others)


def _with_cause(check: Check, judgement: Judgement, explanation: Explanation | None) -> Facts:
    """The facts with the rows of the explained cause as the filters of the page that lists them.

    Other filters give way: the page begins with exactly the rows that the explanation counts.
    """
    if explanation is None or check.id != _OF_REJECTED_ROWS or judgement.status is not Status.RED:
        return judgement.facts
    from checks.evidence.rejected_part import explained_part  # only where something is red

    explained = explained_part(explanation)
    filters = explained.part.parameters() if explained is not None else {}
    is_usable = len(usable_filters(filters)) == len(filters)
    return replace(judgement.facts, filters=filters) if filters and is_usable else judgement.facts


def _with_check(check: Check, facts: Facts) -> Facts:
    """The facts with the check in the filters of its page, where others are shown there too."""
    if has_own_page(check.id):
        return facts
    return replace(facts, filters={CHECK: check.id, **facts.filters})


def standing_waiver(
    check: Check, judgement: Judgement, status: Status, circumstances: Circumstances
) -> WaiverState | None:
    """The waiver that concerns a check: one that holds if any does, else the latest."""
    states = [
        waiver_state(stored, check, judgement, status, circumstances)
        for stored in sorted(circumstances.waivers, key=lambda stored: stored.id, reverse=True)
        if stored.check == check.id
    ]
    return next((state for state in states if state.holds), states[0] if states else None)


def waiver_state(
    stored: StoredWaiver,
    check: Check,
    judgement: Judgement,
    status: Status,
    circumstances: Circumstances,
) -> WaiverState:
    """Whether a waiver holds on the run date for what fails, and why it does or does not."""
    lapse_reason = _lapse_reason(stored, check, judgement, status, circumstances)
    term = f"until the end of {stored.until:%A} {short_day(stored.until)}"
    if stored.subjects is None and check.subject_kinds:
        term += ", by its value alone: it names no subject"
    return WaiverState(
        id=stored.id,
        check=stored.check,
        owner=stored.owner,
        reason=stored.reason,
        until=stored.until,
        up_to=stored.up_to,
        created_at=stored.created_at,
        holds=lapse_reason is None,
        why=lapse_reason or term,
        data_date=stored.data_date,
        subjects=stored.subjects,
    )


def _lapse_reason(
    stored: StoredWaiver,
    check: Check,
    judgement: Judgement,
    status: Status,
    circumstances: Circumstances,
) -> str | None:
    """Why a waiver does not hold; None while it does."""
    if stored.revoked_at is not None:
        return f"revoked by {stored.revoked_by} on {stored.revoked_at:%Y-%m-%d}"
    if circumstances.run_date > stored.until:
        return f"expired on {stored.until}"
    if check.never_waived is not None:
        return f"{check.never_waived}, so it cannot be waived"
    if circumstances.data_date < stored.data_date:
        return f"given for {stored.data_date} and later"
    if stored.rearmed_on is not None:
        return f"rearmed: the check was green for {stored.rearmed_on}"
    if judgement.stop:
        return "the line stops at this value, and that cannot be waived"
    if status is Status.UNKNOWN:
        return "the check could not be measured, and that cannot be waived"
    return _not_covered(stored, check.worse, judgement) if status is Status.RED else None


def _not_covered(stored: StoredWaiver, worse: Worse, judgement: Judgement) -> str | None:
    """Why a waiver does not cover a red check: other subjects, or a worse value."""
    others = not_covered(judgement.subjects, stored.subjects or {})
    if others:
        return f"not waived: {subjects_text(others)}"
    if stored.subjects and not judgement.subjects.keys() & stored.subjects.keys():
        return (
            f"this evaluation does not say which {' or '.join(stored.subjects)} fails, so "
            "the waiver cannot be compared; waive again"
        )
    if is_worse(worse, judgement.value, stored.up_to, judgement.facts.expected):
        value, limit = judgement.value, stored.up_to
        shown, waived = _number_text(value, limit), _number_text(limit, value)
        return f"the value {shown} is worse than the waived {waived}"
    return None


def _number_text(value: Number | None, other: Number | None) -> str:
    """A number with six digits, or with all of them where the other would look the same."""
    if value is None:
        return "none"
    same = other is not None and f"{value:.6g}" == f"{other:.6g}"
    return repr(value) if same else f"{value:.6g}"


def _acknowledgement(
    check_id: str, status: Status, acknowledgements: Sequence[Acknowledgement]
) -> Acknowledgement | None:
    if status in (Status.GREEN, Status.SKIPPED):
        return None
    matching = [ack for ack in acknowledgements if ack.check == check_id]
    return max(matching, key=lambda ack: ack.created_at, default=None)


def link(check: Check, judgement: Judgement, circumstances: Circumstances) -> str | None:
    """Address of the page with the evidence: the check comes first, filtered to what failed."""
    if circumstances.dashboard_url is None:
        return None
    filters = usable_filters(judgement.facts.filters)
    query = {"pipeline": circumstances.pipeline, "date": str(circumstances.data_date), **filters}
    page = f"{circumstances.dashboard_url.rstrip('/')}/{check.page}"
    return f"{page}?{urlencode(query, errors='replace')}"


def with_since(
    verdict: Verdict, earlier: Sequence[tuple[date, Status]], data_date: date
) -> Verdict:
    """The verdict with the first data date of the present run of its status, and its length.

    `earlier` holds the statuses of earlier data dates that were recorded, newest first. Changes
    no status.
    """
    run = [data_date]
    for day, status in earlier:
        if status is not verdict.status:
            break
        run.append(day)
    return replace(verdict, since=run[-1], since_days=len(run))
