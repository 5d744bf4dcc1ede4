"""What every chart by day shows besides its numbers: waivers, the calendar, releases; no data."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks import DataMonitor, Status, load_config
from checks.history import open_history
from dashboard.charts.marks import Kind, Mark
from dashboard.components import wall_bars
from tests.dashboard.conftest import DAY, GATE_AT, NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
#: The first figure by day of each page, and the scenario in which its check fails.
CHARTS = {
    "quarantine": ("missing-identity", "quarantine_rate", 0),
    "volume": ("late-load", "volume_expected", 0),
    "revenue": ("lost-revenue", "missing_revenue", 0),
}


def figure(page: Screen, index: int = 0) -> dict[str, Any]:
    drawn: dict[str, Any] = json.loads(page.at.get("plotly_chart")[index].proto.spec)
    return drawn


def bars(drawn: dict[str, Any]) -> dict[str, Any]:
    """The bars of the days themselves, which have a pattern."""
    return next(
        trace for trace in drawn["data"]
        if trace["type"] == "bar" and "pattern" in trace.get("marker", {})
    )  # fmt: skip


def record_day(folder: Path, run_date: date) -> None:
    """Record the gate of an earlier run date, so that the history begins there."""
    DataMonitor(load_config(folder / "andon.yml")).run(
        date=run_date, now=datetime.combine(run_date, time(6, 12), UTC), record=True
    )


def signs(drawn: dict[str, Any]) -> list[tuple[str, str]]:
    notes = drawn["layout"].get("annotations", ())
    return [(note["text"], note.get("hovertext", "")) for note in notes]


def waive(folder: Path, check: str) -> None:
    config = load_config(folder / "andon.yml")
    open_history(config.history).give_waiver(
        pipeline=config.pipeline, check=check, owner="ana", reason="known", until=RUN,
        up_to=None, data_date=DAY, now=GATE_AT,
    )  # fmt: skip
    DataMonitor(config).run(date=RUN, now=NOW, record=True)


def change_config(folder: Path, text: str) -> Path:
    file = folder / "andon.yml"
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("path", CHARTS)
def test_a_waived_day_looks_waived(path: str, demo: Demo, screen: Open) -> None:
    scenario, check, index = CHARTS[path]
    folder = demo(scenario)
    red = bars(figure(screen(folder, path=path), index))
    waive(folder, check)
    drawn = figure(screen(folder, path=path), index)
    waived = bars(drawn)
    assert (red["marker"]["pattern"]["shape"][-1], waived["marker"]["pattern"]["shape"][-1]) == (
        "", ".",
    )  # fmt: skip
    assert waived["marker"]["color"][-1] != red["marker"]["color"][-1]
    assert waived["marker"]["line"]["width"][-1] > 0
    assert verdict_glyphs(drawn)[-1] == "<b>~</b>"


def test_a_waived_day_of_orphans_looks_waived(demo: Demo, screen: Open) -> None:
    folder = demo()
    waive(folder, "orphan_orders")
    drawn = figure(screen(folder, path="orphan-orders"))
    assert verdict_glyphs(drawn) == ["<b>~</b>"]


def test_a_waived_day_of_the_wall_looks_waived() -> None:
    statuses = (Status.WAIVED, Status.RED, Status.GREEN)
    days = tuple(wall_bars.Bar(DAY, 1.0, status) for status in statuses)
    drawn = str(wall_bars.markup(wall_bars.Bars("x", "1", days)))
    assert [drawn.count(f'<i class="{word}">') for word in ("waived", "failed")] == [1, 1]
    assert drawn.count("<i>") == 1


CALENDAR = (
    "\ncalendar:\n  days: [{name: <b>Sale</b>, from: 2025-03-04, to: 2025-03-05}]\n"
    "  tracking_releases: [2025-03-03]\n"
)
#: Each page with figures by day, with the figure's place on it and the check that it is about.
FIGURES = [
    ("quarantine", 0, "quarantine_rate"), ("volume", 0, "volume_expected"),
    ("volume", 2, "event_volume"), ("revenue", 0, "missing_revenue"),
    ("revenue", 1, "missing_revenue"), ("orphan-orders", 0, "orphan_orders"),
    ("orphan-orders", 1, "orphan_orders"), ("runs", 0, "run_status"),
    ("runs", 1, "log_entry_exists_today"), ("history", 0, "quarantine_rate"),
]  # fmt: skip


def glyphs(drawn: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(day, glyph, hover text) of each day that is marked; the glyph is empty but on the first."""
    return [
        point for trace in drawn["data"] if trace.get("mode") == "markers+text"
        for point in zip(trace["x"], trace["text"], trace["customdata"], strict=True)
    ]  # fmt: skip


