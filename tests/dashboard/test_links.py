"""Every link of a verdict opens a page on which that check comes first, in every scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from checks import DataMonitor, Report, Status, Verdict, load_config
from checks.catalog import all_checks
from checks.core.model import FAILING
from dashboard.causes import cause_words, lead_words
from tests.dashboard.conftest import NIGHTLY_SCENARIOS, NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
IDS = [check.id for check in all_checks()]


def report_with_links(folder: Path) -> Report:
    config = load_config(folder / "andon.yml")
    config = replace(config, dashboard=replace(config.dashboard, url="http://board"))
    return DataMonitor(config).run(date=RUN, now=NOW)


def failing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.status in FAILING]


def first_check(page: Screen) -> str:
    """The id that stands first on the page, below its head."""
    cards = page.html[page.html.index("a-line") :]
    return min((cards.index(f">{id_}<"), id_) for id_ in IDS if f">{id_}<" in cards)[1]


@pytest.mark.parametrize("scenario", NIGHTLY_SCENARIOS)
def test_a_link_opens_its_check_first(scenario: str, demo: Demo, screen: Open) -> None:
    """All twelve of a green day; in other scenarios each alert: opening a page takes seconds."""
    folder = demo(scenario)
    verdicts = report_with_links(folder).checks
    for verdict in verdicts if scenario == "all-green" else failing(verdicts):
        assert verdict.link is not None
        address = urlsplit(verdict.link)
        page = screen(folder, path=address.path.strip("/"), **dict(parse_qsl(address.query)))
        assert first_check(page) == verdict.id
        assert "The link asks for" not in page.text
        shown = " ".join(page.text.split())
        is_failing = verdict.status in FAILING
        words = [cause_words(verdict), lead_words(verdict)] if is_failing else [verdict.summary]
        texts = [verdict.message, *words]
        # A command at the end of an action is shown as code, without the full stop.
        texts += [f"Do now {verdict.action.removesuffix('.')}"] if is_failing else []
        for text in texts:
            assert " ".join(text.split()) in shown, (verdict.id, text)


def test_without_a_name_the_most_urgent_check_comes_first(demo: Demo, screen: Open) -> None:
    page = screen(demo("dead-checkout-pixel"), path="volume")
    assert first_check(page) == "event_volume"


def test_a_check_of_another_page_is_said(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="volume", check="run_status")
    assert "The link asks for the check 'run_status', which is not on this page." in page.text
    assert first_check(page) == "freshness"


@pytest.mark.parametrize("scenario", ["no-run"])
def test_what_follows_points_to_its_cause_on_every_page(
    scenario: str, demo: Demo, screen: Open
) -> None:
    folder = demo(scenario)
    report = report_with_links(folder)
    followers = [verdict for verdict in report.checks if verdict.because]
    assert {verdict.because for verdict in followers} == {"log_entry_exists_today"}
    for verdict in followers:
        assert verdict.status in (Status.RED, Status.UNKNOWN)
        assert verdict.action == "Follows from log_entry_exists_today: do that first."
    page = screen(folder, path="volume")
    assert "Test the tracking" not in page.text
    assert page.text.count("Follows from log_entry_exists_today: do that first.") == len(
        [verdict for verdict in followers if "volume" in str(verdict.link)]
    )
