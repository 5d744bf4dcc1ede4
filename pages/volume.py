"""Volume

Is the day complete? Events per day against the rule, by the hour, and by event name.
"""

from __future__ import annotations

import streamlit as st

from dashboard import address, page
from dashboard.components import volume

here = page.begin(__doc__)
page.check_card(here, "volume_zscore")
page.check_card(here, "event_volume")

found = here.evidence("volume", days=60)
if found is not None:
    names = [one.name for one in found.names if one.name]
    with st.columns([3, 2], gap="medium")[0]:
        event = address.select(
            "event", "Event name", names,
            describe=lambda name: volume.describe(found, name), all_label="All events",
        )  # fmt: skip
    if event.bad is None:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            volume.days(here, found, event.value)
        with right:
            hours = here.evidence("hours", event=event.value)
            if hours is not None:
                volume.profile(here, hours)
    volume.names(here, found)
