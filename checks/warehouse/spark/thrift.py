"""A Spark Thrift server as a database driver, over PyHive's Thrift client.

PyHive's own cursor waits in a call that nothing can interrupt, drops time zones and
fails on decimals and NaN; here a statement runs on the server while this side asks.
"""

from __future__ import annotations

import getpass
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from time import monotonic, sleep
from typing import Any

from checks.warehouse.spark import dbapi
from checks.warehouse.spark.dbapi import (
    DatabaseError,
    DataError,
    Description,
    Error,
    OperationalError,
    ProgrammingError,
    Row,
    apilevel,
    failure,
    threadsafety,
)
from checks.warehouse.spark.literals import with_values
from checks.warehouse.spark.transport import ServerAddress

__all__ = [
    "DataError", "DatabaseError", "Error", "OperationalError", "ProgrammingError", "apilevel",
    "connect", "paramstyle", "threadsafety",
]  # fmt: skip

paramstyle = "pyformat"
_PORT = 10_000
_FETCHED = 10_000
_LONGEST_PAUSE = 0.25
#: Shown before the statement on Spark's own pages.
_TAG = "/* andon */ "
# It would also print errors that are raised.
logging.getLogger("thrift").addHandler(logging.NullHandler())


def connect(
    host: str = "localhost", port: int = _PORT, username: str | None = None,
    password: str | None = None, schema: str = "default",
    options: dict[str, str] | None = None, seconds: float = 600.0, connect_seconds: float = 30.0,
) -> Connection:  # fmt: skip
    """A session on a Thrift server. Raises OperationalError, or ModuleNotFoundError.

    seconds: how long the server may be silent, connect_seconds: the same while connecting.
    """
    address = ServerAddress(host, port, username or _user(), password, options or {})
    return Connection(lambda: _opened(address, schema, connect_seconds, seconds))


def _opened(address: ServerAddress, schema: str, connect_seconds: float, seconds: float) -> Any:
    from pyhive import hive

    # PyHive puts the name between backticks without escaping it.
    name = "`.`".join(part.replace("`", "``") for part in schema.split("."))
    with _faults(f"could not connect to {address.host}:{address.port}: "):
        transport, wire = address.transport()
        wire.setTimeout(connect_seconds * 1000)
        session = hive.Connection(
            thrift_transport=transport, username=address.username, database=name
        )
        wire.setTimeout(seconds * 1000)
        return session


def _user() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "andon"


class Connection:
    """One session. `cancel` may be called from another thread, everything else from one."""

    def __init__(self, open_session: Callable[[], Any]) -> None:
        self._open_session = open_session
        self._session = open_session()
        self._running: Any = None
        self._cancelled = False
        self.lost = False

    def cursor(self) -> dbapi.Cursor:
        """A cursor for one statement after another."""
        return dbapi.Cursor(self)

    def commit(self) -> None:
        """Spark has no transactions."""

    rollback = commit

    def close(self) -> None:
        """End the session; a server that is gone has ended it already."""
        with suppress(Exception):
            self._session._transport.close() if self.lost else self._session.close()

    def cancel(self) -> None:
        """Stop the running statement through another session, as this one is waiting."""
        self._cancelled = True
        if (running := self._running) is None:
            return
        other = self._open_session()
        try:
            _checked(other.client.CancelOperation(_types().TCancelOperationReq(running)))
        finally:
            other.close()

    def run(self, statement: str, values: Any) -> tuple[Description | None, list[Row]]:
        """Execute and fetch everything. Raises an Error of `dbapi`."""
        types, client = _types(), self._session.client
        text = _TAG + with_values(statement, values)
        with self._watched():
            request = types.TExecuteStatementReq(self._session.sessionHandle, text, runAsync=True)
            self._cancelled = False
            self._running = _checked(client.ExecuteStatement(request)).operationHandle
            try:
                self._wait(client, types)
                return _fetched(client, types, self._running)
            finally:
                handle, self._running = self._running, None
                with suppress(Exception):
                    client.CloseOperation(types.TCloseOperationReq(handle))

    def _wait(self, client: Any, types: Any) -> None:
        """Wait for the end of the statement; until then the server delays its answers."""
        states, pause = types.TOperationState, 0.002
        unfinished = (states.INITIALIZED_STATE, states.PENDING_STATE, states.RUNNING_STATE)
        while True:
            requested_at = monotonic()
            answer = _checked(
                client.GetOperationStatus(types.TGetOperationStatusReq(self._running))
            )
            if answer.operationState not in unfinished:
                break
            if monotonic() - requested_at < pause:
                sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if answer.operationState == states.TIMEDOUT_STATE:
            raise DatabaseError("timed out: the server stopped it at its time limit")
        if answer.operationState != states.FINISHED_STATE:
            raise failure(answer.errorMessage or "[OPERATION_CANCELED] it was cancelled")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            with _faults("the server closed the connection: "):
                yield
        except OperationalError:
            self.lost = True
            raise


@contextmanager
def _faults(where: str) -> Iterator[None]:
    """Raises errors of the client library as an Error without request and stack trace."""
    from pyhive import exc
    from thrift.Thrift import TException

    try:
        yield
    except exc.Error as error:
        status = getattr(error.args[0] if error.args else None, "status", None)
        raise failure(getattr(status, "errorMessage", None) or str(error)) from None
    except (TException, OSError, EOFError) as error:
        inner = getattr(error, "message", None) or error
        raise OperationalError(f"{where}{dbapi.error_text(str(inner))}") from None


def _checked(response: Any) -> Any:
    if response.status.statusCode != _types().TStatusCode.SUCCESS_STATUS:
        raise failure(response.status.errorMessage or "")
    return response


def _types() -> Any:
    from TCLIService import ttypes

    return ttypes


def _fetched(client: Any, types: Any, handle: Any) -> tuple[Description | None, list[Row]]:
    if not handle.hasResultSet:
        return None, []
    answer = _checked(client.GetResultSetMetadata(types.TGetResultSetMetadataReq(handle)))
    columns = [(c.columnName, _type_name(types, c)) for c in answer.schema.columns]
    rows: list[Row] = []
    while True:
        forward = types.TFetchOrientation.FETCH_NEXT
        request = types.TFetchResultsReq(handle, forward, _FETCHED)
        batch = _checked(client.FetchResults(request)).results
        more = zip(*(_values(c, t[1]) for c, t in zip(batch.columns, columns, strict=True)),
                   strict=True)  # fmt: skip
        before = len(rows)
        rows.extend(more)
        if len(rows) == before:
            break
    return [(name, kind, None, None, None, None, True) for name, kind in columns], rows


def _type_name(types: Any, column: Any) -> str:
    entry = column.typeDesc.types[0].primitiveEntry
    return "STRING_TYPE" if entry is None else str(types.TTypeId._VALUES_TO_NAMES[entry.type])


def _values(column: Any, type_name: str) -> list[Any]:
    """One column's values; the bits of `nulls` mark the missing ones."""
    filled = next(part for part in vars(column).values() if part is not None)
    convert: Callable[[Any], Any] = _CONVERTERS.get(type_name, _same)
    nulls = filled.nulls
    return [
        None if i // 8 < len(nulls) and nulls[i // 8] >> i % 8 & 1 else convert(value)
        for i, value in enumerate(filled.values)
    ]


def _same(value: Any) -> Any:
    return value


def _moment(text: str) -> datetime | str:
    """A time; as text where it is outside of Python's years."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text.removeprefix("+")


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text.removeprefix("+")


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "TIMESTAMP_TYPE": _moment,
    "DATE_TYPE": _day,
    "DECIMAL_TYPE": Decimal,
}
