"""Apache Spark: through its Thrift server (`spark://`) or Spark Connect (`spark+connect://`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.model import Cause
from checks.warehouse.dialects._session import Limits
from checks.warehouse.dialects.base import LARGEST_DOUBLE, Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS, LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

for _name, _dialect in (
    ("spark", "ThriftDialect"),
    ("spark.thrift", "ThriftDialect"),
    ("spark.connect", "ConnectDialect"),
):
    sa.dialects.registry.register(_name, "checks.warehouse.spark.dialect", _dialect)

_CONNECT_SECONDS = 30.0
_HOURS_ONLY = r"([+-][0-9]{2})\s*$"
_FILES = re.compile(r"Relation (?P<table>[^\[\s]+)\[.*Statistics\(sizeInBytes=(?P<size>[^,)]+)")
#: The size that Spark assumes for a table without statistics.
_SIZES = {"8.0 EiB": "all files, of unknown size"}


class Spark(Profile):
    """A session in UTC with ANSI rules, so that no error silently becomes NULL.

    Spark has no read-only sessions: the drivers refuse to send a statement that is not known to
    only read. Give the gate an account that may only SELECT.
    """

    name = "spark"
    explain_prefix = "EXPLAIN COST"
    counts_further = True
    faults = (
        # Error classes first: the text behind them may quote a value.
        ("[cast_invalid_input]", Cause.BAD_VALUE),
        ("[cast_overflow]", Cause.BAD_VALUE),
        ("[cannot_parse_timestamp]", Cause.BAD_VALUE),
        ("[divide_by_zero]", Cause.BAD_VALUE),
        ("[arithmetic_overflow", Cause.BAD_VALUE),
        ("[numeric_value_out_of_range", Cause.BAD_VALUE),
        ("[table_or_view_not_found]", Cause.MISSING_TABLE),
        ("[schema_not_found]", Cause.MISSING_TABLE),
        ("[catalog_not_found]", Cause.MISSING_TABLE),
        ("[requires_single_part_namespace]", Cause.MISSING_TABLE),
        ("[path_not_found]", Cause.MISSING_TABLE),
        ("[unresolved_column", Cause.MISSING_COLUMN),
        ("[field_not_found]", Cause.MISSING_COLUMN),
        ("[insufficient_permissions", Cause.PERMISSION),
        ("[permission_denied", Cause.PERMISSION),
        ("accesscontrolexception", Cause.PERMISSION),
        ("error validating the login", Cause.PERMISSION),
        ("[operation_canceled]", Cause.TIMEOUT),
        ("[spark_job_cancelled]", Cause.TIMEOUT),
        ("the server closed the connection", Cause.CONNECTION),
        ("could not connect to", Cause.CONNECTION),
        ("executorlostfailure", Cause.CONNECTION),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {"seconds": limits.seconds, "connect_seconds": min(limits.seconds, _CONNECT_SECONDS)}

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (
            "SET TIME ZONE 'UTC'",
            "SET spark.sql.ansi.enabled=true",
            # Only the Thrift server has a time limit; Spark Connect stops on cancelling.
            f"SET spark.sql.thriftServer.queryTimeout={limits.whole_seconds}",
        )

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        statement = sa.select(sa.text("*")).select_from(relation)
        text = str(statement.compile(dialect=connection.dialect))
        rows = connection.exec_driver_sql(f"DESCRIBE QUERY {text}")
        kinds = columns_by_name(((str(row[0]), _kind(str(row[1]))) for row in rows), folded=True)
        return kinds if names is None else {**kinds, **self._padded(connection, names)}

    @staticmethod
    def _padded(connection: Connection, names: tuple[str, ...]) -> Mapping[str, Kind]:
        """The table's columns of type CHAR, which a query reports as strings."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        table = ".".join(quote(part) for part in names)
        rows = connection.exec_driver_sql(f"DESCRIBE TABLE {table}").fetchall()
        return {str(row[0]): Kind.LABEL for row in rows if str(row[1]).startswith("char(")}

    def estimate(self, answer: Sequence[str]) -> str | None:
        # Files of pruned partitions are not counted; columns that are not read are.
        matches = (_FILES.search(line) for line in answer)
        scans = dict.fromkeys(
            f"scan of {match['table']}: {_SIZES.get(match['size'], match['size'] + ' of files')}"
            for match in matches
            if match
        )
        return "; ".join(scans) or None

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.collate(text, "UTF8_BINARY", type_=sa.String)

    def without_query(self, address: ColumnElement[Any]) -> ColumnElement[Any]:
        path = sa.func.substring_index(address, "?", 1, type_=sa.String)
        return sa.func.substring_index(path, "#", 1, type_=sa.String)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        # Files are skipped by their largest number, which ignores NaN although NaN is larger:
        # so the comparison is with a function of the column.
        return sa.func.abs(sa.cast(number, sa.Double)) <= LARGEST_DOUBLE

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        # Spark would read '1d' and 'infinity' as numbers.
        is_number = sa.and_(
            sa.func.length(column) <= LONGEST_NUMBER, column.regexp_match(f"^{NUMBER}$")
        )
        return sa.case((is_number, sa.try_cast(self.trimmed(column), sa.Double)), else_=None)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.btrim(text, BLANKS, type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = self.trimmed(column)
        # Spark requires the minutes of an offset.
        full = sa.func.regexp_replace(text, _HOURS_ONLY, "$1:00")
        aware = sa.cast(sa.try_cast(full, sa.DateTime(timezone=True)), sa.DateTime)
        local = sa.try_cast(text, sa.DateTime)
        # Spark would read '12:30' as a time of today.
        return sa.case(
            (column.regexp_match(f"^{LOCAL_TIME}$"), _utc(local, naive)),
            (column.regexp_match(f"^{OFFSET_TIME}$"), aware),
            else_=None,
        )


def _utc(local: ColumnElement[Any], home: ZoneInfo) -> ColumnElement[Any]:
    """A time of the wall clock in UTC; one that occurs twice is the second, not Spark's first.

    It is the second if the offset of the day after gives the same time of the wall clock.
    """
    if home.key in ("UTC", "Etc/UTC"):
        return local
    day: ColumnElement[Any] = sa.literal_column("INTERVAL '1' DAY")
    first = _moved(local, home.key, "UTC")
    second = _moved(local + day, home.key, "UTC") - day
    comes_twice = _moved(second, "UTC", home.key) == local
    return sa.case((comes_twice, sa.func.greatest(first, second)), else_=first)


def _moved(value: ColumnElement[Any], source: str, target: str) -> ColumnElement[Any]:
    return sa.func.convert_timezone(source, target, value, type_=sa.DateTime())


def _kind(type_name: str) -> Kind:
    """Spark's plain TIMESTAMP is an instant."""
    return Kind.AWARE if type_name == "timestamp" else kind_of(type_name)


PROFILE = Spark()
