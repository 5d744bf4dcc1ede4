"""Names of the environment variables that Andon reads."""

from __future__ import annotations

#: The configuration's path; several paths, separated as in PATH, for the dashboard.
CONFIG, CONFIGS = "ANDON_CONFIG", "ANDON_CONFIGS"
#: Whether an internal error shows its traceback.
DEBUG = "ANDON_DEBUG"
#: Who runs the command, unless `--owner` says it; it takes precedence over the login name.
OWNER = "ANDON_OWNER"
#: Whether the dashboard is closed to everybody who has not signed in.
REQUIRE_SIGN_IN = "ANDON_REQUIRE_SIGN_IN"
#: Set by `andon dashboard` for its server: other machines can reach it, or anybody is let in, so
#: no visitor is taken for the person at this machine.
DASHBOARD_OPEN = "ANDON_DASHBOARD_OPEN"
#: Set by `andon dashboard` for its server: standard input ends when that process does.
DASHBOARD_ATTACHED = "ANDON_DASHBOARD_ATTACHED"
