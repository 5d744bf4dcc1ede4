"""Acceptances: their list, and forms to give and revoke them where that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from checks.core.errors import AndonError
from checks.core.shell import accept_command
from checks.core.subjects import MORE
from checks.core.text import plural
from checks.evaluation.accepting import AcceptanceRequest, accept, accepting_checks, state_of
from dashboard import data, look, page
from dashboard.components.decisions import DecisionForms
from dashboard.components.history_text import check_name, no_wrap, weekday_text
from dashboard.markup import plain, show, table, tag

if TYPE_CHECKING:
    from checks.core.model import Verdict
    from checks.core.records import StoredAcceptance

_MOST = 30
_HEADINGS = ("No.", "Check", "Accepted", "Owner", "Reason", "From", "State", "Given")


def draw(context: page.PageContext) -> None:
    """The list, and the forms or why there are none; nothing without acceptances and failures."""
    try:
        stored = data.history(context.pipeline).all_acceptances(context.pipeline)
    except AndonError as error:
        page.problem("The acceptances cannot be read, so none applies.", str(error))
        return
    failing = _failing(context)
    if not stored and not failing:
        return
    page.section(
        "Accepted",
        "The check does not fail for what is accepted, such as a retired event or a new level, "
        "until it changes again or the acceptance is revoked.",
    )
    _draw_list(context, stored)
    forms = DecisionForms(context, "acceptance")
    forms.show_outcome()
    if (person := forms.person()) is None:
        show(forms.command_hint(_commands(failing)))
        return
    if failing:
        _draw_accept_form(forms, person, failing)
    _draw_revoke_buttons(
        forms, person, [acceptance for acceptance in stored if acceptance.revoked_at is None]
    )


def _failing(context: page.PageContext) -> list[tuple[str, str]]:
    """(check, subject) of each current failure that may be accepted."""
    kinds = {check.id: check.accepts for check in accepting_checks()}
    return [
        (verdict.id, subject)
        for verdict in context.report.checks
        for subject in _subjects(verdict, kinds.get(verdict.id, ()))
        if subject != MORE
    ]


def _subjects(verdict: Verdict, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for kind in kinds for name in (verdict.subjects or {}).get(kind, ()))


def _draw_list(context: page.PageContext, stored: tuple[StoredAcceptance, ...]) -> None:
    """Those that were not revoked first, then the newest."""
    if not stored:
        return
    ordered = sorted(
        stored, key=lambda acceptance: (acceptance.revoked_at is not None, -acceptance.id)
    )
    rows = [_row(context, acceptance) for acceptance in ordered[:_MOST]]
    show(table(_HEADINGS, rows, numeric=(0,), caption="Accepted"))
    if len(ordered) > _MOST:
        older = plural(len(ordered) - _MOST, "older acceptance")
        show(tag("p", f"{older}: andon acceptances lists all.", class_="a-sub"))


def _row(context: page.PageContext, acceptance: StoredAcceptance) -> tuple[object, ...]:
    state = state_of(acceptance)
    if acceptance.revoked_at is not None:
        state += f" on {look.moment(acceptance.revoked_at, context.zone)}"
    return (
        str(acceptance.id),
        check_name(acceptance.check),
        f"{acceptance.kind} {acceptance.subject}",
        acceptance.owner,
        acceptance.reason,
        no_wrap(weekday_text(acceptance.data_date)),
        tag("span", state, class_="a-sub"),
        no_wrap(look.moment(acceptance.created_at, context.zone)),
    )


def _commands(failing: list[tuple[str, str]]) -> tuple[str, str]:
    check = failing[0][0] if failing else "CHECK"
    subjects = [subject for _, subject in failing]
    return (
        accept_command(check, subjects, "'why it is usual'"),
        "andon acceptances revoke NUMBER",
    )


def _draw_accept_form(forms: DecisionForms, person: str, failing: list[tuple[str, str]]) -> None:
    with st.form(forms.key("form"), clear_on_submit=False):
        show(tag("div", tag("b", "Accept as it is now"), " in the name of ", tag("b", person)))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.selectbox(
                "What fails", failing, key=forms.key("subject"), width=330,
                format_func=lambda pair: f"{plain(pair[0])}: {plain(pair[1])}",
            )  # fmt: skip
            st.text_input("Reason", key=forms.key("reason"), max_chars=1000)
            st.form_submit_button("Accept it", on_click=_on_accept, args=(forms, person))


def _on_accept(forms: DecisionForms, person: str) -> None:
    """Store the acceptance and empty the reason. After a refusal the reason stays."""
    if forms.decide(person, "Not accepted", lambda: _store_acceptance(forms, person)):
        st.session_state[forms.key("reason")] = ""


def _store_acceptance(forms: DecisionForms, person: str) -> str:
    check, subject = st.session_state[forms.key("subject")]
    request = AcceptanceRequest(check, person, st.session_state[forms.key("reason")], subject)
    context = forms.context
    accepted = accept(context.config, data.history(context.pipeline), request, data.now())
    return (
        f"Acceptance {accepted.id} holds: {accepted.check} no longer fails for {accepted.kind} "
        f"{accepted.subject}. Run the gate again to release the line."
    )


def _draw_revoke_buttons(
    forms: DecisionForms, person: str, open_acceptances: list[StoredAcceptance]
) -> None:
    def revoke(number: int) -> bool:
        pipeline = forms.context.pipeline
        return data.history(pipeline).revoke_acceptance(number, pipeline, person, data.now())

    forms.draw_revoke_buttons(
        person, {decision.id: decision.subject for decision in open_acceptances},
        "The check then fails for it again, and may stop the line.", revoke,
    )  # fmt: skip
