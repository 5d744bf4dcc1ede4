"""The same shop on every engine that runs here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines import named, running
from tests.shop import Shop

ENGINES = [pytest.param(engine.name, marks=engine.marks) for engine in running()]


def shop_on(engine: str, request: pytest.FixtureRequest, folder: Path) -> Shop:
    """An unwritten shop on an engine, whose server is started."""
    engine_used = named(engine)
    engine_used.start(request)
    return Shop(folder, engine_used.warehouse(folder))


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    """A shop in a DuckDB file."""
    return Shop(tmp_path, named("duckdb").warehouse(tmp_path))


@pytest.fixture(params=ENGINES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A shop on each engine in turn."""
    return shop_on(request.param, request, tmp_path)
