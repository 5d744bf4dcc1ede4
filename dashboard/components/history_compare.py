"""What changed between two recorded evaluations, chosen in the address or the last two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from checks.core.model import FAILING, Report, Status
from checks.core.text import plural
from checks.evaluation.changes import Change, Kind, Result, changes, results_of
from dashboard import address, data, look, page
from dashboard.components.history_text import name as check_name
from dashboard.components.history_text import short, whole
from dashboard.markup import Html, join, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

_FROM, _TO = "from", "to"
#: A mark and words for each kind of change.
_KINDS: Final[dict[Kind, tuple[str, str]]] = {
    Kind.NEW_RED: ("✗", "new red"),
    Kind.CHANGED: ("↔", "changed"),
    Kind.WORSE: ("▲", "worse"),
    Kind.GONE: ("−", "gone"),
    Kind.APPEARED: ("+", "appeared"),
    Kind.RESOLVED: ("✓", "resolved"),
    Kind.BETTER: ("▼", "better"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two evaluations."""

    day: date
    at: datetime
    verdict: Status
    results: Mapping[str, Result]


def draw(here: page.Here) -> None:
    """The two choices, what changed, and what failed all along."""
    page.section(
        "What changed",
        "By default the last evaluation of the shown day against the recorded day before it.",
    )
    before, after = _defaults(here)
    sides = _options(here)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        old = _choose(here, _FROM, "Before", sides, before)
        new = _choose(here, _TO, "After", sides, after)
    if old.bad or new.bad:
        return
    found_old, found_new = _chosen(old, sides, before), _chosen(new, sides, after)
    if found_new is None:
        page.empty(
            "There is nothing to compare.",
            f"No gate is recorded for {look.day(here.day)}. Choose an evaluation under After.",
        )
    elif found_old is None:
        page.empty(
            "There is nothing to compare with.",
            "No earlier day is recorded: this is where the history begins.",
        )
    else:
        _compare(here, found_old, found_new)


def _defaults(here: page.Here) -> tuple[Side | None, Side | None]:
    earlier = (one for one in here.evaluations if one.data_date < here.day)
    before, latest = next(earlier, None), here.gate.latest
    return (_side(before) if before else None), (_side(latest) if latest else None)


def _options(here: page.Here) -> dict[str, Side]:
    """By id: the evaluation of each day, all runs of the shown day, and what a link names."""
    known: dict[int, StoredEvaluation] = {one.id: one for one in here.evaluations}
    known |= {one.id: one for one in here.gate.runs}
    newest_first = sorted(known.values(), key=lambda one: (one.data_date, one.id), reverse=True)
    sides = {str(one.id): _side(one) for one in newest_first}
    for wanted in (address.asked(_FROM), address.asked(_TO)):
        if wanted is not None and wanted not in sides:
            side = _looked_up(here, wanted)
            sides |= {wanted: side} if side else {}
    return sides


def _looked_up(here: page.Here, wanted: str) -> Side | None:
    """An evaluation that is not among the last days; None unless it is this pipeline's."""
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
        return None
    report = data.recorded_report(here.pipeline, int(wanted)).value
    if not isinstance(report, Report) or report.pipeline != here.pipeline:
        return None
    if report.data_date is None:
        return None
    return Side(report.data_date, report.evaluated_at, report.verdict, results_of(report))


def _side(one: StoredEvaluation) -> Side:
    return Side(one.data_date, one.evaluated_at, one.verdict, results_of(one))


def _choose(
    here: page.Here, name: str, label: str, sides: Mapping[str, Side], default: Side | None
) -> address.Choice:
    nothing = "nothing is recorded"
    return address.select(
        name,
        label,
        list(sides),
        describe=lambda wanted: _words(here, sides[wanted]),
        all_label=_words(here, default) if default else nothing,
    )


def _words(here: page.Here, side: Side) -> str:
    shown = look.look_of(side.verdict)
    at = look.moment(side.at, here.zone)
    return f"data of {short(side.day)}, evaluated {at}: {shown.glyph} {shown.word}"


def _chosen(choice: address.Choice, sides: Mapping[str, Side], default: Side | None) -> Side | None:
    return default if choice.value is None else sides[choice.value]


def _compare(here: page.Here, old: Side, new: Side) -> None:
    found = changes(old.results, new.results)
    if found:
        headings = ("Change", "Check", _heading(here, old, new), _heading(here, new, old))
        show(table(headings, [_row(one) for one in found], caption="What changed"))
    else:
        what = "Nothing changed: each check has the same status, and no failing value moved."
        page.empty(what, "")
    show(_all_along(old, new, found))


def _heading(here: page.Here, side: Side, other: Side) -> str:
    """The day, and the time too where both are of one day."""
    same = side.day == other.day
    return look.moment(side.at, here.zone) if same else f"{short(side.day)}"


def _row(change: Change) -> tuple[Html, Html, Html, Html]:
    glyph, word = _KINDS[change.kind]
    mark = whole(tag("span", glyph, aria_hidden="true"), f" {word}")
    strong = change.kind is Kind.NEW_RED
    return (
        tag("b", mark) if strong else mark,
        check_name(change.check),
        _result(change.before),
        _result(change.after),
    )


def _result(result: Result | None) -> Html:
    if result is None:
        return tag("span", "not evaluated", class_="a-sub")
    return join(look.chip(result.status), " ", tag("span", result.message))


def _all_along(old: Side, new: Side, found: tuple[Change, ...]) -> Html:
    """What did not change and yet is not fine; how many checks are as they were."""
    moved = {one.check for one in found}
    same = [check for check in new.results if check not in moved]
    failing = [check for check in same if new.results[check].status in FAILING]
    fine = plural(len(same) - len(failing), "other check")
    parts: list[object] = []
    for check in failing:
        result = new.results[check]
        parts += [tag("span", look.chip(result.status), " ", tag("code", check), " ",
                      result.message, class_="part"), " "]  # fmt: skip
    unchanged = f"{fine} as before, none of them failing."
    if not failing:
        return tag("p", unchanged, class_="a-sub")
    return tag(
        "p", tag("b", "Still failing, unchanged: "), *parts, tag("span", unchanged, class_="a-sub"),
        class_="a-line",
    )  # fmt: skip
