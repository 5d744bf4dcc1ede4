"""Partition columns and a session's beginning: the same answers, from less of the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks import Cause, Status
from tests.shop import DAY, NOW, Row, Shop, Table, at, order, purchase, view
from tests.warehouse.answers import EVENTS, ORDERS, REJECTED, differences, evidence_of, report_of
from tests.warehouse.conftest import shop_on
from tests.warehouse.scenarios import prepare

#: How a partition spells the day of an instant: its type, the format, and the value.
SPELLINGS: dict[str, tuple[Any, str | None, Callable[[datetime], object]]] = {
    "date": (sa.Date(), None, lambda moment: moment.date()),
    "timestamp": (sa.DateTime(), None, lambda moment: at(moment.date(), 0)),
    "text": (sa.String(10), "%Y-%m-%d", lambda moment: f"{moment:%Y-%m-%d}"),
    "digits": (sa.String(8), "%Y%m%d", lambda moment: f"{moment:%Y%m%d}"),
    "number": (sa.Integer(), "%Y%m%d", lambda moment: int(f"{moment:%Y%m%d}")),
    "month": (sa.String(7), "%Y-%m", lambda moment: f"{moment:%Y-%m}"),
    "hour": (sa.String(10), "%Y%m%d%H", lambda moment: f"{moment:%Y%m%d%H}"),
}
ZONES = ("Etc/GMT+12", "America/New_York", "UTC", "Asia/Kathmandu", "Etc/GMT-14")
QUESTIONS = {**EVENTS, **ORDERS, "rejected": REJECTED["rejected"]}


def partitioned(shop: Shop, spelling: str, zone: str = "UTC", **more: Any) -> None:
    """Give every big table a partition: the day of each row in a zone."""
    type_, form, spelled = SPELLINGS[spelling]
    home = ZoneInfo(zone)
    for section, table, column in mapped(shop):
        table.columns["part"] = type_
        for row in table.rows:
            moment = row[column].replace(tzinfo=UTC).astimezone(home)
            row["part"] = spelled(moment)
        shop.set(section, partition={"column": "part"} | ({"format": form} if form else {}) | more)


def mapped(shop: Shop) -> list[tuple[str, Table, str]]:
    """(section, table, time column) of the tables that are partitioned."""
    tables = [("events", shop.events, "timestamp"), ("orders", shop.orders, "purchase_time")]
    if "started_at" in shop.sessions.columns:
        tables.append(("sessions", shop.sessions, "started_at"))
    return [*tables, *(("quarantine", table, "rejected_at") for table in shop.more)]


def with_sessions(shop: Shop) -> None:
    """Sessions that began an hour before their orders."""
    began = {row["lc_session_id"]: row["purchase_time"] for row in shop.orders.rows}
    shop.sessions.columns["started_at"] = sa.DateTime()
    for row in shop.sessions.rows:
        row["started_at"] = began[row["session_id"]] - timedelta(hours=1)
    shop.set("sessions", started_at="started_at", lookback_days=3)


def troubled(shop: Shop) -> None:
    """Events around the bounds of a day in any zone, and orphans of each kind."""
    prepare(shop)
    with_sessions(shop)
    tick = timedelta(microseconds=1)
    for hour in (-14, -12, -5, 0, 5.75, 12, 14, 24, 36, 38):
        for shift in (-tick, timedelta(), tick):
            moment = at(DAY, hour) + shift
            if moment < NOW.replace(tzinfo=None):
                shop.events.rows.append(view(DAY, 0, "edge") | {"timestamp": moment})
                shop.events.rows.append(purchase(DAY, 70) | {"timestamp": moment})
                shop.orders.rows.append(order(DAY, 71, "gone") | {"purchase_time": moment})
    shop.orders.rows[5]["lc_session_id"] = None


def answers(shop: Shop, zone: str) -> dict[str, Any]:
    """The report and the evidence for a shop at home in a zone."""
    shop.settings["timezone"] = zone
    shop.write()
    config, run = shop.config(), DAY + timedelta(days=1)
    now = NOW + timedelta(days=1)
    return {
        "report": report_of(config, date=run, data_date=DAY, now=now),
        **evidence_of(config, QUESTIONS, DAY, now),
    }


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days_of", ["the shop", "UTC"])
def test_a_partition_changes_no_answer(tmp_path: Path, zone: str, days_of: str) -> None:
    whole, cut = _pair(tmp_path)
    partitioned(cut, "date", zone if days_of == "the shop" else "UTC")
    assert "\n".join(differences(answers(cut, zone), answers(whole, zone))) == ""


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
@pytest.mark.parametrize("engine", ["duckdb", "sqlite", "postgresql"])
def test_whatever_spells_the_partition(
    engine: str, spelling: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    whole, _ = _pair(tmp_path)
    (tmp_path / "other").mkdir()
    cut = shop_on(engine, request, tmp_path / "other")
    troubled(cut)
    partitioned(cut, spelling)
    assert "\n".join(differences(answers(cut, "UTC"), answers(whole, "UTC"))) == ""


def _pair(folder: Path) -> tuple[Shop, Shop]:
    """Two equal shops in DuckDB."""
    shops = []
    for name in ("whole", "cut"):
        (folder / name).mkdir()
        shops.append(Shop(folder / name, f"duckdb:///{folder / name / 'warehouse.duckdb'}"))
        troubled(shops[-1])
    return shops[0], shops[1]


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
def test_other_partitions_are_not_read(shop: Shop, spelling: str) -> None:
    """Rows whose partition is far from their time would count, if anybody looked there."""
    prepare(shop)
    with_sessions(shop)
    poison: list[tuple[Table, Row]] = [
        (shop.events, view(DAY, 3, "poison")),
        (shop.events, purchase(DAY, 80)),
        (shop.orders, order(DAY, 81, "gone")),
        (shop.more[0], dict(shop.more[0].rows[-3])),
        (shop.sessions, {"session_id": "far", "started_at": at(DAY, 3)}),
    ]
    shop.orders.rows.append(order(DAY, 0, "far") | {"transaction_id": "x"})
    partitioned(shop, spelling)
    long_ago = SPELLINGS[spelling][2](datetime(2024, 1, 1, tzinfo=UTC))
    clean_rows = sum(row["rejected_at"].date() == DAY for row in shop.more[0].rows)
    for table, row in poison:
        table.rows.append(row | {"part": long_ago})
    shop.write()
    verdicts = shop.verdicts()
    names = {name["name"] for name in verdicts["event_volume"].details["names"]}
    assert "poison" not in names
    orphans = {kind["kind"]: kind["count"] for kind in verdicts["orphan_orders"].details["kinds"]}
    assert orphans == {"no_session_id": 0, "unknown_session": 1, "purchase_without_order": 0}
    answer = evidence_of(shop.config(), {"rejected": REJECTED["rejected"]}, DAY, NOW)
    assert answer["rejected"]["rows"] == clean_rows


def test_a_margin_lets_late_rows_in(duck: Shop) -> None:
    first = DAY - timedelta(days=7)
    duck.events.rows.append(view(first, 3, "late"))
    partitioned(duck, "date")
    duck.events.rows[-1]["part"] = first - timedelta(days=3)
    duck.write()
    duck.set("events", partition={"column": "part", "margin_days": 2})
    names = [n["name"] for n in duck.verdicts()["event_volume"].details["names"]]
    assert "late" not in names
    duck.set("events", partition={"column": "part", "margin_days": 3})
    names = [n["name"] for n in duck.verdicts()["event_volume"].details["names"]]
    assert "late" in names


@pytest.mark.parametrize(
    ("type_", "value", "form", "advice"),
    [
        (sa.Integer(), 20250308, "%Y-%m-%d", "write such as '%Y%m%d'"),
        (sa.Double(), 1.5, "%Y%m%d", "a date, a timestamp, text or a whole number is needed"),
        (sa.Boolean(), True, "%Y%m%d", "is of type boolean"),
    ],
)
def test_a_partition_of_the_wrong_type(
    shop: Shop, type_: Any, value: object, form: str, advice: str
) -> None:
    shop.events.columns["part"] = type_
    for row in shop.events.rows:
        row["part"] = value
    shop.set("events", partition={"column": "part", "format": form})
    shop.write()
    verdict = shop.verdicts()["freshness"]
    assert (verdict.status, verdict.cause) == (Status.UNKNOWN, Cause.BAD_VALUE)
    assert advice in verdict.message


@pytest.mark.parametrize("many_days", [False, True])
@pytest.mark.parametrize(
    ("before", "known"),
    [
        (timedelta(days=3), True),
        (timedelta(days=3, microseconds=1), False),
        (timedelta(days=3, microseconds=-1), True),
        (timedelta(days=-1), False),
        (timedelta(days=-1, microseconds=1), True),
    ],
)
def test_the_bounds_of_the_lookback(
    shop: Shop, before: timedelta, known: bool, many_days: bool
) -> None:
    """A session that began within the lookback before the order's day, or on it."""
    with_sessions(shop)
    shop.sessions.rows.append({"session_id": "edge", "started_at": at(DAY, 0) - before})
    shop.orders.rows.append(order(DAY, 0, "edge"))
    shop.write()
    if many_days:
        trend = evidence_of(shop.config(), {"trend": ORDERS["orphan trend"]}, DAY, NOW)["trend"]
        assert trend["days"][-1]["counts"]["unknown_session"] == (0 if known else 1)
        return
    assert shop.verdicts()["orphan_orders"].value == (0 if known else 1)


