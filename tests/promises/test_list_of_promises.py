"""The list of promises is whole: docs/promises.md names every file here, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "promises.md"
FILES = sorted(path.name for path in HERE.glob("test_*.py") if path.name != Path(__file__).name)
ROWS = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| \[(test_\w+\.py)\]\(\.\./tests/promises/(test_\w+\.py)\) \|$",
    PAGE.read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_every_promise_has_its_file_and_every_file_its_promise() -> None:
    assert sorted(name for _, _, name, _ in ROWS) == FILES
    assert all(name == target for _, _, name, target in ROWS)
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(lines) == len(ROWS) + 2


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_is_promised_and_how_it_is_proved(name: str) -> None:
    module = ast.parse((HERE / name).read_text(encoding="utf-8"))
    docstring = ast.get_docstring(module)
    assert docstring is not None
    assert len(docstring) > 60
