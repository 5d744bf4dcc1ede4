"""Closed days in the evidence, in a backtest, and beside an incident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from checks import Status
from checks.evaluation.backtest.replaying import replay
from checks.evidence import power, revenue, runs, runs_trend, volume
from checks.evidence.context import Context, open_context
from tests.closed_shop import LAST, ClosedShop

SUNDAY, MONDAY = date(2025, 6, 22), date(2025, 6, 23)
T = TypeVar("T")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ClosedShop:
    folder: Path = tmp_path_factory.mktemp("closed")
    made = ClosedShop(folder, "[saturday, sunday]", {5, 6}, days=100)
    made.without_entry = {day for day, count in made.counts.items() if not count}
    made.write()
    return made


def read(shop: ClosedShop, day: date, reader: Callable[[Context], T]) -> T:
    now = datetime.combine(day + timedelta(days=1), time(6), UTC)
    with open_context(shop.config(), day, now) as context:
        return reader(context)


@pytest.mark.parametrize("day", [SUNDAY, MONDAY, LAST])
@pytest.mark.parametrize("count", [1, 7, 30])
def test_each_day_is_judged_by_its_window_of_open_days(
    shop: ClosedShop, day: date, count: int
) -> None:
    found = read(shop, day, lambda context: volume.read(context, days=count))
    assert [shown.day for shown in found.days] == [
        day - timedelta(days=back) for back in range(count - 1, -1, -1)
    ]
    for shown in found.days:
        is_closed = shown.day.weekday() >= 5
        assert (shown.z is None) is is_closed
        assert (f"closed: {shown.day:%A}" in shown.why) is is_closed
        assert not shown.left_out
    messages = shop.messages(day)
    z = found.days[-1].z
    shown_z = "skipped" if z is None else f"{z:.2f}"
    assert messages["volume_zscore"].startswith(f"z={shown_z} ")


def test_a_name_is_compared_with_open_days(shop: ClosedShop) -> None:
    found = read(shop, MONDAY, lambda context: volume.read(context, days=20))
    days = found.name_days("page_viewed")
    assert all((day.lowest or 0) > 0 for day in days if day.day.weekday() < 5)


def test_revenue_and_power(shop: ClosedShop) -> None:
    series = read(shop, MONDAY, lambda context: revenue.read(context, days=10))
    assert len(series.days) == 10
    assert not any(day.beyond for day in series.days)
    powers = read(shop, MONDAY, lambda context: power.read(context, days=40))
    for rule in powers.rules:
        assert rule.days_judged > 0
        assert not any(alarm.day.weekday() >= 5 for alarm in rule.out_of_range)


def test_runs_without_an_entry_are_no_gap(shop: ClosedShop) -> None:
    trend = read(shop, SUNDAY, lambda context: runs_trend.read(context, days=20))
    states = {day.data_date.weekday() >= 5: day.state for day in trend.days}
    assert states == {True: runs_trend.CLOSED, False: runs_trend.RAN}
    assert trend.arrival.state == runs_trend.NOT_NEEDED
    assert read(shop, SUNDAY, runs.read).missing == ()


def test_a_backtest_raises_no_alarm_on_closed_days(shop: ClosedShop) -> None:
    config = shop.config()
    now = datetime.combine(LAST + timedelta(days=1), time(6), UTC)
    found = replay(config, config, days=12, last=LAST, now=now, progress=lambda text: None)
    failing = {
        id_: verdict.message
        for day in found.days
        for id_, verdict in day.now.verdicts.items()
        # The Z-score takes a busy Friday for an alarm, with closed days and without.
        if verdict.status not in (Status.GREEN, Status.SKIPPED)
        and (id_ != "volume_zscore" or day.data_date.weekday() >= 5)
    }
    assert failing == {}


def test_red_before_and_after_a_weekend_is_one_run(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[saturday, sunday]", {5, 6}, days=60)
    friday = MONDAY - timedelta(days=3)
    for day in (friday, MONDAY):
        shop.set(day, 0)
    shop.write()
    for offset in range(4):
        report = shop.report(friday + timedelta(days=offset), use_history=True, record=True)
    (verdict,) = (verdict for verdict in report.checks if verdict.id == "freshness")
    assert (verdict.since, verdict.since_days) == (friday, 2)
    assert verdict.status is Status.RED
