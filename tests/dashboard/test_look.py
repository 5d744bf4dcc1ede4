"""Looks: every status can be told without its colour, and as at a terminal."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from checks.core.model import GLYPHS, Status
from dashboard import look
from dashboard.components import status_grid
from dashboard.look import LOOKS, NoGate

_GRID = look.STYLE.with_name("components") / "status_grid.css"
_SHEETS = {
    "style.css": look.STYLE.read_text(encoding="utf-8"),
    "status_grid.css": look.STYLE.with_name("components")
    .joinpath("status_grid.css")
    .read_text("utf-8"),
}


def test_every_status_has_a_look_of_its_own() -> None:
    assert set(LOOKS) == {*Status, *NoGate}
    for part in ("glyph", "word", "css"):
        assert len({getattr(look_of_status, part) for look_of_status in LOOKS.values()}) == len(
            LOOKS
        )


def test_glyphs_are_those_of_the_terminal() -> None:
    assert {status: LOOKS[status].glyph for status in Status} == GLYPHS


def test_no_gate_is_not_green() -> None:
    assert look.look_of(None).word == "NOT RUN"
    assert "NOT RUN" in look.chip(None)


@pytest.mark.parametrize("sheet", _SHEETS)
@pytest.mark.parametrize("shown", LOOKS.values(), ids=lambda shown: shown.word)
def test_fill_and_border_are_drawn(shown: look.Look, sheet: str) -> None:
    rules = re.findall(rf"^\.{shown.css} \{{([^}}]*)\}}", _SHEETS[sheet], re.MULTILINE)
    assert len(rules) == 1 or (shown is LOOKS[Status.UNKNOWN] and rules)
    assert "border" in rules[0]


@pytest.mark.parametrize("sheet", _SHEETS)
def test_borders_survive_greyscale(sheet: str) -> None:
    """Dashed, dotted, solid, wide: no two of the statuses that ask for something look alike."""
    styles = {
        status: re.search(r"border(?:-style)?: ?([^;]*)", rule).group(1)  # type: ignore[union-attr]
        for status in (Status.AMBER, Status.UNKNOWN, Status.WAIVED)
        for rule in re.findall(rf"^\.{LOOKS[status].css} \{{([^}}]*)\}}", _SHEETS[sheet], re.M)
    }
    assert ("dashed" in styles[Status.AMBER], "solid" in styles[Status.UNKNOWN]) == (True, True)
    assert "dotted" in styles[Status.WAIVED]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"), (0, "0 s"), (89.4, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "2 h"),
        (129_599, "36 h"), (129_600, "2 days"), (864_000, "10 days"),
    ],
)  # fmt: skip
def test_ages(seconds: float, words: str) -> None:
    assert look.age(seconds) == words


def test_times_are_the_shops() -> None:
    moment = datetime(2025, 3, 8, 23, 30, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    assert look.clock(moment, berlin) == "00:30"
    assert look.moment(moment, berlin) == "Sun 9 Mar 00:30"
    assert look.day(date(2025, 3, 8)) == "Sat 8 March 2025"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (look.count(2908), "2,908"), (look.count(None), "–"),
        (look.percent(0.05004, 0.05), "5.004 %"),
        (look.percent(None), "–"), (look.money(1291.266), "1,291.27"), (look.money(None), "–"),
    ],
)  # fmt: skip
def test_numbers(made: str, words: str) -> None:
    assert made == words


def test_days_of_a_board_end_with_the_last() -> None:
    days = status_grid.days_until(date(2025, 3, 1), 3)
    assert days == (date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1))
