"""The rejected rows of one day, counted: by reason, source, event and hour; how old reasons are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from checks.core.errors import MeasurementError
from checks.core.masking import WHOLE_TEXT, is_hidden, masked_inside
from checks.core.model import Cause
from checks.core.text import day_text, plural
from checks.evidence._rejected import log_or_none, query_rejected, sources_by_day
from checks.evidence.context import Context
from checks.evidence.rejected_rate import rates_by_day
from checks.quarantine.drilldown.model import Field, GroupBy, Rejected, Tally
from checks.quarantine.selection import FilePattern

#: The most values of each field that are kept apart.
MOST_VALUES = 100
_MOST_REASONS = 200
_FIELDS = (Field(GroupBy.REASON), Field(GroupBy.SOURCE), Field(GroupBy.EVENT), Field(GroupBy.HOUR))


@dataclass(frozen=True, slots=True)
class ValuePart:
    """Rows with one value, in which personal data is masked."""

    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The most frequent values, and the rows of all others. why: the reason for having none."""

    parts: tuple[ValuePart, ...]
    others: int = 0
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """rows: all of the day. logged: the rejected rows of that day according to the audit log.

    undated: rows without a time, which may be of the day. notes: what could not be read.
    files: how many were read; None where rows come from a table. place: where rows are read from.
    """

    rows: int
    logged: int | None
    reasons: Breakdown
    sources: Breakdown
    events: Breakdown
    hours: Breakdown
    undated: int
    notes: tuple[str, ...]
    files: int | None
    place: str


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


def read(context: Context) -> Summary:
    """Counts of the day's rejected rows. Raises MeasurementError."""
    log = log_or_none(context)
    day = context.frame.data_date
    rate = rates_by_day(context, log).get(day) if log is not None else None
    logged = None if rate is None else rate.quarantined
    sources = sources_by_day(context, log)
    summary = query_rejected(
        context, ((day,),), sources, lambda rows: _summary(context, rows, logged)
    )
    if summary.files == 0 and logged:
        logged_text = plural(logged, "row was", "rows were")
        notes = "; ".join(summary.notes)
        detail = (
            f"no file can be read at {summary.place} although the audit log says that "
            f"{logged_text} "
        )
        raise MeasurementError(Cause.BAD_VALUE, f"{detail}quarantined{notes and f' ({notes})'}")
    return summary


def _summary(context: Context, rejected: Rejected, logged: int | None) -> Summary:
    tally = rejected.tally(_FIELDS, MOST_VALUES, undated=True)
    roles, total = rejected.roles, tally.totals[0]
    by_file = rejected.files is not None
    unmapped = {
        GroupBy.REASON: roles.reason is None and "no column with the reason is mapped",
        GroupBy.SOURCE: roles.source is None and not by_file and "quarantine.source is not mapped",
        GroupBy.EVENT: roles.event is None and "quarantine.event_name is not mapped, or not there",
        GroupBy.HOUR: roles.moment is None and "quarantine.occurred_at is not mapped, or not there",
    }
    parts = [
        _breakdown(tally, index, total, unmapped[field.how] or _hidden_reason(context, field.how))
        for index, field in enumerate(_FIELDS)
    ]
    reasons, sources, events, hours = parts
    return Summary(
        total, logged, reasons, sources, events, hours, tally.undated, rejected.notes,
        rejected.files, _place_text(context),
    )  # fmt: skip


def _hidden_reason(context: Context, how: GroupBy) -> str | None:
    """Why the values of a column are not shown; None where they are."""
    source = context.config.quarantine
    columns = {} if source is None else {
        GroupBy.REASON: source.reason,
        GroupBy.SOURCE: source.source,
        GroupBy.EVENT: source.event_name,
    }  # fmt: skip
    hidden = () if source is None else source.mask
    return "it is listed in quarantine.mask" if is_hidden(columns.get(how), hidden) else None


def _breakdown(tally: Tally, index: int, total: int, why: str | None) -> Breakdown:
    if why is not None:
        return Breakdown((), 0, why)
    groups: dict[str, int] = defaultdict(int)
    for group in tally.groups:
        if group.field == index and group.period == 0:
            groups[masked_inside(group.value or "")] += group.rows
    ranked = sorted(groups.items(), key=lambda item: (-item[1], item[0]))
    if _FIELDS[index].how is GroupBy.HOUR:
        ranked = sorted(groups.items())
    parts = tuple(ValuePart(value, rows) for value, rows in ranked)
    return Breakdown(parts, total - sum(part.rows for part in parts))


def _place_text(context: Context) -> str:
    """Where rows are read from, as text without folders of the machine."""
    source = context.config.quarantine
    if source is None or source.files is None:
        table = source.table if source is not None else None
        return f"table '{table}'" if table else "the query of quarantine"
    place = FilePattern(source.files, context.config.path.parent)
    return f"{place.shown_pattern(context.frame.data_date)} for {day_text(context.frame.data_date)}"


def read_first_seen(context: Context, *, days: int = 30) -> FirstSeen:
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
