"""Orphan orders

Which orders can be attributed to nothing, and how much revenue is in the dark?
"""

from __future__ import annotations

from checks.evidence.orphan_trend import read as read_orphan_trend
from checks.evidence.orphans import read as read_orphans
from dashboard import layout, page
from dashboard.components import orphans

context = layout.begin(__doc__)
with layout.evidence(context):
    day_orphans = context.evidence(read_orphans)
    page.section("The orders", "What must be repaired: by kind, the oldest first.")
    orphans.draw_list(context, day_orphans)

    if day_orphans is not None:
        page.section("By kind", orphans.share_note(day_orphans))
        orphans.draw_by_kind(day_orphans)

    trend = context.evidence(read_orphan_trend, days=30)
    if trend is not None:
        orphans.draw_trend(context, trend)
