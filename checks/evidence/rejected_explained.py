"""What explains a rise of rejected rows, compared with the last days with a fine rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from checks.catalog._usual_share import UsualShare
from checks.catalog.quarantine_rate import Params
from checks.core.errors import MeasurementError
from checks.core.masking import Mask, shown_names
from checks.core.model import Cause
from checks.core.text import percent_text
from checks.evidence._rejected import long_log, masks_of, query_rejected, sources_by_day
from checks.evidence.context import Context
from checks.evidence.rejected_rate import (
    DayRate,
    above_since,
    rates_by_day,
    read_shares,
    usual_of,
)
from checks.quarantine.drilldown.model import Field, GroupBy, Rejected, Tally
from checks.quarantine.explaining import REST, ColumnCounts, Counts, RiseExplanation, explain
from checks.quarantine.value_groups import ColumnKind, column_kind, group_of

#: The most days of a rise that are read; of a longer one its last days.
_MOST_SINCE = 14
#: Of a column of times that is not mapped: its zone is not known.
AS_WRITTEN = "as it is written"
_SAMPLE = 1_000
_MOST_VALUES = 5_000
_HOW = {
    ColumnKind.TIME: GroupBy.CLOCK,
    ColumnKind.URL: GroupBy.PATH,
    ColumnKind.AGENT: GroupBy.VALUE,
    ColumnKind.VALUE: GroupBy.VALUE,
    ColumnKind.VARIED: GroupBy.PRESENT,
}


@dataclass(frozen=True, slots=True)
class Explained:
    """before: the days compared with, oldest first. since: the days of the rise, up to the day.

    by_volume: whether expected rows are scaled by the rows read; else they are the mean of before.
    usual_rate: the share of rows that is usually rejected, as the check says it. clocks: for each
    column with times, whose clock its hours are of: the shop's zone, or AS_WRITTEN.
    """

    explanation: RiseExplanation
    before: tuple[date, ...]
    since: tuple[date, ...]
    by_volume: bool
    rate: float | None
    notes: tuple[str, ...]
    usual_rate: float
    clocks: Mapping[str, str] = field(default_factory=dict)

    @property
    def rise_began(self) -> date:
        """The first day of `since`."""
        return self.since[0]


def read(context: Context) -> Explained:
    """Compare the day with the days that say what is usual: the last 7 that were not red.

    Raises MeasurementError; also where there is no such day.
    """
    log = None if context.config.audit_log is None else long_log(context)
    rates = read_shares(context).by_day if log is None else rates_by_day(context, log)
    day = context.frame.data_date
    share = usual_of(context, rates)
    if share is None:
        raise _nothing_to_compare(context, by_log=log is not None)
    before = share.days
    began = above_since(dict(rates), day) or day
    earlier = [other for other in sorted(rates) if began <= other < day][-(_MOST_SINCE - 1) :]
    periods = ((day,), before, tuple(earlier))
    sources = sources_by_day(context, log)
    counted = query_rejected(context, periods, sources, lambda rows: _columns(context, rows))
    expected, by_volume = _expected(rates, day, share)
    rate = rates[day].rate if day in rates else None
    return Explained(
        explain(counted.columns, counted.totals, expected), before, (*earlier, day), by_volume,
        rate, counted.notes, share.rate, counted.clocks,
    )  # fmt: skip


def _nothing_to_compare(context: Context, *, by_log: bool) -> MeasurementError:
    params: Params = context.config.checks["quarantine_rate"].params
    known = "the audit log has" if by_log else "there is"
    return MeasurementError(
        Cause.BAD_VALUE,
        f"{known} no earlier day with at most {percent_text(params.alert_above)} rejected rows, "
        "so there is nothing to compare with",
    )


def _expected(rates: Mapping[date, DayRate], day: date, share: UsualShare) -> tuple[float, bool]:
    """Rejected rows expected by what is usual, scaled by the rows read where these are known."""
    read_now = rates[day].read if day in rates else None
    if read_now:
        return share.rate * read_now, True
    return share.rows.quarantined / len(share.days), False


class _Counted(NamedTuple):
    """The rows by column; notes and clocks as in `Explained`."""

    columns: list[ColumnCounts]
    totals: Counts
    notes: tuple[str, ...]
    clocks: Mapping[str, str]


def _columns(context: Context, rejected: Rejected) -> _Counted:
    rows = rejected.sample(_SAMPLE)
    masks = masks_of(context, rejected, rows)
    kinds = [
        column_kind(name, [row[i] for row in rows], masks[i])
        for i, name in enumerate(rejected.names)
    ]
    moment = rejected.roles.moment
    fields = [_field(kind, i, is_moment=i == moment) for i, kind in enumerate(kinds)]
    tally = rejected.tally(fields, _MOST_VALUES)
    totals = Counts(tally.totals[1], tally.totals[0] + tally.totals[2], tally.totals[0])
    names = shown_names(rejected.names)
    columns = [
        ColumnCounts(name, _groups(tally, i, kinds[i], masks[i], totals))
        for i, name in enumerate(names)
    ]
    clocks = {
        name: context.frame.zone.key if i == moment else AS_WRITTEN
        for i, name in enumerate(names)
        if kinds[i] is ColumnKind.TIME
    }
    return _Counted(columns, totals, rejected.notes, clocks)


def _field(kind: ColumnKind, column: int, *, is_moment: bool) -> Field:
    """What a column is grouped by. is_moment: whether it says when the rows' events happened."""
    if kind is ColumnKind.TIME and is_moment:
        return Field(GroupBy.LOCAL_HOUR, column)
    return Field(_HOW[kind], column)


def _groups(
    tally: Tally, column: int, kind: ColumnKind, mask: Mask, totals: Counts
) -> dict[str | None, Counts]:
    """Rows of each group of values; values too rare to be listed are the rest."""
    counts_by_group: dict[str | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    for group in tally.groups:
        if group.field == column:
            value_group = None if group.value is None else _value_group(group.value, kind, mask)
            counts_by_group[value_group][group.period] += group.rows
    groups = {value_group: _counts(*rows) for value_group, rows in counts_by_group.items()}
    known_counts = [sum(rows[place] for rows in groups.values()) for place in range(3)]
    rest = Counts(*(total - known for total, known in zip(totals, known_counts, strict=True)))
    return {**groups, REST: rest} if any(rest) else groups


def _value_group(value: str, kind: ColumnKind, mask: Mask) -> str | None:
    if kind is ColumnKind.VARIED:
        return group_of("x", kind)
    return group_of(value, kind) if mask is Mask.INSIDE else None


def _counts(day: int, before: int, earlier: int) -> Counts:
    return Counts(before, earlier + day, day)
