"""An engine's profile comes with a fixture for its tests and a row in the documentation."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from checks.warehouse.dialects.snowflake import PROFILE as SNOWFLAKE
from tests import engines

ROOT = Path(__file__).parents[2]
DIALECTS = "checks/warehouse/dialects"


def _backends(root: Path) -> list[str]:
    files = (path.stem for path in (root / DIALECTS).glob("*.py"))
    return sorted(name for name in files if name != "base" and not name.startswith("_"))


def _documented(root: Path, backend: str) -> str | None:
    """`run` or `compiled`, from the row of docs/engines.md that names the backend."""
    page = root / "docs/engines.md"
    rows = page.read_text().splitlines() if page.is_file() else []
    for cells in ([cell.strip() for cell in row.split("|")[1:-1]] for row in rows):
        if cells and f"`{backend}`" in cells[0]:
            matches = (re.match(r"run|compiled", cell) for cell in cells[1:])
            return next((match[0] for match in matches if match), "")
    return None


def _runs(fixture: Path) -> bool:
    """Whether the fixture is of an engine that runs; read as text, since a folder is no package."""
    tree = ast.parse(fixture.read_text())
    bases = {ast.unparse(b) for n in tree.body if isinstance(n, ast.ClassDef) for b in n.bases}
    return "Compiled" not in bases


def problems(root: Path, backend: str) -> list[str]:
    """What the profile of an engine comes without, and where to put it."""
    fixture, missing = root / f"tests/engines/{backend}.py", []
    if not fixture.is_file():
        missing.append(f"{backend}: no fixture; add tests/engines/{backend}.py with an ENGINE")
    documented = _documented(root, backend)
    if documented is None:
        missing.append(
            f"{backend}: no row; add one to the table of docs/engines.md with `{backend}` "
            "in its first cell"
        )
    elif fixture.is_file() and documented != ("run" if _runs(fixture) else "compiled"):
        missing.append(
            f"{backend}: its row in docs/engines.md says "
            f"{documented or 'neither run nor compiled'!r}, its fixture another thing"
        )
    return missing


@pytest.mark.parametrize("backend", _backends(ROOT))
def test_a_profile_has_a_fixture_and_a_row(backend: str) -> None:
    assert problems(ROOT, backend) == []


@pytest.mark.parametrize("name", engines.modules())
def test_every_fixture_is_of_a_profile(name: str) -> None:
    engine = import_module(f"tests.engines.{name}").ENGINE
    assert engine.name == name
    assert engine.backend in _backends(ROOT), f"add {DIALECTS}/{engine.backend}.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one engine, whole."""
    for name, text in (
        (f"{DIALECTS}/base.py", ""),
        (f"{DIALECTS}/_pieces.py", ""),
        (f"{DIALECTS}/elsewhere.py", ""),
        ("tests/engines/elsewhere.py", "class Elsewhere(Compiled):\n    pass\n"),
        ("docs/engines.md", "| Elsewhere (`elsewhere`) | `url` | extra | compiled | x |\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_whole_engine_has_no_problems(project: Path) -> None:
    assert _backends(project) == ["elsewhere"]
    assert problems(project, "elsewhere") == []


@pytest.mark.parametrize("missing", ["tests/engines/elsewhere.py", "docs/engines.md"])
def test_a_missing_part_is_named(project: Path, missing: str) -> None:
    (project / missing).unlink()
    (problem,) = problems(project, "elsewhere")
    assert missing in problem


def test_a_row_that_claims_more_than_is_tested_is_found(project: Path) -> None:
    row = "| Elsewhere (`elsewhere`) | `url` | extra | run | x |\n"
    (project / "docs/engines.md").write_text(row)
    (problem,) = problems(project, "elsewhere")
    assert "says 'run'" in problem


@pytest.mark.parametrize(
    ("part", "spelled"),
    [
        ("events", "EVENTS"),
        ("web_shop2", "WEB_SHOP2"),
        ("Events", "Events"),
        ("my table", "my table"),
    ],
)
def test_snowflake_finds_names_written_in_lower_case(part: str, spelled: str) -> None:
    assert SNOWFLAKE.table_name(part) == spelled
