"""Whether a mapped column has a type that suits its role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import AuditLogSource, Config
from checks.core.counts import MOST_VALUES
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.core.timeframe import midnight
from checks.core.values import BadValue, as_count
from checks.warehouse import Warehouse
from checks.warehouse.daily import ValueScan
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.partitions import partitions
from checks.warehouse.relation import Relation
from checks.warehouse.roles import amount_of, id_of, name_of

_TIMES = ("run_at", "occurred_at", "ordered_at", "started_at")
_COUNTS = ("rows_read", "rows_quarantined", "rows_inserted")
_IDS, _NAMES = ("order_id", "session_id"), ("name", "source", "status")
_PARTITION = "partition.column"
_MOST_SAMPLED = 20
_ANY_DAY = date(2025, 1, 1)


def mapped_columns(source: Any) -> Iterator[tuple[str, str]]:
    """(key, column) of every mapped column, nested mappings included."""
    for field in fields(source):
        value = getattr(source, field.name)
        if isinstance(value, tuple) and field.metadata.get("kind") == "column":
            yield from ((field.name, name) for name in value)
        elif field.metadata.get("kind") == "column" and value is not None:
            yield field.name, value
        elif is_dataclass(value):
            yield from ((f"{field.name}.{key}", name) for key, name in mapped_columns(value))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one mapped section.

    naive: the zone of its times stored without one. samples: whether values may be read to find a
    type.
    """

    config: Config
    warehouse: Warehouse
    relation: Relation
    source: Any
    naive: ZoneInfo
    samples: bool = True

    def kind(self, key: str, name: str) -> Kind:
        """The column's kind. Raises MeasurementError where its role cannot be read from it."""
        relation, profile = self.relation, self.warehouse.profile
        _, kind = relation.column(name)
        if key == _PARTITION and relation.partition is not None:
            partitions(relation, relation.partition, profile)
        elif key in _TIMES:
            instant(relation, name, profile, self.naive, self.config.timezone)
        elif key == "revenue":
            amount_of(relation, name, profile)
        elif key == "dimensions":
            self._require_dimension(name)
        elif key in _IDS:
            id_of(relation, name, profile)
        elif key in _NAMES:
            name_of(relation, name, profile)
        elif key in _COUNTS:
            self._require_counts(key, name, kind)
        return kind

    def times_with_zone(self) -> Iterator[tuple[str, Kind]]:
        """The section's time, where the section has a zone that no value of it is read in."""
        if self.source.naive_timestamps is None:
            return
        for key, name in mapped_columns(self.source):
            if key not in _TIMES:
                continue
            with suppress(MeasurementError):  # a missing column has a line of its own
                kind = self.relation.kind_of(name)
                if kind in (Kind.AWARE, Kind.DATE):
                    yield name, kind

    def _has_time(self, key: str) -> bool:
        """Whether the section's time can be read; where not, the time's own key reports it."""
        name, zone = getattr(self.source, key), self.config.timezone
        try:
            instant(self.relation, name, self.warehouse.profile, self.naive, zone)
        except MeasurementError:
            return False
        return True

    def _require_dimension(self, name: str) -> None:
        if not self._has_time("occurred_at"):
            return
        zone = self.config.timezone
        day = [(_ANY_DAY, midnight(_ANY_DAY, zone), midnight(_ANY_DAY, zone))]
        ValueScan(self.warehouse, self.source, name, day, self.naive, zone, MOST_VALUES).query()

    def _require_counts(self, key: str, name: str, kind: Kind) -> None:
        """Values decide whether a column has counts: types of a query on SQLite mean nothing."""
        is_untyped = self.warehouse.profile.name == "sqlite"
        if kind in (Kind.INTEGER, Kind.NUMBER) and not is_untyped:
            return
        if not self._has_time("run_at"):
            return
        values = self._newest_values(name) if self.samples else []
        for value in values:
            if isinstance(bad := as_count(value), BadValue):
                raise MeasurementError(
                    Cause.BAD_VALUE, f"{self.relation.label}: {key} is {bad.text}"
                )
        if not values and not is_untyped:
            raise MeasurementError(
                Cause.BAD_VALUE,
                f"{self.relation.label}: column {quoted(name)} is of type {kind.value}, "
                "not a number",
            )

    def _newest_values(self, name: str) -> list[Any]:
        """A few values of the log's newest entries."""
        source: AuditLogSource = self.source
        profile = self.warehouse.profile
        column, _ = self.relation.column(name)
        run_at = instant(self.relation, source.run_at, profile, self.naive, self.config.timezone)
        statement = (
            sa.select(column)
            .where(column.is_not(None))
            .order_by(run_at.expression.desc())
            .limit(_MOST_SAMPLED)
        )
        return [row[0] for row in self.warehouse.fetch(statement)]
