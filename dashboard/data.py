"""The one bridge to `checks`: pages ask here and nowhere else.

Every answer is cached, errors too, so that many viewers cost one evaluation. Answers are
frozen and shared between viewers. The dashboard records nothing by looking.
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
from checks.evaluation.summary import stopped_by_strict
from checks.evidence.context import Context, open_context
from checks.history import History, StoredEvaluation, StoredWaiver, history_of
from checks.judging.check import Check
from dashboard.evaluation_cache import About, Shelf

#: Recorded runs change when a gate runs: they are read again after this many seconds.
HISTORY_SECONDS = 5.0
#: The earliest day that can be asked for.
FIRST_DAY: Final = date(1970, 1, 1)
_MOST_ANSWERS = 64
#: Recorded reports are big, and two at a time are compared.
_REPORT_SECONDS, _MOST_REPORTS = 3600.0, 8
#: Evidence and what was made of it take no more memory than that, and are let go of when nobody
#: has asked for so long.
_SHELF_BYTES, _EVIDENCE_SECONDS = 64 * 1024 * 1024, 1800.0
#: A page never waits long for a writer: it shows the last good numbers and says so.
_LOCK_SECONDS = 1.0
#: DuckDB reads in this process, with 20 to 30 MiB that it then gives back: one after the other, or
#: they would add up. A slow reading is waited for no longer than that.
_TURN_SECONDS = 5.0

T = TypeVar("T")
Options = ParamSpec("Options")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One configured pipeline. `stamp` changes with its file."""

    name: str
    config: Config
    stamp: int


