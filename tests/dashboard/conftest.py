"""The app without a browser: Streamlit's own test driver over small demos, at a fixed time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from checks import DataMonitor, load_config
from checks.demo import SCENARIOS, write_demo
from checks.demo.shapes import NIGHTLY
from tests.dashboard.screen import Screen

#: The demo's last run, and the moment at which the tests look.
RUN = date(2025, 3, 9)
DAY = date(2025, 3, 8)
NOW = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
GATE_AT = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)
#: The scenarios whose last run is on that day, at that time.
NIGHTLY_SCENARIOS = tuple(name for name, each in SCENARIOS.items() if each.shape is NIGHTLY)


@pytest.fixture(scope="session")
def written_demos(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A small demo of each scenario, written once: a folder that nobody may change."""
    made: dict[str, Path] = {}

    def demo(scenario: str) -> Path:
        if scenario not in made:
            folder = tmp_path_factory.mktemp(scenario) / "demo"
            write_demo(
                folder, today=RUN, scenario=scenario, days=40, events_per_day=2500, backfill_days=10
            )
            DataMonitor(load_config(folder / "andon.yml")).run(date=RUN, now=GATE_AT, record=True)
            made[scenario] = folder
        return made[scenario]

    return demo


@pytest.fixture
def demo(written_demos: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a demo's folder for this test; the gate ran at 06:12 UTC on the run date."""

    def copied_demo(scenario: str = "missing-identity") -> Path:
        folder = tmp_path / scenario
        if not folder.exists():
            shutil.copytree(written_demos(scenario), folder)
        return folder

    return copied_demo


@pytest.fixture(scope="session", autouse=True)
def components_looked_for_once() -> Iterator[None]:
    """Streamlit looks through all installed packages for components at each start of the app."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Screen]]:
    """Opens a page of the app for some configurations, at `NOW`."""
    import streamlit as st

    from dashboard import data, garbage_collection
    from dashboard.data import kept
    from dashboard.server import people

    monkeypatch.setattr(data, "now", lambda: NOW)
    # Once a minute in a server; after each clearing of the caches, a fifth of the tests' time.
    monkeypatch.setattr(garbage_collection, "freeze_survivors", lambda: None)
    # The test driver has no request: as a browser on the machine itself sends one.
    monkeypatch.setattr(people, "listens_at", lambda: "127.0.0.1")
    monkeypatch.setattr(people, "request_headers", lambda: {"Host": "localhost:8501"})
    monkeypatch.delenv("ANDON_CONFIG", raising=False)
    monkeypatch.delenv("ANDON_REQUIRE_SIGN_IN", raising=False)

    def clear_caches() -> None:
        st.cache_resource.clear()
        kept._LAST_GOOD.clear()

    def open_page(*configs: Path, path: str = "overview", **parameters: str) -> Screen:
        clear_caches()
        files = [str(config / "andon.yml" if config.is_dir() else config) for config in configs]
        monkeypatch.setenv("ANDON_CONFIGS", ":".join(files))
        return Screen(path, parameters)

    yield open_page
    clear_caches()
