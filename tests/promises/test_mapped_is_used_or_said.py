"""What is mapped or configured is judged, or the report says in a warning that it is not.

Names that never occur, columns that hold nothing, checks that are off, and numbers that do not fit
each other: each is made in a shop on every engine, and the warning is read in the report, in its
formats and in `andon validate --deep`; no status changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks import Status
from checks.core.timeframe import timeframe
from checks.evaluation.validation import validate
from checks.outputs import render
from tests.shop import DAY, NOW, RUN, Shop, Table, at, purchase, view

FRAME = timeframe(NOW, ZoneInfo("UTC"), run_date=RUN)


def warnings(shop: Shop) -> list[str]:
    return list(shop.run().warnings)


def warned_by_validate(shop: Shop) -> list[str]:
    return [line.text for line in validate(shop.config(), measured=FRAME) if line.warns]


def test_a_healthy_shop_has_no_warning(shop: Shop) -> None:
    shop.write()
    assert warnings(shop) == []
    assert warned_by_validate(shop) == []


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("Purchase", ""),
        ("purchse", ""),
        ("checkout_completed", ""),
        ("page viewed", "; did you mean 'page_viewed'?"),
        ("pageviewed", "; did you mean 'page_viewed'?"),
    ],
)
def test_a_purchase_name_that_never_occurs_is_said(shop: Shop, wrong: str, hint: str) -> None:
    shop.set("events", purchase_names=["purchase", wrong])
    shop.write()
    expected = [f"events.purchase_names: no event is named '{wrong}' in 11 days{hint}"]
    assert warnings(shop) == expected
    assert warned_by_validate(shop) == expected


def test_a_purchase_name_that_occurs_once_is_not_said(shop: Shop) -> None:
    shop.set("events", purchase_names=["purchase", "bought"])
    shop.events.rows.append(purchase(DAY - timedelta(days=10), 3) | {"event_name": "bought"})
    shop.write()
    assert warnings(shop) == []


def test_no_purchase_name_at_all_is_for_the_checks_to_say(shop: Shop) -> None:
    shop.set("events", purchase_names=["purchased", "bought"])
    shop.write()
    report = shop.run()
    assert not [text for text in report.warnings if "no event is named" in text]
    assert {v.id for v in report.checks if v.status == "unknown"} >= {"missing_revenue"}


@pytest.mark.parametrize(
    "name",
    ["Purchase", "PURCHASE", "purchase ", " purchase", "pur-chase", "pur_chase", "pur chase"],
)
def test_a_name_that_looks_like_a_purchase_and_is_not_listed_is_said(shop: Shop, name: str) -> None:
    for row in shop.events.rows:
        is_half = row["event_name"] == "purchase" and row["timestamp"].hour % 2
        row["event_name"] = name if is_half else row["event_name"]
    since = at(DAY - timedelta(days=7), 0)
    window = [row for row in shop.events.rows if row["timestamp"] >= since]
    count = sum(row["event_name"] == name for row in window)
    shop.write()
    expected = [
        f"events.purchase_names: {count} events are named '{name}' in 8 days, which looks like "
        "'purchase' but is not listed: not counted as purchases"
    ]
    assert warnings(shop) == expected
    assert warned_by_validate(shop) == expected


@pytest.mark.parametrize("name", ["purchase_started", "purchases", "re-purchase", "repurchase"])
def test_another_name_is_not_taken_for_a_purchase(shop: Shop, name: str) -> None:
    shop.events.rows.append(view(DAY, 12, name))
    shop.write()
    assert warnings(shop) == []


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([None], "is NULL in all events of 11 days"),
        (["web"], "is 'web' in all events of 11 days: it does not split the volume into segments"),
        (["web", "app"], ""),
        (["web", None], ""),
    ],
)
def test_a_dimension_without_values_is_said(
    shop: Shop, values: list[str | None], text: str
) -> None:
    shop.events.columns["channel"] = sa.String(10)
    for number, row in enumerate(shop.events.rows):
        row["channel"] = values[number % len(values)]
    shop.set("events", dimensions=["channel"])
    shop.write()
    expected = [f"events.dimensions: column 'channel' {text}"] if text else []
    assert warnings(shop) == expected
    assert warned_by_validate(shop) == expected


def test_an_ignored_name_that_never_occurs_is_said(shop: Shop) -> None:
    shop.parameters("event_volume", ignore=["page_viewed", "page_view"])
    shop.write()
    expected = [
        "checks.event_volume.ignore: no event is named 'page_view' in 11 days: misspelt, or no "
        "longer needed"
    ]
    assert warnings(shop) == expected
    assert warned_by_validate(shop) == expected


def _rejected(shop: Shop) -> None:
    table = Table(
        "rejected", {"timestamp": sa.DateTime(), "why": sa.String(20)},
        [{"timestamp": at(DAY), "why": "x"} for _ in range(10)],
    )  # fmt: skip
    shop.more.append(table)
    shop.set("quarantine", table="rejected", occurred_at="timestamp", reason="why")


def _dimension(shop: Shop) -> None:
    shop.events.columns["channel"] = sa.String(10)
    for number, row in enumerate(shop.events.rows):
        row["channel"] = "web" if number % 2 else "app"
    shop.set("events", dimensions=["channel"])


OFF: list[tuple[str, Callable[[Shop], None], str]] = [
    ("quarantine_rate", _rejected,
     "quarantine is mapped, but checks.quarantine_rate is off: rejected rows are not judged"),
    ("run_status", lambda shop: None,
     "audit_log.status is mapped, but checks.run_status is off: loads that failed are not judged"),
    ("orphan_orders", lambda shop: None,
     "orders and sessions are mapped, but checks.orphan_orders is off: orders that belong to no "
     "session are not judged"),
    ("missing_revenue", lambda shop: None,
     "events.revenue is mapped, but checks.missing_revenue is off: purchases without revenue are "
     "not judged"),
    ("event_volume", _dimension,
     "events.dimensions is mapped, but checks.event_volume is off: no dimension is judged"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "change", "text"), OFF)
def test_what_is_mapped_and_not_judged_is_said(
    shop: Shop, check: str, change: Callable[[Shop], None], text: str
) -> None:
    change(shop)
    shop.write()
    assert warnings(shop) == []
    shop.parameters(check, enabled=False)
    expected = [text]
    if check == "quarantine_rate":
        expected.append(
            "audit_log.rows_quarantined is mapped, but checks.quarantine_rate is off: the share of "
            "rejected rows is not judged"
        )
    assert warnings(shop) == expected
    assert warned_by_validate(shop) == expected
    assert warned_without_reading(shop) == expected


Change = Callable[[Shop], None]


def off(*checks: str) -> Change:
    def switch(shop: Shop) -> None:
        for check in checks:
            shop.parameters(check, enabled=False)

    return switch


def setting(section: str, **values: object) -> Change:
    return lambda shop: shop.set(section, **values)


def parameter(check: str, **values: object) -> Change:
    return lambda shop: shop.parameters(check, **values)


def without(*sections: str) -> Change:
    def remove(shop: Shop) -> None:
        for section in sections:
            del shop.settings[section]

    return remove


LOG = ("log_entry_exists_today", "rows_read", "run_status", "quarantine_rate")
EVENTS = (
    "freshness", "volume_zscore", "volume_expected", "event_volume", "volume_trend",
    "missing_revenue",
)  # fmt: skip
UNUSED: list[tuple[list[Change], list[str]]] = [
    ([off("rows_read")], []),
    ([off("rows_read", "quarantine_rate")], ["audit_log.rows_read", "audit_log.rows_quarantined"]),
    ([off(*LOG)], ["audit_log"]),
    ([off(*EVENTS)], ["events.revenue"]),
    ([off(*EVENTS, "orphan_orders")], ["events", "orders"]),
    ([off("orphan_orders"), without("orders")], ["sessions", "events.order_id"]),
    ([off("orphan_orders"), without("orders", "sessions")], ["events.order_id"]),
    ([setting("sessions", lookback_days=3)], ["sessions.lookback_days"]),
    ([setting("sessions", lookback_days=30)], []),
    ([setting("sessions", naive_timestamps="Asia/Tokyo")], ["sessions.naive_timestamps"]),
    ([setting("sessions", naive_timestamps="UTC")], ["sessions.naive_timestamps"]),
    ([_rejected, setting("quarantine", naive_timestamps="Asia/Tokyo")], []),
    ([_rejected, off("quarantine_rate"), setting("quarantine", naive_timestamps="Asia/Tokyo")],
     ["quarantine", "audit_log.rows_quarantined"]),
    ([parameter("event_volume", expected=["purchase"])], []),
    ([parameter("event_volume", enabled=False, expected=["a"])], ["checks.event_volume.expected"]),
    ([parameter("event_volume", enabled=False, min_per_day=10)], []),
    ([parameter("freshness", enabled=False, max_lag_hours=7)], ["checks.freshness.max_lag_hours"]),
    ([parameter("freshness", enabled=False, severity="amber")], ["checks.freshness.severity"]),
    # Others use these too.
    ([parameter("volume_expected", enabled=False, settle_days=4)], []),
    ([parameter("volume_zscore", enabled=False, window_days=8)], []),
    (
        [setting("audit_log", status=None), off("run_status"),
         parameter("run_status", failed=["broken"])],
        ["checks.run_status.failed"],
    ),
    (
        [setting("orders", order_id=None), setting("events", order_id=None),
         parameter("orphan_orders", duplicates_above=0.5)],
        ["checks.orphan_orders.duplicates_above"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "keys"), UNUSED)
def test_a_key_that_nothing_uses_is_said_once(
    shop: Shop, changes: list[Change], keys: list[str]
) -> None:
    for change in changes:
        change(shop)
    shop.write()
    for texts in (warnings(shop), warned_without_reading(shop)):
        assert [text.split(" ")[0] for text in texts] == keys


@pytest.mark.parametrize("occurred_at", [None, "at"])
def test_a_zone_of_rejected_rows_without_a_time_is_said(
    shop: Shop, occurred_at: str | None
) -> None:
    shop.set("quarantine", files="*.csv", occurred_at=occurred_at, naive_timestamps="Asia/Tokyo")
    shop.write()
    text = (
        "quarantine.naive_timestamps is set, but quarantine.occurred_at is not mapped: no time of "
        "a rejected row is read"
    )
    assert warned_without_reading(shop) == ([] if occurred_at else [text])


def warned_without_reading(shop: Shop) -> list[str]:
    """What `andon validate` warns of without `--deep`."""
    return [line.text for line in validate(shop.config()) if line.warns]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("orders", "events.order_id is mapped, but orders.order_id is not: purchases without an "
         "order are not judged"),
        ("events", "orders.order_id is mapped, but events.order_id is not: purchases without an "
         "order are not judged"),
    ],
)  # fmt: skip
def test_an_order_id_on_one_side_only_is_said(shop: Shop, section: str, text: str) -> None:
    shop.set(section, order_id=None)
    shop.write()
    assert warnings(shop) == [text]


def _inserted(shop: Shop, read: int, rejected: int, inserted: int) -> None:
    shop.log.columns["rows_inserted"] = sa.BigInteger()
    for row in shop.log.rows:
        row |= {"rows_inserted": row["rows_read"] - row["rows_quarantined"]}
    shop.log.rows[-1] |= {
        "rows_read": read, "rows_quarantined": rejected, "rows_inserted": inserted,
    }  # fmt: skip
    shop.set("audit_log", rows_inserted="rows_inserted")


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (42, "fewer"), (41, ""), (40, "more"),
    ],
)  # fmt: skip
def test_a_log_that_does_not_add_up_is_said(shop: Shop, read: int, text: str) -> None:
    there = sum(row["timestamp"] >= at(DAY, 0) for row in shop.events.rows)
    _inserted(shop, read - 41 + there + 1, 1, there)
    shop.write()
    expected = (
        f"audit_log.rows_inserted: the load of 'events_20250308.csv' read {read - 41 + there + 1} "
        f"rows, inserted {there} and rejected 1: together 1 {text} than it read"
    )
    report = shop.run()
    assert list(report.warnings) == ([expected] if text else [])
    assert report.exit_code == 0


@pytest.mark.parametrize(("apart", "is_said"), [(-11, True), (-10, False), (10, False), (11, True)])
def test_a_log_that_differs_from_the_table_is_said(shop: Shop, apart: int, is_said: bool) -> None:
    there = sum(row["timestamp"] >= at(DAY, 0) for row in shop.events.rows)
    _inserted(shop, there + apart + 1, 1, there + apart)
    shop.write()
    expected = (
        f"audit_log.rows_inserted: the loads of 9 March inserted {there + apart} rows, but events "
        f"has {there} of Saturday 8 March; correct only if they load other tables or days too"
    )
    assert warnings(shop) == ([expected] if is_said else [])


def _of_today(shop: Shop, revenue: Callable[[int], float]) -> None:
    bought = [
        row
        for row in shop.events.rows
        if row["timestamp"] >= at(DAY, 0) and row["event_name"] == "purchase"
    ]
    for number, row in enumerate(bought):
        row["revenue"] = revenue(number)


@pytest.mark.parametrize(
    ("revenue", "text"),
    [
        (lambda i: 0.0, "all 12 purchases have zero revenue"),
        (lambda i: -25.5, "all 12 purchases have negative revenue"),
        (lambda i: -25.5 * (i % 2), "all 12 purchases have zero or negative revenue"),
    ],
)
def test_no_purchase_of_any_revenue_is_said(
    shop: Shop, revenue: Callable[[int], float], text: str
) -> None:
    _of_today(shop, revenue)
    shop.write()
    assert warnings(shop) == [f"events.revenue: {text} on Saturday 8 March"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (127.51, "more than 5 times"),
        (127.5, ""),
        (127.49, ""),
        (5.11, ""),
        (5.1, ""),
        (5.09, "less than 1/5 of"),
        (2550.0, "more than 5 times"),
    ],
)
def test_revenue_far_from_its_usual_is_said(shop: Shop, amount: float, text: str) -> None:
    _of_today(shop, lambda i: amount)
    shop.write()
    expected = [
        f"events.revenue: revenue is {amount * 12:,.2f} on Saturday 8 March, {text} the usual "
        "306.00",
        f"events.revenue: the mean purchase is {amount:,.2f} on Saturday 8 March, {text} the usual "
        "25.50",
    ]
    report = shop.run()
    assert list(report.warnings) == (expected if text else [])
    assert report.exit_code == 0


def test_every_format_shows_the_warnings(shop: Shop) -> None:
    shop.set("events", purchase_names=["purchase", "purchse"])
    shop.write()
    report = shop.run()
    for name in ("text", "json", "markdown", "github", "junit"):
        assert "purchse" in render(name, report), name
    assert json.loads(render("json", report))["warnings"] == list(report.warnings)


@pytest.mark.parametrize("fault", ["a truth value", "no column"])
def test_revenue_of_orders_that_cannot_be_read_is_said(shop: Shop, fault: str) -> None:
    """Orders are judged without it: only the revenue in the dark is not known."""
    if fault == "no column":
        del shop.orders.columns["revenue"]
        for row in shop.orders.rows:
            del row["revenue"]
    elif shop.engine.name == "sqlite":
        pytest.skip("SQLite keeps truth values as numbers")
    else:
        shop.orders.columns["revenue"] = sa.Boolean()
        for row in shop.orders.rows:
            row["revenue"] = True
    shop.write()
    report = shop.run()
    assert {verdict.id: verdict.status for verdict in report.checks}[
        "orphan_orders"
    ] is Status.GREEN
    prefix = "orders.revenue is mapped and cannot be read: "
    assert any(warning.startswith(prefix) for warning in report.warnings), report.warnings
