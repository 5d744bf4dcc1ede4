"""The page about orphan orders: by kind, one by one, over the days."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


def change(folder: Path, *statements: str) -> Path:
    """Change the demo's warehouse."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
    return folder


def rows(page: Screen) -> list[list[Any]]:
    """The list's cells."""
    tables = page.at.dataframe
    return tables[0].value.values.tolist() if tables else []


def figures(page: Screen) -> list[dict[str, Any]]:
    """The page's figures as Plotly is given them."""
    return [json.loads(chart.proto.spec) for chart in page.at.get("plotly_chart")]


def test_kinds_with_their_dark_revenue_and_share(demo: Demo, screen: Open) -> None:
    page = screen(demo("orphan-orders"), path="orphan-orders")
    kinds = page.text.split("By kind")[1].split("The last 30 days")[0]
    assert "Kind Orphans Unattributed revenue Share of the day Without a session id 2 " in kinds
    assert "With a session that does not exist 3 " in kinds
    assert "Purchases that never became an order 2 " in kinds
    assert "All 7 " in kinds
    assert "At most 0 orphans allowed." in kinds
    assert len(rows(page)) == 7


def test_the_numbers_are_the_verdicts(demo: Demo, screen: Open) -> None:
    from checks import DataMonitor, load_config
    from tests.dashboard.conftest import NOW, RUN

    folder = demo("orphan-orders")
    page = screen(folder, path="orphan-orders")
    report = DataMonitor(load_config(folder / "andon.yml")).run(date=RUN, now=NOW)
    details = next(verdict for verdict in report.checks if verdict.id == "orphan_orders").details
    for kind in details["kinds"]:
        assert f" {kind['count']} {kind['dark_revenue']:,.2f} " in page.text
    ids = {order for kind in details["kinds"] for order in kind["order_ids"]}
    assert ids == {row[1] for row in rows(page)}


@pytest.mark.parametrize(
    ("kind", "count", "columns"),
    [("no_session_id", 2, 4), ("unknown_session", 3, 5), ("purchase_without_order", 2, 4)],
)
def test_an_alerts_link_shows_its_rows_at_once(
    demo: Demo, screen: Open, kind: str, count: int, columns: int
) -> None:
    page = screen(demo("orphan-orders"), path="orphan-orders", kind=kind)
    listed_rows = rows(page)
    assert (len(listed_rows), len(listed_rows[0])) == (count, columns)
    assert page.at.selectbox[0].value == kind


def test_a_kind_that_does_not_exist_is_said_and_shows_no_rows(demo: Demo, screen: Open) -> None:
    page = screen(demo("orphan-orders"), path="orphan-orders", kind="<b>nonsense")
    assert "'<b>nonsense', which is not found" in page.text
    assert rows(page) == []


def test_searching_and_a_search_without_a_hit(demo: Demo, screen: Open) -> None:
    folder = demo("orphan-orders")
    searched_row = rows(screen(folder, path="orphan-orders"))[3]
    page = screen(folder, path="orphan-orders", q=searched_row[1].lower())
    assert rows(page) == [searched_row]
    page = screen(folder, path="orphan-orders", q="no such id")
    assert "No orphan matches. 7 orphans of Sat 8 March 2025 in all" in page.text


@pytest.mark.parametrize(
    ("page_", "words"),
    [
        ("2", "There is no page 2."),
        ("x", "is not a page number"),
        ("0", "is not a page number"),
        ("0000000010000", "is not a page number"),
    ],
)
def test_a_page_that_does_not_exist_is_said(
    demo: Demo, screen: Open, page_: str, words: str
) -> None:
    page = screen(demo("orphan-orders"), path="orphan-orders", page=page_)
    assert words in page.text


def test_a_healthy_day_says_why_the_list_is_empty(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="orphan-orders")
    assert "No orphan on Sat 8 March 2025." in page.text
    assert "No unattributed revenue." in page.text
    (trend,) = figures(page)
    (zeros,) = [trace for trace in trend["data"] if trace.get("name") == "none"]
    assert len(zeros["x"]) == 30
    assert "0 orphans, " in zeros["customdata"][0]


def test_a_day_without_orders_proves_nothing(demo: Demo, screen: Open) -> None:
    folder = change(
        demo("all-green"),
        "DELETE FROM fct_attribution WHERE CAST(purchase_time AS DATE) = DATE '2025-03-08'",
        "DELETE FROM stg_events WHERE CAST(timestamp AS DATE) = DATE '2025-03-08' "
        "AND event_name IN ('purchase')",
    )
    page = screen(folder, path="orphan-orders")
    assert "Sat 8 March 2025 has no orders." in page.text
    assert "can be attributed" not in page.text
    names = [trace.get("name") for trace in figures(page)[0]["data"]]
    assert "no orders to judge" in names


def test_a_missing_sessions_table_is_no_zero(demo: Demo, screen: Open) -> None:
    page = screen(change(demo("all-green"), "DROP TABLE dim_sessions"), path="orphan-orders")
    assert "With a session that does not exist not known – –" in page.text
    assert "Not measured: session that does not exist." in page.text
    assert "No orphan in what could be measured." in page.text
    assert "Not in the trend: session that does not exist." in page.text
    page = screen(demo("all-green"), path="orphan-orders", kind="unknown_session")
    assert "This could not be read." in page.text


def test_orders_that_cannot_be_read_are_no_empty_list(demo: Demo, screen: Open) -> None:
    page = screen(change(demo("all-green"), "DROP TABLE fct_attribution"), path="orphan-orders")
    assert "This could not be read." in page.text
    assert "No orphan" not in page.text.replace("No orphan in what could be measured", "")
    assert figures(page) == []


def test_figures_have_titles_limits_and_exact_numbers(demo: Demo, screen: Open) -> None:
    counts, dark = figures(screen(demo("orphan-orders"), path="orphan-orders"))
    assert counts["layout"]["yaxis"]["title"]["text"] == "orphan orders"
    assert dark["layout"]["yaxis"]["title"]["text"] == "unattributed revenue"
    assert "red above 0" in [note["text"] for note in counts["layout"]["annotations"]]
    (lost,) = [
        trace for trace in counts["data"] if trace.get("name") == "session that does not exist"
    ]
    assert [str(day)[:10] for day in lost["x"]] == ["2025-03-08"]
    assert lost["y"] == [3]
    assert "3 with a session that does not exist, " in lost["customdata"][0]
    assert "gate: RED for orphan_orders" in lost["customdata"][0]


def test_hostile_ids_stay_text(demo: Demo, screen: Open) -> None:
    folder = change(
        demo("orphan-orders"),
        "UPDATE fct_attribution SET transaction_id = '=1+1<img src=x>![](http://evil)' "
        "WHERE lc_session_id IS NULL",
    )
    page = screen(folder, path="orphan-orders", kind="no_session_id")
    assert "=1+1<img src=x>![](http://evil)" in {row[0] for row in rows(page)}
    assert "<img" not in page.html
