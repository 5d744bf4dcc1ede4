"""Spark, through its Thrift server, on a cluster of the tests' own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
import sqlalchemy as sa

from tests.engines.base import Engine

if TYPE_CHECKING:
    from tests.shop import Table
    from tests.spark_cluster import SparkCluster


class Spark(Engine):
    """Databases in one catalog; two executors do the work."""

    name: ClassVar[str] = "spark"
    backend = "spark"
    marks = (pytest.mark.spark,)

    def __init__(self) -> None:
        self._cluster: SparkCluster | None = None

    @property
    def cluster(self) -> SparkCluster:
        """The running cluster."""
        if self._cluster is None:
            raise LookupError("the cluster was not started")
        return self._cluster

    def start(self, request: pytest.FixtureRequest) -> None:
        self._cluster = request.getfixturevalue("spark_server")

    def owns(self, driver: str) -> bool:
        return driver in ("spark", "spark+thrift")

    def warehouse(self, folder: Path) -> str:
        return self.cluster.thrift_url(self.cluster.fresh_database())

    def write(self, url: str, tables: Sequence[Table], statements: Sequence[str] = ()) -> None:
        self.cluster.write(sa.make_url(url).database or "default", tables, statements)


ENGINE = Spark()