def test_the_trend_agrees_with_the_report_of_each_day(tmp_path: Path) -> None:
    _, shop = _pair(tmp_path)
    partitioned(shop, "number")
    for back in range(4):
        shop.orders.rows.append(
            order(DAY - timedelta(days=back), 5, f"gone {back}")
            | {"part": int(f"{DAY - timedelta(days=back):%Y%m%d}")}
        )
    shop.write()
    config = shop.config()
    trend = evidence_of(config, {"trend": ORDERS["orphan trend"]}, DAY, NOW)["trend"]
    for trend_day in trend["days"]:
        day = date.fromisoformat(trend_day["day"])
        verdict = shop.verdicts(date=day + timedelta(days=1), data_date=day)["orphan_orders"]
        kinds = {kind["kind"]: kind["count"] for kind in verdict.details["kinds"]}
        assert trend_day["counts"] == kinds
        assert trend_day["orders"] == verdict.details["orders"]


#: Partitions that are stored in another spelling than the configuration says: their type, the
#: stored value, the format.
OTHER_SPELLINGS: dict[str, tuple[Any, Callable[[datetime], object], str]] = {
    "no dashes": (sa.String(20), lambda moment: f"{moment:%Y%m%d}", "%Y-%m-%d"),
    "no zeros": (sa.String(20), lambda moment: f"{moment.year}-{moment.month}-{moment.day}",
                 "%Y-%m-%d"),
    "slashes": (sa.String(20), lambda moment: f"{moment:%Y/%m/%d}", "%Y-%m-%d"),
    "dashes": (sa.String(20), lambda moment: f"{moment:%Y-%m-%d}", "%Y%m%d"),
    "its name": (sa.String(20), lambda moment: f"day={moment:%Y-%m-%d}", "%Y-%m-%d"),
    "the day first": (sa.String(20), lambda moment: f"{moment:%d.%m.%Y}", "%Y-%m-%d"),
    "the month alone": (sa.String(20), lambda moment: f"{moment:%Y-%m}", "%Y-%m-%d"),
    "hours": (sa.BigInteger(), lambda moment: int(f"{moment:%Y%m%d%H}"), "%Y%m%d"),
    "days": (sa.BigInteger(), lambda moment: int(f"{moment:%Y%m%d}"), "%Y%m"),
    "months": (sa.BigInteger(), lambda moment: int(f"{moment:%Y%m}"), "%Y%m%d"),
}  # fmt: skip


