"""The page about runs: the log of the run date, missing sources, runs per day, arrivals."""

from __future__ import annotations

import json
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

HOSTILE = "crm=HYPERLINK(1)<b>[x](http://evil).csv"


def change(folder: Path, *statements: str) -> Path:
    """Change the demo's warehouse."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
    return folder


def load(source: str, minute: int, status: str = "success", read: str = "1000") -> str:
    """An entry on the run date."""
    return (
        "INSERT INTO pipeline_logs "
        "(filename, run_timestamp, rows_read, rows_inserted, rows_quarantined, status) "
        f"VALUES ('{source}', TIMESTAMP '2025-03-09 02:00' + INTERVAL {minute} MINUTE, "
        f"{read}, {read}, 10, '{status}')"
    )


def figures(page: Screen) -> list[dict[str, Any]]:
    """The page's figures as Plotly is given them."""
    return [json.loads(chart.proto.spec) for chart in page.at.get("plotly_chart")]


def hovers(figure: dict[str, Any]) -> str:
    return " ".join(text for trace in figure["data"] for text in trace.get("hovertext") or ())


def test_the_load_of_the_day(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="runs")
    assert "The loads of Sun 9 March 2025" in page.text
    assert "events_20250308.csv" in page.text
    assert "✓ ended well partial_failure" in page.text
    assert "5.8 % (above 5.0 %)" in page.text
    assert "No source is missing." in page.text


def test_reruns_failures_and_bad_values(demo: Demo, screen: Open) -> None:
    folder = change(
        demo(), load("app.csv", 0, "failed"), load("app.csv", 9), load(HOSTILE, 5, "odd", "NULL")
    )
    page = screen(folder, path="runs")
    assert "✗ failed failed 2025-03-09 02:00:00 no, replaced by a later entry" in page.text
    assert f"{HOSTILE} NULL – NULL 10 – ? not configured odd 2025-03-09 02:05:00 yes" in page.text
    assert page.text.index("odd 2025-03-09") < page.text.index("ended well")


def test_an_alerts_link_shows_the_failed_load_at_once(demo: Demo, screen: Open) -> None:
    folder = change(demo(), load("app.csv", 0, "failed"))
    page = screen(folder, path="runs", source="app.csv")
    loads = page.text.split("The loads of")[1].split("Missing sources")[0]
    assert "app.csv 1,000 – 1,000 10 1.0 % ✗ failed" in loads
    assert "events_20250308.csv" not in loads


@pytest.mark.parametrize(("name", "value"), [("source", "gone.csv"), ("ended", "nonsense")])
def test_a_filter_that_is_not_there_is_said(
    demo: Demo, screen: Open, name: str, value: str
) -> None:
    page = screen(demo(), path="runs", **{name: value})
    loads = page.text.split("The loads of")[1].split("Missing sources")[0]
    assert f"'{value}', which is not found on this day" in loads
    assert "2025-03-09" not in loads
    assert page.parameters[name] == value


def test_filtering_by_how_a_load_ended(demo: Demo, screen: Open) -> None:
    folder = change(demo(), load("app.csv", 0, "running"))
    page = screen(folder, path="runs", ended="running")
    loads = page.text.split("The loads of")[1].split("Missing sources")[0]
    assert "? not ended" in loads
    assert "events_20250308.csv" not in loads


def test_no_run_is_said_and_its_source_is_missing(demo: Demo, screen: Open) -> None:
    page = screen(demo("no-run"), path="runs")
    assert "The audit log has no entry on Sun 9 March 2025." in page.text
    assert "events_….csv events_20250307.csv" in page.text
    assert "35 of 35 run days 05:39 – missing" in page.text
    assert "No load yet, overdue by 91 min, later than on any of these days." not in page.text
    assert "No load yet, overdue by 1 h 32 min, later than on any of these days." in page.text
    bars, arrivals = figures(page)
    for figure in (bars, arrivals):
        assert "no audit-log entry yet" in hovers(figure)


def test_a_day_without_a_run_is_a_gap(demo: Demo, screen: Open) -> None:
    folder = change(
        demo(), "DELETE FROM pipeline_logs WHERE CAST(run_timestamp AS DATE) = DATE '2025-03-05'"
    )
    bars, arrivals = figures(screen(folder, path="runs"))
    for figure in (bars, arrivals):
        (gap,) = [trace for trace in figure["data"] if trace.get("name") == "no entry"]
        assert [str(day)[:10] for day in gap["x"]] == ["2025-03-04"]
        assert "the pipeline did not run" in gap["hovertext"][0]


def test_figures_have_titles_limits_and_exact_numbers(demo: Demo, screen: Open) -> None:
    bars, arrivals = figures(screen(demo(), path="runs"))
    assert bars["layout"]["yaxis"]["title"]["text"] == "audit-log entries"
    assert arrivals["layout"]["yaxis"]["title"]["text"] == "time of day (UTC)"
    assert {figure["layout"]["xaxis"]["title"]["text"] for figure in (bars, arrivals)} == {
        "data date"
    }
    assert "min 1" in [note["text"] for note in bars["layout"]["annotations"]]
    assert [n["text"] for n in arrivals["layout"]["annotations"]] == ["usual last load 05:38"]
    assert "run of Sun 9 March 2025<br>1 entry (ended well: 1)" in hovers(bars)


