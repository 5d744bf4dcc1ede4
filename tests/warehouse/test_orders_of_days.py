"""Orders of several data days, read by one statement a table, are those of each day alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.core.errors import MeasurementError
from checks.core.metrics import NO_ORDER, NO_SESSION, UNKNOWN_SESSION, OrderCounts
from checks.core.timeframe import Timeframe, midnight
from checks.warehouse import Warehouse
from checks.warehouse.orders import OrderReader
from tests.shop import DAY, NOW, Row, Shop, at, order, purchase

BERLIN = ZoneInfo("Europe/Berlin")
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Counted:
    """A warehouse that keeps the statements that are sent to it."""

    warehouse: Warehouse
    sent: list[sa.Select[Any]] = field(default_factory=list)

    def fetch(self, statement: sa.Select[Any]) -> Any:
        """Rows of a statement."""
        self.sent.append(statement)
        return self.warehouse.fetch(statement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.warehouse, name)


@contextmanager
def reading(shop: Shop, frames: Sequence[Timeframe]) -> Iterator[tuple[OrderReader, Counted]]:
    """The reader of a shop's orders for the newest of the days."""
    config = shop.config()
    assert config.orders is not None
    with Warehouse.of(config) as warehouse:
        counted: Any = Counted(warehouse)
        naive = config.naive_zones
        yield (
            OrderReader(counted, frames[-1], naive, config.orders, config.sessions, config.events),
            counted,
        )


def of_days(count: int, last: date = DAY, now: datetime = NOW, zone: Any = UTC) -> list[Timeframe]:
    """The frames of the `count` days up to the last one, oldest first."""
    key = ZoneInfo("UTC") if zone is UTC else zone
    days = [last - timedelta(days=back) for back in range(count - 1, -1, -1)]
    return [Timeframe(last + timedelta(days=1), day, now, key) for day in days]


def each_alone(reader: OrderReader, frames: Sequence[Timeframe]) -> dict[date, OrderCounts]:
    """Each day read on its own."""
    return {frame.data_date: replace(reader, frame=frame).read() for frame in frames}


def assert_same(shop: Shop, frames: Sequence[Timeframe]) -> dict[date, OrderCounts]:
    """The days as they are read together, which is as they are read alone."""
    with reading(shop, frames) as (reader, counted):
        together = reader.read_days(frames)
        assert len(counted.sent) <= 5
        assert together == each_alone(reader, frames)
    return together


# ---- shops at random

#: Few, so that they are met again on other days.
IDS = st.sampled_from(["A", "B", "a", "ä", "A "]) | st.sampled_from(["A", "B", None, " ", "\t"])
AMOUNTS = st.sampled_from([None, 0.0, -1.5, 25.5, 0.1, 1e9, float("nan")])
LAST_DAYS = st.sampled_from([date(2025, 3, 8), date(2025, 3, 31), date(2025, 10, 27)])


@dataclass(frozen=True)
class Days:
    """Some days in Berlin, and the moment at which they are read."""

    frames: list[Timeframe]

    def times(self) -> st.SearchStrategy[datetime | None]:
        """Times at and around the days' midnights, near them, years after them, and none."""
        first, last = self.frames[0].data_date, self.frames[-1].data_date
        days = [first + timedelta(days=n) for n in range(-4, (last - first).days + 5)]
        edges = [midnight(day, BERLIN) for day in days]
        hours = [edge + timedelta(hours=hour) for edge in edges for hour in (1, 2, 9.5, 23)]
        steps = [edge + step for edge in edges for step in (-MICROSECOND, MICROSECOND)]
        near = [edge for edge in edges if self.frames[0].start <= edge < self.frames[-1].end]
        far = self.frames[0].far
        odd = [far, far - MICROSECOND, self.frames[0].future]
        chosen = [moment.astimezone(UTC).replace(tzinfo=None) for moment in edges + hours + steps]
        chosen += [moment.astimezone(UTC).replace(tzinfo=None) for moment in odd]
        inside = [
            (edge + timedelta(hours=hour)).astimezone(UTC).replace(tzinfo=None)
            for edge in near
            for hour in (0, 5, 12)
        ]
        return st.sampled_from([*chosen, None]) | st.sampled_from(inside)


