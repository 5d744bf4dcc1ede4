"""`evaluate`: from a configuration to a report. The only place that reads the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from graphlib import TopologicalSorter
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from checks.check import Check
from checks.config.model import CheckSettings, Config
from checks.daily import recall_nothing
from checks.errors import HistoryError, MeasurementError, UsageError, is_interruption
from checks.gate import exit_code
from checks.judging import skipped, unmeasured
from checks.measurements import Measurements, newest_data_date
from checks.model import Cause, Judgement, Report, Status, Verdict, WaiverState, worst
from checks.policy import Circumstances, verdict_of, with_since
from checks.registry import all_checks
from checks.remembering import Remembering
from checks.text import clean, plural
from checks.timeframe import Timeframe, timeframe
from checks.version import VERSION
from checks.warehouse import Warehouse

if TYPE_CHECKING:
    from checks.history import HistoryContext

Progress = Callable[[str], None]


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
    by default the run date minus `data_lag_days`; "latest": the newest day with events.
    now: the one reading of the clock, by default the system's. strict: amber counts as red.
    use_history: read waivers and earlier statuses. record: keep the report in the history.
    remember: keep the daily counts there, so that they are not counted again; as `record`.

    Raises UsageError for a future data date, and for "latest" without any event.
    A warehouse or a history that fails never raises: it shows in the report.
    """
    started = perf_counter()
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    asked = _Asked(config, date, data_date, moment, use_history)
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
    with ThreadPoolExecutor(1) as aside, Warehouse(config.warehouse, tell) as warehouse:
        frame = _frame(config, warehouse, asked.now, asked.run_date, asked.data_date)
        past = aside.submit(_context, config, frame) if asked.use_history else None
        remembering = Remembering(config, aside) if asked.use_history else None
        recall = remembering.recall if remembering else recall_nothing
        measured = Measurements(config, frame, warehouse, recall, tell)
        judgements = judge_all(config, frame, measured, tell)
        warnings = _warnings(config, measured)
    context, trouble = past.result() if past else (None, ())
    return _Found(
        frame, measured, judgements, context, (*warnings, *trouble), remembering, not trouble
    )


def _kept(found: _Found, config: Config) -> tuple[str, ...]:
    """Remember the whole days that were counted; warnings where that failed.

    A history that could not be read is told of already.
    """
    daily = found.measured.found_daily_counts()
    if daily is None or found.remembering is None or not found.frame.is_over:
        return ()
    settle_days = config.checks["volume_expected"].params.settle_days
    trouble = found.remembering.keep(daily, settle_days, found.frame.now)
    return trouble if found.is_history_read else ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of a report before it is put together."""

    verdicts: tuple[Verdict, ...]
    waivers: tuple[WaiverState, ...]
    warnings: tuple[str, ...] = ()


def _frame(
    config: Config,
    warehouse: Warehouse,
    now: datetime,
    run_date: date | None,
    data_date: date | Literal["latest"] | None,
) -> Timeframe:
    day = data_date if data_date != "latest" else _latest(config, warehouse, now)
    return timeframe(
        now, config.timezone, run_date=run_date, data_date=day, data_lag_days=config.data_lag_days
    )


def _latest(config: Config, warehouse: Warehouse, now: datetime) -> date | None:
    """The newest data date; the usual one when the warehouse cannot tell (checks will say why)."""
    if config.events is None:
        raise UsageError("--data-date latest needs `events` to be mapped")
    try:
        newest = newest_data_date(config, warehouse, now)
    except MeasurementError:
        return None
    if newest is None:
        raise UsageError("--data-date latest: there is no event before now")
    return newest


def judge_all(
    config: Config,
    frame: Timeframe,
    measured: Measurements,
    tell: Progress,
    known: Mapping[str, Judgement] | None = None,
) -> dict[str, Judgement]:
    """Every enabled check's judgement, in catalog order. What is `known` is not judged again."""
    judgements = {}
    for check in all_checks():
        settings = config.checks[check.id]
        if settings.enabled:
            tell(f"measuring {check.id}")
            found = known.get(check.id) if known else None
            judgements[check.id] = found or _judge(check, settings, config, frame, measured)
    return judgements


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
    missing = next((key for key in check.needs if not is_mapped(config, key)), None)
    if missing is not None:
        return skipped(check.metric, f"{missing} is not mapped")
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