def test_what_is_not_mapped_is_said(demo: Demo, screen: Open) -> None:
    folder = demo()
    file = folder / "andon.yml"
    lines = file.read_text(encoding="utf-8").splitlines()
    unmapped = ("  source: filename", "  status: status", "  rows_inserted: rows_inserted")
    kept = [line for line in lines if not line.startswith(unmapped)]
    file.write_text("\n".join(kept).replace("checks:", "checks:\n  run_status: {enabled: false}"))
    page = screen(folder, path="runs")
    assert "run_status is disabled." in page.text
    assert "not mapped 1,163" not in page.text  # no number of another column in its place
    assert "Missing sources are not known." in page.text
    assert page.text.count("not mapped") >= 2


def test_a_log_that_cannot_be_read_is_no_empty_log(demo: Demo, screen: Open) -> None:
    page = screen(change(demo(), "DROP TABLE pipeline_logs"), path="runs")
    assert "This could not be read." in page.text
    assert "has no entry" not in page.text
    assert figures(page) == []


def test_many_loads_come_in_a_table_that_scrolls(demo: Demo, screen: Open) -> None:
    folder = change(demo(), *(load(f"s{n}.csv", n % 60) for n in range(60)))
    page = screen(folder, path="runs")
    assert len(page.at.dataframe[0].value) == 61


def test_which_of_several_entries_count_is_said(demo: Demo, screen: Open) -> None:
    lost = "UPDATE pipeline_logs SET run_timestamp = NULL WHERE filename = 'lost.csv'"
    folder = change(
        demo(), load("app", 0), load("app", 9), load("lost.csv", 5), lost,
        load("early.csv", 60 * 24 * 3650),
    )  # fmt: skip
    page = screen(folder, path="runs")
    assert "yes, the worse reading" in page.text
    assert "'app': set `audit_log.several` to `replace` or `add` in andon.yml" in page.text
    assert "1 entry has no time and belongs to no run date" in page.text
    assert "1 entry has a time after now and does not count" in page.text


# ---- scheduled runs


def scheduled(
    tmp_path: Path, screen: Open, monkeypatch: pytest.MonkeyPatch, *statements: str, **options: str
) -> Screen:
    """The page of a shop that runs on weekdays at 06:00, on Monday at 08:40."""
    file = write_shop(tmp_path / "shop", *statements, **options)
    monkeypatch.setattr(data, "now", lambda: datetime(2025, 3, 17, 7, 40, tzinfo=UTC))
    return screen(file, path="runs")


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    (named,) = [trace for trace in figure["data"] if trace.get("name") == name]
    return dict(named)


def test_each_run_is_told_to_be_in_time_late_or_missing(
    tmp_path: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = "UPDATE log SET ts = '2025-03-13 09:10' WHERE ts >= '2025-03-13' AND ts < '2025-03-14'"
    lost = "DELETE FROM log WHERE ts >= '2025-03-12' AND ts < '2025-03-13'"
    page = scheduled(tmp_path, screen, monkeypatch, late, lost)
    listed = page.text.split("Was each run in time?")[1]
    monday = "Monday 17 March Fri 14 Mar to Sun 16 Mar (3 days) ✓ in time 06:00 08:00 06:12"
    assert monday in listed
    assert "Thursday 13 March Wed 12 Mar ! late 3 h 10 late 06:00 08:00 09:10" in listed
    assert "Wednesday 12 March Tue 11 Mar ✗ missing 06:00 08:00 –" in listed
    assert "Saturday" not in listed
    assert "The run of Monday 17 March came at 06:12, in time: expected by 08:00." in page.text
    assert "the run of the 3 days from Fri 14 Mar to Sun 16 March 2025" in page.text


def test_the_arrivals_have_their_due_time_and_grace(
    tmp_path: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = "UPDATE log SET ts = '2025-03-13 09:10' WHERE ts >= '2025-03-13' AND ts < '2025-03-14'"
    bars, arrivals = figures(scheduled(tmp_path, screen, monkeypatch, late))
    assert set(trace(arrivals, "due")["y"]) == {360}
    assert set(trace(arrivals, "expected by")["y"]) == {480}
    assert [str(day)[:10] for day in trace(arrivals, "late")["x"]] == ["2025-03-12"]
    for figure in (bars, arrivals):
        unscheduled = trace(figure, "no run scheduled")
        assert {str(day)[:10] for day in unscheduled["x"]} >= {"2025-03-14", "2025-03-15"}
        assert "loaded by the run of Mon 17 March 2025" in " ".join(unscheduled["hovertext"])
        assert "no entry" not in [trace.get("name") for trace in figure["data"]]
    assert "loads Fri 14 Mar to Sun 16 Mar" in hovers(bars)


def test_days_that_no_run_loads_are_marked_as_such(
    tmp_path: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = scheduled(tmp_path, screen, monkeypatch, loads="one_day")
    for figure in figures(page):
        assert "no scheduled run loads this day" in hovers(figure)
        assert "did not run" not in hovers(figure)


def test_without_a_schedule_nothing_is_said_of_times(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="runs")
    assert "Was each run in time?" not in page.text
    for figure in figures(page):
        assert not {"due", "late", "no run scheduled"} & {t.get("name") for t in figure["data"]}
