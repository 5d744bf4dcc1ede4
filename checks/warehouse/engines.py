"""SQLAlchemy's engines, kept for the next evaluation of the same warehouse.

An engine holds no connection here, but the statements that it has compiled: in a process that
judges again and again, such as the dashboard, compiling took a third of an evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from checks.warehouse.undoing import let_undo

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

    from checks.warehouse.dialects.base import Profile

#: The most engines that are kept, and the most compiled statements of each.
MOST_ENGINES: Final = 16
_MOST_STATEMENTS: Final = 150

_lock = Lock()
#: By URL and arguments, the one that was used last at the end.
_engines: dict[tuple[URL, str], Engine] = {}


def engine_for(profile: Profile, url: URL, arguments: Mapping[str, Any]) -> Engine:
    """An engine that connects to `url` with the driver's arguments, at each use anew.

    Raises what SQLAlchemy raises where there is no driver.
    """
    with _lock:
        kept = _engines.get(_key(url, arguments))
    return kept or _created(profile, url, arguments)


def keep_engine(engine: Engine, profile: Profile, url: URL, arguments: Mapping[str, Any]) -> None:
    """Keep an engine that has connected; those used longest ago are let go.

    Not before: an engine's first connection holds a lock while the server answers, and one that
    never does would block every later evaluation.
    """
    if not profile.keeps_engines:
        return
    with _lock:
        _engines.pop(_key(url, arguments), None)
        _engines[_key(url, arguments)] = engine
        if len(_engines) > MOST_ENGINES:
            del _engines[next(iter(_engines))]


def _key(url: URL, arguments: Mapping[str, Any]) -> tuple[URL, str]:
    return url, repr(sorted(arguments.items()))


def _created(profile: Profile, url: URL, arguments: Mapping[str, Any]) -> Engine:
    engine = sa.create_engine(
        url,
        poolclass=NullPool,
        connect_args=dict(arguments),
        hide_parameters=True,
        query_cache_size=_MOST_STATEMENTS,
    )
    if profile.undo is not None:
        let_undo(engine)
    return engine
