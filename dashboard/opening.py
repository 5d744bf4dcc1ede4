"""The context that a page's address names; without a day, the worst day of the newest run."""

from __future__ import annotations

from dashboard import address, data, page, run_days


def page_context(docstring: str | None) -> page.PageContext:
    """The context of a page; stops the script where nothing can be shown.

    docstring: the page's, whose first line is its title.
    """
    title, name = page.title_of(docstring), page.pipeline_from_address()
    context = _context(title, name)
    address.remember_shown_day(context.day)
    return context


def latest_context(name: str, title: str = "") -> page.PageContext:
    """The context of the worst day of a pipeline's newest run that is due."""
    day = data.due_day(data.pipeline(name).config)
    return run_days.worst_of(page.context_of(name, day, title))


def _context(title: str, name: str) -> page.PageContext:
    if address.parameter(address.DAY) is None:
        return latest_context(name, title)
    config = data.pipeline(name).config
    day = page.requested_day(data.due_day(config), config, name)
    return page.context_of(name, day, title)
