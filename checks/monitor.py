"""`DataMonitor`: the Python interface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date as Date  # noqa: N812  (the methods' argument is called `date`)
from datetime import datetime
from pathlib import Path
from typing import Literal

from checks.config import load_config
from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.core.errors import UsageError
from checks.core.model import Report
from checks.evaluation.engine import evaluate
from checks.history import history_of
from checks.history.retention import require_kept


class DataMonitor:
    """Evaluates one pipeline.

    >>> report = DataMonitor("andon.yml").run()
    >>> report.exit_code
    1
    """

    def __init__(self, config: str | Path | Config) -> None:
        """config: a loaded configuration, or the path of one. Raises ConfigError."""
        self.config = config if isinstance(config, Config) else load_config(config)

    def run(
        self,
        *,
        date: Date | None = None,
        data_date: Date | Literal["latest"] | None = None,
        now: datetime | None = None,
        strict: bool = False,
        record: bool = False,
        explain: bool = True,
        progress: Callable[[str], None] | None = None,
    ) -> Report:
        """Evaluate one run; recorded in the history only with `record=True`.

        A run that loads several data dates gives one report, which has them as `days`.

        explain: whether to seek what explains each red check.

        Raises UsageError for a data date in the future or after the day that the run loads.
        """
        return evaluate(
            self.config, date=date, data_date=data_date, now=now,
            strict=strict, record=record, explain=explain, progress=progress,
        )  # fmt: skip

    def backfill(
        self,
        first: Date,
        last: Date,
        *,
        now: datetime | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> list[Report]:
        """Evaluate and record every scheduled run from `first` to `last`, oldest first.

        first, last: run dates. Raises UsageError when `last` is before `first`, and for days that
        the history would forget at once, by `history.keep_days`.
        """
        if last < first:
            raise UsageError(f"the last day ({last}) is before the first ({first})")
        require_kept(self.config, history_of(self.config), first, last)
        reports = []
        for day in schedule_of(self.config).run_dates(first, last):
            if progress is not None:
                progress(f"evaluating {day}")
            reports.append(self.run(date=day, now=now, record=True))
        return reports
