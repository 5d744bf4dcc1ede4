"""What every page begins with, and the card of a check."""

from __future__ import annotations

from dashboard import frame, header, page
from dashboard.components import check_card as card


def begin(title: str | None) -> page.PageContext:
    """Draw the frame and the page's head; stops the script where nothing can be shown.

    title: the page's docstring, whose first line is its title.
    """
    context = page.page_context(title)
    frame.navigation_bar(page.parameters(context.pipeline, context.day))
    header.draw(context)
    return context


def draw_check_card(context: page.PageContext, check: str) -> None:
    """The card of one check."""
    card.draw(context, check)
