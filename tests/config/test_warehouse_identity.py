"""Which URLs mean the same warehouse, and what is shown of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.config.identity import warehouse_identity


def are_same(first: str, second: str) -> bool:
    return bool(set(warehouse_identity(first).digests) & set(warehouse_identity(second).digests))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("postgresql://u:a@h/d", "postgresql+psycopg://v:b@h/d?application_name=x&connect_timeout=3"),
        ("postgresql://u@h/d", "postgresql://u@h/d?options=-c%20role%3Dreader%20-c%20row_security%3Doff"),
        ("postgresql://h/d?options=-csearch_path%3Da", "postgresql://h/d?options=-c%20search_path%3Da%20-c%20statement_timeout%3D5"),
        ("snowflake://u:a@a/d/s?role=x&warehouse=small", "snowflake://v:b@a/d/s?role=y&warehouse=big"),
        ("mssql+pyodbc://?odbc_connect=SERVER%3Da%3BUID%3Du%3BPWD%3Dx", "mssql+pyodbc://?odbc_connect=SERVER%3Da%3BUID%3Dv%3BPWD%3Dy"),
        ("duckdb://", "duckdb:///:memory:"),
        ("duckdb:///:memory:", "duckdb:///:memory:shop?threads=1"),
        ("duckdb:////a/shop.duckdb", "duckdb:////a/b/../shop.duckdb?memory_limit=60MB"),
        ("sqlite:////a/shop.db", "sqlite+pysqlite:////a/shop.db?timeout=5"),
    ],
)  # fmt: skip
def test_who_asks_and_how_makes_no_other_warehouse(first: str, second: str) -> None:
    assert are_same(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("postgresql://u@h/d", "postgresql://u@h2/d"),
        ("postgresql://u@h/d", "postgresql://u@h:5433/d"),
        ("postgresql://u@h/d", "postgresql://u@h/d2"),
        ("postgresql://u@h/d?options=-csearch_path%3Da", "postgresql://u@h/d?options=-csearch_path%3Db"),
        ("trino://u@h/c/s1", "trino://u@h/c/s2"),
        ("bigquery://project/a", "bigquery://project/b"),
        ("databricks://token:t@h?catalog=a&schema=s", "databricks://token:t@h?catalog=b&schema=s"),
        ("mssql+pyodbc://?odbc_connect=SERVER%3Da", "mssql+pyodbc://?odbc_connect=SERVER%3Db"),
        ("duckdb:////a/shop.duckdb", "duckdb:////b/shop.duckdb"),
        ("duckdb:////a/shop", "sqlite:////a/shop"),
        ("duckdb://", "duckdb:////a/shop.duckdb"),
        ("duckdb:///md:a", "duckdb:///md:b"),
    ],
)  # fmt: skip
def test_where_the_tables_are_makes_another_warehouse(first: str, second: str) -> None:
    assert not are_same(first, second)


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    file, link = tmp_path / "shop.duckdb", tmp_path / "link.duckdb"
    file.touch()
    link.symlink_to(file)
    assert are_same(f"duckdb:///{link}", f"duckdb:///{file}")
    assert warehouse_identity(f"duckdb:///{link}").label == f"duckdb {file}"


def test_a_link_that_leads_to_another_file_each_day_is_one_warehouse(tmp_path: Path) -> None:
    link = tmp_path / "current.duckdb"
    link.symlink_to(tmp_path / "monday.duckdb")
    monday = warehouse_identity(f"duckdb:///{link}")
    link.unlink()
    link.symlink_to(tmp_path / "tuesday.duckdb")
    tuesday = warehouse_identity(f"duckdb:///{link}")
    assert monday.digests[0] != tuesday.digests[0]
    assert monday.digests[1:] == tuesday.digests[1:]
    assert not are_same(f"duckdb:///{tmp_path}/monday.duckdb", f"duckdb:///{link}")


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("postgresql+psycopg://u:hunter2@db.example:5432/shop", "postgresql db.example:5432/shop"),
        ("postgresql://u:hunter2@/shop?password=hunter2", "postgresql shop"),
        (
            "postgresql://u:hunter2@h/d?options=-csearch_path%3Da",
            "postgresql h/d (search_path=a)",
        ),
        (
            "mssql+pyodbc://?odbc_connect=SERVER%3Da%3BPWD%3Dhunter2",
            "mssql at its default address (server=a)",
        ),
        ("databricks://token:hunter2@h?catalog=a&http_path=hunter2", "databricks h (catalog=a)"),
        ("duckdb:////a/shop.duckdb", "duckdb /a/shop.duckdb"),
        ("duckdb:///:memory:", "duckdb in memory"),
        ("duckdb:///md:shop?motherduck_token=hunter2", "duckdb md:shop"),
        ("duckdb:////a/sh\x1b[31mop", "duckdb /a/sh\\u001b[31mop"),
    ],
)
def test_the_label_says_where_it_is_and_no_secret(url: str, label: str) -> None:
    assert warehouse_identity(url).label == label


def test_a_database_in_memory_is_what_it_is_made_of() -> None:
    def digests(history: str, *attached: str) -> set[str]:
        return set(warehouse_identity("duckdb://", history, attached).digests)

    first = digests("sqlite:////a/h.db", "/a/lake.duckdb")
    assert first & digests("sqlite:////b/h.db", "/b/lake.duckdb")  # moved together
    shared = "sqlite:////h/h.db"
    assert not digests(shared, "/a/lake.duckdb") & digests(shared, "/b/lake.duckdb")
    assert not digests(shared, "/a/*.parquet") & digests(shared)
    assert digests(shared, "/a/x", "/a/y") == digests(shared, "/a/y", "/a/x")


def test_postgresql_names_its_database_as_its_user() -> None:
    assert not are_same("postgresql://alice@h/", "postgresql://bob@h/")
    assert are_same("postgresql://alice@h/", "postgresql://bob@h/alice")


def way(warehouse: str, history: str) -> tuple[str, ...]:
    return warehouse_identity(warehouse, history).digests


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (
            ("duckdb:////a/w.duckdb", "sqlite:////a/h.db"),
            ("duckdb:////b/w.duckdb", "sqlite:////b/h.db"),
            True,
        ),
        (
            ("duckdb:////a/w/w.duckdb", "sqlite:////a/h.db"),
            ("duckdb:////b/w/w.duckdb", "sqlite:////b/h.db"),
            True,
        ),
        (
            ("sqlite:////a/w.db", "sqlite:////h/h.db"),
            ("sqlite:////b/w.db", "sqlite:////h/h.db"),
            False,
        ),
        (
            ("duckdb:////a/w.duckdb", "sqlite:////a/h.db"),
            ("sqlite:////b/w.duckdb", "sqlite:////b/h.db"),
            False,
        ),
        (
            ("duckdb:////a/w.duckdb", "postgresql://h/d"),
            ("duckdb:////b/w.duckdb", "postgresql://h/d"),
            False,
        ),
        (
            ("postgresql://u@h/a", "sqlite:////a/h.db"),
            ("postgresql://u@h/b", "sqlite:////b/h.db"),
            False,
        ),
        (("duckdb:///md:a", "sqlite:////a/h.db"), ("duckdb:///md:b", "sqlite:////b/h.db"), False),
    ],
)
def test_files_that_moved_together_are_the_same(
    first: tuple[str, str], second: tuple[str, str], same: bool
) -> None:
    assert bool(set(way(*first)) & set(way(*second))) is same
