"""Runs

Did last night's load run, of every source, in time, and did it end well?
"""

from __future__ import annotations

import streamlit as st

from checks.evidence.runs import read as read_runs
from checks.evidence.runs_trend import read as read_runs_trend
from dashboard import layout, look, page
from dashboard.charts import base
from dashboard.charts import runs as charts
from dashboard.components import run_dates, runs

context = layout.begin(__doc__)
with layout.evidence(context):
    day_runs = context.evidence(read_runs)
    if day_runs is not None:
        page.section(
            f"The loads of {look.day(day_runs.run_date)}",
            runs.loads_words(context, day_runs),
        )
        runs.draw_loads(context, day_runs)
        page.section(
            "Missing sources",
            "Sources that andon.yml lists, or that usually come on this weekday, and that have no "
            "entry on this run date. What differs from day to day in a name is shown as …",
        )
        runs.draw_missing(context, day_runs)

    trend = context.evidence(read_runs_trend, days=30)
    if trend is not None:
        days = [day.data_date for day in charts.shown_days(trend)]
        left, right = st.columns(2)
        with left:
            page.section("Runs per day", "Entries by how they ended. Click a bar to open its day.")
            base.show(charts.per_day(context, trend), context, key="runs-per-day", days=days,
                      alt=runs.runs_alt(trend))  # fmt: skip
        with right:
            page.section("Arrival of the loads", runs.arrival_sentence(trend, context.zone))
            base.show(charts.arrivals(context, trend), context, key="arrivals", days=days,
                      alt="First and last load of each day by time of day")  # fmt: skip
        run_dates.draw(context, trend)
