"""A real Chromium before a real `andon dashboard`, over a demo of a fixed day, at a set time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from checks import DataMonitor, load_config
from checks.demo import write_demo
from tests.browser.screens import Screen
from tests.browser.served import Served
from tests.moment import now, today

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Without Chromium's own network requests, which would look like requests of the page.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo's folder; `day` is the day that its last gate judged, `run` the day after."""

    folder: Path
    run: date

    @property
    def day(self) -> date:
        """The judged data date."""
        return self.run - timedelta(days=1)

    @property
    def config(self) -> Path:
        """Its `andon.yml`."""
        return self.folder / "andon.yml"

    def gate(self) -> None:
        """Judge the day again, now, and record it."""
        DataMonitor(load_config(self.config)).run(date=self.run, now=now(), record=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Without one the tests are skipped, and fail where CI is set."""
    configured = os.environ.get("ANDON_BROWSER")
    executable = (
        shutil.which(configured)
        if configured
        else next(filter(None, map(shutil.which, _NAMES)), None)
    )
    if executable is None:
        words = "there is no Chromium: install one, or name it in ANDON_BROWSER"
        if os.environ.get("CI") not in (None, "", "0", "false"):
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A small demo up to the tests' today, its gate recorded, 15 days of history.

    Not to be changed.
    """
    folder = tmp_path_factory.mktemp("browser") / "demo"
    written = write_demo(folder, today=today(), days=40, events_per_day=3000, backfill_days=15)
    demo = Demo(folder, written.run_date)
    demo.gate()
    return demo


@pytest.fixture(scope="session")
def untouched(pristine: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo made before any dashboard reads it, which creates temporary files."""
    folder = tmp_path_factory.mktemp("untouched") / "demo"
    shutil.copytree(pristine.folder, folder)
    return folder


@pytest.fixture(scope="session")
def served(
    pristine: Demo, untouched: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The dashboard over that demo, for tests that change nothing."""
    server = Served(tmp_path_factory.mktemp("served"), pristine.config)
    yield server
    server.stop()
    assert server.complaints == ""


@pytest.fixture(scope="module")
def own_demo(pristine: Demo, untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A copy of the demo that a file's tests may change."""
    folder = shutil.copytree(untouched, tmp_path_factory.mktemp("own") / "demo")
    return Demo(folder, pristine.run)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Screen]]:
    """Makes a fresh visitor of a dashboard: `visit(server, viewport=..., color_scheme=...)`."""
    visitors: list[Screen] = []

    def new(server: Served, **options: Any) -> Screen:
        settings = {"viewport": {"width": 1366, "height": 900}, "accept_downloads": True}
        context = browser.new_context(**(settings | options))
        visitors.append(Screen(context.new_page(), server.url))
        return visitors[-1]

    yield new
    for visitor in visitors:
        visitor.page.context.close()
    for visitor in visitors:
        visitor.check()


@pytest.fixture
def screen(served: Served, visit: Callable[..., Screen]) -> Screen:
    """A visitor of the unchanged demo."""
    return visit(served)
