"""How much of what was read had to be rejected?

What: quarantined rows over rows read, blended over the loads of all sources. Without an
audit log: rejected rows over rejected and accepted rows of the data date.
Why: a rise means that a producer changed something, and that the numbers on the
dashboards lack those rows.
Source of the rule: the pipeline's service level, at most 5 % quarantined; above
6 % the missing part is large enough to mislead, and the line stops whatever
anyone said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import (
    bad_count,
    has_name,
    no_entry,
    skipped_without_entry,
    source_name,
    with_loads,
)
from checks.catalog._rejected_share import (
    RejectedShare,
    judge_share,
    main_reason,
    not_counted_details,
    not_counted_text,
    reason_subjects,
)
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.metrics import RejectedRows
from checks.core.model import Cause, Facts, Judgement, Layer, Status, Subjects
from checks.core.settings import setting
from checks.core.subjects import REASON, SOURCE, counting
from checks.core.text import clean, count_text, deciding, percent_text, plural, quoted
from checks.core.totals import median
from checks.core.values import BadValue, known
from checks.judging.check import Check, Required
from checks.judging.unmeasured import unknown
from checks.loads.effective import Load, loads
from checks.loads.sources import lasting_name, without_digits

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "rate"
_WHAT = "The quarantine rate"
_MANY_ROWS = 100
_MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Params:
    """The two limits, as shares of the rows read."""

    alert_above: float = setting("Red above this share.", 0.05, minimum=0, maximum=1)
    stop_above: float = setting(
        "Above this share the line stops, even with a waiver or severity amber.",
        0.06,
        minimum=0,
        maximum=1,
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """The line cannot stop before the alert."""
        if self.stop_above >= self.alert_above:
            return []
        allowed = f"a number of at least alert_above ({self.alert_above})"
        return [("stop_above", str(self.stop_above), allowed)]


@dataclass(frozen=True, slots=True)
class Measured:
    """The log, and what the rejected rows themselves say."""

    log: AuditLog
    rejected: RejectedRows


@dataclass(frozen=True, slots=True)
class SourceRate:
    """One source's load."""

    source: str | None
    read: int
    quarantined: int

    @property
    def rate(self) -> float:
        """Share of the rows read; 0 where nothing was read."""
        return self.quarantined / self.read if self.read else 0.0

    @property
    def family(self) -> str | None:
        """The source's name without its digits, so that daily files compare."""
        return without_digits(self.source)


def measure(params: Params, data: Readings) -> Measured | RejectedShare:
    """The log; and the rejected rows, which may fail without spoiling the rate.

    Without a log, the rejected rows and the accepted events.
    """
    if not data.has_audit_log:
        return RejectedShare(data.rejected(), data.events().judged)
    return Measured(data.audit_log(), data.rejected())


def judge(params: Params, measured: Measured | RejectedShare, frame: Timeframe) -> Judgement:
    """Red above alert_above, stop above stop_above; exactly at a limit is not above it."""
    if isinstance(measured, RejectedShare):
        return judge_share(params, measured, frame)
    log = measured.log
    if not log.today:
        return no_entry(_METRIC, _WHAT, log.run_date)
    sources = _readings(log, log.run_date)
    if isinstance(sources, Judgement):
        return sources
    rates = _highest_blend(sources)
    read, quarantined = _sums(rates)
    if not read:
        return unknown(
            _METRIC, Cause.BAD_VALUE, "rows_read is 0", what=_WHAT,
            action="Check that the input arrived and is not empty, then load it again",
            threshold=params.alert_above, unit="share",
        )  # fmt: skip
    day_loads = loads(log)
    doubted = _doubted(params, day_loads, sources)
    alarming = [rate for readings in sources for rate in readings if _is_alarming(params, rate)]
    alarming += [rate for _, rate in doubted]
    judgement = _judgement(params, measured, rates, alarming, quarantined, read)
    return with_loads(judgement, day_loads, [load for load, _ in doubted])


def source_rates(log: AuditLog, day: date) -> list[SourceRate] | Judgement:
    """Each source's load of a day; of several readings those that make the blend highest."""
    sources = _readings(log, day)
    return sources if isinstance(sources, Judgement) else _highest_blend(sources)


def _readings(log: AuditLog, day: date) -> list[list[SourceRate]] | Judgement:
    """Per source, every reading of its entries of a day; a judgement for an invalid count."""
    day_loads = loads(log, day)
    sources = []
    for load in day_loads:
        for entry in load.counted:
            bad = _bad_count(entry)
            if bad is not None:
                return with_loads(bad, day_loads)
        sources.append([_rate_of(load.source, reading) for reading in load.readings])
    return sources


