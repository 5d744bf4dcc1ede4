"""The history's tables, with types that mean the same on SQLite and PostgreSQL.

Days are ISO dates. Times are text in UTC of a fixed width, because SQLite has no type with a
zone; such text also sorts by time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from checks.core.model import Subjects
from checks.core.text import ISO_DAY

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as `2025-03-09T06:12:00.000000+00:00`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


class Damaged(Enum):
    """Stands for a stored value that is invalid for its column, so that one damaged row does not
    keep the others from being read."""

    DAMAGED = "damaged"


class CheckedMoment(Moment):
    """A moment; read back as `Damaged` where it is invalid, or has no zone."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _moment


class CheckedDay(TypeDecorator[date]):
    """A date without a time; read back as `Damaged` where it is no date of Python's."""

    impl = sa.Date
    cache_ok = True

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        # As text: a driver fails on all rows for one `infinity`.
        return sa.type_coerce(sa.cast(column, sa.Text), self)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _day


class CheckedSubjects(TypeDecorator[Subjects]):
    """Names by kind, stored as JSON; read back as `Damaged` where they are invalid."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Subjects | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps({kind: sorted(names) for kind, names in value.items()}, sort_keys=True)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _subjects


def _subjects(value: Any) -> Subjects | Damaged | None:
    if value is None:
        return None
    try:
        subjects = json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return Damaged.DAMAGED
    if not isinstance(subjects, dict) or not all(map(_are_names, subjects.values())):
        return Damaged.DAMAGED
    return {kind: tuple(names) for kind, names in subjects.items()}


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name for name in value)


def _moment(value: Any) -> datetime | Damaged | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return Damaged.DAMAGED if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return Damaged.DAMAGED


def _day(value: Any) -> date | Damaged | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value) if ISO_DAY.fullmatch(value) else Damaged.DAMAGED
    except (ValueError, TypeError):
        return Damaged.DAMAGED


METADATA = sa.MetaData()

SCHEMA = sa.Table(
    "andon_schema",
    METADATA,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)

EVALUATIONS = sa.Table(
    "andon_evaluations",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("run_date", CheckedDay, nullable=False),
    sa.Column("data_date", CheckedDay, nullable=False),
    sa.Column("evaluated_at", CheckedMoment, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("exit_code", sa.Integer, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    # Unique to one evaluation, which is therefore stored only once; older ones have none.
    sa.Column("record_key", sa.Text),
    sa.Index("andon_evaluations_by_day", "pipeline", "data_date", "id"),
    sa.Index("andon_evaluations_by_key", "record_key", unique=True),
    sqlite_autoincrement=True,  # an id is never given twice, even after pruning
)

RESULTS = sa.Table(
    "andon_results",
    METADATA,
    sa.Column("evaluation_id", sa.ForeignKey(EVALUATIONS.c.id), primary_key=True),
    sa.Column("check_id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("message", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

DAILY_COUNTS = sa.Table(
    "andon_daily_counts",
    METADATA,
    sa.Column("pipeline", sa.Text, primary_key=True),
    # Identifies what is counted: counts of another mapping are another series.
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("first_total", sa.BigInteger, nullable=False),
    sa.Column("counted_at", Moment, nullable=False),
    sa.Column("changed_at", Moment),
    # Since when the warehouse has no event any more of a day that had some.
    sa.Column("gone_at", Moment),
    # Digest of the row: a day whose row was edited is counted again. Rows of version 2 have none.
    sa.Column("digest", sa.Text),
    sqlite_with_rowid=False,
)

WAIVERS = sa.Table(
    "andon_waivers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pipeline", sa.Text, nullable=False, index=True),
    sa.Column("check_id", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until", CheckedDay, nullable=False),
    sa.Column("up_to", sa.Double),
    sa.Column("data_date", CheckedDay, nullable=False),
    sa.Column("created_at", CheckedMoment, nullable=False),
    sa.Column("revoked_at", CheckedMoment),
    sa.Column("revoked_by", sa.Text),
    sa.Column("rearmed_on", CheckedDay),
    # The time of the evaluation that rearmed it; rows of version 2 have none.
    sa.Column("rearmed_at", CheckedMoment),
    # What it covers, by kind, as JSON; NULL for a waiver that is limited by the value alone.
    sa.Column("subjects", CheckedSubjects),
    sqlite_autoincrement=True,
)

ACKNOWLEDGEMENTS = sa.Table(
    "andon_acknowledgements",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pipeline", sa.Text, nullable=False, index=True),
    sa.Column("check_id", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created_at", CheckedMoment, nullable=False),
    sa.Column("closed_at", CheckedMoment),
    sqlite_autoincrement=True,
)

ACCEPTANCES = sa.Table(
    "andon_acceptances",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pipeline", sa.Text, nullable=False, index=True),
    sa.Column("check_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("data_date", CheckedDay, nullable=False),
    sa.Column("created_at", CheckedMoment, nullable=False),
    sa.Column("revoked_at", CheckedMoment),
    sa.Column("revoked_by", sa.Text),
    sqlite_autoincrement=True,
)

PIPELINES = sa.Table(
    "andon_pipelines",
    METADATA,
    sa.Column("pipeline", sa.Text, primary_key=True),
    # Hex digest of the identity of a warehouse that the pipeline's name belongs to.
    sa.Column("warehouse", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("since", CheckedMoment, nullable=False),
    # Who said that it is the same as the earlier ones; NULL for the first one.
    sa.Column("adopted_by", sa.Text),
    sqlite_with_rowid=False,
)
