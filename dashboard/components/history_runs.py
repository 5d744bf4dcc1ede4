"""The recorded evaluations of the last days, the runs of the shown day among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.core.model import URGENCY, Status
from dashboard import data, look, page
from dashboard.components.history_text import short, whole
from dashboard.markup import Html, join, show, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

_DAYS = 30
_HEADINGS = ("Data date", "Run date", "Evaluated", "Verdict", "Exit", "Checks that failed")
_NUMERIC = 4
# What kept a day from being plainly green.
_TOLD = (Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED)


def draw(here: page.Here) -> None:
    """A line for each day, newest first; days without a gate in between are said."""
    page.section(
        "Recorded evaluations",
        "The 30 days to the shown one, each as its last gate run found it. The runs of the "
        "shown day are all listed.",
    )
    found = {one.data_date: one for one in here.evaluations if one.data_date <= here.day}
    days = [here.day - timedelta(days=back) for back in range(_DAYS)]
    recorded = [day for day in days if day in found]
    if not recorded:
        page.empty(
            "No gate is recorded in these 30 days.",
            "Put `andon gate` behind the load; `andon backfill` judges earlier days.",
        )
        return
    lines = (_lines(here, day, found.get(day)) for day in days if day >= recorded[-1])
    show(_table(join(*lines)))


def _lines(here: page.Here, day: date, latest: StoredEvaluation | None) -> Html:
    """The line of one day; for the shown day one for each of its runs."""
    if latest is None:
        return _not_run(here, day)
    runs = here.gate.runs if day == here.day and here.gate.runs else (latest,)
    return join(*(_line(here, run, place) for place, run in enumerate(runs)))


def _line(here: page.Here, run: StoredEvaluation, place: int) -> Html:
    shown = run.data_date == here.day
    name: object = (
        short(run.data_date) if place == 0 else tag("span", "earlier run", class_="a-sub")
    )
    return _row(
        (
            tag("b", name) if shown and place == 0 else name,
            short(run.run_date),
            look.moment(run.evaluated_at, here.zone),
            join(look.chip(run.verdict), f" {look.STRICT}" if data.stopped(run) else None),
            str(run.exit_code),
            failed(run.statuses.items()),
        ),
        shown=shown,
    )


def _not_run(here: page.Here, day: date) -> Html:
    cells = (short(day), "–", "–", look.chip(None), "–", "no gate is recorded for this day")
    return _row(cells, shown=day == here.day)


def failed(statuses: Iterable[tuple[str, Status]]) -> Html:
    """The checks that were not green, the most urgent first, each with its glyph."""
    told = sorted(
        ((check, status) for check, status in statuses if status in _TOLD),
        key=lambda item: URGENCY.index(item[1]),
    )
    if not told:
        return tag("span", "none", class_="a-sub")
    return join(*(_failed(check, status, place) for place, (check, status) in enumerate(told)))


def _failed(check: str, status: Status, place: int) -> Html:
    shown = look.look_of(status)
    glyph = tag("span", shown.glyph, aria_hidden="true")
    word = tag("span", f" {shown.word}: ", class_="unseen")
    return join(", " if place else None, whole(glyph, word, " ", check))


def _row(cells: tuple[object, ...], *, shown: bool) -> Html:
    return tag(
        "tr",
        *(
            tag("td", cell if place == len(cells) - 1 else whole(cell), class_=_class(place))
            for place, cell in enumerate(cells)
        ),
        style="background:var(--panel)" if shown else None,
        aria_current="date" if shown else None,
    )


def _table(body: Html) -> Html:
    heads = (
        tag("th", name, scope="col", class_=_class(place)) for place, name in enumerate(_HEADINGS)
    )
    caption = tag("caption", "Recorded evaluations, newest first", class_="unseen")
    table = tag("table", caption, tag("thead", tag("tr", *heads)), tag("tbody", body))
    return tag("div", table, class_="a-table")


def _class(place: int) -> str | None:
    return "num" if place == _NUMERIC else None
