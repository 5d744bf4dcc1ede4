"""Write a warehouse on which every check is green, with nothing but DuckDB.

Run as a script by either DuckDB line: python small_warehouse.py FOLDER.
The judged day is 8 March 2025; the run that loaded it, 9 March.
"""

import sys
from pathlib import Path

import duckdb

RUN_DATE = "2025-03-09"

SQL = """
CREATE TABLE pipeline_logs AS SELECT TIMESTAMP '2025-03-09 05:40' AS run_timestamp,
  1000 AS rows_read, 10 AS rows_quarantined, 'events.csv' AS filename, 'success' AS status;
CREATE TABLE stg_events AS
SELECT TIMESTAMP '2025-03-01' + to_days(d::INT) + to_minutes((n * 40)::INT) AS timestamp,
  name AS event_name, CASE name WHEN 'purchase' THEN 9.5 END AS revenue,
  CASE name WHEN 'purchase' THEN format('o{}-{}', d, n) END AS transaction_id
FROM range(8) days(d), range(36) numbers(n), (VALUES ('page_viewed'), ('purchase')) names(name);
CREATE TABLE fct_attribution AS
SELECT transaction_id, timestamp AS purchase_time, 's' || transaction_id AS lc_session_id, revenue
FROM stg_events WHERE event_name = 'purchase';
CREATE TABLE dim_sessions AS SELECT lc_session_id AS session_id FROM fct_attribution;
"""

CONFIG = """\
pipeline: small
warehouse: {url: "duckdb:///warehouse.duckdb"}
audit_log: {table: pipeline_logs, run_at: run_timestamp, rows_read: rows_read,
  rows_quarantined: rows_quarantined, source: filename, status: status}
events: {table: stg_events, occurred_at: timestamp, name: event_name, revenue: revenue,
  order_id: transaction_id, purchase_names: [purchase]}
orders: {table: fct_attribution, order_id: transaction_id, ordered_at: purchase_time,
  session_id: lc_session_id, revenue: revenue}
sessions: {table: dim_sessions, session_id: session_id}
checks:
  volume_zscore: {window_days: 7}
"""


def write(folder: Path) -> Path:
    """Write warehouse.duckdb and andon.yml; give the configuration's path."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(SQL)
    config = folder / "andon.yml"
    config.write_text(CONFIG, encoding="utf-8")
    return config


if __name__ == "__main__":
    write(Path(sys.argv[1]))
