"""The shop of the warehouse's tests, on every engine that runs here."""

from tests.warehouse.conftest import duck, shop

__all__ = ["duck", "shop"]
