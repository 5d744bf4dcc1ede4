"""Downloads at addresses that nobody can guess, and that end with their session.

Streamlit serves a download to whoever knows its address, and derives the address from the file's
content, name and MIME type. So a secret of the session is made a part of the MIME type, where
nobody sees it: the file keeps its name.
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
    """A MIME type, such as text/csv, extended so that only this session knows the address."""
    return f"{kind}; session={_session().secret}"


def remove(session_id: str) -> None:
    """Remove the files of a session.

    Streamlit keeps them as long as the browser may reconnect, and then until another page is
    drawn. After a reconnect the page is drawn again, with its downloads.
    """
    if not runtime.exists():
        return
    files = runtime.get_instance().media_file_mgr
    files.clear_session_refs(session_id)
    files.remove_orphaned_files()  # marks what nobody refers to
    files.remove_orphaned_files()  # removes what is marked


# Released when the browser disconnects; the files are removed then.
@st.cache_resource(
    scope="session", show_spinner=False, on_release=lambda session: remove(session.id)
)
def _session() -> _Session:
    context = get_script_run_ctx()
    return _Session(context.session_id if context else "", secrets.token_hex(_BYTES))
