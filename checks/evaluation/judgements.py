"""Every check's judgement of what was measured: whatever goes wrong inside one makes it unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checks.catalog import all_checks
from checks.config.model import CheckSettings, Config
from checks.core.environment import DEBUG
from checks.core.errors import MeasurementError, is_interruption
from checks.core.model import FAILING, Cause, Judgement, Status
from checks.core.progress import Progress
from checks.core.text import clean
from checks.core.timeframe import Timeframe
from checks.judging.check import Check
from checks.judging.due import awaited_text
from checks.judging.undated import considering_undated
from checks.judging.unmeasured import skipped, unknown, unmeasured
from checks.loads.repairs import has_ended
from checks.measuring.measurements import Measurements

#: Why all but the first check are skipped while a run may still come.
_AWAITED = "the run is awaited"
_SOURCES_CHECK = "sources_complete"
#: Checks of the loads that came, whatever else is still to come.
_OF_LOADS = frozenset(("log_entry_exists_today", "run_status", _SOURCES_CHECK))


def judge_days(
    config: Config,
    frames: Sequence[Timeframe],
    measured: Sequence[Measurements],
    report_progress: Progress,
) -> list[dict[str, Judgement]]:
    """The judgements of each data date of one run, the newest date last.

    What belongs to the run is judged once. A run that may still come is not judged at all.
    """
    awaited = _awaited_run(config, frames, measured)
    if awaited is not None:
        return [_awaiting(config, awaited) for _ in frames]
    newest = judge_all(config, frames[-1], measured[-1], report_progress)
    newest = _without_part_of_day(newest)
    of_run = {check.id: newest[check.id] for check in all_checks()
              if check.id in newest and _belongs_to_run(config, check)}  # fmt: skip
    earlier = [
        _without_part_of_day(judge_all(config, frame, day, report_progress, of_run))
        for frame, day in zip(frames[:-1], measured[:-1], strict=True)
    ]
    return [*earlier, newest]


def _without_part_of_day(judgements: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """The judgements, without failures of a day of which a source is awaited.

    It is not complete yet, and the check of the sources says so. What stops the line even with a
    waiver, a load that failed, and what could not be read stay.
    """
    sources = judgements.get(_SOURCES_CHECK)
    if sources is None or sources.cause is not Cause.NOT_DUE:
        return dict(judgements)
    metrics = {check.id: check.metric for check in all_checks()}
    return {
        id_: skipped(metrics[id_], "a source is awaited")
        if id_ not in _OF_LOADS and _fails_by_numbers(judgement)
        else judgement
        for id_, judgement in judgements.items()
    }


def _fails_by_numbers(judgement: Judgement) -> bool:
    """Whether a check fails for what was read, and no waiver would be refused for its value."""
    if judgement.status is Status.UNKNOWN:
        return judgement.cause is Cause.BAD_VALUE
    return judgement.status in FAILING and not judgement.stop


def _belongs_to_run(config: Config, check: Check) -> bool:
    """Whether a check judges the log, which all data dates of a run share."""
    return config.audit_log is not None and check.needs[0].partition(".")[0] == "audit_log"


def _awaited_run(
    config: Config, frames: Sequence[Timeframe], measured: Sequence[Measurements]
) -> str | None:
    """Text on the run, where it may still come and has ended no load yet; else None.

    A run of closed days may leave nothing. Without a log a run has come when the newest open day
    that it loads has events.
    """
    frame = frames[-1]
    if not frame.is_run_awaited or frame.data_date not in frame.loaded_dates:
        return None
    open_days = [
        measurements
        for day_frame, measurements in zip(frames, measured, strict=True)
        if day_frame.closed_reason is None
    ]
    if not open_days:
        return None
    try:
        if config.audit_log is not None:
            log = measured[-1].audit_log()
            has_come = any(has_ended(log, entry) for entry in log.today)
        else:
            has_come = config.events is None or open_days[-1].events().judged > 0
    except MeasurementError:
        return None  # the checks say so
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        return None
    return None if has_come else awaited_text(frame)


def _awaiting(config: Config, awaited: str) -> dict[str, Judgement]:
    """Judgements while a run is awaited: the first check says so, the others are skipped."""
    enabled = [check for check in all_checks() if config.checks[check.id].enabled]
    if not enabled:
        return {}
    first, *others = enabled
    judgement = unknown(first.metric, Cause.NOT_DUE, awaited, what="The run", retry=True)
    others_judged = {check.id: skipped(check.metric, _AWAITED) for check in others}
    return {first.id: judgement} | others_judged


def judge_all(
    config: Config,
    frame: Timeframe,
    measurements: Measurements,
    report_progress: Progress,
    judged_before: Mapping[str, Judgement] | None = None,
) -> dict[str, Judgement]:
    """Every enabled check's judgement, in catalog order; those in `judged_before` are kept."""
    judgements = {}
    reporter_id = _undated_reporter(config)
    for check in all_checks():
        settings = config.checks[check.id]
        if settings.enabled:
            report_progress(f"measuring {check.id}")
            judgement = judged_before.get(check.id) if judged_before else None
            if judgement is None:
                judgement = _judge(check, settings, config, frame, measurements)
                judgement = _considering_undated(
                    check, judgement, measurements, is_reporter=check.id == reporter_id
                )
            judgements[check.id] = judgement
    return judgements


def _undated_reporter(config: Config) -> str | None:
    """The check that says how many events have no time: one is enough."""
    enabled = (
        check.id for check in all_checks() if check.counts and config.checks[check.id].enabled
    )
    return next(enabled, None)


def _considering_undated(
    check: Check, judgement: Judgement, measurements: Measurements, *, is_reporter: bool
) -> Judgement:
    """The judgement in the light of events that belong to no day, where the check counts any."""
    if check.counts is None or not measurements.has_events:
        return judgement
    try:
        events = measurements.events()
    except MeasurementError as error:
        return _unknown_if_passing(check, judgement, error)
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        return _unknown_if_passing(check, judgement, _internal(error))
    of_purchases = check.counts == "purchases"
    return considering_undated(
        judgement, check.metric, events, is_reporter=is_reporter, of_purchases=of_purchases
    )


def _judge(
    check: Check,
    settings: CheckSettings,
    config: Config,
    frame: Timeframe,
    measurements: Measurements,
) -> Judgement:
    """One check's judgement; whatever goes wrong inside makes only this one unknown."""
    missing = missing_mapping(config, check)
    if missing is not None:
        return skipped(check.metric, missing)
    what = f"The check {check.id}"
    try:
        return check.judge(settings.params, check.measure(settings.params, measurements), frame)
    except MeasurementError as error:
        return unmeasured(check.metric, what, error)
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        # One broken check must not hide the others.
        return unmeasured(check.metric, what, _internal(error))


def _unknown_if_passing(check: Check, judgement: Judgement, error: MeasurementError) -> Judgement:
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
