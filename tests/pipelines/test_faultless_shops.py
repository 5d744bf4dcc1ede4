"""Sixty days without a fault: each gate asks just after the run is due and its grace is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from checks.config import load_config
from checks.config.schedules import schedule_of
from checks.core.model import Status
from checks.demo.shapes import (
    CLOSED_ON_SUNDAYS,
    HOURLY_LOADS,
    NIGHTLY,
    THREE_SOURCES,
    WEEKDAYS_ONLY,
    Shape,
)
from tests.pipelines.replay import gate, replay
from tests.pipelines.shop import Shop

#: The first run loads a day on which every shape is open.
FIRST, LAST = date(2025, 1, 7), date(2025, 3, 7)
SHAPES = (NIGHTLY, WEEKDAYS_ONLY, THREE_SOURCES, HOURLY_LOADS, CLOSED_ON_SUNDAYS)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_at_most_one_gate_stops_a_shop_without_a_fault(tmp_path: Path, shape: Shape) -> None:
    replayed = replay(Shop(tmp_path, shape), FIRST, LAST)
    assert [report.run_date for report in replayed.reports] == list(shape.run_dates(FIRST, LAST))
    # A normal day leaves its normal range now and then.
    assert len(replayed.stops()) <= 1
    assert len(replayed.failing()) <= 1
    # What is judged at the end is judged for good: nothing is still being learned.
    learning = [c.id for c in replayed.reports[-1].checks if "learning" in c.message]
    assert learning == []


@pytest.mark.parametrize("shape", SHAPES[1:], ids=lambda shape: shape.name)
def test_the_run_is_awaited_and_then_missing(tmp_path: Path, shape: Shape) -> None:
    """A minute before its time is over a run without an entry is unknown, from then on red."""
    shop = Shop(tmp_path, shape)
    run_date = date(2025, 2, 18)
    shop.load(list(shape.run_dates(FIRST, run_date - timedelta(days=1))))
    missing_from = missing_since(shop, run_date)
    before = gate(shop, missing_from - timedelta(minutes=1))
    assert (before.run_date, before.verdict) == (run_date, Status.UNKNOWN)
    entry = next(check for check in before.checks if check.id == "log_entry_exists_today")
    assert (entry.status, entry.retry) == (Status.UNKNOWN, True)
    assert "is expected by" in entry.message
    after = gate(shop, missing_from)
    assert (after.run_date, after.verdict) == (run_date, Status.RED)


def missing_since(shop: Shop, run_date: date) -> datetime:
    """From when on a run without an entry is missing."""
    expected_by = schedule_of(load_config(shop.config)).expected_by(run_date)
    assert expected_by is not None
    return expected_by
