"""Which acceptances hold on a data date. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from checks.core.model import Acceptance
from checks.core.text import quoted, short_day

if TYPE_CHECKING:
    from checks.core.records import StoredAcceptance


def standing(
    stored: Iterable[StoredAcceptance], failing_since: Mapping[str, date], data_date: date
) -> tuple[Acceptance, ...]:
    """The acceptances of failing subjects: for each the one that holds, else the latest.

    failing_since: the first data date of each subject's failure.
    """
    by_subject: dict[str, Acceptance] = {}
    for acceptance in sorted(stored, key=lambda acceptance: acceptance.id):
        since = failing_since.get(acceptance.subject)
        if since is None:
            continue
        state = _state(acceptance, since, data_date)
        before = by_subject.get(acceptance.subject)
        if before is None or state.holds or not before.holds:
            by_subject[acceptance.subject] = state
    return tuple(by_subject.values())


def state_of(stored: StoredAcceptance, why: str, *, holds: bool) -> Acceptance:
    """An acceptance in one evaluation. why: why it holds, or does not."""
    return Acceptance(
        id=stored.id,
        check=stored.check,
        kind=stored.kind,
        subject=stored.subject,
        owner=stored.owner,
        reason=stored.reason,
        data_date=stored.data_date,
        created_at=stored.created_at,
        holds=holds,
        why=why,
    )


def decided_lapse(stored: StoredAcceptance, data_date: date) -> str | None:
    """Why an acceptance does not hold on a data date by what people decided; None where it may."""
    if stored.revoked_at is not None:
        return f"revoked by {stored.revoked_by} on {stored.revoked_at:%Y-%m-%d}"
    if data_date < stored.data_date:
        return f"accepted for {stored.data_date} and later"
    return None


def _state(stored: StoredAcceptance, since: date, data_date: date) -> Acceptance:
    lapse = decided_lapse(stored, data_date)
    if lapse is None and since > stored.data_date:
        lapse = f"it returned before {short_day(since)}"
    return state_of(stored, lapse or f"until {quoted(stored.subject)} returns", holds=lapse is None)