def verdict_glyphs(drawn: dict[str, Any]) -> list[str]:
    """The glyphs above the bars."""
    return [
        text for trace in drawn["data"] if trace.get("mode") == "text" for text in trace["text"]
    ]  # fmt: skip


def row_names(drawn: dict[str, Any]) -> list[str]:
    """The names of the rows of marks."""
    names = [axis.get("ticktext", ()) for name, axis in drawn["layout"].items() if "yaxis" in name]
    return [name for row in names for name in row if name[0] in "▼□~≈"]


def give(folder: Path, check: str, first: date, until: date, reason: str = "known") -> int:
    config = load_config(folder / "andon.yml")
    given = open_history(config.history).give_waiver(
        config.pipeline, check, "ana", reason, until, None, first, GATE_AT
    )
    return given.id


@pytest.mark.parametrize(("path", "index", "check"), FIGURES)
def test_every_chart_by_day_has_releases_the_calendar_and_past_waivers(
    path: str, index: int, check: str, demo: Demo, screen: Open
) -> None:
    folder = change_config(demo(), CALENDAR)
    record_day(folder, date(2025, 3, 2))
    give(folder, check, date(2025, 3, 4), date(2025, 3, 7))
    drawn = figure(screen(folder, path=path, check=check), index)
    shown = [(day, glyph) for day, glyph, _ in glyphs(drawn)]
    assert shown[:6] == [
        ("2025-03-03", "<b>▼</b>"), ("2025-03-04", "<b>□</b>"), ("2025-03-05", ""),
        ("2025-03-04", "<b>~</b>"), ("2025-03-05", ""), ("2025-03-06", ""),
    ]  # fmt: skip
    hovers = {(day, hover.split("<br>")[1]) for day, _, hover in glyphs(drawn)}
    assert ("2025-03-03", "▼ release: the tracking was changed") in hovers
    assert ("2025-03-05", "□ &lt;b&gt;Sale&lt;/b&gt;") in hovers
    assert ("2025-03-06", f"~ waiver of {check}") in hovers
    if (path, index) != ("volume", 2):  # the grid of small pictures has one line instead
        assert row_names(drawn) == ["▼ release", "□ special day", "~ waiver"]


def test_a_chart_without_marks_has_no_rows(demo: Demo, screen: Open) -> None:
    drawn = figure(screen(demo(), path="quarantine"))
    assert not glyphs(drawn)
    assert set(drawn["layout"]) & {"yaxis2", "meta"} == set()


def test_rows_are_below_the_bars_and_make_the_figure_higher(demo: Demo, screen: Open) -> None:
    plain = figure(screen(demo(), path="quarantine"))["layout"]
    folder = change_config(demo(), CALENDAR)
    marked = figure(screen(folder, path="quarantine"))["layout"]
    assert marked["height"] - plain["height"] > 2 * 12
    bottom, top = marked["yaxis2"]["domain"]
    assert (bottom, marked["yaxis"]["domain"]) == (0, [top, 1])
    assert marked["xaxis"]["anchor"] == "y2"


