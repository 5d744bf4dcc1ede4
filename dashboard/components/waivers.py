"""Waivers: their list, and forms to give and revoke them where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import streamlit as st

from checks.core.errors import AndonError, UsageError
from checks.core.model import STOPPING, Status, by_urgency
from checks.core.subjects import subjects_text
from checks.core.text import number_text, percent_text, plural
from checks.evaluation.still_stopping import still_stopping
from checks.evaluation.waiving import (
    HOLDS,
    FieldLabels,
    WaiverRequest,
    give,
    may_be_waived,
    state_of,
    why_not_waivable,
)
from dashboard import data, look, page
from dashboard.components.decisions import DecisionForms
from dashboard.components.history_text import check_name, no_wrap, weekday_text
from dashboard.markup import Html, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import StoredWaiver

_FIELD_LABELS: Final = FieldLabels(
    until="Until", limit="Up to", give_limit="enter one under Up to",
    give_subject="name it on the command line, andon waive --subject NAME",
)  # fmt: skip
_MOST = 30
_HEADINGS = ("No.", "Check", "Owner", "Reason", "Covers", "Up to", "Until", "State", "Given")


def draw(context: page.PageContext) -> None:
    """The list, and the forms or why there are none."""
    page.section(
        "Waivers",
        "A waived check may be red without stopping the line: for the subjects and up to the value "
        "of the waiver, until the end of its last day or until the check is green.",
    )
    try:
        waivers = data.history(context.pipeline).all_waivers(context.pipeline)
    except AndonError as error:
        page.problem("The waivers cannot be read, so none applies.", str(error))
        return
    today = data.now().astimezone(context.zone).date()
    _draw_list(context, waivers, today)
    forms = DecisionForms(context, "waiver")
    forms.show_outcome()
    if (person := forms.person()) is None:
        show(forms.command_hint(_commands(context, today)))
        _draw_not_waivable(context)
        return
    _draw_give_form(forms, person, today)
    _draw_revoke_buttons(
        forms, person, [waiver for waiver in waivers if state_of(waiver, today) == HOLDS]
    )


def _draw_list(context: page.PageContext, waivers: tuple[StoredWaiver, ...], today: date) -> None:
    """Those that hold first, then the newest."""
    if not waivers:
        page.empty("Nothing is waived.", "Each red check stops the line.")
        return
    ordered = sorted(waivers, key=lambda waiver: (state_of(waiver, today) != HOLDS, -waiver.id))
    rows = [_row(context, waiver, today) for waiver in ordered[:_MOST]]
    show(table(_HEADINGS, rows, numeric=(0, 5), caption="Waivers"))
    if len(ordered) > _MOST:
        older = plural(len(ordered) - _MOST, "older waiver")
        show(tag("p", f"{older} that ended: andon waivers lists all.", class_="a-sub"))


def _row(context: page.PageContext, waiver: StoredWaiver, today: date) -> tuple[object, ...]:
    holds = state_of(waiver, today) == HOLDS
    return (
        str(waiver.id),
        check_name(waiver.check),
        waiver.owner,
        waiver.reason,
        "any subject" if waiver.subjects is None else subjects_text(waiver.subjects),
        "any value" if waiver.up_to is None else _value_text(waiver.check, waiver.up_to),
        no_wrap(weekday_text(waiver.until)),
        no_wrap(look.chip(Status.WAIVED), " holds") if holds else _ended(context, waiver, today),
        no_wrap(look.moment(waiver.created_at, context.zone)),
    )


def _value_text(check: str, value: float) -> str:
    """A value in its check's unit: `5.8 %`, `4`."""
    return percent_text(value) if data.check(check).unit == "share" else number_text(value)


def _ended(context: page.PageContext, waiver: StoredWaiver, today: date) -> Html:
    """`revoked by Ana on Sat 8 Mar`."""
    words = state_of(waiver, today)
    if waiver.revoked_at is not None:
        words += f" by {waiver.revoked_by} on {look.moment(waiver.revoked_at, context.zone)}"
    elif waiver.rearmed_on is not None:
        words += ": it was green"
    return tag("span", words, class_="a-sub")