@dataclass(frozen=True, slots=True)
class Setup:
    """What was configured: pipelines, or the problems that a person must mend first."""

    pipelines: tuple[Pipeline, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """What an evaluation found at `at`. `trouble`: why these are not the newest numbers."""

    report: Report
    at: datetime
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The runs that the gate recorded for one data date, the latest first."""

    runs: tuple[StoredEvaluation, ...] = ()
    problem: str | None = None

    @property
    def latest(self) -> StoredEvaluation | None:
        """The run that counts."""
        return self.runs[0] if self.runs else None

    @property
    def stopped(self) -> str | None:
        """That the run that counts stopped the line for amber alone; None where it did not."""
        return None if self.latest is None else stopped(self.latest)


@dataclass(frozen=True, slots=True)
class Days:
    """The latest evaluation of each recorded data date, newest first."""

    evaluations: tuple[StoredEvaluation, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was read, or in one sentence why it could not be."""

    value: T | None
    problem: str | None
    at: datetime


def setup() -> Setup:
    """The configured pipelines, by name; read again when a file changes."""
    return _setup(tuple((str(path), _stamp(path)) for path in _paths()))


def pipeline(name: str) -> Pipeline:
    """One configured pipeline. Raises LookupError for an unknown name."""
    found = next((one for one in setup().pipelines if one.name == name), None)
    if found is None:
        raise LookupError(name)
    return found


def today(config: Config) -> date:
    """The data date that today's run is about."""
    return now().astimezone(config.timezone).date() - timedelta(days=config.data_lag_days)


def last_day(config: Config) -> date:
    """The latest data date that can be looked at: today in the shop's zone."""
    return now().astimezone(config.timezone).date()


def zone_of(report: Report) -> ZoneInfo:
    """The shop's zone of a report."""
    return ZoneInfo(report.timezone)


def check(check_id: str) -> Check:
    """What a check is. Raises UsageError for an unknown id."""
    return get_check(check_id)


def difference(said: Gate, found: Live) -> str | None:
    """In one sentence why gate and live evaluation differ; None where they agree."""
    if said.latest is None:
        return None
    return changes.difference(
        changes.results_of(said.latest), changes.results_of(found.report),
        said.latest.verdict, found.report.verdict,
    )  # fmt: skip


def changed(before: StoredEvaluation, after: Live) -> tuple[str, ...]:
    """What is not as it was, a sentence a change, the most important first.

    What follows from a check that changed too is left out.
    """
    found = changes.changes(changes.results_of(before), changes.results_of(after.report))
    moved = {one.check for one in found}
    follows = {one.id for one in after.report.checks if one.because in moved}
    return tuple(changes.sentence(one) for one in found if one.check not in follows)


def stopped(run: StoredEvaluation) -> str | None:
    """That a recorded run stopped the line for amber alone; None where it did not."""
    return stopped_by_strict(run.statuses.values(), run.exit_code)


def open_waivers(name: str) -> tuple[StoredWaiver, ...]:
    """The waivers that can still cover a red today. Raises HistoryError."""
    config = pipeline(name).config
    day = now().astimezone(config.timezone).date()
    given = history(name).all_waivers(name)
    return tuple(one for one in given if waiving.state_of(one, day) == waiving.HOLDS)


def live(name: str, day: date) -> Live:
    """The live evaluation of a data date, at most `dashboard.refresh_seconds` old.

    While the warehouse is locked by its writer: the last good one, with the reason.
    """
    one = pipeline(name)
    ask = _remembered(_evaluated, one.config.dashboard.refresh_seconds)
    found: Live = ask(one.name, one.stamp, day, _generation(name))
    return found


def gate(name: str, day: date) -> Gate:
    """What the gate recorded for a data date."""
    one = pipeline(name)
    found: Gate = _remembered(_gate, HISTORY_SECONDS)(name, one.stamp, day, _generation(name))
    return found


def days(name: str, until: date, count: int) -> Days:
    """The last evaluation of each of the `count` data dates up to `until`, newest first."""
    one = pipeline(name)
    ask = _remembered(_days, HISTORY_SECONDS)
    found: Days = ask(name, one.stamp, until, count, _generation(name))
    return found


def recorded_report(name: str, evaluation: int) -> Answer[Report]:
    """One recorded evaluation's full report."""
    one = pipeline(name)
    ask = _remembered(_report, _REPORT_SECONDS, _MOST_REPORTS)
    found: Answer[Report] = ask(name, one.stamp, evaluation)
    return found


def evidence(
    read: Callable[Concatenate[Context, Options], T],
    name: str,
    day: date,
    *positional: Options.args,
    **options: Options.kwargs,
) -> Answer[T]:
    """What one of `checks.evidence`'s readers answers about a data date.

    It is read once for each live evaluation of the day, so that cards and evidence are of
    one time, and stays with it while a locked warehouse makes the last good one stay.
    """
    one, about = pipeline(name), About(name, day, live(name, day).at)
    found: Answer[T] = shelf().get(
        about,
        (read.__module__, one.stamp, positional, tuple(sorted(options.items()))),
        lambda: _evidence(lambda context: read(context, *positional, **options), name, day),
    )
    return found


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Where evidence stays, with the figures and tables that were made of it."""
    return Shelf(_SHELF_BYTES, _EVIDENCE_SECONDS)


def history(name: str) -> History:
    """The history, to write to it; call `forget` afterwards. Raises HistoryError."""
    return history_of(pipeline(name).config)


def forget(name: str) -> None:
    """Measure and read again at the next look: something was written."""
    with _LOCK:
        _GENERATIONS[name] = _GENERATIONS.get(name, 0) + 1


# ---- behind the caches


_LOCK, _TURN = threading.Lock(), threading.Lock()
_GENERATIONS: dict[str, int] = {}
_LAST_GOOD: dict[tuple[str, date], Live] = {}
_MOST_LAST_GOOD = 64
_EVALUATIONS: OrderedDict[tuple[str, int], StoredEvaluation] = OrderedDict()
_MOST_EVALUATIONS = 1000


def _generation(name: str) -> int:
    return _GENERATIONS.get(name, 0)


@cache
def _remembered(
    function: Callable[..., Any], seconds: float, most: int = _MOST_ANSWERS
) -> Callable[..., Any]:
    """The function with answers that are shared by everybody for so long."""

    def answer(*arguments: Any) -> Any:
        return function(*arguments)

    # Streamlit keeps one cache a name: another time to live needs another name.
    answer.__qualname__ = f"{function.__qualname__}_for_{seconds:g}_s"
    keep = st.cache_resource(ttl=seconds, max_entries=most, show_spinner=False)
    return keep(answer)


def _paths() -> tuple[Path, ...]:
    several = os.environ.get(CONFIGS)
    if several:
        return tuple(Path(part) for part in several.split(os.pathsep) if part)
    return (Path(os.environ.get(CONFIG) or "andon.yml"),)


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=8, show_spinner=False)
def _setup(files: tuple[tuple[str, int], ...]) -> Setup:
    found: dict[str, Pipeline] = {}
    problems: list[str] = []
    for path, stamp in files:
        try:
            config = load_config(path)
        except ConfigError as error:
            problems += [problem.message for problem in error.problems]
            continue
        if config.pipeline in found:
            problems.append(f"two configurations are named {config.pipeline!r}")
        found[config.pipeline] = Pipeline(config.pipeline, config, stamp)
    return Setup(tuple(found.values()), tuple(problems))


def _impatient(config: Config) -> Config:
    """The same for a server: it waits little for a writer, and reads with little memory."""
    seconds = min(_LOCK_SECONDS, config.warehouse.lock_wait_seconds)
    warehouse = replace(config.warehouse, lock_wait_seconds=seconds, is_read_by_server=True)
    return replace(config, warehouse=warehouse)


@contextmanager
def _in_turn(config: Config) -> Iterator[None]:
    here = config.warehouse.url.startswith("duckdb")
    mine = here and _TURN.acquire(timeout=_TURN_SECONDS)
    try:
        yield
    finally:
        if mine:
            _TURN.release()


def _evaluated(name: str, stamp: int, day: date, generation: int) -> Live:
    config = _impatient(pipeline(name).config)
    run_date = day + timedelta(days=config.data_lag_days)
    with _in_turn(config):
        moment = now()
        report = evaluate(config, date=run_date, data_date=day, now=moment)
    return _kept(name, day, Live(report, moment))


def _kept(name: str, day: date, found: Live) -> Live:
    """The new evaluation; while the writer holds the warehouse, the last good one instead."""
    locked = next((one for one in found.report.checks if one.cause is Cause.LOCKED), None)
    with _LOCK:
        if locked is None:
            _LAST_GOOD.pop((name, day), None)
            _LAST_GOOD[name, day] = found
            while len(_LAST_GOOD) > _MOST_LAST_GOOD:
                _LAST_GOOD.pop(next(iter(_LAST_GOOD)))
            return found
        before = _LAST_GOOD.get((name, day))
    if before is None:
        return found
    return replace(before, trouble="The warehouse is locked by its writer")


def _gate(name: str, stamp: int, day: date, generation: int) -> Gate:
    try:
        return Gate(_shared(history(name).all_runs(name, day)))
    except AndonError as error:
        return Gate(problem=str(error))


def _days(name: str, stamp: int, until: date, count: int, generation: int) -> Days:
    try:
        return Days(_shared(history(name).evaluations(name, count, until)))
    except AndonError as error:
        return Days(problem=str(error))


def _shared(found: Iterable[StoredEvaluation]) -> tuple[StoredEvaluation, ...]:
    """The same objects for what was read before.

    Each session holds what its page was drawn from, and they are read again every few seconds.
    """
    with _LOCK:
        shared = tuple(_known(one) for one in found)
        while len(_EVALUATIONS) > _MOST_EVALUATIONS:
            _EVALUATIONS.popitem(last=False)
    return shared


def _known(one: StoredEvaluation) -> StoredEvaluation:
    known = _EVALUATIONS.pop((one.pipeline, one.id), None)
    stays = known if known == one else one
    _EVALUATIONS[one.pipeline, one.id] = stays
    return stays


def _report(name: str, stamp: int, evaluation: int) -> Answer[Report]:
    try:
        return Answer(history(name).report(evaluation), None, now())
    except AndonError as error:
        return Answer(None, str(error), now())


def _unread(error: MeasurementError) -> str:
    """Why evidence is missing. What a driver says of a lock names files and processes."""
    if error.cause is Cause.LOCKED:
        return "The warehouse is locked by its writer. It is read again at the next evaluation."
    return f"{error.detail} ({error.cause.value.replace('_', ' ')})"


def _evidence(read: Callable[[Context], T], name: str, day: date) -> Answer[T]:
    moment, config = now(), _impatient(pipeline(name).config)
    try:
        with _in_turn(config), open_context(config, day, moment) as context:
            return Answer(read(context), None, moment)
    except MeasurementError as error:
        return Answer(None, _unread(error), moment)
    except AndonError as error:
        return Answer(None, str(error), moment)
    except Exception as error:  # its text may hold data or secrets: only its class is told
        if is_interruption(error):
            raise
        return Answer(None, f"internal error: {type(error).__name__}", moment)
