"""Evidence that may take long: says what is being read while it is."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import page


def reading(here: page.Here, subject: str, what: str, **options: Any) -> Any:
    """Evidence of a subject, with a line that says what is read and for how long already."""
    with st.spinner(f"{what} …", show_time=True):
        return here.evidence(subject, **options)
