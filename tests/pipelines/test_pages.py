"""The pages of docs/pipelines: each configuration is loaded, and prints what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.config import load_config
from tests.pipelines.pages import SHAPES, config_of, examples, pages, printed

PAGES = pages()


def test_every_kind_has_its_page() -> None:
    assert {page.name for page in PAGES} == set(SHAPES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_configuration_is_whole(tmp_path: Path, page: Path) -> None:
    file = tmp_path / "andon.yml"
    file.write_text(config_of(page.read_text(encoding="utf-8")), encoding="utf-8")
    config = load_config(file)
    shape = SHAPES[page.name]
    assert config.data_lag_days == shape.lag_days
    assert config.schedule is not None


@pytest.mark.parametrize(
    ("page", "number"),
    [
        pytest.param(page, number, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, _ in enumerate(examples(page.read_text(encoding="utf-8")))
    ],
)
def test_the_gate_prints_what_the_page_shows(tmp_path: Path, page: Path, number: int) -> None:
    """`python -m tests.pipelines.pages` writes the outputs anew; look at what has changed."""
    example = list(examples(page.read_text(encoding="utf-8")))[number]
    assert printed(page, example, tmp_path) == example.shown
