"""Overview

May the dashboards be refreshed? What failed, since when, and what is to be done.
"""

from __future__ import annotations

from dashboard import layout
from dashboard.components import board, pipelines, verdict

here = layout.begin(__doc__)
pipelines.draw(here)
verdict.sentence(here)
board.failing(here)
board.passing(here)
board.wall(here)
