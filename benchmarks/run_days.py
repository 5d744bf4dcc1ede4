"""What a run that loads three days costs, against a run of one: `benchmarks/run_days.py`.

A demo that runs Monday to Friday is written once. Monday's run (three data dates) and Tuesday's
(one) are evaluated in turn, without a history, in this process; the medians and their ratio are
printed.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from checks import load_config
from checks.config.model import Config
from checks.demo import write_demo
from checks.evaluation.engine import evaluate

#: A Wednesday: the runs of the Monday and the Tuesday before it are complete.
LAST_RUN = date(2025, 3, 12)
MONDAY, TUESDAY = date(2025, 3, 10), date(2025, 3, 11)
MOST = 1.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events-per-day", type=int, default=250_000)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written = write_demo(
            Path(folder) / "demo", today=LAST_RUN, scenario="weekdays-only", days=args.days,
            events_per_day=args.events_per_day, backfill_days=0,
        )  # fmt: skip
        config = load_config(written.config)
        seconds: dict[date, list[float]] = {MONDAY: [], TUESDAY: []}
        for _ in range(args.runs):
            for run_date, times in seconds.items():
                times.append(_seconds(config, run_date))
    three, alone = median(seconds[MONDAY]), median(seconds[TUESDAY])
    size = args.days * args.events_per_day / 1_000_000
    print(f"{size:.0f} million events: one day {alone:.2f} s, three days {three:.2f} s")
    print(f"ratio {three / alone:.2f} (at most {MOST})")


def _seconds(config: Config, run_date: date) -> float:
    now = datetime.combine(run_date, time(9), UTC)
    started = perf_counter()
    report = evaluate(config, date=run_date, now=now, use_history=False, explain=False)
    elapsed = perf_counter() - started
    expected = timedelta(days=3 if run_date == MONDAY else 1)
    if len(report.by_day()) != expected.days:
        raise SystemExit(f"the run of {run_date} has {len(report.by_day())} days")
    return elapsed


if __name__ == "__main__":
    main()
