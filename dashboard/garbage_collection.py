"""The garbage collector is kept from looking at what lives anyway.

Streamlit collects garbage after every run. Without this each collection looks at all modules, at
all that was read and drawn for everybody, and at what every open page holds: what a refresh
costs would grow with what the server has done before.
"""

from __future__ import annotations

import gc
from typing import Final

import streamlit as st

#: For so long what was made lately is looked at by each collection.
SECONDS: Final = 60.0


@st.cache_resource(ttl=SECONDS, show_spinner=False)
def settle() -> None:
    """Take what lives by now out of the collector's sight; at most once in `SECONDS`.

    What became garbage since the last time, and was out of sight, goes here.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
