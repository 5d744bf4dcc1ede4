"""The yardstick: what the gate reads, as one hand-fused query per table, with DuckDB alone.

Usage: python bare.py WAREHOUSE DATA_DATE. Prints the counts as JSON, so that the
benchmark can see that the gate found the same.
"""

import json
import sys
from datetime import date, datetime, time, timedelta

import duckdb

# As in the command: DuckDB imports pandas for each parameter where it is installed.
for _library in ("pandas", "numpy", "pyarrow"):
    sys.modules.setdefault(_library, None)  # type: ignore[arg-type]

AUDIT = """
SELECT sum(rows_quarantined) / sum(rows_read)
FROM (SELECT *, row_number() OVER (PARTITION BY filename ORDER BY run_timestamp DESC) AS nth
      FROM pipeline_logs WHERE run_timestamp >= $run AND run_timestamp < $run_end)
WHERE nth = 1
"""
EVENTS = """
SELECT timestamp::DATE AS day, event_name, count(*), max(timestamp),
       count(*) FILTER (revenue IS NULL), count(*) FILTER (NOT isfinite(revenue::DOUBLE)),
       count(*) FILTER (revenue < 0)
FROM stg_events WHERE timestamp >= $first AND timestamp < $end GROUP BY ALL
"""
ORDERS = """
SELECT count(*), count(*) FILTER (blank), count(*) FILTER (NOT blank AND session_id IS NULL),
       sum(revenue)
FROM (SELECT *, coalesce(trim(lc_session_id), '') = '' AS blank FROM fct_attribution
      WHERE purchase_time >= $start AND purchase_time < $end)
LEFT JOIN dim_sessions ON session_id = lc_session_id
"""
PURCHASES = """
SELECT count(DISTINCT transaction_id), sum(revenue)
FROM stg_events AS e
WHERE timestamp >= $start AND timestamp < $end
  AND event_name IN ('purchase', 'checkout_completed')
  AND NOT EXISTS (FROM fct_attribution AS o WHERE o.transaction_id = e.transaction_id)
"""


def main() -> None:
    """Read, count, print."""
    path, day = sys.argv[1], date.fromisoformat(sys.argv[2])
    start = datetime.combine(day, time())
    end = start + timedelta(days=1)
    window = {"first": start - timedelta(days=7), "end": end}
    judged = {"start": start, "end": end}
    run = {"run": end, "run_end": end + timedelta(days=1)}
    with duckdb.connect(path, read_only=True) as connection:
        ((rate,),) = connection.execute(AUDIT, run).fetchall()
        events = connection.execute(EVENTS, window).fetchall()
        (orders,) = connection.execute(ORDERS, judged).fetchall()
        (purchases,) = connection.execute(PURCHASES, judged).fetchall()
    answers = {
        "quarantine_rate": rate,
        "events": sum(row[2] for row in events if row[0] == day),
        "orphan_orders": orders[1] + orders[2] + purchases[0],
    }
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
