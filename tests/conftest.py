"""Fixtures that every test may ask for, and which tests are for which engine."""

from __future__ import annotations

import pytest

from tests.engines import running
from tests.postgresql_server import postgresql_server
from tests.spark_cluster import spark_server

__all__ = ["postgresql_server", "spark_server"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the `shop` fixture that are not for its engine."""
    engines = {engine.name: engine for engine in running()}
    kept, left = [], []
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        engine = engines.get(str(parameters.get("shop")))
        told = engine is None or engine.tells(getattr(item, "originalname", item.name))
        (kept if told else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
