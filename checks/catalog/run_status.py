"""Did every load end well?

What: how many sources' latest entries of the run date say that they failed.
Why: a load that failed half-way leaves half a day in the tables.
Source of the rule: the pipeline's own word, the latest one per source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.catalog._audit import entry_is_missing, no_entry, skip_without_entry, source_name
from checks.check import Check
from checks.judging import unknown, unmeasured
from checks.metrics import AuditEntry, AuditLog
from checks.model import Cause, Judgement, Layer, Status, Verdict
from checks.settings import setting
from checks.text import day_text, plural, quoted

if TYPE_CHECKING:
    from checks.measurements import Measurements
    from checks.timeframe import Timeframe

_METRIC = "failed"
_WHAT = "The run's status"
OK, FAILED, RUNNING, UNHEARD = "ok", "failed", "running", "unheard"
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Params:
    """The words that a log uses; upper and lower case are the same."""

    ok: tuple[str, ...] = setting(
        "Words for a load that ended well; rejected rows alone are no failure.",
        (
            "success", "succeeded", "successful", "ok", "done", "complete", "completed",
            "finished", "loaded", "passed", "partial_failure", "partial_success", "partial",
            "completed_with_errors", "completed_with_warnings", "warning", "warnings",
        ),
    )  # fmt: skip
    failed: tuple[str, ...] = setting(
        "Words for a load that failed.",
        (
            "failed", "failure", "fail", "error", "errored", "aborted", "cancelled", "canceled",
            "killed", "crashed", "timeout", "timed_out", "rejected", "upstream_failed",
        ),
    )  # fmt: skip
    running: tuple[str, ...] = setting(
        "Words for a load that has not ended.",
        (
            "running", "in_progress", "started", "pending", "queued", "scheduled", "retrying",
            "up_for_retry", "processing", "loading",
        ),
    )  # fmt: skip

    def problems(self) -> list[tuple[str, str, str]]:
        """A word may mean one thing only."""
        seen: dict[str, str] = {}
        found = []
        for key in (OK, FAILED, RUNNING):
            for word in getattr(self, key):
                if seen.setdefault(word.casefold(), key) != key:
                    other = seen[word.casefold()]
                    found.append((key, repr(word), f"a word that is not in `{other}` as well"))
        return found


def measure(params: Params, data: Measurements) -> AuditLog:
    """The log of the run date."""
    return data.audit_log()


def judge(params: Params, log: AuditLog, frame: Timeframe) -> Judgement:
    """Red when a source failed; else unknown for one that runs or says an unheard-of word."""
    if log.status_problem is not None:
        return unmeasured(_METRIC, _WHAT, log.status_problem.error())
    if not log.today:
        return no_entry(_METRIC, _WHAT, log.run_date)
    worst = [_worst(params, tied) for tied in log.latest()]
    failed = [entry for entry, word in worst if word == FAILED]
    details = {
        "failed": [entry.source for entry in failed],
        "filters": {"source": failed[0].source} if failed and failed[0].source else {},
        "sources": [
            {"source": e.source, "status": e.status, "run_at": e.run_at, "means": word}
            for e, word in worst
        ],
    }
    unclear = [(entry, word) for entry, word in worst if word in (RUNNING, UNHEARD)]
    if unclear and not failed:
        return _unclear(*unclear[0], details)
    return _judgement(failed, len(worst), details, frame)


def _judgement(
    failed: list[AuditEntry], sources: int, details: Mapping[str, object], frame: Timeframe
) -> Judgement:
    day = day_text(frame.run_date)
    message = f"failed={len(failed)} (max 0)"
    if not failed:
        summary = f"{plural(sources, 'load')} of {day} ended well"
        return Judgement(
            Status.GREEN, message, summary, "Nothing to do", 0, 0, "loads", details=details
        )
    said = f"{source_name(failed[0])} says {quoted(failed[0].status)}"
    summary = f"{len(failed)} of {plural(sources, 'load')} of {day} failed: {said}"
    action = f"Repair and rerun the load of {_names(failed)}, then run the gate again"
    return Judgement(Status.RED, message, summary, action, len(failed), 0, "loads", details=details)


def _names(entries: list[AuditEntry]) -> str:
    named = ", ".join(source_name(entry) for entry in entries[:_MOST_NAMED])
    more = len(entries) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _unclear(entry: AuditEntry, word: str, details: Mapping[str, object]) -> Judgement:
    name, status = source_name(entry), quoted(entry.status)
    if word == RUNNING:
        detail = f"the load of {name} is not over, status {status}"
        action = f"Wait until the load of {name} has ended, then run the gate again (or use --wait)"
    elif not (entry.status or "").strip():
        detail = f"status is {'NULL' if entry.status is None else 'blank'} for {name}"
        action = f"Find out how the load of {name} ended"
    else:
        detail = f"status {status} of {name} is unheard of"
        action = f"Add {status} to `ok`, `failed` or `running` of checks.run_status in andon.yml"
    return unknown(
        _METRIC, Cause.BAD_VALUE, detail, what=_WHAT, action=action,
        retry=word == RUNNING, threshold=0, unit="loads", details=details,
    )  # fmt: skip


def _worst(params: Params, tied: tuple[AuditEntry, ...]) -> tuple[AuditEntry, str]:
    """Of entries with the same time, the one that says the worst."""
    order = (FAILED, UNHEARD, RUNNING, OK)
    meant = [(entry, meaning(params, entry.status)) for entry in tied]
    return min(meant, key=lambda pair: order.index(pair[1]))


def meaning(params: Params, status: str | None) -> str:
    """What a status says: OK, FAILED, RUNNING or UNHEARD (a word that no list has)."""
    word = (status or "").strip().casefold()
    for known in (OK, FAILED, RUNNING):
        if word in {one.casefold() for one in getattr(params, known)}:
            return known
    return UNHEARD


def guard(judgement: Judgement, verdicts: Mapping[str, Verdict]) -> Judgement:
    """Skipped when the missing entry itself is red."""
    return skip_without_entry(_METRIC) if entry_is_missing(verdicts) else judgement


CHECK = Check(
    id="run_status",
    layer=Layer.INFRASTRUCTURE,
    order=30,
    metric=_METRIC,
    unit="loads",
    page="runs",
    needs=("audit_log", "audit_log.status"),
    rule="No source's latest entry of the run date says that it failed.",
    why="A load that failed half-way leaves half a day in the tables.",
    advice="Repair and rerun the load that failed.",
    params=Params,
    measure=measure,
    judge=judge,
    after=("log_entry_exists_today",),
    guard=guard,
)
