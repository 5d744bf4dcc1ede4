"""Times on screen and in files are the shop's, wherever the warehouse's clock stands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import streamlit

from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
Files = dict[str, list[dict[str, str]]]
BERLIN = "Europe/Berlin"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What the pages that are opened offer for download: rows by the file's name."""
    offered: Files = {}
    draw = streamlit.download_button

    def keep(label: str, data: bytes, file_name: str, **more: Any) -> bool:
        offered[file_name] = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        return draw(label, data, file_name, **more)

    monkeypatch.setattr(streamlit, "download_button", keep)
    return offered


def in_zone(folder: Path, zone: str, *statements: str) -> Path:
    """Move the shop; its warehouse stores UTC as before."""
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    assert "timezone: UTC" in text
    file.write_text(text.replace("timezone: UTC", f"timezone: {zone}"), encoding="utf-8")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
    return folder


def load(source: str, at: str) -> str:
    return (
        "INSERT INTO pipeline_logs "
        "(filename, run_timestamp, rows_read, rows_inserted, rows_quarantined, status) "
        f"VALUES ('{source}', TIMESTAMP '{at}', 1000, 1000, 10, 'success')"
    )


def stored(folder: Path, query: str) -> dict[str, datetime]:
    """Times by id, as the warehouse has them."""
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return {name: at.replace(tzinfo=UTC) for name, at in connection.execute(query).fetchall()}


@pytest.mark.parametrize(
    ("zone", "late", "shown"),
    [
        (BERLIN, "2025-03-08 23:30", "2025-03-09 00:30:00"),
        ("America/New_York", "2025-03-09 06:30", "2025-03-09 01:30:00"),
        ("UTC", "2025-03-09 06:30", "2025-03-09 06:30:00"),
    ],
)
def test_loads_by_the_shops_clock(
    demo: Demo, screen: Open, zone: str, late: str, shown: str
) -> None:
    page = screen(in_zone(demo(), zone, load("app.csv", late)), path="runs", date="2025-03-08")
    assert f"Ran at ({zone})" in page.text
    assert f"✓ ended well success {shown} yes" in page.text


def test_missing_sources_by_the_shops_clock(demo: Demo, screen: Open) -> None:
    page = screen(in_zone(demo("no-run"), BERLIN), path="runs")
    assert f"At ({BERLIN})" in page.text
    # Stored: 05:38:26 UTC. Both columns are of the same clock.
    row = "events_20250307.csv 2025-03-08 06:38:26 35 of 35 run days 06:39 – missing"
    assert row in page.text


def test_arrivals_by_the_shops_clock(demo: Demo, screen: Open) -> None:
    page = screen(in_zone(demo(), BERLIN, load("app.csv", "2025-03-08 23:30")), path="runs")
    arrivals = json.loads(page.at.get("plotly_chart")[1].proto.spec)
    assert arrivals["layout"]["yaxis"]["title"]["text"] == f"time of day ({BERLIN})"
    (first,) = [trace for trace in arrivals["data"] if trace.get("name") == "first load"]
    assert first["y"][-1] == 30
    assert "first 00:30:00, last 06:38:25" in first["hovertext"][-1]
    assert [annotation["text"] for annotation in arrivals["layout"]["annotations"]] == [
        "usual last load 06:38"
    ]


def test_many_loads_in_a_file(demo: Demo, screen: Open, files: Files) -> None:
    many = (load(f"s{n}.csv", f"2025-03-09 02:{n % 60:02}") for n in range(60))
    page = screen(in_zone(demo(), BERLIN, *many), path="runs")
    shown = {row[0]: row[8] for row in page.at.dataframe[0].value.values.tolist()}
    assert shown["s7.csv"] == "2025-03-09 03:07:00"
    rows = {row["Source"]: row for row in files["web-clickstream-runs-2025-03-08.csv"]}
    assert rows["s7.csv"][f"Ran at ({BERLIN})"] == "2025-03-09T03:07:00+01:00"


def test_orphans_by_the_shops_clock(demo: Demo, screen: Open, files: Files) -> None:
    folder = in_zone(demo("orphan-orders"), BERLIN)
    known = stored(folder, "SELECT transaction_id, purchase_time FROM fct_attribution")
    page = screen(folder, path="orphan-orders", kind="no_session_id")
    shown = {row[0]: row[1] for row in page.at.dataframe[0].value.values.tolist()}
    assert len(shown) == 2
    for order, text in shown.items():
        assert text == f"{known[order] + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    for row in files["web-clickstream-orphan-orders-2025-03-08.csv"]:
        at = row[f"Time ({BERLIN})"]
        assert at.endswith("+01:00")
        assert datetime.fromisoformat(at) == known[row["Order id"]]


def test_a_day_without_a_time_stays_that_day(demo: Demo, screen: Open, files: Files) -> None:
    days = "ALTER TABLE fct_attribution ALTER purchase_time TYPE DATE"
    folder = in_zone(demo("orphan-orders"), BERLIN, days)
    page = screen(folder, path="orphan-orders", kind="no_session_id")
    shown = {row[1] for row in page.at.dataframe[0].value.values.tolist()}
    assert shown == {"2025-03-08"}
    (rows,) = files.values()
    assert {row[f"Time ({BERLIN})"] for row in rows} == {"2025-03-08"}


@pytest.mark.parametrize(
    ("scenario", "path"),
    [
        ("missing-identity", "quarantine"),
        ("lost-revenue", "revenue"),
        ("orphan-orders", "orphan-orders"),
    ],
)
def test_files_are_named_after_pipeline_page_and_day(
    demo: Demo, screen: Open, files: Files, scenario: str, path: str
) -> None:
    folder = demo(scenario)
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("pipeline: web-clickstream", "pipeline: Web Shop/2"))
    screen(folder, path=path)
    assert list(files) == [f"web-shop-2-{path}-2025-03-08.csv"]
