"""Which explanation holds for too many rejected rows: since when, and in which part of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from checks.catalog._usual_share import LOOK_BACK
from checks.core.masking import Mask, mask_of, shown_names
from checks.core.model import Explanation, Status
from checks.core.profiles import HOURS, Cell, DayProfile, HourCounts, Value, hour_counts
from checks.core.text import percent_text, plural, quoted, short_day
from checks.core.totals import mean
from checks.evidence._rejected import query_rejected, sources_by_day
from checks.evidence.context import Context
from checks.evidence.rejected_rate import DayRate, above_since, rates_by_day, read_shares
from checks.explaining import kinds
from checks.explaining.material import Explainer, Material
from checks.explaining.shifts import Shift, companion, find_shift
from checks.explaining.volume import from_shift
from checks.loads.sources import without_digits
from checks.quarantine.drilldown.model import HourTally, Rejected
from checks.quarantine.value_groups import PRESENT, ColumnKind, column_kind, told_group

#: How many values of a column are counted apart.
_MOST_VALUES = 100
#: Of a value, as many samples as it has rows, up to so many, tell what kind of column it is.
_MOST_SAMPLES = 20
#: A column with more than this part of its rows among the values that are too many is varied.
_MOSTLY = 0.5
_MOST_USUAL_DAYS = 3
#: The period of the first day of the rise, where that is an earlier day.
_FIRST_DAY = 2
#: From so many times the usual rows on, and so many rows, a part has risen.
_RISEN, _FEWEST_ROWS = 1.6, 5
#: A new reason holds this part of the rows more than usual, and so many rows at least.
_LEAST_PART, _FEWEST_NEW = 0.75, 10
_WEEK = timedelta(days=7)


class RejectedProfile(NamedTuple):
    """Rejected rows beside those of the usual days. reasons: the name of the column with reasons.

    of_first_day: rows of the first day of the rise by column and value.
    """

    profile: DayProfile
    reasons: str | None
    of_first_day: Mapping[tuple[str, Value], int]


def explain_rejected(material: Material, check: str) -> Iterator[Explanation | None]:
    """Since which hour or day, and for which part of the rows, too many are rejected."""
    if material.config.quarantine is None:
        return
    context = Context(material.config, material.frame, material.warehouse)
    log = None
    if material.config.audit_log is not None:
        log = material.measurements.longer_audit_log(LOOK_BACK)
    rates = dict(read_shares(context).by_day) if log is None else rates_by_day(context, log)
    day = material.frame.data_date
    began = min(above_since(rates, day) or day, material.red_since(check))
    usual_days = _usual_days(material, check, rates, began)
    if not usual_days:
        return
    first_days = (began,) if began < day else ()
    periods = ((day,), usual_days, first_days)
    profile, reasons, of_first_day = query_rejected(
        context,
        periods,
        sources_by_day(context, log),
        lambda rows: _profile(context, rows, periods),
    )
    is_over = material.frame.is_over
    scale = _scale(rates, day, usual_days) if is_over else 1 / len(usual_days)
    shift = find_shift(profile, scale, 1, last_choice=reasons, is_lenient=True)
    if shift is None:
        yield _largest_new_reason(profile, scale, reasons, usual_days)
        yield _level(rates, day, began)
        return
    if shift.column is not None and shift.column == reasons and not shift.expected:
        yield _new_reason(profile, reasons, shift.value, usual_days)
        return
    since = began if first_days and _was_so(of_first_day, shift) else None
    yield from_shift(shift, profile, "rows", since, companion(profile, scale, shift))


def _usual_days(
    material: Material, check: str, rates: Mapping[date, DayRate], began: date
) -> tuple[date, ...]:
    """Up to three days before the rise on which the rate was fine, those of its weekday first."""
    fine = {
        *(day for day, rate in rates.items() if rate.above_alert is False),
        *(day for day, status in material.statuses.get(check, ()) if status is Status.GREEN),
    }
    earlier = sorted((day for day in fine if day < began), reverse=True)
    same_weekday = [day for day in earlier if (began - day) % _WEEK == timedelta(0)]
    return tuple(dict.fromkeys([*same_weekday[:1], *earlier]))[:_MOST_USUAL_DAYS]


def _was_so(rows: Mapping[tuple[str, Value], int], shift: Shift) -> bool:
    """Whether the same part had risen on the first day of the rise."""
    count = rows.get((shift.column or "", shift.value), 0)
    return count >= max(_RISEN * shift.expected, _FEWEST_ROWS)


def _scale(rates: Mapping[date, DayRate], day: date, usual_days: Sequence[date]) -> float:
    """The judged day's rows over those of the usual days; by the days where that is not known."""
    judged = rates.get(day)
    usual_reads = [rates[other].read for other in usual_days if other in rates]
    if (
        judged is None
        or not judged.read
        or len(usual_reads) < len(usual_days)
        or not all(usual_reads)
    ):
        return 1 / len(usual_days)
    return judged.read / sum(rows or 0 for rows in usual_reads)


