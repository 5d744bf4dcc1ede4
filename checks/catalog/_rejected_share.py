"""The quarantine rate without an audit log: rejected rows over these and the accepted events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.core.metrics import OTHER_REASONS, RejectedRows
from checks.core.model import Cause, Facts, Judgement, Status, Subjects
from checks.core.subjects import REASON, counting, subject_name
from checks.core.text import clean, day_text, deciding, listed, percent_text, plural, quoted
from checks.judging.unmeasured import skipped, unknown

if TYPE_CHECKING:
    from checks.catalog.quarantine_rate import Params
    from checks.core.timeframe import Timeframe

_METRIC = "rate"
_WHAT = "The quarantine rate"


@dataclass(frozen=True, slots=True)
class RejectedShare:
    """The rejected rows of the data date, and the events that were accepted on it."""

    rejected: RejectedRows
    accepted: int


def share_of(rejected: int, accepted: int) -> float | None:
    """Rejected rows over all rows; None where there are none at all."""
    total = rejected + accepted
    return rejected / total if total else None


def judge_share(params: Params, measured: RejectedShare, frame: Timeframe) -> Judgement:
    """Judged by the same limits as with a log. Rows that belong to no day only make it amber."""
    rejected, problem = measured.rejected, measured.rejected.problem
    if problem is not None:
        return unknown(_METRIC, problem.cause, problem.detail, what=_WHAT, retry=problem.retry)
    if rejected.rows is None:
        detail = "the rejected rows of the day are not known"
        return unknown(_METRIC, Cause.BAD_VALUE, detail, what=_WHAT)
    rate = share_of(rejected.rows, measured.accepted)
    if rate is None and frame.closed_reason is not None:
        return skipped(_METRIC, frame.closed_reason)
    if rate is None:
        return unknown(
            _METRIC, Cause.BAD_VALUE, f"no row of {frame.data_date}, rejected or accepted",
            what=_WHAT, threshold=params.alert_above, unit="share",
            action="Check that the input arrived and is not empty, then load it again",
        )  # fmt: skip
    status = _status(params, measured, rejected.rows, rate)
    total = rejected.rows + measured.accepted
    reasons = failing_reasons(params, rejected, total)
    facts = _facts(status, reasons)
    return Judgement(
        status=status,
        message=f"rate={deciding(rate, params.alert_above, 4)} (max {params.alert_above})",
        summary=_summary(params, measured, rejected.rows, rate, frame),
        action=_action(status, params, rejected, reasons, rate),
        value=rate,
        threshold=params.alert_above,
        unit="share",
        stop=rate > params.stop_above,
        details=_details(params, measured, facts),
        facts=facts,
        subjects=reason_subjects(params, rejected, total),
    )


def reason_subjects(params: Params, rejected: RejectedRows, total: int) -> Subjects:
    """The reasons that matter, where rejected rows have any. total: rejected and accepted rows."""
    if not rejected.reasons:
        return {}
    limit = params.alert_above * total
    names = counting(rejected.reasons, lambda _, rows: rows > limit)
    # The rest, beyond the reasons that are listed, is not a reason itself.
    return {REASON: tuple(name for name in names if name != OTHER_REASONS)}


def failing_reasons(params: Params, rejected: RejectedRows, total: int) -> list[str]:
    """The reasons that matter, as they are stored; total as in `reason_subjects`."""
    names = set(reason_subjects(params, rejected, total).get(REASON, ()))
    return [reason for reason, _ in rejected.reasons if subject_name(reason) in names]


def _status(params: Params, measured: RejectedShare, rows: int, rate: float) -> Status:
    if rate > params.alert_above:
        return Status.RED
    highest_rate = _rate_with_undated(measured, rows)
    return Status.AMBER if highest_rate > params.alert_above else Status.GREEN


def _summary(
    params: Params, measured: RejectedShare, rows: int, rate: float, frame: Timeframe
) -> str:
    rejected = measured.rejected
    share = percent_text(rate, params.alert_above)
    total = plural(rows + measured.accepted, "row")
    events = plural(measured.accepted, "accepted event")
    text = (
        f"{share} of {total} of {day_text(frame.data_date)} were quarantined: "
        f"{plural(rows, 'rejected row')} and {events}, as no audit log is mapped"
    )
    if rejected.note:
        text += f"; {rejected.note}"
    if rows and rejected.reasons:
        text += f"; {main_reason(rejected)}"
    text += not_counted_text(rejected)
    if rate <= params.alert_above < (highest_rate := _rate_with_undated(measured, rows)):
        which = "all of these" if rejected.astray else "those without a time"
        text += f"; with {which} the rate would be {percent_text(highest_rate)}"
    return text


def _rate_with_undated(measured: RejectedShare, rows: int) -> float:
    """The rate if undated and astray rows were all of the judged day."""
    unsure = measured.rejected.undated + measured.rejected.astray
    return share_of(rows + unsure, measured.accepted) or 0.0


def main_reason(rejected: RejectedRows) -> str:
    """`main reason 'client_id: missing' (100.0 %)`; there have to be reasons."""
    reason, rows = rejected.reasons[0]
    part = percent_text(rows / max(1, sum(count for _, count in rejected.reasons)))
    return f"main reason {quoted(reason)} ({part})"


def not_counted_text(rejected: RejectedRows) -> str:
    """Text on rejected rows that do not count: undated, after now, or far from the day."""
    text = ""
    if rejected.undated:
        rows = plural(rejected.undated, "rejected row has", "rejected rows have")
        text += f"; {rows} no readable time and no day"
    if rejected.future:
        rows = plural(rejected.future, "rejected row has", "rejected rows have")
        text += f"; {rows} a time after now, not counted"
    if rejected.astray:
        rows = plural(rejected.astray, "rejected row", "rejected rows")
        verb = "has" if rejected.astray == 1 else "have"
        text += f"; {rows} in files of this day {verb} times far from it, not counted"
    return text


def _action(
    status: Status, params: Params, rejected: RejectedRows, reasons: Sequence[str], rate: float
) -> str:
    if status is Status.GREEN:
        return "Nothing to do"
    if rate <= params.alert_above and rejected.astray >= max(1, rejected.undated):
        rows = plural(rejected.astray, "rejected row")
        return (
            f"Look at the {rows} in this day's files with times far from the day, which may be why "
            "they were rejected; repair and load them again"
        )
    if rate <= params.alert_above:
        rows = plural(rejected.undated, "rejected row")
        return (
            f"Find out which day the {rows} without a time belong to; map another column as "
            "quarantine.occurred_at, or leave old rows out with quarantine.query"
        )
    what = f"Look at the rows rejected{f' for {listed(reasons)}' if reasons else ''}"
    return f"{what}, find out what changed, repair and load them again"


def _facts(status: Status, reasons: Sequence[str]) -> Facts:
    by_reason = status is Status.RED and len(reasons) == 1
    return Facts(filters={"reason": reasons[0]} if by_reason else {})


def _details(params: Params, measured: RejectedShare, facts: Facts) -> dict[str, Any]:
    rejected = measured.rejected
    rows = rejected.rows or 0
    return {
        "rows_read": rows + measured.accepted,
        "rows_quarantined": rows,
        "rows_accepted": measured.accepted,
        "stop_above": params.stop_above,
        "usual_rate": None,
        "rejected_rows": rows,
        "reasons": [{"reason": clean(reason, 200), "rows": n} for reason, n in rejected.reasons],
        "note": rejected.note,
        "filters": facts.filters,
        **not_counted_details(rejected),
    }


def not_counted_details(rejected: RejectedRows) -> dict[str, int]:
    """The counts behind `rows_of_no_day`."""
    return {
        "undated_rows": rejected.undated,
        "future_rows": rejected.future,
        "astray_rows": rejected.astray,
    }
