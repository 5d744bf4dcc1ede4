"""What was found before, who waived what, and who is on it: kept between evaluations.

Light to import: SQLAlchemy is loaded when a history is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.history.records import HistoryContext, StoredEvaluation, StoredWaiver

if TYPE_CHECKING:
    from checks.config.model import HistoryConfig
    from checks.history.store import History

__all__ = ["History", "HistoryContext", "StoredEvaluation", "StoredWaiver", "open_history"]


def open_history(config: HistoryConfig) -> History:
    """The history of one configuration. Touches no file and no server yet.

    Raises HistoryError for a URL that no history can be kept at.
    """
    from checks.history.store import History

    return History(config.url, config.keep_days)


def __getattr__(name: str) -> object:
    if name == "History":
        from checks.history.store import History

        return History
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
