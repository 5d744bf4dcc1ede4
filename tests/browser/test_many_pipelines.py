"""Several pipelines: none hides another, and what is chosen is in the address."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Demo
from tests.browser.screens import WALL, Screen
from tests.browser.served import Served
from tests.browser.test_accessible import violations
from tests.browser.test_review import _CUT_OFF, _SCROLLS, _SMALLEST

pytestmark = pytest.mark.browser
#: The first one configured is green, so that a page that shows the first one is wrong.
GREEN, RED = "aaa-green", "web-clickstream"
#: When the shown evaluation was made: it may be made again between two readings of a page.
_MOMENT = re.compile(r"evaluated .*? ago| at \d\d:\d\d UTC|Incident open for .*? min")
_WIDE = """() => [...document.querySelectorAll("[data-testid=stMain], html, body")]
  .map((one) => one.scrollWidth - innerWidth)"""


@pytest.fixture(scope="module")
def many(
    pristine: Demo, untouched: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A dashboard over a green pipeline, a red one, and a configuration that is broken."""
    folder = shutil.copytree(untouched, tmp_path_factory.mktemp("many") / "green")
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    for before, after in (
        (f"pipeline: {RED}", f"pipeline: {GREEN}"),
        ("alert_above: 0.05", "alert_above: 0.0599"),
        ("alert_above: 0,", "alert_above: 10,"),
    ):
        assert before in text
        text = text.replace(before, after)
    config.write_text(text, encoding="utf-8")
    Demo(folder, pristine.run).gate()
    broken = folder / "broken.yml"
    broken.write_text(text.replace(f"pipeline: {GREEN}", "pipeline: broken"), encoding="utf-8")
    server = Served(tmp_path_factory.mktemp("served-many"), config, pristine.config, broken)
    # Only a configuration that was whole when the server started can be broken.
    broken.write_text("pipeline: 7\n", encoding="utf-8")
    yield server
    server.stop()
    assert server.complaints == ""


@pytest.fixture
def board(many: Served, visit: Callable[..., Screen]) -> Screen:
    """A visitor of that dashboard."""
    return visit(many)


def words(screen: Screen) -> str:
    """What the page says, but when."""
    screen.wait_until_still()
    shown = screen.page.locator('[data-testid="stMain"]').inner_text()
    chosen = [
        each.input_value()
        for each in screen.page.get_by_role("combobox").all()
        if each.is_visible()
    ]
    return _MOMENT.sub("", f"{shown} {chosen}")


def test_the_worst_is_first_and_a_click_is_in_the_address(board: Screen) -> None:
    board.open()
    names = board.page.locator(".b-rows h2")
    expect(names).to_have_count(3)
    expect(names.first).to_contain_text(RED)
    expect(names.last).to_contain_text(GREEN)
    board.page.evaluate("window.loadedOnce = true")
    names.first.get_by_role("link").click()
    board.wait_until(lambda it: it.parameters == {"pipeline": RED}, "the pipeline's address")
    board.says("now: ✗RED")
    before = words(board)
    assert board.page.evaluate("window.loadedOnce")
    board.reload()
    assert words(board) == before
    board.page.go_back()
    expect(names).to_have_count(3)
    assert board.parameters == {}


def test_a_lamp_opens_its_day(board: Screen, pristine: Demo) -> None:
    board.open()
    lamp = board.page.locator(".b-rows .lamps").first.locator("a").nth(-3)
    href = lamp.get_attribute("href") or ""
    lamp.click()
    board.wait_until(lambda it: "date" in it.parameters, "the day")
    assert board.page.url.endswith(href.removeprefix("./"))
    expect(board.page.locator(".a-day")).not_to_have_text("")
    board.page.get_by_role("link", name="Latest:").click()
    board.wait_until(lambda it: "date" not in it.parameters, "the latest day")
    assert board.parameters == {"pipeline": RED}


