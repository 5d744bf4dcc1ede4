"""The package's door: light to import, and complete."""

from __future__ import annotations

import subprocess
import sys

import pytest

import checks.history
from checks.config.model import HistoryConfig


def test_importing_the_package_loads_no_database_library() -> None:
    code = (
        "import sys, checks.history as history; history.StoredWaiver; "
        "sys.exit(bool({'sqlalchemy', 'duckdb'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_exported_name_is_there() -> None:
    for name in checks.history.__all__:
        assert getattr(checks.history, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        checks.history.nothing  # noqa: B018


def test_a_history_is_opened_from_its_configuration(url: str) -> None:
    history = checks.history.open_history(HistoryConfig(url=url, keep_days=3))
    assert isinstance(history, checks.history.History)
    assert history.pipelines() == ()
