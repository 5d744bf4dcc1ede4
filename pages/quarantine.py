"""Quarantine

Which rows were rejected, why, and what changed? The rate by day, the rows, what explains a rise.
"""

from __future__ import annotations

from dashboard import page
from dashboard.components import quarantine

here = page.begin(__doc__)
page.check_card(here, "quarantine_rate")
told = quarantine.headline()
quarantine.rates(here)

if here.config.quarantine is None:
    page.empty(
        "No rejected rows are mapped.",
        "Name their files or their table as `quarantine` in andon.yml; until then only the rate "
        "is known.",
    )
else:
    summary = quarantine.summary(here)
    if summary is not None:
        quarantine.rows(here, summary)
        quarantine.parts(here, summary)
    quarantine.explained(here, told)
