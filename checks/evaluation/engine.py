"""`evaluate`: from a configuration to a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from graphlib import TopologicalSorter
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from checks.catalog import all_checks
from checks.config.model import CheckSettings, Config
from checks.core import clock
from checks.core.environment import DEBUG
from checks.core.errors import HistoryError, MeasurementError, UsageError, is_interruption
from checks.core.model import (
    Acceptance,
    Cause,
    Judgement,
    Report,
    Status,
    Verdict,
    WaiverState,
    worst,
)
from checks.core.text import clean
from checks.core.timeframe import Timeframe, timeframe
from checks.core.version import VERSION
from checks.evaluation.causes import with_causes
from checks.evaluation.maturity import recorded_before, without_endless_learning
from checks.evaluation.observations import observations
from checks.evaluation.policy import Circumstances, verdict_of, with_since
from checks.evaluation.summary import summarise
from checks.history.aside import Aside
from checks.history.patience import one_budget
from checks.history.recording import Recording
from checks.judging.check import Check
from checks.judging.gate import exit_code
from checks.judging.undated import without_undated
from checks.judging.unmeasured import skipped, unmeasured
from checks.measuring.daily import recall_no_undated, recall_nothing
from checks.measuring.measurements import Measurements, newest_data_date
from checks.measuring.plan import MeasuringPlan
from checks.measuring.remembering import Remembering
from checks.warehouse import Warehouse

if TYPE_CHECKING:
    from checks.history import HistoryContext, StoredAcceptance

Progress = Callable[[str], None]
#: What the history holds, and the warnings of one that cannot be read.
_Past = tuple["HistoryContext | None", tuple[str, ...]]


def evaluate(
    config: Config,
    *,
    date: date | None = None,
    data_date: date | Literal["latest"] | None = None,
    now: datetime | None = None,
    strict: bool = False,
    use_history: bool = True,
    record: bool = False,
    remember: bool | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure and judge one pipeline's day.

    date: the run date, by default today in the shop's zone. data_date: the judged day,
    by default the run date minus `data_lag_days`; "latest": the newest day with events up to
    that one.
    now: the one reading of the clock, by default the system's. strict: amber counts as red.
    use_history: read waivers and earlier statuses. record: keep the report in the history.
    remember: keep the daily counts there, so that they are not counted again; as `record`.

    Raises UsageError for a data date in the future or after the day that the run loads, and for
    "latest" without any event.
    A warehouse or a history that fails never raises: it shows in the report.
    """
    started = perf_counter()
    moment = (now or clock.now()).astimezone(UTC)
    asked = _Asked(config, date, data_date, moment, use_history)
    with one_budget():
        found = _found(asked, progress or (lambda text: None))
        parts = _with_history(config, found.frame, found.judgements, found.context)
        parts = replace(parts, warnings=found.warnings)
        report = _report(config, found.frame, parts, strict=strict)
        report = replace(report, duration_seconds=perf_counter() - started)
        if record:
            report = recorded(config, report)
        if not (record if remember is None else remember):
            return report
        # After the report: what it costs to count days again is time, not a verdict.
        return replace(report, warnings=(*report.warnings, *_kept(found, config)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one evaluation is about."""

    config: Config
    run_date: date | None
    data_date: date | Literal["latest"] | None
    now: datetime
    use_history: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What the warehouse and the history hold. is_history_read: whether that did not fail."""

    frame: Timeframe
    measured: Measurements
    judgements: Mapping[str, Judgement]
    context: HistoryContext | None
    warnings: tuple[str, ...]
    remembering: Remembering | None
    is_history_read: bool


def _found(asked: _Asked, tell: Progress) -> _Found:
    """Measure and judge; the history is read meanwhile: neither needs the other."""
    config = asked.config
    with Aside() as aside, Warehouse.of(config, tell) as warehouse:
        frame = _frame(config, warehouse, asked.now, asked.run_date, asked.data_date)
        past = aside.submit(_context, config, frame) if asked.use_history else None
        remembering = Remembering(config, aside, asked.now) if asked.use_history else None
        recall = remembering.recall if remembering else recall_nothing
        measured = Measurements(
            config, frame, warehouse, recall, tell,
            recall_undated=remembering.undated_before if remembering else recall_no_undated,
            accepted=partial(_accepted, past),
        )  # fmt: skip
        judged = judge_all(config, frame, measured, tell)
        context, trouble = past.result() if past else (None, ())
        judgements = _without_endless_learning(frame, measured, judged, context)
        warnings = _warnings(config, frame, measured)
    warnings = (*warnings, *trouble, *(context.warnings if context else ()))
    return _Found(frame, measured, judgements, context, warnings, remembering, not trouble)


def _accepted(past: Future[_Past] | None, check: str) -> tuple[StoredAcceptance, ...]:
    """What the history says is accepted of a check; it is waited for."""
    context, _ = past.result() if past else (None, ())
    accepted = context.acceptances if context else ()
    return tuple(acceptance for acceptance in accepted if acceptance.check == check)


def _kept(found: _Found, config: Config) -> tuple[str, ...]:
    """Remember the whole days that were counted; warnings where that failed.

    A history that could not be read is told of already.
    """
    daily = found.measured.found_daily_counts()
    if daily is None or found.remembering is None or not found.frame.is_over:
        return ()
    trouble = found.remembering.keep(daily, MeasuringPlan.of(config).settle_days, found.frame.now)
    return trouble if found.is_history_read else ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of a report before it is put together."""

    verdicts: tuple[Verdict, ...]
    waivers: tuple[WaiverState, ...]
    acceptances: tuple[Acceptance, ...] = ()
    warnings: tuple[str, ...] = ()


def _frame(
    config: Config,
    warehouse: Warehouse,
    now: datetime,
    run_date: date | None,
    data_date: date | Literal["latest"] | None,
) -> Timeframe:
    named = None if data_date == "latest" else data_date
    frame = timeframe(
        now, config.timezone, run_date=run_date, data_date=named, data_lag_days=config.data_lag_days
    )
    return _latest(config, warehouse, frame) if data_date == "latest" else frame


def _latest(config: Config, warehouse: Warehouse, own: Timeframe) -> Timeframe:
    """The newest day with events, none after the run's own.

    The run's own when the warehouse cannot tell: the checks will say why.
    """
    if config.events is None:
        raise UsageError("--data-date latest needs `events` to be mapped")
    try:
        newest = newest_data_date(config, warehouse, own.cut)
    except MeasurementError:
        return own
    if newest is None:
        loaded = f"up to {own.data_date}, the day the run of {own.run_date} loads"
        raise UsageError(f"--data-date latest: there is no event before now and {loaded}")
    return replace(own, data_date=newest, expected_date=own.data_date)


def judge_all(
    config: Config,
    frame: Timeframe,
    measured: Measurements,
    tell: Progress,
    known: Mapping[str, Judgement] | None = None,
) -> dict[str, Judgement]:
    """Every enabled check's judgement, in catalog order. What is `known` is not judged again."""
    judgements = {}
    tells = _first_that_counts(config)
    for check in all_checks():
        settings = config.checks[check.id]
        if settings.enabled:
            tell(f"measuring {check.id}")
            judgement = known.get(check.id) if known else None
            if judgement is None:
                judgement = _judge(check, settings, config, frame, measured)
                judgement = _without_undated(check, judgement, measured, tells=check.id == tells)
            judgements[check.id] = judgement
    return judgements


def _without_endless_learning(
    frame: Timeframe,
    measured: Measurements,
    judgements: Mapping[str, Judgement],
    context: HistoryContext | None,
) -> Mapping[str, Judgement]:
    """No check learns for longer than it takes: the recorded days and other tables say so."""
    checks = {check.id: check for check in all_checks()}
    statuses = context.statuses if context is not None else {}

    def older_than(days: int) -> str | None:
        recorded = recorded_before(statuses, checks, frame.data_date, days)
        return recorded or measured.older_than(days)

    return without_endless_learning(judgements, checks, older_than, is_over=frame.is_over)


def _first_that_counts(config: Config) -> str | None:
    """The check that says how many events have no time: one is enough."""
    enabled = (
        check.id for check in all_checks() if check.counts and config.checks[check.id].enabled
    )
    return next(enabled, None)


def _without_undated(
    check: Check, judgement: Judgement, measured: Measurements, *, tells: bool
) -> Judgement:
    """The judgement in the light of events that belong to no day, where the check counts any."""
    if check.counts is None or not measured.has_events:
        return judgement
    try:
        events = measured.events()
    except MeasurementError as error:
        return _unless_judged(check, judgement, error)
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        return _unless_judged(check, judgement, _internal(error))
    of_purchases = check.counts == "purchases"
    return without_undated(judgement, check.metric, events, tells=tells, of_purchases=of_purchases)


def plain_verdicts(
    config: Config, frame: Timeframe, judgements: Mapping[str, Judgement]
) -> tuple[Verdict, ...]:
    """The verdicts of these judgements in catalog order: no waiver applies, `since` is open."""
    return _with_history(config, frame, judgements, None).verdicts


def _judge(
    check: Check,
    settings: CheckSettings,
    config: Config,
    frame: Timeframe,
    measured: Measurements,
) -> Judgement:
    """One check's judgement; whatever goes wrong inside makes it unknown, alone."""
    missing = missing_mapping(config, check)
    if missing is not None:
        return skipped(check.metric, missing)
    what = f"The check {check.id}"
    try:
        return check.judge(settings.params, check.measure(settings.params, measured), frame)
    except MeasurementError as error:
        return unmeasured(check.metric, what, error)
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        # One broken check must not hide the others.
        return unmeasured(check.metric, what, _internal(error))


def _unless_judged(check: Check, judgement: Judgement, error: MeasurementError) -> Judgement:
    """Unknown where a check would pass although the events that it counts cannot be read."""
    if judgement.status in (Status.GREEN, Status.AMBER):
        return unmeasured(check.metric, f"The check {check.id}", error)
    return judgement  # it says itself what is wrong, or why it was skipped


def _internal(error: Exception) -> MeasurementError:
    """An unforeseen exception; its text may hold data or secrets, so only its class is told."""
    import os

    if os.environ.get(DEBUG):
        import sys
        import traceback

        # Without the exception's own text, and so without what a driver may quote in it.
        traceback.print_tb(error.__traceback__, file=sys.stderr)
    place = clean(type(error).__name__)
    return MeasurementError(Cause.INTERNAL, f"{place} inside the check")


def missing_mapping(config: Config, check: Check) -> str | None:
    """Why a check cannot be evaluated by this configuration; None where it can."""
    missing = next((key for key in check.needs if not config.is_mapped(key)), None)
    instead = check.alternatives
    if missing is None or (instead and all(config.is_mapped(key) for key in instead)):
        return None
    if instead:
        return f"{missing} is not mapped, nor are {' and '.join(instead)}"
    return f"{missing} is not mapped"


def _warnings(config: Config, frame: Timeframe, measured: Measurements) -> tuple[str, ...]:
    """What no check judges, but a person should know: of the rejected rows, and of the rest."""
    readings = measured.readings()
    notes = readings.daily_counts.notes if readings.daily_counts is not None else ()
    return (*_rejected(config, measured), *notes, *observations(config, frame, readings))


def _rejected(config: Config, measured: Measurements) -> tuple[str, ...]:
    """What the rejected rows warn of, when the check that reads them ran."""
    if config.quarantine is None or not config.checks["quarantine_rate"].enabled:
        return ()
    try:
        return measured.rejected().warnings
    except MeasurementError:
        return ()  # the audit log is unreadable: its checks say so


def _with_history(
    config: Config,
    frame: Timeframe,
    judgements: Mapping[str, Judgement],
    context: HistoryContext | None,
) -> _Parts:
    given = Circumstances(
        pipeline=config.pipeline,
        run_date=frame.run_date,
        data_date=frame.data_date,
        waivers=context.waivers if context else (),
        acknowledgements=context.acknowledgements if context else (),
        dashboard_url=config.dashboard.url,
    )
    loaded_date = frame.run_date - timedelta(days=config.data_lag_days)
    verdicts = with_causes(
        _verdicts(config, judgements, given),
        {check.id: check for check in all_checks()},
        judgements,
        is_usual_day=frame.data_date == loaded_date,
    )
    if context is not None:
        verdicts = tuple(
            with_since(verdict, context.statuses.get(verdict.id, ()), frame.data_date)
            for verdict in verdicts
        )
    verdicts = tuple(
        replace(verdict, summary=f"{verdict.summary}.", action=f"{verdict.action}.")
        for verdict in verdicts
    )
    acceptances = (one for judgement in judgements.values() for one in judgement.acceptances)
    return _Parts(verdicts, _waivers(verdicts), tuple(acceptances))


def _context(config: Config, frame: Timeframe) -> tuple[HistoryContext | None, tuple[str, ...]]:
    from checks.history import history_of

    try:
        history = history_of(config)
        context = history.context(config.pipeline, frame.data_date, now=frame.now)
    except HistoryError as error:
        return None, (f"{error}; no waiver applies, nothing is accepted and `since` is not known",)
    return context, ()


def _verdicts(
    config: Config, judgements: Mapping[str, Judgement], given: Circumstances
) -> tuple[Verdict, ...]:
    """Verdicts in catalog order, each after those that its guard looks at."""
    checks = {check.id: check for check in all_checks() if check.id in judgements}
    graph = {
        id_: [other for other in check.after if other in checks] for id_, check in checks.items()
    }
    done: dict[str, Verdict] = {}
    for id_ in TopologicalSorter(graph).static_order():
        done[id_] = verdict_of(checks[id_], config.checks[id_], judgements[id_], given, done)
    return tuple(done[id_] for id_ in checks)


def _waivers(verdicts: Sequence[Verdict]) -> tuple[WaiverState, ...]:
    """What is waived, and what no longer is while its check is not green."""
    return tuple(
        verdict.waiver
        for verdict in verdicts
        if verdict.waiver is not None
        and (verdict.waiver.holds or verdict.status is not Status.GREEN)
    )


def _report(config: Config, frame: Timeframe, parts: _Parts, *, strict: bool) -> Report:
    verdict = worst(item.status for item in parts.verdicts)
    return Report(
        pipeline=config.pipeline,
        run_date=frame.run_date,
        data_date=frame.data_date,
        evaluated_at=frame.now,
        verdict=verdict,
        exit_code=exit_code((item.status for item in parts.verdicts), strict=strict),
        summary=summarise(verdict, parts.verdicts, frame.data_date, strict=strict),
        checks=parts.verdicts,
        waivers=parts.waivers,
        acceptances=parts.acceptances,
        warnings=parts.warnings,
        andon_version=VERSION,
        timezone=config.timezone.key,
    )


def recorded(config: Config, report: Report) -> Report:
    """The report after keeping it; a history that fails is a warning, never a verdict."""
    trouble = Recording(config).keep(report)
    return replace(report, warnings=(*report.warnings, trouble)) if trouble else report
