"""One evaluation with a person watching: progress, and waiting for a run that is not done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from checks.cli.console import Console
from checks.cli.progress import Progress
from checks.core import clock
from checks.core.errors import UsageError

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.model import Report


def judge(
    config: Config,
    console: Console,
    *,
    run_date: date | None = None,
    data_date: date | Literal["latest"] | None = None,
    strict: bool = False,
    remember: bool = False,
) -> Report:
    """The report of one evaluation, its steps shown to whoever waits for it."""
    from checks.evaluation.engine import evaluate

    with Progress(console) as progress:
        return evaluate(
            config,
            date=run_date,
            data_date=data_date,
            strict=strict,
            record=False,
            remember=remember,
            progress=progress,
        )


def judge_within(seconds: float, judge_once: Callable[[], Report], console: Console) -> Report:
    """The first report that does not ask to wait, or the last one within `seconds`.

    `judge_once` must not record: only the report that is returned counts.
    """
    from checks.cli.waiting import judge_when_ready

    told: set[str] = set()

    def say(reason: str, left: str) -> None:
        # A log gets each reason once; a person sees that it is alive.
        if console.watched or reason not in told:
            console.err(f"{reason}; waiting up to {left}\n")
        told.add(reason)

    return judge_when_ready(judge_once, seconds, say)


def today_of(config: Config) -> date:
    """Today in the shop's zone: the run date unless another is asked for."""
    return clock.now().astimezone(config.timezone).date()


def judged_day(config: Config, data_date: date | None) -> tuple[date, datetime]:
    """The data date that is asked for, else that of today's run; and the clock, read once.

    Raises UsageError for a data date in the future.
    """
    now = clock.now()
    today = now.astimezone(config.timezone).date()
    if data_date is not None and data_date > today:
        raise UsageError(f"--data-date {data_date} is in the future; today is {today}")
    return data_date or today - timedelta(days=config.data_lag_days), now
