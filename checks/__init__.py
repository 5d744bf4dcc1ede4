"""Andon: the red/green board and the stop-the-line gate of a daily data pipeline.

>>> from checks import DataMonitor
>>> report = DataMonitor("andon.yml").run()
>>> report.verdict
<Status.RED: 'red'>
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.config import load_config
    from checks.config.model import Config
    from checks.core.errors import AndonError, ConfigError, UsageError
    from checks.core.model import Cause, Layer, Report, Severity, Status, Verdict
    from checks.evaluation.engine import evaluate
    from checks.monitor import DataMonitor

__all__ = [
    "AndonError",
    "Cause",
    "Config",
    "ConfigError",
    "DataMonitor",
    "Layer",
    "Report",
    "Severity",
    "Status",
    "UsageError",
    "Verdict",
    "evaluate",
    "load_config",
]

_HOMES = {
    "checks.config": ("load_config",),
    "checks.config.model": ("Config",),
    "checks.evaluation.engine": ("evaluate",),
    "checks.core.errors": ("AndonError", "ConfigError", "UsageError"),
    "checks.core.model": ("Cause", "Layer", "Report", "Severity", "Status", "Verdict"),
    "checks.monitor": ("DataMonitor",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the command line needs few of them."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
