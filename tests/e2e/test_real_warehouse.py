"""A real shop's fourteen days, where they lie beside the checkout; skipped elsewhere."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from checks import DataMonitor, Report, Status

DATA = Path(__file__).parents[3] / "shared" / "data" / "clickstream"
EXAMPLE = Path(__file__).parents[2] / "checks" / "config" / "example.yml"
NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not on this machine")


def evaluate(folder: Path, log: str) -> Report:
    """The judged day of the real warehouse, with one of its two audit logs."""
    shutil.copytree(DATA / "quarantine", folder / "quarantine")
    shutil.copy(EXAMPLE, folder / "andon.yml")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for table in ("stg_events", "dim_sessions", "fct_attribution"):
            connection.execute(f"CREATE TABLE {table} AS FROM '{DATA / table}.parquet'")
        source = DATA / f"pipeline_logs_{log}.parquet"
        connection.execute(f"CREATE TABLE pipeline_logs AS FROM '{source}'")
    return DataMonitor(folder / "andon.yml").run(date=date(2025, 3, 9), now=NOW)


def messages(report: Report) -> dict[str, tuple[str, str]]:
    return {check.id: (check.status.value, check.message) for check in report.checks}


# By hand: 3,295 events against 3466, 3650, 3691, 3238, 2653, 3157 and 2981 (mean 3262.3,
# sample deviation 373.6); newest event at 23:59; 22 purchases, all with revenue and an order;
# one of the 22 orders is there twice (1 / 22 = 0.0455).
OTHERS = {
    "run_status": ("green", "failed=0 (max 0)"),
    "freshness": ("green", "lag=0.0h (max 6h)"),
    "volume_zscore": ("green", "z=0.09 (below 3.0)"),
    "volume_expected": ("green", "volume=3295 (normal 1769 to 6072)"),
    "event_volume": ("green", "silent=0 (max 0)"),
    "volume_trend": ("skipped", "change=skipped (learning, 13 of 32 days)"),
    "missing_revenue": ("green", "pct_missing_revenue=0.0000 (below 0.01)"),
    "orphan_orders": ("amber", "orphan_orders=0 (max 0), duplicate_ids=0.0455 (max 0.01)"),
}

# The example's configuration lists two names for purchases; this shop uses one.
WARNINGS = ("events.purchase_names: no event is named 'purchase' in 14 days",)


def test_the_batch_log_of_fourteen_files(tmp_path: Path) -> None:
    report = evaluate(tmp_path, "batch")
    assert messages(report) == OTHERS | {
        "log_entry_exists_today": ("green", "entries=14 (min 1)"),
        "rows_read": ("green", "rows_read=49963 (min 1)"),
        "sources_complete": ("skipped", "sources=skipped (learning, 0 of 7 days)"),
        "quarantine_rate": ("red", "rate=0.0582 (max 0.05)"),
    }
    assert (report.verdict, report.exit_code, report.warnings) == (Status.RED, 1, WARNINGS)
    rate = next(check for check in report.checks if check.id == "quarantine_rate")
    assert "(2,908)" in rate.summary
    assert "49,963 rows" in rate.summary
    assert "'client_id: Input should be a valid string' (100.0 %)" in rate.summary
    assert (rate.stop, rate.details["rejected_rows"]) == (False, 2908)


def test_the_daily_log(tmp_path: Path) -> None:
    report = evaluate(tmp_path, "daily")
    assert messages(report) == OTHERS | {
        "log_entry_exists_today": ("green", "entries=1 (min 1)"),
        "rows_read": ("green", "rows_read=3843 (min 1)"),
        "sources_complete": ("green", "sources=1 (expected 1)"),
        "quarantine_rate": ("red", "rate=0.1426 (max 0.05)"),
    }
    assert (report.exit_code, report.warnings) == (1, WARNINGS)
    rate = next(check for check in report.checks if check.id == "quarantine_rate")
    assert (rate.stop, rate.details["rejected_rows"]) == (True, 548)