def test_rows_are_below_both_panels_of_the_zscore(demo: Demo, screen: Open) -> None:
    folder = change_config(demo(), CALENDAR)
    layout = figure(screen(folder, path="volume", rule="zscore"))["layout"]
    domains = [layout[axis]["domain"] for axis in ("yaxis3", "yaxis2", "yaxis")]
    assert domains == sorted(domains)
    assert domains[0][1] == domains[1][0] < domains[1][1] < domains[2][0]
    assert (layout["yaxis3"]["anchor"], layout["xaxis2"]["anchor"]) == ("x2", "y3")


def test_a_release_is_a_dotted_line_and_a_special_day_a_band(demo: Demo, screen: Open) -> None:
    folder = change_config(demo(), CALENDAR)
    shapes = figure(screen(folder, path="quarantine"))["layout"]["shapes"]
    lines = [shape for shape in shapes if shape.get("line", {}).get("dash") == "dot"]
    assert [shape["x0"][:10] for shape in lines] == ["2025-03-03"]
    bands = [shape["x0"] for shape in shapes if shape.get("opacity") == 0.1]
    assert bands == ["2025-03-03T12:00:00"]


def test_a_release_a_day_is_glyphs_only(demo: Demo, screen: Open) -> None:
    days = ", ".join(f"2025-02-{number:02}" for number in range(18, 29))
    folder = change_config(demo(), f"\ncalendar: {{tracking_releases: [{days}]}}\n")
    drawn = figure(screen(folder, path="quarantine"))
    assert len(glyphs(drawn)) == 11
    assert not [shape for shape in drawn["layout"]["shapes"] if "dot" in str(shape.get("line"))]


def test_a_revoked_waiver_is_drawn_until_its_revocation(demo: Demo, screen: Open) -> None:
    folder = demo()
    number = give(folder, "quarantine_rate", date(2025, 3, 2), RUN)
    config = load_config(folder / "andon.yml")
    revoked_at = datetime(2025, 3, 5, 8, tzinfo=UTC)
    open_history(config.history).revoke_waiver(number, config.pipeline, "mia", revoked_at)
    shown = glyphs(figure(screen(folder, path="quarantine")))
    assert [day for day, _, _ in shown] == ["2025-03-02", "2025-03-03", "2025-03-04"]
    assert all("revoked by mia on Wed 5 Mar 08:00" in hover for _, _, hover in shown)


def test_several_waivers_of_a_day_are_in_one_hover_text(demo: Demo, screen: Open) -> None:
    folder = demo()
    for number in range(5):
        give(folder, "quarantine_rate", date(2025, 3, 2), date(2025, 3, 4), f"reason {number}")
    (_, glyph, hover), (_, later, _) = glyphs(figure(screen(folder, path="quarantine")))
    assert (glyph, later) == ("<b>~</b>", "")
    assert [f"reason {number}" in hover for number in range(5)] == [True] * 3 + [False] * 2
    assert hover.endswith("<br>and 2 more")


def test_a_hostile_reason_is_text(demo: Demo, screen: Open) -> None:
    folder = demo()
    give(folder, "quarantine_rate", DAY, RUN, "<a href='x'>$x$</a> ask mia@example.com")
    ((_, _, hover),) = glyphs(figure(screen(folder, path="quarantine")))
    assert "&lt;a href='x'&gt;&#36;x&#36;&lt;/a&gt;" in hover
    assert "mia@" not in hover


def test_what_is_accepted_is_marked_in_the_chart_of_its_name_only(demo: Demo, screen: Open) -> None:
    folder = demo()
    config = load_config(folder / "andon.yml")
    open_history(config.history).accept(
        config.pipeline, "event_volume", "event", "purchase", "ana", "<b>ok</b>",
        date(2025, 3, 6), GATE_AT,
    )  # fmt: skip
    own = glyphs(figure(screen(folder, path="volume", event="purchase")))
    assert [(day, glyph) for day, glyph, _ in own] == [
        ("2025-03-06", "<b>≈</b>"), ("2025-03-07", ""), ("2025-03-08", ""),
    ]  # fmt: skip
    assert "by ana, from Thu 6 Mar on<br>“&lt;b&gt;ok&lt;/b&gt;”" in own[0][2]
    assert not glyphs(figure(screen(folder, path="volume", event="page_viewed")))
    grid = figure(screen(folder, path="volume"), 2)
    assert [day for day, _, _ in glyphs(grid)] == ["2025-03-06", "2025-03-07", "2025-03-08"]
    assert "≈ accepted" in [text for text, _ in signs(grid)]


