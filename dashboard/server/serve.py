"""`streamlit run` without its watch over settings files: what `andon dashboard` starts.

Whatever `fileWatcherType` says, Streamlit looks five times a second, on threads of their own,
whether a `config.toml` changed. Ours are given on the command line, where no file undoes them.
"""

from __future__ import annotations

from typing import Any

from streamlit.web import bootstrap, cli

#: No setting ends the watch. Where a Streamlit has no such function it is left to watch, and
#: `tests/dashboard/test_whole_server.py` tells.
_WATCH = "_install_config_watchers"


def main() -> None:
    """Serve as the command line says, until a signal ends it."""
    if hasattr(bootstrap, _WATCH):
        setattr(bootstrap, _WATCH, _watch_nothing)
    cli.main(prog_name="streamlit")


def _watch_nothing(flag_options: dict[str, Any]) -> None:
    """In place of Streamlit's own."""


if __name__ == "__main__":
    main()
