"""The baseline: a bare Streamlit app of two pages, each with a chart and a table of 1,000 rows.

The chart has as many points as a chart of Andon's, the table the columns of a rejected row;
both are drawn again every 30 seconds. `streamlit run` serves it; the benchmarks start it.
"""

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

DAYS, ROWS, SECONDS = 60, 1000, 30
LAST_DAY = date(2025, 3, 8)
COLUMNS = ("file", "line", "timestamp", "event", "reason", "session", "order", "revenue")


@st.cache_data
def days() -> pd.DataFrame:
    """Sixty days of two counts."""
    dates = [LAST_DAY - timedelta(days=back) for back in range(DAYS)]
    return pd.DataFrame({"day": dates, "good": range(DAYS), "bad": range(DAYS, 2 * DAYS)})


@st.cache_data
def rows() -> pd.DataFrame:
    """A thousand rows of text and numbers."""
    return pd.DataFrame(
        {
            name: [f"{name} {n % 97}" for n in range(ROWS)] if place % 4 else range(ROWS)
            for place, name in enumerate(COLUMNS)
        }
    )


@st.fragment(run_every=SECONDS)
def body() -> None:
    """The chart and the table."""
    frame = days()
    bars = [go.Bar(x=frame["day"], y=frame[name], name=name) for name in ("good", "bad")]
    chart = go.Figure(bars)
    chart.add_hline(y=50, line={"dash": "dash"})
    st.plotly_chart(chart, key="chart")
    st.dataframe(rows(), hide_index=True, key="rows")


def first() -> None:
    """One page."""
    st.title("First")
    body()


def second() -> None:
    """The other."""
    st.title("Second")
    body()


st.navigation([st.Page(first, title="First", default=True), st.Page(second, title="Second")]).run()
