"""What the checks over the audit log share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeGuard

from checks.core.audit_log import MOST_STRAYS, AuditEntry, AuditLog, StrayEntry
from checks.core.model import Cause, Judgement, Status, Verdict
from checks.core.text import clean, count_text, plural, quoted, short_day
from checks.core.values import BadValue
from checks.judging.unmeasured import skipped, unknown
from checks.loads.effective import Load, Rule

ENTRY_CHECK = "log_entry_exists_today"
SETTLES = "set `audit_log.several` to `replace` or `add`"
READING = "audit_log"
_MOST_LISTED, _MOST_STRAYS_LISTED = 200, 20


def source_name(entry: AuditEntry | StrayEntry | Load) -> str:
    """A source's name as messages show it, also where it has none."""
    return quoted(entry.source) if has_name(entry.source) else "the source without a name"


def has_name(source: str | None) -> TypeGuard[str]:
    """Whether a source can be named: it is neither NULL nor blank."""
    return bool(source and source.strip())


def with_loads(
    judgement: Judgement, loads: Sequence[Load], doubtful: Sequence[Load] = ()
) -> Judgement:
    """The judgement with details on sources that have several entries.

    Where it is unclear how these are meant, the summary says so, and which key settles it.
    doubtful: loads in parts that would be judged differently by their latest entry alone.
    """
    several = [load for load in loads if load.rule is not Rule.SINGLE]
    details = {
        **judgement.details,
        "several_entries": [_as_details(load) for load in several[:_MOST_LISTED]],
        "several_entries_total": len(several),
        "entries_replaced": sum(len(load.replaced) for load in several),
    }
    doubted = [load for load in several if load.may_be_twice or load in doubtful]
    texts = [text for text in (_unsettled(several), _taken_for_parts(doubted)) if text]
    hint = f"; {'; '.join(texts)}: {SETTLES}" if texts else ""
    summary = judgement.summary + _read_nothing(several) + hint
    return replace(judgement, summary=summary, details=details)


def _unsettled(several: Iterable[Load]) -> str:
    unsettled = [load for load in several if load.rule is Rule.UNSETTLED]
    if not unsettled:
        return ""
    first = unsettled[0]
    return (
        f"{source_name(first)} has {count_text(len(first.counted))} entries, and it is "
        f"unclear whether they replace each other or add up, so the worse reading counts"
        f"{_others(unsettled)}"
    )


def _taken_for_parts(doubted: Sequence[Load]) -> str:
    """Text on loads whose entries are added up, though they may be preliminary and final ones."""
    if not doubted:
        return ""
    first = doubted[0]
    return (
        f"{source_name(first)} has {count_text(len(first.counted))} entries, which are added up "
        f"as parts of one load{_others(doubted)}"
    )


def _read_nothing(several: Iterable[Load]) -> str:
    """Text on entries that read nothing after one that read rows."""
    empty = [load for load in several if load.read_nothing]
    if not empty:
        return ""
    return (
        f"; an entry of {source_name(empty[0])} read nothing and does not replace the one that "
        f"read rows{_others(empty)}"
    )


def _others(loads: Sequence[Load]) -> str:
    more = len(loads) - 1
    return f", also for {plural(more, 'other source')}" if more else ""


def _as_details(load: Load) -> dict[str, Any]:
    """How many entries of a load count, and how many were replaced."""
    return {
        "source": load.source,
        "rule": load.rule.value,
        "counted": len(load.counted),
        "replaced": len(load.replaced),
    }


def stray_count(strays: Sequence[StrayEntry]) -> int:
    """How many entries belong to no run date, capped at the number that is read."""
    return min(len(strays), MOST_STRAYS)


def strays_text(log: AuditLog) -> str:
    """Text on the entries that belong to no run date; empty where there are none."""
    return "".join(f"; {text}" for text in (future_text(log), undated_text(log)) if text)


def future_text(log: AuditLog) -> str:
    """Text on the entries stamped after now; empty where there are none."""
    if not log.future:
        return ""
    ending = (
        "has a time after now and does" if len(log.future) == 1 else "have a time after now and do"
    )
    return f"{_entries(log.future)} {ending} not count"


def undated_text(log: AuditLog) -> str:
    """Text on the entries without a time; empty where there are none."""
    if not log.undated:
        return ""
    ending = "has no time and belongs" if len(log.undated) == 1 else "have no time and belong"
    return f"{_entries(log.undated)} {ending} to no run date"


def _entries(strays: Sequence[StrayEntry]) -> str:
    over = "over " if len(strays) > MOST_STRAYS else ""
    return over + plural(stray_count(strays), "entry", "entries")


def strays_details(log: AuditLog) -> dict[str, Any]:
    """The entries that belong to no run date, for a verdict's details."""
    return {
        "entries_after_now": stray_count(log.future),
        "after_now": [_stray(entry) for entry in log.future[:_MOST_STRAYS_LISTED]],
        "entries_without_time": stray_count(log.undated),
        "without_time": [_stray(entry) for entry in log.undated[:_MOST_STRAYS_LISTED]],
    }


def _stray(entry: StrayEntry) -> dict[str, Any]:
    status = None if entry.status is None else clean(entry.status)
    return {"source": entry.source, "status": status, "run_at": entry.run_at}


def no_entry(metric: str, what: str, run_date: date) -> Judgement:
    """The judgement where the run left no entry to measure."""
    return unknown(
        metric,
        Cause.BAD_VALUE,
        f"no audit-log entry on {run_date}",
        what=what,
        action=f"Find out whether the run of {short_day(run_date)} took place",
        reading=READING,
    )


def without_entry(metric: str, what: str, run_date: date, closed: str | None) -> Judgement:
    """As `no_entry`; skipped where all days that the run loads are closed. closed: why."""
    return no_entry(metric, what, run_date) if closed is None else skipped(metric, closed)


def bad_count(metric: str, what: str, column: str, entry: AuditEntry, bad: BadValue) -> Judgement:
    """The judgement where a count in the log is not a valid one."""
    of_source = f" of {source_name(entry)}" if has_name(entry.source) else ""
    return unknown(
        metric,
        Cause.BAD_VALUE,
        f"{column} is {bad.text}",  # documented text: users match it
        what=f"{what}{of_source}",
        action=f"Correct {column}{of_source} in the audit log, or the loader that wrote it",
        reading=f"{READING}{of_source}",
    )


def skipped_without_entry(
    metric: str, judgement: Judgement, verdicts: Mapping[str, Verdict]
) -> Judgement:
    """The judgement; skipped while `log_entry_exists_today` is already red. A check's guard."""
    return skipped(metric, f"{ENTRY_CHECK} is red") if _entry_is_missing(verdicts) else judgement


def _entry_is_missing(verdicts: Mapping[str, Verdict]) -> bool:
    """Whether `log_entry_exists_today` is red, and so already reports the missing entry."""
    entry = verdicts.get(ENTRY_CHECK)
    return entry is not None and entry.status is Status.RED
