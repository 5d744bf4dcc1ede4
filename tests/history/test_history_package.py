"""The package's door: light to import, and complete."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def test_no_command_or_page_opens_a_history_for_no_warehouse() -> None:
    """Its pipelines could be another warehouse's. What a demo records is about to be moved."""
    root = Path(checks.history.__file__).parents[2]
    files = [
        file
        for folder in ("checks", "dashboard", "pages")
        for file in root.glob(f"{folder}/**/*.py")
    ]
    users = {file.parent.name for file in files if "open_history(" in file.read_text("utf-8")}
    assert users == {"history", "demo"}
