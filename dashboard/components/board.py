"""The checks of one day: cards for failing ones, lines for others; the last days as a grid."""

from __future__ import annotations

from datetime import date

import streamlit as st

from checks.core.model import folded
from dashboard import causes, due, look, page
from dashboard.components import check_card, status_grid
from dashboard.markup import show, tag

_DAYS = 30


def draw_failing(context: page.PageContext) -> None:
    """A card for each failing check, the most urgent first.

    Checks that follow from another one are folded into its card.
    """
    with st.container(key="andon-cards"):
        for group in causes.by_cause(context.report.checks):
            if due.is_alarm(context, group.head):
                check_card.draw_group(context, group)


def draw_passing(context: page.PageContext) -> None:
    """The other checks, a line each."""
    heads = (verdict for verdict, _ in folded(context.report.checks))
    passing = [verdict for verdict in heads if not due.is_alarm(context, verdict)]
    if passing:
        lines = (check_card.one_line(context, verdict) for verdict in passing)
        show(tag("div", *lines, class_="a-compact"))


def draw_recent_days(context: page.PageContext) -> None:
    """The recorded statuses of the last 30 days, checks by days; a click opens a day."""
    page.section(
        "The last 30 days"
        if context.until >= context.today
        else f"30 days to {look.day(context.until)}",
        "What the gate recorded for each day. Click a lamp to open its day; the arrow keys move "
        "between lamps.",
    )
    if context.recorded.problem:
        page.problem("The history cannot be read.", context.recorded.problem)
        return
    days = status_grid.days_until(context.until, _DAYS)
    if not any(context.evaluation_of(day) for day in days):
        page.empty(
            "No gate is recorded in these 30 days.",
            "Run andon gate after the load; andon backfill judges earlier days.",
        )
        return
    status_grid.draw(context, days, _rows(context, days), key="wall")


def _rows(context: page.PageContext, days: tuple[date, ...]) -> list[status_grid.GridRow]:
    rows = [status_grid.GridRow("gate", tuple(context.shown_on(day) for day in days))]
    for verdict in context.report.checks:
        statuses = tuple(context.shown_on(day, verdict.id) for day in days)
        rows.append(status_grid.GridRow(verdict.id, statuses, _notes(context, days, verdict.id)))
    return rows


def _notes(context: page.PageContext, days: tuple[date, ...], check: str) -> tuple[str, ...]:
    evaluations = (context.evaluation_of(day) for day in days)
    return tuple(
        evaluation.messages.get(check, "not evaluated") if evaluation else ""
        for evaluation in evaluations
    )
