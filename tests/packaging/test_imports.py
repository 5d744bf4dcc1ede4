"""Start-up is part of the gate's price: what each command may import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging import small_warehouse

SCREENS = {"numpy", "pandas", "plotly", "pyarrow", "streamlit"}
SLOW_TO_IMPORT = SCREENS | {"duckdb", "jsonschema", "sqlalchemy", "sqlglot", "yaml"}
#: Every gate run needs the rest of HEAVY.
NOT_FOR_THE_GATE = SCREENS | {"difflib", "jsonschema", "lxml", "sqlglot"}


#: `-X importtime` would also list what was looked for in vain, as DuckDB looks for pandas.
PRINT_IMPORTS = """
import atexit, sys
names = lambda: " ".join(name for name, module in list(sys.modules.items()) if module)
atexit.register(lambda: sys.stderr.write("imported: " + names()))
"""


def imported(code: str, folder: Path) -> set[str]:
    """Top-level names of all that a fresh interpreter has imported after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_IMPORTS + code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    names = done.stderr.rsplit("imported: ", 1)[1].split()
    return {name.split(".")[0] for name in names}


def calling(*arguments: str) -> str:
    """Code that is the `andon` command, but for its hard end, after which nothing could tell."""
    return (
        "import os; os._exit = sys.exit; "
        f"sys.argv = {['andon', *arguments]!r}; "
        "from checks.cli import console; console()"
    )


@pytest.mark.parametrize(
    "code", ["import checks", "import checks.cli", calling("--version"), calling("--help")]
)
def test_what_needs_no_warehouse_imports_no_driver(code: str, tmp_path: Path) -> None:
    assert imported(code, tmp_path) & SLOW_TO_IMPORT == set()


def test_a_gate_run_imports_only_what_it_uses(tmp_path: Path) -> None:
    config = small_warehouse.write(tmp_path)
    code = calling("gate", "--config", str(config), "--date", small_warehouse.RUN_DATE)
    names = imported(code, tmp_path)
    assert {"duckdb", "sqlalchemy", "yaml"} <= names
    assert names & NOT_FOR_THE_GATE == set()


def test_a_query_instead_of_a_table_is_parsed_before_it_is_sent(tmp_path: Path) -> None:
    config = small_warehouse.write(tmp_path)
    text = config.read_text(encoding="utf-8")
    text = text.replace("table: dim_sessions", "query: SELECT session_id FROM dim_sessions")
    config.write_text(text, encoding="utf-8")
    code = calling("gate", "--config", str(config), "--date", small_warehouse.RUN_DATE)
    assert "sqlglot" in imported(code, tmp_path)
