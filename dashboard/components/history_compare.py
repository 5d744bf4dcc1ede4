"""What changed between two recorded evaluations: chosen ones, or those of the last two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from checks.core.model import FAILING, Report, Status
from checks.core.text import plural
from checks.evaluation.changes import ChangeKind, Result, VerdictChange, changes, results_of
from dashboard import address, data, look, page
from dashboard.components.history_text import check_name, no_wrap, weekday_text
from dashboard.markup import Html, join, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

_FROM, _TO = "from", "to"
#: A mark and words for each kind of change.
_KINDS: Final[dict[ChangeKind, tuple[str, str]]] = {
    ChangeKind.NEW_RED: ("✗", "new red"),
    ChangeKind.CHANGED: ("↔", "changed"),
    ChangeKind.WORSE: ("▲", "worse"),
    ChangeKind.GONE: ("−", "gone"),
    ChangeKind.APPEARED: ("+", "appeared"),
    ChangeKind.RESOLVED: ("✓", "resolved"),
    ChangeKind.BETTER: ("▼", "better"),
}


@dataclass(frozen=True, slots=True)
class ComparedEvaluation:
    """One of the two evaluations."""

    day: date
    at: datetime
    verdict: Status
    results: Mapping[str, Result]


def draw(context: page.PageContext) -> None:
    """The two choices, what changed, and what failed in both."""
    page.section(
        "What changed",
        "By default the last evaluation of the shown day against the recorded day before it.",
    )
    before, after = _defaults(context)
    sides = _options(context)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        old_choice = _draw_choice(context, _FROM, "Before", sides, before)
        new_choice = _draw_choice(context, _TO, "After", sides, after)
    if old_choice.invalid or new_choice.invalid:
        return
    old, new = _chosen(old_choice, sides, before), _chosen(new_choice, sides, after)
    if new is None:
        page.empty(
            "There is nothing to compare.",
            f"No gate is recorded for {look.day(context.day)}. Choose an evaluation under After.",
        )
    elif old is None:
        page.empty(
            "There is nothing to compare with.",
            "No earlier day is recorded: this is where the history begins.",
        )
    else:
        _draw_comparison(context, old, new)


def _defaults(
    context: page.PageContext,
) -> tuple[ComparedEvaluation | None, ComparedEvaluation | None]:
    earlier = (
        evaluation for evaluation in context.evaluations if evaluation.data_date < context.day
    )
    before, latest = next(earlier, None), context.gate.latest
    return (_side(before) if before else None), (_side(latest) if latest else None)


def _options(context: page.PageContext) -> dict[str, ComparedEvaluation]:
    """By id: each day's evaluation, all runs of the shown day, and those that the address names."""
    known: dict[int, StoredEvaluation] = {
        evaluation.id: evaluation for evaluation in context.evaluations
    }
    known |= {evaluation.id: evaluation for evaluation in context.gate.runs}
    newest_first = sorted(
        known.values(), key=lambda evaluation: (evaluation.data_date, evaluation.id), reverse=True
    )
    sides = {str(evaluation.id): _side(evaluation) for evaluation in newest_first}
    for evaluation_id in (address.parameter(_FROM), address.parameter(_TO)):
        if evaluation_id is not None and evaluation_id not in sides:
            side = _side_by_id(context, evaluation_id)
            sides |= {evaluation_id: side} if side else {}
    return sides


def _side_by_id(context: page.PageContext, evaluation_id: str) -> ComparedEvaluation | None:
    """An evaluation older than the last days; None unless it is this pipeline's."""
    if not (evaluation_id.isascii() and evaluation_id.isdecimal() and len(evaluation_id) < 10):
        return None
    report = data.recorded_report(context.pipeline, int(evaluation_id)).value
    if not isinstance(report, Report) or report.pipeline != context.pipeline:
        return None
    if report.data_date is None:
        return None
    return ComparedEvaluation(
        report.data_date, report.evaluated_at, report.verdict, results_of(report)
    )


def _side(evaluation: StoredEvaluation) -> ComparedEvaluation:
    return ComparedEvaluation(
        evaluation.data_date, evaluation.evaluated_at, evaluation.verdict, results_of(evaluation)
    )


def _draw_choice(
    context: page.PageContext,
    name: str,
    label: str,
    sides: Mapping[str, ComparedEvaluation],
    default: ComparedEvaluation | None,
) -> address.Choice:
    nothing = "nothing is recorded"
    return address.draw_select_box(
        name,
        label,
        list(sides),
        describe=lambda evaluation_id: _side_text(context, sides[evaluation_id]),
        all_label=_side_text(context, default) if default else nothing,
    )


def _side_text(context: page.PageContext, side: ComparedEvaluation) -> str:
    shown = look.look_of(side.verdict)
    at = look.moment(side.at, context.zone)
    return f"data of {weekday_text(side.day)}, evaluated {at}: {shown.glyph} {shown.word}"


def _chosen(
    choice: address.Choice,
    sides: Mapping[str, ComparedEvaluation],
    default: ComparedEvaluation | None,
) -> ComparedEvaluation | None:
    return default if choice.value is None else sides[choice.value]


def _draw_comparison(
    context: page.PageContext, old: ComparedEvaluation, new: ComparedEvaluation
) -> None:
    changed = changes(old.results, new.results)
    if changed:
        headings = ("Change", "Check", _heading(context, old, new), _heading(context, new, old))
        show(table(headings, [_row(change) for change in changed], caption="What changed"))
    else:
        title = "Nothing changed: each check has the same status, and no failing value moved."
        page.empty(title, "")
    show(_unchanged_text(new, changed))


def _heading(context: page.PageContext, side: ComparedEvaluation, other: ComparedEvaluation) -> str:
    """The day; the time instead where both evaluations are of the same day."""
    is_same_day = side.day == other.day
    return look.moment(side.at, context.zone) if is_same_day else f"{weekday_text(side.day)}"


def _row(change: VerdictChange) -> tuple[Html, Html, Html, Html]:
    glyph, word = _KINDS[change.kind]
    mark = no_wrap(tag("span", glyph, aria_hidden="true"), f" {word}")
    strong = change.kind is ChangeKind.NEW_RED
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


def _unchanged_text(new: ComparedEvaluation, changed: tuple[VerdictChange, ...]) -> Html:
    """Checks that failed in both evaluations, and how many others did not change."""
    changed_checks = {change.check for change in changed}
    unchanged_checks = [check for check in new.results if check not in changed_checks]
    failing = [check for check in unchanged_checks if new.results[check].status in FAILING]
    others_text = plural(len(unchanged_checks) - len(failing), "other check")
    parts: list[object] = []
    for check in failing:
        result = new.results[check]
        parts += [tag("span", look.chip(result.status), " ", tag("code", check), " ",
                      result.message, class_="part"), " "]  # fmt: skip
    unchanged = f"{others_text} as before, none of them failing."
    if not failing:
        return tag("p", unchanged, class_="a-sub")
    return tag(
        "p", tag("b", "Still failing, unchanged: "), *parts, tag("span", unchanged, class_="a-sub"),
        class_="a-line",
    )  # fmt: skip
