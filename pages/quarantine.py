"""Quarantine

Which rows were rejected, why, and what changed? The rate by day, the rows, what explains a rise.
"""

from __future__ import annotations

from dashboard import layout, page
from dashboard.components import quarantine

here = layout.begin(__doc__)
layout.check_card(here, "quarantine_rate")
told = quarantine.headline()
left, right = quarantine.halves()
with right:
    quarantine.rates(here)

if here.config.quarantine is None:
    told.empty()
    with left:
        page.empty(
            "No rejected rows are mapped.",
            "Name their files or their table as `quarantine` in andon.yml; until then only the "
            "rate is known.",
        )
else:
    with left:
        summary = quarantine.summary(here)
        if summary is not None:
            quarantine.rows(here, summary)
    if summary is not None and summary.rows:
        with right:
            quarantine.hours(here, summary)
        quarantine.parts(here, summary)
    quarantine.explained(here, told)
