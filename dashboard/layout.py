"""What every page begins with, and the cards of its checks."""

from __future__ import annotations

import streamlit as st

from checks.evaluation.policy import CHECK
from dashboard import address, data, frame, header, page
from dashboard.components import check_card as card
from dashboard.components import pipelines


def begin(title: str | None) -> page.PageContext:
    """Draw the frame and the page's head; stops the script where nothing can be shown.

    Where several pipelines are configured and the address names none, all of them are shown: no
    page shows one of them in place of a worse one.
    title: the page's docstring, whose first line is its title.
    """
    if page.is_of_all():
        pipelines.draw_page(title)
        st.stop()
    context = page.page_context(title)
    frame.navigation_bar(page.parameters(context.pipeline, context.day))
    header.draw(context)
    page.draw_broken_configs()
    return context


def draw_check_cards(context: page.PageContext) -> None:
    """The checks whose evidence is on this page: the one that the address names, then the most
    urgent first.
    """
    path = frame.current_path()
    here = [check for check in context.config.checks if data.check(check).page == path]
    requested = address.parameter(CHECK)
    if requested is not None and requested not in here:
        address.show_error(
            f"The link asks for the check {requested[:80]!r}, which is not on this page.",
            f"It has {', '.join(here)}.",
        )
    verdicts = [each for each in context.report.checks if each.id in here]
    card.draw_all(context, verdicts, requested)
    evaluated = {each.id for each in verdicts}
    for check in here:
        if check not in evaluated:
            card.draw(context, check)


def draw_check_card(context: page.PageContext, check: str) -> None:
    """The card of one check."""
    card.draw(context, check)
