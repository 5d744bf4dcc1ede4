"""The list of the rejected rows of a cause has as many rows as its explanation counts."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from checks.core.model import Explanation
from checks.evidence import rejected_rows
from checks.evidence.rejected_part import (
    ALL_ROWS,
    NoPartError,
    RejectedPart,
    ValueGroup,
    explained_part,
    part_of_address,
)
from checks.evidence.rejected_rows import RejectedPage
from checks.quarantine.drilldown.model import HourSpan
from tests.evidence.asking import ask
from tests.shop import DAY, Row, Shop, Table, at

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {}_3 like Mac OS X) Mobile/15E148"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{}.0"
TABLET = "Mozilla/5.0 (iPad; CPU OS {}_1 like Mac OS X) Safari/604.1"
COLUMNS = {
    "at": sa.DateTime(),
    "why": sa.String(80),
    "topic": sa.String(40),
    "event": sa.String(40),
    "app": sa.String(40),
    "agent": sa.String(200),
    "page": sa.String(200),
    "build": sa.BigInteger(),
    "client_id": sa.String(40),
}
MAPPING = {"occurred_at": "at", "reason": "why", "source": "topic", "event_name": "event"}
#: What the surplus rows of the judged day have in common, and how the address says it.
CAUSES: dict[str, tuple[Row, dict[str, str]]] = {
    "value": ({"app": "Shop app"}, {"column": "app", "value": "Shop app"}),
    "number": ({"build": 7}, {"column": "build", "value": "7"}),
    "missing": ({"client_id": None}, {"missing": "client_id"}),
    "agent": ({"agent": IPHONE}, {"column": "agent", "value": "phones"}),
    "address": (
        {"page": "https://shop.example/checkout/{}?step=2"},
        {"column": "page", "value": "shop.example/checkout/…"},
    ),
    "reason": ({"why": "no id of ann@shop.example"}, {"column": "why",
               "value": "no id of a…@…"}),
    "source": ({"topic": "app.csv"}, {"column": "topic", "value": "app.csv"}),
    "event": ({"event": "checkout"}, {"column": "event", "value": "checkout"}),
    "hours": ({}, {}),
}  # fmt: skip
#: From which hour on; more rows of everything all day have no part that explains them.
CASES = [(name, first) for name in CAUSES for first in (0, 6) if first or name != "hours"]


def plain_row(back: int, hour: int, number: int) -> Row:
    """A rejected row of an earlier day, whose columns have nothing to do with each other."""
    i = 7 * hour + number
    return {
        "at": at(DAY - timedelta(days=back), hour + number % 50 / 60),
        "why": ("bad", "worse")[i % 2],
        "topic": ("web.csv", "ios.csv", "old.csv")[i % 3],
        "event": ("view", "cart")[i // 2 % 2],
        "app": ("web", "ios", "kiosk")[i // 3 % 3],
        "agent": (WINDOWS, TABLET)[i // 4 % 2].format(i % 5),
        "page": ("https://shop.example/products/{}", "https://shop.example/cart")[i % 2].format(i),
        "build": i % 3,
        "client_id": f"visitor-{back:02}-{hour:02}-{number:03}-of-the-shop",
    }


def rows_of(cause: Row, first: int, least: int = 2) -> list[Row]:
    """So many rows an hour on each day, and on the judged one 30 more from an hour on."""
    rows = [plain_row(b, hour, n) for b in range(11) for hour in range(24) for n in range(least)]
    for hour in range(first, 24):
        for number in range(30):
            more = {k: v.format(number % 9) if isinstance(v, str) else v for k, v in cause.items()}
            rows.append(plain_row(0, hour, 10 + number) | more)
    # Known before: else it would be a new reason, or a part that no usual day has.
    known = {k: v.format(1) if isinstance(v, str) else v for k, v in cause.items()}
    return [*rows, plain_row(7, 9, 5) | known] if cause else rows


def reject(shop: Shop, rows: list[Row]) -> None:
    shop.log.rows[-1] |= {"rows_read": 4000, "rows_quarantined": 600}
    shop.more.append(Table("rejected_rows", dict(COLUMNS), rows))
    shop.set("quarantine", table="rejected_rows", **MAPPING)


def reject_files(shop: Shop, rows: list[Row]) -> None:
    """The same rows in a file a day."""
    shop.log.rows[-1] |= {"rows_read": 4000, "rows_quarantined": 600}
    shop.set("quarantine", files="quarantine/{date:%Y%m%d}.csv", **MAPPING)
    (shop.folder / "quarantine").mkdir()
    for day in {row["at"].date() for row in rows}:
        with (shop.folder / f"quarantine/{day:%Y%m%d}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(COLUMNS))
            writer.writeheader()
            writer.writerows(row for row in rows if row["at"].date() == day)


def explanation_of(shop: Shop) -> Explanation:
    shop.set("warehouse", timeout_seconds=300)  # a quarter of it is for explanations
    shop.write()
    report = shop.run()
    (verdict,) = (check for check in report.checks if check.id == "quarantine_rate")
    assert verdict.explanation is not None, (verdict, report.warnings)
    return verdict.explanation


def listed(shop: Shop, parameters: dict[str, str], **options: Any) -> RejectedPage:
    part = part_of_address(parameters)
    return ask(shop, lambda context: rejected_rows.read(context, part=part, **options))


@pytest.mark.parametrize(("name", "first"), CASES)
@pytest.mark.parametrize("write", [reject, reject_files])
def test_as_many_rows_are_listed_as_the_explanation_counts(
    name: str, first: int, write: Callable[[Shop, list[Row]], None], duck: Shop
) -> None:
    compare(duck, name, first, write)


@pytest.mark.parametrize("name", ["value", "number", "missing", "agent", "hours"])
def test_so_it_is_on_every_engine(name: str, shop: Shop) -> None:
    compare(shop, name, 6, reject)


def compare(shop: Shop, name: str, first: int, write: Callable[[Shop, list[Row]], None]) -> None:
    cause, condition = CAUSES[name]
    write(shop, rows_of(cause, first))
    explanation = explanation_of(shop)
    explained = explained_part(explanation)
    assert explained is not None
    parameters = explained.part.parameters()
    assert parameters == condition | ({"hours": "6-24"} if first else {})
    assert part_of_address(parameters) == explained.part
    assert shop.verdicts()["quarantine_rate"].facts.filters == parameters
    rows = listed(shop, parameters)
    assert rows.total == explanation.evidence["rows"] == explained.rows > 500
    assert f"{rows.total:,} rows" in explanation.text


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Europe/Berlin"])
@pytest.mark.parametrize("write", [reject, reject_files])
def test_hours_are_those_of_the_shop(
    zone: str, write: Callable[[Shop, list[Row]], None], duck: Shop
) -> None:
    duck.settings["timezone"] = zone
    write(duck, rows_of({"app": "Shop app"}, 12))
    for entry in duck.log.rows:
        entry["run_timestamp"] += timedelta(hours=3)  # the morning of the run in each zone
    explanation = explanation_of(duck)
    explained = explained_part(explanation)
    assert explained is not None
    rows = listed(duck, explained.part.parameters())
    assert rows.total == explanation.evidence["rows"] > 0


@pytest.mark.parametrize("write", [reject, reject_files])
def test_a_new_reason_has_all_its_rows(
    write: Callable[[Shop, list[Row]], None], duck: Shop
) -> None:
    rows = rows_of({"why": "no price"}, 6)[:-1]
    rows += [plain_row(0, 1, 20) | {"why": "no price"}]
    write(duck, rows)
    explanation = explanation_of(duck)
    assert explanation.text == "New: 'no price', 541 rows, none on 3 usual days before"
    explained = explained_part(explanation)
    assert explained is not None
    assert explained.part.parameters() == {"column": "why", "value": "no price"}
    assert listed(duck, explained.part.parameters()).total == 541


@pytest.mark.parametrize("write", [reject, reject_files])
@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"column": "client_id", "value": "visi… (30)"}, "'client_id' is personal"),
        ({"column": "client_id", "value": "v"}, "'client_id' is personal"),
        ({"column": "app", "value": "web"}, "'app' is personal"),
        ({"column": "nothing", "value": "x"}, "have no column 'nothing'"),
        ({"missing": "nothing"}, "have no column 'nothing'"),
    ],
)
def test_personal_columns_and_others_that_cannot_be_asked_for(
    parameters: dict[str, str],
    refusal: str,
    write: Callable[[Shop, list[Row]], None],
    duck: Shop,
) -> None:
    write(duck, rows_of({}, 6))
    duck.set("quarantine", mask=["APP"])
    duck.write()
    rows = listed(duck, parameters)
    assert (rows.total, rows.rows) == (0, ())
    assert refusal in rows.refusal
    assert listed(duck, {"missing": "client_id"}).refusal == ""


def test_a_value_is_no_pattern_and_no_part_of_another(duck: Shop) -> None:
    reject(duck, rows_of({"app": "50%_off' OR 1=1 --"}, 6))
    duck.write()
    counts = {
        value: listed(duck, {"column": "app", "value": value}).total
        for value in ("50%_off' OR 1=1 --", "50%", "%", "we", "WEB", "' OR 1=1 --")
    }
    assert counts == dict.fromkeys(counts, 0) | {"50%_off' OR 1=1 --": 540}


def test_too_many_values_for_a_statement_are_said(
    duck: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.evidence import _rejected_values

    monkeypatch.setattr(_rejected_values, "_MOST_NAMED", 8)
    reject(duck, rows_of({"agent": IPHONE}, 6))
    duck.write()
    rows = listed(duck, {"column": "agent", "value": "phones"})
    assert "'agent' has more than 8 values" in rows.refusal


def test_columns_that_explain_come_first_and_equal_ones_are_told(duck: Shop) -> None:
    reject(duck, rows_of({"app": "Shop app", "client_id": None}, 6))
    duck.write()
    part = {"column": "app", "value": "Shop app", "hours": "6-24"}
    rows = listed(duck, part, leading=("app", "agent"))
    assert rows.names[:4] == ("app", "agent", "why", "at")
    assert [rows.names[place] for place in rows.same] == ["client_id"]
    assert len(rows.rows) == rows.total == 540


def test_what_an_address_may_ask_for() -> None:
    assert part_of_address({}) == ALL_ROWS
    assert part_of_address({"hours": "0-24"}) == RejectedPart(hours=HourSpan(0, 24))
    assert part_of_address({"column": "a", "value": "b"}).values == ValueGroup("a", "b")


@pytest.mark.parametrize(
    "parameters",
    [
        {"column": "a"},
        {"value": "a"},
        {"column": "a", "value": "b", "missing": "a"},
        {"value": "b", "missing": "a"},
        *({"hours": text} for text in ("6", "6-", "7-7", "8-7", "0-25", "-1-3", "a-b", "٦-٩")),
    ],
)  # fmt: skip
def test_an_address_that_names_no_part(parameters: dict[str, str]) -> None:
    with pytest.raises(NoPartError):
        part_of_address(parameters)


def test_an_explanation_without_rows_names_no_part() -> None:
    assert explained_part(None) is None
    assert explained_part(Explanation("level", "x", {"since": "2025-03-06"})) is None
    all_day = {"rows": 5, "column": None, "value": None, "hours": None}
    assert explained_part(Explanation("since_hour", "x", all_day)) is None
