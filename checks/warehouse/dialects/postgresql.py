"""PostgreSQL, through psycopg."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.sql.elements import quoted_name

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import path_of, single_json
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind
from checks.warehouse.texts import BLANKS, LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_KINDS = {
    1114: Kind.NAIVE,
    1184: Kind.AWARE,
    1082: Kind.DATE,
    20: Kind.INTEGER,
    21: Kind.INTEGER,
    23: Kind.INTEGER,
    700: Kind.NUMBER,
    701: Kind.NUMBER,
    1700: Kind.NUMBER,
    18: Kind.LABEL,
    19: Kind.TEXT,
    25: Kind.TEXT,
    1042: Kind.LABEL,
    1043: Kind.TEXT,
    16: Kind.BOOLEAN,
    17: Kind.BYTES,
    790: Kind.MONEY,
    2950: Kind.UUID,
    114: Kind.JSON,
    3802: Kind.JSON,
}
#: Kinds of types that are not built in, by `pg_type.typcategory`: enums, and text such as citext.
_CATEGORIES = {"E": Kind.LABEL, "S": Kind.LABEL, "A": Kind.NESTED, "C": Kind.NESTED}
#: Results of `pg_collation_for` for columns that compare text by bytes, or break ties by bytes.
_DETERMINISTIC = frozenset({None, '"default"', '"C"', '"POSIX"', '"C.UTF-8"', '"C.utf8"'})
#: Selects, of collations by their names in SQL, those that treat different letters as equal.
#: Servers before 12 have none.
_SAME_LETTERS = sa.text(
    "SELECT w.name FROM pg_catalog.pg_collation c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace "
    "JOIN unnest(CAST(:names AS text[])) AS w(name) ON w.name = quote_ident(c.collname) "
    "OR w.name = quote_ident(n.nspname) || '.' || quote_ident(c.collname) "
    "WHERE CAST(to_jsonb(c) ->> 'collisdeterministic' AS boolean) IS FALSE"
)
#: Escapes of JSON that cannot be converted to text: NUL, and halves of a letter.
_NO_TEXT = r"\\u(0000|[dD][89a-fA-F])"
_TYPES = sa.text("SELECT oid, typcategory FROM pg_catalog.pg_type WHERE oid IN :oids").bindparams(
    sa.bindparam("oids", expanding=True)
)
#: Constants, so that a NUMERIC beyond all doubles is compared as it is.
_SMALLEST: ColumnElement[float] = sa.literal_column("-1.7976931348623157e308", sa.Double)
_LARGEST: ColumnElement[float] = sa.literal_column("1.7976931348623157e308", sa.Double)
_TINY: ColumnElement[float] = sa.literal_column("1e-7", sa.Double)
#: SQLSTATE, and its first two letters: messages are in the server's language.
_CODES = {
    "42501": Cause.PERMISSION,
    "25001": Cause.PERMISSION,
    "25006": Cause.PERMISSION,
    "42P01": Cause.MISSING_TABLE,
    "3F000": Cause.MISSING_TABLE,
    "42703": Cause.MISSING_COLUMN,
    "55P03": Cause.LOCKED,
    "40P01": Cause.LOCKED,
    "57014": Cause.TIMEOUT,
    "25P03": Cause.TIMEOUT,
    "25P04": Cause.TIMEOUT,
}
_CLASSES = {
    "08": Cause.CONNECTION,
    "22": Cause.BAD_VALUE,
    "28": Cause.PERMISSION,
    "42": Cause.BAD_VALUE,
    "53": Cause.CONNECTION,
    "57": Cause.CONNECTION,
}
_SCAN = re.compile(
    r"(?P<how>[A-Z]\w*(?: \w+)* Scan)(?: using \S+)? on (?P<table>\S+).*?rows=(?P<rows>\d+)"
)
#: PostgreSQL rounds a seventh digit where other engines cut it.
_TOO_FINE, _CUT = r"(\.[0-9]{6})[0-9]+", r"\1"


#: Time-outs of a session in messages of the server or PgBouncer, and what to set instead.
_IDLE = ("idle-in-transaction", "idle transaction timeout")
_TOO_LONG = ("transaction timeout",)


class PostgreSQL(Profile):
    """One read-only transaction in UTC, whose statements stop at the evaluation's limit.

    SQL cannot leave it: PostgreSQL lets no query, function or view make a transaction writable
    that began read-only, and `default_transaction_read_only` counts only for later ones. Each
    statement is rolled back to a savepoint, so that settings which a view changes, its locks and
    its notices end with it, and a statement that fails does not end the transaction. It is never
    committed.

    READ COMMITTED: between statements no snapshot is held, which would keep VACUUM from its work
    for as long as an evaluation takes; what one statement counts is consistent all the same.
    """

    name = "postgresql"
    keeps_engines = True
    groups_by_truth = True
    counts_further = True
    undo: str | None = "ROLLBACK TO SAVEPOINT andon"
    reads_json = True
    faults = (
        ("idle transaction timeout", Cause.TIMEOUT),
        ('role "', Cause.PERMISSION),
        ("cross-database references", Cause.MISSING_TABLE),
        ("undefined table", Cause.MISSING_TABLE),
        ('relation "', Cause.MISSING_TABLE),
        ('schema "', Cause.MISSING_TABLE),
        ('column "', Cause.MISSING_COLUMN),
        ("due to lock timeout", Cause.LOCKED),
        ("due to statement timeout", Cause.TIMEOUT),
    )

    def cause_of(self, error: BaseException) -> Cause | None:
        code = getattr(getattr(error, "orig", None) or error, "sqlstate", None) or ""
        return _CODES.get(code) or _CLASSES.get(code[:2])

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        arguments = {
            "connect_timeout": max(2, int(limits.seconds)),
            "application_name": APPLICATION,
            **({} if "client_encoding" in url.query else {"client_encoding": "utf8"}),
        }
        # After every rollback psycopg would prepare its statements again.
        is_psycopg = url.get_driver_name() == "psycopg"
        return arguments | ({"prepare_threshold": None} if is_psycopg else {})

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        return {"isolation_level": "READ COMMITTED", "postgresql_readonly": True}

    def opened(self, driver_connection: Any, limits: Limits) -> None:
        """Decode text of a database without an encoding, which may be any bytes.

        The server would refuse to hand out a row of which it cannot make UTF-8.
        """
        if driver_connection.info.parameter_status("server_encoding") != "SQL_ASCII":
            return
        from checks.warehouse.dialects._psycopg_text import read_any_bytes

        read_any_bytes(driver_connection)

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        # Before the savepoint, so that they are not undone, and for this transaction alone.
        return (
            "SET LOCAL TIME ZONE 'UTC'",
            f"SET LOCAL statement_timeout = {limits.milliseconds}",
            f"SET LOCAL lock_timeout = {max(1, int(limits.lock_seconds * 1000))}",
            "SAVEPOINT andon",
        )

    def explained(self, error: MeasurementError) -> MeasurementError:
        text = error.detail.casefold()
        setting = (
            "idle_in_transaction_session_timeout"
            if any(fragment in text for fragment in _IDLE)
            else "transaction_timeout"
            if any(fragment in text for fragment in _TOO_LONG)
            else None
        )
        if setting is None:
            return error
        why = (
            f"the server ended the session by its {setting}, which has to be longer than an "
            f"evaluation takes: ALTER ROLE ... SET {setting} ({error.detail})"
        )
        return MeasurementError(Cause.TIMEOUT, why, retry=True)

    def patterns(self) -> tuple[tuple[str, Cause], ...]:
        return (("permission denied", Cause.PERMISSION), *super().patterns())

    def cancel(self, driver_connection: Any) -> None:
        driver_connection.cancel_safe(timeout=2.0)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(0))
        description = (result.cursor.description if result.cursor else ()) or ()
        columns = [(str(c[0]), int(str(c[1]))) for c in description]
        kinds = _KINDS | self._user_types(connection, {oid for _, oid in columns} - _KINDS.keys())
        column_kinds = columns_by_name((name, kinds.get(oid, Kind.OTHER)) for name, oid in columns)
        texts = [name for name, kind in column_kinds.items() if kind is Kind.TEXT]
        return {
            **column_kinds,
            **dict.fromkeys(self._collated(connection, relation, texts), Kind.COLLATED),
        }

    def _collated(
        self, connection: Connection, relation: FromClause, names: Sequence[str]
    ) -> Sequence[str]:
        """The columns whose collation treats different letters as equal.

        Any other compares by bytes in the end, and its index is usable only with its own collation.
        """
        if not names:
            return ()
        columns: list[sa.ColumnClause[Any]] = [
            sa.column(quoted_name(name, quote=True)) for name in names
        ]
        # The join returns one row whatever the relation has, and reads none of its rows.
        single_row = sa.select(sa.literal_column("1").label("one")).subquery("one_row")
        collations = connection.execute(
            sa.select(
                *(sa.func.pg_collation_for(column, type_=sa.String) for column in columns)
            ).select_from(single_row.outerjoin(relation, sa.false()))
        ).one()
        others = {str(name) for name in collations if name not in _DETERMINISTIC}
        if not others:
            return ()
        rows = connection.execute(_SAME_LETTERS, {"names": sorted(others)})
        same = {str(row[0]) for row in rows}
        return [
            name for name, collation in zip(names, collations, strict=True) if collation in same
        ]

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.collate(text, "C")

    def json_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        value = sa.cast(column, sa.Text)
        is_text = sa.not_(value.regexp_match(_NO_TEXT))
        path: ColumnElement[Any] = sa.literal_column("'{}'")
        json = sa.case((is_text, sa.cast(column, JSON)), else_=sa.func.to_json(value))
        text = json.op("#>>", return_type=sa.String())(path)
        return single_json(sa.func.json_typeof(json), text, self)

    def _user_types(self, connection: Connection, oids: set[int]) -> dict[int, Kind]:
        """The kinds of types that are not built in."""
        if not oids:
            return {}
        rows = connection.execute(_TYPES, {"oids": sorted(oids)})
        return {int(oid): _CATEGORIES.get(str(category), Kind.OTHER) for oid, category in rows}

    def label_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return self.as_text(column)

    def bytes_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        # As text it would be `\x` and digits.
        return sa.func.encode(column, "escape", type_=sa.String)

    def estimate(self, answer: Sequence[str]) -> str | None:
        rows: Counter[str] = Counter()
        for line in answer:
            if match := _SCAN.search(line):
                rows[f"{match['how'].lower()} of {match['table']}"] += int(match["rows"])
        return "; ".join(f"{scan}: about {count:,} rows" for scan, count in rows.items()) or None

    def without_query(self, address: ColumnElement[Any]) -> ColumnElement[Any]:
        return path_of(address)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        # NaN is larger than every number.
        return sa.and_(number >= _SMALLEST, number <= _LARGEST)

    def micros(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        # A NUMERIC may be too small to be cast to a double.
        return super().micros(sa.case((sa.func.abs(number) < _TINY, 0), else_=number))

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        value = sa.collate(column, "C") if kind is Kind.TEXT else column
        return super().in_order(value, kind)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        is_number = sa.and_(
            sa.func.length(column) <= LONGEST_NUMBER, column.regexp_match(f"^{NUMBER}$")
        )
        return sa.case((is_number, sa.cast(self.trimmed(column), sa.Double)), else_=None)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.btrim(text, BLANKS, type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = sa.func.regexp_replace(column, _TOO_FINE, _CUT)
        aware = sa.func.timezone("UTC", sa.cast(text, sa.DateTime(timezone=True)))
        local = sa.func.timezone("UTC", sa.func.timezone(naive.key, sa.cast(text, sa.DateTime)))
        # The server would read 'yesterday' as a time.
        return sa.case(
            (column.regexp_match(f"^{LOCAL_TIME}$"), local),
            (column.regexp_match(f"^{OFFSET_TIME}$"), aware),
            else_=None,
        )


PROFILE = PostgreSQL()