def test_marks_are_in_the_words_of_a_chart(demo: Demo, screen: Open) -> None:
    page = screen(change_config(demo(), CALENDAR), path="quarantine")
    words = page.at.get("plotly_chart")[0].proto.alt
    assert "Marked: release: the tracking was changed, Mon 3 Mar; " in words


def test_a_history_that_cannot_be_read_leaves_the_calendar(demo: Demo, screen: Open) -> None:
    folder = change_config(demo(), CALENDAR)
    for file in folder.glob("history.db*"):
        file.unlink()
    (folder / "history.db").write_text("no database", encoding="utf-8")
    drawn = figure(screen(folder, path="quarantine"))
    assert row_names(drawn) == ["▼ release", "□ special day"]


def test_the_wall_marks_its_bars() -> None:
    days = tuple(wall_bars.Bar(DAY - timedelta(days=n), 1.0, None) for n in (3, 2, 1, 0))
    marks = (
        Mark(Kind.RELEASE, days[0].day, days[0].day, ("release",)),
        Mark(Kind.SPECIAL_DAY, days[1].day, days[2].day, ("<b>Sale</b>",)),
        Mark(Kind.WAIVER, days[2].day, days[3].day, ("waiver of x",)),
    )
    drawn = str(wall_bars.markup(wall_bars.Bars("x", "1", days, marks=marks)))
    assert [drawn.count(f'<b class="{word}"></b>') for word in ("release", "special")] == [1, 2]
    assert '<em style="left:12.50%" class="release">▼</em>' in drawn
    assert '<s style="left:75.00%;width:25.00%" class="dashed"></s>' in drawn
    assert "<span>▼ release</span><span>□ special day</span><span>~ waiver</span>" in drawn
    assert "Marked: release, Wed 5 Mar; &lt;b&gt;Sale&lt;/b&gt;, Thu 6 Mar to Fri 7 Mar" in drawn


def test_the_wall_has_no_glyph_upon_another_of_its_kind() -> None:
    days = tuple(wall_bars.Bar(DAY - timedelta(days=n), 1.0, None) for n in range(29, -1, -1))
    marks = tuple(Mark(Kind.RELEASE, bar.day, bar.day, ("release",)) for bar in days)
    drawn = str(wall_bars.markup(wall_bars.Bars("x", "1", days, marks=marks)))
    assert drawn.count("<em ") == 10
    assert '<b class="release">' not in drawn


def test_the_wall_of_a_pipeline_has_marks(demo: Demo, screen: Open) -> None:
    folder = change_config(demo(), CALENDAR)
    give(folder, "quarantine_rate", date(2025, 3, 4), date(2025, 3, 7))
    page = screen(folder, path="review")
    assert "▼ release" in page.text
    assert "~ waiver" in page.text


def test_a_wall_without_marks_has_no_row_of_them() -> None:
    drawn = str(wall_bars.markup(wall_bars.Bars("x", "1", (wall_bars.Bar(DAY, 1.0, None),))))
    assert "marks" not in drawn
    assert "key" not in drawn


def test_a_day_before_all_data_has_no_empty_figure(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="volume", date="2024-06-01")
    assert "No event on any of these days." in page.text
    assert not page.at.get("plotly_chart")


def test_a_young_shop_fills_its_figure(demo: Demo, screen: Open) -> None:
    """Forty days of data, of the sixty that are drawn."""
    drawn = figure(screen(demo("all-green"), path="volume"))
    assert drawn["layout"]["xaxis"]["type"] == "date"
    assert drawn["layout"]["xaxis"]["range"][0].startswith("2025-01-2")
