"""How engines that do not run here read text by its code points, in their own SQL."""

from __future__ import annotations

from importlib import import_module

import pytest
import sqlalchemy as sa
import sqlglot

from checks.warehouse.dialects import profile_for
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.relation import Relation
from checks.warehouse.roles import name_of
from tests.engines._compiled import Compiled

pytestmark = pytest.mark.compiled
READ = {
    "mysql": "convert(t.name USING utf8mb4) COLLATE utf8mb4_0900_bin",
    "mariadb": "convert(t.name USING utf8mb4) COLLATE utf8mb4_nopad_bin",
    "mssql": "CAST(t.name AS NVARCHAR(max)) COLLATE Latin1_General_100_BIN2",
    "snowflake": "collate(t.name, 'utf8')",
    "bigquery": "collate(`t`.`name`, '')",
    "redshift": "collate(t.name, 'case_sensitive')",
    "databricks": "collate(t.name, 'UTF8_BINARY')",
}


@pytest.mark.parametrize("engine", READ)
def test_text_is_compared_by_code_points(engine: str) -> None:
    compiled: Compiled = import_module(f"tests.engines.{engine}").ENGINE
    try:
        dialect = sa.make_url(compiled.url).get_dialect()()
    except (ModuleNotFoundError, sa.exc.NoSuchModuleError) as error:
        pytest.skip(f"{engine}: no dialect ({error})")
    profile = profile_for(engine)
    kinds = {"name": Kind.COLLATED if engine == "databricks" else Kind.TEXT}
    target = sa.table("t", sa.column("name"))
    relation = Relation(
        "events", "t", target, kinds, None, profile.columns_read_otherwise(target, kinds)
    )
    name = name_of(relation, "name", profile)
    sql = str(name.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    assert " ".join(sql.split()) == READ[engine]
    sqlglot.parse_one(f"SELECT {sql} FROM t", read=compiled.parser)


@pytest.mark.parametrize(
    ("type_name", "kind"),
    [
        ("string collate UTF8_LCASE", Kind.COLLATED),
        ("string collate UNICODE_CI", Kind.COLLATED),
        ("string collate UTF8_BINARY", Kind.TEXT),
        ("string", Kind.TEXT),
        ("array<string collate UTF8_LCASE>", Kind.NESTED),
        ("struct<a:int>", Kind.NESTED),
        ("map<string,int>", Kind.NESTED),
        ("variant", Kind.JSON),
        ("VARCHAR[]", Kind.NESTED),
        ("INTEGER[3]", Kind.NESTED),
        ("row(a varchar(3), b bigint)", Kind.NESTED),
        ("json", Kind.JSON),
        ("ENUM('a[]', 'b')", Kind.LABEL),
    ],
)
def test_kinds_of_types_that_are_not_read_as_stored(type_name: str, kind: Kind) -> None:
    assert kind_of(type_name) is kind
