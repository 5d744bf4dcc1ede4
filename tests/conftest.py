"""Fixtures that every test may ask for."""

from tests.postgresql_server import postgresql_server
from tests.spark_cluster import spark_server

__all__ = ["postgresql_server", "spark_server"]
