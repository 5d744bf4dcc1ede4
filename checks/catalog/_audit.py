"""What the checks over the audit log share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from checks.judging import skipped, unknown
from checks.metrics import AuditEntry, BadValue
from checks.model import Cause, Judgement, Status, Verdict
from checks.text import quoted, short_day

ENTRY_CHECK = "log_entry_exists_today"


def source_name(entry: AuditEntry) -> str:
    """How a source is named in sentences; one without a name says so."""
    return quoted(entry.source) if entry.source is not None else "the source without a name"


def no_entry(metric: str, what: str, run_date: date) -> Judgement:
    """Nothing to measure because the run left no entry."""
    return unknown(
        metric,
        Cause.BAD_VALUE,
        f"no audit-log entry on {run_date}",
        what=what,
        action=f"Find out whether the run of {short_day(run_date)} took place",
    )


def bad_count(metric: str, what: str, column: str, entry: AuditEntry, bad: BadValue) -> Judgement:
    """A count in the log that is no count."""
    of_source = f" of {source_name(entry)}" if entry.source is not None else ""
    return unknown(
        metric,
        Cause.BAD_VALUE,
        f"{column} is {bad.text}",  # as it is documented: readers match it
        what=f"{what}{of_source}",
        action=f"Correct {column}{of_source} in the audit log, or the loader that wrote it",
    )


def skip_without_entry(metric: str) -> Judgement:
    """What a check becomes when the missing entry itself is already red."""
    return skipped(metric, f"{ENTRY_CHECK} is red")


def entry_is_missing(verdicts: Mapping[str, Verdict]) -> bool:
    """Whether the entry check stands red, and so already says what is wrong."""
    entry = verdicts.get(ENTRY_CHECK)
    return entry is not None and entry.status is Status.RED
