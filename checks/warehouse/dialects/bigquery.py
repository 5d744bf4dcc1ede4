"""BigQuery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import (
    cast_by,
    every_column,
    is_number,
    matches_pattern,
    time_if_iso,
    too_much_read,
)
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_KINDS = {
    "TIMESTAMP": Kind.AWARE,
    "DATETIME": Kind.NAIVE,
    "DATE": Kind.DATE,
    "STRING": Kind.TEXT,
    "VARCHAR": Kind.TEXT,
    "BOOLEAN": Kind.BOOLEAN,
    "BOOL": Kind.BOOLEAN,
    "INTEGER": Kind.INTEGER,
    "INT64": Kind.INTEGER,
    "FLOAT": Kind.NUMBER,
    "FLOAT64": Kind.NUMBER,
    "NUMERIC": Kind.NUMBER,
    "BIGNUMERIC": Kind.NUMBER,
}
_TOO_MUCH = "bytes billed"


class BigQuery(Profile):
    """Every statement is a job with its own limits; there is no session."""

    name = "bigquery"
    hides_collations = True
    explain_prefix = None
    limits_scans = True
    aware_type = sa.TIMESTAMP(timezone=True)
    faults = (
        (_TOO_MUCH, Cause.BAD_VALUE),
        ("access denied", Cause.PERMISSION),
        ("permission", Cause.PERMISSION),
        ("could not automatically determine credentials", Cause.PERMISSION),
        ("default credentials were not found", Cause.PERMISSION),
        ("not found: table", Cause.MISSING_TABLE),
        ("not found: dataset", Cause.MISSING_TABLE),
        ("unrecognized name", Cause.MISSING_COLUMN),
        ("job timed out", Cause.TIMEOUT),
        ("job execution was cancelled", Cause.TIMEOUT),
    )

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        from google.cloud.bigquery import QueryJobConfig

        job = QueryJobConfig(labels={"application": APPLICATION})
        job.job_timeout_ms = limits.milliseconds
        job.maximum_bytes_billed = limits.scan_bytes
        return {"job_config": job}

    def explained(self, error: MeasurementError) -> MeasurementError:
        return too_much_read(error, _TOO_MUCH)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        if names is None:
            return self._kinds_of_query(connection, relation)
        schema = ".".join(names[:-1]) or None
        columns = sa.inspect(connection).get_columns(names[-1], schema=schema)
        return {column["name"]: _kind(str(column["type"])) for column in columns}

    def _kinds_of_query(self, connection: Connection, relation: FromClause) -> Mapping[str, Kind]:
        # A dry run is free, while even a statement for no row reads the whole table.
        from google.cloud.bigquery import QueryJobConfig

        driver: Any = connection.connection.driver_connection
        plan = QueryJobConfig(dry_run=True, use_query_cache=False)
        job = driver._client.query(every_column(connection, relation), job_config=plan)
        kinds = (
            (field.name, Kind.NESTED if field.mode == "REPEATED" else _kind(field.field_type))
            for field in job.schema or ()
        )
        return columns_by_name(kinds, folded=True)

    def whole(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.cast(number, sa.Numeric)

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.collate(text, "", type_=sa.String)

    def contains(self, text: ColumnElement[Any], query: str) -> ColumnElement[bool]:
        # LIKE has no ESCAPE.
        place = sa.func.strpos(
            self.with_letters_lowered(text, query), query.lower(), type_=sa.Integer
        )
        return place > 0

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        double = sa.cast(number, sa.Double)
        return ~sa.or_(sa.func.is_nan(double), sa.func.is_inf(double))

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.trim(text, BLANKS, type_=sa.String)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        text = self.trimmed(column)
        number = cast_by("SAFE_CAST", text, "FLOAT64")
        return sa.case((is_number(column, text, matches_pattern), number), else_=None)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = self.trimmed(column)
        aware = sa.func.datetime(sa.cast(text, self.aware_type), "UTC", type_=sa.DateTime)
        home = sa.func.timestamp(sa.cast(text, sa.DateTime), naive.key)
        local = sa.func.datetime(home, "UTC", type_=sa.DateTime)
        return time_if_iso(text, matches_pattern, aware=aware, local=local)


def _kind(type_name: str) -> Kind:
    name = type_name.upper().partition("(")[0]
    return _KINDS.get(name) or kind_of(name.partition("<")[0])


PROFILE = BigQuery()
