"""Revenue

Do purchases carry their amount? The share without one by day, the purchases, the sum.
"""

from __future__ import annotations

from checks.evidence.revenue import read as read_revenue
from dashboard import layout, page
from dashboard.components import revenue

context = layout.begin(__doc__)
with layout.evidence(context):
    if context.config.events is None or context.config.events.revenue is None:
        page.empty(
            "No revenue column is mapped.",
            "Name it as events.revenue in andon.yml; until then nothing is known about amounts.",
        )
    else:
        day_revenue = context.evidence(read_revenue, days=30)
        if day_revenue is not None:
            revenue.draw_days(context, day_revenue)
        revenue.draw_rows(context, day_revenue)
