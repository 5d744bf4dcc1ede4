"""The checks of one day: cards for the failing, a line for the others; the last days as a wall."""

from __future__ import annotations

from datetime import date

from checks.core.model import FAILING, folded
from dashboard import look, page
from dashboard.components import check_card, status_grid
from dashboard.markup import show, tag

_DAYS = 30


def failing(here: page.Here) -> None:
    """A card for each check that asks for something, the most urgent first.

    What follows from another check is folded into that one's card.
    """
    for verdict, followers in folded(here.report.checks):
        if verdict.status in FAILING:
            check_card.failing(here, verdict, followers)


def passing(here: page.Here) -> None:
    """The other checks, a line each."""
    heads = (verdict for verdict, _ in folded(here.report.checks))
    quiet = [verdict for verdict in heads if verdict.status not in FAILING]
    if quiet:
        show(tag("div", *(check_card.compact(verdict) for verdict in quiet), class_="a-compact"))


def wall(here: page.Here) -> None:
    """The last 30 days as the gate recorded them: checks by days; a click opens that day."""
    page.section(
        "The last 30 days" if here.until >= here.today else f"30 days to {look.day(here.until)}",
        "What the gate recorded for each day. Click a lamp to open its day; the arrow keys move "
        "between lamps.",
    )
    if here.recorded.problem:
        page.problem("The history cannot be read.", here.recorded.problem)
        return
    days = status_grid.days_until(here.until, _DAYS)
    if not any(here.evaluation_of(day) for day in days):
        page.empty(
            "No gate is recorded in these 30 days.",
            "Put `andon gate` behind the load; `andon backfill` judges earlier days.",
        )
        return
    status_grid.draw(here, days, _rows(here, days), key="wall")


def _rows(here: page.Here, days: tuple[date, ...]) -> list[status_grid.Row]:
    rows = [status_grid.Row("gate", tuple(here.status_of(day) for day in days))]
    for verdict in here.report.checks:
        statuses = tuple(here.status_of(day, verdict.id) for day in days)
        rows.append(status_grid.Row(verdict.id, statuses, _notes(here, days, verdict.id)))
    return rows


def _notes(here: page.Here, days: tuple[date, ...], check: str) -> tuple[str, ...]:
    found = (here.evaluation_of(day) for day in days)
    return tuple(one.messages.get(check, "not evaluated") if one else "" for one in found)