@st.composite
def days_of_runs(draw: st.DrawFn) -> Days:
    """One to five days, the last of which may not be over."""
    last = draw(LAST_DAYS)
    end = midnight(last + timedelta(days=1), BERLIN)
    now = end + draw(st.sampled_from([timedelta(hours=6), timedelta(0), -timedelta(hours=9)]))
    return Days(of_days(draw(st.integers(1, 5)), last, now, BERLIN))


@st.composite
def rows_of(draw: st.DrawFn, days: Days) -> tuple[list[Row], list[Row], list[Row]]:
    """Orders, events and sessions whose ids are few and whose times are near the days."""
    times = days.times()
    orders = st.builds(
        lambda id_, time, session, revenue: {
            "transaction_id": id_, "purchase_time": time, "lc_session_id": session,
            "revenue": revenue,
        },
        IDS, times, IDS, AMOUNTS,
    )  # fmt: skip
    events = st.builds(
        lambda id_, time, name, revenue: {
            "client_id": "c", "timestamp": time, "event_name": name, "transaction_id": id_,
            "revenue": revenue,
        },
        IDS, times, st.sampled_from(["purchase", "purchase", "view", None]), AMOUNTS,
    )  # fmt: skip
    sessions = st.builds(
        lambda id_, time: {
            "session_id": id_, "began": time, "part": None if time is None else time.date(),
        },
        IDS, times,
    )  # fmt: skip
    lists = (st.lists(row, max_size=30) for row in (orders, events, sessions))
    return tuple(draw(rows) for rows in lists)  # type: ignore[return-value]


