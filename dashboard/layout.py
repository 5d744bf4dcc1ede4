"""What every page begins with, and the card of a check."""

from __future__ import annotations

from collections.abc import Sequence

from checks.core.model import FAILING, by_urgency
from checks.evaluation.policy import CHECK
from dashboard import address, frame, header, page
from dashboard.components import check_card as card


def begin(title: str | None) -> page.PageContext:
    """Draw the frame and the page's head; stops the script where nothing can be shown.

    title: the page's docstring, whose first line is its title.
    """
    context = page.page_context(title)
    frame.navigation_bar(page.parameters(context.pipeline, context.day))
    header.draw(context)
    return context


def draw_check_cards(context: page.PageContext, checks: Sequence[str]) -> None:
    """The cards of a page's checks: the one that the address names, then the most urgent first."""
    requested = address.parameter(CHECK)
    if requested is not None and requested not in checks:
        address.show_error(
            f"The link asks for the check {requested[:80]!r}, which is not on this page.",
            f"It has {', '.join(checks)}.",
        )
    failing = [v.id for v in by_urgency(context.report.checks) if v.status in FAILING]
    passing = [check for check in checks if check not in failing]
    order = [requested, *failing, *passing]
    for check in sorted(checks, key=order.index):
        card.draw(context, check)


def draw_check_card(context: page.PageContext, check: str) -> None:
    """The card of one check."""
    card.draw(context, check)
