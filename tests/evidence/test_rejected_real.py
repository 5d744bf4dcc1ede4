"""What a real shop's rejected rows tell, where its fourteen days lie beside the checkout."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from checks import load_config
from checks.evidence import rejected, rejected_explained, rejected_rows
from checks.evidence.context import open_context

DATA = Path(__file__).parents[3] / "shared" / "data" / "clickstream"
EXAMPLE = Path(__file__).parents[2] / "checks" / "config" / "example.yml"
NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not on this machine")


@pytest.fixture(params=["batch", "daily"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The real files with each of their two audit logs."""
    shutil.copytree(DATA / "quarantine", tmp_path / "quarantine")
    shutil.copy(EXAMPLE, tmp_path / "andon.yml")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        source = DATA / f"pipeline_logs_{request.param}.parquet"
        connection.execute(f"CREATE TABLE pipeline_logs AS FROM '{source}'")
    return tmp_path


def test_before_2_march_bots_and_since_then_phones(folder: Path) -> None:
    with open_context(load_config(folder / "andon.yml"), date(2025, 3, 8), NOW) as context:
        explained = rejected_explained.read(context)
    assert explained.before == tuple(
        [date(2025, 2, day) for day in range(23, 29)] + [date(2025, 3, 1)]
    )
    assert explained.rise_began == date(2025, 3, 2)
    (shift,) = explained.explanation.shifts
    assert (shift.column, shift.before, shift.since) == ("user_agent", "bots", "phones")
    assert f"{shift.share_before:.0%} {shift.share_since:.0%}" == "41% 62%"
    first = explained.explanation.changes[0]
    assert (first.column, first.group, first.rows) == ("user_agent", "phones", 331)


def test_the_day_and_its_rows(folder: Path) -> None:
    with open_context(load_config(folder / "andon.yml"), date(2025, 3, 8), NOW) as context:
        summary = rejected.read(context)
        rows = rejected_rows.read(context, query="ahrefs")
    assert (summary.rows, summary.logged, summary.notes) == (548, 548, ())
    assert len(summary.hours.parts) == 24
    # By hand: grep -ci ahrefs events_20250308_errors.csv
    assert rows.total == 24
