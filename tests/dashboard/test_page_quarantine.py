"""The quarantine page: the link's rows without a click, filters that say so, empty states."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from html import unescape
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import DAY
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
REASON = "client_id: missing"
FILE = "quarantine/events_20250308_errors.csv"


def rows_of(page: Screen) -> int:
    """How many rows the table shows."""
    assert len(page.at.dataframe) == 1
    return len(page.at.dataframe[0].value)


def counted(page: Screen) -> str:
    """`rows 1 to 3 of 3`."""
    return next(text.value for text in page.at.text if text.value.startswith("rows "))


def test_the_rows_behind_an_alert_are_there_without_a_click(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="quarantine", reason=REASON)
    assert rows_of(page) > 0
    assert "is not found on this day" not in page.text
    assert page.parameters["reason"] == REASON
    assert set(page.at.dataframe[0].value["c2"]) == {REASON}


def test_what_changed_is_told_in_one_sentence(demo: Demo, screen: Open) -> None:
    text = screen(demo(), path="quarantine").text
    assert "What changed:" in text
    assert "Safari (43 %); on this day it is Shop app (88 %, 16 % before)." in text
    assert "reading the earlier days" not in text
    assert "What explains the rise" in text
    assert "Share before" in text


def test_parts_of_the_day(demo: Demo, screen: Open) -> None:
    text = screen(demo(), path="quarantine").text
    for heading in ("Rate by day", "By reason", "By source", "By event name", "By hour"):
        assert heading in text
    assert "First seen" in text
    assert "events_20250308.csv" in text


@pytest.mark.parametrize("name", ["reason", "source", "event", "hour"])
def test_a_filter_that_is_not_there_shows_no_rows_and_says_so(
    name: str, demo: Demo, screen: Open
) -> None:
    page = screen(demo(), path="quarantine", **{name: "nothing <b>such"})
    assert "'nothing <b>such', which is not found on this day" in page.text
    assert "No rows are shown." in page.text
    assert not page.at.dataframe


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"q": "no such text anywhere"}, "No row passes these filters."),
        ({"page": "99"}, "There is no page 99."),
        ({"page": "-1"}, "which is not a page number"),
        ({"page": "x"}, "which is not a page number"),
    ],
)
def test_a_search_or_page_without_rows_says_so(
    filters: dict[str, str], words: str, demo: Demo, screen: Open
) -> None:
    assert words in screen(demo(), path="quarantine", **filters).text


def test_filters_narrow_the_rows(demo: Demo, screen: Open) -> None:
    folder = demo()
    everything = rows_of(screen(folder, path="quarantine"))
    one_hour = screen(folder, path="quarantine", hour="12")
    assert 0 < rows_of(one_hour) < everything
    assert counted(one_hour) == f"rows 1 to {rows_of(one_hour)} of {rows_of(one_hour)}"
    searched = screen(folder, path="quarantine", q="iphone")
    assert 0 < rows_of(searched) < everything


def write(folder: Path, *lines: str) -> None:
    """Other rejected rows of the day."""
    head = "client_id,timestamp,event_name,note,error_reason\n"
    (folder / FILE).write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_hostile_and_personal_values(demo: Demo, screen: Open) -> None:
    folder = demo()
    write(
        folder,
        "visitor-4711-abcdef,2025-03-08T01:00:00Z,<b>x</b>,=1+1,<img src=x onerror=1>",
        "c,2025-03-08T01:00:00Z,view,mail eve@example.com,![a](http://x.y)",
    )
    page = screen(folder, path="quarantine")
    assert "<img" not in page.html
    assert "<img src=x onerror=1>" in page.text
    shown = page.at.dataframe[0].value.to_csv()
    assert "visitor-4711" not in shown
    assert "example.com" not in shown + page.text
    assert "visi… (19)" in shown


def test_the_file_to_download_is_masked_and_no_formula(demo: Demo, screen: Open) -> None:
    from dashboard.csv_file import to_csv

    folder = demo()
    write(folder, "visitor-4711-abcdef,2025-03-08T01:00:00Z,view,=1+1,a")
    table = screen(folder, path="quarantine").at.dataframe[0].value
    content = to_csv(list(table.columns), table.values.tolist()).decode("utf-8-sig")
    (row,) = list(csv.reader(StringIO(content)))[1:]
    assert row == ["2025-03-08T01:00:00Z", "view", "a", "visi… (19)", "'=1+1"]


def test_no_file_although_rows_were_quarantined_is_a_problem(demo: Demo, screen: Open) -> None:
    folder = demo()
    (folder / FILE).unlink()
    page = screen(folder, path="quarantine")
    assert "This could not be read." in page.text
    assert "no file can be read at" in page.text
    assert not page.at.dataframe


def test_a_damaged_file_is_said(demo: Demo, screen: Open) -> None:
    folder = demo()
    (folder / FILE).write_bytes("x\ny\n".encode("utf-16"))
    text = screen(folder, path="quarantine").text
    assert "is UTF-16 text" in text


def test_files_and_log_that_disagree_are_said(demo: Demo, screen: Open) -> None:
    folder = demo()
    write(folder, "c,2025-03-08T01:00:00Z,view,x,a")
    text = screen(folder, path="quarantine").text
    assert "1 row found" in text
    assert "do not agree for this day" in text


def test_a_folder_without_days_in_its_names(demo: Demo, screen: Open) -> None:
    folder = demo()
    for number, file in enumerate(sorted((folder / "quarantine").glob("*.csv"))):
        shutil.move(file, file.with_name(f"part-{number:03}.csv"))
    settings = (folder / "andon.yml").read_text("utf-8")
    changed = settings.replace(
        "quarantine/events_{date:%Y%m%d}_errors.csv", "quarantine/part-*.csv"
    )
    assert changed != settings
    (folder / "andon.yml").write_text(changed, "utf-8")
    page = screen(folder, path="quarantine", reason=REASON)
    assert rows_of(page) > 0


def test_without_rejected_rows_in_the_configuration(demo: Demo, screen: Open) -> None:
    folder = demo()
    settings = (folder / "andon.yml").read_text("utf-8")
    start = settings.index("quarantine:\n")
    end = settings.index("\n\n", start)
    (folder / "andon.yml").write_text(settings[:start] + settings[end:], "utf-8")
    text = screen(folder, path="quarantine").text
    assert "No rejected rows are mapped." in text
    assert "reading the earlier days" not in text
    assert "Rate by day" in text


def test_clearing_the_filters(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="quarantine", q="no such text anywhere", hour="12")
    clear: AppTest = page.at
    next(button for button in clear.button if button.label == "Clear all filters").click()
    page.run()
    assert set(page.parameters) <= {"pipeline", "date"}
    assert rows_of(page) > 0


def test_without_an_audit_log_the_rate_is_of_the_rows(demo: Demo, screen: Open) -> None:
    folder = demo()
    settings = yaml.safe_load((folder / "andon.yml").read_text("utf-8"))
    del settings["audit_log"]
    for check in ("log_entry_exists_today", "rows_read", "run_status"):
        settings.setdefault("checks", {})[check] = {"enabled": False}
    (folder / "andon.yml").write_text(yaml.safe_dump(settings), "utf-8")
    page = screen(folder, path="quarantine")
    assert "Rejected rows divided by rejected rows and accepted events" in page.text
    assert "What changed:" in page.text
    assert "as no audit log is mapped" in page.text
    assert rows_of(page) > 0


def test_beside_the_evidence_stand_repair_timeline_and_other_checks(
    demo: Demo, screen: Open
) -> None:
    page = screen(demo(), path="quarantine", date=str(DAY))
    explained = re.search(r"Shop app only: ([\d,]+) rows", page.text)
    assert explained is not None
    condition = f"If the {explained[1]} rows are repaired and loaded again:"
    assert f"What would a repair change? {condition} Rejected share 5.8 % → then 0" in page.text
    assert "Not known: whether this settles orphan_orders; what the other checks" in page.text
    assert "Other checks 1 red, 10 green ✗ RED orphan_orders orphan_orders=" in page.text
    assert "Owner web-analytics, nobody is on it." in page.text
    assert "✓ GREEN rows_read 2498 (min 1)" in page.text
    assert f"runs?pipeline=web-clickstream&amp;date={DAY}&amp;check=rows_read" in page.html


def test_where_nothing_fails_there_is_no_column(demo: Demo, screen: Open) -> None:
    page = screen(demo("late-load"), path="quarantine", date=str(DAY))
    assert "Other checks" not in page.text
    assert "What would a repair change?" not in page.text


CAUSE = {"column": "browser", "value": "Shop app"}  # of so few rows, all day


def chips(page: Screen) -> dict[str, dict[str, str]]:
    """What each chip does, and the parameters of its link."""
    found = re.findall(r'<a href="quarantine\?([^"]*)"[^>]*aria-label="([^"]*)"', page.html)
    return {unescape(label): dict(parse_qsl(unescape(query))) for query, label in found}


def heading(page: Screen) -> str:
    """How many rows pass all filters, as the line of chips says it."""
    (count,) = re.findall(r"<h3>([^<]*)</h3>", page.html)
    return str(count)


def test_the_rows_are_those_of_the_cause(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="quarantine", **CAUSE)
    table = page.at.dataframe[0].value
    total = rows_of(page)
    assert set(table["c0"]) == {"Shop app"}
    assert f"Shop app only: {total:,} rows" in page.text
    assert re.fullmatch(rf"{total:,} of [\d,]+ rejected rows", heading(page))
    assert counted(page) == f"rows 1 to {total:,} of {total:,}"
    assert "The same in all rows: " in page.text
    shown = page.at.dataframe[0].proto.column_order
    assert shown[0] == "c0"
    assert len(shown) < len(table.columns)


def test_each_condition_can_be_put_off_and_on_again(demo: Demo, screen: Open) -> None:
    folder, day = demo(), {"date": "2025-03-08"}
    hours = {"hours": "6-24"}
    page = screen(folder, path="quarantine", reason=REASON, page="7", **day, **CAUSE, **hours)
    assert chips(page) == {
        "Remove the filter: browser = Shop app": day | {"reason": REASON} | hours,
        "Remove the filter: from 06:00": day | {"reason": REASON} | CAUSE,
    }
    without = screen(folder, path="quarantine", **day, **hours)
    assert chips(without) == {
        "Remove the filter: from 06:00": day,
        "Add the filter: browser = Shop app": day | hours | CAUSE,
    }
    everything = screen(folder, path="quarantine", **day)
    assert chips(everything) == {"Add the filter: browser = Shop app": day | CAUSE}
    assert re.fullmatch(r"[\d,]+ rejected rows", heading(everything))


def test_a_missing_value_of_a_personal_column(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="quarantine", missing="client_id")
    assert "Remove the filter: client_id missing" in chips(page)
    assert rows_of(page) > 0
    assert set(page.at.dataframe[0].value["c0"].fillna("")) == {""}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"column": "browser", "value": "no such <b>browser"}, "may have been repaired since"),
        ({"hours": "x"}, "The link asks for the hours 'x', which are not like 6-24."),
        ({"column": "browser"}, "without naming the `value`"),
        ({"column": "browser", "value": "x", "missing": "y"}, "at once"),
        ({"column": "client_id", "value": "x"}, "'client_id' is personal"),
        ({"missing": "no <b>such"}, "no column 'no <b>such'"),
    ],
)
def test_a_part_that_is_not_there_says_so_and_leads_to_all_rows(
    parameters: dict[str, str], words: str, demo: Demo, screen: Open
) -> None:
    page = screen(demo(), path="quarantine", **parameters)
    assert words in page.text
    assert not page.at.dataframe
    clear = next(button for button in page.at.button if button.label == "Clear all filters")
    clear.click()
    page.run()
    assert set(page.parameters) <= {"pipeline", "date"}
    assert rows_of(page) > 0


def test_repaired_rows_are_said_where_the_link_finds_fewer(demo: Demo, screen: Open) -> None:
    folder = demo()
    write(folder, "c,2025-03-08T01:00:00Z,view,x,a")
    page = screen(folder, path="quarantine", **CAUSE)
    assert "have no column 'browser'" in page.text
