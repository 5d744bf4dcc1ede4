"""Did every load end well?

What: how many loads of the run date say that they failed, and were not repaired.
Why: a load that failed half-way leaves half a day in the tables.
Source of the rule: the pipeline's own word; a later good entry of the same source is a retry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import (
    skipped_without_entry,
    source_name,
    strays_details,
    strays_text,
    undated_text,
    with_loads,
    without_entry,
)
from checks.core.audit_log import MOST_STRAYS, AuditEntry, AuditLog, StrayEntry
from checks.core.endings import FAILED, OK, RUNNING, UNHEARD, Endings, folded
from checks.core.model import Cause, Facts, Judgement, Layer, Status, Subjects
from checks.core.settings import setting
from checks.core.subjects import SOURCE, STATUS, names_of
from checks.core.text import day_text, plural, quoted, short_list
from checks.judging.check import Check, LoadFact
from checks.judging.unmeasured import unknown, unmeasured
from checks.loads.effective import Load, Parts, good_sources, loads
from checks.loads.repairs import has_ended, is_open
from checks.loads.sources import lasting_name, may_be_of, source_key

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "failed"
_WHAT = "The run's status"
_WORST_FIRST = (FAILED, UNHEARD, RUNNING, OK)
_DEFAULT = Endings()


@dataclass(frozen=True, slots=True)
class Params:
    """The words that a log uses; case, and blanks around a word, make no difference."""

    ok: tuple[str, ...] = setting(
        "Words for a load that ended well; rejected rows alone are no failure.", _DEFAULT.ok
    )
    failed: tuple[str, ...] = setting("Words for a load that failed.", _DEFAULT.failed)
    running: tuple[str, ...] = setting("Words for a load that has not ended.", _DEFAULT.running)

    def endings(self) -> Endings:
        """The words in the form in which the log is read."""
        return Endings(self.ok, self.failed, self.running)

    def problems(self) -> list[tuple[str, str, str]]:
        """A word may mean one thing only."""
        seen: dict[str, str] = {}
        problems = []
        for key in (OK, FAILED, RUNNING):
            for word in getattr(self, key):
                other = seen.setdefault(folded(word), key)
                if other != key:
                    problems.append((key, repr(word), f"a word that is not in `{other}` as well"))
        return problems


def measure(params: Params, data: Readings) -> AuditLog:
    """The log of the run date."""
    return data.audit_log()


def judge(params: Params, log: AuditLog, frame: Timeframe) -> Judgement:
    """Red when a load failed; else unknown for one that runs or has an unknown status.

    Amber where it would be green, but entries have no time.
    """
    if log.status_problem is not None:
        return unmeasured(_METRIC, _WHAT, log.status_problem.error())
    if not log.today and not (frame.closed_run_reason and log.undated):
        return without_entry(_METRIC, _WHAT, log.run_date, frame.closed_run_reason)
    log = replace(log, endings=params.endings())
    loads_of_day = loads(log)
    worst = [_worst(log, tied) for load in loads_of_day for tied in load.endings]
    failed = [entry for entry, word in worst if word == FAILED]
    failed_undated = _failed_without_time(log, frame)
    unclear = [(entry, word) for entry, word in worst if word in (RUNNING, UNHEARD)]
    facts = _facts(worst, [*failed, *failed_undated], frame)
    if failed or failed_undated:
        judgement = _red(failed, failed_undated, len(worst), frame)
    elif unclear:
        judgement = _unclear(*unclear[0])
    elif len(log.undated) > MOST_STRAYS:
        judgement = _too_many(log)
    else:
        judgement = _green(log, len(worst), frame)
    repairs = _missing_parts(log, loads_of_day) + _repaired(log, loads_of_day)
    summary = judgement.summary + repairs + strays_text(log)
    details = _details(log, worst, [*failed, *failed_undated], frame, facts)
    judgement = replace(judgement, summary=summary, details=details, facts=facts)
    return with_loads(judgement, loads_of_day)


def _facts(
    worst: Sequence[tuple[AuditEntry, str]],
    failed: Sequence[AuditEntry | StrayEntry],
    frame: Timeframe,
) -> Facts:
    """The source, where only one failed; whether no load ended well that may be of the run's days.

    One that did would have left events. A load of other days, by its source's name, has none of
    theirs, and explains nothing.
    """
    sources = list(dict.fromkeys(entry.source for entry in failed))
    of_day = [word for entry, word in worst if may_be_of(entry.source, frame.days_of_load)]
    return Facts(
        filters={"source": sources[0]} if len(sources) == 1 and sources[0] else {},
        explains_empty_day=bool(of_day) and all(word == FAILED for word in of_day),
    )


def _details(
    log: AuditLog,
    worst: Sequence[tuple[AuditEntry, str]],
    failed: Sequence[AuditEntry | StrayEntry],
    frame: Timeframe,
    facts: Facts,
) -> dict[str, Any]:
    return {
        "failed": [entry.source for entry in failed],
        "filters": facts.filters,
        "sources": [
            {"source": e.source, "status": e.status, "run_at": e.run_at, "means": word,
             "names_other_days": not may_be_of(e.source, frame.days_of_load)}
            for e, word in sorted(worst, key=lambda pair: _WORST_FIRST.index(pair[1]))
        ],
        **strays_details(log),
    }  # fmt: skip


def _failed_without_time(log: AuditLog, frame: Timeframe) -> list[StrayEntry]:
    """Failed entries without a time that no good entry of their source repairs.

    A source whose name holds other days than this run's is not expected to have a good entry.
    """
    good, days = good_sources(log), {*frame.days_of_load, frame.run_date}
    return [
        entry
        for entry in log.undated
        if log.meaning(entry) == FAILED
        and source_key(log, entry.source) not in good
        and may_be_of(entry.source, days)
    ]


def _red(
    failed: Sequence[AuditEntry],
    failed_undated: Sequence[StrayEntry],
    count: int,
    frame: Timeframe,
) -> Judgement:
    number = len(failed) + len(failed_undated)
    all_failed: list[AuditEntry | StrayEntry] = [*failed, *failed_undated]
    first = all_failed[0]
    first_status = f"{source_name(first)} says {quoted(first.status)}"
    summary = f"{len(failed)} of {plural(count, 'load')} of {day_text(frame.run_date)} failed"
    if failed_undated:
        summary += f", and {plural(len(failed_undated), 'entry', 'entries')} without a time"
    action = f"Repair and rerun the load of {_names(all_failed)}, then run the gate again"
    if failed_undated:
        action += "; set the time of the entries without one, or remove them"
    return Judgement(
        Status.RED, f"failed={number} (max 0)", f"{summary}: {first_status}",
        action, number, 0, "loads", subjects=_subjects(all_failed),
    )  # fmt: skip


def _subjects(failed: Sequence[AuditEntry | StrayEntry]) -> Subjects:
    """The sources, and the words by which their entries say that they failed."""
    return {
        SOURCE: names_of(lasting_name(entry.source) for entry in failed),
        STATUS: names_of(folded(entry.status or "") for entry in failed),
    }


def _green(log: AuditLog, count: int, frame: Timeframe) -> Judgement:
    """Amber with entries that have no time: one of them may be of this run."""
    status, action = Status.GREEN, "Nothing to do"
    if log.undated:
        status = Status.AMBER
        action = (
            "Set the time of each audit-log entry without one, or remove the entry "
            f"({_names(log.undated)}): its run is not known"
        )
    summary = f"{plural(count, 'load')} of {day_text(frame.run_date)} ended well"
    return Judgement(status, "failed=0 (max 0)", summary, action, 0, 0, "loads")


def _too_many(log: AuditLog) -> Judgement:
    """Unknown: not all entries without a time were read, and one of the rest may have failed."""
    return unknown(
        _METRIC, Cause.BAD_VALUE, undated_text(log), what=_WHAT,
        action="Set the time of each audit-log entry without one, or remove the entry",
        threshold=0, unit="loads",
    )  # fmt: skip


def _missing_parts(log: AuditLog, loads_of_day: Sequence[Load]) -> str:
    """Text on failed or unfinished parts that are not repaired: fewer good ones than usual."""
    texts = [
        f"; {source_name(load)} has {_parts_text(load.parts)}"
        for load in loads_of_day
        if load.parts is not None
        and not load.parts.all_came
        and any(not has_ended(log, entry) for tied in load.endings for entry in tied)
    ]
    more = len(texts) - 1
    return texts[0] + (f", also {plural(more, 'other source')}" if more else "") if texts else ""


def _parts_text(parts: Parts) -> str:
    good = plural(parts.good, "good part")
    if parts.usual_count is None:
        return f"{good}, and no earlier day shows how many are usual"
    return f"{good}, usually {parts.usual_count:g}"


def _repaired(log: AuditLog, loads_of_day: Sequence[Load]) -> str:
    """Text on how many failed and how many unfinished entries were replaced."""
    entries = [entry for load in loads_of_day for entry in load.replaced]
    failed = sum(log.meaning(entry) == FAILED for entry in entries)
    opened = sum(is_open(log, entry) for entry in entries)
    text = ""
    if failed:
        text = f"; {plural(failed, 'failed entry was', 'failed entries were')} replaced"
        text += " by a later one"
    if opened:
        were = plural(opened, "entry that had not ended was", "entries that had not ended were")
        text += f"; {were} replaced by a later one"
    return text


def _names(entries: Sequence[AuditEntry | StrayEntry]) -> str:
    """The sources, each once: a source may have several entries."""
    return short_list(list(dict.fromkeys(map(source_name, entries))))


def _unclear(entry: AuditEntry, word: str) -> Judgement:
    name, status = source_name(entry), quoted(entry.status)
    if word == RUNNING:
        detail = f"the load of {name} has not ended, status {status}"
        action = f"Wait until the load of {name} has ended, then run the gate again (or use --wait)"
    elif not (entry.status or "").strip():
        detail = f"status is {'NULL' if entry.status is None else 'blank'} for {name}"
        action = f"Find out how the load of {name} ended"
    else:
        detail = f"status {status} of {name} is not configured"
        action = f"Add {status} to `ok`, `failed` or `running` of checks.run_status in andon.yml"
    return unknown(
        _METRIC, Cause.BAD_VALUE, detail, what=_WHAT, action=action,
        retry=word == RUNNING, threshold=0, unit="loads",
    )  # fmt: skip


def _worst(log: AuditLog, tied: Sequence[AuditEntry]) -> tuple[AuditEntry, str]:
    """Of entries with the same time, the one with the worst ending."""
    meanings = [(entry, log.meaning(entry)) for entry in tied]
    return min(meanings, key=lambda pair: _WORST_FIRST.index(pair[1]))


CHECK = Check(
    id="run_status",
    layer=Layer.INFRASTRUCTURE,
    order=30,
    metric=_METRIC,
    unit="loads",
    page="runs",
    needs=("audit_log", "audit_log.status"),
    rule="No load of the run date failed, except those that a later good entry of the same source "
    "replaces. Amber when entries of the log have no time.",
    why="A load that failed half-way leaves half a day in the tables.",
    advice="Repair and rerun the load that failed.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.STATUS,),
    subject_kinds=(SOURCE, STATUS),
    after=("log_entry_exists_today",),
    guard=partial(skipped_without_entry, _METRIC),
)
