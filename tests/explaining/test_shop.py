"""What explains a red check of a whole shop, on every engine that runs here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.shop import DAY, NOW, RUN, Shop, Table, at, log_entry, order, purchase, view


def fill(shop: Shop, until: float = 24.0, days: int = 11) -> None:
    """Ten views an hour from each of two devices; on the judged day only until an hour."""
    shop.set("events", dimensions=["device"])
    shop.events.columns["device"] = sa.String(20)
    shop.events.rows = [
        view(DAY - timedelta(days=back), hour + minute / 60) | {"device": device}
        for back in range(days)
        for hour in range(24)
        for device in ("ios", "web")
        for minute in range(0, 60, 6)
        if back or hour < until
    ]
    bought = [purchase(DAY - timedelta(days=b), i) for b in range(days) for i in range(12)]
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
    assert {k: (v.status, v.stop, v.message, v.summary) for k, v in with_it.items()} == {
        k: (v.status, v.stop, v.message, v.summary) for k, v in without.items()
    }
    assert with_it["quarantine_rate"].action.startswith("Ask who sends the rows of Shop app")


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


def reject_by_reason(shop: Shop, days: int) -> None:
    """Two rejected rows an hour each day; on the last days 12 more of one page, all day."""
    rows = [
        {"at": at(DAY - timedelta(days=back), hour + n / 20), "why": "bad", "app": app, "build": 1}
        for back in range(11)
        for hour in range(24)
        for app, count in (("web", 2), ("ios", 12 if back < days else 1))
        for n in range(count)
    ]
    shop.more.append(Table("rejected_rows", dict(REJECTED), rows))
    shop.set("quarantine", table="rejected_rows", occurred_at="at", reason="why")
    for back in range(11):
        shop.log.rows[-1 - back] |= {
            "rows_read": 4000,
            "rows_quarantined": 336 if back < days else 72,
        }


@pytest.mark.parametrize(
    ("days", "text"),
    [(1, "ios only: 288 rows, about 24 usual"),
     (3, "Since 6 March, ios only: 288 rows, about 24 usual")],
)  # fmt: skip
def test_since_the_first_day_on_which_it_was_so(shop: Shop, days: int, text: str) -> None:
    reject_by_reason(shop, days)
    shop.write()
    assert texts(shop)["quarantine_rate"] == text


def test_a_reason_that_is_new(duck: Shop) -> None:
    reject(duck)
    duck.more[0].rows.pop()  # the only one of before
    for row in duck.more[0].rows:
        row["app"] = "web"
    duck.write()
    assert texts(duck)["quarantine_rate"] == "New: 'no id', 360 rows, none on 3 usual days before"


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("no id", "New: 'no id', 48 rows, none on 3 usual days before"),
        ("late since 2025-03-08", None),
    ],
)
def test_a_new_reason_of_a_shop_with_few_rejected_rows(
    duck: Shop, why: str, text: str | None
) -> None:
    """Two rows a day say little of other columns. A reason with the day in it is new every day."""
    rows = [
        {"at": at(DAY - timedelta(days=back), 9), "why": f"late since {DAY - timedelta(days=back)}",
         "app": "web", "build": 1}
        for back in range(11) for _ in range(2)
    ]  # fmt: skip
    rows += [
        {"at": at(DAY, hour + n / 3), "why": why, "app": "web", "build": n}
        for hour in range(24) for n in range(2)
    ]  # fmt: skip
    duck.more.append(Table("rejected_rows", dict(REJECTED), rows))
    duck.set("quarantine", table="rejected_rows", occurred_at="at", reason="why")
    for back in range(11):
        duck.log.rows[-1 - back] |= {"rows_read": 100, "rows_quarantined": 2 if back else 50}
    duck.write()
    assert texts(duck).get("quarantine_rate") == text


def test_all_rows_of_the_day_were_rejected(duck: Shop) -> None:
    fill(duck)
    duck.events.rows = [
        row for row in duck.events.rows if not at(DAY, 0) <= row["timestamp"] < at(DAY, 24)
    ]
    duck.log.rows[-1] |= {"rows_read": 1000, "rows_quarantined": 1000}
    duck.write()
    explained = texts(duck)
    assert explained["freshness"].startswith("All 1,000 rows read were rejected, ")
    assert explained["volume_expected"] == explained["freshness"]


def test_a_rise_of_everything_since_days_is_a_level(duck: Shop) -> None:
    rows = [
        {
            "at": at(DAY - timedelta(days=back), hour + n / 20),
            "why": "bad",
            "app": "web",
            "build": 1,
        }
        for back in range(11)
        for hour in range(24)
        for n in range(10 if back < 3 else 2)
    ]
    duck.more.append(Table("rejected_rows", dict(REJECTED), rows))
    duck.set("quarantine", table="rejected_rows", occurred_at="at", reason="why")
    for back in range(11):
        duck.log.rows[-1 - back] |= {"rows_read": 3000, "rows_quarantined": 240 if back < 3 else 48}
    duck.write()
    assert texts(duck)["quarantine_rate"] == (
        "Higher since 6 March: 8.0 % of the rows a day, before 1.6 %"
    )


def test_without_a_fine_day_before_nothing_is_told(duck: Shop) -> None:
    reject_by_reason(duck, 11)
    duck.write()
    assert "quarantine_rate" not in texts(duck)


def test_without_rejected_rows_nothing_is_told(duck: Shop) -> None:
    duck.log.rows[-1] |= {"rows_read": 1000, "rows_quarantined": 100}
    duck.write()
    assert texts(duck) == {}


def test_rejected_rows_without_a_log_are_explained_too(duck: Shop) -> None:
    fill(duck)
    reject(duck)
    duck.parameters("quarantine_rate", alert_above=0.2, stop_above=0.9)
    for check in ("log_entry_exists_today", "rows_read", "run_status"):
        duck.parameters(check, enabled=False)
    del duck.settings["audit_log"]
    duck.write()
    assert texts(duck)["quarantine_rate"].startswith("Since 06:00, Shop app only: 360 rows")


def test_a_day_without_a_time_of_day_is_explained_by_its_parts(duck: Shop) -> None:
    fill(duck)
    duck.events.columns["timestamp"] = sa.Date()
    kept = [
        row for row in duck.events.rows if row["timestamp"] < at(DAY, 0) or row["device"] == "web"
    ]
    duck.events.rows = [row | {"timestamp": row["timestamp"].date()} for row in kept]
    duck.parameters("freshness", enabled=False)
    duck.write()
    report = duck.run()
    explained = {c.id: c.explanation.text for c in report.checks if c.explanation is not None}
    assert explained["volume_expected"] == "ios only: 0 events, about 240 usual"
    assert not [text for text in report.warnings if text.startswith("what explains")]


def test_a_source_that_did_not_come_explains_an_old_newest_event(duck: Shop) -> None:
    fill(duck, until=14)
    duck.events.rows = [
        row for row in duck.events.rows if not at(DAY, 14) <= row["timestamp"] < at(DAY, 24)
    ]
    duck.events.columns["timestamp"] = sa.DateTime()
    for back in range(1, 11):
        day = DAY - timedelta(days=back)
        duck.log.rows.append(log_entry(day, 240) | {"filename": f"evening_{day:%Y%m%d}.csv"})
    duck.write()
    verdict = duck.verdicts()["freshness"]
    assert verdict.explanation is not None
    assert verdict.explanation.kind == "hours_missing"  # the more specific of the two


def test_a_load_that_left_no_entry(duck: Shop) -> None:
    duck.log.rows.pop()
    duck.write()
    assert texts(duck)["log_entry_exists_today"] == (
        "The load of 8 March left no entry in the log, usually done by 02:15"
    )


def test_a_source_that_read_nothing(duck: Shop) -> None:
    duck.log.rows[-1] |= {"rows_read": 0, "rows_quarantined": 0}
    duck.write()
    assert texts(duck)["rows_read"] == ("'events_20250308.csv' is short: 0 rows, about 1,000 usual")


def test_personal_values_of_events_are_not_told(duck: Shop) -> None:
    """An address is as good a cause as another value, but is nobody's business."""
    fill(duck)
    for row in duck.events.rows:
        row["device"] = f"{row['device']}.person@example.com"
    duck.events.rows = [
        row for row in duck.events.rows
        if row["timestamp"] < at(DAY, 6) or not row["device"].startswith("ios")
    ]  # fmt: skip
    duck.write()
    explained = " ".join(texts(duck).values())
    assert "example.com" not in explained
    assert explained


