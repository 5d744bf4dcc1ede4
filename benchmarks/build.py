"""Build one warehouse: python build.py PATH LAST_DAY DAYS EVENTS_PER_DAY SEED."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from checks.demo import build_warehouse

if __name__ == "__main__":
    path, last_day, days, events_per_day, seed = sys.argv[1:]
    build_warehouse(
        Path(path),
        last_day=date.fromisoformat(last_day),
        days=int(days),
        events_per_day=int(events_per_day),
        seed=int(seed),
        scenario="all-green",
    )
