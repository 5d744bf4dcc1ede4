"""axe finds nothing serious on any page, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import Demo
from tests.browser.screens import PAGES, WALL, Screen
from tests.browser.served import Served

pytestmark = pytest.mark.browser
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => [one.id, one.nodes.map((node) => [node.target.flat().join(" "),
    node.html.slice(0, 160), node.any.map((why) => why.message).join("; ").slice(0, 200)])])"""


def violations(screen: Screen) -> list[Any]:
    """What axe calls serious or critical on the page as it is, with the elements."""
    screen.page.evaluate(AXE_SCRIPT)
    violations: list[Any] = screen.page.evaluate(_RUN)
    return violations


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_violation(
    served: Served,
    visit: Callable[..., Screen],
    pristine: Demo,
    scheme: Literal["light", "dark"],
) -> None:
    screen = visit(served, color_scheme=scheme)
    screen.open(date=pristine.day)
    violations_by_page = {}
    for path, title in {**PAGES, WALL: "Review"}.items():
        screen.bar.get_by_role("link", name=title, exact=True).click()
        screen.wait_until(lambda it, path=path: it.path == path, "the page")
        screen.idle()
        if path not in ("", WALL):
            screen.page.locator(".js-plotly-plot svg.main-svg").first.wait_for(state="attached")
        violations_by_page[f"/{path}"] = violations(screen)
    assert {path: listed for path, listed in violations_by_page.items() if listed} == {}


def test_it_is_light_and_dark_as_the_system_is(
    served: Served, visit: Callable[..., Screen]
) -> None:
    papers = []
    for scheme in ("light", "dark"):
        screen = visit(served, color_scheme=scheme)
        screen.open()
        papers.append(
            screen.page.locator(".stApp").evaluate("it => getComputedStyle(it).backgroundColor")
        )
    assert papers == ["rgb(255, 255, 255)", "rgb(15, 18, 22)"]
