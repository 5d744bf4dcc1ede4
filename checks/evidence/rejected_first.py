"""On which day each reason of rejection was first seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from checks.core.masking import WHOLE_TEXT, is_hidden, masked_inside
from checks.evidence._rejected import log_or_none, query_rejected, sources_by_day
from checks.evidence.context import Context
from checks.quarantine.drilldown.model import Field, GroupBy, Rejected

_MOST_REASONS = 200


@dataclass(frozen=True, slots=True)
class Reason:
    """rows: of the judged day. first: the first day read that has the reason."""

    value: str
    rows: int
    first: date
    days: int


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """reasons: of the judged day, most frequent first. oldest: the first day with any row."""

    reasons: tuple[Reason, ...]
    oldest: date | None
    notes: tuple[str, ...]


def read(context: Context, *, days: int = 30) -> FirstSeen:
    """The reasons of the judged day, searched in the last `days` days. Raises MeasurementError."""
    last = context.frame.data_date
    periods = tuple((last - timedelta(days=back),) for back in range(days))
    sources = sources_by_day(context, log_or_none(context))
    source = context.config.quarantine
    is_whole = source is not None and is_hidden(source.reason, source.mask)
    return query_rejected(
        context, periods, sources, lambda rows: _first_seen(rows, periods, is_whole=is_whole)
    )


def _first_seen(
    rejected: Rejected, periods: tuple[tuple[date, ...], ...], *, is_whole: bool
) -> FirstSeen:
    """is_whole: whether reasons are masked altogether."""
    tally = rejected.tally((Field(GroupBy.REASON),), _MOST_REASONS)
    seen: dict[str, dict[date, int]] = {}
    for group in tally.groups:
        shown_reason = WHOLE_TEXT if is_whole else masked_inside(group.value or "")
        by_day = seen.setdefault(shown_reason, {})
        day = periods[group.period][0]
        by_day[day] = by_day.get(day, 0) + group.rows
    last = periods[0][0]
    reasons = [
        Reason(value, by_day[last], min(by_day), len(by_day))
        for value, by_day in seen.items()
        if last in by_day
    ]
    filled = [days[0] for days, total in zip(periods, tally.totals, strict=True) if total]
    ranked = tuple(sorted(reasons, key=lambda reason: (-reason.rows, reason.value)))
    return FirstSeen(ranked, min(filled, default=None), rejected.notes)
