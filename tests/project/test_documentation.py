"""The documentation tells of every page, parameter, status and command that there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from checks.core.model import Status
from checks.core.version import VERSION
from dashboard.look import LOOKS, NoGate
from dashboard.navigation import HOME, titles

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "dashboard.md").read_text(encoding="utf-8")
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def rows() -> dict[str, tuple[str, set[str]]]:
    """Title and own parameters of each address in the guide's table."""
    matches = re.findall(r"^\| `(/[a-z-]*)` \| ([^|]+) \| ([^|]*)\|$", GUIDE, re.MULTILINE)
    return {path: (title.strip(), set(re.findall(r"`(\w+)`", own))) for path, title, own in matches}


def test_every_page_is_in_the_table() -> None:
    addresses = {("/" if name == HOME else f"/{name}"): title for name, title in titles().items()}
    assert {path: title for path, (title, _) in rows().items()} == addresses


@pytest.mark.parametrize("status", [*Status, NoGate.NOT_RUN])
def test_every_status_has_a_row_of_its_own(status: Status | NoGate) -> None:
    look = LOOKS[status]
    assert f"| `{look.glyph} {look.word}` |" in GUIDE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(
        r"\]\(([^)#\s]+)\)|(?:src|srcset)=\"([^\"]+)\"|!\[[^]]*\]\(([^)]+)\)", text
    )
    named = {target for match in targets for target in match if target and "://" not in target}
    missing = [target for target in sorted(named) if not (page.parent / target).exists()]
    assert missing == []


def imports_that_are_shown() -> list[str]:
    """Every import of ours in the documentation, a line each."""
    lines = [line.strip() for page in PAGES for line in page.read_text("utf-8").splitlines()]
    return sorted(
        {line for line in lines if re.fullmatch(r"from checks[\w.]* import [\w, ]+", line)}
    )


def test_imports_are_shown() -> None:
    assert len(imports_that_are_shown()) >= 4


@pytest.mark.parametrize("line", imports_that_are_shown())
def test_what_is_shown_can_be_imported(line: str) -> None:
    exec(line, {})  # noqa: S102  (a line of our own documentation)


def test_version_and_changelog_are_in_step() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^]]+)\]", changes, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1:2] in ([], [VERSION])


def test_terms_are_sorted_and_explained_once() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| ([a-z][a-z, -]*) \|", glossary, re.MULTILINE)[1:]
    assert terms == sorted(set(terms))


def test_pictures_are_shown_light_and_dark() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("overview", "quarantine", "volume", "review"):
        for theme in ("light", "dark"):
            assert f"docs/images/{name}-{theme}.png" in readme


def test_every_target_that_is_named_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"(?:^|`)make ([a-z0-9-]+)", text, re.MULTILINE)
        assert set(named) <= targets, page.name
