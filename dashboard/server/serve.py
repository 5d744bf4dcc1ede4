"""`streamlit run` without watching settings files: what `andon dashboard` starts.

Whatever `fileWatcherType` says, Streamlit checks five times a second, in threads of its own,
whether a `config.toml` changed. Our settings are options of the command line, which override it.
"""

from __future__ import annotations

from typing import Any

from streamlit.web import bootstrap, cli

#: No setting turns this off. A Streamlit without such a function keeps watching, and
#: `tests/dashboard/test_whole_server.py` fails.
_WATCH = "_install_config_watchers"


def main() -> None:
    """Serve with the options of the command line, until a signal ends it."""
    if hasattr(bootstrap, _WATCH):
        setattr(bootstrap, _WATCH, _watch_nothing)
    cli.main(prog_name="streamlit")


def _watch_nothing(flag_options: dict[str, Any]) -> None:
    """Replaces Streamlit's own function."""


if __name__ == "__main__":
    main()
