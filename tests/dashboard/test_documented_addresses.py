"""docs/dashboard.md names the parameters of every page, and none that it does not ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import address
from dashboard.navigation import HOME, titles
from tests.dashboard.screen import Screen
from tests.project.test_documentation import rows


@pytest.mark.parametrize("path", titles())
def test_the_guide_names_the_parameters_that_a_page_asks_for(
    path: str,
    demo: Callable[[str], Path],
    screen: Callable[..., Screen],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    requested: set[str] = set()
    parameter = address.parameter

    def noted(name: str) -> str | None:
        requested.add(name)
        return parameter(name)

    monkeypatch.setattr(address, "parameter", noted)
    screen(demo("missing-identity"), path=path, date="2025-03-08")
    documented = rows()["/" if path == HOME else f"/{path}"][1]
    assert requested == documented | {address.PIPELINE, address.DAY}