@pytest.mark.parametrize("section", ["events", "orders", "quarantine"])
@pytest.mark.parametrize("spelling", OTHER_SPELLINGS)
def test_partitions_in_another_spelling_are_not_green(
    shop: Shop, spelling: str, section: str
) -> None:
    """Rows that lie in no range of partitions would be missing without a word."""
    prepare(shop)
    type_, spelled, format_ = OTHER_SPELLINGS[spelling]
    for name, table, column in mapped(shop):
        if name == section:
            table.columns["part"] = type_
            for row in table.rows:
                row["part"] = spelled(row[column])
    if section == "orders":  # most orders are lost
        lost = [row for row in shop.orders.rows if row["purchase_time"] >= at(DAY, 2)]
        shop.orders.rows = [row for row in shop.orders.rows if row not in lost]
    shop.set(section, partition={"column": "part", "format": format_})
    shop.write()
    report = shop.run()
    words = (
        f"partition column 'part' holds '.*', which is not written as {section}.partition.format"
    )
    messages = [check.message for check in report.checks] + list(report.warnings)
    assert any(re.search(words, text) for text in messages), messages
    if section != "quarantine":  # whose rows are judged by the log's counts
        assert report.exit_code != 0


def test_rows_without_a_partition_are_no_other_spelling(shop: Shop) -> None:
    prepare(shop)
    for row in shop.events.rows:
        row["part"] = f"{row['timestamp']:%Y-%m-%d}"
    shop.events.columns["part"] = sa.String(40)
    for name in ("", "__HIVE_DEFAULT_PARTITION__", None):
        shop.events.rows.append(view(DAY - timedelta(days=3), 5, "cart") | {"part": name})
    shop.set("events", partition={"column": "part"})
    shop.write()
    messages = [check.message for check in shop.run().checks]
    assert not any("is not written as" in text for text in messages), messages
