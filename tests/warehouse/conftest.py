"""The same shop on every engine that runs here."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.shop import Shop

ENGINES = ("duckdb", "sqlite", "postgresql")


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    """A shop in a DuckDB file."""
    return Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")


@pytest.fixture(params=ENGINES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A shop on each engine in turn."""
    if request.param == "postgresql":
        return Shop(tmp_path, _fresh_database(request.getfixturevalue("postgresql_server")))
    suffix = {"duckdb": "duckdb", "sqlite": "sqlite3"}[request.param]
    return Shop(tmp_path, f"{request.param}:///{tmp_path / f'warehouse.{suffix}'}")


def _fresh_database(server: str) -> str:
    name = f"shop_{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = sa.make_url(server).set(database=name)
    return url.render_as_string(hide_password=False)
