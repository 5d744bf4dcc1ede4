"""How much of what was read had to be rejected?

What: quarantined rows over rows read, blended over the latest entry per source.
Why: a rise means that a producer changed something, and that the numbers on the
dashboards lack those rows.
Source of the rule: the pipeline's service level, at most 5 % quarantined; above
6 % the missing part is large enough to mislead, and the line stops whatever
anyone said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import (
    bad_count,
    entry_is_missing,
    no_entry,
    skip_without_entry,
    source_name,
)
from checks.check import Check
from checks.judging import unknown
from checks.metrics import AuditEntry, AuditLog, BadValue, RejectedRows, known, median
from checks.model import Cause, Judgement, Layer, Status, Verdict
from checks.settings import setting
from checks.text import clean, count_text, deciding, percent_text, plural, quoted

if TYPE_CHECKING:
    from checks.measurements import Measurements
    from checks.timeframe import Timeframe

_METRIC = "rate"
_WHAT = "The quarantine rate"
_MANY_ROWS = 100
_MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Params:
    """The two limits, as shares of the rows read."""

    alert_above: float = setting("Red above this share.", 0.05, minimum=0, maximum=1)
    stop_above: float = setting(
        "Above this share the line stops, whatever was waived or set to amber.",
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
    """One source's latest load."""

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
        return family_of(self.source)


def family_of(source: str | None) -> str | None:
    """A source's name without its digits, so that daily files compare."""
    return None if source is None else re.sub(r"\d+", "", source)


def measure(params: Params, data: Measurements) -> Measured:
    """The log; and the rejected rows, which may fail without spoiling the rate."""
    return Measured(data.audit_log(), data.rejected())


def judge(params: Params, measured: Measured, frame: Timeframe) -> Judgement:
    """Red above alert_above, stop above stop_above; exactly at a limit is not above it."""
    log = measured.log
    if not log.today:
        return no_entry(_METRIC, _WHAT, log.run_date)
    rates = source_rates(log, log.run_date)
    if isinstance(rates, Judgement):
        return rates
    read = sum(rate.read for rate in rates)
    quarantined = sum(rate.quarantined for rate in rates)
    if not read:
        return unknown(
            _METRIC, Cause.BAD_VALUE, "rows_read is 0", what=_WHAT,
            action="Check that the input arrived and is not empty, then load it again",
            threshold=params.alert_above, unit="share",
        )  # fmt: skip
    return _judgement(params, measured, rates, quarantined, read)


def source_rates(log: AuditLog, day: date) -> list[SourceRate] | Judgement:
    """Each source's latest load of a day; of entries with the same time the worse."""
    rates = []
    for tied in log.latest(day):
        ties = []
        for entry in tied:
            bad = _bad(entry)
            if bad is not None:
                return bad
            read, quarantined = known(entry.rows_read), known(entry.rows_quarantined)
            ties.append(SourceRate(entry.source, read, quarantined))
        rates.append(max(ties, key=lambda tie: tie.rate))
    return rates


def _bad(entry: AuditEntry) -> Judgement | None:
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
    params: Params, measured: Measured, rates: list[SourceRate], quarantined: int, read: int
) -> Judgement:
    rate = quarantined / read
    worst = max(rates, key=lambda source: (source.rate, source.read))
    usual = usual_rate(measured.log)
    status = Status.GREEN
    if rate > params.alert_above:
        status = Status.RED
    elif any(r.rate > params.stop_above and r.read >= _MANY_ROWS for r in rates):
        status = Status.AMBER
        worst = max((r for r in rates if r.read >= _MANY_ROWS), key=lambda r: r.rate)
    return Judgement(
        status=status,
        message=f"rate={deciding(rate, params.alert_above, 4)} (max {params.alert_above})",
        summary=_summary(params, measured.rejected, worst, usual, quarantined, read),
        action=_action(status, measured.rejected, worst),
        value=rate,
        threshold=params.alert_above,
        unit="share",
        stop=rate > params.stop_above,
        details=_details(params, measured, rates, worst, usual)
        | {"filters": _filters(status, measured.rejected, worst)},
    )


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
        read, quarantined = sum(r.read for r in rates), sum(r.quarantined for r in rates)
        days.append((day, quarantined / read if read else None, quarantined, read))
    return days


def _summary(
    params: Params,
    rejected: RejectedRows,
    worst: SourceRate,
    usual: float | None,
    quarantined: int,
    read: int,
) -> str:
    share = percent_text(quarantined / read, params.alert_above)
    normal = f", usually {percent_text(usual)}" if usual is not None else ""
    text = f"{share} of {plural(read, 'row')} were quarantined ({count_text(quarantined)}){normal}"
    if worst.source is not None and quarantined:
        text += f"; worst source {quoted(worst.source)} at {percent_text(worst.rate)}"
    if quarantined and rejected.reasons:
        reason, rows = rejected.reasons[0]
        part = percent_text(rows / max(1, sum(count for _, count in rejected.reasons)))
        text += f"; main reason {quoted(reason)} ({part})"
    return text


def _action(status: Status, rejected: RejectedRows, worst: SourceRate) -> str:
    if status is Status.GREEN:
        return "Nothing to do"
    reason = f" for {quoted(rejected.reasons[0][0])}" if rejected.reasons else ""
    of_source = f" from {quoted(worst.source)}" if worst.source is not None else ""
    what = "Look at the rows rejected"
    then = "ask its producer what changed" if of_source else "find out what changed"
    return f"{what}{reason}{of_source}, {then}, repair and load them again"


def _filters(status: Status, rejected: RejectedRows, worst: SourceRate) -> dict[str, str]:
    """What the page with the evidence should show first."""
    if status is Status.GREEN:
        return {}
    if status is Status.AMBER and worst.source is not None:
        return {"source": worst.source}
    return {"reason": rejected.reasons[0][0]} if rejected.reasons else {}


def _details(
    params: Params,
    measured: Measured,
    rates: list[SourceRate],
    worst: SourceRate,
    usual: float | None,
) -> dict[str, Any]:
    ranked = sorted(rates, key=lambda source: source.rate, reverse=True)
    reasons = measured.rejected.reasons
    return {
        "rows_read": sum(r.read for r in rates),
        "rows_quarantined": sum(r.quarantined for r in rates),
        "stop_above": params.stop_above,
        "usual_rate": usual,
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
    }  # fmt: skip


def guard(judgement: Judgement, verdicts: Mapping[str, Verdict]) -> Judgement:
    """Skipped when the missing entry itself is red."""
    return skip_without_entry(_METRIC) if entry_is_missing(verdicts) else judgement


CHECK = Check(
    id="quarantine_rate",
    layer=Layer.DATA_QUALITY,
    order=40,
    metric=_METRIC,
    unit="share",
    page="quarantine",
    needs=("audit_log",),
    rule="Quarantined rows over rows read, over the latest entry per source, at most "
    "alert_above; above stop_above nothing can wave it through. Amber when the blend is fine "
    "but one source of 100 rows or more is above stop_above.",
    why="A rise means that a producer changed something, and that the dashboards lack those rows.",
    advice="Look at the rejected rows by reason and source, and ask the producer what changed.",
    params=Params,
    measure=measure,
    judge=judge,
    after=("log_entry_exists_today",),
    guard=guard,
)
