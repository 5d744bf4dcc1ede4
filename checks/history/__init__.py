"""What was found before, who waived or accepted what, and who is on it: kept between evaluations.

Light to import: SQLAlchemy is loaded when a history is opened.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from checks.core.errors import HistoryError
from checks.core.records import (
    Adoption,
    HistoryContext,
    StoredAcceptance,
    StoredEvaluation,
    StoredWaiver,
)

if TYPE_CHECKING:
    from checks.config.identity import WarehouseIdentity
    from checks.config.model import Config, HistoryConfig
    from checks.history.store import History

__all__ = [
    "Adoption",
    "History",
    "HistoryContext",
    "StoredAcceptance",
    "StoredEvaluation",
    "StoredWaiver",
    "history_of",
    "open_history",
]


def history_of(config: Config) -> History:
    """The history of one configuration, as its warehouse may use it: a pipeline's name that
    belongs to another warehouse there is an OtherWarehouseError.

    Touches no store and no warehouse yet. Raises HistoryError as `open_history` does.
    """
    from checks.history.store import History

    _refuse_warehouse(config)
    identify = partial(_identity_of, config)
    return History(config.history.url, config.history.keep_days, warehouse=identify)


def _identity_of(config: Config) -> WarehouseIdentity:
    from checks.config.identity import warehouse_identity

    folder = config.path.parent
    attached = [
        one.url or str((folder / (one.path or "")).resolve()) for one in config.warehouse.attach
    ]
    attached += [str(folder / pattern) for pattern in config.warehouse.files]
    return warehouse_identity(config.warehouse.url, config.history.url, attached)


def _refuse_warehouse(config: Config) -> None:
    """Raises HistoryError where the history's file is the warehouse, which is only read."""
    import sqlalchemy as sa

    history, warehouse = sa.make_url(config.history.url), sa.make_url(config.warehouse.url)
    if history.get_backend_name() != "sqlite" or warehouse.get_backend_name() != "sqlite":
        return
    names = (history.database or "", warehouse.database or "")
    if names[0] and Path(names[0]).absolute() == Path(names[1]).absolute():
        raise HistoryError("history.url is the warehouse, which is only read: name another store")


def open_history(config: HistoryConfig) -> History:
    """The history at one place, whoever's its pipelines are. Touches no file and no server yet.

    Raises HistoryError for a URL that no history can be kept at.
    """
    from checks.history.store import History

    return History(config.url, config.keep_days)


def __getattr__(name: str) -> object:
    if name == "History":
        from checks.history.store import History

        return History
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
