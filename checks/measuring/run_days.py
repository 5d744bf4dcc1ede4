"""Readings of each data date of a run that loads several: one scan a table for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from checks.core.audit_log import AuditLog
from checks.core.counts import DailyCounts
from checks.core.metrics import EventCounts, OrderCounts, RejectedRows
from checks.core.timeframe import Timeframe
from checks.measuring.measurements import Measurements


class EarlierDay(Measurements):
    """Readings of a data date before the newest one of the same run, out of those of the newest.

    The log is that of the run, which all of its data dates share.
    """

    def __init__(self, newest: Measurements, frame: Timeframe) -> None:
        """newest: has been made with `frame` among the earlier ones."""
        super().__init__(
            newest._config, frame, newest._warehouse, newest._recall, newest._tell,
            recall_is_final=newest._recall_is_final, recall_undated=newest._recall_undated,
            accepted=newest.accepted, recorded=newest.recorded,
        )  # fmt: skip
        self._newest = newest

    def audit_log(self) -> AuditLog:
        """The log of the run. Raises MeasurementError."""
        return self._once("audit_log", self._newest.audit_log)

    def longer_audit_log(self, days: int) -> AuditLog:
        """The same log over many weeks. Raises MeasurementError."""
        return self._once(f"audit_log {days}", lambda: self._newest.longer_audit_log(days))

    def counted(self) -> EventCounts:
        """The recent events as the warehouse has them. Raises MeasurementError."""

        def read() -> EventCounts:
            return self._newest.counted().until(self._frame.data_date)

        return self._once("counted", read, reading="events")

    def daily_counts(self) -> DailyCounts:
        """Events per day, name and dimension value, far back. Raises MeasurementError."""
        day, days_before = self._frame.data_date, self._plan.history_days

        def read() -> DailyCounts:
            daily = self._newest.all_daily_counts()
            if day in (*daily.gone, *daily.missing, *daily.withheld):
                return self._own_daily_counts()  # the judged day is never recalled
            return daily.until(day, days_before)

        return self._once("daily_counts", read)

    def orders_by_day(self) -> Mapping[date, OrderCounts]:
        """Orders of each data date of the run. Raises MeasurementError."""
        return self._once("orders by day", self._newest.orders_by_day, reading="orders")

    def _rejected_rows(self, log: AuditLog | None) -> RejectedRows:
        if log is not None:
            return self._newest.rejected()  # they explain the run
        return self._newest.rejected_by_day()[self._frame.data_date]


def measured_days(
    frames: Sequence[Timeframe], measure: Callable[..., Measurements]
) -> list[Measurements]:
    """Readings of each data date of a run, oldest first: one scan a table for all that are over.

    Of a day that lasts only the part up to the run's time is compared, so it is read by itself.
    measure: takes a frame and the `earlier` ones that are read with it.
    """
    lasting = [frame for frame in frames if not frame.is_over]
    over = [frame for frame in frames if frame.is_over]
    if not over:
        return [measure(frame=frame) for frame in lasting]
    newest = measure(frame=over[-1], earlier=over[:-1])
    days = [*(EarlierDay(newest, frame) for frame in over[:-1]), newest]
    return [*days, *(measure(frame=frame) for frame in lasting)]
