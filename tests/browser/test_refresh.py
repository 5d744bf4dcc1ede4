"""The page renews itself: news, a locked warehouse, a server that goes and comes back."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Demo
from tests.browser.screens import PATIENCE, WALL, Screen
from tests.browser.served import Served

pytestmark = pytest.mark.browser
DIFFER = "Gate and now differ."
#: Lost when the page is loaded again.
_MARK = "window.loadedOnce = true"
_WRITER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def renewed(own_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard over a demo of this file's own that looks again every five seconds."""
    with own_demo.config.open("a", encoding="utf-8") as config:
        config.write("\ndashboard: {refresh_seconds: 5}\n")
    server = Served(tmp_path_factory.mktemp("renewed"), own_demo.config)
    yield server
    server.stop()
    assert server.complaints == ""


@contextmanager
def writing(warehouse: Path) -> Iterator[None]:
    """A writer of another process holds the warehouse."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(warehouse)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as writer:  # fmt: skip
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        try:
            yield
        finally:
            writer.stdin.close()
            writer.wait()


_REPAIR = """
import sys, time, duckdb
while True:
    try:
        connection = duckdb.connect(sys.argv[1])
        break
    except duckdb.IOException:  # the dashboard is reading
        time.sleep(0.01)
connection.execute("BEGIN")
orphans = [row[0] for row in connection.execute(
    "SELECT transaction_id FROM fct_attribution ANTI JOIN dim_sessions "
    "ON session_id = lc_session_id"
).fetchall()]
for table in ("fct_attribution", "stg_events"):
    connection.execute(f"DELETE FROM {table} WHERE list_contains($1, transaction_id)", [orphans])
connection.execute("COMMIT")
"""


def repair(demo: Demo) -> None:
    """Take orphan orders and their purchases out of the warehouse."""
    warehouse = str(demo.folder / "warehouse.duckdb")
    command = [sys.executable, "-c", _REPAIR, warehouse]
    subprocess.run(command, check=True, timeout=PATIENCE / 1000)


def test_a_repair_and_the_next_gate_show_by_themselves(
    renewed: Served, own_demo: Demo, visit: Callable[..., Screen]
) -> None:
    screen = visit(renewed)
    screen.open()
    screen.page.evaluate(_MARK)
    screen.says("2 of 12 checks failed")
    screen.lacks(DIFFER)
    repair(own_demo)
    screen.says(DIFFER)
    expect(screen.page.locator(".a-note.differ")).to_contain_text("orphan_orders")
    screen.says("1 of 12 checks failed")
    own_demo.gate()
    screen.lacks(DIFFER)
    expect(screen.page.locator(".a-status")).to_contain_text(re.compile("gate: .*, 2 runs", re.S))
    assert screen.page.evaluate("window.loadedOnce")


def test_a_locked_warehouse_is_told_and_the_last_numbers_stay(
    renewed: Served, own_demo: Demo, visit: Callable[..., Screen]
) -> None:
    screen = visit(renewed)
    screen.open()
    screen.says("checks failed")
    before = screen.page.locator(".a-verdict").inner_text()
    with writing(own_demo.folder / "warehouse.duckdb"):
        screen.says("The warehouse is locked by its writer: these are the numbers of")
        assert screen.page.locator(".a-verdict").inner_text() == before
        expect(screen.page.locator('[class*="st-key-card-s-unknown"]')).to_have_count(0)
        # A new visitor sees them too; what was never read before is an error, and never empty.
        screen.go("Orphan orders")
        screen.says("The warehouse is locked by its writer: these are the numbers of")
        screen.says("locked by its writer for over 1 s")
    screen.lacks("locked by its writer")


def test_a_server_that_went_makes_the_numbers_stale_and_comes_back_by_itself(
    renewed: Served, visit: Callable[..., Screen]
) -> None:
    screens = [visit(renewed), visit(renewed, viewport={"width": 1920, "height": 1080})]
    for screen, path in zip(screens, ("", WALL), strict=True):
        screen.open(path)
        screen.page.evaluate(_MARK)
        screen.says("evaluated ")
        # The browser's console reports that nobody answers.
        screen.expected += ["ERR_CONNECTION", "WebSocket", "server", "Client Error"]
    renewed.stop()
    for screen in screens:
        age = screen.page.locator(".age")
        expect(age).to_have_class(re.compile(r"\bstale\b"))
        expect(age).to_contain_text("STALE: these numbers are")
        # The numbers are still shown.
        expect(screen.page.locator(".a-verdict, .wall").first).to_contain_text("checks failed")
    renewed.restart()
    for screen in screens:
        expect(screen.page.locator(".age")).to_contain_text("evaluated ")
        expect(screen.page.locator(".age")).not_to_have_class(re.compile(r"\bstale\b"))
        expect(screen.page.get_by_role("dialog")).to_have_count(0)
        assert screen.page.evaluate("window.loadedOnce")
