"""Sentences that several formats share. Each result is one inert line of plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date

from checks.core.following import followers_text
from checks.core.inert import line
from checks.core.model import (
    FAILING,
    URGENCY,
    Acceptance,
    Problem,
    Report,
    Status,
    Verdict,
    WaiverState,
    by_urgency,
)
from checks.core.subjects import subjects_text
from checks.core.text import number_text, quoted, run_length, short_list, utc_text


def headline(report: Report) -> str:
    """The verdict as one sentence."""
    return line(f"{report.verdict.upper()}: {report.summary}")


def day_line(report: Report) -> str:
    """One of several data dates: how many checks have each status, and which of them fail."""
    counts = Counter(verdict.status for verdict in report.checks)
    counted = ", ".join(f"{counts[status]} {status}" for status in URGENCY if counts[status])
    failing = [v.id for v in by_urgency(report.checks) if v.status in FAILING and not v.because]
    return line(f"{counted}: {short_list(failing)}" if failing else counted)


def shown_days(report: Report) -> list[Report]:
    """The days whose checks are shown, oldest first: of one day all, of several those that fail.

    A verdict that several days share, as those of their run, is shown with the day that the report
    is of, else with the first.
    """
    if not report.days:
        return [report]
    shown: set[tuple[str, str, str]] = set()
    days = []
    for day in sorted(report.days, key=lambda day: day.data_date != report.data_date):
        checks = tuple(verdict for verdict in day.checks if _identity(verdict) not in shown)
        shown.update(map(_identity, day.checks))
        if day.verdict is not Status.GREEN:
            failing = {verdict.id for verdict in checks if verdict.status in FAILING}
            checks = tuple(v for v in checks if v.id in failing or v.because in failing)
            days.append(replace(day, checks=checks))
    return sorted((day for day in days if day.checks), key=lambda day: str(day.data_date))


def _identity(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.id, verdict.status.value, verdict.message + verdict.summary


def facts(verdict: Verdict, data_date: date | None) -> list[tuple[str, str]]:
    """What a person needs to act on a verdict, as (label, text) pairs: cause and action first."""
    candidates = [
        ("Cause", f"{verdict.explanation.text}." if verdict.explanation else None),
        ("Do now", verdict.action),
        ("Stops", "the line, even with a waiver" if verdict.stop else None),
        ("Retry", "the cause may be temporary; run the gate again" if verdict.retry else None),
        ("Since", since(verdict, data_date)),
        ("On it", _acknowledged(verdict)),
        ("Owner", verdict.owner),
        ("Runbook", verdict.runbook),
        ("Page", verdict.link),
    ]
    return [(label, line(value)) for label, value in candidates if value]


def body(verdict: Verdict, report: Report) -> str:
    """Everything about one check, one fact a line, for formats that show each check separately."""
    waiver = [f"Waiver: {waiver_terms(verdict.waiver)}"] if verdict.waiver else []
    labelled = [f"{label}: {value}" for label, value in facts(verdict, report.data_date)]
    return "\n".join([line(verdict.message), line(verdict.summary), *labelled, *waiver])


def followers(root: Verdict, verdicts: Sequence[Verdict]) -> str:
    """`also: volume_zscore z=-4.10 (below 3.0); 1 follows from it: freshness`; empty for none."""
    return line(followers_text(root, verdicts))


def since(verdict: Verdict, data_date: date | None) -> str | None:
    """`2025-03-06 (3 days)`, counting both ends; None where it began on the data date.

    `2025-03-06 (2 recorded days)` where days between were not recorded.
    """
    if verdict.since is None or data_date is None or verdict.since >= data_date:
        return None
    return f"{verdict.since} ({run_length(verdict.since, data_date, verdict.since_days)})"


def waiver_terms(waiver: WaiverState) -> str:
    """Who waived the check until when and why, and whether that still holds."""
    limit = "" if waiver.up_to is None else f", up to {number_text(waiver.up_to)}"
    state = "holds" if waiver.holds else "does not hold"
    why = f" ({waiver.why})" if waiver.why else ""
    covered = subjects_text(waiver.subjects) if waiver.subjects else ""
    covered = f" for {covered}" if covered else ""
    return line(
        f"#{waiver.id} by {waiver.owner}{covered} until {waiver.until}{limit}: {waiver.reason}; "
        f"{state}{why}"
    )


def acceptance_terms(acceptance: Acceptance) -> str:
    """What is accepted, by whom and why, and whether that still holds."""
    state = "holds" if acceptance.holds else "does not hold"
    return line(
        f"{acceptance.check} #{acceptance.id} {acceptance.kind} {quoted(acceptance.subject)} by "
        f"{acceptance.owner} since {acceptance.data_date}: {acceptance.reason}; {state} "
        f"({acceptance.why})"
    )


def problem(problem: Problem) -> str:
    """A problem of the configuration; its message already names file, line and key."""
    hint = f" ({problem.hint})" if problem.hint and problem.hint not in problem.message else ""
    return line(problem.message + hint)


def elapsed(report: Report) -> str:
    """When the day was evaluated and how long that took, in seconds."""
    moment = utc_text(report.evaluated_at.astimezone(UTC))
    return f"evaluated {moment} in {report.duration_seconds:.2f} s"


def _acknowledged(verdict: Verdict) -> str | None:
    state = verdict.acknowledgement
    if state is None:
        return None
    note = f": {state.note}" if state.note else ""
    return f"{state.owner} since {utc_text(state.created_at.astimezone(UTC))}{note}"
