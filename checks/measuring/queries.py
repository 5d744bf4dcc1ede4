"""The statements that one evaluation sends, before it has seen an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from checks.config.model import Config, EventsSource
from checks.core.counts import MOST_NAMES, MOST_VALUES
from checks.core.errors import MeasurementError
from checks.core.timeframe import Timeframe
from checks.measuring.plan import MeasuringPlan
from checks.warehouse import Warehouse
from checks.warehouse.audit import audit_query
from checks.warehouse.daily import ValueScan
from checks.warehouse.events import events_query
from checks.warehouse.orders import OrderReader
from checks.warehouse.slices import DaySlices


@dataclass(frozen=True, slots=True)
class Query:
    """One statement: what it reads, and when it is sent if not always.

    `problem` stands in its place where it could not even be written.
    """

    name: str
    statement: sa.Select[Any] | None
    when: str = ""
    problem: MeasurementError | None = None


def queries(config: Config, frame: Timeframe, warehouse: Warehouse) -> Iterator[Query]:
    """What `evaluate` asks about a day, of every mapped section.

    The few ids of orphans, which are asked for where there are any, are left out.
    """
    statements = _Statements(config, frame, warehouse, MeasuringPlan.of(config))
    for name, written in (
        ("audit_log", statements.audit_log),
        ("events", statements.events),
        ("orders", statements.orders),
        ("quarantine", statements.quarantine),
    ):
        yield from _attempted(name, written)


def _attempted(name: str, written: Callable[[], Iterator[Query]]) -> Iterator[Query]:
    try:
        yield from written()
    except MeasurementError as error:
        yield Query(name, None, problem=error)


@dataclass(frozen=True, slots=True)
class _Statements:
    """Each section's statements; nothing for one that is not mapped."""

    config: Config
    frame: Timeframe
    warehouse: Warehouse
    plan: MeasuringPlan

    def audit_log(self) -> Iterator[Query]:
        source = self.config.audit_log
        if source is not None:
            naive = self.config.naive_zones.audit_log
            query = audit_query(self.warehouse, source, self.frame, naive)
            yield Query("audit_log", query.statement)

    def events(self) -> Iterator[Query]:
        source = self.config.events
        if source is not None:
            recent = self.plan.recent_days
            spots = self._spots(recent) if self.plan.judges_volume else []
            naive = self.config.naive_zones.events
            query = events_query(self.warehouse, source, self.frame, naive, recent, spots)
            yield Query("events", query.statement)
            yield Query(
                "older events", query.older(), "only if the first days of the window are empty"
            )
            yield from self._values(source, recent)

    def _spots(self, recent: int) -> DaySlices:
        """Stand-ins for the old days that are spot-checked: the history decides which."""
        count = self.config.history.spot_check_days
        older = self.frame.day_slices(recent + 7 * count)[: -1 - recent]
        return older[::7][:count]

    def _values(self, source: EventsSource, recent: int) -> Iterator[Query]:
        """Counts by dimension of the recent days, and of older ones that are not remembered."""
        slices = self.frame.day_slices(max(self.plan.history_days, recent))
        older, fresh = slices[: -recent - 1], slices[-recent - 1 :]
        once = "for days that are not remembered"
        for column in source.dimensions:
            yield Query(f"events by {column}", self._counted(source, column, fresh))
        names = () if source.name is None else (source.name,)
        for column in (*names, *source.dimensions) if older else ():
            yield Query(f"earlier events by {column}", self._counted(source, column, older), once)

    def _counted(
        self, source: EventsSource, column: str, slices: DaySlices
    ) -> sa.Select[*tuple[Any, ...]]:
        most = MOST_NAMES if column == source.name else MOST_VALUES
        naive, zone = self.config.naive_zones.events, self.frame.zone
        return ValueScan(self.warehouse, source, column, slices, naive, zone, most).query()

    def orders(self) -> Iterator[Query]:
        config = self.config
        if config.orders is not None:
            reader = OrderReader(
                self.warehouse, self.frame, config.naive_zones,
                orders=config.orders, sessions=config.sessions, events=config.events,
            )  # fmt: skip
            for name, statement in reader.queries():
                yield Query(name, statement)

    def quarantine(self) -> Iterator[Query]:
        source = self.config.quarantine
        if source is not None and source.files is None and source.occurred_at is not None:
            from checks.quarantine.tables import rejected_query

            naive = self.config.naive_zones.quarantine
            query = rejected_query(self.warehouse, source, self.frame, naive)
            yield Query("quarantine", query.statement)
            if self.config.audit_log is None:
                when = "only if the day has no row"
                yield Query("rejected rows of earlier days", query.earlier, when)