def _internal(error: Exception) -> MeasurementError:
    """An unforeseen exception; its text may hold data or secrets, so only its class is told."""
    import os

    if os.environ.get("ANDON_DEBUG"):
        import sys
        import traceback

        # Without the exception's own text, and so without what a driver may quote in it.
        traceback.print_tb(error.__traceback__, file=sys.stderr)
    place = clean(type(error).__name__)
    return MeasurementError(Cause.INTERNAL, f"{place} inside the check")


def is_mapped(config: Config, key: str) -> bool:
    """Whether a section, or one key of it (`audit_log.status`), is mapped."""
    section, _, field = key.partition(".")
    source = getattr(config, section)
    return source is not None and (not field or getattr(source, field) is not None)


def _warnings(config: Config, measured: Measurements) -> tuple[str, ...]:
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
    verdicts = _verdicts(config, judgements, given)
    if context is not None:
        verdicts = tuple(
            with_since(verdict, context.statuses.get(verdict.id, ()), frame.data_date)
            for verdict in verdicts
        )
    verdicts = tuple(
        replace(verdict, summary=f"{verdict.summary}.", action=f"{verdict.action}.")
        for verdict in verdicts
    )
    return _Parts(verdicts, _waivers(verdicts))


def _context(config: Config, frame: Timeframe) -> tuple[HistoryContext | None, tuple[str, ...]]:
    from checks.history import open_history

    try:
        return open_history(config.history).context(config.pipeline, frame.data_date), ()
    except HistoryError as error:
        return None, (f"{error}; no waiver applies and `since` is not known",)


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
        warnings=parts.warnings,
        andon_version=VERSION,
        timezone=config.timezone.key,
    )


def summarise(
    verdict: Status, verdicts: Sequence[Verdict], data_date: date, *, strict: bool = False
) -> str:
    """The answer in one sentence, without the verdict's name in front."""
    total = plural(len(verdicts), "check")
    count = {status: sum(v.status is status for v in verdicts) for status in Status}
    if verdict is Status.RED:
        failed = f"{count[Status.RED]} of {total} failed for {data_date}"
        also = count[Status.UNKNOWN]
        return f"do not refresh the dashboards: {failed}" + (
            f", {also} could not be measured" if also else ""
        )
    if verdict is Status.UNKNOWN:
        told = f"{count[Status.UNKNOWN]} of {total} could not be measured for {data_date}"
        return f"do not refresh the dashboards yet: {told}"
    if verdict is Status.AMBER:
        told = f"{count[Status.AMBER]} of {total} {'warns' if count[Status.AMBER] == 1 else 'warn'}"
        begin = (
            "do not refresh the dashboards (strict)"
            if strict
            else "the dashboards may be refreshed"
        )
        return f"{begin}: {told} for {data_date}"
    passed = f"{count[Status.GREEN]} of {total} passed for {data_date}"
    extra = [f"{count[s]} {s.value}" for s in (Status.WAIVED, Status.SKIPPED) if count[s]]
    return f"the dashboards may be refreshed: {', '.join([passed, *extra])}"


def recorded(config: Config, report: Report) -> Report:
    """The report after keeping it; a history that fails is a warning, never a verdict."""
    from checks.history import open_history

    try:
        open_history(config.history).record(report)
    except HistoryError as error:
        trouble = f"{error}; this evaluation was not recorded"
        return replace(report, warnings=(*report.warnings, trouble))
    return report
