"""The dashboard with a fixed clock: `dashboard_at.py MOMENT PORT CONFIG`.

Its screenshots are the same whenever they are taken. Only the clock differs from
`andon dashboard`.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Serve on 127.0.0.1 until a signal ends it."""
    moment, port, config = sys.argv[1:4]
    # The settings are in the folder of the source; its packages are there too.
    os.chdir(_ROOT)
    sys.path[0] = str(_ROOT)
    os.environ |= {"ANDON_CONFIGS": config, "ANDON_REQUIRE_SIGN_IN": ""}
    _stop_the_clock(datetime.fromisoformat(moment))
    from streamlit.web.cli import main as streamlit

    sys.argv = ["streamlit", "run", "dashboard/server/asgi.py", "--server.port", port]
    sys.exit(streamlit())


def _stop_the_clock(moment: datetime) -> None:
    """Fix the clock before other modules are imported: some import its function by name."""
    from checks.core import clock

    def now() -> datetime:
        return moment

    clock.now = now


if __name__ == "__main__":
    main()
