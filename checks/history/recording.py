"""One evaluation in the history: kept once, and corrected when its outcome changes afterwards."""

from __future__ import annotations

from uuid import uuid4

from checks.config.model import Config
from checks.core.errors import HistoryError, OtherWarehouseError
from checks.core.model import Report


class Recording:
    """Where an evaluation is kept. A history that fails is a warning, never a verdict."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._key = uuid4().hex
        self._is_tried, self._is_kept = False, False

    def keep(self, report: Report) -> str | None:
        """Record the report; the one that was recorded here before is replaced by it.

        Returns the warning of a history that failed, unless the report has it already.
        """
        from checks.history import history_of

        try:
            history = history_of(self._config)
            # What an attempt left behind has landed meanwhile, or lands: the key makes it one.
            evaluation = history.record(report, key=self._key)
            if self._is_tried:
                history.correct(evaluation, report)
        except OtherWarehouseError as error:
            # What read the history before says so already, unless the name had no owner then.
            return None if str(error) in report.warnings else str(error)
        except HistoryError as error:
            what = "this evaluation was not recorded"
            if self._is_kept:
                what = "the recorded evaluation was not corrected"
            return f"{error}; {what}"
        finally:
            self._is_tried = True
        self._is_kept = True
        return None
