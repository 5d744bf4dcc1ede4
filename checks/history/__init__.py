"""What was found before, who waived or accepted what, and who is on it: kept between evaluations.

Light to import: SQLAlchemy is loaded when a history is opened.
"""

from __future__ import annotations

from functools import partial
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

#: Histories that are no file that evaluations read: asked once, as looking for all may take long.
_NO_INPUTS: set[tuple[object, ...]] = set()
_MOST_ASKED = 1000

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
        one.url or str((folder / (one.path or "")).resolve()) for one in config.warehouse.attach
    ]
    attached += [str(folder / pattern) for pattern in config.warehouse.files]
    return warehouse_identity(config.warehouse.url, config.history.url, attached)


def _refuse_inputs(config: Config) -> None:
    """Raises HistoryError where the history's file is one that evaluations read, by any name."""
    import sqlalchemy as sa

    from checks.config.input_files import DATABASE_SUFFIXES, input_at, place_of

    history = sa.make_url(config.history.url)
    if history.get_backend_name() != "sqlite" or not history.database:
        return
    own = place_of(history.database).path
    places = [place_of(f"{own}{suffix}") for suffix in DATABASE_SUFFIXES]
    asked = (config.path, config.warehouse, tuple((one.path, one.file_id) for one in places))
    if asked in _NO_INPUTS:  # patterns of `warehouse.files` may mean many files
        return
    inputs = (input_at(place, config, with_rejected=False) for place in places)
    what = next(filter(None, inputs), None)
    if what is not None:
        raise HistoryError(f"it is {what}, which is only read: name another store in history.url")
    _NO_INPUTS.add(asked)
    while len(_NO_INPUTS) > _MOST_ASKED:
        _NO_INPUTS.pop()


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
