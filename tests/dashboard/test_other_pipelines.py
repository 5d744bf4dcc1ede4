"""Every page of the demos of other kinds of pipelines: it draws, on the day of the last run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.core.model import Status
from checks.demo import SCENARIOS, DemoResult, write_demo
from checks.monitor import DataMonitor
from dashboard.navigation import titles
from tests.dashboard.conftest import NIGHTLY_SCENARIOS, NOW
from tests.dashboard.screen import Screen

Open = Callable[..., Screen]
OTHERS = [name for name in SCENARIOS if name not in NIGHTLY_SCENARIOS]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], DemoResult]:
    """A small demo of each other kind, written once, with the gate of its last run."""
    made: dict[str, DemoResult] = {}

    def demo(scenario: str) -> DemoResult:
        if scenario not in made:
            folder = tmp_path_factory.mktemp(scenario) / "demo"
            made[scenario] = write_demo(
                folder, today=NOW.date(), scenario=scenario, days=40, events_per_day=2500,
                backfill_days=3, now=NOW,
            )  # fmt: skip
            gate_at = SCENARIOS[scenario].shape.judged_at(made[scenario].run_date)
            DataMonitor(made[scenario].config).run(now=gate_at, record=True)
        return made[scenario]

    return demo


@pytest.mark.parametrize("scenario", OTHERS)
@pytest.mark.parametrize("path", tuple(titles()))
def test_a_page_of_another_pipeline(
    path: str, scenario: str, written: Callable[[str], DemoResult], screen: Open, tmp_path: Path
) -> None:
    demo = written(scenario)
    shutil.copytree(demo.folder, tmp_path / "demo")
    page = screen(tmp_path / "demo", path=path, date=str(demo.data_date))
    assert f"{demo.data_date.day} March" in page.text
    assert not page.at.error
    if path == "overview":
        assert Status.RED.upper() in page.text
        assert all(f"✗ RED {check} " in page.text for check in SCENARIOS[scenario].expected_red)
