"""Libraries that drivers import when they find them, which takes half a second and 80 MiB."""

from __future__ import annotations

import sys

#: DuckDB imports these for the tables of data scientists, which no command here uses.
_NAMES = ("pandas", "numpy", "pyarrow")


def hide() -> None:
    """Let this process not find them: the whole process must be ours."""
    for name in _NAMES:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def reveal() -> None:
    """Let them be found again: some drivers (Spark Connect, Snowflake, ...) need them."""
    for name in _NAMES:
        if sys.modules.get(name, sys) is None:
            del sys.modules[name]