def _profile(
    context: Context, rejected: Rejected, periods: tuple[tuple[date, ...], ...]
) -> RejectedProfile:
    """The rows by hour, and by hour and value of each column that may say something."""
    everything: list[Cell] = []
    by_column: dict[int, list[HourTally]] = defaultdict(list)
    for tally in rejected.by_hour(_MOST_VALUES):
        if tally.column is not None:
            by_column[tally.column].append(tally)
        elif tally.period < _FIRST_DAY and _is_begun(context, tally):
            everything.append(_cell(tally))
    names = shown_names(rejected.names)
    total = hour_counts(everything)
    columns: dict[str, dict[Value, HourCounts]] = {}
    of_first_day: Counter[tuple[str, Value]] = Counter()
    for column, tallies in by_column.items():
        if column == rejected.roles.moment:
            continue
        is_role = column in rejected.roles.known()
        groups = _groups(context, rejected.names[column], tallies, is_role, total)
        columns[names[column]] = {
            value: hour_counts(
                [_cell(t) for t in of_value if t.period < _FIRST_DAY and _is_begun(context, t)]
            )
            for value, of_value in groups.items()
            if value != PRESENT
        }
        for value, of_value in groups.items():
            of_first_day[names[column], value] += sum(
                t.rows for t in of_value if t.period == _FIRST_DAY
            )
    reason, frame = rejected.roles.reason, context.frame
    hours = _hours_begun(context)
    return RejectedProfile(
        DayProfile(frame.data_date, periods[1][0], total, columns, hours=hours),
        None if reason is None else names[reason],
        of_first_day,
    )


def _hours_begun(context: Context) -> int:
    """Hours of the judged day that are over or running."""
    frame = context.frame
    return HOURS if frame.until is None else frame.until.hour + 1


def _is_begun(context: Context, tally: HourTally) -> bool:
    """Whether the judged day has come to the hour: later ones of other days are not compared."""
    return tally.hour is None or tally.hour < _hours_begun(context)


def _cell(tally: HourTally) -> Cell:
    return Cell(tally.period == 0, -1 if tally.hour is None else tally.hour, tally.rows)


def _groups(
    context: Context, name: str, tallies: Sequence[HourTally], is_role: bool, total: HourCounts
) -> dict[Value, list[HourTally]]:
    """The rows of a column by groups of values; nothing for times, which differ in every row."""
    samples = [
        tally.value for tally in tallies for _ in range(min(tally.rows, _MOST_SAMPLES))
        if not tally.is_rest
    ]  # fmt: skip
    source = context.config.quarantine
    configured = source.mask if source is not None else ()
    mask = mask_of(name, [value or "" for value in samples], configured, is_role)
    kind = column_kind(name, samples, mask)
    rest = sum(tally.rows for tally in tallies if tally.is_rest and tally.period < _FIRST_DAY)
    if rest > _MOSTLY * (total.total + total.baseline_total):
        kind = ColumnKind.VARIED
    groups: dict[Value, list[HourTally]] = defaultdict(list)
    for tally in tallies:
        if kind is ColumnKind.TIME or (tally.is_rest and kind is not ColumnKind.VARIED):
            continue
        groups[_group(tally, kind, mask)].append(tally)
    return groups


def _group(tally: HourTally, kind: ColumnKind, mask: Mask) -> Value:
    """The group of a value, inert and without personal data; None for a missing one."""
    if kind is ColumnKind.VARIED:
        return None if tally.value is None and not tally.is_rest else PRESENT
    return told_group(tally.value, kind) if mask is Mask.INSIDE else None


def _level(rates: Mapping[date, DayRate], day: date, began: date) -> Explanation | None:
    """Days in a row above the limit: their mean rate, and that of the week before."""
    since = [rate.rate for other, rate in rates.items() if began <= other <= day and rate.rate]
    before = [
        rate.rate for other, rate in rates.items()
        if began - _WEEK <= other < began and rate.rate is not None and rate.above_alert is False
    ]  # fmt: skip
    if began == day or not since or not before:
        return None
    text = f"Higher since {short_day(began)}: {percent_text(mean(since))} of the rows a day"
    return Explanation(
        kinds.LEVEL,
        f"{text}, before {percent_text(mean(before))}",
        {"since": began, "mean": mean(since), "mean_before": mean(before)},
    )


def _largest_new_reason(
    profile: DayProfile, scale: float, reasons: str | None, usual_days: Sequence[date]
) -> Explanation | None:
    """A new reason that holds most of the change, where too few rows are usual to compare others.

    One that differs from a usual reason only in its numbers, such as a day, is not new.
    """
    by_reason = profile.columns.get(reasons or "", {})
    known = {without_digits(value) for value, counts in by_reason.items() if counts.baseline_total}
    change = profile.total.total - scale * profile.total.baseline_total
    new = [
        value for value, counts in by_reason.items()
        if value is not None and without_digits(value) not in known
        and counts.total >= max(_LEAST_PART * change, _FEWEST_NEW)
    ]  # fmt: skip
    return _new_reason(profile, reasons or "", new[0], usual_days) if len(new) == 1 else None


def _new_reason(
    profile: DayProfile, column: str, value: Value, usual_days: Sequence[date]
) -> Explanation:
    """A reason for which no row was rejected on the usual days, with all its rows of the day."""
    reason = quoted(value) if value is not None else "no reason"
    days = plural(len(usual_days), "usual day")
    rows = profile.columns[column][value].total
    return Explanation(
        kinds.NEW_REASON,
        f"New: {reason}, {plural(rows, 'row')}, none on {days} before",
        {"reason": value, "column": column, "rows": rows, "usual_days": list(usual_days)},
    )


#: How the check of the rejected rows is explained.
REJECTED_EXPLAINERS: dict[str, Explainer] = {"quarantine_rate": explain_rejected}
