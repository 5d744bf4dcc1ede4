"""Spark Connect as a database driver: a statement with typed parameters, a table back."""

from __future__ import annotations

import atexit
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote

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

__all__ = [
    "DataError", "DatabaseError", "Error", "OperationalError", "ProgrammingError", "apilevel",
    "connect", "paramstyle", "threadsafety",
]  # fmt: skip

paramstyle = "qmark"
_PORT = 15_002
_TAG = "andon"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def connect(
    host: str = "localhost", port: int = _PORT, username: str | None = None,
    password: str | None = None, schema: str | None = None,
    options: dict[str, str] | None = None, seconds: float = 600.0, connect_seconds: float = 30.0,
) -> Connection:  # fmt: skip
    """A session on a Spark Connect server. Raises OperationalError, or ModuleNotFoundError.

    connect_seconds: how long to wait for the server. How long a statement runs, the caller
    decides, by cancelling it.
    """
    channel_options = dict(options or {})
    if username:
        channel_options.setdefault("user_id", username)
    if password:
        channel_options.setdefault("token", password)
    connection = Connection(_session(host, port, channel_options, connect_seconds))
    try:
        if schema:
            connection.run(f"USE {_quoted(schema)}", None)
    except Error:
        connection.close()
        raise
    return connection


def _session(host: str, port: int, options: dict[str, str], seconds: float) -> Any:
    with warnings.catch_warnings():
        # It warns about versions of packages that are not used here.
        warnings.simplefilter("ignore")
        from pyspark.logger import PySparkLogger
        from pyspark.sql.connect.client.core import DefaultChannelBuilder
        from pyspark.sql.connect.session import SparkSession
    # It prints every error on its own, with the statement.
    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True
    option_text = "".join(f";{key}={quote(value)}" for key, value in options.items())
    builder: Any = DefaultChannelBuilder(f"sc://{host}:{port}/;user_agent={_TAG}{option_text}")
    channel = builder.toChannel()
    _wait_until_ready(channel, f"{host}:{port}", seconds)
    builder.toChannel = lambda: channel
    session = SparkSession(builder)
    # A failed statement is not sent again: the gate decides about retries.
    session.client.set_retry_policies([])
    session.addTag(_TAG)
    return session


def _wait_until_ready(channel: Any, where: str, seconds: float) -> None:
    """Fail at once where nothing listens, and in time where nothing answers."""
    from grpc import ChannelConnectivity

    states: SimpleQueue[Any] = SimpleQueue()
    channel.subscribe(states.put, try_to_connect=True)
    try:
        while (state := states.get(timeout=seconds)) is not ChannelConnectivity.READY:
            if state is ChannelConnectivity.TRANSIENT_FAILURE:
                channel.close()
                raise OperationalError(f"could not connect to {where}: nobody answers there")
    except Empty:
        channel.close()
        raise OperationalError(f"could not connect to {where} within {seconds:g} s") from None
    channel.unsubscribe(states.put)


def _quoted(name: str) -> str:
    return ".".join(f"`{part.replace('`', '``')}`" for part in name.split("."))


class Connection:
    """One session. `cancel` may be called from another thread, everything else from one."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.lost = False
        # Otherwise a session waits at the interpreter's end for threads that have ended.
        atexit.register(self.close)

    def cursor(self) -> dbapi.Cursor:
        """A cursor for one statement after another."""
        return dbapi.Cursor(self)

    def commit(self) -> None:
        """Spark has no transactions."""

    rollback = commit

    def close(self) -> None:
        """Release the session; a server that is gone has done so already."""
        atexit.unregister(self.close)
        with suppress(Exception):
            if not self.lost:
                self._session.client.release_session()
        with suppress(Exception):
            self._session.client.close()

    def cancel(self) -> None:
        """Stop what this session runs."""
        self._session.interruptTag(_TAG)

    def run(self, statement: str, values: Any) -> tuple[Description | None, list[Row]]:
        """Execute and fetch everything. Raises an Error of `dbapi`."""
        with self._faults():
            arguments = [_argument(value) for value in values or ()]
            table = self._session.sql(statement, args=arguments or None).toArrow()
        columns = [_values(column) for column in table.columns]
        description = [
            (field.name, str(field.type), None, None, None, None, True) for field in table.schema
        ]
        return description, list(zip(*columns, strict=True))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Raises errors of the client library as an Error without statement and stack trace."""
        from pyspark.errors import PySparkException

        try:
            yield
        except PySparkException as error:
            code = getattr(getattr(error, "getGrpcStatusCode", lambda: None)(), "name", "")
            raise self._error(code, str(error)) from None

    def _error(self, code: str, message: str) -> DatabaseError:
        if code in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
            self.lost = True
            return OperationalError(f"the server closed the connection ({code})")
        if code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            return DatabaseError(f"not authorized ({code})")
        return failure(message)


def _argument(value: Any) -> Any:
    """A parameter of the type that its column has.

    By itself the client takes a time without a zone for one of the machine's own zone.
    """
    if isinstance(value, datetime) and value.tzinfo is None:
        from pyspark.sql.connect.column import Column
        from pyspark.sql.connect.expressions import LiteralExpression
        from pyspark.sql.types import TimestampNTZType

        return Column(LiteralExpression(value, TimestampNTZType()))
    return value


def _values(column: Any) -> list[Any]:
    """One column's values: times are counted here, as far as Python goes."""
    kind = str(column.type)
    if kind.startswith("timestamp[us"):
        return _counted(column.cast("int64").to_pylist(), _moment)
    if kind == "date32[day]":
        return _counted(column.cast("int32").to_pylist(), _day)
    values: list[Any] = column.to_pylist()
    return values


def _counted(numbers: list[int | None], convert: Callable[[int], Any]) -> list[Any]:
    return [None if number is None else convert(number) for number in numbers]


def _moment(micros: int) -> datetime | str:
    """A time in UTC, or without a zone; as text where Python does not count that far."""
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return f"{_year(micros // 86_400_000_000)}-01-01 00:00:00"


def _day(days: int) -> date | str:
    try:
        return date.fromordinal(_EPOCH_DAY + days)
    except (OverflowError, ValueError):
        return f"{_year(days)}-01-01"


def _year(days: int) -> int:
    """About the year: all that matters is that it lies outside of the calendar."""
    year = 1970 + int(days / 365.2425)
    return max(year, 10_000) if days > 0 else min(year, 0)
