"""The page about volume: days against the rule, the day by the hour, event names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import data
from tests.dashboard.screen import Screen
from tests.weekday_shop import write_shop

Demo = Callable[..., Path]
Open = Callable[..., Screen]

HOSTILE = "<img src=x onerror=alert(1)> **bold** [a](http://evil.example)"
DAYS, HOURS, NAMES = 0, 1, 2
MONDAY = datetime(2025, 3, 17, 7, 40, tzinfo=UTC)


def change(folder: Path, statement: str, *values: object) -> Path:
    """Change the demo's warehouse."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(statement, list(values))
    return folder


def figures(page: Screen) -> list[dict[str, Any]]:
    """The page's figures as Plotly is given them."""
    return [json.loads(chart.proto.spec) for chart in page.at.get("plotly_chart")]


def hovers(figure: dict[str, Any]) -> list[str]:
    return [text for trace in figure["data"] for text in trace.get("customdata") or ()]


def names_on(figure: dict[str, Any]) -> list[str]:
    return [note["text"] for note in figure["layout"].get("annotations", ())]


def test_a_half_loaded_day_is_said_and_drawn(demo: Demo, screen: Open) -> None:
    page = screen(demo("late-load"), path="volume", rule="zscore")
    assert "No event from 16:00 to 24:00 (about" in page.text
    drawn = figures(page)
    last = next(text for text in hovers(drawn[DAYS]) if "Sat 8 March" in text)
    assert "red at ±3" in last
    assert "gate: RED for volume_zscore" in last
    assert {"red above", "red below", "red at +3", "red at -3"} <= set(names_on(drawn[DAYS]))
    assert any("16:00 to 24:00" in text for text in names_on(drawn[HOURS]))
    assert sum("this hour: missing" in text for text in hovers(drawn[HOURS])) == 8


def test_screen_and_verdict_say_the_same_number(demo: Demo, screen: Open) -> None:
    page = screen(demo("loaded-twice"), path="volume", rule="zscore")
    shown = page.text.partition("z=")[2].partition(" ")[0]
    assert any(f"Z-score +{shown}, red at ±3" in text for text in hovers(figures(page)[DAYS]))
    assert "hours above the normal range" in page.text


def test_axes_have_titles_and_limits_lines(demo: Demo, screen: Open) -> None:
    days, hours, _ = figures(screen(demo("all-green"), path="volume", rule="zscore"))
    assert days["layout"]["yaxis"]["title"]["text"] == "events per day"
    assert days["layout"]["xaxis2"]["title"]["text"] == "day"
    assert "Z-score" in days["layout"]["yaxis2"]["title"]["text"]
    assert hours["layout"]["yaxis"]["title"]["text"] == "events per hour"
    assert hours["layout"]["xaxis"]["title"]["text"] == "hour of the day (UTC)"
    limits = [shape["y0"] for shape in days["layout"]["shapes"] if shape["type"] == "line"]
    assert limits == [3.0, -3.0]


def test_the_expected_volume_is_what_is_drawn_first(demo: Demo, screen: Open) -> None:
    page = screen(demo("late-load"), path="volume")
    verdict = re.search(r"volume=(\d+) \(normal (\d+) to (\d+)\)", page.text)
    assert verdict is not None
    count, low, high = (f"{int(number):,}" for number in verdict.groups())
    drawn = figures(page)[DAYS]
    last = next(text for text in hovers(drawn) if "Sat 8 March" in text)
    assert f"{count} events" in last
    assert f"normal: {low} to {high}" in last
    assert "gate: RED for volume_expected" in last
    assert {"red above", "red below"} <= set(names_on(drawn))
    assert page.at.selectbox(key="filter:rule").value == ""


def test_a_day_without_events_is_hatched_with_the_reason(demo: Demo, screen: Open) -> None:
    folder = change(demo(), "DELETE FROM stg_events WHERE timestamp::DATE = DATE '2025-03-05'")
    page = screen(folder, path="volume")
    drawn = figures(page)[DAYS]
    gone = next(text for text in hovers(drawn) if "Wed 5 March" in text)
    assert "not in the baseline: no events" in gone
    assert "Hatched, ○: 1 day is not in the baseline" in page.text


