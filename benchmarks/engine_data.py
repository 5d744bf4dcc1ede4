"""The shop that every engine is measured with: the same rows everywhere, built once by DuckDB.

Sixty days without any fault: a gate has to read all of it and stop at none of it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb

DAYS = 60
LAST_DAY = date(2025, 3, 8)
RUN_DATE = LAST_DAY + timedelta(days=1)
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
#: The judged day and the week that it is compared with.
WINDOW = [LAST_DAY - timedelta(days=back) for back in range(7, -1, -1)]
MILLION = 1_000_000
#: So few events that only the statements themselves cost time, yet every name is judged.
TINY = 0.048

#: Column names with the type that DuckDB and PostgreSQL share.
TABLES = {
    "stg_events": (
        "event_id BIGINT, client_id VARCHAR, occurred_at TIMESTAMP, event_name VARCHAR, "
        "page_url VARCHAR, transaction_id VARCHAR, revenue DOUBLE PRECISION, country VARCHAR"
    ),
    "dim_sessions": "session_id VARCHAR, started_at TIMESTAMP, channel VARCHAR",
    "fct_orders": (
        "transaction_id VARCHAR, ordered_at TIMESTAMP, session_id VARCHAR, revenue DOUBLE PRECISION"
    ),
    "load_log": (
        "filename VARCHAR, run_at TIMESTAMP, rows_read BIGINT, rows_rejected BIGINT, status VARCHAR"
    ),
}

CONFIG = """\
pipeline: engine-benchmark
warehouse: {{url: {url}, timeout_seconds: 600}}
history: {{url: "sqlite:///history.db"}}
audit_log: {{table: load_log, run_at: run_at, rows_read: rows_read,
  rows_quarantined: rows_rejected, source: filename, status: status}}
events: {{table: stg_events, occurred_at: occurred_at, name: event_name, revenue: revenue,
  order_id: transaction_id, purchase_names: [purchase]{events}}}
orders: {{table: fct_orders, order_id: transaction_id, ordered_at: ordered_at,
  session_id: session_id, revenue: revenue}}
sessions: {{table: dim_sessions, session_id: session_id{sessions}}}
checks: {{missing_revenue: {{alert_at: 0.1}}}}  # 5 % of the purchases have none, on purpose
"""

# Chance from a hash: the same rows on every machine. A day's times ascend with `i`.
_DAY = """
CREATE OR REPLACE TEMP TABLE day_events AS
SELECT i, hash(i * 1000 + $number) AS h,
       $day + to_microseconds(CAST(i * 86400000000 // $rows AS BIGINT)) AS occurred_at,
       CAST(floor(20 * power((h % 65536) / 65536, 2)) AS INTEGER) AS kind,
       'O' || strftime($day, '%Y%m%d') || '-' || i AS order_id,
       'S' || strftime($day, '%Y%m%d') || '-' || i // 10 AS session,
       CAST((h >> 20) % 20000 AS INTEGER) / 100 + 1.5 AS amount
FROM range($rows) AS numbers(i)
"""
_INSERTS = (
    """INSERT INTO stg_events SELECT $number * 10000000 + i, 'c' || (h >> 32) % 500000, occurred_at,
    CASE kind WHEN 19 THEN 'purchase' ELSE 'event_' || lpad(kind::VARCHAR, 2, '0') END,
    'https://www.shop.example/page/' || (h >> 16) % 400,
    CASE kind WHEN 19 THEN order_id END,
    CASE WHEN kind = 19 AND (h >> 40) % 20 > 0 THEN amount END,
    ['DE', 'AT', 'CH', 'NL', 'FR', 'GB'][1 + CAST((h >> 50) % 6 AS INTEGER)]
    FROM day_events ORDER BY i""",
    """INSERT INTO dim_sessions SELECT session, occurred_at,
    ['Direct', 'Search', 'Email', 'Social'][1 + CAST((h >> 24) % 4 AS INTEGER)]
    FROM day_events WHERE i % 10 = 0 ORDER BY i""",
    """INSERT INTO fct_orders SELECT order_id, occurred_at, session, amount
    FROM day_events WHERE kind = 19 ORDER BY i""",
    """INSERT INTO load_log SELECT 'events_' || strftime($day, '%Y%m%d') || '_' ||
    lpad(hour::VARCHAR, 2, '0') || '.csv', $day + INTERVAL 26 HOURS + to_minutes(hour),
    $rows // 24, $rows // 2400, 'success' FROM range(24) AS hours(hour)""",
)


@dataclass(frozen=True, slots=True)
class Size:
    """The number of events, in millions, and the folder for everything made of them."""

    millions: float
    folder: Path

    @property
    def database(self) -> Path:
        """The database with the rows, ordered by time."""
        return self.folder / "warehouse.duckdb"


def prepared_size(data: Path, millions: float) -> Size:
    """The size with its rows, which are built if they do not exist."""
    size = Size(millions, data / f"engines-{millions:g}m")
    size.folder.mkdir(parents=True, exist_ok=True)
    if not size.database.exists():
        _build(size)
    return size


def _build(size: Size) -> None:
    unfinished = size.folder / "unfinished.duckdb"
    unfinished.unlink(missing_ok=True)
    print_progress(f"building {size.millions:g} million events")
    with duckdb.connect(str(unfinished)) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
        for number in range(DAYS):
            _write_day(connection, number, _rows_of(number, size.millions))
    unfinished.rename(size.database)


def _write_day(connection: duckdb.DuckDBPyConnection, number: int, rows: int) -> None:
    day = datetime.combine(FIRST_DAY + timedelta(days=number), time())
    values = {"day": day, "number": number, "rows": rows}
    connection.execute(_DAY, values)
    for statement in _INSERTS:
        used_values = {name: value for name, value in values.items() if f"${name}" in statement}
        connection.execute(statement, used_values)


def _rows_of(number: int, millions: float) -> int:
    """Days differ by up to 2 %, the judged day least of all."""
    return round(millions * MILLION / DAYS * (1 + ((number - DAYS + 3) % 5 - 2) / 100))


def yardstick_query(stamp: str, more: str = "") -> str:
    """The yardstick, written by hand: what the checks need of 8 days of events, in one scan.

    By day and name: events, the newest, purchases with an amount, negative and zero ones, and
    their sum. stamp: how the engine spells a time, with {} for its text. more: a condition.
    """
    starts = [stamp.format(f"{day} 00:00:00") for day in (*WINDOW, RUN_DATE)]
    cases = " ".join(f"WHEN occurred_at < {end} THEN {i}" for i, end in enumerate(starts[1:-1]))
    return f"""
SELECT day, event_name, count(*) AS n, max(occurred_at) AS newest, count(amount) AS priced,
       sum(CASE WHEN amount < 0 THEN 1 ELSE 0 END) AS negative,
       sum(CASE WHEN amount = 0 THEN 1 ELSE 0 END) AS zero, sum(amount) AS revenue
FROM (SELECT CASE {cases} ELSE {len(WINDOW) - 1} END AS day, event_name, occurred_at,
             CASE WHEN event_name = 'purchase' THEN revenue END AS amount
      FROM stg_events
      WHERE occurred_at >= {starts[0]} AND occurred_at < {starts[-1]}{more}) AS judged
GROUP BY day, event_name"""


def print_progress(text: str) -> None:
    """Print what is being done."""
    print(f"{text} ...", file=sys.stderr, flush=True)
