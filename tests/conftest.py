"""Fixtures that every test may ask for."""

from tests.postgresql_server import postgresql_server

__all__ = ["postgresql_server"]
