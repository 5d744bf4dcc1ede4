"""Entries of the audit log in the hour that comes twice: without an order, and not after now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.core.model import Status, Verdict
from checks.warehouse.wall_clock import first_utc_of_local, utc_of_local
from tests.shop import Shop, log_entry

#: Where the wall clock begins to repeat itself, and how long it does.
TWICE = {
    "Europe/Berlin": (datetime(2025, 10, 26, 2), timedelta(hours=1)),  # noqa: DTZ001
    "America/New_York": (datetime(2025, 11, 2, 1), timedelta(hours=1)),  # noqa: DTZ001
    "Australia/Lord_Howe": (datetime(2025, 4, 6, 1, 30), timedelta(minutes=30)),  # noqa: DTZ001
    "America/Havana": (datetime(2025, 11, 2), timedelta(hours=1)),  # noqa: DTZ001
}
GRACE = timedelta(minutes=5)


def shop_of(shop: Shop, zone: str, *rows: tuple[object, str], as_text: bool) -> None:
    """A shop whose log has entries of one file, of times without an offset."""
    shop.settings["timezone"] = zone
    shop.set("warehouse", naive_timestamps=zone)
    if as_text:
        shop.log.columns["run_timestamp"] = sa.String(40)
    entry = log_entry(date(2025, 3, 8), filename="web.csv")
    shop.log.rows = [
        entry | {"run_timestamp": str(time) if as_text else time, "status": status}
        for time, status in rows
    ]
    shop.write()


def judged(shop: Shop, run: date, now: datetime) -> dict[str, Verdict]:
    return dict(shop.verdicts(date=run, now=now))


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("zone", TWICE)
@pytest.mark.parametrize(("failed", "good"), [(0.2, 0.8), (0.8, 0.2), (0, 0.99)])
def test_the_worse_counts(shop: Shop, zone: str, failed: float, good: float, as_text: bool) -> None:
    start, gap = TWICE[zone]
    rows = (start + gap * failed, "failed"), (start + gap * good, "success")
    shop_of(shop, zone, *rows, as_text=as_text)
    now = datetime.combine(start, start.time(), UTC) + timedelta(days=1)
    assert judged(shop, start.date(), now)["run_status"].status is Status.RED
    # After the hour there is an order again.
    later = start + gap + timedelta(minutes=1), "success"
    shop_of(shop, zone, *rows, later, as_text=as_text)
    assert judged(shop, start.date(), now)["run_status"].status is Status.GREEN


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("zone", TWICE)
@pytest.mark.parametrize("part", [0, 0.8])
def test_an_entry_is_not_after_now_if_its_first_time_is_not(
    shop: Shop, zone: str, part: float, as_text: bool
) -> None:
    start, gap = TWICE[zone]
    local = start + gap * part
    first = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    shop_of(shop, zone, (local, "success"), as_text=as_text)
    moments = (first + timedelta(minutes=2), True), (first - GRACE, True), (
        first - GRACE - timedelta(seconds=1), False,
    ), (first + gap, True)  # fmt: skip
    for now, counts in moments:
        entries = judged(shop, start.date(), now)["log_entry_exists_today"]
        assert (entries.value, entries.details["entries_after_now"]) == (
            (1, 0) if counts else (0, 1)
        )


@pytest.mark.parametrize(
    ("failed", "status"), [("02:10:00+02:00", "green"), ("02:10:00+01:00", "red")]
)
def test_text_with_an_offset_has_an_order(shop: Shop, failed: str, status: str) -> None:
    rows = (f"2025-10-26 {failed}", "failed"), ("2025-10-26 02:50:00+02:00", "success")
    shop_of(shop, "Europe/Berlin", *rows, as_text=True)
    now = datetime(2025, 10, 26, 6, tzinfo=UTC)
    assert judged(shop, date(2025, 10, 26), now)["run_status"].status.value == status
    # In the first pass, an entry of the second one is after now.
    now = datetime(2025, 10, 26, 0, 52, tzinfo=UTC)
    verdict = judged(shop, date(2025, 10, 26), now)["log_entry_exists_today"]
    assert verdict.details["entries_after_now"] == (status == "red")


@pytest.mark.parametrize("zone", TWICE)
@pytest.mark.parametrize(
    ("part", "twice"), [(-0.001, False), (0, True), (0.999, True), (1, False), (1.5, False)]
)
def test_which_times_come_twice(zone: str, part: float, twice: bool) -> None:
    start, gap = TWICE[zone]
    local = start + gap * part
    first = first_utc_of_local(local, ZoneInfo(zone))
    assert first == (utc_of_local(local, ZoneInfo(zone)) - gap if twice else None)


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("UTC", datetime(2025, 10, 26, 2, 30)),  # noqa: DTZ001
        # Skipped in spring.
        ("Europe/Berlin", datetime(2025, 3, 30, 2, 30)),  # noqa: DTZ001
    ],
)
def test_which_do_not(zone: str, local: Any) -> None:
    assert first_utc_of_local(local, ZoneInfo(zone)) is None
