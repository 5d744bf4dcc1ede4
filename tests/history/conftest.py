"""A history on each engine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.history import owned
from checks.history.store import History
from checks.history.time_limits import TimeLimits


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to fail; tests of limits set their own."""
    monkeypatch.setattr(owned, "LIMITS", TimeLimits(120.0, 120.0))
    monkeypatch.setattr(owned, "BUSY_SECONDS", 60.0)


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
    store_url: str = request.getfixturevalue(f"{request.param}_url")
    return store_url


@pytest.fixture
def history(url: str) -> History:
    return History(url, keep_days=400)
