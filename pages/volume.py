"""Volume

Is the day complete? Events per day against the rule, by the hour, and by event name.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from checks.evidence.hours import read as read_hours
from checks.evidence.volume import read as read_volume
from dashboard import address, layout
from dashboard.components import volume, volume_power

context = layout.begin(__doc__)
with layout.evidence(context):
    day_volume = context.evidence(read_volume, days=60, power_days=90)
    if day_volume is not None:
        names = [series.name for series in day_volume.names if series.name]
        left, right = st.columns([3, 2], gap="medium")
        with left:
            event = address.draw_select_box(
                "event", "Event name", names,
                describe=partial(volume.name_label, day_volume), all_label="All events",
            )  # fmt: skip
        with right:
            rule = address.draw_select_box(
                "rule", "Rule for all events", [volume.ZSCORE],
                describe=volume.rule_name, all_label=volume.rule_name(None),
            )  # fmt: skip
        if event.invalid is None and rule.invalid is None:
            left, right = st.columns([3, 2], gap="medium")
            with left:
                volume.draw_days(context, day_volume, event.value, rule.value)
            with right:
                usual_day = day_volume.usual_day(event.value)
                hours = context.evidence(read_hours, event=event.value, usual_day=usual_day)
                if hours is not None:
                    volume.draw_hours(context, hours)
        volume.draw_stretches(day_volume)
        volume.draw_segments(day_volume)
        volume.draw_names(context, day_volume)
        if day_volume.powers is not None:
            volume_power.draw(context, day_volume.powers)
