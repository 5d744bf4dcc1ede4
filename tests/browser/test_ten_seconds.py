"""From an alert's link to what, since when, why, what to do and who is on it, without a scroll."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks import DataMonitor, load_config
from checks.demo import write_demo
from tests.browser.screens import Screen
from tests.browser.served import Served
from tests.moment import now, today

pytestmark = pytest.mark.browser
FOLD = 900
_FEW_ROWS, _ROW_PIXELS = 3, 35
#: What the first screen of each alert's page says: why, and what to do. What, since when and who
#: are asked of all.
FACTS = {
    "missing-identity": ("quarantine_rate", ("Shop app only: ", "load them again")),
    "dead-checkout-pixel": ("event_volume", ("'purchase' stopped on", "Test the tracking of")),
    "loaded-twice": (
        "volume_expected",
        ("Loaded twice: ", "the same 2,998 rows", "Remove the rows that"),
    ),
    "late-load": ("freshness", ("No event from 16:00 to 24:00", "Load the hours of")),
    "lost-revenue": ("missing_revenue", ("have no usable revenue", "repair the amount")),
    "orphan-orders": ("orphan_orders", ("7 orphans", "Repair the sessions")),
    "no-run": ("log_entry_exists_today", ("The load of", "did not run", "Start the load")),
}
#: The text of all elements that are at least partly within the first screen.
_TEXT = """fold => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange(), words = [];
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width && box.bottom > 0 && box.bottom <= fold) words.push(walker.currentNode.data);
  }
  return words.join(" ").replace(/\\s+/g, " ");
}"""


@pytest.fixture(scope="module", params=FACTS)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A dashboard over one scenario, with the alert's verdict of its last gate."""
    folder = tmp_path_factory.mktemp(request.param)
    demo = write_demo(
        folder / "demo", today=today(), scenario=request.param, days=40, events_per_day=3000,
        backfill_days=10,
    )  # fmt: skip
    config = load_config(demo.config)
    report = DataMonitor(config).run(date=demo.run_date, now=now(), record=True)
    server = Served(folder, Path(demo.config))
    yield request.param, report, server
    server.stop()


def test_the_first_screen_answers_every_question(scene: Any, visit: Callable[..., Screen]) -> None:
    scenario, report, server = scene
    check, facts = FACTS[scenario]
    verdict = next(each for each in report.checks if each.id == check)
    screen = visit(server, viewport={"width": 1440, "height": FOLD})
    page = next(c.page for c in _catalog() if c.id == check)
    screen.open(page, pipeline=report.pipeline, date=report.data_date, **verdict.facts.filters)
    screen.page.locator(".a-card-body").first.wait_for()
    text = screen.page.evaluate(_TEXT, FOLD)
    assert f"{check} {verdict.message}" in text  # what
    assert "RED" in text
    assert "red since the gate of" in text  # since when
    for fact in facts:  # why, and what to do
        assert fact in text
    assert "Nobody is on it" in text  # who
    assert "I am on it" in text
    first = screen.page.locator(".a-card-body").first
    assert check in first.inner_text()  # the alert's check comes first
    if scenario == "missing-identity":
        has_rows_of_the_cause(screen)


def has_rows_of_the_cause(screen: Screen) -> None:
    """Rows are within the first screen, and those are of the cause."""
    table = screen.page.locator('[data-testid="stDataFrame"]').first
    table.wait_for()
    screen.wait_until_still()
    box = table.bounding_box()
    assert box is not None
    assert box["y"] + _FEW_ROWS * _ROW_PIXELS < FOLD
    assert set(screen.cells(1)[:_FEW_ROWS]) == {"Shop app"}
    screen.says("The same in all rows")


def _catalog() -> Any:
    from checks.catalog import all_checks

    return all_checks()
