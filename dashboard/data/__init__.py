"""The only package of the dashboard that measures, reads and records.

Every answer is cached, errors too, so that many viewers cost one evaluation. Answers are
immutable and shared between viewers. Viewing a page records nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache, partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from checks.catalog import get_check
from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.core.clock import now as now
from checks.core.errors import AndonError
from checks.core.model import Report
from checks.evaluation import waiving
from checks.evaluation.engine import evaluate
from checks.evidence.context import Context
from checks.history import (
    History,
    IncidentLog,
    StoredEvaluation,
    StoredIncident,
    StoredWaiver,
    history_of,
)
from checks.judging.check import Check
from dashboard.data import run_days
from dashboard.data.awaiting import Awaiting
from dashboard.data.configurations import setup as setup
from dashboard.data.differences import change_sentences as change_sentences
from dashboard.data.differences import difference as difference
from dashboard.data.kept import last_evaluation, or_last_good, shared
from dashboard.data.reading import answer_of, for_server, one_reader_at_a_time
from dashboard.data.shapes import Answer as Answer
from dashboard.data.shapes import BrokenConfig as BrokenConfig
from dashboard.data.shapes import GateRuns as GateRuns
from dashboard.data.shapes import LiveEvaluation as LiveEvaluation
from dashboard.data.shapes import Outcomes as Outcomes
from dashboard.data.shapes import Pipeline as Pipeline
from dashboard.data.shapes import PipelineAnswer as PipelineAnswer
from dashboard.data.shapes import RecordedDays as RecordedDays
from dashboard.data.shapes import Records as Records
from dashboard.data.shapes import RunEvaluation as RunEvaluation
from dashboard.data.shapes import Setup as Setup
from dashboard.data.shapes import strict_stop as strict_stop
from dashboard.evaluation_cache import EvaluationCache, EvaluationKey

#: Recorded runs change when a gate runs: they are read again after this many seconds.
HISTORY_SECONDS = 5.0
#: Numbers older than so many refreshes are called stale.
STALE_AFTER: Final = 3
#: The earliest day that can be asked for.
FIRST_DAY: Final = date(1970, 1, 1)
_MOST_ANSWERS = 64
#: Recorded reports are large; a page compares two of them.
_REPORT_SECONDS, _MOST_REPORTS = 3600.0, 8
#: Most memory for evidence and the figures made of it; entries unused for so long are dropped.
_EVIDENCE_BYTES, _EVIDENCE_SECONDS = 64 * 1024 * 1024, 1800.0

T = TypeVar("T")
Options = ParamSpec("Options")


def pipeline(name: str) -> Pipeline:
    """One configured pipeline. Raises LookupError for an unknown name."""
    for configured in setup().pipelines:
        if configured.name == name:
            return configured
    raise LookupError(name)


def due_day(config: Config) -> date:
    """The newest data date of the newest run that is due."""
    return run_days.due_day(config, now())


def days_of_run(config: Config, day: date) -> tuple[date, ...]:
    """The data dates that are judged with a day, itself included, oldest first."""
    return run_days.days_of_run(config, day)


def shop_today(config: Config) -> date:
    """The latest data date that can be shown: today in the shop's time zone."""
    return now().astimezone(config.timezone).date()


def zone_of(report: Report) -> ZoneInfo:
    """The shop's time zone of a report."""
    return ZoneInfo(report.timezone)


def check(check_id: str) -> Check:
    """The check of that id. Raises UsageError for an unknown one."""
    return get_check(check_id)


def open_waivers(name: str) -> tuple[StoredWaiver, ...]:
    """The waivers that hold today. Raises HistoryError."""
    config = pipeline(name).config
    day = now().astimezone(config.timezone).date()
    waivers = history(name).all_waivers(name)
    return tuple(waiver for waiver in waivers if waiving.state_of(waiver, day) == waiving.HOLDS)


def incident_log(name: str) -> Answer[IncidentLog]:
    """The pipeline's incidents, and what people did that concerns them."""
    configured = pipeline(name)
    answer: Answer[IncidentLog] = _cached(_incidents, HISTORY_SECONDS)(
        name, configured.mtime_ns, _generation(name)
    )
    return answer


def recorded_during(name: str, incident: StoredIncident) -> tuple[StoredEvaluation, ...]:
    """The evaluations that were recorded during an incident; none where they cannot be read."""
    configured = pipeline(name)
    read_cached = _cached(_during, HISTORY_SECONDS)
    recorded: tuple[StoredEvaluation, ...] = read_cached(
        name, configured.mtime_ns, incident.id, _generation(name)
    )
    return recorded