def test_days_of_the_calendar_are_named(demo: Demo, screen: Open) -> None:
    folder = demo()
    config = folder / "andon.yml"
    config.write_text(
        config.read_text(encoding="utf-8")
        + "calendar:\n  days: [{name: '<b>Sale</b>', from: 2025-03-05, expect: 1.2}]\n"
        "  tracking_releases: [2025-03-06, 2020-01-01]\n",
        encoding="utf-8",
    )
    drawn = figures(screen(folder, path="volume"))[DAYS]
    sale = next(text for text in hovers(drawn) if "Wed 5 March" in text)
    assert "not in the baseline: &lt;b&gt;Sale&lt;/b&gt;" in sale
    assert any("Thu 6 March" in text and "▼ release" in text for text in hovers(drawn))


def test_parts_of_the_traffic_are_listed_by_how_far_they_moved(demo: Demo, screen: Open) -> None:
    folder = change(
        demo("all-green"),
        "DELETE FROM stg_events WHERE timestamp::DATE = DATE '2025-03-08' AND device = 'mobile'",
    )
    page = screen(folder, path="volume")
    assert "mostly device=mobile (" in page.text
    table = page.text.partition("Parts of the traffic")[2]
    assert table.index("mobile") < table.index("desktop")


def test_a_rule_that_is_not_there_is_said(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="volume", rule="prophet")
    assert "The link asks for rule for all events 'prophet'" in page.text


def test_silent_names_come_first_and_a_link_shows_one(demo: Demo, screen: Open) -> None:
    folder = demo("dead-checkout-pixel")
    page = screen(folder, path="volume", event="purchase")
    assert "Shown: 'purchase'." in page.text
    assert "No event from 00:00 to 24:00" in page.text
    drawn = figures(page)
    assert any("this name: no events" in text for text in hovers(drawn[DAYS]))
    assert names_on(drawn[NAMES])[0].startswith("<b>✗ no events</b>  purchase<br><b>0</b>")
    assert "✗ no events purchase 0" in page.text
    assert page.at.selectbox(key="filter:event").value == "purchase"


def test_an_event_name_that_is_not_there_is_said(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="volume", event="purchsae")
    assert "The link asks for event name 'purchsae', which is not found on this day" in page.text
    assert len(figures(page)) == 1  # the names to choose from; nothing as if nothing were asked


def test_a_choice_goes_to_the_address(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="volume")
    page.at.selectbox(key="filter:event").select("page_viewed")
    assert "Shown: 'page_viewed'." in page.run().text
    assert page.parameters["event"] in ("page_viewed", ["page_viewed"])


def test_a_hostile_name_is_text_everywhere(demo: Demo, screen: Open) -> None:
    folder = change(
        demo(),
        "INSERT INTO stg_events (timestamp, event_name) "
        "SELECT TIMESTAMP '2025-03-08 11:00', ? FROM range(50)",
        HOSTILE,
    )
    page = screen(folder, path="volume", event=HOSTILE)
    assert "<img" not in page.html
    assert f"+ new {HOSTILE} 50" in page.text
    for figure in figures(page):
        for text in [*hovers(figure), *names_on(figure)]:
            assert "<img" not in text
    assert "Shown:" in page.text


def test_a_table_without_events_says_why_nothing_is_drawn(demo: Demo, screen: Open) -> None:
    page = screen(change(demo(), "DELETE FROM stg_events"), path="volume")
    assert "No event in any hour." in page.text
    assert "No event name. There is no event on any of these days" in page.text


def test_a_time_column_without_hours_says_so(demo: Demo, screen: Open) -> None:
    folder = change(
        demo(),
        "CREATE TABLE by_day AS SELECT * REPLACE (CAST(timestamp AS DATE) AS timestamp) "
        "FROM stg_events",
    )
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("table: stg_events", "table: by_day"), encoding="utf-8")
    page = screen(folder, path="volume")
    assert "is a DATE without a time of day" in page.text
    assert len(figures(page)) == 2  # days and names are drawn all the same


@pytest.mark.parametrize(("date", "until"), [("2025-03-09", True), ("2025-03-08", False)])
def test_a_day_that_lasts_says_how_far_it_counts(
    demo: Demo, screen: Open, date: str, until: bool
) -> None:
    page = screen(demo(), path="volume", date=date)
    assert ("Every day counts up to 07:10" in page.text) is until


def test_a_locked_or_missing_warehouse_is_said(demo: Demo, screen: Open) -> None:
    folder = demo()
    (folder / "warehouse.duckdb").unlink()
    page = screen(folder, path="volume")
    assert "could not be read" in page.text
    assert figures(page) == []