def without_ios(shop: Shop, days: int) -> None:
    """No event of one device on the last days."""
    first = at(DAY - timedelta(days=days - 1), 0)
    shop.events.rows = [
        row for row in shop.events.rows if row["timestamp"] < first or row["device"] != "ios"
    ]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_days_in_a_row_begin_with_the_first_of_them(duck: Shop, is_recorded: bool) -> None:
    """Whether or not a gate recorded them: the volume says so itself."""
    fill(duck, days=35)
    without_ios(duck, 2)
    duck.write()
    if is_recorded:
        now = NOW - timedelta(days=1)
        duck.run(date=RUN - timedelta(days=1), now=now, record=True)
    assert texts(duck)["volume_expected"] == "Since 7 March, ios only: 0 events, about 240 usual"


def test_freshness_alone_has_a_usual_day_of_the_window(duck: Shop) -> None:
    fill(duck, until=14)
    duck.events.rows = [
        row for row in duck.events.rows if not at(DAY, 14) <= row["timestamp"] < at(DAY, 24)
    ]
    for check in ("volume_expected", "volume_zscore", "volume_trend", "event_volume"):
        duck.parameters(check, enabled=False)
    duck.write()
    assert texts(duck)["freshness"].startswith("No event from 14:00 to 24:00, about ")


