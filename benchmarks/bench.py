"""The gate against bare SQL, and many days against few: `make bench`.

Ratios come from paired runs on one machine and are comparable between machines;
seconds and MiB are not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from processes import Comparison, Sample, compared, measured
from warehouses import LAST_DAY, MILLION, Warehouse, warehouse

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "bench-data"
ANDON = Path(sys.executable).with_name("andon")
MANY_DAYS, FEW_DAYS = 98, 14
HEADER = """\
| events | gate | bare SQL | wall ratio (goal 2.5) | gate memory | bare memory | memory ratio \
(goal 2) | 98 days / 14 days (goal 1.3) |
| --- | --- | --- | --- | --- | --- | --- | --- |"""


def gate(target: Warehouse, *options: str) -> Sample:
    """The whole command, history read and written."""
    command = [str(ANDON), "gate", "--config", str(target.config), "--date", str(target.run_date)]
    return measured([*command, *options], DATA / "gate.out")


def bare(target: Warehouse) -> Sample:
    """The yardstick on the same file."""
    script = str(Path(__file__).with_name("bare.py"))
    return measured(
        [sys.executable, script, str(target.database), str(LAST_DAY)], DATA / "bare.out"
    )


def ensure_same_answers(target: Warehouse) -> None:
    """Raise ValueError unless both read the same: a fast wrong answer is no yardstick."""
    gate(target, "--format", "json", "--no-record")
    bare(target)
    report = json.loads((DATA / "gate.out").read_text(encoding="utf-8"))
    values = {check["id"]: check["value"] for check in report["checks"]}
    yardstick = json.loads((DATA / "bare.out").read_text(encoding="utf-8"))
    for name in ("quarantine_rate", "orphan_orders"):
        if values[name] != yardstick[name]:
            raise ValueError(f"{name}: the gate found {values[name]}, SQL {yardstick[name]}")


def row(size: float, runs: int) -> str:
    """One line of the table."""
    events_per_day = round(size * MILLION / MANY_DAYS)
    many = warehouse(DATA, MANY_DAYS, events_per_day)
    few = warehouse(DATA, FEW_DAYS, events_per_day)
    ensure_same_answers(many)
    many.clear_history()
    few.clear_history()
    yardstick = compared(lambda: gate(many), lambda: bare(many), runs)
    days = compared(lambda: gate(many), lambda: gate(few), runs)
    return _line(size, yardstick, days)


def _line(size: float, yardstick: Comparison, days: Comparison) -> str:
    ours, theirs = yardstick.first, yardstick.second
    cells = [
        f"{size:g} M",
        f"{ours.seconds:.2f} s",
        f"{theirs.seconds:.2f} s",
        f"{yardstick.wall_ratio:.2f} x",
        f"{ours.mebibytes:.0f} MiB",
        f"{theirs.mebibytes:.0f} MiB",
        f"{yardstick.memory_ratio:.2f} x",
        f"{days.wall_ratio:.2f} x",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1,10,50", help="millions of events over 98 days")
    parser.add_argument("--runs", type=int, default=7, help="measured pairs per comparison")
    options = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    print(HEADER, flush=True)
    try:
        for size in options.sizes.split(","):
            print(row(float(size), options.runs), flush=True)
    except subprocess.CalledProcessError as error:
        print(f"{error}\n{error.output or ''}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
