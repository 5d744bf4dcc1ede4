"""docs/architecture.md names the packages in their order, and where each subject is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURE = TEXT.split("```")[1]
#: Words in the names of a subject's files.
STEMS = {
    "volume": "volume", "orphans": "orphan", "rejected rows": "reject", "runs": "runs",
    "revenue": "revenue", "freshness": "freshness", "waivers": "waiv", "acceptances": "accept",
    "incidents": "incident",
}  # fmt: skip


def floors_of_the_picture() -> list[set[str]]:
    """The packages on each line below the dashboard, highest first."""
    lines = PICTURE.partition("──")[2].splitlines()[1:]
    names = [re.split(r"\s{2,}", line.strip()) for line in lines if line.strip()]
    packages = {path.stem for path in (ROOT / "checks").iterdir()}
    return [{word for word in words if word in packages} for words in names]


def floors_of_the_contract() -> list[set[str]]:
    """The layers that the import contract enforces."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [
        contract for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers" and contract.get("containers") == ["checks"]
    ]  # fmt: skip
    return [set(layer.split(" | ")) for layer in contract["layers"]]


def subjects() -> dict[str, set[str]]:
    """The paths that the table names for each subject."""
    table = TEXT.partition("## Where is everything about")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z ]+) \| (.*) \|$", table, re.MULTILINE)
    return {subject: set(re.findall(r"`([\w/.]+)`", cells)) for subject, cells in rows[1:]}


def test_the_picture_is_the_contract() -> None:
    assert floors_of_the_picture() == floors_of_the_contract()


def test_nothing_is_loose_beside_the_packages() -> None:
    loose = {path.name for path in (ROOT / "checks").glob("*.py")}
    assert loose == {"__init__.py", "monitor.py"}


def test_every_package_has_its_row() -> None:
    packages = {path.parent.name for path in (ROOT / "checks").glob("*/__init__.py")}
    assert packages <= set(re.findall(r"`checks/(\w+)/`", TEXT))


@pytest.mark.parametrize("subject", STEMS)
def test_what_the_table_names_is_there(subject: str) -> None:
    missing = sorted(path for path in subjects()[subject] if not (ROOT / path).exists())
    assert missing == []


@pytest.mark.parametrize("subject", STEMS)
def test_no_file_of_a_subject_is_forgotten(subject: str) -> None:
    named = subjects()[subject]
    folders = tuple(path for path in named if path.endswith("/"))
    files = {
        path.relative_to(ROOT).as_posix()
        for top in ("checks", "pages", "dashboard/charts")
        for path in (ROOT / top).rglob("*.py")
        if STEMS[subject] in path.stem
    }
    assert sorted(file for file in files - named if not file.startswith(folders or "-")) == []
