"""How often an open page refreshes: each session at its own interval.

With one interval for all, pages that once waited for the same evaluation would refresh at the
same moment from then on.
"""

from __future__ import annotations

import zlib
from typing import Final

from streamlit.runtime.scriptrunner import get_script_run_ctx

from checks.config.model import Config

#: Part of `dashboard.refresh_seconds` over which the sessions are spread.
SPREAD: Final = 0.25
#: The widest spread that helps.
_MOST_SECONDS: Final = 30.0
#: A refresh just before the numbers are due would get the old ones.
_LATER: Final = 1.0


def refresh_interval(config: Config) -> float:
    """Seconds between two refreshes of the current session; always the same for a session."""
    context = get_script_run_ctx()
    return pace(config.dashboard.refresh_seconds, context.session_id if context else "")


def pace(refresh_seconds: float, session: str) -> float:
    """`refresh_seconds`, one second, and up to a quarter (at most 30 s) more."""
    share = zlib.crc32(session.encode()) / 2**32
    return refresh_seconds + _LATER + share * min(refresh_seconds * SPREAD, _MOST_SECONDS)