def with_score(folder: Path, settings: str) -> Path:
    """The demo with other settings of the Z-score."""
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    assert text.count("{window_days: 7, alert_at: 3.0}") == 1
    config.write_text(text.replace("{window_days: 7, alert_at: 3.0}", settings), encoding="utf-8")
    return folder


def test_a_day_that_its_weekday_explains_warns_and_is_no_red_bar(demo: Demo, screen: Open) -> None:
    folder = with_score(demo("all-green"), "{alert_at: 1.0}")
    page = screen(folder, path="volume", rule="zscore")
    message = re.search(r"z=-[\d.]+ \(below 1.0\); a Saturday usually has ([\d,]+) to ([\d,]+)",
                        page.text)  # fmt: skip
    assert message is not None
    assert "AMBER volume_zscore" in page.text
    assert "nothing has to be repaired" in page.text
    low, high = message.groups()
    drawn = figures(page)[DAYS]
    saturday = next(text for text in hovers(drawn) if "Sat 8 March" in text)
    assert f"beyond ±1, amber only:<br>its weekday usually has {low} to {high}" in saturday
    assert "red at" not in saturday
    assert "amber only, by the weekday" in page.text.partition("What the rules detect")[2]


def test_by_the_plain_rule_the_same_day_is_red(demo: Demo, screen: Open) -> None:
    folder = with_score(demo("all-green"), "{alert_at: 1.0, weekday_explains: false}")
    page = screen(folder, path="volume", rule="zscore")
    assert "RED volume_zscore" in page.text
    saturday = next(text for text in hovers(figures(page)[DAYS]) if "Sat 8 March" in text)
    assert "red at ±1" in saturday
    assert "amber only" not in page.text


ALSO = re.compile(r"also: volume_zscore z=[\d.]+ \(below 3\.0\)")


@pytest.mark.parametrize("path", ["overview", "volume"])
def test_two_rules_of_one_rise_are_one_card(demo: Demo, screen: Open, path: str) -> None:
    page = screen(demo("loaded-twice"), path=path)
    (label,) = (each.label.replace("\\", "") for each in page.at.expander if "zscore" in each.label)
    assert ALSO.fullmatch(label)


def test_the_wall_names_the_second_rule_below_the_first(demo: Demo, screen: Open) -> None:
    page = screen(demo("loaded-twice"), path="review")
    assert ALSO.search(page.text)
    assert page.text.count("volume_zscore z=") == 1


def test_a_name_that_rests_on_a_weekday_is_shown_as_closed(demo: Demo, screen: Open) -> None:
    key = "without events, as in the weeks before"
    folder = demo("all-green")
    assert key not in screen(folder, path="volume").text
    change(
        folder,
        "DELETE FROM stg_events WHERE event_name = 'checkout_started' AND isodow(timestamp) = 6",
    )
    text = screen(folder, path="volume").text
    assert "■ closed on this weekday" in text
    assert key in text


def test_an_odd_stretch_that_is_over_is_proposed_for_the_calendar(
    tmp_path: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "now", lambda: MONDAY)
    low = "DELETE FROM events WHERE ts >= '2025-03-03' AND ts < '2025-03-08' AND hash(ts) % 10 > 3"
    page = screen(write_shop(tmp_path / "shop", low), path="volume")
    assert "Days at another level" in page.text
    assert "3 March to 7 March had 0.4 times the usual: add it?" in page.text
    (entry,) = page.at.code
    assert (
        'name: "why it was special", from: 2025-03-03, to: 2025-03-07, expect: 0.39' in entry.value
    )


def test_a_shop_without_such_days_proposes_nothing(
    tmp_path: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "now", lambda: MONDAY)
    page = screen(write_shop(tmp_path / "shop"), path="volume")
    assert "Days at another level" not in page.text


def test_the_rules_are_told_together_and_of_each_name(demo: Demo, screen: Open) -> None:
    page = screen(demo("dead-checkout-pixel"), path="volume")
    _, _, rules = page.text.partition("What the rules detect")
    rules, _, parts = rules.partition("Of each event name and value, beside the rest")
    for check in ("volume_expected", "volume_zscore", "event_volume", "volume_trend"):
        assert check in rules
    assert "All together" in rules
    assert "silent, usually" in rules
    assert "'page_viewed'" in parts
    assert "device=mobile" in parts
    assert re.search(r"-\d+ %", parts)
