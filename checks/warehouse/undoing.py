"""Undoes what a statement left behind in its session, whether it succeeded or failed."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, ExceptionContext


def undo_after_each(connection: Connection, undo: str) -> None:
    """Send `undo` after each further statement of a connection that has an engine of its own.

    The driver must have fetched the rows by then, as with client-side cursors.
    """
    driver_connection = connection.connection.driver_connection

    def send() -> None:
        with closing(driver_connection.cursor()) as cursor:  # type: ignore[union-attr]
            cursor.execute(undo)

    def after(*_: Any) -> None:
        send()

    def after_error(context: ExceptionContext) -> None:
        # Where this fails as well, so does the next statement: the first error is reported.
        if not context.is_disconnect:
            with suppress(Exception):
                send()

    sa.event.listen(connection.engine, "after_cursor_execute", after)
    sa.event.listen(connection.engine, "handle_error", after_error)
