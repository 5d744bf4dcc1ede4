"""History

What the gate recorded: incidents, what changed between two evaluations, what was waived and
accepted.
"""

from __future__ import annotations

import streamlit as st

from dashboard import layout, page
from dashboard.components import (
    acceptances,
    history_checks,
    history_compare,
    history_incidents,
    history_runs,
    waivers,
)

context = layout.begin(__doc__)
if context.recorded.problem is not None:
    page.problem("The history cannot be read, so no waiver applies.", context.recorded.problem)
    st.stop()
history_incidents.draw(context)
history_compare.draw(context)
waivers.draw(context)
acceptances.draw(context)
left, right = st.columns((1, 1.06), gap="medium")
with left:
    history_runs.draw(context)
with right:
    history_checks.draw(context)
    history_checks.draw_values(context)
