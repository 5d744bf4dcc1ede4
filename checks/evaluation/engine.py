"""`evaluate`: from a configuration to a report."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from checks.catalog import all_checks
from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.config.timeframes import timeframe_of
from checks.core import clock
from checks.core.errors import HistoryError, MeasurementError, UsageError
from checks.core.model import Explanation, Judgement, Report, Status, worst
from checks.core.progress import Progress
from checks.core.schedule import MOST_LOADED_DAYS
from checks.core.timeframe import Timeframe
from checks.core.version import VERSION
from checks.evaluation.judgements import judge_days
from checks.evaluation.maturity import recorded_before, with_learning_limited
from checks.evaluation.observations import observations
from checks.evaluation.summary import summarise
from checks.evaluation.verdicts import guarded_judgements, report_parts
from checks.history.background import BackgroundThread
from checks.history.recorded import without_softening
from checks.history.recording import Recording
from checks.history.time_limits import one_budget
from checks.judging.days import combined
from checks.judging.due import newest_run_text
from checks.judging.gate import exit_code
from checks.measuring.age import evidence_of_age
from checks.measuring.daily import recall_no_undated, recall_nothing
from checks.measuring.measurements import Measurements, newest_data_date
from checks.measuring.plan import MeasuringPlan
from checks.measuring.remembering import Remembering
from checks.measuring.run_days import measured_days
from checks.warehouse import Warehouse

if TYPE_CHECKING:
    from checks.core.records import RecordedStatus
    from checks.history import HistoryContext, StoredAcceptance

#: What the history holds, and the warnings of one that cannot be read.
_ReadHistory = tuple["HistoryContext | None", tuple[str, ...]]


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
    explain: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Measure and judge one pipeline's day.

    date: the run date, by default that of the newest run that is due: today without `schedule`.
    data_date: the judged day, by default each day that the run loads; "latest": the newest day with
    events up to the newest of these.
    now: the one reading of the clock, by default the system's. strict: amber counts as red.
    use_history: read waivers and earlier statuses. record: keep the report in the history.
    remember: keep the daily counts there, so that they are not counted again; None: as `record`.
    explain: seek what explains each red check.

    Raises UsageError for a date without a scheduled run, a data date in the future or after the day
    that the run loads, and for "latest" without any event.
    A warehouse or a history that fails never raises: it shows in the report.
    """
    started = perf_counter()
    moment = (now or clock.now()).astimezone(UTC)
    request = _Request(config, date, data_date, moment, use_history, explain)
    with one_budget():
        judged_run = _measure_and_judge(request, progress or (lambda text: None))
        reports = [_report_of(config, day, strict=strict) for day in judged_run.days]
        report = combined(reports)
        report = replace(report, duration_seconds=perf_counter() - started)
        if record:
            report = recorded(config, report)
        if not (record if remember is None else remember):
            return report
        # After the report: if this fails, days are counted again; no verdict changes.
        return replace(report, warnings=(*report.warnings, *_remember_counts(judged_run, config)))


@dataclass(frozen=True, slots=True)
class _Request:
    """What one evaluation is about."""

    config: Config
    run_date: date | None
    data_date: date | Literal["latest"] | None
    now: datetime
    use_history: bool
    is_explained: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was read and judged of one data date."""

    frame: Timeframe
    measurements: Measurements
    judgements: Mapping[str, Judgement]
    context: HistoryContext | None
    warnings: tuple[str, ...]
    explanations: Mapping[str, Explanation]


@dataclass(frozen=True, slots=True)
class _JudgedRun:
    """The data dates of one run, oldest first. is_history_read: False only where that failed."""

    days: tuple[_Judged, ...]
    remembering: Remembering | None
    is_history_read: bool


def _measure_and_judge(request: _Request, report_progress: Progress) -> _JudgedRun:
    """Measure and judge; the history is read meanwhile: neither needs the other."""
    config = request.config
    with BackgroundThread() as background, Warehouse.of(config, report_progress) as warehouse:
        frames = _frames(request, warehouse)
        readings = [
            background.submit(_read_history, config, frame) if request.use_history else None
            for frame in frames
        ]
        remembering = Remembering(config, background, request.now) if request.use_history else None
        measure = partial(
            Measurements, config, warehouse=warehouse,
            recall=remembering.recall if remembering else recall_nothing, tell=report_progress,
            recall_undated=remembering.undated_before if remembering else recall_no_undated,
            accepted=partial(_accepted, readings[-1]),
            recorded=partial(_recorded, config, readings[-1]),
        )  # fmt: skip
        measured = measured_days(frames, measure)
        judgements = judge_days(config, frames, measured, report_progress)
        days, is_history_read = [], True
        for frame, day, judged, reading in zip(frames, measured, judgements, readings, strict=True):
            context, problems = reading.result() if reading else (None, ())
            is_history_read = is_history_read and not problems
            days.append(_finished(request, frame, day, judged, context, problems, warehouse))
    return _JudgedRun(tuple(days), remembering, is_history_read)


def _finished(
    request: _Request,
    frame: Timeframe,
    measurements: Measurements,
    judgements: Mapping[str, Judgement],
    context: HistoryContext | None,
    problems: tuple[str, ...],
    warehouse: Warehouse,
) -> _Judged:
    """A day's judgements in the light of the history, with warnings and explanations."""
    judgements = _with_learning_limited(request.config, frame, warehouse, judgements, context)
    warnings = _warnings(request.config, frame, measurements)
    explanations, notes = _explain(request, frame, measurements, judgements, warehouse, context)
    warnings = (*warnings, *notes, *problems, *(context.warnings if context else ()))
    return _Judged(frame, measurements, judgements, context, warnings, explanations)


