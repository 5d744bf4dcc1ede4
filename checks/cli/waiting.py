"""`--wait`: judge again while the run has no log entry, lacks a source, is not finished, or holds
a lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from checks.core.model import Cause, Report, Status

_POLL_SECONDS = 30.0
_POLLS_AT_LEAST = 10
_SHORTEST_SECONDS = 1.0


def reason_to_wait(report: Report) -> str | None:
    """Why a later attempt may give another verdict; None where this report counts."""
    verdicts = {verdict.id: verdict for verdict in report.checks}
    if any(verdict.cause is Cause.LOCKED for verdict in report.checks):
        return "the warehouse is locked"
    awaiting = next((v.id for v in report.checks if v.cause is Cause.NOT_DUE), None)
    if awaiting is not None:
        is_source = awaiting == "sources_complete"
        return "a source is not there yet" if is_source else "the run may still come"
    entry = verdicts.get("log_entry_exists_today")
    if entry is not None and entry.status in (Status.RED, Status.AMBER):
        return "there is no log entry yet"
    run_status = verdicts.get("run_status")
    if run_status is not None and run_status.status is Status.UNKNOWN and run_status.retry:
        return "a run is not finished"
    return None


def judge_when_ready(
    judge: Callable[[], Report],
    limit: float,
    show_wait: Callable[[str, str], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """The first report that gives no reason to wait, or the last one within `limit` seconds.

    Judges every 30 seconds, more often in a short wait. `show_wait` gets the reason and the
    remaining time.
    """
    end = clock() + limit
    interval = min(_POLL_SECONDS, max(_SHORTEST_SECONDS, limit / _POLLS_AT_LEAST))
    report = judge()
    while reason := reason_to_wait(report):
        remaining = end - clock()
        if remaining <= 0:
            break
        show_wait(reason, _time_text(remaining))
        sleep(min(interval, remaining))
        report = judge()
    return report


def _time_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
