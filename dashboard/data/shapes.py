"""What the dashboard is given: pipelines, evaluations, recorded runs, answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from checks.config.model import Config
from checks.core.model import Report
from checks.core.records import StoredEvaluation
from checks.evaluation.summary import strict_stop_text

T = TypeVar("T")


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


def strict_stop(stored: StoredEvaluation) -> str | None:
    """Text for a recorded run that stopped the line because of `--strict`; None otherwise."""
    return strict_stop_text(stored.statuses.values(), stored.exit_code)
