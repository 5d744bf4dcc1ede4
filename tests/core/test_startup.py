"""Hidden libraries: not found by drivers that want them for nothing, found by the others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.core import startup as heavy
from checks.warehouse import Warehouse
from tests.shop import Shop


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("pandas", "numpy", "pyarrow"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    heavy.reveal()


def test_hidden_is_not_found_and_revealed_is() -> None:
    heavy.hide()
    with pytest.raises(ModuleNotFoundError):
        __import__("numpy")
    heavy.reveal()
    assert "numpy" not in sys.modules


def test_what_was_imported_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", sys)
    heavy.hide()
    heavy.reveal()
    assert sys.modules["numpy"] is sys


@pytest.mark.parametrize(("engine", "hidden"), [("duckdb", True), ("sqlite", False)])
def test_only_duckdb_is_left_without_them(engine: str, hidden: bool, tmp_path: Path) -> None:
    shop = Shop(tmp_path, f"{engine}:///{tmp_path / 'warehouse.db'}")
    shop.write()
    config = shop.config()
    heavy.hide()
    with Warehouse(config.warehouse) as warehouse:
        warehouse.check_connection()
    assert ("pandas" in sys.modules) is hidden
