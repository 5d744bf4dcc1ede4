"""One evaluation of a command: with progress, and waiting for a run that is not finished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
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
    explain: bool = True,
) -> Report:
    """The report of one evaluation; its steps are shown on a terminal."""
    from checks.evaluation.engine import evaluate

    with Progress(console) as progress:
        return evaluate(
            config,
            date=run_date,
            data_date=data_date,
            strict=strict,
            record=False,
            remember=remember,
            explain=explain,
            progress=progress,
        )


def judge_within(seconds: float, judge_once: Callable[[], Report], console: Console) -> Report:
    """The first report that gives no reason to wait, or the last one within `seconds`.

    `judge_once` must not record: only the report that is returned counts.
    """
    from checks.cli.waiting import judge_when_ready

    shown_reasons: set[str] = set()

    def show_wait(reason: str, time_left: str) -> None:
        # A log gets each reason once; on a terminal the line shows that the command is alive.
        if console.watched or reason not in shown_reasons:
            console.err(f"{reason}; waiting up to {time_left}\n")
        shown_reasons.add(reason)

    return judge_when_ready(judge_once, seconds, show_wait)


def today_of(config: Config) -> date:
    """Today in the shop's zone."""
    return clock.now().astimezone(config.timezone).date()


def judged_day(config: Config, data_date: date | None) -> tuple[date, datetime]:
    """The requested data date, else that of the newest run that is due; and the current time.

    Raises UsageError for a data date in the future.
    """
    from checks.config.schedules import schedule_of

    now = clock.now()
    today = now.astimezone(config.timezone).date()
    if data_date is not None and data_date > today:
        raise UsageError(f"--data-date {data_date} is in the future; today is {today}")
    schedule = schedule_of(config)
    return data_date or schedule.loaded_dates(schedule.latest(now))[-1], now
