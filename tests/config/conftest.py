from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checks.config.loading import load
from checks.config.model import Config
from tests.config.small_catalog import CATALOG

Loader = Callable[..., Config]


@pytest.fixture
def load_text(tmp_path: Path) -> Loader:
    """Load a file with this text from a folder of its own."""

    def run(text: str, environ: Mapping[str, str] | None = None) -> Config:
        path = tmp_path / "andon.yml"
        path.write_text(text, encoding="utf-8")
        return load(path, environ or {}, CATALOG)

    return run
