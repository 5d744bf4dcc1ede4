"""Limits what a DuckDB session can access: its file, and what `warehouse` configures beside it.

DuckDB has one instance of a file per process, whose settings all connections share, and which ends
with the last of them. So the first connection limits and locks it, under a lock of this process,
and the others check that it has the limits that they need.
"""

from __future__ import annotations

import os
import re
from glob import glob, has_magic
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.faults import first_line

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from checks.config.database import AttachedDatabase, WarehouseConfig

#: Equal for every connection: DuckDB refuses a second one to a file with different settings.
CONNECTING: dict[str, object] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
#: Settings that a session may still change for itself.
_OWN_SETTINGS = ("TimeZone", "enable_progress_bar")
#: Errors for a file that a writer locks, or that a newer DuckDB or another engine wrote.
_OTHER_ERRORS = ("lock", "with version number", "Extension")
_ESCAPED = re.compile(r"\[([*?[])\]")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[/\\]")
#: DuckDB 1 lets views call these although its configuration is locked: it then writes the files,
#: or, where it may not, crashes the process.
_OPENING = ("enable_logging", "enable_profiling")


class Readable(NamedTuple):
    """Files and folders that SQL may read."""

    paths: frozenset[str]
    folders: frozenset[str]


class _Limits(NamedTuple):
    """The limits of an instance: their configuration, and the files."""

    config: tuple[object, ...]
    readable: Readable


#: Up to this many bytes one thread is as fast as several, with two thirds of the memory.
_SMALL_FILE = 128 * 1024 * 1024

_locks: dict[str, Lock] = {}
_limited: dict[str, _Limits] = {}


def limit_access(connection: Connection, config: WarehouseConfig, database: str | None) -> None:
    """Limit the session, or check that its instance is limited in the same way.

    Raises MeasurementError for a missing database or extension, and with Cause.LOCKED while the
    instance is limited in another way.
    """
    _hide_opening_functions(connection)
    limits = _Limits((config.files, config.attach, config.extensions), readable(config.files))
    if not is_shared(database):
        _limit(connection, config, limits.readable, database)
        return
    name = os.path.realpath(database or "")
    with _locks.setdefault(name, Lock()):
        if not _is_locked(connection):
            _limit(connection, config, limits.readable, database)
            _limited[name] = limits
        elif not _satisfies(_limited.get(name), limits):
            raise MeasurementError(
                Cause.LOCKED,
                "the database file is already open in this process with other values of "
                "warehouse.files, attach or extensions, or was opened before new files came",
                retry=True,
            )


def is_shared(database: str | None) -> bool:
    """Whether connections of one process to a database share their settings."""
    return database not in (None, "", ":memory:")


def readable(patterns: tuple[str, ...]) -> Readable:
    """The files that match patterns now, and the patterns themselves: DuckDB checks both."""
    paths: set[str] = set()
    folders: set[str] = set()
    for pattern in patterns:
        plain = _normal(_ESCAPED.sub(r"\1", pattern))
        if pattern.endswith("/"):
            folders.add(plain)
        else:
            paths.add(plain)
            paths.update(_normal(path) for path in _matching(pattern))
    return Readable(frozenset(paths), frozenset(folders))


def _matching(pattern: str) -> list[str]:
    if _ELSEWHERE.match(pattern) or not has_magic(pattern):
        return []
    paths = glob(pattern, recursive=True)  # noqa: PTH207  (a pattern may be absolute)
    return [path for path in paths if Path(path).is_file()]


def _normal(path: str) -> str:
    if _ELSEWHERE.match(path):
        return path
    return os.path.normpath(path) + ("/" if path.endswith("/") else "")


def _satisfies(current: _Limits | None, required: _Limits) -> bool:
    return (
        current is not None
        and current.config == required.config
        and current.readable.paths >= required.readable.paths
    )


def _is_locked(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT current_setting('lock_configuration')").scalar())


def _limit(
    connection: Connection, config: WarehouseConfig, allowed: Readable, database: str | None
) -> None:
    for extension in config.extensions:
        _load(connection, extension)
    if config.extensions:
        # They are loaded from their folder now, as it is inaccessible afterwards.
        connection.exec_driver_sql("SELECT count(*) FROM duckdb_secrets()")
    for attached in config.attach:
        _attach(connection, attached)
    if config.is_read_by_server and _is_small(config, database):
        connection.exec_driver_sql("SET threads = 1")
    if allowed.paths:
        connection.exec_driver_sql(f"SET allowed_paths = {_list(allowed.paths)}")
    if allowed.folders:
        connection.exec_driver_sql(f"SET allowed_directories = {_list(allowed.folders)}")
    connection.exec_driver_sql(f"SET allowed_configs = {_list(_OWN_SETTINGS)}")
    connection.exec_driver_sql("SET enable_external_access = false")
    connection.exec_driver_sql("SET lock_configuration = true")


def _is_small(config: WarehouseConfig, database: str | None) -> bool:
    """Whether one small file is all that can be read, and the URL sets no number of threads."""
    options = {name.lower() for name in sa.make_url(config.url).query}
    if not is_shared(database) or config.files or config.attach or "threads" in options:
        return False
    try:
        return Path(database or "").stat().st_size <= _SMALL_FILE
    except OSError:
        return False


def _hide_opening_functions(connection: Connection) -> None:
    """Hide each function behind a macro without arguments, for this session's views."""
    if duckdb.__version__.startswith("1."):
        for name in _OPENING:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TEMP MACRO {name}(refused) AS TABLE SELECT refused"
            )


def _load(connection: Connection, extension: str) -> None:
    try:
        connection.exec_driver_sql(f"LOAD {extension}")
    except Exception as error:
        if "not found" not in str(error):
            raise
        raise MeasurementError(
            Cause.CONNECTION,
            f"the extension {extension} of warehouse.extensions is not installed for DuckDB "
            f"{duckdb.__version__}; run INSTALL {extension} once by hand, as the same account",
        ) from None


def _attach(connection: Connection, database: AttachedDatabase) -> None:
    path = None if database.path is None else Path(database.path)
    if path is not None and not path.is_file():
        what = "is not a file" if path.exists() else "does not exist"
        raise _unattached(path, what, retry=True)
    target = _text(database.path or database.url or "")
    try:
        connection.exec_driver_sql(
            f'ATTACH IF NOT EXISTS {target} AS "{database.alias}" (READ_ONLY)'
        )
    except sa.exc.DBAPIError as error:
        if path is None or any(text in str(error) for text in _OTHER_ERRORS):
            raise
        raise _unattached(path, f"cannot be attached ({first_line(error)})") from None


def _unattached(path: Path, problem: str, *, retry: bool = False) -> MeasurementError:
    detail = f"the database file {path.name} of warehouse.attach {problem}"
    return MeasurementError(Cause.CONNECTION, detail, retry=retry)


def _list(values: frozenset[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(_text(value) for value in sorted(values))}]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
