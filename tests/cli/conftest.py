"""A folder with a configuration, an engine that answers as told, and `andon` in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from checks.cli import main
from tests.cli.andon_results import Andon, Result
from tests.cli.fake_engine import CONFIG, FakeEngine, verdict


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an `andon.yml`."""
    for name in ("ANDON_CONFIG", "ANDON_DEBUG", "ANDON_OWNER", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "andon.yml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """In place of the real one; all green unless told otherwise."""
    fake = FakeEngine()
    fake.answer([verdict()])
    monkeypatch.setitem(sys.modules, "checks.evaluation.engine", fake.module())
    return fake


@pytest.fixture
def andon(folder: Path, capsys: pytest.CaptureFixture[str]) -> Andon:
    """Run one command line in `folder`."""

    def run(*words: str) -> Result:
        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run
