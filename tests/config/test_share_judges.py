"""`judge`, by which shares of few cases are judged: one of two words, in the real catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.catalog import all_checks
from checks.config.loading import load
from checks.core.errors import ConfigError
from tests.config.small_catalog import EXAMPLE


def written(folder: Path, old: str, new: str) -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "andon.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("check", "old", "written_value", "message"),
    [
        ("missing_revenue", "{alert_at: 0.01}", "luck", "found 'luck'"),
        ("missing_revenue", "{alert_at: 0.01}", "Exact", "found 'Exact'"),
        ("quarantine_rate", "{alert_above: 0.05, stop_above: 0.06}", "0.5", "found 0.5"),
    ],
)
def test_any_other_word_is_one_clear_message(
    tmp_path: Path, check: str, old: str, written_value: str, message: str
) -> None:
    new = old.replace("}", f", judge: {written_value}}}")
    with pytest.raises(ConfigError) as raised:
        load(written(tmp_path, old, new), {}, all_checks())
    (problem,) = raised.value.problems
    assert f"checks.{check}.judge: {message}, allowed: chance or exact" in problem.message


def test_the_default_is_chance_and_exact_can_be_chosen(tmp_path: Path) -> None:
    new = "{alert_at: 0.01, judge: exact}"
    config = load(written(tmp_path, "{alert_at: 0.01}", new), {}, all_checks())
    assert config.checks["missing_revenue"].params.judge == "exact"
    assert config.checks["quarantine_rate"].params.judge == "chance"
