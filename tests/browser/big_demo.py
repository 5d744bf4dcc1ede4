"""A demo of an old and wide pipeline: three recorded years, 201 event names, 12 sources a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import sqlalchemy as sa

from checks import DataMonitor, load_config
from checks.core.model import Report, Status, Verdict
from checks.demo import write_demo
from checks.history import evaluations
from checks.judging.gate import exit_code
from tests.moment import now, today

YEARS = 3
#: Recorded days before the newest one.
DAYS = 365 * YEARS
#: Event names beside `purchase`: as many as pages list.
NAMES, SOURCES, COUNTRIES = 200, 12, 60
#: Every so many days a check was red.
RED_EVERY = 45
CHECK = "quarantine_rate"
_GATE_AT = time(6, 12, tzinfo=UTC)
#: Five names become 40 each; `purchase` stays, as its name is configured.
_WIDE = f"""
UPDATE stg_events SET
    event_name = CASE event_name WHEN 'purchase' THEN 'purchase' ELSE
        event_name || '_' || lpad(CAST(hash(rowid) % {NAMES // 5} AS VARCHAR), 2, '0') END,
    country = country || '-' || lpad(CAST(hash(rowid) % {COUNTRIES // 6} AS VARCHAR), 2, '0');
CREATE TABLE whole_logs AS FROM pipeline_logs;
DELETE FROM pipeline_logs;
INSERT INTO pipeline_logs
SELECT log_id * {SOURCES} + part, format('shop{{:02d}}_{{}}', part + 1, filename),
    run_timestamp + INTERVAL 1 MINUTE * part,
    rows_read // {SOURCES} + CASE part WHEN 0 THEN rows_read % {SOURCES} ELSE 0 END,
    rows_inserted // {SOURCES} + CASE part WHEN 0 THEN rows_inserted % {SOURCES} ELSE 0 END,
    rows_quarantined // {SOURCES} + CASE part WHEN 0 THEN rows_quarantined % {SOURCES} ELSE 0 END,
    duration_seconds, status
FROM whole_logs, range({SOURCES}) AS parts(part);
DROP TABLE whole_logs;
"""


def last_day() -> date:
    """The day that the last gate judged."""
    return today() - timedelta(days=1)


def red_days() -> list[date]:
    """The days on which the check was red, the newest first."""
    return [last_day() - timedelta(days=back) for back in range(0, DAYS + 1, RED_EVERY)]


def build(folder: Path) -> None:
    """Write the demo, its three years of history and the last gate."""
    demo = write_demo(folder, today=today(), days=40, events_per_day=6000, backfill_days=0)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(_WIDE)
    text = demo.config.read_text("utf-8")
    demo.config.write_text(text.replace("keep_days: 400", f"keep_days: {DAYS + 30}"), "utf-8")
    config = load_config(demo.config)
    newest = DataMonitor(config).run(date=demo.run_date, now=now(), record=True)
    days = [demo.data_date - timedelta(days=back) for back in range(DAYS, 0, -1)]
    store = sa.create_engine(config.history.url)
    with store.begin() as transaction:  # one for all of them: each by itself takes minutes
        for day in days:
            evaluations.insert(transaction, earlier(newest, day), key=str(day))
    store.dispose()


def earlier(report: Report, day: date) -> Report:
    """The report as if it were one of an earlier day."""
    red = (CHECK,) if day in red_days() else ()
    checks = tuple(_with_status(verdict, verdict.id in red) for verdict in report.checks)
    run = day + timedelta(days=1)
    return replace(
        report,
        data_date=day,
        run_date=run,
        evaluated_at=datetime.combine(run, _GATE_AT),
        checks=checks,
        verdict=Status.RED if red else Status.GREEN,
        exit_code=exit_code(verdict.status for verdict in checks),
    )


def _with_status(verdict: Verdict, is_red: bool) -> Verdict:
    status = Status.RED if is_red else Status.GREEN
    return replace(verdict, status=status, stop=verdict.stop and is_red, details={})