def test_a_name_that_stopped(duck: Shop) -> None:
    fill(duck)
    duck.events.rows += [
        view(DAY - timedelta(days=back), hour + 0.4, "cart") | {"device": "web"}
        for back in range(1, 11) for hour in range(24) for _ in range(4)
    ]  # fmt: skip
    duck.write()
    assert texts(duck)["event_volume"] == ("'cart' stopped on 8 March: 0 since, about 96 usual")


def with_carts(shop: Shop, last_back: int, hours: range = range(24)) -> None:
    """Four carts an hour, for the last time so many days ago."""
    shop.events.rows += [
        view(DAY - timedelta(days=back), hour + 0.4, "cart") | {"device": "web"}
        for back in range(last_back, 11) for hour in hours for _ in range(4)
    ]  # fmt: skip


@pytest.mark.parametrize("until", [14, 0])
def test_missing_hours_do_not_explain_a_name_that_stopped_before(duck: Shop, until: int) -> None:
    """Nor does a day without any event."""
    fill(duck)
    with_carts(duck, last_back=3)
    duck.events.rows = [
        row for row in duck.events.rows if not at(DAY, until) <= row["timestamp"] < at(DAY, 24)
    ]
    duck.log.rows[-1] |= {"rows_read": 0} if not until else {}
    duck.write()
    explained = texts(duck)
    assert explained["event_volume"] == "'cart' stopped on 6 March: 0 since, about 96 a day usual"
    assert "cart" not in explained["freshness"]


@pytest.mark.parametrize(("hours", "is_hidden"), [(range(14, 24), True), (range(24), False)])
def test_missing_hours_explain_a_name_that_comes_in_them(
    duck: Shop, hours: range, is_hidden: bool
) -> None:
    fill(duck, until=14)
    with_carts(duck, last_back=1, hours=hours)
    duck.events.rows = [
        row for row in duck.events.rows if not at(DAY, 14) <= row["timestamp"] < at(DAY, 24)
    ]
    duck.write()
    kind = "hours_missing" if is_hidden else "name_stopped"
    explanation = duck.verdicts()["event_volume"].explanation
    assert explanation is not None
    assert explanation.kind == kind


def test_a_young_shop_has_no_usual_day(duck: Shop) -> None:
    """Two days are no history: nothing is compared, and nothing is told."""
    fill(duck, until=6)
    first = at(DAY - timedelta(days=1), 0)
    duck.events.rows = [
        row for row in duck.events.rows
        if first <= row["timestamp"] and not at(DAY, 6) <= row["timestamp"] < at(DAY, 24)
    ]  # fmt: skip
    duck.write()
    report = duck.run()
    assert not [text for text in report.warnings if text.startswith("what explains")]
