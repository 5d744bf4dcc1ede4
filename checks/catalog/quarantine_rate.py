"""How much of what was read had to be rejected?

What: quarantined rows over rows read, blended over the loads of all sources. Without an
audit log: rejected rows over rejected and accepted rows of the data date.
Why: a rise means that a producer changed something, and that the numbers on the
dashboards lack those rows.
Source of the rule: the pipeline's service level, at most 5 % quarantined; above
6 % the missing part is large enough to mislead, and no waiver lets the line run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import has_name, skipped_without_entry, with_loads, without_entry
from checks.catalog._rejected_share import (
    RejectedShare,
    failing_reasons,
    judge_share,
    main_reason,
    not_counted_details,
    not_counted_text,
    reason_subjects,
)
from checks.catalog._source_rates import (
    METRIC,
    WHAT,
    SourceRate,
    highest_blend,
    is_alarming,
    rate_of,
    readings_of,
    source_rates,
    sums,
)
from checks.catalog._usual_share import LOOK_BACK, USUAL_DAYS, rows_by_day, usual_share
from checks.core.audit_log import AuditLog
from checks.core.chance import CHANCE, JUDGES
from checks.core.errors import MeasurementError
from checks.core.metrics import RejectedRows
from checks.core.model import Cause, Facts, Judgement, Layer, Status, Subjects
from checks.core.settings import setting
from checks.core.subjects import REASON, SOURCE, counting
from checks.core.text import clean, count_text, deciding, listed, percent_text, plural, quoted
from checks.judging.check import Check, LoadFact, Required
from checks.judging.unmeasured import skipped, unknown
from checks.loads.effective import Load, loads
from checks.loads.sources import lasting_name

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Params:
    """The two limits, as shares of the rows read."""

    alert_above: float = setting("Red above this share.", 0.05, minimum=0, maximum=1)
    stop_above: float = setting(
        "No waiver above this share, and red whatever the severity.",
        0.06,
        minimum=0,
        maximum=1,
    )
    judge: str = setting(
        "When a single source above stop_above is amber. `chance`: where so many rejected rows "
        "would occur on 1 day in 200 at most if its true share were half the limit. `exact`: from "
        "100 rows read on. The rate over all sources is always exact.",
        CHANCE,
        choices=JUDGES,
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """The line cannot stop before the alert."""
        if self.stop_above >= self.alert_above:
            return []
        allowed = f"a number of at least alert_above ({self.alert_above})"
        return [("stop_above", str(self.stop_above), allowed)]


@dataclass(frozen=True, slots=True)
class Measured:
    """The log, and what the rejected rows themselves say.

    longer_log: of many more days, where the log itself has too few that say what is usual.
    """

    log: AuditLog
    rejected: RejectedRows
    longer_log: AuditLog | None = None


def measure(params: Params, data: Readings) -> Measured | RejectedShare:
    """The log; and the rejected rows, which may fail without spoiling the rate.

    Without a log, the rejected rows and the accepted events.
    """
    if not data.has_audit_log:
        return RejectedShare(data.rejected(), data.events().judged)
    log = data.audit_log()
    return Measured(log, data.rejected(), _longer_log(params, log, data))


def _longer_log(params: Params, log: AuditLog, data: Readings) -> AuditLog | None:
    """Many days of the log, where not each of the 7 before the run was a usual one.

    None where the log has enough of them, or cannot be read so far back.
    """
    rates = (rate for _, rate, _, _ in _daily(log) if rate is not None)
    if sum(rate <= params.alert_above for rate in rates) >= USUAL_DAYS:
        return None
    try:
        return data.longer_audit_log(LOOK_BACK)
    except MeasurementError:
        return None


def judge(params: Params, measured: Measured | RejectedShare, frame: Timeframe) -> Judgement:
    """Red above alert_above, stop above stop_above; exactly at a limit is not above it."""
    if isinstance(measured, RejectedShare):
        return judge_share(params, measured, frame)
    log = measured.log
    if not log.today:
        return without_entry(METRIC, WHAT, log.run_date, frame.closed_run_reason)
    sources = readings_of(log, log.run_date)
    if isinstance(sources, Judgement):
        return sources
    rates = highest_blend(sources)
    if not sums(rates)[0] and not sums(rates)[1] and frame.closed_run_reason is not None:
        return skipped(METRIC, frame.closed_run_reason)
    if not sums(rates)[0]:
        return unknown(
            METRIC, Cause.BAD_VALUE, "rows_read is 0", what=WHAT,
            action="Check that the input arrived and is not empty, then load it again",
            threshold=params.alert_above, unit="share",
        )  # fmt: skip
    day_loads = loads(log)
    doubted = _doubted(params, day_loads, sources)
    alarming = [rate for readings in sources for rate in readings if _is_alarming(params, rate)]
    alarming += [rate for _, rate in doubted]
    judgement = _judgement(params, measured, rates, alarming, frame)
    return with_loads(judgement, day_loads, [load for load, _ in doubted])


def _is_alarming(params: Params, reading: SourceRate) -> bool:
    return is_alarming(reading.read, reading.quarantined, params.stop_above, params.judge)


def _doubted(
    params: Params, day_loads: Sequence[Load], sources: Sequence[Sequence[SourceRate]]
) -> list[tuple[Load, SourceRate]]:
    """Loads in parts that would raise an alarm by their latest entry alone, with its rate.

    For a source that may have been loaded twice: where the blend would be above alert_above.
    For any other: where it is above stop_above by itself, as for every reading.
    """
    alone = [[rate_of(load.source, r) for r in load.latest_alone] for load in day_loads]
    blend = highest_blend(
        [
            [*readings, *latest] if load.may_be_twice else readings
            for load, readings, latest in zip(day_loads, sources, alone, strict=True)
        ]
    )
    read, quarantined = sums(blend)
    is_high = bool(read) and quarantined / read > params.alert_above
    return [
        (load, rate)
        for load, latest, chosen in zip(day_loads, alone, blend, strict=True)
        for rate in latest
        if _is_alarming(params, rate) or (is_high and load.may_be_twice and rate == chosen)
    ]


def _judgement(
    params: Params,
    measured: Measured,
    rates: list[SourceRate],
    alarming: list[SourceRate],
    frame: Timeframe,
) -> Judgement:
    """alarming: readings above stop_above by themselves, whether in the blend or not."""
    read, quarantined = sums(rates)
    rate, rejected = quarantined / read, measured.rejected
    status = Status.RED if rate > params.alert_above else Status.GREEN
    if status is Status.GREEN and alarming:
        status = Status.AMBER
    failing = _failing_sources(params, alarming if status is Status.AMBER else rates)
    worst, usual_rate = failing[0], _usual_rate(params, measured, frame)
    reasons = failing_reasons(params, rejected, read)
    facts = Facts(filters=_filters(status, reasons, failing))
    return Judgement(
        status=status,
        message=f"rate={deciding(rate, params.alert_above, 4)} (max {params.alert_above})",
        summary=_summary(params, rejected, worst, usual_rate, quarantined, read),
        action=_action(status, reasons, failing),
        value=rate,
        threshold=params.alert_above,
        unit="share",
        stop=rate > params.stop_above,
        details=_details(params, measured, rates, worst, usual_rate) | {"filters": facts.filters},
        facts=facts,
        subjects=_subjects(params, rejected, rates),
    )


def _failing_sources(params: Params, rates: Sequence[SourceRate]) -> list[SourceRate]:
    """The sources above alert_above, the worst first; of none the worst one. A source is in it
    once.
    """
    ranked = sorted(rates, key=lambda source: (source.rate, source.read), reverse=True)
    by_name = {source.source: source for source in reversed(ranked)}
    above = [s for s in ranked if s.rate > params.alert_above and by_name[s.source] is s]
    return above or ranked[:1]


def _usual_rate(params: Params, measured: Measured, frame: Timeframe) -> float | None:
    """The share that is usually rejected; None where no day before those of the run says so."""
    first, newest = frame.days_of_load[0], frame.days_of_load[-1]
    rows = rows_by_day(measured.longer_log or measured.log, frame.run_date - newest)
    rows = {
        day: counts for day, counts in rows.items() if frame.calendar.closed_reason(day) is None
    }
    share = usual_share(rows, first, params.alert_above)
    return None if share is None else share.rate


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


def _daily(log: AuditLog) -> list[tuple[date, float | None, int, int]]:
    """(day, rate, quarantined, read) of the days before the run date."""
    days = []
    for day in sorted(log.entries):
        rates = source_rates(log, day)
        if day == log.run_date or isinstance(rates, Judgement):
            continue
        read, quarantined = sums(rates)
        days.append((day, quarantined / read if read else None, quarantined, read))
    return days


def _summary(
    params: Params,
    rejected: RejectedRows,
    worst: SourceRate,
    usual_rate: float | None,
    quarantined: int,
    read: int,
) -> str:
    share = percent_text(quarantined / read, params.alert_above)
    normal = f", usually {percent_text(usual_rate)}" if usual_rate is not None else ""
    text = f"{share} of {plural(read, 'row')} were quarantined ({count_text(quarantined)}){normal}"
    if has_name(worst.source) and quarantined:
        text += f"; worst source {quoted(worst.source)} at {percent_text(worst.rate)}"
    if quarantined and rejected.reasons:
        text += f"; {main_reason(rejected)}"
    return text + not_counted_text(rejected)


def _action(status: Status, reasons: Sequence[str], failing: Sequence[SourceRate]) -> str:
    if status is Status.GREEN:
        return "Nothing to do"
    names = [source.source for source in failing if has_name(source.source)]
    for_reasons = f" for {listed(reasons)}" if reasons else ""
    of_sources = f" from {listed(names)}" if names else ""
    then = "find out what changed"
    if names:
        then = f"ask {'its producer' if len(names) == 1 else 'their producers'} what changed"
    return f"Look at the rows rejected{for_reasons}{of_sources}, {then}, repair and load them again"


def _filters(
    status: Status, reasons: Sequence[str], failing: Sequence[SourceRate]
) -> dict[str, str]:
    """The filters with which the page is opened: by what fails, where that is one thing only."""
    if status is Status.AMBER and len(failing) == 1 and has_name(failing[0].source):
        return {"source": failing[0].source}
    return {"reason": reasons[0]} if status is not Status.GREEN and len(reasons) == 1 else {}


def _details(
    params: Params,
    measured: Measured,
    rates: list[SourceRate],
    worst: SourceRate,
    usual_rate: float | None,
) -> dict[str, Any]:
    ranked = sorted(rates, key=lambda source: source.rate, reverse=True)
    reasons = measured.rejected.reasons
    return {
        "rows_read": sum(r.read for r in rates),
        "rows_quarantined": sum(r.quarantined for r in rates),
        "stop_above": params.stop_above,
        "judge": params.judge,
        "usual_rate": usual_rate,
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
    metric=METRIC,
    unit="share",
    page="quarantine",
    needs=("audit_log",),
    requires=(Required("audit_log.rows_read"), Required("audit_log.rows_quarantined")),
    alternatives=("quarantine", "events"),
    rule="Quarantined rows divided by rows read, over the loads of all sources, at most "
    "alert_above; no waiver above stop_above. Amber when the total is fine but one source is "
    "above stop_above by more than chance; with `judge: exact`, one of 100 rows or more. "
    "Without an audit log: rejected rows divided by rejected and accepted rows of the data date; "
    "amber when the rejected rows without a time would raise it above alert_above.",
    why="A rise means that a producer changed something, and that the dashboards lack those rows.",
    advice="Look at the rejected rows by reason and source, and ask the producer what changed.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ, LoadFact.REJECTED),
    subject_kinds=(SOURCE, REASON),
    after=("log_entry_exists_today",),
    guard=partial(skipped_without_entry, METRIC),
)
