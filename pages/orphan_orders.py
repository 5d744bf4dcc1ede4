"""Orphan orders

Which orders can be attributed to nothing, and how much revenue is in the dark?
"""

from __future__ import annotations

import streamlit as st

from dashboard import page
from dashboard.charts import base
from dashboard.charts import orphans as charts
from dashboard.components import orphans

here = page.begin(__doc__)
page.check_card(here, "orphan_orders")

found = here.evidence("orphans")
if found is not None:
    page.section("By kind", orphans.share_note(found))
    orphans.by_kind(found)

page.section("The orders", "What must be repaired, the oldest first. Times are UTC.")
orphans.draw_list(here, found)

trend = here.evidence("orphan_trend", days=30)
if trend is not None:
    days = charts.dates_of(trend)
    page.section("The last 30 days", orphans.trend_note())
    orphans.trend_problems(trend)
    left, right = st.columns(2)
    with left:
        base.show(charts.counts(here, trend), here, key="orphans-per-day", days=days,
                  alt=orphans.trend_alt(trend, here.day))  # fmt: skip
    with right:
        if any(day.dark for day in trend.days):
            base.show(charts.revenue(here, trend), here, key="dark-revenue", days=days,
                      alt="Dark revenue per day and kind")  # fmt: skip
        else:
            page.empty("No dark revenue.", orphans.no_dark_revenue(trend))
