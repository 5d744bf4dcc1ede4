"""Files that DuckDB 2 created: DuckDB 1.5 names the remedy, and the remedy works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packaging import small_warehouse

ROOT = Path(__file__).resolve().parents[2]
SECOND = ROOT / ".venv-duckdb2" / "bin" / "python"
REMEDY = 'pip install "duckdb==2.0.0" "duckdb-sqlalchemy==1.5.6.4"'


@pytest.fixture(scope="module")
def second_python() -> Path:
    """The interpreter with DuckDB 2. Without it these tests are skipped, but never in CI."""
    if SECOND.exists():
        return SECOND
    if os.environ.get("CI"):
        pytest.fail("no environment with DuckDB 2: run `make test-duckdb2`")
    pytest.skip("no environment with DuckDB 2: `make test-duckdb2` makes it")


@pytest.fixture(scope="module")
def newer_file(second_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configuration of a warehouse whose file DuckDB 2 created."""
    folder = tmp_path_factory.mktemp("newer")
    script = small_warehouse.__file__
    subprocess.run([second_python, script, folder], check=True, capture_output=True)
    return folder / "andon.yml"


def gate(python: str | Path, config: Path) -> dict[str, Any]:
    """The JSON report of one run, and that its exit code is the process's."""
    arguments = ["gate", "--config", str(config), "--date", small_warehouse.RUN_DATE]
    code = f"from checks.cli import main; raise SystemExit(main({arguments!r}))"
    done = subprocess.run(
        [python, "-c", code.replace("'gate',", "'gate', '--format', 'json', '--no-record',")],
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["exit_code"] == done.returncode
    return report


def test_duckdb_1_5_names_the_remedy_for_a_newer_file(newer_file: Path) -> None:
    report = gate(sys.executable, newer_file)
    assert report["verdict"] == "unknown"
    assert {check["cause"] for check in report["checks"]} == {"connection"}
    for check in report["checks"]:
        assert "=unknown (connection: " in check["message"]
        assert REMEDY in check["message"] + check["summary"] + check["action"]


def test_duckdb_2_judges_its_own_file(newer_file: Path, second_python: Path) -> None:
    assert gate(second_python, newer_file)["verdict"] == "green"


def test_duckdb_2_judges_a_file_of_duckdb_1_5(tmp_path: Path, second_python: Path) -> None:
    assert gate(second_python, small_warehouse.write(tmp_path))["verdict"] == "green"