def live_evaluation(name: str, day: date) -> LiveEvaluation:
    """The live evaluation of a data date, as `run_evaluation` has it."""
    return run_evaluation(name, day).of(day)


def run_evaluation(name: str, day: date) -> RunEvaluation:
    """The live evaluation of all days that are judged with a data date, measured at once, at most
    `dashboard.refresh_seconds` old.

    While its writer locks the warehouse, the last good evaluation, with the reason.
    """
    configured = pipeline(name)
    read_cached = _cached(_evaluate, configured.config.dashboard.refresh_seconds)
    evaluation: RunEvaluation = read_cached(
        configured.name, configured.mtime_ns, days_of_run(configured.config, day),
        _generation(name),
    )  # fmt: skip
    return evaluation


def pipelines_answers(
    days: Mapping[str, date], counts: Mapping[str, int], patience: float
) -> dict[str, PipelineAnswer]:
    """What is known of several pipelines' days within so many seconds in all, by pipeline.

    They are read beside each other. For one that takes longer, the evaluation before is the
    answer while it is not stale; reading goes on, for the next time. counts: as `records`.
    """
    readings: dict[tuple[object, ...], Callable[[], object]] = {}
    for name, day in days.items():
        state = name, day, pipeline(name).mtime_ns, _generation(name)
        readings["live", *state] = partial(run_evaluation, name, day)
        readings["records", *state] = partial(records, name, day, counts[name])
    answers = _AWAITING.all(readings, patience)
    return {
        name: _pipeline_answer(
            name,
            days[name],
            {str(key[0]): answer for key, answer in answers.items() if key[1] == name},
        )
        for name in days
    }


def records(name: str, day: date, count: int) -> Records:
    """What the history says of a day, and of `count` calendar days up to the one due today."""
    config = pipeline(name).config
    gates = {each: gate_runs(name, each) for each in days_of_run(config, day)}
    return Records(gates, recorded_days(name, due_day(config), count), outcomes(name))


def gate_runs(name: str, day: date) -> GateRuns:
    """What the gate recorded for a data date."""
    configured = pipeline(name)
    runs: GateRuns = _cached(_gate, HISTORY_SECONDS)(
        name, configured.mtime_ns, day, _generation(name)
    )
    return runs


def recorded_days(name: str, until: date, count: int) -> RecordedDays:
    """The last evaluation of each recorded data date of the `count` calendar days up to `until`,
    newest first.
    """
    configured = pipeline(name)
    read_cached = _cached(_days, HISTORY_SECONDS)
    recorded: RecordedDays = read_cached(name, configured.mtime_ns, until, count, _generation(name))
    return recorded


def outcomes(name: str) -> Outcomes:
    """What the gate's latest run of every recorded data date came to."""
    configured = pipeline(name)
    read_cached = _cached(_outcomes, HISTORY_SECONDS)
    read: Outcomes = read_cached(name, configured.mtime_ns, _generation(name))
    return read


def recorded_report(name: str, evaluation: int) -> Answer[Report]:
    """One recorded evaluation's full report."""
    configured = pipeline(name)
    read_cached = _cached(_report, _REPORT_SECONDS, _MOST_REPORTS)
    try:
        answer: Answer[Report] = read_cached(name, configured.mtime_ns, evaluation)
    except AndonError as error:
        return Answer(None, str(error), now())
    return answer


def evidence(
    read: Callable[Concatenate[Context, Options], T],
    name: str,
    day: date,
    *positional: Options.args,
    **options: Options.kwargs,
) -> Answer[T]:
    """The answer of one of the readers in `checks.evidence` for a data date.

    It is read once for each live evaluation of the day, so that cards and evidence are of the
    same time; it is kept as long as that evaluation is shown.
    """
    configured = pipeline(name)
    evaluation = EvaluationKey(name, day, live_evaluation(name, day).evaluated_at)
    answer: Answer[T] = evaluation_cache().get(
        evaluation,
        (
            read.__module__,
            read.__qualname__,
            configured.mtime_ns,
            positional,
            tuple(sorted(options.items())),
        ),
        lambda: answer_of(
            lambda context: read(context, *positional, **options),
            for_server(configured.config),
            day,
            now(),
        ),
    )
    return answer


@st.cache_resource(show_spinner=False)
def evaluation_cache() -> EvaluationCache:
    """The cache of evidence, and of the figures and tables that were made of it."""
    return EvaluationCache(_EVIDENCE_BYTES, _EVIDENCE_SECONDS)


