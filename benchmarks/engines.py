"""The gate on each engine, against one hand-written query of the same days on that engine.

Start-up is the same gate over a shop so small that its statements alone cost time: importing,
connecting, asking for columns, one round trip per question, the history. What is left is what
reading and judging the data costs, and is compared with the engine's own time for the query.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from engine_base import Prepare
from engine_data import RUN_DATE, TINY, prepared_size
from processes import measured

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "bench-data"
ANDON = Path(sys.executable).with_name("andon")
ENGINES = ("duckdb", "sqlite", "postgresql", "spark", "spark_connect")
HEADER = """\
| engine | events | query alone | gate | start-up | gate less start-up | / query (goal 1.3) | load |
| --- | --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Run:
    """The seconds of one query and of both gates, one directly after the other."""

    query: float
    gate: float
    start: float

    @property
    def ratio(self) -> float:
        return (self.gate - self.start) / self.query


def gate(config: Path) -> float:
    """The seconds of the whole command, which has to end green."""
    command = [str(ANDON), "gate", "--config", str(config), "--date", str(RUN_DATE)]
    return measured(command, DATA / "engine-gate.out").seconds


def compare(name: str, prepare: Prepare, millions: float, runs: int) -> list[Run]:
    """The runs, after one that is not counted."""
    many, few = prepare(prepared_size(DATA, millions)), prepare(prepared_size(DATA, TINY))
    configs = DATA / "engine-configs" / name
    config, tiny = many.configured(configs / f"{millions:g}"), few.configured(configs / "tiny")
    all_runs = [Run(many.query(), gate(config), gate(tiny)) for _ in range(runs + 1)]
    return all_runs[1:]


def line(name: str, millions: float, runs: list[Run]) -> str:
    """One line of the table: medians, the ratio that of the runs' ratios."""
    query, whole, start = (
        statistics.median(getattr(run, field) for run in runs)
        for field in ("query", "gate", "start")
    )
    rest = statistics.median(run.gate - run.start for run in runs)
    ratio = statistics.median(run.ratio for run in runs)
    cells = [name, f"{millions:g} M", *(f"{value:.3f} s" for value in (query, whole, start, rest))]
    return f"| {' | '.join([*cells, f'{ratio:.2f} x', f'{os.getloadavg()[0]:.1f}'])} |"


def main() -> int:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default=",".join(ENGINES[:3]), help=", ".join(ENGINES))
    parser.add_argument("--sizes", default="5,50", help="millions of events over 60 days")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    print(HEADER, flush=True)
    for name in options.engines.split(","):
        with ExitStack() as stack:
            engine = import_module(f"engine_{name}").engine
            try:
                prepare: Prepare = stack.enter_context(engine(DATA))
                for size in options.sizes.split(","):
                    runs = compare(name, prepare, float(size), options.runs)
                    print(line(name, float(size), runs), flush=True)
            except subprocess.CalledProcessError as error:
                print(f"{error}\n{error.output or ''}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
