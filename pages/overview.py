"""Overview

May the dashboards be refreshed? What failed, since when, and what is to be done.
"""

from __future__ import annotations

from dashboard import layout
from dashboard.components import board, verdict

context = layout.begin(__doc__)
verdict.draw_warnings(context)
board.draw_failing(context)
board.draw_passing(context)
board.draw_recent_days(context)
