"""The only place that opens connections to the warehouse. Always read-only."""

from checks.warehouse.connection import Warehouse

__all__ = ["Warehouse"]
