"""Rejected rows in a table, on every engine: the same answers as from files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.evidence.context import open_context
from checks.quarantine.drilldown.model import Field, Filters, GroupBy, Rejected
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected
from tests.shop import DAY, NOW, Shop, at
from tests.shop import Table as ShopTable

T = TypeVar("T")
COLUMNS = {
    "rejected_at": sa.DateTime(),
    "why": sa.String(80),
    "topic": sa.String(40),
    "event": sa.String(40),
    "amount": sa.Double(),
    "note": sa.String(4000),
}
MAPPING = {
    "table": "rejected_rows", "reason": "why", "occurred_at": "rejected_at", "source": "topic",
    "event_name": "event",
}  # fmt: skip


def row(hour: float, why: str | None, topic: str | None = "web", **more: Any) -> dict[str, Any]:
    """One rejected row of the judged day."""
    row = {"rejected_at": at(DAY, hour), "why": why, "topic": topic, "event": "view"}
    return row | {"amount": None, "note": None} | more


ROWS = [
    row(0, "a", amount=1.5), row(0.5, "a", note="50% off_ x"), row(7, "b", topic=" "),
    row(23.99, None, topic=None, event=None), row(12, " ", note="x" * 3000),
    row(-0.01, "day before"), row(24, "day after"), row(-30, "two days before"),
    row(1, "no time") | {"rejected_at": None},
]  # fmt: skip


@pytest.fixture
def rejecting(shop: Shop) -> Shop:
    """A shop with a table of rejected rows, on each engine in turn."""
    shop.set("quarantine", **MAPPING)
    tables = (*shop.tables, ShopTable("rejected_rows", dict(COLUMNS), list(ROWS)))
    for name in ("events", "orders", "sessions", "log"):
        getattr(shop, name).rows = []
    engine = sa.create_engine(shop.url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for table in tables:
            columns = [sa.Column(name, kind) for name, kind in table.columns.items()]
            made = sa.Table(table.name, sa.MetaData(), *columns)
            made.create(connection)
            if table.rows:
                connection.execute(made.insert(), table.rows)
    engine.dispose()
    return shop


def ask(shop: Shop, question: Callable[[Rejected], T], *earlier: int) -> T:
    """The answer about the judged day, and days before it as the second period."""
    before = tuple(DAY - timedelta(days=back) for back in earlier)
    with open_context(shop.config(), DAY, NOW) as context:
        request = RejectedRequest(((DAY,), before), {}, context.frame.zone)
        return read_rejected(context.config, context.warehouse, request, question)


@pytest.mark.parametrize(
    ("field", "groups"),
    [
        (Field(GroupBy.REASON), {"a": 2, "b": 1, "(no reason)": 2}),
        (Field(GroupBy.SOURCE), {"web": 3, "(no source)": 2}),
        (Field(GroupBy.EVENT), {"view": 4, "(no event name)": 1}),
        (Field(GroupBy.HOUR), {"00": 2, "07": 1, "12": 1, "23": 1}),
        (Field(GroupBy.VALUE, 1), {"a": 2, "b": 1, None: 2}),
        (Field(GroupBy.PRESENT, 5), {"": 2, None: 3}),
    ],
)
def test_counting(rejecting: Shop, field: Field, groups: dict[str | None, int]) -> None:
    tally = ask(rejecting, lambda rejected: rejected.tally((field,), 100))
    assert tally.totals == (5, 0)
    assert {group.value: group.rows for group in tally.groups} == groups


def test_periods_and_the_most_frequent_values_of_each(rejecting: Shop) -> None:
    tally = ask(rejecting, lambda rejected: rejected.tally((Field(GroupBy.REASON),), 1), 1, 2)
    assert tally.totals == (5, 2)
    by_period = {period: 0 for period, *_ in tally.groups}
    for group in tally.groups:
        by_period[group.period] += 1
    assert by_period == {0: 1, 1: 1}


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({}, 5),
        ({"reason": "a"}, 2),
        ({"reason": "(no reason)"}, 2),
        ({"reason": "' OR 1=1 --"}, 0),
        ({"source": "web"}, 3),
        ({"event": "(no event name)"}, 1),
        ({"hour": "00"}, 2),
        ({"hour": "another day"}, 0),
        ({"query": "50% OFF_"}, 1),
        ({"query": "%"}, 1),
        ({"query": "o_f"}, 0),
        ({"query": "1.5"}, 1),
        ({"query": "of", "exact": frozenset({5})}, 0),
        ({"query": "50% off_ X", "exact": frozenset({5})}, 1),
    ],
)
def test_filters(rejecting: Shop, filters: dict[str, Any], rows: int) -> None:
    requested = Filters(**filters)
    total, listed = ask(
        rejecting, lambda rejected: (rejected.total(requested), rejected.rows(requested, 0, 10))
    )
    assert (total, len(listed)) == (rows, rows)


def test_rows_are_text_of_a_bounded_length_in_the_order_of_time(rejecting: Shop) -> None:
    answer = ask(rejecting, lambda rejected: rejected.rows(Filters(), 0, 10))
    assert [row[1] for row in answer] == ["a", "a", "b", " ", None]
    assert answer[0][4] == "1.5"
    assert len(answer[3][5] or "") == 2000
    paged = ask(rejecting, lambda rejected: rejected.rows(Filters(), 3, 1))
    assert paged == answer[3:4]


def test_the_sample_is_of_every_period(rejecting: Shop) -> None:
    answer = ask(rejecting, lambda rejected: rejected.sample(1), 1)
    assert len(answer) == 2


def test_without_a_time_the_day_cannot_be_told(rejecting: Shop) -> None:
    rejecting.set("quarantine", occurred_at=None)
    with pytest.raises(MeasurementError, match="occurred_at is not mapped"):
        ask(rejecting, lambda rejected: rejected.names)


def test_a_query_in_place_of_a_table(rejecting: Shop) -> None:
    text = "SELECT rejected_at, why FROM rejected_rows WHERE why <> 'b'"
    rejecting.set("quarantine", table=None, query=text, source=None, event_name=None)
    tally = ask(rejecting, lambda rejected: rejected.tally((Field(GroupBy.SOURCE),), 5))
    assert [group.value for group in tally.groups] == ["(no source)"]
    assert tally.totals[0] in (3, 4)
