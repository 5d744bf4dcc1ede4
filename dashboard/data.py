"""The only module of the dashboard that measures, reads and records.

Every answer is cached, errors too, so that many viewers cost one evaluation. Answers are
immutable and shared between viewers. Viewing a page records nothing.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from checks.catalog import get_check
from checks.config import load_config
from checks.config.model import Config
from checks.core.clock import now as now
from checks.core.environment import CONFIG, CONFIGS
from checks.core.errors import AndonError, ConfigError, MeasurementError, is_interruption
from checks.core.model import Cause, Report
from checks.evaluation import changes, waiving
from checks.evaluation.engine import evaluate
from checks.evaluation.summary import strict_stop_text
from checks.evidence.context import Context, open_context
from checks.history import History, StoredEvaluation, StoredWaiver, history_of
from checks.judging.check import Check
from dashboard.evaluation_cache import EvaluationCache, EvaluationKey

#: Recorded runs change when a gate runs: they are read again after this many seconds.
HISTORY_SECONDS = 5.0
#: The earliest day that can be asked for.
FIRST_DAY: Final = date(1970, 1, 1)
_MOST_ANSWERS = 64
#: Recorded reports are large; a page compares two of them.
_REPORT_SECONDS, _MOST_REPORTS = 3600.0, 8
#: Most memory for evidence and the figures made of it; entries unused for so long are dropped.
_EVIDENCE_BYTES, _EVIDENCE_SECONDS = 64 * 1024 * 1024, 1800.0
#: How long a page waits for the warehouse's writer; then it shows the last good numbers and says
#: so.
_WRITER_WAIT_SECONDS = 1.0
#: DuckDB reads in this process and needs 20 to 30 MiB while it does, so readers take turns. One
#: waits no longer than that for another.
_READER_WAIT_SECONDS = 5.0

T = TypeVar("T")
Options = ParamSpec("Options")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One configured pipeline. `mtime_ns`: when its file was last changed."""

    name: str
    config: Config
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Setup:
    """The configured pipelines, and the problems of configurations that cannot be used."""

    pipelines: tuple[Pipeline, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveEvaluation:
    """The dashboard's own evaluation. `stale_reason`: why these are not the newest numbers."""

    report: Report
    evaluated_at: datetime
    stale_reason: str | None = None


@dataclass(frozen=True, slots=True)
class GateRuns:
    """The runs that the gate recorded for one data date, the latest first."""

    runs: tuple[StoredEvaluation, ...] = ()
    problem: str | None = None

    @property
    def latest(self) -> StoredEvaluation | None:
        """The latest run: the one that counts."""
        return self.runs[0] if self.runs else None

    @property
    def strict_stop(self) -> str | None:
        """Text for a latest run that stopped the line because of `--strict`; None otherwise."""
        return None if self.latest is None else strict_stop(self.latest)


@dataclass(frozen=True, slots=True)
class RecordedDays:
    """The latest evaluation of each recorded data date, newest first."""

    evaluations: tuple[StoredEvaluation, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was read, or one sentence that says why it could not be read."""

    value: T | None
    problem: str | None
    at: datetime


def setup() -> Setup:
    """The configured pipelines, by name; read again when a file changes."""
    return _setup(tuple((str(path), _mtime_ns(path)) for path in _paths()))


def pipeline(name: str) -> Pipeline:
    """One configured pipeline. Raises LookupError for an unknown name."""
    for configured in setup().pipelines:
        if configured.name == name:
            return configured
    raise LookupError(name)


def due_day(config: Config) -> date:
    """The data date that today's run is about."""
    return now().astimezone(config.timezone).date() - timedelta(days=config.data_lag_days)


def shop_today(config: Config) -> date:
    """The latest data date that can be shown: today in the shop's time zone."""
    return now().astimezone(config.timezone).date()


def zone_of(report: Report) -> ZoneInfo:
    """The shop's time zone of a report."""
    return ZoneInfo(report.timezone)


def check(check_id: str) -> Check:
    """The check of that id. Raises UsageError for an unknown one."""
    return get_check(check_id)


def difference(gate_runs: GateRuns, live_evaluation: LiveEvaluation) -> str | None:
    """One sentence that says how gate and live evaluation differ; None where they agree."""
    if gate_runs.latest is None:
        return None
    return changes.difference(
        changes.results_of(gate_runs.latest), changes.results_of(live_evaluation.report),
        gate_runs.latest.verdict, live_evaluation.report.verdict,
    )  # fmt: skip


def change_sentences(before: StoredEvaluation, after: LiveEvaluation) -> tuple[str, ...]:
    """One sentence for each change, the most important first.

    Checks that follow from another changed check are left out.
    """
    all_changes = changes.changes(changes.results_of(before), changes.results_of(after.report))
    changed_checks = {change.check for change in all_changes}
    follower_ids = {
        verdict.id for verdict in after.report.checks if verdict.because in changed_checks
    }
    return tuple(
        changes.sentence(change) for change in all_changes if change.check not in follower_ids
    )


def strict_stop(stored: StoredEvaluation) -> str | None:
    """Text for a recorded run that stopped the line because of `--strict`; None otherwise."""
    return strict_stop_text(stored.statuses.values(), stored.exit_code)


def open_waivers(name: str) -> tuple[StoredWaiver, ...]:
    """The waivers that hold today. Raises HistoryError."""
    config = pipeline(name).config
    day = now().astimezone(config.timezone).date()
    waivers = history(name).all_waivers(name)
    return tuple(waiver for waiver in waivers if waiving.state_of(waiver, day) == waiving.HOLDS)


def live_evaluation(name: str, day: date) -> LiveEvaluation:
    """The live evaluation of a data date, at most `dashboard.refresh_seconds` old.

    While its writer locks the warehouse, the last good evaluation, with the reason.
    """
    configured = pipeline(name)
    read_cached = _cached(_evaluate, configured.config.dashboard.refresh_seconds)
    evaluation: LiveEvaluation = read_cached(
        configured.name, configured.mtime_ns, day, _generation(name)
    )
    return evaluation


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


def recorded_report(name: str, evaluation: int) -> Answer[Report]:
    """One recorded evaluation's full report."""
    configured = pipeline(name)
    read_cached = _cached(_report, _REPORT_SECONDS, _MOST_REPORTS)
    answer: Answer[Report] = read_cached(name, configured.mtime_ns, evaluation)
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
        lambda: _evidence(lambda context: read(context, *positional, **options), name, day),
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


# ---- what the caches call


_LOCK, _READER_LOCK = threading.Lock(), threading.Lock()
_GENERATIONS: dict[str, int] = {}
_LAST_GOOD: dict[tuple[str, date], LiveEvaluation] = {}
_MOST_LAST_GOOD = 64
_EVALUATIONS: OrderedDict[tuple[str, int], StoredEvaluation] = OrderedDict()
_MOST_EVALUATIONS = 1000


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


def _paths() -> tuple[Path, ...]:
    config_paths = os.environ.get(CONFIGS)
    if config_paths:
        return tuple(Path(part) for part in config_paths.split(os.pathsep) if part)
    return (Path(os.environ.get(CONFIG) or "andon.yml"),)


def _mtime_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=8, show_spinner=False)
def _setup(files: tuple[tuple[str, int], ...]) -> Setup:
    pipelines: dict[str, Pipeline] = {}
    problems: list[str] = []
    for path, mtime_ns in files:
        try:
            config = load_config(path)
        except ConfigError as error:
            problems += [problem.message for problem in error.problems]
            continue
        if config.pipeline in pipelines:
            problems.append(f"two configurations are named {config.pipeline!r}")
        pipelines[config.pipeline] = Pipeline(config.pipeline, config, mtime_ns)
    return Setup(tuple(pipelines.values()), tuple(problems))


def _for_server(config: Config) -> Config:
    """The configuration for a server: a short wait for writers, and little memory for reading."""
    seconds = min(_WRITER_WAIT_SECONDS, config.warehouse.lock_wait_seconds)
    warehouse = replace(config.warehouse, lock_wait_seconds=seconds, is_read_by_server=True)
    return replace(config, warehouse=warehouse)


@contextmanager
def _one_reader_at_a_time(config: Config) -> Iterator[None]:
    is_duckdb = config.warehouse.url.startswith("duckdb")
    acquired = is_duckdb and _READER_LOCK.acquire(timeout=_READER_WAIT_SECONDS)
    try:
        yield
    finally:
        if acquired:
            _READER_LOCK.release()


def _evaluate(name: str, mtime_ns: int, day: date, generation: int) -> LiveEvaluation:
    config = _for_server(pipeline(name).config)
    run_date = day + timedelta(days=config.data_lag_days)
    with _one_reader_at_a_time(config):
        moment = now()
        report = evaluate(config, date=run_date, data_date=day, now=moment)
    return _or_last_good(name, day, LiveEvaluation(report, moment))


def _or_last_good(name: str, day: date, evaluation: LiveEvaluation) -> LiveEvaluation:
    """The new evaluation; while a writer locks the warehouse, the last good one instead."""
    locked = next(
        (verdict for verdict in evaluation.report.checks if verdict.cause is Cause.LOCKED), None
    )
    with _LOCK:
        if locked is None:
            _LAST_GOOD.pop((name, day), None)
            _LAST_GOOD[name, day] = evaluation
            while len(_LAST_GOOD) > _MOST_LAST_GOOD:
                _LAST_GOOD.pop(next(iter(_LAST_GOOD)))
            return evaluation
        before = _LAST_GOOD.get((name, day))
    if before is None:
        return evaluation
    return replace(before, stale_reason="The warehouse is locked by its writer")


def _gate(name: str, mtime_ns: int, day: date, generation: int) -> GateRuns:
    try:
        return GateRuns(_shared(history(name).all_runs(name, day)))
    except AndonError as error:
        return GateRuns(problem=str(error))


def _days(name: str, mtime_ns: int, until: date, count: int, generation: int) -> RecordedDays:
    try:
        return RecordedDays(_shared(history(name).evaluations(name, count, until)))
    except AndonError as error:
        return RecordedDays(problem=str(error))


def _shared(evaluations: Iterable[StoredEvaluation]) -> tuple[StoredEvaluation, ...]:
    """Equal evaluations that were read before, as the same objects.

    They are read again every few seconds, and each session holds those its page was drawn from.
    """
    with _LOCK:
        shared = tuple(_interned(evaluation) for evaluation in evaluations)
        while len(_EVALUATIONS) > _MOST_EVALUATIONS:
            _EVALUATIONS.popitem(last=False)
    return shared


def _interned(evaluation: StoredEvaluation) -> StoredEvaluation:
    earlier = _EVALUATIONS.pop((evaluation.pipeline, evaluation.id), None)
    interned = earlier if earlier == evaluation else evaluation
    _EVALUATIONS[evaluation.pipeline, evaluation.id] = interned
    return interned


def _report(name: str, mtime_ns: int, evaluation: int) -> Answer[Report]:
    try:
        return Answer(history(name).report(evaluation), None, now())
    except AndonError as error:
        return Answer(None, str(error), now())


def _unread_reason(error: MeasurementError) -> str:
    """Why evidence is missing, without the files and processes that a driver names of a lock."""
    if error.cause is Cause.LOCKED:
        return "The warehouse is locked by its writer. It is read again at the next evaluation."
    return f"{error.detail} ({error.cause.value.replace('_', ' ')})"


def _evidence(read: Callable[[Context], T], name: str, day: date) -> Answer[T]:
    moment, config = now(), _for_server(pipeline(name).config)
    try:
        with _one_reader_at_a_time(config), open_context(config, day, moment) as context:
            return Answer(read(context), None, moment)
    except MeasurementError as error:
        return Answer(None, _unread_reason(error), moment)
    except AndonError as error:
        return Answer(None, str(error), moment)
    except Exception as error:  # its text may hold data or secrets: only its class is shown
        if is_interruption(error):
            raise
        return Answer(None, f"internal error: {type(error).__name__}", moment)
