"""Names inside our statements never hide a table: whatever the mapped tables are called, the
values are the same. Proved by giving mapped tables every name that the explained statements use.
"""

from __future__ import annotations

import re

import pytest

from checks import Verdict
from checks.core.timeframe import timeframe
from checks.evaluation.validation import validate
from checks.warehouse.inner_names import inner_prefix
from tests.shop import DAY, NOW, Shop, order_id

_INNER = re.compile(r"\bandon_\w+\b(?!\()")
#: What the parts were called before they had a prefix, and names that are words of SQL.
_NAMES = ("purchases", "matches", "orders", "day_orders", "known", "events", "order", "select")
_TABLES = ("events", "orders", "sessions", "log")


def _inner_names(shop: Shop) -> list[str]:
    """Every name that our own statements give to their parts."""
    config = shop.config()
    lines = validate(config, timeframe(NOW, config.timezone, data_date=DAY))
    text = "\n".join("\n".join(line.more) for line in lines)
    return sorted(set(_INNER.findall(text)))


def _broken(shop: Shop) -> Shop:
    """Three lost orders and one without a session, so that a hidden table would be seen."""
    lost = {order_id(DAY, number) for number in (1, 4, 7)}
    shop.orders.rows = [row for row in shop.orders.rows if row["transaction_id"] not in lost]
    shop.orders.rows[-1]["lc_session_id"] = None
    return shop


def _rename(shop: Shop, table: str, name: str) -> None:
    getattr(shop, table).name = name
    shop.set("audit_log" if table == "log" else table, table=f'"{name}"')


def _values(shop: Shop) -> dict[str, tuple[str, object]]:
    def what(verdict: Verdict) -> tuple[str, object]:
        return verdict.message, verdict.value

    return {name: what(verdict) for name, verdict in shop.verdicts().items()}


def _expected(shop: Shop) -> dict[str, tuple[str, object]]:
    shop.write()
    values = _values(shop)
    assert values["orphan_orders"] == ("orphan_orders=4 (max 0)", 4)
    return values


def test_tables_may_be_called_as_any_part_of_a_statement(shop: Shop) -> None:
    """Every name is given to a table once; the four tables have four of them at a time."""
    expected = _expected(_broken(shop))
    inner = _inner_names(shop)
    assert {"andon_matches", "andon_day_orders", "andon_events"} <= set(inner)
    for start in range(0, len(inner), len(_TABLES)):
        names = (inner + inner)[start : start + len(_TABLES)]
        for table, name in zip(_TABLES, names, strict=True):
            _rename(shop, table, name)
        shop.write()
        assert _values(shop) == expected, names
        assert not set(_inner_names(shop)) & (set(inner) - set(names))


@pytest.mark.parametrize("name", _NAMES)
def test_a_table_may_be_called_as_a_word(shop: Shop, name: str) -> None:
    expected = _expected(_broken(shop))
    _rename(shop, "orders", name)
    shop.write()
    assert _values(shop) == expected


def test_two_tables_may_be_called_as_each_others_parts(shop: Shop) -> None:
    expected = _expected(_broken(shop))
    for table, name in zip(_TABLES, ("orders", "events", "audit_log", "sessions"), strict=True):
        _rename(shop, table, name)
    shop.write()
    assert _values(shop) == expected


def test_a_query_may_use_any_of_the_names(shop: Shop) -> None:
    expected = _expected(_broken(shop))
    inner = "andon_purchases"
    shop.set(
        "orders", table=None, query=f"WITH {inner} AS (SELECT * FROM fct_attribution) "
        f"SELECT * FROM {inner}",
    )  # fmt: skip
    assert _values(shop) == expected


class _Source:
    def __init__(self, table: str | None = None, query: str | None = None) -> None:
        self.table, self.query = table, query


@pytest.mark.parametrize(
    ("sources", "prefix"),
    [
        ([], "andon_"),
        ([_Source("stg_events")], "andon_"),
        ([_Source("andon_events")], "andon__"),
        ([_Source("ANDON_Events"), _Source("x.andon__y")], "andon___"),
        ([_Source(query='SELECT * FROM "Andon_x"')], "andon__"),
    ],
)
def test_the_prefix_occurs_in_no_mapped_name(sources: list[_Source], prefix: str) -> None:
    assert inner_prefix(sources) == prefix
