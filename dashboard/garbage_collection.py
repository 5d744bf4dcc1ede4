"""Long-lived objects are excluded from garbage collection.

Streamlit collects garbage after every run. Without this each collection would scan all modules, the
caches and the state of every open page: a refresh would cost more the longer a server runs.
"""

from __future__ import annotations

import gc
from typing import Final

import streamlit as st

#: How long new objects stay subject to collection.
SECONDS: Final = 60.0


@st.cache_resource(ttl=SECONDS, show_spinner=False)
def freeze_survivors() -> None:
    """Exclude all live objects from garbage collection; at most once in `SECONDS`.

    Excluded objects that became garbage since the last time are collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
