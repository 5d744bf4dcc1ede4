"""What the forms for waivers and acceptances share: permission, and the outcome of a click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from checks.core.errors import AndonError
from dashboard import data, page
from dashboard.markup import Html, plain, show, tag
from dashboard.server import people

_NOT_ALLOWED: Final = "you may not do that; sign in and try again"


@dataclass(frozen=True, slots=True)
class DecisionForms:
    """The forms of one kind of decision on a page. kind: `waiver` or `acceptance`."""

    context: page.PageContext
    kind: str

    def key(self, name: str) -> str:
        """The key of a widget, or of a value in the session state."""
        return f"{self.kind}-{self.context.pipeline}-{name}"

    def person(self) -> str | None:
        """The person in whose name decisions are made here; None where none are allowed."""
        return people.person() if self.context.config.dashboard.allow_waivers else None

    def decide(self, name: str, refused: str, action: Callable[[], str]) -> bool:
        """Run an action if the person is still the one that the form was drawn for.

        action: returns the sentence for success. refused: the beginning of a refusal.
        """
        state = st.session_state
        if not self._is_allowed(name):
            state[self.key("refused")] = f"{refused}: {_NOT_ALLOWED}."
            return False
        try:
            state[self.key("done")] = action()
        except AndonError as error:
            state[self.key("refused")] = f"{refused}: {error}."
            return False
        data.invalidate(self.context.pipeline)
        return True

    def draw_revoke_buttons(
        self,
        name: str,
        subject_by_id: Mapping[int, str],
        consequence: str,
        revoke: Callable[[int], bool],
    ) -> None:
        """A button for each decision, which asks for confirmation.

        consequence: what happens then. revoke: False where the decision was revoked before.
        """
        with st.container(horizontal=True, gap="small"):
            for number, subject in subject_by_id.items():
                label = f"Revoke {self.kind} {number} ({plain(subject)})"
                with st.popover(label, key=self.key(f"ask-{number}")):
                    show(tag("p", consequence))
                    st.button(
                        "Revoke it", key=self.key(f"revoke-{number}"), on_click=self._on_revoke,
                        args=(name, number, revoke),
                    )  # fmt: skip

    def _on_revoke(self, name: str, number: int, revoke: Callable[[int], bool]) -> None:
        def action() -> str:
            is_revoked = revoke(number)
            state = (
                "is revoked: its check is judged as usual again"
                if is_revoked
                else "was already revoked"
            )
            return f"{self.kind.capitalize()} {number} {state}."

        self.decide(name, "Not revoked", action)

    def show_outcome(self) -> None:
        """The outcome of the last click, once."""
        refused = st.session_state.pop(self.key("refused"), None)
        done = st.session_state.pop(self.key("done"), None)
        if refused:
            show(tag("div", refused, class_="a-note fault", role="alert"))
        if done:
            show(tag("div", done, class_="a-note", role="status"))

    def command_hint(self, commands: tuple[str, str]) -> Html:
        """Why there is no form, and the commands that give and revoke a decision."""
        plural_kind = f"{self.kind}s".capitalize()
        if not self.context.config.dashboard.allow_waivers:
            reason = f"{plural_kind} cannot be given here: dashboard.allow_waivers is not true. "
        else:
            reason = (
                f"{plural_kind} are given in a person's name, and nobody is signed in. Sign in, or "
                "set $ANDON_OWNER and use a browser on the server itself, without a proxy. "
            )
        give, revoke = commands
        return tag(
            "p", reason, "On the command line: ", tag("code", give), " and ", tag("code", revoke),
            class_="a-sub a-command",
        )  # fmt: skip

    def _is_allowed(self, name: str) -> bool:
        config = data.pipeline(self.context.pipeline).config
        return config.dashboard.allow_waivers and people.person() == name
