"""The catalog is found, whole, and documented."""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from checks import catalog as registry
from checks.catalog import all_checks, get_check
from checks.config.model import CheckSettings
from checks.core.errors import UsageError
from checks.core.model import Cause, Layer, Status
from checks.judging.check import Check

ROOT = Path(__file__).resolve().parents[2]
IDS = [
    "log_entry_exists_today",
    "rows_read",
    "run_status",
    "sources_complete",
    "quarantine_rate",
    "freshness",
    "volume_zscore",
    "volume_expected",
    "event_volume",
    "volume_trend",
    "missing_revenue",
    "orphan_orders",
]
LAYERS = [Layer.INFRASTRUCTURE] * 4 + [Layer.DATA_QUALITY] + [Layer.BUSINESS] * 7


def test_the_checks_in_their_order() -> None:
    assert [check.id for check in all_checks()] == IDS
    assert [check.layer for check in all_checks()] == LAYERS


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_a_check_is_whole(check: Check) -> None:
    module = importlib.import_module(f"checks.catalog.{check.id}")
    assert module.CHECK is check
    for word in ("What:", "Why:", "Source of the rule:"):
        assert word in (module.__doc__ or "")
    assert all((check.rule, check.why, check.advice, check.metric, check.unit, check.page))
    assert set(check.after) <= set(IDS)
    assert (check.guard is None) == (not check.after)
    for field in dataclasses.fields(check.params):
        assert field.metadata["doc"].endswith(".")
    check.params()  # every parameter has a default


@pytest.mark.parametrize("check_id", IDS)
def test_a_check_has_its_file_of_cases(check_id: str) -> None:
    cases = ROOT / "tests" / "catalog" / f"test_{check_id}.py"
    assert f"checks.catalog.{check_id} import" in cases.read_text(encoding="utf-8")


def test_one_check_by_its_id() -> None:
    assert get_check("freshness").id == "freshness"


@pytest.mark.parametrize(
    ("check_id", "text"),
    [
        ("freshnes", "unknown check 'freshnes'; did you mean freshness?"),
        ("Quarantine_Rate", "did you mean quarantine_rate?"),
        ("zzz", "unknown check 'zzz'; known checks: log_entry_exists_today, rows_read"),
        ("\x1b[31m", "unknown check '\\u001b[31m'"),
    ],
)
def test_an_unknown_id_is_told_with_the_nearest(check_id: str, text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(text)):
        get_check(check_id)


@pytest.fixture
def fresh_registry() -> Iterator[None]:
    registry.all_checks.cache_clear()
    yield
    registry.all_checks.cache_clear()


@pytest.mark.usefixtures("fresh_registry")
def test_two_checks_of_one_id_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    same = SimpleNamespace(CHECK=get_check("freshness"))
    registry.all_checks.cache_clear()
    monkeypatch.setattr(registry, "import_module", lambda name: same)
    with pytest.raises(ValueError, match="same id"):
        all_checks()


DOCUMENT = ROOT / "docs" / "checks.md"


def section(check_id: str) -> str:
    """A check's own part of the documentation."""
    text = DOCUMENT.read_text(encoding="utf-8")
    match = re.search(rf"^### `{check_id}`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert match is not None, f"docs/checks.md has no section on {check_id}"
    return match[1]


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_every_check_and_parameter_is_documented(check: Check) -> None:
    section_text = section(check.id)
    for field in dataclasses.fields(check.params):
        row = re.search(rf"^\| `{field.name}` \| (.*?) \|", section_text, re.MULTILINE)
        assert row is not None, f"docs/checks.md, {check.id}: {field.name} is not documented"
        if not isinstance(field.default, tuple):
            default = "none" if field.default is None else f"`{field.default}`"
            assert row[1] == default
    assert f"{check.metric}=" in section_text
    for need in check.needs:
        assert f"`{need}`" in section_text


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_no_parameter_is_documented_that_does_not_exist(check: Check) -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", section(check.id), re.MULTILINE))
    assert named == {field.name for field in dataclasses.fields(check.params)}


def test_words_of_run_status_are_documented() -> None:
    section_text = section("run_status")
    params = get_check("run_status").params()
    for word in (*params.ok, *params.failed, *params.running):
        assert f"`{word}`" in section_text


def test_what_every_check_takes_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for field in dataclasses.fields(CheckSettings):
        if field.name != "params":
            assert f"| `{field.name}` |" in text
    for word in (*Status, *Cause):
        assert f"| `{word}` |" in text
    linked = set(re.findall(r"\]\(#([\w-]+)\)", text))
    titles = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert linked <= titles
