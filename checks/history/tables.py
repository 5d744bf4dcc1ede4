"""The tables, with types that mean the same on SQLite and PostgreSQL.

Days are `Date`. Moments are text in UTC of one fixed width, because SQLite has no type
that keeps a zone; such text also sorts by time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

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
    sa.Column("run_date", sa.Date, nullable=False),
    sa.Column("data_date", sa.Date, nullable=False),
    sa.Column("evaluated_at", Moment, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("exit_code", sa.Integer, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Index("andon_evaluations_by_day", "pipeline", "data_date", "id"),
    sqlite_autoincrement=True,  # an id is never given twice, also after pruning
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
    # Of what decides what is counted: counts of another mapping are another series.
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("first_total", sa.BigInteger, nullable=False),
    sa.Column("counted_at", Moment, nullable=False),
    sa.Column("changed_at", Moment),
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
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("up_to", sa.Double),
    sa.Column("data_date", sa.Date, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    sa.Column("revoked_by", sa.Text),
    sa.Column("rearmed_on", sa.Date),
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
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    sqlite_autoincrement=True,
)