def _is_alarming(params: Params, reading: SourceRate) -> bool:
    return reading.read >= _MANY_ROWS and reading.rate > params.stop_above


def _doubted(
    params: Params, day_loads: Sequence[Load], sources: Sequence[Sequence[SourceRate]]
) -> list[tuple[Load, SourceRate]]:
    """Loads in parts that would raise an alarm by their latest entry alone, with its rate.

    For a source that may have been loaded twice: where the blend would be above alert_above.
    For any other: where many rows are above stop_above, as for every reading.
    """
    alone = [[_rate_of(load.source, r) for r in load.latest_alone] for load in day_loads]
    blend = _highest_blend(
        [
            [*readings, *latest] if load.may_be_twice else readings
            for load, readings, latest in zip(day_loads, sources, alone, strict=True)
        ]
    )
    read, quarantined = _sums(blend)
    is_high = bool(read) and quarantined / read > params.alert_above
    return [
        (load, rate)
        for load, latest, chosen in zip(day_loads, alone, blend, strict=True)
        for rate in latest
        if _is_alarming(params, rate) or (is_high and load.may_be_twice and rate == chosen)
    ]


def _highest_blend(sources: Sequence[Sequence[SourceRate]]) -> list[SourceRate]:
    """One reading of each source, so that the rate over all of them is the highest possible.

    A reading lifts a rate by the rows that it quarantined beyond that share of the rows it read.
    The result is exact: the readings that lift the rate most are taken until none lifts it.
    """
    chosen = [max(readings, key=lambda reading: reading.quarantined) for readings in sources]
    while True:
        read, quarantined = _sums(chosen)
        lift = partial(_lift, read, quarantined)
        higher = [max(readings, key=lift) for readings in sources]
        if not read or sum(lift(reading) for reading in higher) <= 0:
            return chosen
        chosen = higher


def _sums(rates: Sequence[SourceRate]) -> tuple[int, int]:
    """Rows read and quarantined."""
    return sum(rate.read for rate in rates), sum(rate.quarantined for rate in rates)


def _lift(read: int, quarantined: int, reading: SourceRate) -> int:
    """By how much a reading lifts the rate quarantined / read: in rows, times `read`."""
    return reading.quarantined * read - quarantined * reading.read


def _rate_of(source: str | None, entries: Sequence[AuditEntry]) -> SourceRate:
    read = sum(known(entry.rows_read) for entry in entries)
    return SourceRate(source, read, sum(known(entry.rows_quarantined) for entry in entries))


def _bad_count(entry: AuditEntry) -> Judgement | None:
    for column in ("rows_quarantined", "rows_read"):
        value = getattr(entry, column)
        if isinstance(value, BadValue):
            return bad_count(_METRIC, _WHAT, column, entry, value)
    read, quarantined = known(entry.rows_read), known(entry.rows_quarantined)
    if quarantined <= read:
        return None
    detail = f"{count_text(quarantined)} quarantined of {count_text(read)} read"
    return unknown(
        _METRIC, Cause.BAD_VALUE, f"{detail} for {source_name(entry)}", what=_WHAT,
        action=f"Correct the counts of {source_name(entry)} in the audit log",
    )  # fmt: skip


def _judgement(
    params: Params,
    measured: Measured,
    rates: list[SourceRate],
    alarming: list[SourceRate],
    quarantined: int,
    read: int,
) -> Judgement:
    """alarming: readings of many rows above stop_above, whether in the blend or not."""
    rate = quarantined / read
    worst = max(rates, key=lambda source: (source.rate, source.read))
    median_rate = usual_rate(measured.log)
    status = Status.GREEN
    if rate > params.alert_above:
        status = Status.RED
    elif alarming:
        status = Status.AMBER
        worst = max(alarming, key=lambda source: source.rate)
    facts = Facts(filters=_filters(status, measured.rejected, worst))
    return Judgement(
        status=status,
        message=f"rate={deciding(rate, params.alert_above, 4)} (max {params.alert_above})",
        summary=_summary(params, measured.rejected, worst, median_rate, quarantined, read),
        action=_action(status, measured.rejected, worst),
        value=rate,
        threshold=params.alert_above,
        unit="share",
        stop=rate > params.stop_above,
        details=_details(params, measured, rates, worst, median_rate) | {"filters": facts.filters},
        facts=facts,
        subjects=_subjects(params, measured.rejected, rates),
    )


def _subjects(params: Params, rejected: RejectedRows, rates: Sequence[SourceRate]) -> Subjects:
    """The sources, and the reasons where rejected rows can be read.

    Each of them would pass the limit alone, or has a good part of what was rejected.
    """
    read: Counter[str | None] = Counter()
    quarantined: Counter[str | None] = Counter()
    for rate in rates:
        name = lasting_name(rate.source)
        read[name] += rate.read
        quarantined[name] += rate.quarantined
    sources = counting(
        quarantined.items(), lambda name, amount: amount > params.alert_above * read[name]
    )
    return {SOURCE: sources, **reason_subjects(params, rejected, sum(read.values()))}


