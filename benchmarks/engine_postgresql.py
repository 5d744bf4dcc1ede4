"""PostgreSQL: a server of the benchmark's own, its data kept from one run to the next.

B-trees on the time and on the ids, as most have them. A BRIN index on the time would be of some
kilobytes, but the planner takes its rows for scattered: for one day it then reads every row.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from engine_base import Prepare, Prepared, timed
from engine_data import DAYS, FIRST_DAY, TABLES, Size, print_progress, yardstick_query

_YARDSTICK_QUERY = yardstick_query("TIMESTAMP '{}'")
_OPTIONS = (
    "-h '' -c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 "
    "-c max_wal_size=8GB -c shared_buffers=1GB -c timezone=UTC"
)
_INDEXES = (
    "CREATE INDEX ON stg_events (occurred_at)",
    "CREATE INDEX ON fct_orders (ordered_at)",
    "CREATE INDEX ON fct_orders (transaction_id)",
    "CREATE INDEX ON dim_sessions (session_id)",
)
_BLOCK = 1 << 20


@contextmanager
def engine(data: Path) -> Iterator[Prepare]:
    """Start the server; stop it at the end. Raises RuntimeError where it is not installed."""
    programs = _programs()
    folder = data / "engines-postgresql"
    folder.mkdir(exist_ok=True)
    # A socket's path is limited to about a hundred characters.
    socket = Path(tempfile.mkdtemp(prefix="andon-bench-", dir="/tmp"))
    run = partial(_run, _owner(folder, socket), folder)
    cluster = str(folder / "data")
    if not (folder / "data").exists():
        run(programs / "initdb", "-D", cluster, "-A", "trust", "-U", "postgres", "--no-sync")
    control = (programs / "pg_ctl", "-w", "-D", cluster)
    run(*control, "-l", str(folder / "log"), "-o", f"{_OPTIONS} -k {socket}", "start")
    try:
        yield partial(_prepared, socket)
    finally:
        run(*control, "-m", "fast", "stop")
        shutil.rmtree(socket)


def _programs() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(installed[-1]) if installed else shutil.which("initdb")
    if initdb is None:
        raise RuntimeError("no PostgreSQL server (initdb, pg_ctl) is installed")
    return Path(initdb).resolve().parent


def _owner(*folders: Path) -> pwd.struct_passwd | None:
    """Who runs the server: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return user


def _run(user: pwd.struct_passwd | None, folder: Path, *command: str | Path) -> None:
    who = None if user is None else user.pw_uid
    group = None if user is None else user.pw_gid
    subprocess.run(
        command, check=True, cwd=folder, stdout=subprocess.DEVNULL, user=who, group=group
    )


def _prepared(socket: Path, size: Size) -> Prepared:
    name = f"events_{size.millions:g}m".replace(".", "_")
    with _connected(socket, "postgres") as connection:
        existing = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if existing.fetchone() is None:
            _build(connection, socket, size, name)

    def query() -> float:
        with _connected(socket, name) as own:
            return timed(lambda: own.execute(_YARDSTICK_QUERY).fetchall())

    return Prepared(f"postgresql+psycopg://postgres@/{name}?host={socket}", query)


def _connected(socket: Path, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket), user="postgres", dbname=database, autocommit=True, prepare_threshold=None
    )


def _build(connection: psycopg.Connection, socket: Path, size: Size, name: str) -> None:
    print_progress(f"copying {size.millions:g} million events into PostgreSQL")
    connection.execute("DROP DATABASE IF EXISTS unfinished")
    connection.execute("CREATE DATABASE unfinished")
    with _connected(socket, "unfinished") as target:
        with target.transaction():
            # Rows of a table that is new in their own transaction need no log.
            for table, columns in TABLES.items():
                target.execute(f"CREATE TABLE {table} ({columns})".encode())
            _copy_all(target, size)
        for statement in (*_INDEXES, "VACUUM ANALYZE"):
            target.execute(statement.encode())
    connection.execute(
        sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(name))
    )


def _copy_all(target: psycopg.Connection, size: Size) -> None:
    """Events day by day, so that no file becomes large."""
    with duckdb.connect(str(size.database), read_only=True) as rows:
        rows.execute("SET enable_progress_bar = false")
        for number in range(DAYS):
            day = f"DATE '{FIRST_DAY}' + {number}"
            where = f"occurred_at >= {day} AND occurred_at < {day} + 1"
            _copy(rows, target, "stg_events", f"SELECT * FROM stg_events WHERE {where}")
        for table in list(TABLES)[1:]:
            _copy(rows, target, table, f"SELECT * FROM {table}")


def _copy(
    rows: duckdb.DuckDBPyConnection, target: psycopg.Connection, table: str, query: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        rows.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false)")
        command = f"COPY {table} FROM STDIN (FORMAT csv)".encode()
        with path.open("rb") as file, target.cursor().copy(command) as copy:
            while block := file.read(_BLOCK):
                copy.write(block)
