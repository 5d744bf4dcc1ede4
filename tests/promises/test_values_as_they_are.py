"""Values are measured as they are, whatever type a column declares, by one rule for each role.

Each engine is given every type that it has, in every role (amount, name, id, time), and what is
right is written down for each value: no engine is the measure of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse import Warehouse
from checks.warehouse.instants import instant
from checks.warehouse.relation import Relation
from checks.warehouse.roles import amount_of, id_of, kinds_differ, name_of, same_id
from tests.shop import Shop

START, END = datetime(2025, 3, 8, tzinfo=UTC), datetime(2025, 3, 9, tzinfo=UTC)
BERLIN, HOME = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
#: What is stored, as SQL, and what it has to be taken for.
Values = Mapping[str, object]
#: The values of a column of each type.
Columns = Mapping[str, Values]
LATER, EARLIER, UNDATED, IN_DAY = "after the day", "before the day", "of no day", "of the day"
MESSY = {"'12.50'": 12.5, "' 7 '": 7.0, "'12,50'": None, "'n/a'": None, "''": None, "NULL": None}
NAMES = {"'purchase'": "purchase", "'Ä b'": "Ä b", "NULL": None}
WHOLE = {"7": "7", "-1": "-1", "NULL": None}
FRACTIONS = {"7": "7", "0.5": "0.5", "NULL": None}
TRUTHS = {"true": "true", "false": "false", "NULL": None}
JSON_NAMES = {
    "'\"purchase\"'": "purchase", "'\"Ä b\"'": "Ä b", "'7'": "7", "'7.00'": "7", "'-7'": "-7",
    "'0.50'": "0.5", "'7e2'": "700", "'12345678901234567890'": "12345678901234567890",
    "'true'": "true", "'null'": None, "'[1]'": None, "'{}'": None, "NULL": None,
}  # fmt: skip
BLANK_JSON = {
    "'\"a\"'": False, "'\"null\"'": False, "'42'": False, "'0'": False, "'null'": True,
    "'\"\"'": True, "'\" \"'": True, "'[]'": True, "'{}'": True, "NULL": True,
}  # fmt: skip
UUID = "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'"
TEXT_TIMES = {
    "'2025-03-08'": IN_DAY, "'2025-03-08T10:00:00Z'": IN_DAY,
    "'2025-03-08 23:59:59.999999'": IN_DAY,
    "'2025-03-09 00:30:00+01:00'": IN_DAY, "'2025-03-09 00:00:00'": LATER, "'2024-02-29'": EARLIER,
    "'9999-12-31 23:59:59'": LATER, "'9999-12-31T23:59:59-10:00'": LATER, "'0001-01-01'": EARLIER,
    "'2025-02-29'": UNDATED, "'2025-13-45'": UNDATED, "'2025-04-31 10:00:00'": UNDATED,
    "'2025-03-08 24:00:00'": UNDATED, "'0000-01-01 00:00:00'": UNDATED, "'08.03.2025'": UNDATED,
    "'1741435200'": UNDATED, "''": UNDATED, "'yesterday'": UNDATED, "'infinity'": UNDATED,
    "'2025-03-08T10:00:00+99:00'": UNDATED, "NULL": UNDATED,
}  # fmt: skip
STORED_TIMES = {
    "'2025-03-08 00:00:00'": IN_DAY, "'2025-03-07 23:59:59'": EARLIER,
    "'2025-03-09 00:00:00'": LATER, "NULL": UNDATED,
}  # fmt: skip
INSTANTS = {value.replace(":00'", ":00+00'"): right for value, right in STORED_TIMES.items()}
DAYS = {
    "'2025-03-08'": IN_DAY, "'2025-03-07'": EARLIER, "'2025-03-09'": LATER, "NULL": UNDATED,
}  # fmt: skip


def casts(type_: str, values: Values) -> Values:
    """The values, written as the type, for engines that take no text for it."""
    return {f"CAST({value} AS {type_})": right for value, right in values.items()}


#: What SQLite keeps in a column of text all the same, and what its functions read up to a NUL.
NO_UTF8: Values = {
    "CAST(x'FF' AS TEXT)": None,
    "'12' || CAST(x'FF' AS TEXT)": None,
    "'12' || char(0) || CAST(x'FF' AS TEXT)": None,
    "'2025-03-08 10:00:00' || CAST(x'C3' AS TEXT)": None,
    "'2025-03-08' || char(0) || CAST(x'FF' AS TEXT)": None,
    "'2025-03-08 10:00:00' || char(0)": None,
    "'2025-03-08 10:00:00.123456' || char(0)": None,
}
ODD = {"'NaN'": None, "'Infinity'": None, "'-Infinity'": None}
DUCK_ODD = casts("DOUBLE", ODD)
AMOUNTS: Mapping[str, Columns] = {
    "duckdb": {
        "VARCHAR": MESSY, "DOUBLE": {"12.5": 12.5} | DUCK_ODD, "FLOAT": {"1.5": 1.5} | DUCK_ODD,
        "DECIMAL(18,3)": {"12.5": 12.5}, "DECIMAL(38,0)": {"1e37": 1e37},
        "HUGEINT": {"1e30": 1e30}, "UHUGEINT": {"7": 7.0}, "TINYINT": {"-1": -1.0},
        "ENUM('12.5', 'n/a')": {"'12.5'": 12.5, "'n/a'": None},
    },
    "postgresql": {
        "text": MESSY, "char(8)": MESSY, "double precision": {"12.5": 12.5} | ODD,
        "real": {"1.5": 1.5} | ODD, "numeric": {"12.50": 12.5, "1e30": 1e30, "1e400": None} | ODD,
        "numeric(18,3)": {"12.5": 12.5}, "money": {"'12.50'::money": 12.5}, "bigint": {"7": 7.0},
        "an_amount": {"'12.5'": 12.5, "'n/a'": None},
    },
    "sqlite": {
        type_: MESSY | NO_UTF8 | {
            "12.5": 12.5, "7": 7.0, "1e999": None, "x'00'": None, str(-(2**63)): -(2.0**63),
        }
        for type_ in ("REAL", "INTEGER", "NUMERIC", "TEXT", "BLOB", "DATE", "BOOLEAN", "")
    },
    "spark": {
        "STRING": MESSY, "DOUBLE": {"12.5": 12.5} | casts("DOUBLE", ODD), "INT": {"7": 7.0},
        "DECIMAL(18,3)": {"12.5": 12.5}, "CHAR(8)": MESSY, "VARCHAR(8)": MESSY,
    },
}  # fmt: skip
NAMED: Mapping[str, Columns] = {
    "duckdb": {
        "VARCHAR": NAMES, "ENUM('purchase', 'Ä b')": NAMES, "INTEGER": WHOLE, "HUGEINT": WHOLE,
        "DECIMAL(9,2)": {"7": "7"}, "DOUBLE": FRACTIONS, "BOOLEAN": TRUTHS,
        "UUID": {UUID: UUID.strip("'")}, "DATE": {"'2025-03-08'": "2025-03-08"},
        "JSON": JSON_NAMES, "VARCHAR COLLATE NOCASE": NAMES,
    },
    "postgresql": {
        "text": NAMES, "varchar(20)": NAMES, "char(20)": NAMES, "a_name": NAMES, "a_text": NAMES,
        "integer": WHOLE, "numeric(9,2)": {"7": "7"}, "double precision": FRACTIONS,
        "boolean": TRUTHS, "uuid": {UUID: UUID.strip("'")}, "name": NAMES,
        "json": JSON_NAMES | {"'\"\\u0000\"'": '"\\u0000"'}, "jsonb": JSON_NAMES,
    },
    "sqlite": {
        "TEXT": NAMES, "VARCHAR(20)": NAMES, "CHAR(20)": NAMES, "INTEGER": NAMES | WHOLE,
        "REAL": NAMES | FRACTIONS, "NUMERIC": NAMES | WHOLE, "": NAMES | FRACTIONS,
        "DATE": NAMES | WHOLE, "BLOB": WHOLE,
        **dict.fromkeys(("TEXT ", "INTEGER ", "BLOB "), NAMES | {
            "CAST('purchase' AS BLOB)": "purchase", "CAST('Ä b' AS BLOB)": "Ä b",
        }),
    },
    "spark": {
        "STRING": NAMES, "CHAR(20)": NAMES, "VARCHAR(20)": NAMES, "INT": WHOLE, "BOOLEAN": TRUTHS,
        "DECIMAL(9,2)": {"7": "7"}, "DOUBLE": FRACTIONS,
    },
}  # fmt: skip
BLANK_TEXT = {"'a'": False, "''": True, "' '": True, "NULL": True}
BLANK_NUMBER = {"0": False, "NULL": True}
BLANK_BYTES = {"''": True, "'  '": True, "'a'": False, "NULL": True}
NO_IDS: Mapping[str, Columns] = {
    "duckdb": {
        "VARCHAR": BLANK_TEXT | {"chr(9)": True}, "BIGINT": BLANK_NUMBER,
        "DOUBLE": BLANK_NUMBER | casts("DOUBLE", {"'NaN'": True}),
        "FLOAT": casts("FLOAT", {"'NaN'": True}), "UUID": {UUID: False, "NULL": True},
        "DECIMAL(9,2)": BLANK_NUMBER, "ENUM('a', '', ' ')": BLANK_TEXT,
        "JSON": BLANK_JSON,
        "BLOB": BLANK_BYTES | {r"'\x09\x0A'": True, r"'\xFF'": False},
    },
    "postgresql": {
        "text": BLANK_TEXT | {"chr(9)": True}, "char(5)": BLANK_TEXT, "a_text": BLANK_TEXT,
        "an_id": BLANK_TEXT, "double precision": BLANK_NUMBER | {"'NaN'": True},
        "numeric": BLANK_NUMBER | {"'NaN'": True, "1e400": True}, "bigint": BLANK_NUMBER,
        "uuid": {UUID: False, "NULL": True}, "json": BLANK_JSON, "jsonb": BLANK_JSON,
        "bytea": BLANK_BYTES | {r"'\x090a'": True, r"'\xff'": False, r"'\x00'": False},
    },
    "sqlite": {
        **{
            type_: BLANK_TEXT | {
                "1": False, "0.5": False, "x''": True, "x'2009'": True, "char(9)": True,
                "1e999": type_ != "TEXT", "-1e999": type_ != "TEXT", "'12e999 a'": False,
                "CAST(x'FF' AS TEXT)": False,
            }
            for type_ in ("REAL", "INTEGER", "NUMERIC", "TEXT", "BLOB", "DATE", "")
        },
        **{
            type_: BLANK_NUMBER | {"1e999": True, "-1e999": True, str(-(2**63)): False}
            for type_ in ("REAL ", "INTEGER ", "NUMERIC ", "BLOB ")
        },
        "TEXT ": BLANK_TEXT | {"'1e999'": False, "'Inf'": False},
    },
    "spark": {
        "STRING": BLANK_TEXT, "CHAR(5)": BLANK_TEXT, "BIGINT": BLANK_NUMBER,
        "DOUBLE": BLANK_NUMBER | casts("DOUBLE", {"'NaN'": True}),
    },
}  # fmt: skip
TIMES: Mapping[str, Columns] = {
    "duckdb": {
        "VARCHAR": TEXT_TIMES, "DATE": DAYS | {"'infinity'": LATER, "'-infinity'": EARLIER},
        **dict.fromkeys(("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), STORED_TIMES),
        **{
            type_: STORED_TIMES | {
                "'infinity'": LATER, "'-infinity'": EARLIER, "'57155-04-01 10:00:00'": LATER,
                "'0044-03-15 (BC) 00:00:00'": EARLIER,
            } for type_ in ("TIMESTAMP", "TIMESTAMPTZ")
        },
    },
    "postgresql": {
        "text": TEXT_TIMES, "char(40)": TEXT_TIMES, "a_text": TEXT_TIMES,
        "date": DAYS | {"'infinity'": LATER, "'-infinity'": EARLIER, "'0044-03-15 BC'": EARLIER},
        **{
            type_: (INSTANTS if type_ == "timestamptz" else STORED_TIMES) | {
                "'infinity'": LATER, "'-infinity'": EARLIER, "'57155-04-01 10:00:00'": LATER,
                "'10000-01-01'": LATER, "'0044-03-15 00:00:00 BC'": EARLIER,
            } for type_ in ("timestamp", "timestamptz", "timestamp(0)")
        },
    },
    "sqlite": {
        **{
            type_: TEXT_TIMES | dict.fromkeys((*NO_UTF8, "1741435200", "x'00'"), UNDATED)
            for type_ in ("TEXT", "TIMESTAMP", "DATETIME", "DATE", "INTEGER", "NUMERIC", "")
        },
        "TEXT ": TEXT_TIMES | dict.fromkeys(NO_UTF8, UNDATED),
        "DATE ": DAYS | {"1741435200": UNDATED, "'soon'": UNDATED},
    },
    "spark": {
        "STRING": TEXT_TIMES, "CHAR(40)": TEXT_TIMES, "DATE": casts("DATE", DAYS),
        # An instant, whatever the zone of the session that writes it.
        "TIMESTAMP": casts(
            "TIMESTAMP", {text.replace("+00'", "+00:00'"): day for text, day in INSTANTS.items()}
        ),
        "TIMESTAMP_NTZ": casts("TIMESTAMP_NTZ", STORED_TIMES),
    },
}  # fmt: skip
PREPARED: Mapping[str, Sequence[str]] = {
    "postgresql": (
        "CREATE TYPE a_name AS ENUM ('purchase', 'Ä b')",
        "CREATE TYPE an_amount AS ENUM ('12.5', 'n/a')",
        "CREATE TYPE an_id AS ENUM ('a', '', ' ')",
        "CREATE DOMAIN a_text AS text",
    ),
}


@dataclass(frozen=True)
class Source:
    """A mapped section, as far as resolving it needs it."""

    table: str | None = None
    query: str | None = None


def columns_of(shop: Shop, role: Mapping[str, Columns]) -> Columns:
    return role["spark" if shop.engine.backend == "spark" else shop.engine.name]


def filled(shop: Shop, columns: Columns) -> Iterator[tuple[Warehouse, Relation, Sequence[object]]]:
    """Each column of its type in a table of its own, row by row."""
    statements = list(PREPARED.get(shop.engine.name, ()))
    for number, (type_, values) in enumerate(columns.items()):
        rows = ", ".join(f"({row}, {value})" for row, value in enumerate(values))
        statements += [
            f"CREATE TABLE t{number} (place INT, stored {type_})",
            f"INSERT INTO t{number} VALUES {rows}",
        ]  # fmt: skip
    shop.engine.write(shop.url, (), statements)
    shop.settings["warehouse"]["timeout_seconds"] = 600
    with Warehouse(shop.config().warehouse) as warehouse:
        for number, (_, values) in enumerate(columns.items()):
            relation = warehouse.relation("events", Source(f"t{number}"))
            yield warehouse, relation, list(values.values())


def fetched(
    warehouse: Warehouse, relation: Relation, *columns: sa.ColumnElement[object]
) -> list[tuple[object, ...]]:
    statement = sa.select(*columns).select_from(relation.target)
    rows = warehouse.fetch(statement.order_by(relation.stored("place")))
    return [tuple(row) for row in rows]


def wrong(columns: Columns, stored_rows: Sequence[Sequence[object]]) -> list[str]:
    """What was taken for something else, a line each."""
    return [
        f"{type_} {value}: {is_} instead of {right}"
        for (type_, values), measured in zip(columns.items(), stored_rows, strict=True)
        for (value, right), is_ in zip(values.items(), measured, strict=True)
        if is_ != right
    ]


def test_amounts(shop: Shop) -> None:
    columns, stored_rows = columns_of(shop, AMOUNTS), []
    for warehouse, relation, _ in filled(shop, columns):
        amount, valid = amount_of(relation, "stored", warehouse.profile)
        checked = amount if valid is None else sa.case((valid, amount), else_=None)
        micros = warehouse.profile.micros(checked)
        rows = fetched(warehouse, relation, sa.cast(checked, sa.Double), micros)
        stored_rows.append([None if row[0] is None else float(str(row[0])) for row in rows])
        assert [row[0] is None for row in rows] == [row[1] is None for row in rows]
    assert wrong(columns, stored_rows) == []


def test_names(shop: Shop) -> None:
    columns, stored_rows = columns_of(shop, NAMED), []
    for warehouse, relation, right in filled(shop, columns):
        name = name_of(relation, "stored", warehouse.profile)
        expected = [text for text in right if text is not None]
        rows = fetched(warehouse, relation, name, sa.case((name.in_(expected), 1), else_=0))
        stored_rows.append([row[0] for row in rows])
        assert [row[1] for row in rows] == [int(text is not None) for text in right]
    assert wrong(columns, stored_rows) == []


def test_what_is_no_id(shop: Shop) -> None:
    columns, stored_rows = columns_of(shop, NO_IDS), []
    for warehouse, relation, _ in filled(shop, columns):
        blank = id_of(relation, "stored", warehouse.profile).blank
        stored_rows.append([bool(row[0]) for row in fetched(warehouse, relation, blank)])
    assert wrong(columns, stored_rows) == []


def test_times(shop: Shop) -> None:
    columns, stored_rows = columns_of(shop, TIMES), []
    for warehouse, relation, _ in filled(shop, columns):
        at = instant(relation, "stored", warehouse.profile, HOME, HOME)
        flags = [
            sa.case((test, 1), else_=0)
            for test in (
                at.undated(), at.before(START), at.between(START, END), at.from_(END),
            )
        ]  # fmt: skip
        rows = fetched(warehouse, relation, *flags, at.plain(at.expression))
        kinds = (UNDATED, EARLIER, IN_DAY, LATER)
        stored_rows.append([kinds[row.index(1)] for row in rows])
        assert all(sum(int(str(flag)) for flag in row[:4]) == 1 for row in rows)
        moments = [at.moment(row[4]) for row in rows]
        kinds_of_moments = [
            UNDATED if m is None else LATER if m >= END else IN_DAY if m >= START else EARLIER
            for m in moments
        ]
        assert kinds_of_moments == stored_rows[-1]
        newest = sa.select(at.newest(at.expression)).select_from(relation.target)
        assert at.moment(warehouse.fetch(newest)[0][0]) == max(m for m in moments if m)
    assert wrong(columns, stored_rows) == []


BIG = 2**53
#: Of two types and values: whether they are one id.
Pairs = Mapping[tuple[str, str, str, str], bool]
CAPITALS = UUID.upper()
ALIKE: Mapping[str, Pairs] = {
    "duckdb": {
        ("BIGINT", "42", "DOUBLE", "42"): True,
        ("BIGINT", "42", "DECIMAL(18,2)", "42"): True,
        ("DOUBLE", "42", "DECIMAL(18,2)", "42"): True,
        ("DECIMAL(38,0)", "12345678901234567890", "HUGEINT", "12345678901234567890"): True,
        ("DECIMAL(9,1)", "42.5", "DECIMAL(18,2)", "42.5"): True,
        ("DECIMAL(18,2)", "42.5", "VARCHAR", "'42.5'"): True,
        ("BIGINT", str(BIG + 1), "DOUBLE", str(BIG)): False,
        ("BIGINT", str(BIG + 1), "DECIMAL(18,0)", str(BIG + 1)): True,
        ("BIGINT", str(BIG + 1), "DECIMAL(18,0)", str(BIG)): False,
        ("VARCHAR", "'42'", "DOUBLE", "42"): True,
        ("VARCHAR", "'42.0'", "DOUBLE", "42"): False,
        ("UUID", UUID, "VARCHAR", CAPITALS): True,
        ("UUID", UUID, "UUID", CAPITALS): True,
        ("VARCHAR", UUID, "VARCHAR", CAPITALS): False,
        ("ENUM('a')", "'a'", "VARCHAR", "'a'"): True,
        ("VARCHAR", "'a'", "VARCHAR", "'a '"): False,
        ("VARCHAR", "'a'", "BIGINT", "1"): False,
        ("BLOB", "'a b'", "VARCHAR", "'a b'"): True,
        ("BLOB", "'it''s'", "VARCHAR", "'it''s'"): True,
        ("BLOB", r"'\xFF'", "BLOB", r"'\xFE'"): False,
    },
    "postgresql": {
        ("bigint", "42", "double precision", "42"): True,
        ("integer", "42", "numeric(18,2)", "42"): True,
        ("double precision", "42", "numeric", "42.00"): True,
        ("numeric", "12345678901234567890", "numeric(30,3)", "12345678901234567890"): True,
        ("numeric(9,1)", "42.5", "numeric(18,2)", "42.5"): True,
        ("numeric(9,1)", "42.5", "double precision", "42.5"): True,
        ("bigint", str(BIG + 1), "double precision", str(BIG)): False,
        ("bigint", str(BIG + 1), "numeric", str(BIG + 1)): True,
        ("bigint", str(BIG + 1), "numeric", str(BIG)): False,
        ("text", "'42'", "numeric(18,2)", "42"): True,
        ("text", "'42'", "double precision", "42"): True,
        ("uuid", UUID, "text", CAPITALS): True,
        ("char(10)", "'a'", "text", "'a'"): True,
        ("char(10)", "'a'", "char(5)", "'a'"): True,
        ("an_id", "'a'", "text", "'a'"): True,
        ("text", "'a'", "text", "'A'"): False,
        ("a_text", "'a'", "varchar(3)", "'a'"): True,
        ("text", "'x'", "uuid", UUID): False,
        ("bytea", "'a'", "text", "'a'"): True,
        ("bytea", r"'\xff'", "bytea", r"'\xff'"): True,
        ("bytea", r"'\xff'", "bytea", r"'\xfe'"): False,
    },
    "sqlite": {
        ("INTEGER", "42", "REAL", "42"): True,
        ("INTEGER", "42", "TEXT", "'42'"): True,
        ("REAL", "42", "TEXT", "'42'"): True,
        ("", "42.0", "", "'42'"): True,
        ("BLOB", "42", "TEXT", "'42'"): True,
        ("INTEGER", str(BIG + 1), "REAL", str(BIG)): False,
        ("INTEGER", str(BIG + 1), "TEXT", f"'{BIG + 1}'"): True,
        ("INTEGER", "'a'", "TEXT", "'a'"): True,
        ("TEXT", "'a'", "TEXT", "'A'"): False,
        ("INTEGER", "1", "TEXT", "'a'"): False,
        ("TEXT COLLATE NOCASE", "'a'", "TEXT COLLATE NOCASE", "'A'"): False,
        ("TEXT COLLATE NOCASE", "'a'", "TEXT", "'A'"): False,
        ("TEXT", "'a'", "TEXT COLLATE RTRIM", "'a '"): False,
        ("TEXT COLLATE NOCASE", "'a'", "TEXT COLLATE NOCASE", "'a'"): True,
        ("TEXT", "CAST('a' AS BLOB)", "TEXT", "'a'"): True,
        ("BLOB", "CAST('a' AS BLOB)", "BLOB", "'a'"): True,
        ("BLOB", "CAST('42' AS BLOB)", "INTEGER", "42"): True,
    },
    "spark": {
        ("BIGINT", "42", "DOUBLE", "42"): True,
        ("BIGINT", "42", "DECIMAL(18,2)", "42"): True,
        ("DECIMAL(9,1)", "42.5", "DECIMAL(18,2)", "42.5"): True,
        ("BIGINT", str(BIG + 1), "DOUBLE", str(BIG)): False,
        ("STRING", "'42'", "DOUBLE", "42"): True,
        ("CHAR(10)", "'a'", "STRING", "'a'"): True,
        ("STRING", "'a'", "BIGINT", "1"): False,
    },
}


def test_ids_are_compared_as_values(shop: Shop) -> None:
    pairs = ALIKE["spark" if shop.engine.backend == "spark" else shop.engine.name]
    statements = list(PREPARED.get(shop.engine.name, ()))
    for number, (type_, value, other_type, other) in enumerate(pairs):
        for side, declared, stored in (("a", type_, value), ("b", other_type, other)):
            statements += [
                f"CREATE TABLE {side}{number} (place INT, stored {declared})",
                f"INSERT INTO {side}{number} VALUES (1, {stored})",
            ]
    shop.engine.write(shop.url, (), statements)
    shop.settings["warehouse"]["timeout_seconds"] = 600
    matches = {}
    with Warehouse(shop.config().warehouse) as warehouse:
        for number, pair in enumerate(pairs):
            relation = warehouse.relation("orders", Source(f"a{number}"))
            other_one = warehouse.relation("sessions", Source(f"b{number}"))
            ids = [id_of(r, "stored", warehouse.profile) for r in (relation, other_one)]
            same = same_id(*ids[0][:2], *ids[1][:2], warehouse.profile)
            joined = relation.target.join(other_one.target, same)
            matches[pair] = bool(
                warehouse.fetch(sa.select(sa.func.count()).select_from(joined))[0][0]
            )
    assert matches == pairs


def test_kinds_that_differ_are_told(shop: Shop) -> None:
    text, number, uuid = {"'a'": 0}, {"1": 0}, {UUID: 0}
    columns: Mapping[str, Columns] = {
        "duckdb": {"VARCHAR": text, "BIGINT": number, "DOUBLE": number, "UUID": uuid},
        "postgresql": {"text": text, "bigint": number, "numeric": number, "uuid": uuid},
        "sqlite": {"TEXT": text, "INTEGER": number, "REAL": number},
        "spark": {"STRING": text, "BIGINT": number, "DOUBLE": number},
    }
    relations = [relation for _, relation, _ in filled(shop, columns_of(shop, columns))]
    kinds = [relation.column("stored")[1] for relation in relations]
    assert kinds_differ(kinds[0], kinds[0]) is None
    assert kinds_differ(kinds[0], kinds[1]) == "text and number"
    assert kinds_differ(kinds[1], kinds[2]) is None
    if len(kinds) > 3:
        assert kinds_differ(kinds[3], kinds[0]) == "UUID and text"


def warehouse_of(shop: Shop) -> Warehouse:
    """The shop's warehouse with a table that is not looked at: without any there is no file."""
    shop.engine.write(shop.url, (), ["CREATE TABLE unused (a INT)"])
    return Warehouse(shop.config().warehouse)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS a, 2 AS b, 3 AS a",
        "SELECT x.a, y.a FROM (SELECT 1 AS a) AS x CROSS JOIN (SELECT 1 AS a) AS y -- end",
    ],
)
def test_a_query_that_returns_a_column_twice_is_refused(shop: Shop, query: str) -> None:
    with (
        warehouse_of(shop) as warehouse,
        pytest.raises(MeasurementError) as refused,
    ):
        warehouse.relation("events", Source(query=query))
    assert refused.value.cause is Cause.BAD_VALUE
    assert "the query of events returns the column 'a' more than once" in refused.value.detail


def test_names_that_differ_only_in_case_are_one_column_where_the_engine_folds(shop: Shop) -> None:
    quote = "`" if shop.engine.backend == "spark" else '"'
    source = Source(query=f"SELECT 1 AS {quote}a{quote}, 2 AS {quote}A{quote}")
    with warehouse_of(shop) as warehouse:
        if shop.engine.name == "postgresql":
            assert set(warehouse.relation("events", source).kinds) == {"a", "A"}
            return
        with pytest.raises(MeasurementError, match="column 'A' more than once"):
            warehouse.relation("events", source)


def test_a_column_called_like_the_engines_second_one_is_no_second_one(shop: Shop) -> None:
    source = Source(query="SELECT 1 AS a, 2 AS a_1")
    with warehouse_of(shop) as warehouse:
        assert set(warehouse.relation("events", source).kinds) == {"a", "a_1"}