def usual_rate(log: AuditLog) -> float | None:
    """Median blended rate of the earlier days in the log that have usable counts."""
    return median(rate for _, rate, _, _ in _daily(log) if rate is not None)


def _daily(log: AuditLog) -> list[tuple[date, float | None, int, int]]:
    """(day, rate, quarantined, read) of the days before the run date."""
    days = []
    for day in sorted(log.entries):
        rates = source_rates(log, day)
        if day == log.run_date or isinstance(rates, Judgement):
            continue
        read, quarantined = _sums(rates)
        days.append((day, quarantined / read if read else None, quarantined, read))
    return days


def _summary(
    params: Params,
    rejected: RejectedRows,
    worst: SourceRate,
    median_rate: float | None,
    quarantined: int,
    read: int,
) -> str:
    share = percent_text(quarantined / read, params.alert_above)
    normal = f", usually {percent_text(median_rate)}" if median_rate is not None else ""
    text = f"{share} of {plural(read, 'row')} were quarantined ({count_text(quarantined)}){normal}"
    if has_name(worst.source) and quarantined:
        text += f"; worst source {quoted(worst.source)} at {percent_text(worst.rate)}"
    if quarantined and rejected.reasons:
        text += f"; {main_reason(rejected)}"
    return text + not_counted_text(rejected)


def _action(status: Status, rejected: RejectedRows, worst: SourceRate) -> str:
    if status is Status.GREEN:
        return "Nothing to do"
    reason = f" for {quoted(rejected.reasons[0][0])}" if rejected.reasons else ""
    of_source = f" from {quoted(worst.source)}" if has_name(worst.source) else ""
    what = "Look at the rows rejected"
    then = "ask its producer what changed" if of_source else "find out what changed"
    return f"{what}{reason}{of_source}, {then}, repair and load them again"


def _filters(status: Status, rejected: RejectedRows, worst: SourceRate) -> dict[str, str]:
    """The filters with which the page is opened."""
    if status is Status.GREEN:
        return {}
    if status is Status.AMBER and has_name(worst.source):
        return {"source": worst.source}
    return {"reason": rejected.reasons[0][0]} if rejected.reasons else {}


def _details(
    params: Params,
    measured: Measured,
    rates: list[SourceRate],
    worst: SourceRate,
    median_rate: float | None,
) -> dict[str, Any]:
    ranked = sorted(rates, key=lambda source: source.rate, reverse=True)
    reasons = measured.rejected.reasons
    return {
        "rows_read": sum(r.read for r in rates),
        "rows_quarantined": sum(r.quarantined for r in rates),
        "stop_above": params.stop_above,
        "usual_rate": median_rate,
        "worst_source": worst.source,
        "worst_source_rate": worst.rate,
        "sources": [
            {"source": r.source, "family": r.family, "rows_read": r.read,
             "rows_quarantined": r.quarantined, "rate": r.rate}
            for r in ranked[:_MOST_SOURCES]
        ],
        "sources_total": len(ranked),
        "daily": [
            {"date": day, "rate": rate, "rows_quarantined": quarantined, "rows_read": read}
            for day, rate, quarantined, read in _daily(measured.log)
        ],
        "rejected_rows": measured.rejected.rows,
        "reasons": [{"reason": clean(reason, 200), "rows": rows} for reason, rows in reasons],
        **not_counted_details(measured.rejected),
    }  # fmt: skip


CHECK = Check(
    id="quarantine_rate",
    layer=Layer.DATA_QUALITY,
    order=40,
    metric=_METRIC,
    unit="share",
    page="quarantine",
    needs=("audit_log",),
    requires=(Required("audit_log.rows_read"), Required("audit_log.rows_quarantined")),
    alternatives=("quarantine", "events"),
    rule="Quarantined rows divided by rows read, over the loads of all sources, at most "
    "alert_above; above stop_above the line stops even with a waiver. Amber when the total is "
    "fine but one source of 100 rows or more is above stop_above. Without an audit log: rejected "
    "rows divided by rejected and accepted rows of the data date; amber when the rejected rows "
    "without a time would raise it above alert_above.",
    why="A rise means that a producer changed something, and that the dashboards lack those rows.",
    advice="Look at the rejected rows by reason and source, and ask the producer what changed.",
    params=Params,
    measure=measure,
    judge=judge,
    subject_kinds=(SOURCE, REASON),
    after=("log_entry_exists_today",),
    guard=partial(skipped_without_entry, _METRIC),
)
