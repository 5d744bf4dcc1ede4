"""Revenue

Do purchases carry their amount? The share without one by day, the purchases, the sum.
"""

from __future__ import annotations

from checks.evidence.revenue import read as read_revenue
from dashboard import layout, page
from dashboard.components import revenue

here = layout.begin(__doc__)
layout.check_card(here, "missing_revenue")

if here.config.events is None or here.config.events.revenue is None:
    page.empty(
        "No revenue column is mapped.",
        "Name it as events.revenue in andon.yml; until then nothing is known about amounts.",
    )
else:
    found = here.evidence(read_revenue, days=30)
    if found is not None:
        revenue.days(here, found)
    revenue.rows(here, found)
