"""Who may say "I am on it", and of what: one set of rules for the command and the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from checks.catalog import get_check
from checks.core.errors import UsageError
from checks.core.model import FAILING, Status, by_urgency
from checks.core.text import short_list

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.model import Acknowledgement, Report, Verdict
    from checks.history import History


#: How many failing checks a refusal names.
_MOST = 11


@dataclass(frozen=True, slots=True)
class AcknowledgementRequest:
    """A person who wants to be on a check, and what is known so far."""

    check: str
    owner: str
    note: str = ""


def acknowledge(
    config: Config,
    history: History,
    request: AcknowledgementRequest,
    now: datetime,
    shown: Report | None = None,
) -> Acknowledgement:
    """Store who is on a check that fails, or whose incident is open.

    shown: what a page shows of now; it counts where it is of a later data date than the newest
    recorded evaluation, or of the same one and made later. `now` must be aware. Raises UsageError
    for a check that does not fail and without an owner, HistoryError when the history cannot be
    read or written.
    """
    check = get_check(request.check).id
    report = _newest(config, history, now, shown)
    if _status(report, check) not in FAILING and not _is_open(config, history, check, now):
        raise UsageError(f"nobody needs to be on {check}: {_state_text(config, report, check)}")
    return history.acknowledge(config.pipeline, check, request.owner, request.note, now)


def _newest(config: Config, history: History, now: datetime, shown: Report | None) -> Report | None:
    """The newest recorded evaluation, or what is shown where that is newer; None for neither."""
    recorded = history.evaluations(config.pipeline, days=1, now=now)
    if not recorded:
        return shown
    if shown is not None and shown.data_date is not None:
        newest = recorded[0]
        if (shown.data_date, shown.evaluated_at) > (newest.data_date, newest.evaluated_at):
            return shown
    return history.report(recorded[0].id)


def _verdict(report: Report | None, check: str) -> Verdict | None:
    verdicts = report.checks if report is not None else ()
    return next((verdict for verdict in verdicts if verdict.id == check), None)


def _status(report: Report | None, check: str) -> Status | None:
    verdict = _verdict(report, check)
    return None if verdict is None else verdict.status


def _is_open(config: Config, history: History, check: str, now: datetime) -> bool:
    incidents = history.incident_log(config.pipeline, now).incidents
    return any(incident.check == check and incident.is_open for incident in incidents)


def _state_text(config: Config, report: Report | None, check: str) -> str:
    """`it is green for 2025-03-08; failing: orphan_orders`."""
    if report is None:
        return "nothing is recorded yet: run andon gate first"
    settings = config.checks.get(check)
    if settings is not None and not settings.enabled:
        state = "it is switched off in andon.yml"
    elif (status := _status(report, check)) is None:
        state = f"it was not evaluated for {report.data_date}"
    else:
        state = f"it is {status} for {report.data_date}"
    return f"{state}; {failing_text(report.checks)}"


def failing_text(verdicts: Sequence[Verdict]) -> str:
    """`failing: quarantine_rate, orphan_orders`, the most urgent first; or that nothing fails."""
    failing = [verdict.id for verdict in by_urgency(verdicts) if verdict.status in FAILING]
    return f"failing: {short_list(failing, most=_MOST)}" if failing else "nothing fails"