def _explain(
    request: _Request,
    frame: Timeframe,
    measurements: Measurements,
    judgements: Mapping[str, Judgement],
    warehouse: Warehouse,
    context: HistoryContext | None,
) -> tuple[Mapping[str, Explanation], tuple[str, ...]]:
    """What explains the red checks, by check, and why it could not be sought."""
    if not any(judgement.status is Status.RED for judgement in judgements.values()):
        return {}, ()
    if not request.is_explained:
        return {}, ()
    from checks.explaining.material import Material  # only where something is red
    from checks.explaining.seeking import explanations

    notes: list[str] = []
    statuses = context.statuses if context is not None else {}
    judged = guarded_judgements(request.config, frame, judgements)
    material = Material(request.config, frame, warehouse, measurements, judged, statuses)
    return explanations(material, notes.append), tuple(dict.fromkeys(notes))


def _accepted(reading: Future[_ReadHistory] | None, check: str) -> tuple[StoredAcceptance, ...]:
    """What the history says is accepted of a check; it is waited for."""
    context, _ = reading.result() if reading else (None, ())
    acceptances = context.acceptances if context else ()
    return tuple(acceptance for acceptance in acceptances if acceptance.check == check)


def _recorded(
    config: Config, reading: Future[_ReadHistory] | None, check: str
) -> Mapping[date, RecordedStatus] | None:
    """What the history recorded of a check; it is waited for. None where it cannot be read."""
    if reading is None:
        return {}
    context, _ = reading.result()
    if context is None:
        return None
    return without_softening(context.recorded.get(check, {}), config.checks[check].severity)


def _remember_counts(judged_run: _JudgedRun, config: Config) -> tuple[str, ...]:
    """Remember the whole days that were counted; warnings where that failed.

    A history that could not be read has its warning already.
    """
    over = [day for day in judged_run.days if day.frame.is_over]
    daily = over[-1].measurements.readings().daily_counts if over else None
    if daily is None or judged_run.remembering is None:
        return ()
    settle_days = MeasuringPlan.of(config).settle_days
    warnings = judged_run.remembering.keep(daily, settle_days, over[-1].frame.now)
    return warnings if judged_run.is_history_read else ()


def _frames(request: _Request, warehouse: Warehouse) -> tuple[Timeframe, ...]:
    """The timeframe of each judged data date, oldest first: all that the run loads, or one.

    Raises UsageError for a run that loads too many.
    """
    config, data_date = request.config, request.data_date
    named = None if data_date == "latest" else data_date
    run_date = request.run_date or _early_run(config, warehouse, request.now)
    frame = timeframe_of(config, request.now, run_date=run_date, data_date=named)
    if data_date == "latest":
        return (_latest_frame(config, warehouse, frame),)
    if named is not None:
        return (frame,)
    if len(frame.loaded_dates) > MOST_LOADED_DAYS:
        raise UsageError(
            f"the run of {frame.run_date} loads {len(frame.loaded_dates)} days (schedule.loads: "
            f"since_last_run); at most {MOST_LOADED_DAYS} are judged at once: --data-date names one"
        )
    return tuple(replace(frame, data_date=day) for day in frame.loaded_dates)


def newest_run_date(config: Config, now: datetime) -> date:
    """The run date that `evaluate` judges where none is named: one that came early counts."""
    with Warehouse.of(config) as warehouse:
        early = _early_run(config, warehouse, now)
    return early or schedule_of(config).latest(now)


