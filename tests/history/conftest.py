"""A history on each engine."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checks.history.store import History


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users may walk into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="andon-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'history.db'}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server of our own, without a password; stopped at the end."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    binaries = _postgresql_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries (initdb, pg_ctl) on this machine")
    folder = Path(tempfile.mkdtemp(prefix="andonpg", dir="/tmp"))
    run = _as_server_user(folder)
    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
    options = f"-h '' -k {folder} -c fsync=off -c timezone=Asia/Kathmandu"
    control = str(binaries / "pg_ctl")
    run(control, "-w", "-D", data, "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        run(control, "-w", "-m", "immediate", "-D", data, "stop")
        shutil.rmtree(folder)


def _postgresql_binaries() -> Path | None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _as_server_user(folder: Path) -> Callable[..., object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return lambda *command: subprocess.run(
            command, check=True, cwd=folder, stdout=subprocess.DEVNULL
        )
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return lambda *command: subprocess.run(
        command,
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
    )


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty database."""
    import sqlalchemy as sa

    yield postgresql_server
    engine = sa.create_engine(postgresql_server, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def history(url: str) -> History:
    return History(url, keep_days=400, busy_seconds=5)
