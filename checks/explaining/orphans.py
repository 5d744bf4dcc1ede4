"""Which explanation holds for orphan orders: since which hour, and in which part of the orders."""

from __future__ import annotations

from collections.abc import Iterator

from checks.core.model import Explanation
from checks.explaining.material import Explainer, Material
from checks.explaining.shares import Nouns, shared_part
from checks.warehouse.order_tables import OrderTables
from checks.warehouse.orphan_profile import OrphanProfileScan

ORPHANS = Nouns("orphans", "orders", "are orphans")


def explain_orphans(material: Material, check: str) -> Iterator[Explanation | None]:
    """What most orphans have in common that most orders have not."""
    config = material.config
    if config.orders is None:
        return
    tables = OrderTables(
        material.warehouse, material.frame.zone, config.naive_zones, config.orders,
        config.sessions, config.events, material.frame.far,
    )  # fmt: skip
    profile = OrphanProfileScan(tables, material.frame).read()
    yield shared_part(profile, ORPHANS)


#: How the check of the orders is explained.
ORPHAN_EXPLAINERS: dict[str, Explainer] = {"orphan_orders": explain_orphans}
