"""What somebody accepts as it is now, and where allowed, accepting it and revoking that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from checks.core.errors import AndonError
from checks.core.subjects import MORE
from checks.core.text import plural
from checks.evaluation.accepting import Wish, accept, accepting_checks, state_of
from dashboard import data, look, page
from dashboard.components.decisions import Forms
from dashboard.components.history_text import name as check_name
from dashboard.components.history_text import short, whole
from dashboard.markup import plain, show, table, tag

if TYPE_CHECKING:
    from checks.core.model import Verdict
    from checks.core.records import StoredAcceptance

_MOST = 30
_HEADINGS = ("No.", "Check", "Accepted", "Owner", "Reason", "From", "State", "Given")


def draw(here: page.Here) -> None:
    """The list, and the forms or why there are none; nothing where there is nothing to say."""
    try:
        stored = data.history(here.pipeline).all_acceptances(here.pipeline)
    except AndonError as error:
        page.problem("What was accepted cannot be read, so nothing is accepted.", str(error))
        return
    failing = _failing(here)
    if not stored and not failing:
        return
    page.section(
        "Accepted",
        "What is accepted is not a failure, such as a retired event, until it is there again or "
        "the acceptance is revoked.",
    )
    _list(here, stored)
    forms = Forms(here, "acceptance")
    forms.show_outcome()
    if (name := forms.person()) is None:
        show(forms.command_hint(_commands(failing)))
        return
    if failing:
        _accept(forms, name, failing)
    _revoke(forms, name, [one for one in stored if one.revoked_at is None])


def _failing(here: page.Here) -> list[tuple[str, str]]:
    """(check, subject) of what fails now and may be accepted."""
    kinds = {check.id: check.accepts for check in accepting_checks()}
    return [
        (verdict.id, subject)
        for verdict in here.report.checks
        for subject in _subjects(verdict, kinds.get(verdict.id))
        if subject != MORE
    ]


def _subjects(verdict: Verdict, kind: str | None) -> tuple[str, ...]:
    return (verdict.subjects or {}).get(kind, ()) if kind else ()


def _list(here: page.Here, stored: tuple[StoredAcceptance, ...]) -> None:
    """Those that were not revoked first, then the newest."""
    if not stored:
        return
    ordered = sorted(stored, key=lambda one: (one.revoked_at is not None, -one.id))
    rows = [_row(here, one) for one in ordered[:_MOST]]
    show(table(_HEADINGS, rows, numeric=(0,), caption="Accepted"))
    if len(ordered) > _MOST:
        older = plural(len(ordered) - _MOST, "older acceptance")
        show(tag("p", f"{older}: andon acceptances lists all.", class_="a-sub"))


def _row(here: page.Here, one: StoredAcceptance) -> tuple[object, ...]:
    state = state_of(one)
    if one.revoked_at is not None:
        state += f" on {look.moment(one.revoked_at, here.zone)}"
    return (
        str(one.id),
        check_name(one.check),
        f"{one.kind} {one.subject}",
        one.owner,
        one.reason,
        whole(short(one.data_date)),
        tag("span", state, class_="a-sub"),
        whole(look.moment(one.created_at, here.zone)),
    )


def _commands(failing: list[tuple[str, str]]) -> tuple[str, str]:
    check = failing[0][0] if failing else "CHECK"
    return (
        f"andon accept {check} NAME --reason 'why it is usual'",
        "andon acceptances revoke NUMBER",
    )


def _accept(forms: Forms, name: str, failing: list[tuple[str, str]]) -> None:
    with st.form(forms.key("form"), clear_on_submit=False):
        show(tag("div", tag("b", "Accept as it is now"), " in the name of ", tag("b", name)))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.selectbox(
                "What fails", failing, key=forms.key("subject"), width=330,
                format_func=lambda pair: f"{plain(pair[0])}: {plain(pair[1])}",
            )  # fmt: skip
            st.text_input("Reason", key=forms.key("reason"), max_chars=1000)
            st.form_submit_button("Accept it", on_click=_on_accept, args=(forms, name))


def _on_accept(forms: Forms, name: str) -> None:
    """Store it, and empty the reason. A refusal keeps it as it is."""
    if forms.decide(name, "Not accepted", lambda: _accepted(forms, name)):
        st.session_state[forms.key("reason")] = ""


def _accepted(forms: Forms, name: str) -> str:
    check, subject = st.session_state[forms.key("subject")]
    wish = Wish(check, name, st.session_state[forms.key("reason")], subject)
    here = forms.here
    accepted = accept(here.config, data.history(here.pipeline), wish, data.now())
    return (
        f"Acceptance {accepted.id} stands: {accepted.check} no longer fails for {accepted.kind} "
        f"{accepted.subject}. Run the gate again to release the line."
    )


def _revoke(forms: Forms, name: str, standing: list[StoredAcceptance]) -> None:
    def revoke(number: int) -> bool:
        pipeline = forms.here.pipeline
        return data.history(pipeline).revoke_acceptance(number, pipeline, name, data.now())

    forms.revoke_buttons(
        name, {decision.id: decision.subject for decision in standing},
        "The check then fails for it again, and may stop the line.", revoke,
    )  # fmt: skip
