"""Hides libraries that drivers import if they are installed: half a second and 80 MiB each run."""

from __future__ import annotations

import sys

#: DuckDB imports these to return data frames, which no command here uses.
_NAMES = ("pandas", "numpy", "pyarrow")


def hide() -> None:
    """Hide the libraries from this process, which has to be ours alone."""
    for name in _NAMES:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def reveal() -> None:
    """Make the libraries importable again: Spark Connect, Snowflake and others need them."""
    for name in _NAMES:
        if sys.modules.get(name, sys) is None:
            del sys.modules[name]
