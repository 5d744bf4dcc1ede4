"""How often an open page looks again: each session at its own pace.

Pages that all looked after the same time would draw themselves anew together: whoever comes
while the numbers are measured waits for them, and from then on they come at once.
"""

from __future__ import annotations

import zlib
from typing import Final

from streamlit.runtime.scriptrunner import get_script_run_ctx

from checks.config.model import Config

#: Of `dashboard.refresh_seconds`: the slowest session looks so much later than the quickest.
SPREAD: Final = 0.25
#: Beyond it waiting longer spreads nothing more.
_MOST_SECONDS: Final = 30.0
#: A look right before the numbers may be renewed would find the old ones.
_LATER: Final = 1.0


def seconds_between_looks(config: Config) -> float:
    """For the session that is being drawn for; always the same one."""
    context = get_script_run_ctx()
    return pace(config.dashboard.refresh_seconds, context.session_id if context else "")


def pace(refresh_seconds: float, session: str) -> float:
    """From one second after `refresh_seconds` to a quarter, but no more than 30 s, later."""
    share = zlib.crc32(session.encode()) / 2**32
    return refresh_seconds + _LATER + share * min(refresh_seconds * SPREAD, _MOST_SECONDS)