def _early_run(config: Config, warehouse: Warehouse, now: datetime) -> date | None:
    """The next run date, where that run is not due yet and has left an entry already."""
    schedule = schedule_of(config)
    if schedule.times is None or config.audit_log is None:
        return None
    run_date = schedule.following(schedule.latest(now))
    first_time = schedule.first_time(run_date)
    begins, _ = schedule.window(run_date)
    if first_time is None or first_time != schedule.due(run_date):
        return None  # of several times on one date the first load is not the whole run
    if not begins <= now < first_time:
        return None
    frame = timeframe_of(config, now, run_date=run_date)
    try:
        return run_date if Measurements(config, frame, warehouse).audit_log().today else None
    except MeasurementError:
        return None  # the checks of the run that is due say so


def _latest_frame(config: Config, warehouse: Warehouse, own: Timeframe) -> Timeframe:
    """The timeframe of the newest day with events, at the latest the run's newest open one.

    Events of closed days after that one do not hide that it has none.
    The run's own when the warehouse cannot tell: the checks will say why.
    """
    if config.events is None:
        raise UsageError("--data-date latest needs `events` to be mapped")
    expected = own.data_date
    if own.closed_reason is not None:
        expected = own.calendar.open_day_before(own.data_date)
    try:
        newest = newest_data_date(config, warehouse, replace(own, data_date=expected).cut)
    except MeasurementError:
        return own
    if newest is None:
        loaded = f"up to {expected}, the day the run of {own.run_date} loads"
        raise UsageError(f"--data-date latest: there is no event before now and {loaded}")
    return replace(own, data_date=newest, expected_date=expected)


def _with_learning_limited(
    config: Config,
    frame: Timeframe,
    warehouse: Warehouse,
    judgements: Mapping[str, Judgement],
    context: HistoryContext | None,
) -> dict[str, Judgement]:
    """A check in an old pipeline does not stay `learning`: recorded days or tables show its age."""
    checks = {check.id: check for check in all_checks()}
    statuses = context.statuses if context is not None else {}

    def evidence(days: int) -> str | None:
        recorded = recorded_before(statuses, checks, frame.data_date, days, frame.calendar)
        return recorded or evidence_of_age(config, frame, warehouse, days)

    return with_learning_limited(judgements, checks, evidence, is_over=frame.is_over)


def _warnings(config: Config, frame: Timeframe, measurements: Measurements) -> tuple[str, ...]:
    """What no check judges, but a person should know: of the rejected rows, and of the rest."""
    readings = measurements.readings()
    notes = readings.daily_counts.notes if readings.daily_counts is not None else ()
    return (*_rejected(config, measurements), *notes, *observations(config, frame, readings))


def _rejected(config: Config, measurements: Measurements) -> tuple[str, ...]:
    """What the rejected rows warn of, when the check that reads them ran."""
    if config.quarantine is None or not config.checks["quarantine_rate"].enabled:
        return ()
    try:
        return measurements.rejected().warnings
    except MeasurementError:
        return ()  # the audit log is unreadable: its checks say so


def _read_history(config: Config, frame: Timeframe) -> _ReadHistory:
    from checks.history import history_of

    try:
        history = history_of(config)
        context = history.context(config.pipeline, frame.data_date, now=frame.now)
    except HistoryError as error:
        return None, (
            f"{error}; no waiver applies, nothing is accepted, no weekday is learned to be closed "
            "and `since` is not known",
        )
    return context, ()


def _report_of(config: Config, judged: _Judged, *, strict: bool) -> Report:
    frame = judged.frame
    parts = report_parts(config, frame, judged.judgements, judged.context, judged.explanations)
    statuses = [verdict.status for verdict in parts.verdicts]
    status = worst(statuses)
    return Report(
        pipeline=config.pipeline,
        run_date=frame.run_date,
        data_date=frame.data_date,
        evaluated_at=frame.now,
        verdict=status,
        exit_code=exit_code(statuses, strict=strict),
        summary=summarise(status, parts.verdicts, frame.data_date, strict=strict)
        + newest_run_text(frame),
        checks=parts.verdicts,
        waivers=parts.waivers,
        acceptances=parts.acceptances,
        warnings=judged.warnings,
        andon_version=VERSION,
        timezone=config.timezone.key,
    )


def recorded(config: Config, report: Report) -> Report:
    """The report after keeping it; a history that fails is a warning, never a verdict."""
    problem = Recording(config).keep(report)
    return replace(report, warnings=(*report.warnings, problem)) if problem else report
