"""What explains a red check of a whole shop, on every engine that runs here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.shop import DAY, Shop, Table, at, log_entry, order, purchase, view


def fill(shop: Shop, until: float = 24.0) -> None:
    """Ten views an hour from each of two devices; on the judged day only until an hour."""
    shop.set("events", dimensions=["device"])
    shop.events.columns["device"] = sa.String(20)
    shop.events.rows = [
        view(DAY - timedelta(days=back), hour + minute / 60) | {"device": device}
        for back in range(11)
        for hour in range(24)
        for device in ("ios", "web")
        for minute in range(0, 60, 6)
        if back or hour < until
    ]
    bought = [purchase(DAY - timedelta(days=b), i) for b in range(11) for i in range(12)]
    shop.events.rows += [row | {"device": "web"} for row in bought]


def texts(shop: Shop, **options: Any) -> dict[str, str]:
    """The explanations by check."""
    verdicts = shop.verdicts(**options).values()
    return {v.id: v.explanation.text for v in verdicts if v.explanation is not None}


def test_a_half_loaded_day(shop: Shop) -> None:
    fill(shop, until=14)
    shop.events.rows = [
        row
        for row in shop.events.rows
        if row["timestamp"] < at(DAY, 14) or row["timestamp"] >= at(DAY, 24)
    ]
    shop.write()
    assert set(texts(shop).values()) == {"No event from 14:00 to 24:00, about 205 usual"}


def test_a_device_that_stopped_in_the_morning(shop: Shop) -> None:
    fill(shop)
    shop.events.rows = [
        row for row in shop.events.rows
        if not at(DAY, 6) <= row["timestamp"] < at(DAY, 24) or row["device"] != "ios"
    ]  # fmt: skip
    shop.write()
    explained = texts(shop)
    assert explained["volume_expected"] == "Since 06:00, ios only: 0 events, about 180 usual"


def test_a_file_that_was_loaded_twice(shop: Shop) -> None:
    fill(shop)
    today = [row for row in shop.events.rows if at(DAY, 0) <= row["timestamp"] < at(DAY, 24)]
    shop.events.rows += [row for row in today if row["event_name"] != "purchase"]
    shop.log.rows[-1]["rows_read"] = 492
    again = {"run_timestamp": at(DAY + timedelta(days=1), 3.5)}
    shop.log.rows.append(log_entry(DAY, 492) | again)
    shop.write()
    assert texts(shop)["volume_expected"] == (
        "Loaded twice: 'events_20250308.csv' at 02:15 and 03:30, the same 492 rows"
    )


def test_twice_as_many_events_are_not_loaded_twice(shop: Shop) -> None:
    """The log has two entries of equal size, but no row is there twice."""
    fill(shop)
    today = [row for row in shop.events.rows if at(DAY, 0) <= row["timestamp"] < at(DAY, 24)]
    shop.events.rows += [
        row | {"timestamp": row["timestamp"] + timedelta(seconds=7)}
        for row in today if row["event_name"] != "purchase"
    ]  # fmt: skip
    shop.log.rows.append(log_entry(DAY) | {"run_timestamp": at(DAY + timedelta(days=1), 3.5)})
    shop.write()
    assert "Loaded twice" not in texts(shop).get("volume_expected", "")


def test_a_source_that_is_missing(shop: Shop) -> None:
    fill(shop)
    shop.events.rows = [
        row for row in shop.events.rows
        if not at(DAY, 0) <= row["timestamp"] < at(DAY, 24) or row["timestamp"].minute % 12
    ]  # fmt: skip
    for back in range(1, 11):
        day = DAY - timedelta(days=back)
        shop.log.rows.append(log_entry(day, 240) | {"filename": f"app_{day:%Y%m%d}.csv"})
    shop.write()
    assert texts(shop)["volume_expected"] == ("'app_….csv' is missing, about 240 rows usual")


def test_purchases_of_one_device_lose_their_amount(shop: Shop) -> None:
    fill(shop)
    for back in range(11):
        day = DAY - timedelta(days=back)
        shop.events.rows += [
            view(day, hour + 0.3) | {
                "device": device, "event_name": "purchase",
                "transaction_id": f"{device}{day}{hour}{n}",
                "revenue": None if device == "ios" and not back and hour >= 8 else 9.5,
            }
            for hour in range(24) for device in ("ios", "web") for n in range(4)
        ]  # fmt: skip
        shop.orders.rows += [
            order(day, 1) | {"transaction_id": f"{device}{day}{hour}{n}"}
            for hour in range(24) for device in ("ios", "web") for n in range(4)
        ]  # fmt: skip
    shop.write()
    assert texts(shop) == {
        "missing_revenue": "Since 08:00, ios only: all 64 purchases without revenue, but 31.4 % of "
        "the purchases"
    }


def test_orders_of_one_device_lose_their_sessions(shop: Shop) -> None:
    fill(shop)
    for hour in range(24):
        for device, count in (("ios", 1), ("web", 12)):
            for n in range(count):
                id_ = f"{device}-{hour}-{n}"
                bought = view(DAY, hour + 0.3) | {"device": device, "event_name": "purchase"}
                shop.events.rows.append(bought | {"transaction_id": id_, "revenue": 9.5})
                session = None if device == "ios" and hour < 10 else "s-20250308-001"
                shop.orders.rows.append(
                    order(DAY, 1) | {"transaction_id": id_, "purchase_time": at(DAY, hour + 0.3),
                                     "lc_session_id": session}
                )  # fmt: skip
    shop.write()
    assert texts(shop)["orphan_orders"] == (
        "From 00:00 to 10:00, ios only: all 10 orphans, but 3.1 % of the orders"
    )


def test_all_orders_are_orphans(shop: Shop) -> None:
    for row in shop.orders.rows:
        if row["purchase_time"] >= at(DAY, 0):
            row["lc_session_id"] = None
    shop.write()
    assert texts(shop)["orphan_orders"] == "12 of 12 orders are orphans"


REJECTED = {
    "at": sa.DateTime(),
    "why": sa.String(40),
    "app": sa.String(40),
    "build": sa.BigInteger(),
}


def reject(shop: Shop) -> None:
    """Two rejected rows an hour each day; on the judged day 20 more of one app from 6 on."""
    rows = [
        {
            "at": at(DAY - timedelta(days=back), hour + n / 3),
            "why": "bad",
            "app": "web",
            "build": hour % 3,
        }
        for back in range(11)
        for hour in range(24)
        for n in range(2)
    ]
    rows += [
        {"at": at(DAY, hour + n / 30), "why": "no id", "app": "Shop app", "build": n % 3}
        for hour in range(6, 24)
        for n in range(20)
    ]
    rows += [{"at": at(DAY - timedelta(days=7), 9), "why": "no id", "app": "Shop app", "build": 8}]
    shop.more.append(Table("rejected_rows", dict(REJECTED), rows))
    shop.set("quarantine", table="rejected_rows", occurred_at="at", reason="why")
    shop.log.rows[-1] |= {"rows_read": 4000, "rows_quarantined": 408}


def test_rejected_rows_of_one_app(shop: Shop) -> None:
    reject(shop)
    shop.write()
    explained = shop.verdicts()["quarantine_rate"].explanation
    assert explained is not None
    assert explained.text == "Since 06:00, Shop app only: 360 rows, about 1 usual"
    assert explained.evidence["usual_day"] == "2025-03-01"


def test_a_verdict_does_not_depend_on_its_explanation(duck: Shop) -> None:
    reject(duck)
    duck.write()
    with_it, without = duck.verdicts(), duck.verdicts(explain=False)
    assert without["quarantine_rate"].explanation is None
    assert {k: (v.status, v.message, v.summary, v.action) for k, v in with_it.items()} == {
        k: (v.status, v.message, v.summary, v.action) for k, v in without.items()
    }


def test_what_cannot_be_explained_in_time_is_a_warning(
    duck: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.explaining import seeking

    reject(duck)
    duck.write()
    monkeypatch.setattr(seeking, "_SHARE", 0.0)
    report = duck.run()
    (verdict,) = (check for check in report.checks if check.id == "quarantine_rate")
    assert (verdict.status.value, verdict.explanation) == ("red", None)
    assert [w for w in report.warnings if w.startswith("what explains quarantine_rate could not")]


def test_a_fault_inside_an_explanation_changes_nothing_else(
    duck: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.explaining import rejected

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    reject(duck)
    duck.write()
    monkeypatch.setattr(rejected, "find_shift", fail)
    report = duck.run()
    assert report.exit_code == 1
    assert "what explains quarantine_rate could not be sought: ZeroDivisionError" in report.warnings


def test_a_green_day_is_not_explained(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from checks.explaining import seeking

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is red")

    monkeypatch.setattr(seeking, "explanations", refuse)
    duck.write()
    assert duck.run().exit_code == 0
