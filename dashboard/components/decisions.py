"""What the forms share by which people decide something: who may, and what came of a click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from checks.core.errors import AndonError
from dashboard import data, page
from dashboard.markup import Html, plain, show, tag
from dashboard.server import people

_STRANGER: Final = "this session may not do that; sign in and try again"


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of one kind of decision on one pipeline's page. kind: `waiver`, `acceptance`."""

    here: page.Here
    kind: str

    def key(self, what: str) -> str:
        """Of a widget, or of a value of the session."""
        return f"{self.kind}-{self.here.pipeline}-{what}"

    def person(self) -> str | None:
        """In whose name something may be decided here; None where nothing may."""
        return people.person() if self.here.config.dashboard.allow_waivers else None

    def decide(self, name: str, refused: str, work: Callable[[], str]) -> bool:
        """Do what was clicked on, if who clicks is still who the form was drawn for.

        work: returns the sentence of success. refused: what a refusal begins with.
        """
        state = st.session_state
        if not self._may(name):
            state[self.key("refused")] = f"{refused}: {_STRANGER}."
            return False
        try:
            state[self.key("done")] = work()
        except AndonError as error:
            state[self.key("refused")] = f"{refused}: {error}."
            return False
        data.forget(self.here.pipeline)
        return True

    def revoke_buttons(
        self, name: str, open_ones: Mapping[int, str], follows: str, revoke: Callable[[int], bool]
    ) -> None:
        """A button that asks once more for each decision, by id and what it is about.

        follows: what happens then. revoke: ends one; False where it was ended before.
        """
        with st.container(horizontal=True, gap="small"):
            for number, subject in open_ones.items():
                label = f"Revoke {self.kind} {number} ({plain(subject)})"
                with st.popover(label, key=self.key(f"ask-{number}")):
                    show(tag("p", follows))
                    st.button(
                        "Revoke it", key=self.key(f"revoke-{number}"), on_click=self._on_revoke,
                        args=(name, number, revoke),
                    )  # fmt: skip

    def _on_revoke(self, name: str, number: int, revoke: Callable[[int], bool]) -> None:
        def work() -> str:
            ended = revoke(number)
            state = (
                "is revoked: its check is judged as usual again" if ended else "was revoked before"
            )
            return f"{self.kind.capitalize()} {number} {state}."

        self.decide(name, "Not revoked", work)

    def show_outcome(self) -> None:
        """What came of the last click, once."""
        refused = st.session_state.pop(self.key("refused"), None)
        done = st.session_state.pop(self.key("done"), None)
        if refused:
            show(tag("div", refused, class_="a-note fault", role="alert"))
        if done:
            show(tag("div", done, class_="a-note", role="status"))

    def command_hint(self, commands: tuple[str, str]) -> Html:
        """Why there is no form, and the commands that give one and revoke one."""
        many = f"{self.kind}s".capitalize()
        if not self.here.config.dashboard.allow_waivers:
            why = f"{many} are not given here: dashboard.allow_waivers is not true. "
        else:
            why = (
                f"{many} are given in a person's name, and nobody is signed in. A sign-in "
                "is needed, or $ANDON_OWNER in a browser on the machine itself, through no proxy. "
            )
        give, revoke = commands
        return tag(
            "p", why, "On the command line: ", tag("code", give), " and ", tag("code", revoke),
            class_="a-sub a-command",
        )  # fmt: skip

    def _may(self, name: str) -> bool:
        config = data.pipeline(self.here.pipeline).config
        return config.dashboard.allow_waivers and people.person() == name
