"""History

What the gate recorded, what changed between two evaluations, what was waived and accepted.
"""

from __future__ import annotations

import streamlit as st

from dashboard import layout, page
from dashboard.components import (
    acceptances,
    history_checks,
    history_compare,
    history_runs,
    waivers,
)

here = layout.begin(__doc__)
if here.recorded.problem is not None:
    page.problem("The history cannot be read, so nothing is waived.", here.recorded.problem)
    st.stop()
history_compare.draw(here)
waivers.draw(here)
acceptances.draw(here)
left, right = st.columns((1, 1.06), gap="medium")
with left:
    history_runs.draw(here)
with right:
    history_checks.draw(here)
    history_checks.values(here)