def rows_by(days: Days, seed: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Many rows of the days and those beside them; strategies prefer few rows."""
    chance = random.Random(seed)  # noqa: S311
    start, end = days.frames[0].start - timedelta(days=4), days.frames[-1].end + timedelta(days=4)
    hours = int((end - start) / timedelta(hours=1))

    def time() -> datetime:
        moment = start + timedelta(hours=chance.randrange(hours))
        return moment.astimezone(UTC).replace(tzinfo=None)

    names = [f"{letter}{number}" for letter in "AB" for number in range(8)]
    orders = [
        {"transaction_id": chance.choice(names), "purchase_time": time(),
         "lc_session_id": chance.choice(names), "revenue": 1.0}
        for _ in range(40)
    ]  # fmt: skip
    events = [
        {"client_id": "c", "timestamp": time(), "event_name": "purchase",
         "transaction_id": chance.choice(names), "revenue": 1.0}
        for _ in range(40)
    ]  # fmt: skip
    begun = [(chance.choice(names), time()) for _ in range(12)]
    sessions = [{"session_id": name, "began": at_, "part": at_.date()} for name, at_ in begun]
    return orders, events, sessions


@st.composite
def shops(draw: st.DrawFn) -> tuple[Days, tuple[list[Row], ...], dict[str, dict[str, Any]]]:
    """Days, rows, and the keys that are mapped otherwise."""
    days = draw(days_of_runs())
    began = draw(st.sampled_from([{"started_at": "began"}, {"partition": {"column": "part"}}, {}]))
    if began:
        began = began | {"lookback_days": draw(st.integers(1, 3))}
    changes = {
        "sessions": began,
        "orders": draw(st.sampled_from([{}, {"order_id": None}, {"revenue": None}])),
        "events": draw(st.sampled_from([{}, {"order_id": None}, {"revenue": None}])),
    }
    return days, draw(rows_of(days)), changes


def fill(shop: Shop, rows: tuple[list[Row], ...], changes: dict[str, dict[str, Any]]) -> None:
    """Write the rows, and map what is changed."""
    shop.sessions.columns |= {"began": sa.DateTime(), "part": sa.Date()}
    shop.orders.rows, shop.events.rows, shop.sessions.rows = rows
    if not shop.engine.keeps_nan:
        for row in (*shop.orders.rows, *shop.events.rows):
            if row["revenue"] != row["revenue"]:
                row["revenue"] = None
    for section, keys in changes.items():
        shop.set(section, **keys)
    shop.set("warehouse", naive_timestamps="UTC")
    shop.write()


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(drawn=shops())
def test_days_together_are_each_day_alone(shop: Shop, drawn: Any) -> None:
    days, rows, changes = drawn
    fresh = Shop(shop.folder, shop.url)
    fill(fresh, rows, changes)
    assert_same(fresh, days.frames)


@pytest.mark.parametrize("last", [date(2025, 3, 8), date(2025, 3, 31), date(2025, 10, 27)])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("mapped", [{"started_at": "began"}, {"partition": {"column": "part"}}, {}])
def test_many_rows_of_days_together_are_each_day_alone(
    shop: Shop, mapped: dict[str, Any], seed: int, last: date
) -> None:
    now = midnight(last + timedelta(days=1), BERLIN) + timedelta(hours=6)
    days = Days(of_days(4, last, now, BERLIN))
    sessions = mapped | ({"lookback_days": 1} if mapped else {})
    fill(shop, rows_by(days, seed), {"sessions": sessions})
    together = assert_same(shop, days.frames)
    assert all(counts.orders for counts in together.values())


# ---- what is said of each day


def lose(shop: Shop, days: Sequence[date]) -> None:
    """On the `n`th of the days lose `n` sessions and `n` orders, and begin with none."""
    for count, day in enumerate(days):
        for number in range(count):
            shop.orders.rows.append(order(day, 100 + number, session=f"gone-{number}"))
            shop.events.rows.append(purchase(day, 200 + number, 10.0))
            shop.orders.rows.append(order(day, 300 + number) | {"lc_session_id": " "})


@pytest.mark.parametrize("count", [2, 3, 31])
def test_each_day_has_its_own_orphans(shop: Shop, count: int) -> None:
    frames = of_days(count)
    newest = [frame.data_date for frame in frames][-3:]
    lose(shop, newest)
    shop.write()
    together = assert_same(shop, frames)
    assert list(together) == [frame.data_date for frame in frames]
    for lost, day in enumerate(newest):
        kinds = {kind.kind: kind for kind in together[day].kinds}
        numbers = [kinds[kind].count for kind in (NO_SESSION, UNKNOWN_SESSION, NO_ORDER)]
        assert numbers == [lost, lost, lost]
        assert len(kinds[UNKNOWN_SESSION].ids) == lost
        assert together[day].orders == 12 + 2 * lost


def test_days_without_a_row_are_empty(shop: Shop) -> None:
    frames = of_days(3)
    friday = frames[1].data_date
    shop.orders.rows = [r for r in shop.orders.rows if r["purchase_time"].date() != friday]
    shop.events.rows = [r for r in shop.events.rows if r["timestamp"].date() != friday]
    shop.write()
    together = assert_same(shop, frames)
    assert [counts.orders for counts in together.values()] == [12, 0, 12]
    assert [counts.purchases for counts in together.values()] == [12, 0, 12]


def test_an_id_of_two_days_is_a_duplicate_on_neither(shop: Shop) -> None:
    frames = of_days(2)
    first = frames[0].data_date
    shop.orders.rows.append(order(first, 1) | {"purchase_time": at(DAY, 5)})
    shop.events.rows.append(purchase(first, 1) | {"timestamp": at(DAY, 5)})
    shop.orders.rows.append(order(DAY, 3))
    shop.write()
    together = assert_same(shop, frames)
    assert [counts.duplicates for counts in together.values()] == [0, 1]
    assert [counts.duplicate_purchases for counts in together.values()] == [0, 0]


def test_the_order_of_a_purchase_may_be_of_the_next_day(shop: Shop) -> None:
    frames = of_days(3)
    for row in shop.orders.rows:
        row["purchase_time"] += timedelta(hours=23)
    shop.write()
    together = assert_same(shop, frames)
    assert _counts(together, NO_ORDER) == [0, 0, 0]


def test_the_lookback_begins_at_each_day(shop: Shop) -> None:
    """A session of two days before is old for one day, and near for the day before it."""
    frames = of_days(2)
    shop.sessions.columns["began"] = sa.DateTime()
    shop.set("sessions", started_at="began", lookback_days=1)
    for row in shop.sessions.rows:
        row["began"] = at(DAY, -48)
    shop.write()
    together = assert_same(shop, frames)
    assert _counts(together, UNKNOWN_SESSION) == [0, 12]


@pytest.mark.parametrize(("hours", "unknown"), [(23.9, [0, 0]), (24.0, [12, 12])])
def test_a_session_of_a_later_day_is_of_no_order(
    shop: Shop, hours: float, unknown: list[int]
) -> None:
    frames = of_days(2)
    shop.sessions.columns["began"] = sa.DateTime()
    shop.set("sessions", started_at="began")
    for row in shop.sessions.rows:
        day = datetime.strptime(str(row["session_id"])[2:10], "%Y%m%d").date()  # noqa: DTZ007
        row["began"] = at(day, hours)
    shop.write()
    assert _counts(assert_same(shop, frames), UNKNOWN_SESSION) == unknown


@pytest.mark.parametrize(("back", "unknown"), [(2, [0, 0]), (3, [0, 12]), (4, [12, 12])])
def test_partitions_of_sessions_are_those_of_each_day(
    shop: Shop, back: int, unknown: list[int]
) -> None:
    """One day of lookback, and one of margin."""
    frames = of_days(2)
    shop.sessions.columns["part"] = sa.Date()
    shop.set("sessions", partition={"column": "part"}, lookback_days=1)
    for row in shop.sessions.rows:
        row["part"] = DAY - timedelta(days=back)
    shop.write()
    assert _counts(assert_same(shop, frames), UNKNOWN_SESSION) == unknown


@pytest.mark.parametrize(("hours", "lost"), [(-48.0, 0), (-48.01, 12), (71.99, 0), (72.0, 12)])
def test_an_order_is_of_about_the_time_of_its_purchase(shop: Shop, hours: float, lost: int) -> None:
    """However near it is to the other days."""
    frames = of_days(3)
    for row in shop.orders.rows:
        day = datetime.strptime(str(row["transaction_id"])[4:12], "%Y%m%d").date()  # noqa: DTZ007
        row["purchase_time"] = at(day, hours)
    shop.write()
    assert _counts(assert_same(shop, frames), NO_ORDER) == [lost] * 3


def _counts(together: dict[date, OrderCounts], kind: str) -> list[int]:
    """The orphans of a kind on each day."""
    return [{k.kind: k.count for k in counts.kinds}[kind] for counts in together.values()]


def test_orders_of_no_day_are_those_of_the_table(shop: Shop) -> None:
    frames = of_days(3)
    times = [None, None, NOW.replace(tzinfo=None) + timedelta(hours=1), at(date(2031, 1, 1))]
    for number, time in enumerate(times):
        shop.orders.rows.append(order(DAY, 500 + number) | {"purchase_time": time})
    shop.write()
    together = assert_same(shop, frames)
    for counts in together.values():
        assert (counts.undated, counts.future, counts.far) == (2, 2, 1)


@pytest.mark.parametrize("count", [20, 21])
def test_the_first_ids_of_each_day(shop: Shop, count: int) -> None:
    frames = of_days(2)
    for frame in frames:
        rows = [order(frame.data_date, 100 + n, session="gone") for n in range(count)]
        shop.orders.rows += rows
    shop.write()
    for day, counts in assert_same(shop, frames).items():
        ids = {kind.kind: kind for kind in counts.kinds}[UNKNOWN_SESSION].ids
        assert ids == tuple(order(day, 100 + n)["transaction_id"] for n in range(20))


# ---- what is measured on its own


def test_sessions_that_cannot_be_read_leave_the_orders(shop: Shop) -> None:
    frames = of_days(3)
    shop.set("sessions", table="nowhere")
    shop.write()
    for counts in assert_same(shop, frames).values():
        assert counts.orders == 12
        assert list(counts.problems) == [UNKNOWN_SESSION]
        assert {kind.kind for kind in counts.kinds} == {NO_SESSION, NO_ORDER}


def test_events_that_cannot_be_read_leave_the_orders(shop: Shop) -> None:
    frames = of_days(3)
    shop.set("events", order_id="nowhere")
    shop.write()
    for counts in assert_same(shop, frames).values():
        assert list(counts.problems) == [NO_ORDER]
        assert {kind.kind for kind in counts.kinds} == {NO_SESSION, UNKNOWN_SESSION}


def test_amounts_that_cannot_be_read_are_unread_on_each_day(shop: Shop) -> None:
    frames = of_days(2)
    shop.set("orders", revenue="nowhere")
    shop.write()
    for counts in assert_same(shop, frames).values():
        assert counts.revenue is None
        assert list(counts.unread) == ["orders.revenue"]


def test_orders_that_cannot_be_read_are_an_error(shop: Shop) -> None:
    frames = of_days(2)
    shop.set("orders", table="nowhere")
    shop.write()
    with reading(shop, frames) as (reader, _), pytest.raises(MeasurementError):
        reader.read_days(frames)


def test_ids_that_cannot_match_are_a_problem_of_their_day(shop: Shop) -> None:
    """Ids of different kinds: on the second day one of them matches, so all are compared."""
    frames = of_days(2)
    shop.sessions.columns["session_id"] = sa.BigInteger()
    shop.sessions.rows = [{"session_id": 7}]
    shop.orders.rows.append(order(DAY, 99, session="7"))
    shop.write()
    first, second = assert_same(shop, frames).values()
    assert list(first.problems) == [UNKNOWN_SESSION]
    assert list(second.problems) == []
    assert {kind.kind: kind.count for kind in second.kinds}[UNKNOWN_SESSION] == 12


# ---- how many statements, and of which days


@pytest.mark.parametrize("count", [1, 2, 3, 31])
def test_the_number_of_statements_is_that_of_one_day(duck: Shop, count: int) -> None:
    frames = of_days(count)
    for frame in frames:
        lose(duck, [frame.data_date - timedelta(days=1), frame.data_date])
    duck.write()
    with reading(duck, frames) as (reader, counted):
        reader.read_days(frames)
        assert len(counted.sent) == 5


def test_no_ids_are_read_where_nothing_is_lost(duck: Shop) -> None:
    duck.write()
    with reading(duck, of_days(3)) as (reader, counted):
        reader.read_days(of_days(3))
        assert len(counted.sent) == 2
        assert [name for name, _ in reader.queries(of_days(3))] == ["orders", "purchases"]
        assert [str(query) for _, query in reader.queries(of_days(3))] == list(
            map(str, counted.sent)
        )


@pytest.mark.parametrize("days", [[], [0, 2], [1, 0], [0, 0]])
def test_days_that_do_not_follow_each_other_are_refused(duck: Shop, days: list[int]) -> None:
    frames = [of_days(3)[index] for index in days]
    with reading(duck, of_days(3)) as (reader, _), pytest.raises(ValueError, match="consecutive"):
        reader.read_days(frames)
