"""A run that loads several days is shown as its worst day, and each page names the others."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks import DataMonitor, load_config
from checks.config.schedules import schedule_of
from checks.core.model import Cause, Report, Status
from checks.core.records import Outcome
from checks.core.schedule import Schedule
from dashboard import data, standing
from dashboard.data.run_days import days_of_run
from dashboard.data.shapes import Outcomes
from tests.dashboard.screen import Screen
from tests.weekday_shop import (
    NAME,
    NOT_YET_RUN,
    OUTAGE,
    write_config,
    write_shop,
)

Open = Callable[..., Screen]
Shop = Callable[..., Path]
MONDAY, FRIDAY = date(2025, 3, 17), date(2025, 3, 14)
SATURDAY, SUNDAY = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2)
#: By the shop's clock an hour later.
GATE_AT = datetime(2025, 3, 17, 5, 20, tzinfo=UTC)
NOW = datetime(2025, 3, 17, 7, 40, tzinfo=UTC)
DAYS = "The run of Monday 17 March loaded 3 days: 14 March ✗ RED, 15 and 16 March ✓ GREEN."


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Folders with a shop, each written once; the gate ran on Friday, and on Monday."""
    made: dict[tuple[str, ...], Path] = {}

    def write(*statements: str, loads: str = "since_last_run") -> Path:
        key = (*statements, loads)
        if key not in made:
            folder = tmp_path_factory.mktemp("scheduled") / "shop"
            config = load_config(write_shop(folder, *statements, loads=loads))
            friday = GATE_AT - timedelta(days=3)
            DataMonitor(config).run(date=FRIDAY, now=friday, record=True)
            if NOT_YET_RUN not in statements:
                DataMonitor(config).run(date=MONDAY, now=GATE_AT, record=True)
            made[key] = folder
        return made[key]

    return write


