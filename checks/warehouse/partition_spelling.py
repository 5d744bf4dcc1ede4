"""Whether a table's partitions are written as the configuration says.

A partition is compared as it is stored: one that is written differently is in no range, and its
rows would be missing silently. So the greatest value after a range and one value before it are
checked; where all is right, engines answer from the metadata of partitions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.warehouse.kinds import Kind
from checks.warehouse.partitions import Partitions, partitions

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.relation import Source

_SPELLED = (Kind.TEXT, Kind.INTEGER)
_ANY_TIME = datetime(2025, 1, 1, tzinfo=UTC)
_WITHOUT_NAME = ("", "__HIVE_DEFAULT_PARTITION__")


def require_spelled(
    warehouse: Warehouse, section: str, source: Source, start: datetime, end: datetime
) -> None:
    """Check the partitions of text or whole numbers around a range of time.

    Raises MeasurementError (bad_value) for one that is not in the configured format, and for a
    table that cannot be read.
    """
    relation = warehouse.relation(section, source)
    setting = relation.partition
    if setting is None:
        return
    parts = partitions(relation, setting, warehouse.profile)
    if parts.kind not in _SPELLED:
        return
    column, named = parts.column, _is_named(parts)
    before = sa.select(column).where(sa.not_(parts.from_(start)), named).limit(1)
    beyond = sa.select(sa.func.max(column)).where(sa.not_(parts.until(end)), named)
    for statement in (beyond, before):
        for (value,) in warehouse.fetch(statement.select_from(relation.target)):
            if value is not None and not is_spelled(value, setting.format):
                raise MeasurementError(
                    Cause.BAD_VALUE,
                    f"{relation.label}: partition column {quoted(setting.column)} holds "
                    f"{quoted(value)}, which is not written as {section}.partition.format "
                    f"{quoted(setting.format)} says",
                )


def _is_named(parts: Partitions) -> ColumnElement[bool]:
    """Whether a partition has a name: engines have one of their own for rows without a name."""
    if parts.kind is not Kind.TEXT:
        return sa.true()
    return sa.and_(*(parts.column != name for name in _WITHOUT_NAME))


def is_spelled(value: object, format_: str) -> bool:
    """Whether a stored partition is some time in the format.

    Text may follow, as in `2025-03-08 00:00:00`: it sorts like the day.
    """
    text = str(value).strip()
    length = len(_ANY_TIME.strftime(format_))
    spelled, rest = text[:length], text[length:]
    if rest and (not isinstance(value, str) or rest[0].isdigit()):
        return False
    try:
        return datetime.strptime(spelled, format_).strftime(format_) == spelled  # noqa: DTZ007
    except ValueError:
        return False
