"""Which warehouses a pipeline's name belongs to: the first one, and those that were adopted.

Statements inside the caller's transaction. A damaged row stands for another warehouse: a name with
only damaged rows belongs to an unknown one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.config.identity import LONGEST_LABEL, WarehouseIdentity
from checks.core.errors import OtherWarehouseError
from checks.core.records import Adoption
from checks.core.text import clean, quoted
from checks.history.ignored_rows import IgnoredRows
from checks.history.rows import PIPELINE, damage
from checks.history.tables import PIPELINES

_COLUMNS = PIPELINES.c
_MOST_LABELS = 2
_UNREADABLE = "a warehouse whose row is damaged"


@dataclass(frozen=True, slots=True)
class _Owners:
    """The warehouses of one pipeline's name. labels: by digest, the first owner's first."""

    labels: Mapping[str, str] = field(default_factory=dict)
    damaged: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.labels and not self.damaged


@dataclass(frozen=True, slots=True)
class Claimant:
    """The warehouse that a history is used for; None where ownership is not checked.

    identify: called within the time of the store. place: the store's name.
    """

    identify: Callable[[], WarehouseIdentity] | None
    place: str

    @property
    def warehouse(self) -> WarehouseIdentity | None:
        """The warehouse; identifying it may take as long as its disk does."""
        return None if self.identify is None else self.identify()

    def require(
        self, connection: Connection, pipeline: str, ignored: IgnoredRows | None = None
    ) -> None:
        """Raises OtherWarehouseError where the pipeline's name belongs to other warehouses only.

        ignored: records damaged rows.
        """
        if (warehouse := self.warehouse) is not None:
            owners = _owners(connection, pipeline, ignored or IgnoredRows())
            _require(warehouse, owners, pipeline, self.place)

    def is_other(self, connection: Connection, pipeline: str) -> bool:
        """Whether the pipeline's name belongs to other warehouses only."""
        try:
            self.require(connection, pipeline)
        except OtherWarehouseError:
            return True
        return False

    def claim(self, connection: Connection, pipeline: str, now: datetime) -> None:
        """Claim the pipeline's name if it is free. Raises OtherWarehouseError as `require` does."""
        if (warehouse := self.warehouse) is None:
            return
        owners = _owners(connection, pipeline, IgnoredRows())
        _require(warehouse, owners, pipeline, self.place)
        if owners.is_empty:
            _add(connection, pipeline, warehouse, owners, now)


def adopt(
    connection: Connection, pipeline: str, warehouse: WarehouseIdentity, by: str, now: datetime
) -> Adoption:
    """Add a warehouse to the owners of a pipeline's name. by: who says that it is the same."""
    owners = _owners(connection, pipeline, IgnoredRows())
    if set(warehouse.digests) <= owners.labels.keys():
        return Adoption.KNOWN
    _add(connection, pipeline, warehouse, owners, now, by)
    if _are_same(warehouse, owners):
        return Adoption.KNOWN
    return Adoption.FIRST if owners.is_empty else Adoption.ADDED


def _owners(connection: Connection, pipeline: str, ignored: IgnoredRows) -> _Owners:
    statement = sa.select(PIPELINES).where(_COLUMNS.pipeline == pipeline)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    usable = [row for row in rows if not damage(row, PIPELINE)]
    for _ in range(len(rows) - len(usable)):
        ignored.add_damaged("warehouse row")
    usable.sort(key=lambda row: (row["adopted_by"] is not None, row["since"], row["warehouse"]))
    labels = {row["warehouse"]: row["label"] for row in usable}
    return _Owners(labels, len(rows) - len(usable))


def _are_same(warehouse: WarehouseIdentity, owners: _Owners) -> bool:
    return any(digest in owners.labels for digest in warehouse.digests)


def _require(warehouse: WarehouseIdentity, owners: _Owners, pipeline: str, place: str) -> None:
    if owners.is_empty or _are_same(warehouse, owners):
        return
    raise OtherWarehouseError(
        f"history {place}: pipeline {quoted(pipeline)} belongs to {_owners_text(owners)}, and this "
        f"configuration reads {warehouse.label}: no waiver or acceptance applies and nothing is "
        "recorded; give this pipeline another name, or, where the warehouse is the same: andon "
        "history adopt"
    )


def _owners_text(owners: _Owners) -> str:
    labels: Sequence[str] = list(dict.fromkeys(owners.labels.values())) or [_UNREADABLE]
    shown = " and ".join(clean(label, LONGEST_LABEL) for label in labels[:_MOST_LABELS])
    rest = len(labels) - _MOST_LABELS
    return shown if rest <= 0 else f"{shown} and {rest} more"


def _add(
    connection: Connection,
    pipeline: str,
    warehouse: WarehouseIdentity,
    owners: _Owners,
    now: datetime,
    by: str | None = None,
) -> None:
    """Add every digest that no usable row has; a damaged row of one is replaced."""
    missing_digests = [digest for digest in warehouse.digests if digest not in owners.labels]
    replaced = sa.and_(_COLUMNS.pipeline == pipeline, _COLUMNS.warehouse.in_(missing_digests))
    connection.execute(sa.delete(PIPELINES).where(replaced))
    common = {"pipeline": pipeline, "label": warehouse.label, "since": now, "adopted_by": by}
    rows: list[dict[str, Any]] = [{**common, "warehouse": digest} for digest in missing_digests]
    connection.execute(sa.insert(PIPELINES), rows)
