"""What the checks measure, read once and shared: one scan per table and evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from checks.config.calendars import calendar_between, closed_days
from checks.config.model import Config
from checks.core.audit_log import AuditLog
from checks.core.counts import DailyCounts, RememberedCounts
from checks.core.errors import MeasurementError
from checks.core.masking import WHOLE_TEXT, is_hidden, masked_inside
from checks.core.metrics import (
    FAR_EVENTS,
    FAR_ORDERS,
    FAR_PURCHASES,
    UNDATED_EVENTS,
    UNDATED_ORDERS,
    UNDATED_PURCHASES,
    EventCounts,
    OrderCounts,
    RejectedRows,
    Undated,
)
from checks.core.model import Cause
from checks.core.timeframe import Timeframe
from checks.loads.open_runs import open_runs
from checks.measuring import decisions
from checks.measuring.daily import (
    DailyReader,
    Recall,
    RecallUndated,
    recall_no_undated,
    recall_nothing,
)
from checks.measuring.gone_days import with_recalled
from checks.measuring.plan import MeasuringPlan
from checks.measuring.spot_checks import days_to_check
from checks.warehouse import Warehouse
from checks.warehouse.audit import DAYS_BEFORE, read_audit_log, with_last_runs
from checks.warehouse.events import read_events, read_newest
from checks.warehouse.orders import OrderReader
from checks.warehouse.slices import DaySlices

if TYPE_CHECKING:
    from checks.core.expected_source import ExpectedSource

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CompletedReadings:
    """What an evaluation has read; None for what no check asked for, or could not be read.

    events: of the window and of the days that late loads may still change.
    """

    audit_log: AuditLog | None = None
    events: EventCounts | None = None
    daily_counts: DailyCounts | None = None
    orders: OrderCounts | None = None
    rejected: RejectedRows | None = None


class Measurements:
    """Lazy, cached readings for one timeframe. A failed reading fails the same way each time."""

    def __init__(
        self,
        config: Config,
        frame: Timeframe,
        warehouse: Warehouse,
        recall: Recall = recall_nothing,
        tell: Callable[[str], None] = lambda text: None,
        *,
        recall_is_final: bool = False,
        recall_undated: RecallUndated = recall_no_undated,
        accepted: decisions.Accepted = decisions.nothing_accepted,
        recorded: decisions.Recorded = decisions.nothing_recorded,
        earlier: Sequence[Timeframe] = (),
    ) -> None:
        """recall: what earlier evaluations counted. tell: called with a text before anything slow.

        recall_is_final: whether recalled days are never counted again, as in a backtest; rows
        without a time then count as old. recall_undated: what an earlier evaluation counted of
        those. accepted: what somebody accepts of a check. recorded: its statuses of the weeks
        before. earlier: data dates before that of `frame` that the same run loaded, all of them
        over: the same scans read them.
        """
        self._recall_undated = recall_undated
        self.accepted, self.recorded = accepted, recorded
        self._recall, self._tell = recall, tell
        self._recall_is_final = recall_is_final
        self._config = config
        self._plan = MeasuringPlan.of(config)
        self._frame = frame
        self._earlier = tuple(earlier)
        self._warehouse = warehouse
        self._naive = config.naive_zones
        self._read: dict[str, Any] = {}
        self._seconds_per_day = 0.0

    @property
    def has_events(self) -> bool:
        """Whether events are mapped at all."""
        return self._config.events is not None

    @property
    def has_audit_log(self) -> bool:
        """Whether the pipeline's log is mapped at all."""
        return self._config.audit_log is not None

    @property
    def listed_sources(self) -> tuple[ExpectedSource, ...] | None:
        """The sources that the configuration expects in the log; None where it lists none."""
        return self._config.sources

    @property
    def judges_volume(self) -> bool:
        """Whether a check is enabled that needs the daily counts."""
        return self._plan.judges_volume

    def audit_log(self) -> AuditLog:
        """The pipeline's log. Raises MeasurementError.

        Part of the longer one where a check needs that: one statement reads both. Where only the
        older days cannot be used, it is read by itself.
        """
        _require_mapped(self._config.audit_log)

        def read() -> AuditLog:
            if self._plan.log_days == DAYS_BEFORE:
                return self._read_log(DAYS_BEFORE)
            try:
                log = self.longer_audit_log(self._plan.log_days)
            except MeasurementError as error:
                if error.cause is not Cause.BAD_VALUE:
                    raise
                return self._read_log(DAYS_BEFORE)
            return with_last_runs(log, self._frame)

        return self._once("audit_log", read)

    def longer_audit_log(self, days: int) -> AuditLog:
        """The pipeline's log of so many days before the run. Raises MeasurementError."""
        return self._once(f"audit_log {days}", lambda: self._read_log(days), "audit_log")

    def _read_log(self, days: int) -> AuditLog:
        source = _require_mapped(self._config.audit_log)
        log = read_audit_log(
            self._warehouse, source, self._frame, self._naive.audit_log, days, self._plan.endings
        )
        return open_runs(log, self._frame)  # earlier runs of closed days say nothing of usual ones

    def events(self) -> EventCounts:
        """Events of the data date and its window. Raises MeasurementError."""
        return self._recent_events().open_window(self._plan.window_days)

    def daily_counts(self) -> DailyCounts:
        """Events per day, name and dimension value, far back. Raises MeasurementError."""
        if not self._earlier:
            return self._once("daily_counts", self._own_daily_counts)
        day, days_before = self._frame.data_date, self._plan.history_days

        def read() -> DailyCounts:
            return self.all_daily_counts().until(day, days_before)

        return self._once("daily_counts", read)

    def all_daily_counts(self) -> DailyCounts:
        """The same, as far back as the earliest data date needs. Raises MeasurementError."""
        return self._once("all daily_counts", self._own_daily_counts, reading="daily_counts")

    def _own_daily_counts(self) -> DailyCounts:
        daily = self._daily_reader().read(self._recent_events())
        return decisions.with_levels(daily, self._plan, self.accepted)

    def _daily_reader(self) -> DailyReader:
        return DailyReader(
            self._config, self._frame, self._warehouse, _require_mapped(self._config.events),
            self._recalled, self._tell, self._plan.history_days + len(self._earlier),
            self._plan.settle_days,
            self._recall_is_final, self._fits,
        )  # fmt: skip

    def _fits(self, days: int) -> bool:
        """Whether `days` days can be counted in half of the time that is left."""
        scans = 1 + len(_require_mapped(self._config.events).dimensions)
        return days * scans * self._seconds_per_day < self._warehouse.remaining() / 2

    def _recalled(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        """What is remembered of a stretch of days; the history is asked once."""
        key = f"remembered {first} {last}"
        if key not in self._read:
            self._read[key] = self._recall(first, last)
        return cast("Mapping[date, RememberedCounts]", self._read[key])

    def readings(self) -> CompletedReadings:
        """What has been read so far. Reads nothing."""
        names = CompletedReadings.__dataclass_fields__
        usable = {
            name: value
            for name, value in self._read.items()
            if name in names and not isinstance(value, MeasurementError)
        }
        return CompletedReadings(**usable)

    def _recent_events(self) -> EventCounts:
        """The window, and all days that late loads may still change: one scan for both."""

        def read() -> EventCounts:
            events, known = self.counted(), self._known_days()
            events = with_recalled(events, known, self._daily_reader(), self._closed(events.days))
            events = with_calendar(self._config, events)
            return replace(events, undated=self._with_undated_before(events.undated))

        return self._once("events", read)

    def counted(self) -> EventCounts:
        """The recent events as the warehouse has them. Raises MeasurementError."""
        source = _require_mapped(self._config.events)
        days, judged_days = self._recent_days(), 1 + len(self._earlier)

        def read() -> EventCounts:
            spots = self._spot_slices(self._known_days(), days)
            started = perf_counter()
            events = read_events(
                self._warehouse, source, self._frame, self._naive.events, days, spots, judged_days
            )
            self._seconds_per_day = (perf_counter() - started) / (days + 1 + len(spots))
            return events

        return self._once("counted", read, reading="events")

    def _recent_days(self) -> int:
        """How many days before the newest data date every judged one is compared with."""
        plan, newest = self._plan, self._frame.data_date

        def first_of(day: date) -> date:
            days = max(plan.window_before(self._config, day), plan.recent_days)
            return day - timedelta(days=days)

        judged = (newest, *(frame.data_date for frame in self._earlier))
        return (newest - min(map(first_of, judged))).days

    def _closed(self, days: Sequence[date]) -> frozenset[date]:
        """Those of some days, oldest first, that are closed."""
        return closed_days(self._config, days[0], days[-1])

    def _known_days(self) -> Mapping[date, RememberedCounts]:
        """What is remembered of the days that volume is judged by, where they are over."""
        if not self._frame.is_over or self._recall_is_final or not self._plan.judges_volume:
            return {}
        days = self._frame.days_before(self._plan.history_days + len(self._earlier))
        return self._recalled(days[0], self._frame.data_date)

    def _spot_slices(self, known: Mapping[date, RememberedCounts], window: int) -> DaySlices:
        """The old days that are counted again in the statement of the recent ones."""
        count = self._config.history.spot_check_days
        first = self._frame.days_before(window)[0]
        days = days_to_check(known, self._frame.data_date, first, count)
        slices = self._frame.day_slices((self._frame.data_date - days[0]).days if days else 0)
        return [day_slice for day_slice in slices if day_slice[0] in days]

    def _with_undated_before(self, undated: Undated) -> Undated:
        """The events without a time, and how many there were before.

        Of a partitioned table only the data date's partitions are asked for those without a time,
        so nothing earlier can be compared and all of them count as new.
        """
        if self._recall_is_final:
            before = {
                UNDATED_EVENTS: undated.events, UNDATED_PURCHASES: undated.purchases,
                FAR_EVENTS: undated.far, FAR_PURCHASES: undated.far_purchases,
            }  # fmt: skip
        elif undated.events or undated.far:
            before = dict(self._recall_undated(self._frame.data_date))
            if _require_mapped(self._config.events).partition is not None:
                before = {key: before[key] for key in (FAR_EVENTS, FAR_PURCHASES) if key in before}
        else:
            before = {}
        return replace(
            undated,
            events_before=before.get(UNDATED_EVENTS),
            purchases_before=before.get(UNDATED_PURCHASES),
            far_before=before.get(FAR_EVENTS),
            far_purchases_before=before.get(FAR_PURCHASES),
        )

    def orders(self) -> OrderCounts:
        """Orders of the data date. Raises MeasurementError."""
        return self._once("orders", lambda: self._with_orders_before(self.counted_orders()))

    def counted_orders(self) -> OrderCounts:
        """The same as the warehouse has them. Raises MeasurementError."""
        return self.orders_by_day()[self._frame.data_date]

    def orders_by_day(self) -> Mapping[date, OrderCounts]:
        """Orders of each data date that is read together. Raises MeasurementError."""
        config = self._config
        reader = OrderReader(
            self._warehouse, self._frame, self._naive,
            orders=_require_mapped(config.orders), sessions=config.sessions, events=config.events,
        )  # fmt: skip
        frames = (*self._earlier, self._frame)
        return self._once("orders by day", lambda: reader.read_days(frames), reading="orders")

    def _with_orders_before(self, orders: OrderCounts) -> OrderCounts:
        """The orders, and how many had no time before."""
        if self._recall_is_final:
            return replace(orders, undated_before=orders.undated, far_before=orders.far)
        if not orders.undated and not orders.far:
            return orders
        before = self._recall_undated(self._frame.data_date)
        is_whole = _require_mapped(self._config.orders).partition is None
        return replace(
            orders,
            undated_before=before.get(UNDATED_ORDERS) if is_whole else None,
            far_before=before.get(FAR_ORDERS),
        )

    def rejected(self) -> RejectedRows:
        """What the rejected rows say.

        With an audit log they explain and never judge, so that a failure is a warning.
        Raises MeasurementError only when the audit log itself cannot be read.
        """
        log = self.audit_log() if self.has_audit_log else None
        if self._config.quarantine is None:
            return RejectedRows()

        return self._once("rejected", lambda: self._masked(self._rejected_rows(log)))

    def _rejected_rows(self, log: AuditLog | None) -> RejectedRows:
        from checks.quarantine import read_rejected_rows  # only where rows are mapped

        if log is None and self._earlier:
            return self.rejected_by_day()[self._frame.data_date]
        return read_rejected_rows(self._config, self._frame, log, self._warehouse)

    def rejected_by_day(self) -> Mapping[date, RejectedRows]:
        """Rejected rows of each data date that is read together, where there is no log."""
        from checks.quarantine import read_rejected_of_days

        frames = (*self._earlier, self._frame)
        return self._once(
            "rejected by day", lambda: read_rejected_of_days(self._config, frames, self._warehouse)
        )

    def _masked(self, rejected: RejectedRows) -> RejectedRows:
        """The rejected rows with their reasons masked, as everywhere else."""
        source = self._config.quarantine
        is_whole = source is not None and is_hidden(source.reason, source.mask)
        reasons: Counter[str] = Counter()
        for reason, rows in rejected.reasons:
            reasons[WHOLE_TEXT if is_whole else masked_inside(reason)] += rows
        return replace(rejected, reasons=tuple(reasons.most_common()))

    def _once(self, name: str, read: Callable[[], T], reading: str = "") -> T:
        """What `read` returns, read once. reading: what a failure calls it, by default `name`."""
        if name not in self._read:
            try:
                self._read[name] = read()
            except MeasurementError as error:
                self._read[name] = error
        value = self._read[name]
        if isinstance(value, MeasurementError):
            shown = value.reading or reading or name
            raise MeasurementError(value.cause, value.detail, retry=value.retry, reading=shown)
        return cast("T", value)


def with_calendar(config: Config, events: EventCounts) -> EventCounts:
    """The events with what the calendar says of their days."""
    calendar = calendar_between(config.calendar, events.days[0], events.days[-1])
    return replace(events, calendar=calendar)


def newest_data_date(config: Config, warehouse: Warehouse, end: datetime) -> date | None:
    """The newest day of the shop that has events before an instant."""
    source = _require_mapped(config.events)
    naive, zone = config.naive_zones.events, config.timezone
    newest = read_newest(warehouse, source, end, naive, zone)
    return newest.astimezone(zone).date() if newest else None


def _require_mapped(source: T | None) -> T:
    """A section that the caller knows to be mapped."""
    if source is None:
        raise LookupError("a check was evaluated although its section is not mapped")
    return source