def history(name: str) -> History:
    """The history, to write to it; call `invalidate` afterwards. Raises HistoryError."""
    return history_of(pipeline(name).config)


def invalidate(name: str) -> None:
    """Measure and read again at the next refresh: something was written."""
    with _LOCK:
        _GENERATIONS[name] = _GENERATIONS.get(name, 0) + 1


def _pipeline_answer(name: str, day: date, answers: Mapping[str, object]) -> PipelineAnswer:
    live, known = answers.get("live"), answers.get("records")
    error = next((answer for answer in answers.values() if isinstance(answer, Exception)), None)
    if live is None:
        live = _recent(name, day)
    return PipelineAnswer(
        live if isinstance(live, RunEvaluation) else None,
        known if isinstance(known, Records) else None,
        None if error is None else _error_text(error),
    )


def _error_text(error: Exception) -> str:
    """What went wrong; of an error that may hold data or secrets only its class."""
    if isinstance(error, AndonError):
        return str(error)
    return f"internal error: {type(error).__name__}"


def _recent(name: str, day: date) -> RunEvaluation | None:
    """The evaluation before, while it is not stale."""
    configured = pipeline(name)
    days = days_of_run(configured.config, day)
    before = last_evaluation(name, configured.mtime_ns, days)
    oldest = timedelta(seconds=configured.config.dashboard.refresh_seconds * STALE_AFTER)
    return before if before is not None and now() - before.evaluated_at <= oldest else None


# ---- what the caches call


_AWAITING = Awaiting()
_LOCK = threading.Lock()
_GENERATIONS: dict[str, int] = {}


def _generation(name: str) -> int:
    return _GENERATIONS.get(name, 0)


@cache
def _cached(
    function: Callable[..., Any], seconds: float, max_entries: int = _MOST_ANSWERS
) -> Callable[..., Any]:
    """The function with its answers cached, for all viewers, for so many seconds."""

    def answer(*arguments: Any) -> Any:
        return function(*arguments)

    # Streamlit identifies a cache by the function's name: another time to live needs another one.
    answer.__qualname__ = f"{function.__qualname__}_for_{seconds:g}_s"
    cache_resource = st.cache_resource(ttl=seconds, max_entries=max_entries, show_spinner=False)
    return cache_resource(answer)


def _evaluate(name: str, mtime_ns: int, days: tuple[date, ...], generation: int) -> RunEvaluation:
    config = for_server(pipeline(name).config)
    run_date = schedule_of(config).run_date_of(days[-1])
    single = days[0] if len(days) == 1 else None
    with one_reader_at_a_time(config):
        moment = now()
        report = evaluate(config, date=run_date, data_date=single, now=moment)
    evaluation = RunEvaluation(tuple(LiveEvaluation(each, moment) for each in report.by_day()))
    return or_last_good(name, mtime_ns, days, evaluation)


def _gate(name: str, mtime_ns: int, day: date, generation: int) -> GateRuns:
    try:
        return GateRuns(shared(history(name).all_runs(name, day)))
    except AndonError as error:
        return GateRuns(problem=str(error))


def _outcomes(name: str, mtime_ns: int, generation: int) -> Outcomes:
    try:
        schedule = schedule_of(pipeline(name).config)
        return Outcomes(history(name).outcomes(name), schedule=schedule)
    except AndonError as error:
        return Outcomes(problem=str(error))


def _days(name: str, mtime_ns: int, until: date, count: int, generation: int) -> RecordedDays:
    try:
        return RecordedDays(shared(history(name).evaluations(name, count, until)))
    except AndonError as error:
        return RecordedDays(problem=str(error))


def _incidents(name: str, mtime_ns: int, generation: int) -> Answer[IncidentLog]:
    try:
        return Answer(history(name).incident_log(name), None, now())
    except AndonError as error:
        return Answer(None, str(error), now())


def _during(
    name: str, mtime_ns: int, incident_id: int, generation: int
) -> tuple[StoredEvaluation, ...]:
    log = incident_log(name).value
    incidents = log.incidents if log is not None else ()
    incident = next((each for each in incidents if each.id == incident_id), None)
    try:
        return shared(history(name).recorded_during(name, incident)) if incident else ()
    except AndonError:
        return ()


def _report(name: str, mtime_ns: int, evaluation: int) -> Answer[Report]:
    """Raises AndonError, as a failure must not be cached for as long as a report."""
    return Answer(history(name).report(evaluation), None, now())
