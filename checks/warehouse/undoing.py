"""Undoes what a statement left behind in its session, whether it succeeded or failed."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine, ExceptionContext

#: The execution option of a connection that holds the statement to send.
_UNDO: Final = "andon_undo"


def let_undo(engine: Engine) -> None:
    """Make an engine's connections undo each statement, where `undo_after_each` asked for it."""
    sa.event.listen(engine, "after_cursor_execute", _after)
    sa.event.listen(engine, "handle_error", _after_error)


def undo_after_each(connection: Connection, undo: str) -> None:
    """Send `undo` after each further statement of a connection.

    The driver must have fetched the rows by then, as with client-side cursors.
    """
    connection.execution_options(**{_UNDO: undo})


def _after(connection: Connection, *_: Any) -> None:
    undo = connection.get_execution_options().get(_UNDO)
    if undo is not None:
        with closing(connection.connection.driver_connection.cursor()) as cursor:  # type: ignore[union-attr]
            cursor.execute(undo)


def _after_error(context: ExceptionContext) -> None:
    # Where this fails as well, so does the next statement: the first error is reported.
    if context.connection is not None and not context.is_disconnect:
        with suppress(Exception):
            _after(context.connection)
