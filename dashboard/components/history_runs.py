"""The recorded evaluations of the last days, with all runs of the shown day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.core.model import URGENCY, Status
from checks.core.text import plural
from dashboard import data, look, page
from dashboard.components.history_text import no_wrap, weekday_text
from dashboard.markup import Html, join, show, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

_DAYS = 30
_HEADINGS = ("Data date", "Run date", "Evaluated", "Verdict", "Exit", "Checks that failed")
_NUMERIC = 4
# Statuses of checks that are listed for a day.
_NOT_GREEN = (Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED)


def draw(context: page.PageContext) -> None:
    """A line for each day, newest first, including days without a gate in between."""
    page.section(
        "Recorded evaluations",
        "The 30 days to the shown one, each as its last gate run found it. The runs of the "
        "shown day are all listed.",
    )
    by_day = {
        evaluation.data_date: evaluation
        for evaluation in context.evaluations
        if evaluation.data_date <= context.day
    }
    days = [context.day - timedelta(days=back) for back in range(_DAYS)]
    recorded = [day for day in days if day in by_day]
    if not recorded:
        page.empty(
            "No gate is recorded in these 30 days.",
            "Run andon gate after the load; andon backfill judges earlier days.",
        )
        return
    together = _days_together(context.evaluations)
    lines = (
        _lines(context, day, by_day.get(day), together.get(day, 1))
        for day in days
        if day >= recorded[-1]
    )
    show(_table(join(*lines)))


def _days_together(evaluations: Sequence[StoredEvaluation]) -> dict[date, int]:
    """With how many days, itself included, the run of each recorded day was judged."""
    counts = Counter(evaluation.run_date for evaluation in evaluations)
    return {evaluation.data_date: counts[evaluation.run_date] for evaluation in evaluations}


def _lines(
    context: page.PageContext, day: date, latest: StoredEvaluation | None, together: int
) -> Html:
    """The line of one day; for the shown day a line for each of its runs."""
    if latest is None:
        return _not_run(context, day)
    runs = context.gate.runs if day == context.day and context.gate.runs else (latest,)
    return join(*(_line(context, stored, index, together) for index, stored in enumerate(runs)))


def _line(context: page.PageContext, stored: StoredEvaluation, index: int, together: int) -> Html:
    is_shown = stored.data_date == context.day
    name: object = (
        weekday_text(stored.data_date) if index == 0 else tag("span", "earlier run", class_="a-sub")
    )
    return _row(
        (
            tag("b", name) if is_shown and index == 0 else name,
            _run(stored, together),
            look.moment(stored.evaluated_at, context.zone),
            join(
                look.chip(stored.verdict), f" {look.STRICT}" if data.strict_stop(stored) else None
            ),
            str(stored.exit_code),
            failed_checks(stored.statuses.items()),
        ),
        is_shown=is_shown,
    )


def _run(stored: StoredEvaluation, together: int) -> Html | str:
    """The run date; for a run of several days with their number."""
    run_text = weekday_text(stored.run_date)
    if together == 1:
        return run_text
    return join(run_text, " ", tag("span", f"({plural(together, 'day')})", class_="a-sub"))


def _not_run(context: page.PageContext, day: date) -> Html:
    shown = context.shown_on(day)
    why = "no gate is recorded for" if shown is None else "no scheduled run loads"
    cells = (weekday_text(day), "–", "–", look.chip(shown), "–", f"{why} this day")
    return _row(cells, is_shown=day == context.day)


def failed_checks(statuses: Iterable[tuple[str, Status]]) -> Html:
    """The checks that were not green, the most urgent first, each with its glyph."""
    not_green = sorted(
        ((check, status) for check, status in statuses if status in _NOT_GREEN),
        key=lambda pair: URGENCY.index(pair[1]),
    )
    if not not_green:
        return tag("span", "none", class_="a-sub")
    return join(
        *(_failed_check(check, status, index) for index, (check, status) in enumerate(not_green))
    )


def _failed_check(check: str, status: Status, index: int) -> Html:
    look_of_status = look.look_of(status)
    glyph = tag("span", look_of_status.glyph, aria_hidden="true")
    word = tag("span", f" {look_of_status.word}: ", class_="unseen")
    return join(", " if index else None, no_wrap(glyph, word, " ", check))


def _row(cells: tuple[object, ...], *, is_shown: bool) -> Html:
    return tag(
        "tr",
        *(
            tag("td", cell if index == len(cells) - 1 else no_wrap(cell), class_=_class(index))
            for index, cell in enumerate(cells)
        ),
        style="background:var(--panel)" if is_shown else None,
        aria_current="date" if is_shown else None,
    )


def _table(body: Html) -> Html:
    heads = (
        tag("th", name, scope="col", class_=_class(index)) for index, name in enumerate(_HEADINGS)
    )
    caption = tag("caption", "Recorded evaluations, newest first", class_="unseen")
    table = tag("table", caption, tag("thead", tag("tr", *heads)), tag("tbody", body))
    return tag("div", table, class_="a-table")


def _class(index: int) -> str | None:
    return "num" if index == _NUMERIC else None
