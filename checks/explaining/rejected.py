"""Which explanation holds for too many rejected rows: since when, and in which part of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from checks.core.masking import Mask, mask_of, shown_names
from checks.core.model import Explanation, Status
from checks.core.profiles import Cell, DayProfile, HourCounts, Value, hour_counts
from checks.core.text import percent_text, plural, quoted, short_day
from checks.core.totals import mean
from checks.evidence._rejected import long_log, query_rejected, sources_by_day
from checks.evidence.context import Context
from checks.evidence.rejected_rate import DayRate, above_since, rates_by_day, read_shares
from checks.explaining import kinds
from checks.explaining.material import Explainer, Material
from checks.explaining.shifts import Shift, companion, find_shift
from checks.explaining.volume import from_shift
from checks.explaining.wording import since_day
from checks.quarantine.drilldown.model import HourTally, Rejected
from checks.quarantine.value_groups import ColumnKind, column_kind, group_of

#: How many values of a column are counted apart.
_MOST_VALUES = 100
#: Of a value, as many samples as it has rows, up to so many, tell what kind of column it is.
_MOST_SAMPLES = 20
#: A column with more than this part of its rows among the values that are too many is varied.
_MOSTLY = 0.5
_WEEK = timedelta(days=7)


class RejectedProfile(NamedTuple):
    """Rejected rows beside those of a usual day. reasons: the name of the column with reasons."""

    profile: DayProfile
    reasons: str | None


def explain_rejected(material: Material, check: str) -> Iterator[Explanation | None]:
    """Since which hour or day, and for which part of the rows, too many are rejected."""
    if material.config.quarantine is None:
        return
    context = Context(material.config, material.frame, material.warehouse)
    log = None if material.config.audit_log is None else long_log(context)
    rates = dict(read_shares(context).by_day) if log is None else rates_by_day(context, log)
    day = material.frame.data_date
    began = min(above_since(rates, day) or day, material.red_since(check))
    usual_day = _usual_day(material, check, rates, began)
    if usual_day is None:
        return
    sources = sources_by_day(context, log)
    profile, reasons = query_rejected(
        context, ((day,), (usual_day,)), sources, lambda rows: _profile(context, rows, usual_day)
    )
    scale = _scale(rates, day, usual_day)
    shift = find_shift(profile, scale, 1, last_choice=reasons)
    if shift is None:
        yield _level(rates, day, began)
        return
    yield _new_reason(shift, reasons, began)
    yield from_shift(shift, profile, "rows", began, companion(profile, scale, shift))


def _usual_day(
    material: Material, check: str, rates: Mapping[date, DayRate], began: date
) -> date | None:
    """The latest day before the rise on which the rate was fine; a week before, where it was."""
    fine = {
        *(day for day, rate in rates.items() if rate.above_alert is False),
        *(day for day, status in material.statuses.get(check, ()) if status is Status.GREEN),
    }
    earlier = sorted(day for day in fine if day < began)
    same_weekday = [day for day in earlier if (began - day) % _WEEK == timedelta(0)]
    return next(iter([*reversed(same_weekday), *reversed(earlier)]), None)


def _scale(rates: Mapping[date, DayRate], day: date, usual_day: date) -> float:
    """How many times the usual day's rows were read; 1 where that is not known."""
    judged, usual = rates.get(day), rates.get(usual_day)
    if judged is None or usual is None or not judged.read or not usual.read:
        return 1.0
    return judged.read / usual.read


def _profile(context: Context, rejected: Rejected, usual_day: date) -> RejectedProfile:
    """The rows by hour, and by hour and value of each column that may say something."""
    everything: list[Cell] = []
    by_column: dict[int, list[HourTally]] = defaultdict(list)
    for tally in rejected.by_hour(_MOST_VALUES):
        if tally.column is None:
            everything.append(_cell(tally))
        else:
            by_column[tally.column].append(tally)
    names = shown_names(rejected.names)
    total = hour_counts(everything)
    roles = rejected.roles.known()
    columns = {
        names[column]: groups
        for column, tallies in by_column.items()
        if column != rejected.roles.moment
        and (groups := _groups(context, rejected.names[column], tallies, column in roles, total))
    }
    reason = rejected.roles.reason
    return RejectedProfile(
        DayProfile(context.frame.data_date, usual_day, total, columns),
        None if reason is None else names[reason],
    )


def _cell(tally: HourTally) -> Cell:
    return Cell(tally.period == 0, -1 if tally.hour is None else tally.hour, tally.rows)


def _groups(
    context: Context, name: str, tallies: Sequence[HourTally], is_role: bool, total: HourCounts
) -> dict[Value, HourCounts]:
    """The rows of a column by groups of values; nothing for times, which differ in every row."""
    samples = [
        tally.value for tally in tallies for _ in range(min(tally.rows, _MOST_SAMPLES))
        if not tally.is_rest
    ]  # fmt: skip
    source = context.config.quarantine
    configured = source.mask if source is not None else ()
    mask = mask_of(name, [value or "" for value in samples], configured, is_role)
    kind = column_kind(name, samples, mask)
    rest = sum(tally.rows for tally in tallies if tally.is_rest)
    if rest > _MOSTLY * (total.total + total.baseline_total):
        kind = ColumnKind.VARIED
    if kind is ColumnKind.TIME:
        return {}
    cells: dict[Value, list[Cell]] = defaultdict(list)
    for tally in tallies:
        if kind is ColumnKind.VARIED:
            is_missing = tally.value is None and not tally.is_rest
            group = None if is_missing else group_of("x", kind)
        elif tally.is_rest:
            continue
        else:
            group = group_of(tally.value, kind) if mask is Mask.INSIDE else None
        cells[group].append(_cell(tally))
    return {group: hour_counts(counted) for group, counted in cells.items()}


def _level(rates: Mapping[date, DayRate], day: date, began: date) -> Explanation | None:
    """Days in a row above the limit: their mean rate, and that of the week before."""
    since = [rate.rate for other, rate in rates.items() if began <= other <= day and rate.rate]
    before = [
        rate.rate for other, rate in rates.items()
        if began - _WEEK <= other < began and rate.rate is not None
    ]  # fmt: skip
    if began == day or not since or not before:
        return None
    text = f"Higher since {short_day(began)}: {percent_text(mean(since))} of the rows a day"
    return Explanation(
        kinds.LEVEL,
        f"{text}, before {percent_text(mean(before))}",
        {"since": began, "mean": mean(since), "mean_before": mean(before)},
    )


def _new_reason(shift: Shift, reasons: str | None, began: date) -> Explanation | None:
    """A reason for which no row was rejected on the usual day."""
    if shift.column is None or shift.column != reasons or shift.expected >= 1:
        return None
    when = since_day(began)
    reason = quoted(shift.value) if shift.value is not None else "no reason"
    return Explanation(
        kinds.NEW_REASON,
        f"New {when[0].lower()}{when[1:]}: {reason}, {plural(shift.rows, 'row')}",
        {"reason": shift.value, "since": began, "rows": shift.rows},
    )


#: How the check of the rejected rows is explained.
REJECTED_EXPLAINERS: dict[str, Explainer] = {"quarantine_rate": explain_rejected}
