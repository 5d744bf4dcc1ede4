"""The rejected rows of a day themselves: filtered, at most 1,000, personal values masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.core.masking import Mask, masked, masked_inside, shown_names
from checks.evidence._rejected import log_or_none, masks_of, query_rejected, sources_by_day
from checks.evidence._rejected_values import NotFilteredError, stored_values
from checks.evidence.context import MOST_ROWS, Context
from checks.evidence.rejected_part import ALL_ROWS, RejectedPart
from checks.quarantine.drilldown.model import Field, Filters, GroupBy, Rejected
from checks.quarantine.tally import MOST_GROUPS

_SAMPLE = 500
_MASKED_MARK = "…"
#: With fewer rows, columns with one value say nothing.
_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """One page of rows. total: of all pages. masked: columns whose values are shortened.

    same: positions of columns that have one value in all rows of the page. refusal: why the rows
    cannot be filtered as requested, without a full stop; else empty.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: int
    page: int
    masked: tuple[str, ...]
    notes: tuple[str, ...]
    same: tuple[int, ...] = ()
    refusal: str = ""


def read(
    context: Context,
    *,
    reason: str | None = None,
    source: str | None = None,
    event: str | None = None,
    hour: str | None = None,
    query: str = "",
    part: RejectedPart = ALL_ROWS,
    leading: tuple[str, ...] = (),
    page: int = 1,
) -> RejectedPage:
    """Rows that pass every filter. Raises MeasurementError.

    Filters are values as `rejected.read` returns them. `query` is searched in every column,
    ignoring case; in personal columns it must be the whole value. `leading`: the shown names of
    columns that come first, and after them the reason.
    """
    day = context.frame.data_date
    sources = sources_by_day(context, log_or_none(context))
    filters = Filters(reason, source, event, hour, query.strip(), hours=part.hours)

    def read_rows(rejected: Rejected) -> RejectedPage:
        try:
            return _rows(context, rejected, filters, part, leading, max(page, 1))
        except NotFilteredError as refusal:
            return RejectedPage((), (), 0, 1, (), rejected.notes, refusal=str(refusal))

    return query_rejected(context, ((day,),), sources, read_rows)


def _rows(
    context: Context,
    rejected: Rejected,
    filters: Filters,
    part: RejectedPart,
    leading: Sequence[str],
    page: int,
) -> RejectedPage:
    sample = rejected.sample(_SAMPLE)
    masks = masks_of(context, rejected, sample)
    stored_filters = _stored_filters(context, rejected, filters, part, masks)
    total = rejected.total(stored_filters)
    rows = rejected.rows(stored_filters, (page - 1) * MOST_ROWS, MOST_ROWS) if total else ()
    masks = masks_of(context, rejected, (*sample, *rows))
    shown = tuple(
        tuple(masked(value, mask) for value, mask in zip(row, masks, strict=True)) for row in rows
    )
    names = shown_names(rejected.names)
    first = _leading_columns(rejected, names, leading)
    order = _column_order(rejected, first)
    return RejectedPage(
        tuple(names[i] for i in order),
        tuple(tuple(row[i] for i in order) for row in shown),
        total,
        page,
        tuple(names[i] for i in order if masks[i] is not Mask.INSIDE),
        rejected.notes,
        tuple(place for place, i in enumerate(order) if i not in first and _is_same(rows, i)),
    )


def _leading_columns(rejected: Rejected, names: Sequence[str], leading: Sequence[str]) -> list[int]:
    """Positions of the columns that come first."""
    reason = rejected.roles.reason
    first = [names.index(name) for name in leading if name in names]
    return [*first, reason] if first and reason is not None else first


def _stored_filters(
    context: Context,
    rejected: Rejected,
    filters: Filters,
    part: RejectedPart,
    masks: Sequence[Mask],
) -> Filters:
    """The filters by stored values. Raises NotFilteredError."""
    return replace(
        filters,
        reason=_stored_value(rejected, GroupBy.REASON, filters.reason),
        source=_stored_value(rejected, GroupBy.SOURCE, filters.source),
        event=_stored_value(rejected, GroupBy.EVENT, filters.event),
        exact=frozenset(i for i, mask in enumerate(masks) if mask is not Mask.INSIDE),
        column_values=part.values and stored_values(context, rejected, part.values, masks),
    )


def _is_same(rows: Sequence[Sequence[str | None]], column: int) -> bool:
    """Whether several rows have one value of a column, as it is stored."""
    return len(rows) >= _SEVERAL and len({row[column] for row in rows}) == 1


def _column_order(rejected: Rejected, first: Sequence[int]) -> list[int]:
    """Positions of the columns: `first`, then time, event, reason and source, then the others."""
    roles = rejected.roles
    mapped = [i for i in (roles.moment, roles.event, roles.reason, roles.source) if i is not None]
    return list(dict.fromkeys([*first, *mapped, *range(len(rejected.names))]))


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
