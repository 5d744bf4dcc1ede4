"""Rows of a span of hours are those that explanations count in them, also when clocks change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.core.timeframe import midnight
from checks.evidence.context import open_context
from checks.quarantine.drilldown.model import Filters, HourSpan, Rejected
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected
from tests.shop import Shop, Table

ZONE = ZoneInfo("Europe/Berlin")
SKIPS_TWO, REPEATS_TWO, PLAIN = date(2025, 3, 30), date(2025, 10, 26), date(2025, 3, 8)
Write = Callable[[Shop, date, str], None]


def moments(day: date) -> list[datetime]:
    """A time every 20 minutes of a day of the shop, and of the hours around it."""
    start, end = midnight(day, ZONE), midnight(day + timedelta(days=1), ZONE)
    first = start - timedelta(hours=1)
    count = (end - start) // timedelta(minutes=20) + 6
    return [first + n * timedelta(minutes=20) for n in range(count)]


def in_table(shop: Shop, day: date, naive: str) -> None:
    rows = [{"at": m.astimezone(ZoneInfo(naive)).replace(tzinfo=None)} for m in moments(day)]
    shop.more.append(Table("rejected_rows", {"at": sa.DateTime(), "why": sa.String(9)}, rows))
    shop.set("quarantine", table="rejected_rows", occurred_at="at")


def in_files(shop: Shop, day: date, naive: str) -> None:
    """In a file of the day, which has rows of its neighbours too."""
    local = [m.astimezone(ZoneInfo(naive)).replace(tzinfo=None) for m in moments(day)]
    texts = [f"{moment.isoformat()},x\n" for moment in local]
    (shop.folder / f"{day:%Y%m%d}.csv").write_text(f"at,why\n{''.join(texts)}{day},x\n", "utf-8")
    shop.set("quarantine", files="{date:%Y%m%d}.csv", occurred_at="at")


def compared(rejected: Rejected) -> tuple[list[int], list[int], int]:
    """Rows of each hour as explanations count them and as they are filtered; of the whole day."""
    by_hour: Counter[int | None] = Counter()
    for tally in rejected.by_hour(5):
        if tally.column is None and tally.period == 0:
            by_hour[tally.hour] += tally.rows
    filtered = [rejected.total(Filters(hours=HourSpan(hour, hour + 1))) for hour in range(24)]
    whole = rejected.total(Filters(hours=HourSpan(0, 24)))
    return [by_hour[hour] for hour in range(24)], filtered, whole


@pytest.mark.parametrize("section", ["warehouse", "quarantine"])
@pytest.mark.parametrize("naive", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("day", [SKIPS_TWO, REPEATS_TWO, PLAIN])
@pytest.mark.parametrize("write", [in_table, in_files])
def test_each_hour_has_the_rows_that_are_counted_in_it(
    write: Write, day: date, naive: str, section: str, duck: Shop
) -> None:
    check(duck, write, day, naive, section)


@pytest.mark.parametrize("day", [SKIPS_TWO, REPEATS_TWO])
def test_so_it_is_on_every_engine(day: date, shop: Shop) -> None:
    check(shop, in_table, day, "UTC")


def check(shop: Shop, write: Write, day: date, naive: str, section: str = "warehouse") -> None:
    shop.settings["timezone"] = ZONE.key
    write(shop, day, naive)
    if section != "warehouse":
        shop.set("warehouse", naive_timestamps="Asia/Tokyo")
    shop.set(section, naive_timestamps=naive)
    shop.write()
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=1)
    with open_context(shop.config(), day, now) as context:
        request = RejectedRequest(((day,), (day - timedelta(days=1),)), {}, ZONE)
        counted, filtered, whole = read_rejected(
            context.config, context.warehouse, request, compared
        )
    expected = [3] * 24
    if day != PLAIN:
        expected[2] = 0 if day == SKIPS_TWO else 6
    assert counted == filtered == expected
    assert whole == sum(expected)
