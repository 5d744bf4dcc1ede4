"""The page about revenue: the share without it, the purchases concerned, the sum."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.dashboard.screen import Screen
from tests.dashboard.test_page_volume import change, figures, hovers, names_on

Demo = Callable[..., Path]
Open = Callable[..., Screen]

SHARES, SUMS = 0, 1


def test_the_purchases_concerned_are_listed(demo: Demo, screen: Open) -> None:
    page = screen(demo("lost-revenue"), path="revenue")
    words = page.text.partition(" purchases on Saturday 8 March")[0].rpartition(" of ")
    missing, bought = words[0].rpartition(" ")[2], words[2]
    rows = page.at.dataframe[0].value
    assert len(rows) == int(missing)
    assert set(rows["c3"]) == {"NULL"}
    assert list(rows["c0"]) == sorted(rows["c0"])
    last = next(text for text in hovers(figures(page)[SHARES]) if "Sat 8 March" in text)
    assert f"{bought} purchases" in last
    assert f"{missing} without revenue: " in last
    assert ", red from 2<br>" in last
    assert "gate: RED for missing_revenue" in last


def test_the_limit_is_drawn_and_no_sum_is_red(demo: Demo, screen: Open) -> None:
    shares, sums = figures(screen(demo("lost-revenue"), path="revenue"))
    assert "limit 1.0 %" in names_on(shares)
    assert [s["y0"] for s in shares["layout"]["shapes"] if s["type"] == "line"] == [0.01]
    assert "share" in shares["layout"]["yaxis"]["title"]["text"]
    assert "currency" in sums["layout"]["yaxis"]["title"]["text"]
    assert len(set(shares["data"][0]["marker"]["color"])) == 2
    assert len(set(sums["data"][0]["marker"]["color"])) == 1


def test_a_day_on_which_all_is_well_says_so(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="revenue")
    assert "No purchase without revenue on Saturday 8 March." in page.text
    assert "purchases of the day carry a usable amount." in page.text


def test_a_day_without_purchases_is_not_called_well(demo: Demo, screen: Open) -> None:
    page = screen(demo("dead-checkout-pixel"), path="revenue")
    assert "There is no purchase on that day at all" in page.text


def test_amounts_that_count_although_they_are_odd(demo: Demo, screen: Open) -> None:
    folder = change(
        demo("all-green"),
        "INSERT INTO stg_events (timestamp, event_name, revenue) VALUES "
        "(TIMESTAMP '2025-03-08 10:00', 'purchase', -5), "
        "(TIMESTAMP '2025-03-08 10:00', 'purchase', 0), "
        "(TIMESTAMP '2025-03-08 10:00', 'purchase', 0)",
    )
    page = screen(folder, path="revenue")
    assert "2 purchases with zero and 1 purchase with negative revenue." in page.text


def test_hostile_cells_are_text(demo: Demo, screen: Open) -> None:
    hostile = "<script>alert(1)</script>"
    folder = change(
        demo("all-green"),
        "INSERT INTO stg_events (timestamp, event_name, transaction_id) "
        "VALUES (TIMESTAMP '2025-03-08 10:00', 'purchase', ?)",
        hostile,
    )
    page = screen(folder, path="revenue")
    assert "<script" not in page.html
    assert list(page.at.dataframe[0].value["c2"]) == [hostile]


def test_pages_of_the_list_are_in_the_address(demo: Demo, screen: Open) -> None:
    folder = change(
        demo("all-green"),
        "INSERT INTO stg_events (timestamp, event_name) "
        "SELECT TIMESTAMP '2025-03-08 10:00', 'purchase' FROM range(1005)",
    )
    assert len(screen(folder, path="revenue").at.dataframe[0].value) == 1000
    assert len(screen(folder, path="revenue", page="2").at.dataframe[0].value) == 5
    assert "There is no page 3." in screen(folder, path="revenue", page="3").text
    bad = screen(folder, path="revenue", page="two")
    assert "The link asks for page 'two', which is not a page number." in bad.text


def test_without_a_mapped_amount_the_page_says_so(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    config = folder / "andon.yml"
    lines = config.read_text(encoding="utf-8").splitlines()
    events = lines.index("events:")
    lines.pop(next(i for i in range(events, len(lines)) if "revenue:" in lines[i]))
    text = "\n".join(lines).replace("missing_revenue: {", "missing_revenue: {enabled: false, ")
    config.write_text(text, encoding="utf-8")
    page = screen(folder, path="revenue")
    assert "No revenue column is mapped." in page.text
    assert figures(page) == []


def test_days_before_all_data_say_so(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="revenue", date="2020-01-01")
    assert "No event at all." in page.text
    assert "There is no data of that day." in page.text
