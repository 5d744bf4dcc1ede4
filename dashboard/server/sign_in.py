"""Who is looking: sign-in where it is configured, and the person's name.

Sign-in is by OpenID Connect (`[auth]` in Streamlit's secrets) or by a header that a trusted
proxy sets. `andon dashboard` says which one in $ANDON_REQUIRE_SIGN_IN; where `[auth]` is
configured it is required in any case.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import streamlit as st

from checks.core.environment import REQUIRE_SIGN_IN
from checks.core.text import clean
from dashboard.markup import plain, show, tag

OIDC, HEADER = "oidc", "header"
#: In this order: what a person is called in records. A proxy's header is the first.
_NAMES = ("email", "preferred_username", "name", "sub")
_LONGEST_NAME = 200


def require() -> None:
    """Stop the script for whoever is not signed in, where sign-in is configured."""
    if kind() is None or person() is not None:
        return
    if kind() == OIDC:
        _offer()
    else:
        _refuse()
    st.stop()


def person() -> str | None:
    """The signed-in person's e-mail address or name as one safe line; None where it is not known.

    With OpenID Connect only what the provider signed counts, with a proxy only its header.
    """
    method = kind()
    if method is None or (method == OIDC and not st.user.get("is_logged_in")):
        return None
    candidates = (st.user.get(name) for name in (_NAMES if method == OIDC else _NAMES[:1]))
    name = next((str(value).strip() for value in candidates if value and str(value).strip()), "")
    return clean(name, _LONGEST_NAME) or None


def can_sign_out() -> bool:
    """Whether a person can sign out here; with a proxy they sign out there."""
    return kind() == OIDC and person() is not None


def sign_out() -> None:
    """A button to sign out; nothing where nobody can sign out here."""
    if can_sign_out() and st.button(
        "Sign out", key="sign-out", help=plain(person()), type="tertiary"
    ):
        st.logout()


def kind() -> str | None:
    """How people sign in, OIDC or HEADER; None where nobody has to."""
    mode = os.environ.get(REQUIRE_SIGN_IN, "")
    if mode in ("", "0"):
        return OIDC if _auth() else None
    # An unknown value requires the kind that nobody can fake.
    return HEADER if mode == HEADER else OIDC


def _auth() -> Mapping[str, object]:
    """`[auth]` of the secrets; empty without one."""
    auth: Mapping[str, object] = {}
    if st.secrets.load_if_toml_exists():
        auth = st.secrets.get("auth", {})
    return auth


def _providers() -> list[str]:
    """The names of the providers below `[auth]`; empty where there is one without a name."""
    auth = _auth()
    if "client_id" in auth:
        return []
    return [
        name for name, value in auth.items() if isinstance(value, Mapping) and "client_id" in value
    ]


def _offer() -> None:
    show(tag("h1", "Andon"))
    show(tag("p", "Sign in to see the board. The link that you followed opens afterwards."))
    for name in _providers():
        if st.button(f"Sign in with {plain(name)}", key=f"sign-in-{name}", type="primary"):
            st.login(name)
    if not _providers() and st.button("Sign in", key="sign-in", type="primary"):
        st.login()


def _refuse() -> None:
    show(tag("h1", "Andon"))
    show(
        tag(
            "p",
            "Nothing is shown: this request does not say who you are. Open the dashboard by the "
            "address of the proxy in front of it, where you sign in.",
        )
    )
