"""One read-only connection for one evaluation: opened late, closed early, limited in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from time import monotonic, sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from checks.config.database import WarehouseConfig
from checks.config.model import Config
from checks.core.errors import AndonError, MeasurementError, ReadOnlyViolation
from checks.core.model import Cause
from checks.core.secrets import secrets_of, spellings, without_secrets
from checks.core.startup import reveal
from checks.core.text import quoted
from checks.warehouse.dialects import profile_for
from checks.warehouse.dialects._session import Limits
from checks.warehouse.dialects.base import AmbiguousColumnError
from checks.warehouse.engines import engine_for, keep_engine
from checks.warehouse.explaining import Explain, StatementPlan, lines_of, sql_of
from checks.warehouse.faults import first_line, measurement_error
from checks.warehouse.inner_names import inner_prefix, mapped_sources
from checks.warehouse.relation import Relation, Source, select_target
from checks.warehouse.undoing import undo_after_each
from checks.warehouse.worker import DeadlineExceededError, Worker

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")
Row = Sequence[Any]
_LOCK_POLL_SECONDS = 0.1
_GIBIBYTE = 2**30


class Warehouse:
    """Sends SELECTs and nothing else. Use as a context manager.

    Every failure is a MeasurementError with its cause; after a failed connection no other one
    is tried within the same evaluation.
    """

    def __init__(
        self,
        config: WarehouseConfig,
        progress: Callable[[str], None] | None = None,
        sources: Iterable[Source] = (),
    ) -> None:
        """sources: the mapped sections, whose names no part of a statement may use."""
        self._config = config
        self._inner_prefix = inner_prefix(sources)
        self._progress = progress or (lambda text: None)
        self._url = sa.make_url(config.url)
        self.profile = profile_for(self._url.get_backend_name())
        self._secrets = _secrets(config, self._url)
        self._worker = Worker(config.timeout_seconds)
        self._connection: Connection | None = None
        self._failure: MeasurementError | None = None
        self._relations: dict[tuple[str, str | None, str | None], Relation] = {}

    @classmethod
    def of(cls, config: Config, progress: Callable[[str], None] | None = None) -> Warehouse:
        """The warehouse of a pipeline, with its mapped tables."""
        return cls(config.warehouse, progress, mapped_sources(config))

    def inner_name(self, name: str) -> str:
        """A name for a part of a statement that no mapped table has."""
        return self._inner_prefix + name

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, so that the database's writer can open it."""
        self._worker.stop(self._disconnect)

    def fetch(self, statement: sa.Select[*tuple[Any, ...]]) -> list[Row]:
        """All rows of one SELECT.

        Raises ReadOnlyViolation for anything else, MeasurementError when it fails.
        """
        if not isinstance(statement, sa.Select):
            raise ReadOnlyViolation("only SELECT statements are sent to the warehouse")
        return self._call(lambda: list(self._connected().execute(statement).fetchall()))

    def explain(self, statement: sa.Select[*tuple[Any, ...]]) -> StatementPlan:
        """The statement as text, and the engine's plan. Reads no rows.

        Raises MeasurementError when the engine refuses the statement.
        """
        dialect = self._call(self._connected).dialect
        sql = without_secrets(sql_of(statement, dialect), self._secrets)
        if self.profile.explain_prefix is None:
            return StatementPlan(sql)
        explain_statement = Explain(self.profile.explain_prefix, statement)
        plan = self._call(
            lambda: lines_of(list(self._connected().execute(explain_statement).fetchall()))
        )
        return StatementPlan(sql, self.profile.estimate(plan), plan)

    def relation(self, section: str, source: Source) -> Relation:
        """A mapped section, resolved once. Raises MeasurementError (missing_table, ...)."""
        key = (section, source.table, source.query)
        if key not in self._relations:
            self._relations[key] = self._call(lambda: self._resolve(section, source))
        return self._relations[key]

    def remaining(self) -> float:
        """Seconds left of the evaluation's time."""
        return self._worker.remaining()

    def limited_to(self, seconds: float) -> AbstractContextManager[None]:
        """Within it, statements may take so long together, if that is less than what is left."""
        return self._worker.limited_to(seconds)

    def check_connection(self) -> None:
        """Open the connection. Raises MeasurementError when that fails."""
        self._call(self._connected)

    def _resolve(self, section: str, source: Source) -> Relation:
        connection, spell = self._connected(), self.profile.table_name
        alias = self.inner_name(section)
        target, names = select_target(source, connection.dialect, alias, spell=spell)
        label = f"table {quoted(source.table)}" if source.table else f"the query of {section}"
        try:
            kinds = self.profile.column_kinds(connection, target, names)
        except AmbiguousColumnError as error:
            raise MeasurementError(Cause.BAD_VALUE, f"{label} {error}") from None
        except sa.exc.NoSuchTableError:
            raise MeasurementError(Cause.MISSING_TABLE, f"{label} does not exist") from None
        except sa.exc.SQLAlchemyError as error:
            fault = self._fault(error)
            if fault.cause is Cause.MISSING_TABLE and source.table:
                fault = MeasurementError(
                    Cause.MISSING_TABLE, f"{label} does not exist ({fault.detail})"
                )
            raise fault from None
        target, _ = select_target(source, connection.dialect, alias, kinds, spell)
        partition = getattr(source, "partition", None)
        read_as = self.profile.columns_read_otherwise(target, kinds)
        return Relation(section, label, target, kinds, partition, read_as, self._inner_prefix)

    def _call(self, function: Callable[[], T]) -> T:
        try:
            return self._worker.call(function, self._cancel)
        except DeadlineExceededError:
            raise MeasurementError(
                Cause.TIMEOUT,
                f"not finished within warehouse.timeout_seconds = {self._config.timeout_seconds:g}",
                retry=True,
            ) from None
        except AndonError:
            raise
        except Exception as error:  # noqa: BLE001  (drivers raise what they like)
            fault = self._fault(error)
            if self._connection is not None and self._connection.invalidated:
                # The server closed the connection: further statements fail for the same reason.
                self._failure = fault
            raise fault from None

    def _fault(self, error: Exception) -> MeasurementError:
        if known := self.profile.known_fault(error, self._url):
            return known
        return self.profile.explained(
            measurement_error(
                error, self.profile.patterns(), self._secrets, self.profile.cause_of(error)
            )
        )

    def _connected(self) -> Connection:
        if self._failure is not None:
            raise self._failure
        if self._connection is None:
            try:
                self._connection = self._open()
            except MeasurementError as error:
                self._failure = error
                raise
            except Exception as error:  # noqa: BLE001  (drivers raise what they like)
                self._failure = self._connect_error(error)
                raise self._failure from None
        return self._connection

    def _connect_error(self, error: Exception) -> MeasurementError:
        """A failure to connect as an error of the whole warehouse, whatever the driver calls it."""
        if isinstance(error, ModuleNotFoundError | sa.exc.NoSuchModuleError):
            detail = f"no driver for {self._url.drivername} is installed ({first_line(error)})"
            return MeasurementError(Cause.CONNECTION, detail)
        fault = self._fault(error)
        if fault.cause in (Cause.BAD_VALUE, Cause.INTERNAL, Cause.MISSING_TABLE):
            return MeasurementError(Cause.CONNECTION, fault.detail, retry=fault.retry)
        return fault

    def _open(self) -> Connection:
        self.profile.check_target(self._url)
        limits = self._limits()
        if not self.profile.starts_faster_alone:
            reveal()
        url = self.profile.engine_url(self._url)
        arguments = self.profile.connect_arguments(self._url, limits)
        engine = engine_for(self.profile, url, arguments)
        connection = self._connect_when_free(engine, self.profile.execution_options(limits))
        keep_engine(engine, self.profile, url, arguments)
        self.profile.opened(connection.connection.driver_connection, limits)
        for statement in self.profile.session_statements(limits):
            connection.exec_driver_sql(statement)
        if self.profile.undo is not None:
            undo_after_each(connection, self.profile.undo)
        return connection

    def _limits(self) -> Limits:
        seconds = self._worker.remaining()
        gibibytes = self._config.max_scan_gib
        if gibibytes is not None and not self.profile.limits_scans:
            raise MeasurementError(
                Cause.CONNECTION,
                f"warehouse.max_scan_gib is set, but {self._url.get_backend_name()} has no limit "
                "for what a statement reads; remove it",
            )
        scan = None if gibibytes is None else int(gibibytes * _GIBIBYTE)
        return Limits(seconds, min(self._config.lock_wait_seconds, seconds), scan)

    def _connect_when_free(self, engine: Engine, options: dict[str, Any]) -> Connection:
        deadline = monotonic() + min(self._config.lock_wait_seconds, self._worker.remaining())
        while True:
            try:
                return self._limited(engine.connect().execution_options(**options))
            except (sa.exc.SQLAlchemyError, MeasurementError) as error:
                if not self.profile.is_lock(error):
                    raise
                if monotonic() >= deadline:
                    raise self._locked(error) from None
            self._progress("waiting for the warehouse's writer to release its lock")
            sleep(_LOCK_POLL_SECONDS)

    def _limited(self, connection: Connection) -> Connection:
        try:
            self.profile.limit_access(connection, self._config)
        except BaseException:
            connection.close()
            raise
        return connection

    def _locked(self, error: Exception) -> MeasurementError:
        if isinstance(error, MeasurementError):
            return error
        waited = f"locked by its writer for over {self._config.lock_wait_seconds:g} s"
        known = measurement_error(error, self.profile.patterns(), self._secrets)
        return MeasurementError(Cause.LOCKED, f"{waited} ({known.detail})", retry=True)

    def _cancel(self) -> None:
        """Ask the driver to stop; its answer does not change the outcome any more."""
        if self._connection is None:
            return
        try:
            self.profile.cancel(self._connection.connection.driver_connection)
        except Exception as error:  # noqa: BLE001  (the deadline is reported either way)
            self._progress(f"could not cancel the running query: {first_line(error)[:80]}")

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _secrets(config: WarehouseConfig, url: sa.URL) -> tuple[str, ...]:
    """Texts that must never be shown: the warehouse's password, attached databases' addresses."""
    addresses = [database.url for database in config.attach if database.url is not None]
    return (*spellings(addresses), *secrets_of(url))
