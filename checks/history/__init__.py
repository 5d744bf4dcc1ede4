"""Recorded evaluations, incidents and people's decisions, kept between evaluations.

Light to import: SQLAlchemy is loaded when a history is opened.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from checks.core.errors import HistoryError
from checks.core.records import (
    Adoption,
    HistoryContext,
    IncidentLog,
    StoredAcceptance,
    StoredEvaluation,
    StoredIncident,
    StoredWaiver,
)

if TYPE_CHECKING:
    from checks.config.identity import WarehouseIdentity
    from checks.config.model import Config, HistoryConfig
    from checks.history.store import History

#: Stores that are no input file of an evaluation: checked once, as that may take long.
_CHECKED_STORES: set[tuple[object, ...]] = set()
_MOST_CHECKED = 1000

__all__ = [
    "Adoption",
    "History",
    "HistoryContext",
    "IncidentLog",
    "StoredAcceptance",
    "StoredEvaluation",
    "StoredIncident",
    "StoredWaiver",
    "history_of",
    "open_history",
]


def history_of(config: Config) -> History:
    """The history of one configuration. Its calls raise OtherWarehouseError where the pipeline's
    name belongs to another warehouse.

    Accesses neither store nor warehouse yet. Raises HistoryError as `open_history` does.
    """
    from checks.history.store import History

    return History(
        config.history.url,
        config.history.keep_days,
        warehouse=partial(_identity_of, config),
        refuse=partial(_refuse_inputs, config),
    )


def _identity_of(config: Config) -> WarehouseIdentity:
    from checks.config.identity import warehouse_identity

    folder = config.path.parent
    attached = [
        database.url or str((folder / (database.path or "")).resolve())
        for database in config.warehouse.attach
    ]
    attached += [str(folder / pattern) for pattern in config.warehouse.files]
    return warehouse_identity(config.warehouse.url, config.history.url, attached)


def _refuse_inputs(config: Config) -> None:
    """Raises HistoryError where the history's file is, by any name, an input of evaluations."""
    import sqlalchemy as sa

    from checks.config.input_files import DATABASE_SUFFIXES, input_at, place_of

    history = sa.make_url(config.history.url)
    if history.get_backend_name() != "sqlite" or not history.database:
        return
    history_path = place_of(history.database).path
    places = [place_of(f"{history_path}{suffix}") for suffix in DATABASE_SUFFIXES]
    store_key = (
        config.path,
        config.warehouse,
        tuple((place.path, place.file_id) for place in places),
    )
    if store_key in _CHECKED_STORES:  # patterns of `warehouse.files` may mean many files
        return
    inputs = (input_at(place, config, with_rejected=False) for place in places)
    input_name = next(filter(None, inputs), None)
    if input_name is not None:
        raise HistoryError(
            f"it is {input_name}, which is only read: name another store in history.url"
        )
    _CHECKED_STORES.add(store_key)
    while len(_CHECKED_STORES) > _MOST_CHECKED:
        _CHECKED_STORES.pop()


def open_history(config: HistoryConfig) -> History:
    """The history at one place, whatever warehouses use it. Accesses no file and no server yet.

    Raises HistoryError for a URL that cannot hold a history.
    """
    from checks.history.store import History

    return History(config.url, config.keep_days)


def __getattr__(name: str) -> object:
    if name == "History":
        from checks.history.store import History

        return History
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