def _commands(context: page.PageContext, today: date) -> tuple[str, str]:
    check = next((v.id for v in by_urgency(context.report.checks) if may_be_waived(v)), "CHECK")
    give = f"andon waive {check} --until {today + timedelta(days=1)} --reason 'why it may pass'"
    return give, "andon waivers revoke NUMBER"


def _draw_not_waivable(context: page.PageContext) -> None:
    """Which of the checks that fail cannot be waived, and why."""
    refused = [
        f"{verdict.id} ({reason})"
        for verdict in by_urgency(context.report.checks)
        if verdict.status in STOPPING and (reason := why_not_waivable(verdict)) is not None
    ]
    if refused:
        show(tag("p", f"Cannot be waived: {', '.join(refused)}.", class_="a-sub"))


def _draw_give_form(forms: DecisionForms, person: str, today: date) -> None:
    verdicts = [v for v in by_urgency(forms.context.report.checks) if why_not_waivable(v) is None]
    ids = [verdict.id for verdict in sorted(verdicts, key=lambda v: not may_be_waived(v))]
    _draw_not_waivable(forms.context)
    if not ids:
        return
    if st.session_state.get(forms.key("check")) not in ids:
        st.session_state.pop(forms.key("check"), None)
    blank: dict[str, object] = {
        "check": ids[0], "until": today + timedelta(days=1), "up-to": None, "reason": "",
    }  # fmt: skip
    for field, value in blank.items():
        st.session_state.setdefault(forms.key(field), value)
    with st.form(forms.key("form")):
        show(tag("div", tag("b", "Give a waiver"), " in the name of ", tag("b", person)))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _draw_fields(forms, ids)
            st.form_submit_button(
                "Give the waiver", on_click=_on_give, args=(forms, person, blank), width="content"
            )


def _draw_fields(forms: DecisionForms, ids: list[str]) -> None:
    st.selectbox("Check", ids, key=forms.key("check"), width=230)
    st.date_input("Until, included", key=forms.key("until"), format="YYYY-MM-DD", width=150)
    st.number_input(
        "Up to", value=None, key=forms.key("up-to"), format="%g", width=190,
        placeholder="last value",
    )  # fmt: skip
    st.text_input("Reason", key=forms.key("reason"), max_chars=1000)


def _on_give(forms: DecisionForms, person: str, blank: Mapping[str, object]) -> None:
    """Store the waiver and empty the fields. After a refusal the fields stay."""
    if forms.decide(person, "Not given", lambda: _store_waiver(forms, person)):
        for field, value in blank.items():
            st.session_state[forms.key(field)] = value


def _store_waiver(forms: DecisionForms, person: str) -> str:
    state, context = st.session_state, forms.context
    up_to, until = state[forms.key("up-to")], state[forms.key("until")]
    if not isinstance(until, date):
        raise UsageError("Until is empty: choose the last day")
    request = WaiverRequest(
        check=state[forms.key("check")], owner=person, reason=state[forms.key("reason")],
        until=until, up_to=None if up_to is None else float(up_to),
    )  # fmt: skip
    history = data.history(context.pipeline)
    waiver = give(context.config, history, request, data.now(), _FIELD_LABELS)
    others = still_stopping(context.config, history, waiver, data.now())
    covered = f" for {subjects_text(waiver.subjects)}" if waiver.subjects else ""
    limit = "" if waiver.up_to is None else f" up to {_value_text(waiver.check, waiver.up_to)}"
    return (
        f"Waiver {waiver.id} holds: {waiver.check} may be red{covered}{limit} until "
        f"{weekday_text(waiver.until)}, for data dates from {weekday_text(waiver.data_date)} on. "
        "It ends early once the check is green."
    ) + "".join(f" {other.text}." for other in others)


def _draw_revoke_buttons(
    forms: DecisionForms, person: str, open_waivers: list[StoredWaiver]
) -> None:
    def revoke(number: int) -> bool:
        pipeline = forms.context.pipeline
        return data.history(pipeline).revoke_waiver(number, pipeline, person, data.now())

    forms.draw_revoke_buttons(
        person, {decision.id: decision.check for decision in open_waivers},
        "The check is then judged as usual again, and may stop the line.", revoke,
    )  # fmt: skip
