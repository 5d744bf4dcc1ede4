"""Records one evaluation: once, and corrected where its outcome changes afterwards."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from checks.config.model import Config
from checks.core.errors import HistoryError, OtherWarehouseError
from checks.core.model import Report
from checks.judging.days import by_run

if TYPE_CHECKING:
    from checks.history.store import History


class Recording:
    """Records one evaluation in the history. A failing history is a warning, never a verdict."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._key = uuid4().hex
        self._tried: set[date | None] = set()
        self._is_kept = False

    def keep(self, report: Report) -> str | None:
        """Record the report, or replace the one that this object recorded before.

        Of several runs each is recorded once. Returns a warning if the history failed, unless the
        report has it already.
        """
        from checks.history import history_of

        try:
            history = history_of(self._config)
            for run_report in by_run(report):
                self._keep_run(history, run_report)
        except OtherWarehouseError as error:
            # Reading the history warned already, unless the name had no owner then.
            return None if str(error) in report.warnings else str(error)
        except HistoryError as error:
            outcome = "this evaluation was not recorded"
            if self._is_kept:
                outcome = "the recorded evaluation was not corrected"
            return f"{error}; {outcome}"
        self._is_kept = True
        return None

    def _keep_run(self, history: History, run_report: Report) -> None:
        # An abandoned attempt may have been stored, or may still be: the key prevents a second row.
        is_tried = run_report.run_date in self._tried
        self._tried.add(run_report.run_date)
        evaluation = history.record(run_report, key=f"{self._key} {run_report.run_date}")
        if is_tried:
            history.correct(evaluation, run_report)