def test_the_lamps_of_a_row_are_one_stop_of_the_keyboard(board: Screen) -> None:
    board.open()
    board.page.locator(".b-rows .lamps a[tabindex='0']").first.focus()
    board.page.keyboard.press("ArrowLeft")
    board.page.keyboard.press("ArrowLeft")
    day = board.page.evaluate("document.activeElement.getAttribute('aria-label')")
    board.page.keyboard.press("Enter")
    board.wait_until(lambda it: "date" in it.parameters, "the day")
    shown = re.sub(r"^.*?, |: .*$", "", day)
    expect(board.page.locator(".a-day")).to_have_text(shown)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_chosen_a_reload_shows_the_same(
    board: Screen, pristine: Demo, seed: int
) -> None:
    random = Random(seed)  # noqa: S311  (clicks, no secrets)
    path = random.choice(["", "quarantine", "volume", "orphan-orders", "runs", "revenue"])
    board.open(path)
    expect(board.page.locator(".b-rows h2")).to_have_count(3)

    def chosen() -> list[Locator]:
        page = board.page
        lamps = page.locator(".b-rows .lamps a, .board button")
        arrows = page.locator(".st-key-andon-days button:enabled")
        links = page.locator(".b-rows h2 a, .st-key-andon-days a, .st-key-andon-bar a")
        return [each for kind in (lamps, arrows, links) for each in kind.all() if each.is_visible()]

    for step in range(6):
        before = board.page.url
        target = random.choice(chosen())
        label = target.get_attribute("aria-label") or target.inner_text()
        target.click()
        board.page.wait_for_timeout(400)
        board.drawn()
        if board.path == WALL:
            board.page.go_back()
            board.drawn()
            continue
        shown = words(board)
        board.reload()
        assert words(board) == shown, f"step {step}: {label} at {before}"


def test_a_chosen_filter_stays_and_the_bars_own_link_takes_it_away(
    board: Screen, pristine: Demo
) -> None:
    board.open("orphan-orders", pipeline=RED, date=pristine.day, kind="no_session_id")
    board.lets_choose("Kind", "no session id")
    board.bar.get_by_role("link", name="Orphan orders").click()
    board.lets_choose("Kind", "All")
    assert board.parameters == {"pipeline": RED, "date": str(pristine.day)}
    board.reload()
    board.lets_choose("Kind", "All")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_wall_are_accessible(
    many: Served, visit: Callable[..., Screen], scheme: Literal["light", "dark"]
) -> None:
    screen = visit(many, color_scheme=scheme)
    found: dict[str, Any] = {}
    for path, parameters in (
        ("", {}), ("", {"pipeline": "none"}), ("volume", {}), (WALL, {}), (WALL, {"pipeline": RED}),
        (WALL, {"pipeline": GREEN}), (WALL, {"pipeline": GREEN, "date": "2019-05-05"}),
    ):  # fmt: skip
        screen.open(path, **parameters)
        screen.wait_until_still()
        found[f"{path} {parameters}"] = violations(screen)
    assert {page: listed for page, listed in found.items() if listed} == {}


def test_the_wall_of_all_fits_and_can_be_read(board: Screen) -> None:
    board.page.set_viewport_size({"width": 1920, "height": 1080})
    board.open(WALL, embed="true")
    expect(board.page.locator(".w-tile")).to_have_count(3)
    board.says("evaluated ")
    board.wait_until_still()
    assert board.page.evaluate(_SCROLLS) == []
    assert board.page.evaluate(_CUT_OFF) == []
    assert board.page.evaluate(_SMALLEST) >= 0.022


@pytest.mark.parametrize("path", ["", "quarantine", "volume", "runs", WALL])
@pytest.mark.parametrize("pipeline", [None, RED, GREEN])
def test_nothing_is_sideways_on_a_phone(
    many: Served, visit: Callable[..., Screen], path: str, pipeline: str | None
) -> None:
    screen = visit(many, viewport={"width": 390, "height": 844})
    screen.open(path, **({"pipeline": pipeline} if pipeline else {}))
    screen.wait_until_still()
    assert max(screen.page.evaluate(_WIDE)) <= 0
    strip = screen.page.locator(".board")
    if path and path != WALL and pipeline:
        current = strip.first.locator('[aria-current="date"]')
        box = current.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= 390 - box["width"]
    if path == WALL:
        smallest = screen.page.evaluate(_SMALLEST) * 844
        assert smallest >= 12


def test_the_head_is_two_lines(board: Screen, pristine: Demo) -> None:
    board.page.set_viewport_size({"width": 1440, "height": 900})
    for path in ("", "quarantine", "history"):
        board.open(path, pipeline=RED, date=pristine.day)
        board.wait_until_still()
        verdict = board.page.locator(".a-verdict").bounding_box()
        assert verdict is not None
        assert verdict["y"] + verdict["height"] <= 112


def test_print_ends_with_the_page(board: Screen) -> None:
    board.open("", pipeline=RED)
    board.wait_until_still()
    pages = board.page.pdf(format="A4").count(b"/Type /Page\n")
    height = board.page.evaluate(
        "document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"
    )
    assert 1 <= pages <= 1 + height // 900
