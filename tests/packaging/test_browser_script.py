"""scripts/browser.py: a browser for the browser tests, or a loud word that there is none."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "browser.py"
EXIT_BY_BROWSER = (
    "import os, sys; sys.exit(7 if os.environ['ANDON_BROWSER'] == '/x/chromium' else 8)"
)


@pytest.fixture
def browser() -> ModuleType:
    spec = importlib.util.spec_from_file_location("browser_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nowhere() -> str | None:
    return None


def never() -> str | None:
    raise AssertionError("an earlier way had found one")


def test_the_first_way_that_finds_one_is_enough(browser: ModuleType) -> None:
    ways: tuple[Callable[[], str | None], ...] = (nowhere, lambda: "/x/chromium", never)
    assert browser.find(ways) == "/x/chromium"
    assert browser.find((nowhere, nowhere)) is None


def test_the_named_browser_must_be_there(
    browser: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANDON_BROWSER", raising=False)
    assert browser.from_variable() is None
    monkeypatch.setenv("ANDON_BROWSER", "/no/such/browser")
    assert browser.from_variable() is None
    monkeypatch.setenv("ANDON_BROWSER", sys.executable)
    assert browser.from_variable() == sys.executable


@pytest.mark.parametrize(
    ("value", "code"),
    [(None, 0), ("", 0), ("0", 0), ("false", 0), ("true", 1), ("1", 1)],
)
def test_without_any_it_is_loud_and_fails_in_ci(
    browser: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str | None,
    code: int,
) -> None:
    monkeypatch.setattr(browser, "find", nowhere)
    monkeypatch.delenv("CI", raising=False)
    if value is not None:
        monkeypatch.setenv("CI", value)
    assert browser.main() == code
    assert "THE BROWSER TESTS WERE NOT RUN" in capsys.readouterr().err


def test_the_command_gets_the_browser_and_gives_its_code(
    browser: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find", lambda: "/x/chromium")
    monkeypatch.setattr(sys, "argv", ["browser.py", sys.executable, "-c", EXIT_BY_BROWSER])
    assert browser.main() == 7
