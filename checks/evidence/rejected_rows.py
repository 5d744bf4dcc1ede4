"""The rejected rows of a day themselves: filtered, at most 1,000, personal values masked."""

from __future__ import annotations

from dataclasses import dataclass

from checks.core.masking import Mask, masked, masked_inside, shown_names
from checks.evidence._rejected import log_or_none, masks_of, query_rejected, sources_by_day
from checks.evidence.context import MOST_ROWS, Context
from checks.quarantine.drilldown.model import Field, Filters, GroupBy, Rejected
from checks.quarantine.tally import MOST_GROUPS

_SAMPLE = 500
_MASKED_MARK = "…"


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """One page of rows. total: of all pages. masked: columns whose values are shortened."""

    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: int
    page: int
    masked: tuple[str, ...]
    notes: tuple[str, ...]


def read(
    context: Context,
    *,
    reason: str | None = None,
    source: str | None = None,
    event: str | None = None,
    hour: str | None = None,
    query: str = "",
    page: int = 1,
) -> RejectedPage:
    """Rows that pass every filter. Raises MeasurementError.

    Filters are values as `rejected.read` returns them. `query` is searched in every column,
    ignoring case; in personal columns it must be the whole value.
    """
    day = context.frame.data_date
    sources = sources_by_day(context, log_or_none(context))
    filters = Filters(reason, source, event, hour, query.strip())

    def read_rows(rejected: Rejected) -> RejectedPage:
        return _rows(context, rejected, filters, max(page, 1))

    return query_rejected(context, ((day,),), sources, read_rows)


def _rows(context: Context, rejected: Rejected, filters: Filters, page: int) -> RejectedPage:
    sample = rejected.sample(_SAMPLE)
    masks = masks_of(context, rejected, sample)
    hidden = frozenset(i for i, mask in enumerate(masks) if mask is not Mask.INSIDE)
    stored_filters = Filters(
        _stored_value(rejected, GroupBy.REASON, filters.reason),
        _stored_value(rejected, GroupBy.SOURCE, filters.source),
        _stored_value(rejected, GroupBy.EVENT, filters.event),
        filters.hour, filters.query, hidden,
    )  # fmt: skip
    total = rejected.total(stored_filters)
    rows = rejected.rows(stored_filters, (page - 1) * MOST_ROWS, MOST_ROWS) if total else ()
    masks = masks_of(context, rejected, (*sample, *rows))
    shown = tuple(
        tuple(masked(value, mask) for value, mask in zip(row, masks, strict=True)) for row in rows
    )
    order = _column_order(rejected)
    names = shown_names(rejected.names)
    return RejectedPage(
        tuple(names[i] for i in order),
        tuple(tuple(row[i] for i in order) for row in shown),
        total,
        page,
        tuple(names[i] for i in order if masks[i] is not Mask.INSIDE),
        rejected.notes,
    )


def _column_order(rejected: Rejected) -> list[int]:
    """Positions of the columns: time, event, reason and source first, then the others."""
    roles = rejected.roles
    first = [i for i in (roles.moment, roles.event, roles.reason, roles.source) if i is not None]
    first = list(dict.fromkeys(first))
    return [*first, *(i for i in range(len(rejected.names)) if i not in first)]


def _stored_value(rejected: Rejected, how: GroupBy, shown: str | None) -> str | None:
    """The stored value of a filter, which may be the masked form of it.

    Where several values have the same masked form, the most frequent.
    """
    if shown is None or _MASKED_MARK not in shown:
        return shown
    groups = rejected.tally((Field(how),), MOST_GROUPS).groups
    masked_the_same = [group for group in groups if masked_inside(group.value or "") == shown]
    best = max(masked_the_same, key=lambda group: group.rows, default=None)
    return shown if best is None else best.value
