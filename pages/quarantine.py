"""Quarantine

Which rows were rejected, why, and what changed? The rate by day, the rows, what explains a rise.
"""

from __future__ import annotations

from dashboard import layout, page
from dashboard.components import quarantine

context = layout.begin(__doc__)
with layout.evidence(context):
    headline = quarantine.headline_place(context)
    by_day, by_hour = quarantine.columns()
    with by_day:
        quarantine.draw_rates(context)
    if context.config.quarantine is None:
        headline.empty()
        page.empty(
            "No rejected rows are mapped.",
            "Name their files or their table as `quarantine` in andon.yml; until then only the "
            "rate is known.",
        )
    else:
        summary = quarantine.draw_summary(context)
        if summary is not None:
            quarantine.draw_rows(context, summary)
        if summary is not None and summary.rows:
            with by_hour:
                quarantine.draw_hours(context, summary)
            quarantine.draw_parts(context, summary)
        quarantine.draw_explanation(context, headline)
