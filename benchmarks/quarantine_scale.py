"""The quarantine page over 50 million rejected rows, in a table and in files.

Each question is asked by a process of its own, as the page asks it: its time without imports,
the rows that it fetched, and the most memory it ever held (the engine's, which is inside of it,
included).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from checks import load_config
from checks.evidence import rejected, rejected_explained, rejected_rows
from checks.evidence.context import Context, open_context
from checks.quarantine.memory import InMemoryDuckDb
from checks.warehouse import Warehouse
from engine_data import DAYS, FIRST_DAY, LAST_DAY, MILLION, print_progress
from processes import measured

DATA = Path(__file__).resolve().parent.parent / "bench-data"
NOW = datetime.combine(LAST_DAY, datetime.min.time(), UTC) + timedelta(days=1, hours=6)
QUESTIONS: dict[str, Callable[[Context], Any]] = {
    "counted by reason, source, event, hour": rejected.read,
    "first rows": rejected_rows.read,
    "page 100": lambda context: rejected_rows.read(context, page=100),
    "rows of a reason": lambda context: rejected_rows.read(context, reason="reason 7"),
    "rows of an hour": lambda context: rejected_rows.read(context, hour="07"),
    "search": lambda context: rejected_rows.read(context, query="page/42"),
    "explanation": rejected_explained.read,
    "first seen, 30 days": rejected.read_first_seen,
}
#: The judged day has a tenth of all rows; 5,000 reasons, most of them rare.
ROWS = """
SELECT DATE '{day}' + to_microseconds(CAST(i * 86400000000 // {rows} AS BIGINT)) AS rejected_at,
  'reason ' || CAST(floor(5000 * power((h % 65536) / 65536, 4)) AS INTEGER) AS why,
  'events_' || (h >> 16) % 24 || '.csv' AS source, 'event_' || (h >> 20) % 20 AS event_name,
  'https://www.shop.example/page/' || (h >> 24) % 400 || '?session=' || h AS page_url,
  'Mozilla/5.0 (device ' || (h >> 32) % 300 || ') AppleWebKit/605.1.15 (KHTML, like Gecko)'
    AS user_agent,
  '{{"line": ' || i || ', "payload": "' || repeat(lpad(((h >> 40) % 9999)::VARCHAR, 4, '0'), 40)
    || '"}}' AS raw_line
FROM (SELECT i, hash(i * 1000 + {number}) AS h FROM range({rows}) AS numbers(i))"""
CONFIG = """\
pipeline: quarantine-benchmark
warehouse: {{url: "duckdb:///{database}", timeout_seconds: 600}}
audit_log: {{table: load_log, run_at: run_at, rows_read: rows_read, rows_quarantined: rejected}}
quarantine: {{{where}, reason: why, occurred_at: rejected_at, source: source,
  event_name: event_name}}
checks:
  {{freshness: {{enabled: false}}, volume_zscore: {{enabled: false}},
  event_volume: {{enabled: false}}, missing_revenue: {{enabled: false}},
  orphan_orders: {{enabled: false}}}}
"""
KINDS = {"table": "table: rejected_rows", "files": 'files: "files/{date:%Y%m%d}.parquet"'}
HEADER = """\
| {millions:g} M rejected rows | kind | seconds | rows that came back | \
peak memory | load |
| --- | --- | --- | --- | --- | --- |"""


def built(millions: float) -> Path:
    """The folder with table, files and configurations, made where it is not there yet."""
    folder = DATA / f"quarantine-{millions:g}m"
    if not folder.exists():
        # In its own process: a child's peak memory counts from its parent's at its start.
        script = str(Path(__file__).resolve())
        subprocess.run([sys.executable, script, "--build", str(folder), f"{millions}"], check=True)
    for kind, where in KINDS.items():
        text = CONFIG.format(database=folder / "warehouse.duckdb", where=where)
        (folder / f"{kind}.yml").write_text(text, encoding="utf-8")
    return folder


def build(folder: Path, millions: float) -> None:
    """Write table and files."""
    print_progress(f"building {millions:g} million rejected rows")
    unfinished = DATA / "quarantine-unfinished"
    (unfinished / "files").mkdir(parents=True, exist_ok=True)
    _write(unfinished, round(millions * MILLION))
    unfinished.rename(folder)


def _write(folder: Path, rows: int) -> None:
    (folder / "warehouse.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            "CREATE TABLE load_log (run_at TIMESTAMP, rows_read BIGINT, rejected BIGINT)"
        )
        for number in range(DAYS):
            day = FIRST_DAY + timedelta(days=number)
            last = day == LAST_DAY
            count = rows // 10 if last else rows * 9 // 10 // (DAYS - 1)
            query = ROWS.format(day=day, rows=count, number=number)
            table = "INSERT INTO rejected_rows" if number else "CREATE TABLE rejected_rows AS"
            connection.execute(f"{table} {query}")
            name = folder / "files" / f"{day:%Y%m%d}.parquet"
            connection.execute(
                f"COPY (SELECT * FROM rejected_rows WHERE rejected_at >= DATE '{day}') "
                f"TO '{name}' (FORMAT parquet)"
            )
            run = datetime.combine(day, datetime.min.time()) + timedelta(hours=26)
            connection.execute(
                "INSERT INTO load_log VALUES (?, ?, ?)", [run, count * (10 if last else 100), count]
            )


def ask(config: Path, question: str) -> dict[str, float]:
    """Ask in this process; seconds, and the rows that came back."""
    fetched: list[int] = []
    _count(Warehouse, "fetch", fetched)
    _count(InMemoryDuckDb, "run", fetched)
    began = time.perf_counter()
    with open_context(load_config(config), LAST_DAY, NOW) as context:
        QUESTIONS[question](context)
    return {"seconds": time.perf_counter() - began, "rows": sum(fetched)}


def _count(owner: type, name: str, fetched: list[int]) -> None:
    original = getattr(owner, name)

    def counting(*arguments: Any) -> Any:
        rows = original(*arguments)
        fetched.append(len(rows))
        return rows

    setattr(owner, name, counting)


def line(folder: Path, kind: str, question: str) -> str:
    """One line of the table."""
    output = DATA / "quarantine.out"
    script = str(Path(__file__).resolve())
    config = str(folder / f"{kind}.yml")
    sample = measured([sys.executable, script, "--ask", question, "--config", config], output)
    answer = json.loads(output.read_text(encoding="utf-8"))
    cells = (
        question, kind, f"{answer['seconds']:.2f} s", f"{answer['rows']:,.0f}",
        f"{sample.mebibytes:.0f} MiB", f"{os.getloadavg()[0]:.1f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=50)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--ask", choices=list(QUESTIONS), help=argparse.SUPPRESS)
    parser.add_argument("--build", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--config", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        print(json.dumps(ask(options.config, options.ask)))
        return 0
    if options.build:
        build(Path(options.build[0]), float(options.build[1]))
        return 0
    DATA.mkdir(exist_ok=True)
    folder = built(options.millions)
    print(HEADER.format(millions=options.millions), flush=True)
    try:
        for kind in options.kinds.split(","):
            for question in QUESTIONS:
                print(line(folder, kind, question), flush=True)
    except subprocess.CalledProcessError as error:
        print(f"{error}\n{error.output or ''}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
