"""docs/architecture.md is enforced: who imports whom, and who may look at a clock."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ROOT / "checks"
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "time"}
#: Pure by rule: they are handed "now" inside the Timeframe, and files by nobody.
PURE = ["catalog", "detection", "judging", "loads", "outputs", "evaluation/policy.py"]
PURE += [f"core/{name}.py" for name in ("metrics", "model", "serialise", "text", "timeframe")]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of that folder's pyproject.toml, in a process of their own:
    import-linter replaces the logging configuration of the process it runs in.
    """
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )


def test_import_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_broken_contract_is_noticed(tmp_path: Path) -> None:
    package = tmp_path / "planted_violation"
    (package / "catalog").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "catalog" / "__init__.py").write_text("import sqlite3\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_package = "planted_violation"\n'
        "include_external_packages = true\n"
        '[[tool.importlinter.contracts]]\nname = "pure"\ntype = "forbidden"\n'
        'source_modules = ["planted_violation.catalog"]\nforbidden_modules = ["sqlite3"]\n',
        encoding="utf-8",
    )
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "planted_violation.catalog is not allowed to import sqlite3" in done.stdout


def files_of(name: str) -> list[Path]:
    path = CHECKS / name
    paths = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert paths
    return paths


def impurities(source: str) -> list[str]:
    """Every call that reads a clock or opens a file, as `line: call`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [f"{call.lineno}: {ast.unparse(call.func)}" for call in calls if _is_impure(call.func)]


def _is_impure(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in {"open", "input", "monotonic", "perf_counter"}
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value).split(".")[-1]
    reads = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
    return function.attr in reads or (function.attr in CLOCKS and owner in CLOCK_OWNERS)


@pytest.mark.parametrize("name", PURE)
def test_judges_and_outputs_read_no_clock_and_no_file(name: str) -> None:
    impure = {
        str(path.relative_to(ROOT)): bad
        for path in files_of(name)
        if (bad := impurities(path.read_text(encoding="utf-8")))
    }
    assert impure == {}


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "open(x)",
     "perf_counter()", "Path(x).read_text()"],
)  # fmt: skip
def test_the_guard_sees_each_of_them(source: str) -> None:
    assert impurities(source)


@pytest.mark.parametrize("source", ["frame.now", "datetime.combine(day, time())", "time(5)"])
def test_the_guard_lets_arithmetic_pass(source: str) -> None:
    assert impurities(source) == []
