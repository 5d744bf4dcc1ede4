"""Volume

Is the day complete? Events per day against the rule, by the hour, and by event name.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from checks.evidence.hours import read as read_hours
from checks.evidence.power import read as read_power
from checks.evidence.volume import read as read_volume
from dashboard import address, layout
from dashboard.components import volume

here = layout.begin(__doc__)
layout.check_card(here, "volume_expected")
layout.check_card(here, "volume_zscore")
layout.check_card(here, "event_volume")
layout.check_card(here, "volume_trend")

found = here.evidence(read_volume, days=60)
if found is not None:
    names = [one.name for one in found.names if one.name]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        event = address.select(
            "event", "Event name", names,
            describe=partial(volume.describe, found), all_label="All events",
        )  # fmt: skip
    with right:
        rule = address.select(
            "rule", "Rule for all events", [volume.ZSCORE],
            describe=volume.rule_name, all_label=volume.rule_name(None),
        )  # fmt: skip
    if event.bad is None and rule.bad is None:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            volume.days(here, found, event.value, rule.value)
        with right:
            hours = here.evidence(read_hours, event=event.value)
            if hours is not None:
                volume.profile(here, hours)
    volume.segments(here, found)
    volume.names(here, found)
    seen = here.evidence(read_power, days=90)
    if seen is not None:
        volume.power(seen)
