"""Downloads at addresses that nobody can compute, and that end with their session.

Streamlit serves a download to whoever knows its address, and makes the address of the file's
content, name and type. So a secret of the session is part of the type, where it changes nothing
for the person: the file keeps its name.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_BYTES = 32


class _Session(NamedTuple):
    """A browser's session. The secret is on no page, in no record and in no address."""

    id: str
    secret: str


def private(kind: str) -> str:
    """A type of file, such as text/csv, that makes a download's address this session's alone."""
    return f"{kind}; session={_session().secret}"


def remove(session_id: str) -> None:
    """Remove the files of a session.

    Streamlit keeps them while the session could be taken up again, and then until another page
    is drawn. A page that is taken up again is drawn anew, with its downloads.
    """
    if not runtime.exists():
        return
    files = runtime.get_instance().media_file_mgr
    files.clear_session_refs(session_id)
    files.remove_orphaned_files()  # marks what nobody refers to
    files.remove_orphaned_files()  # removes what is marked


# Let go of when the browser leaves, and with it the files.
@st.cache_resource(
    scope="session", show_spinner=False, on_release=lambda session: remove(session.id)
)
def _session() -> _Session:
    context = get_script_run_ctx()
    return _Session(context.session_id if context else "", secrets.token_hex(_BYTES))
