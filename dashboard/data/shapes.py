"""What the dashboard is given: pipelines, evaluations, recorded runs, answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Generic, TypeVar

from checks.config.model import Config
from checks.core.model import STOPPING, Report
from checks.core.records import Outcome, StoredEvaluation
from checks.core.schedule import Schedule
from checks.evaluation.summary import strict_stop_text
from checks.judging.gate import GREEN as RELEASED

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One configured pipeline. `mtime_ns`: when its file was last changed."""

    name: str
    config: Config
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class BrokenConfig:
    """A configuration that cannot be used, and why. `name`: of its file, with its folder."""

    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """The configured pipelines, and the configurations that cannot be used."""

    pipelines: tuple[Pipeline, ...] = ()
    broken: tuple[BrokenConfig, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong with the configurations."""
        return tuple(problem for config in self.broken for problem in config.problems)

    @property
    def is_one(self) -> bool:
        """Whether there is exactly one pipeline, and nothing else that should be one."""
        return len(self.pipelines) == 1 and not self.broken


@dataclass(frozen=True, slots=True)
class LiveEvaluation:
    """The dashboard's own evaluation. `stale_reason`: why these are not the newest numbers."""

    report: Report
    evaluated_at: datetime
    stale_reason: str | None = None


@dataclass(frozen=True, slots=True)
class RunEvaluation:
    """The live evaluations of data dates that were measured at once: those of one run, or one."""

    days: tuple[LiveEvaluation, ...]

    @property
    def evaluated_at(self) -> datetime:
        """When the days were measured."""
        return self.days[0].evaluated_at

    def of(self, day: date) -> LiveEvaluation:
        """The evaluation of one of the days. Raises LookupError for any other one."""
        for evaluation in self.days:
            if evaluation.report.data_date == day:
                return evaluation
        raise LookupError(day)


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
class Outcomes:
    """What every recorded data date came to, newest first.

    schedule: which days are one run's; None: each day is a run of its own.
    """

    days: tuple[Outcome, ...] = ()
    problem: str | None = None
    schedule: Schedule | None = None

    def failing_beside(self, day: date) -> tuple[date | None, date | None]:
        """The nearest days before and after this one whose gate stopped the line."""
        failing = [outcome.day for outcome in self.days if outcome.verdict in STOPPING]
        later = [other for other in failing if other > day]
        earlier = (other for other in failing if other < day)
        return next(earlier, None), later[-1] if later else None

    @property
    def released(self) -> date | None:
        """The newest day whose run let the dashboards be refreshed.

        A run stops the line with each of its days: of its recorded ones all must have let it run.
        """
        return next(
            (run[0].day for run in self._runs() if all(day.exit_code == RELEASED for day in run)),
            None,
        )

    def _runs(self) -> Iterator[list[Outcome]]:
        """The recorded days by run, newest first."""
        schedule = self.schedule
        if schedule is None or not schedule.since_last_run:
            yield from ([outcome] for outcome in self.days)
            return
        for _, run in groupby(self.days, key=lambda outcome: schedule.run_date_of(outcome.day)):
            yield list(run)


@dataclass(frozen=True, slots=True)
class RecordedDays:
    """The latest evaluation of each recorded data date, newest first."""

    evaluations: tuple[StoredEvaluation, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """What the history says of a pipeline's day and of the days before it.

    gates: of each day that is judged with it.
    """

    gates: Mapping[date, GateRuns]
    recorded: RecordedDays
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class PipelineAnswer:
    """What is known of one of several pipelines; None for what has not answered in time.

    problem: what is wrong beyond the time.
    """

    live: RunEvaluation | None = None
    records: Records | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was read, or one sentence that says why it could not be read."""

    value: T | None
    problem: str | None
    at: datetime


def strict_stop(stored: StoredEvaluation) -> str | None:
    """Text for a recorded run that stopped the line because of `--strict`; None otherwise."""
    return strict_stop_text(stored.statuses.values(), stored.exit_code)
