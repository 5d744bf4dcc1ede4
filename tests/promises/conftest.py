"""Fixtures of the promises' tests."""

from tests.warehouse.conftest import shop

__all__ = ["shop"]
