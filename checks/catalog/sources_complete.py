"""Has every source come?

What: how many of the sources that are expected on the run date have an entry in the audit log.
Why: where one of several partners delivers nothing, the other checks judge the rest as if it were
everything.
Source of the rule: the configuration's `sources`; else what came on the last weeks' run dates, by
weekday. The numbers were chosen on simulated logs, docs/checks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import no_entry, skipped_without_entry
from checks.catalog._source_rows import SourceVolume, out_of_range, source_volumes
from checks.catalog._sources_words import (
    awaited_sources_text,
    fades_on,
    last_seen,
    missing_action,
    missing_text,
    names_text,
    unlisted_action,
    unlisted_text,
    volume_action,
    volume_text,
)
from checks.core.audit_log import AuditLog
from checks.core.errors import MeasurementError
from checks.core.expected_source import ExpectedSource
from checks.core.model import Cause, Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.subjects import SOURCE, names_of
from checks.core.text import plural
from checks.judging.check import Check, LoadFact, Worse
from checks.judging.unmeasured import skipped, unknown
from checks.loads.expected import Sources, SourceState, expected_sources
from checks.loads.families import shown_family
from checks.loads.patterns import LEARNED_DAYS, LEAST_DATES, clock_text, missing_run_dates

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC, _UNIT = "sources", "sources"
_WHAT = "Whether every source has come"
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Params:
    """When the rows of a source that came are judged."""

    min_expected: float = setting(
        "Sources with fewer expected rows have no normal range.", 20, above=0
    )
    widen: float = setting(
        "Factor by which the normal range of a source's rows is wider than that of the whole "
        "volume.",
        2.0,
        above=0,
        maximum=10,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """The log, and the sources that the configuration lists.

    listed: None where it lists none. problem: why the log is only that of a week.
    """

    log: AuditLog
    listed: tuple[ExpectedSource, ...] | None = None
    problem: str | None = None


def measure(params: Params, data: Readings) -> Measured:
    """The log of the last weeks; that of a week where older entries cannot be used."""
    try:
        return Measured(data.longer_audit_log(LEARNED_DAYS), data.listed_sources)
    except MeasurementError as error:
        if error.cause is not Cause.BAD_VALUE:
            raise
        return Measured(data.audit_log(), data.listed_sources, error.detail)


def judge(params: Params, measured: Measured, frame: Timeframe) -> Judgement:
    """Red for a listed source that is missing, unknown while it may still come in time.

    Amber for a learned source that is missing, for one that is out of its own range of rows, and
    for one that is new and not listed.
    """
    log = measured.log
    if frame.closed_run_reason is not None:
        return skipped(_METRIC, frame.closed_run_reason, facts=Facts(is_closed=True))
    if not log.today:
        return no_entry(_METRIC, _WHAT, log.run_date)
    sources = expected_sources(log, frame, measured.listed)
    if measured.listed is None and not sources.states:
        return _nothing_learned(measured, sources, frame)
    volumes = source_volumes(
        log, sources.states, frame, least_rows=params.min_expected, widen=params.widen
    )
    judgement = _judgement(sources, out_of_range(volumes), frame)
    return replace(judgement, details=_details(measured, sources, volumes, frame))


def _nothing_learned(measured: Measured, sources: Sources, frame: Timeframe) -> Judgement:
    """Skipped: the log is too young, or no source is regular enough to be expected."""
    days = len(sources.run_dates)
    if missing_run_dates(sources.run_dates, frame.run_date):
        reason = f"learning, {days} of {LEAST_DATES} days"
    else:
        reason = f"no source usually comes on a {frame.run_date:%A}, and `sources` lists none"
    if measured.problem is not None:
        reason += f"; {measured.problem}"
    return skipped(_METRIC, reason, {"run_dates": days})


def _judgement(sources: Sources, outside: Sequence[SourceVolume], frame: Timeframe) -> Judgement:
    """By the worst of what is wrong; the summary names all of it, except while one is awaited."""
    missing, awaited, new = sources.missing, sources.awaited, new_unlisted(sources, frame)
    texts = [missing_text(missing, frame)] if missing else []
    if outside:
        texts.append(volume_text(outside))
    if new:
        texts.append(unlisted_text(new))
    listed_awaited = [state for state in awaited if state.is_listed]
    if any(state.is_listed for state in missing):
        status, action = Status.RED, missing_action(missing, frame)
    elif listed_awaited:
        return _awaited(sources, listed_awaited, frame)
    elif missing:
        status, action = Status.AMBER, missing_action(missing, frame)
    elif outside:
        status, action = Status.AMBER, volume_action(outside, frame)
    elif new:
        status, action = Status.AMBER, unlisted_action(new[0])
    else:
        status, action = Status.GREEN, "Nothing to do"
    summary = "; ".join(texts) or _complete(sources, frame)
    came, expected = _counts(sources)
    failing = [state.key for state in missing] or [v.state.key for v in outside] or new
    return Judgement(
        status, f"sources={came} (expected {expected})", summary, action, came, expected, _UNIT,
        subjects={SOURCE: names_of(key or None for key in failing)},
        facts=_facts(missing, outside),
    )  # fmt: skip


def _counts(sources: Sources) -> tuple[int, int]:
    """How many sources have come, of those that should have come by now or have."""
    came = sum(state.has_come for state in sources.states)
    return came, came + len(sources.missing)


def _complete(sources: Sources, frame: Timeframe) -> str:
    """The sentence where nothing is wrong."""
    came, _ = _counts(sources)
    if not sources.states:
        return f"No source is expected on a {frame.run_date:%A}"
    if not came:
        return "No source is due yet"
    if sources.awaited:
        verb = "is" if len(sources.awaited) == 1 else "are"
        counted = f"{came} of {plural(len(sources.states), 'expected source')}"
        has = "has" if came == 1 else "have"
        return f"{counted} {has} come; {names_text(sources.awaited)} {verb} not due yet"
    if came == 1:
        return "The one expected source has come"
    return f"All {plural(came, 'expected source')} have come"


def _awaited(sources: Sources, awaited: Sequence[SourceState], frame: Timeframe) -> Judgement:
    """Unknown until the time by which a listed source is expected."""
    text = awaited_sources_text(awaited, frame)
    return unknown(
        _METRIC, Cause.NOT_DUE, text, what=_WHAT, retry=True,
        action=f"Wait for {names_text(awaited)}, then run the gate again (or use --wait)",
        threshold=len(sources.states), unit=_UNIT,
    )  # fmt: skip


def _facts(missing: Sequence[SourceState], outside: Sequence[SourceVolume]) -> Facts:
    """The page begins with the entries of a source that is out of its range, and no other."""
    if missing or len(outside) != 1:
        return Facts()
    state = outside[0].state
    names = {entry.source for entry in state.entries[max(state.entries)]}
    name = names.pop() if len(names) == 1 else None
    return Facts(filters={"source": name} if name else {})


def new_unlisted(sources: Sources, frame: Timeframe) -> list[str]:
    """Names of sources that are not listed, whose family came on no earlier run date."""
    if not sources.run_dates:
        return []
    return [
        by_date[frame.run_date][-1].source or ""
        for _, by_date in sorted(sources.unlisted.items())
        if len(by_date) == 1
    ]


def _details(
    measured: Measured, sources: Sources, volumes: Sequence[SourceVolume], frame: Timeframe
) -> dict[str, Any]:
    by_key = {volume.state.key: volume for volume in volumes}
    ranked = sorted(sources.states, key=lambda s: (not s.is_missing, s.has_come, s.key))
    return {
        "sources": [_as_details(s, by_key.get(s.key), frame) for s in ranked[:_MOST_LISTED]],
        "sources_total": len(sources.states),
        "listed": measured.listed is not None,
        "not_listed": [shown_family(family) for family in sorted(sources.unlisted)[:_MOST_LISTED]],
        "not_listed_total": len(sources.unlisted),
        "run_dates": len(sources.run_dates),
        "shorter_log": measured.problem,
    }


def _as_details(
    state: SourceState, volume: SourceVolume | None, frame: Timeframe
) -> dict[str, Any]:
    seen = last_seen(state, frame)
    return {
        "source": state.name or None,
        "has_come": state.has_come,
        "missing": state.is_missing,
        "due": state.due,
        "usually_by": None if state.usual_minutes is None else clock_text(state.usual_minutes),
        "last_seen": None if state.last is None else state.last.run_at,
        "expected_until": None if state.is_listed or seen is None else fades_on(state, frame),
        "seen_days": state.seen_days,
        "run_days": state.run_days,
        "rows": None if volume is None else volume.rows.most,
        "low": None if volume is None else volume.normal.low,
        "high": None if volume is None else volume.normal.high,
        "expected_rows": None if volume is None else volume.normal.expected,
    }


CHECK = Check(
    id="sources_complete",
    layer=Layer.INFRASTRUCTURE,
    order=35,
    metric=_METRIC,
    unit=_UNIT,
    page="runs",
    needs=("audit_log.source",),
    rule="Every expected source has an entry on the run date. Red: one that `sources` lists is "
    "missing at its time. Amber: without that section, one that usually comes on this weekday is "
    "missing; a source read far more or fewer rows than usual; one that is not listed is new.",
    why="Where one of several sources delivers nothing, the rest is judged as if it were all.",
    advice="Load the missing source, or ask who delivers it.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    worse=Worse.LOWER,
    subject_kinds=(SOURCE,),
    after=("log_entry_exists_today",),
    guard=partial(skipped_without_entry, _METRIC),
)
