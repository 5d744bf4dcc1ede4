"""Records one evaluation: once, and corrected where its outcome changes afterwards."""

from __future__ import annotations

from uuid import uuid4

from checks.config.model import Config
from checks.core.errors import HistoryError, OtherWarehouseError
from checks.core.model import Report


class Recording:
    """Records one evaluation in the history. A failing history is a warning, never a verdict."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._key = uuid4().hex
        self._is_tried, self._is_kept = False, False

    def keep(self, report: Report) -> str | None:
        """Record the report, or replace the one that this object recorded before.

        Of several data dates each is an evaluation of its own. Returns a warning if the history
        failed, unless the report has it already.
        """
        from checks.history import history_of

        try:
            history = history_of(self._config)
            # An abandoned attempt may have been stored, or may still be: the key prevents a second
            # row.
            evaluation = history.record(report, key=self._key)
            if self._is_tried:
                history.correct(evaluation, report)
        except OtherWarehouseError as error:
            # Reading the history warned already, unless the name had no owner then.
            return None if str(error) in report.warnings else str(error)
        except HistoryError as error:
            outcome = "this evaluation was not recorded"
            if self._is_kept:
                outcome = "the recorded evaluation was not corrected"
            return f"{error}; {outcome}"
        finally:
            self._is_tried = True
        self._is_kept = True
        return None