@pytest.fixture
def shop(written: Callable[..., Path], screen: Open, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The configuration of a shop that nobody may change, seen on Monday at 08:40."""
    monkeypatch.setattr(data, "now", lambda: NOW)
    return lambda *statements, **options: written(*statements, **options) / f"{NAME}.yml"


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """The run date and the data date of each evaluation."""
    asked: list[tuple[Any, Any]] = []
    evaluate = data.evaluate

    def counted(*arguments: Any, **options: Any) -> Any:
        asked.append((options["date"], options["data_date"]))
        return evaluate(*arguments, **options)

    monkeypatch.setattr(data, "evaluate", counted)
    return asked


def said(page: Screen) -> str:
    """The page's text without the spaces that stand for markup before a comma."""
    return page.text.replace(" ,", ",")


def test_the_overview_opens_on_the_worst_day(
    shop: Shop, screen: Open, evaluations: list[tuple[Any, Any]]
) -> None:
    page = screen(shop(OUTAGE))
    assert "Do not refresh the dashboards" in page.text
    assert page.at.date_input[0].value == FRIDAY
    assert DAYS in page.text
    assert evaluations == [(MONDAY, None)]


@pytest.mark.parametrize(("day", "word"), [(FRIDAY, "✗ RED"), (SATURDAY, "✓ GREEN"),
                                           (SUNDAY, "✓ GREEN")])  # fmt: skip
def test_each_day_of_the_run_names_the_others(
    shop: Shop, screen: Open, day: date, word: str, evaluations: list[tuple[Any, Any]]
) -> None:
    page = screen(shop(OUTAGE), path="volume", date=day.isoformat())
    assert f"now: {word} at 08:40 CET" in page.text
    assert DAYS in page.text
    line = re.search(r'<p class="run in-app">.*?</p>', page.html)
    assert line is not None
    linked = set(re.findall(r'href="volume\?pipeline=shop&amp;date=([^"]*)"', line[0]))
    assert linked == {str(each) for each in (FRIDAY, SATURDAY, SUNDAY) if each != day}
    assert evaluations == [(MONDAY, None)]


@pytest.mark.parametrize("path", ["overview", "volume", "review"])
@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_a_day_that_is_fine_releases_nothing_while_another_one_stops_the_run(
    day: date, path: str, shop: Shop, screen: Open
) -> None:
    page = screen(shop(OUTAGE), path=path, date=day.isoformat())
    assert "Do not refresh the dashboards" in page.text
    assert "14 March stops the run, now 10 of 10 checks passed for this day" in page.text
    assert "may be refreshed" not in page.text


def test_nor_did_it_when_the_run_is_over(
    shop: Shop, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shop(OUTAGE)
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(days=1))
    page = screen(file, date=SUNDAY.isoformat())
    assert "The dashboards were not refreshed: 14 March stopped the run" in page.text
    assert "let the dashboards be refreshed" not in page.text


def test_a_day_in_the_address_of_several_pipelines_is_that_of_a_run(
    shop: Shop, screen: Open
) -> None:
    folder = shop(OUTAGE).parent
    file, other = folder / f"{NAME}.yml", write_config(folder, "other")
    page = screen(file, other, date=SUNDAY.isoformat())
    assert "2 of 2 pipelines must not be refreshed." in page.text


def test_of_equal_days_the_newest_is_shown(shop: Shop, screen: Open) -> None:
    page = screen(shop())
    assert page.at.date_input[0].value == SUNDAY
    assert "loaded 3 days: 14, 15 and 16 March ✓ GREEN." in said(page)
    assert "Latest" not in " ".join(page.links())


def test_the_wall_is_as_bad_as_the_worst_day(shop: Shop, screen: Open) -> None:
    page = screen(shop(OUTAGE), path="review")
    assert "✗ RED Do not refresh the dashboards" in page.text
    assert DAYS in page.text
    assert page.html.count('class="w-fail ') >= 1


def test_numbers_reach_no_further_than_the_run_before_a_stopped_one(
    shop: Shop, screen: Open
) -> None:
    assert "Numbers on the dashboards: until Thu 13 Mar" in screen(shop(OUTAGE)).text
    assert "Numbers on the dashboards: until Sun 16 Mar" in screen(shop()).text


def test_a_gate_that_stopped_for_friday_keeps_the_board_red_when_all_is_well_now(
    shop: Shop, screen: Open, tmp_path: Path
) -> None:
    stopped, repaired = shop(OUTAGE).parent, shop().parent
    folder = tmp_path / "repaired"
    shutil.copytree(repaired, folder)
    file = write_config(folder)
    shutil.copy(stopped / f"{NAME}.db", folder / f"{NAME}.db")
    page = screen(file)
    assert page.at.date_input[0].value == FRIDAY
    assert "The gate stopped the line" in page.text
    assert DAYS in page.text


def test_of_several_pipelines_each_is_as_bad_as_the_worst_day_of_its_run(
    shop: Shop, screen: Open, evaluations: list[tuple[Any, Any]]
) -> None:
    folder = shop(OUTAGE).parent
    page = screen(folder / f"{NAME}.yml", write_config(folder, "other"))
    first, second = standing.of_all(None)
    assert [first.shown, second.shown] == [Status.RED, Status.RED]
    assert {first.day, second.day} == {FRIDAY}
    assert "Fri 14 Mar, one of the 3 days of the run of Mon 17 Mar" in page.text
    assert evaluations == [(MONDAY, None)] * 2


def test_a_link_back_names_the_run(shop: Shop, screen: Open) -> None:
    page = screen(shop(OUTAGE), date="2025-03-12")
    assert "Latest run: Mon 17 Mar" in page.links()


def test_recorded_evaluations_of_one_run_are_recognised(shop: Shop, screen: Open) -> None:
    page = screen(shop(OUTAGE), path="history", date=SUNDAY.isoformat())
    assert page.text.count("Mon 17 Mar (3 days)") == 3
    assert "Fri 14 Mar (" not in page.text
    page = screen(shop(OUTAGE), path="history", date=FRIDAY.isoformat())
    assert page.text.count("Mon 17 Mar (3 days)") == 1


def test_the_days_of_a_run_are_judged_together(shop: Shop) -> None:
    loaded = load_config(shop())
    assert days_of_run(loaded, FRIDAY) == (FRIDAY, SATURDAY, SUNDAY)
    assert days_of_run(loaded, MONDAY) == (MONDAY,)


def test_under_a_lock_every_day_of_the_run_keeps_its_last_good_numbers(
    shop: Shop, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen(shop(OUTAGE))
    evaluate = data.evaluate

    def locked(report: Report) -> Report:
        checks = tuple(replace(each, cause=Cause.LOCKED) for each in report.checks)
        days = tuple(locked(day) for day in report.days)
        return replace(report, checks=checks, verdict=Status.UNKNOWN, days=days)

    monkeypatch.setattr(data, "evaluate", lambda *a, **k: locked(evaluate(*a, **k)))
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(minutes=5))
    data.invalidate(NAME)
    page.run()
    assert DAYS in page.text
    assert "The warehouse is locked by its writer" in page.text
    for day, verdict in ((FRIDAY, Status.RED), (SATURDAY, Status.GREEN), (SUNDAY, Status.GREEN)):
        evaluation = data.live_evaluation(NAME, day)
        assert (evaluation.report.verdict, evaluation.evaluated_at) == (verdict, NOW)
        assert evaluation.stale_reason is not None


# ---- a run that may still come


def seen_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(data, "now", lambda: moment)


@pytest.mark.parametrize("path", ["overview", "runs", "volume", "review"])
def test_an_awaited_run_is_no_alarm(
    path: str, shop: Shop, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shop(NOT_YET_RUN)
    seen_at(monkeypatch, datetime(2025, 3, 17, 6, 59, tzinfo=UTC))
    page = screen(file, path=path)
    assert "⋯ AWAITED" in page.text
    assert "he run of Monday 06:00 is expected by 08:00" in page.text
    alarms = "✗ RED", "Nobody is on it", "Do now", "Do not refresh", "overdue", "March is missing"
    for alarm in alarms:
        assert alarm not in page.text


@pytest.mark.parametrize("path", ["overview", "review"])
def test_after_its_grace_the_run_is_missing(
    path: str, shop: Shop, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shop(NOT_YET_RUN)
    seen_at(monkeypatch, datetime(2025, 3, 17, 7, 0, tzinfo=UTC))
    page = screen(file, path=path)
    assert "✗ RED" in page.text
    assert "AWAITED" not in page.text
    assert "The run of Monday 17 March loads 3 days: 14, 15 and 16 March ✗ RED." in said(page)


@pytest.mark.parametrize("path", ["overview", "review"])
def test_before_its_time_the_run_before_is_shown(
    path: str, shop: Shop, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shop(NOT_YET_RUN)
    seen_at(monkeypatch, datetime(2025, 3, 17, 4, 59, tzinfo=UTC) - timedelta(days=1))
    page = screen(file, path=path)
    assert "Thu 13 March 2025" in page.text
    assert "he next run is due on Monday 06:00" in page.text
    assert "✓ GREEN" in page.text
    assert "is the newest that is due" not in page.text


def test_an_awaited_pipeline_waits_on_the_board_of_several(
    shop: Shop, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop(NOT_YET_RUN).parent
    seen_at(monkeypatch, datetime(2025, 3, 17, 6, 59, tzinfo=UTC))
    page = screen(folder / f"{NAME}.yml", write_config(folder, "other"))
    assert "No pipeline is stopped; of 2 pipelines 2 awaited." in page.text
    assert "The run of Monday 06:00 is expected by 08:00" in page.text
    assert "Nobody is on it" not in page.text


# ---- days that no run loads


def test_a_day_that_no_run_loads_is_not_missing(shop: Shop, screen: Open) -> None:
    file = shop(loads="one_day")
    page = screen(file, date=SATURDAY.isoformat())
    assert "• no scheduled run loads this day" in page.text
    assert "gate: • NO RUN" in page.text
    assert "No gate is recorded for this day" not in page.text
    assert "The gate was not run" not in page.text


@pytest.mark.parametrize("path", ["review", "history"])
def test_strips_have_a_mark_of_their_own_for_it(path: str, shop: Shop, screen: Open) -> None:
    page = screen(shop(loads="one_day"), path=path)
    assert "s-no-run" in page.html
    if path == "history":
        assert "Sat 15 Mar – – • NO RUN – no scheduled run loads this day" in page.text


def test_a_run_that_loads_every_day_leaves_none_out(shop: Shop, screen: Open) -> None:
    page = screen(shop(), path="history")
    assert "NO RUN" not in page.text
    assert "no scheduled run" not in page.text


# ---- until which day the dashboards reach


def outcome(day: date, exit_code: int) -> Outcome:
    verdict = Status.GREEN if exit_code == 0 else Status.RED
    return Outcome(day, verdict, exit_code, NOW)


@pytest.mark.parametrize(
    ("codes", "released"),
    [((0, 0, 0), SUNDAY), ((1, 0, 0), None), ((0, 1, 0), None), ((0, 0, 2), None)],
)
def test_a_run_releases_its_days_together(
    shop: Shop, codes: tuple[int, ...], released: date | None
) -> None:
    days = tuple(map(outcome, (SUNDAY, SATURDAY, FRIDAY), reversed(codes)))
    thursday = outcome(FRIDAY - timedelta(days=1), 0)
    schedule = schedule_of(load_config(shop()))
    assert Outcomes((*days, thursday), schedule=schedule).released == (released or thursday.day)


def test_without_a_schedule_each_day_is_released_alone() -> None:
    days = (outcome(SUNDAY, 0), outcome(SATURDAY, 1))
    schedule = Schedule(NOW.tzinfo)  # type: ignore[arg-type]
    assert Outcomes(days, schedule=schedule).released == SUNDAY
    assert Outcomes(days).released == SUNDAY
