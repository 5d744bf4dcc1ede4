"""What every page begins with, and the card of a check."""

from __future__ import annotations

from dashboard import frame, header, page
from dashboard.components import check_card as card


def begin(title: str | None) -> page.Here:
    """Draw the frame and what was said of the day; stops the script where nothing can be shown.

    title: the page's docstring, whose first line is its title.
    """
    here = page.look_up(title)
    frame.bar(page.parameters(here.pipeline, here.day))
    header.draw(here)
    return here


def check_card(here: page.Here, check: str) -> None:
    """The card of one check."""
    card.draw(here, check)
