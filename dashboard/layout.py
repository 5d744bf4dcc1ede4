"""What every page begins with, and the cards of its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from checks.core.model import FAILING, Verdict
from checks.evaluation.policy import CHECK
from dashboard import address, causes, data, due, frame, header, opening, page
from dashboard.components import check_card as card
from dashboard.components import pipelines, triage


def begin(title: str | None) -> page.PageContext:
    """Draw the frame and the page's head; stops the script where nothing can be shown.

    Where several pipelines are configured and the address names none, all of them are shown: no
    page shows one of them in place of a worse one.
    title: the page's docstring, whose first line is its title.
    """
    if page.is_of_all():
        pipelines.draw_page(title)
        st.stop()
    context = opening.page_context(title)
    frame.navigation_bar(page.parameters(context.pipeline, context.day))
    header.draw(context)
    page.draw_broken_configs()
    return context


@contextmanager
def evidence(context: page.PageContext) -> Iterator[None]:
    """The page's checks as cards; below them what is drawn inside.

    The check that the address names comes first, then the most urgent. Where one of them fails,
    a column beside both says what a repair would change, what happened, and what other checks say.
    """
    path = frame.current_path()
    page_checks = [check for check in context.config.checks if data.check(check).page == path]
    requested = _requested_check(page_checks)
    verdicts = [each for each in context.report.checks if each.id in page_checks]
    groups = causes.by_cause(verdicts, requested)
    failing = [group.head for group in groups if due.is_alarm(context, group.head)]
    if not failing:
        _draw_cards(context, page_checks, verdicts, requested)
        yield
        return
    shown = [each for each in verdicts if each.status in FAILING or each.id == requested]
    with st.container(key="andon-triage"):
        main, side = st.columns([992, 376], gap="medium")
    with main, st.container(key="andon-cards"):
        _draw_cards(context, page_checks, shown, requested)
    with side, st.container(key="andon-side"):
        triage.draw(context, failing[0], {each.id for each in shown})
    with main, st.container(key="andon-evidence"):
        yield


def _requested_check(page_checks: Sequence[str]) -> str | None:
    """The check that the address names, of a page with several; None, with an error shown, where
    the page does not have that check.
    """
    requested = address.parameter(CHECK) if len(page_checks) > 1 else None
    if requested is None or requested in page_checks:
        return requested
    address.show_error(
        f"The link asks for the check {requested[:80]!r}, which is not on this page.",
        f"It has {', '.join(page_checks)}.",
    )
    return None


def _draw_cards(
    context: page.PageContext, page_checks: Sequence[str], verdicts: Sequence[Verdict],
    requested: str | None,
) -> None:  # fmt: skip
    card.draw_all(context, verdicts, requested)
    evaluated = {each.id for each in context.report.checks}
    for check in page_checks:
        if check not in evaluated:
            card.draw(context, check)
