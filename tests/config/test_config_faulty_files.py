"""Every faulty file in tests/configs: exactly the problems that `problems.txt` lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.config import load_config
from checks.config.loading import load
from checks.core.errors import ConfigError
from tests.config.small_catalog import CATALOG, CONFIGS

FILES = sorted(path.name for path in CONFIGS.glob("*.yml"))
LINES = (CONFIGS / "problems.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", FILES)
def test_reports_exactly_these_problems(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CONFIGS)
    with pytest.raises(ConfigError) as raised:
        load(name, {}, CATALOG)
    expected = [line for line in LINES if line.startswith(f"{name}:")]
    assert [problem.message for problem in raised.value.problems] == expected


def test_every_listed_problem_has_its_file() -> None:
    assert {line.partition(":")[0] for line in LINES} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_real_catalog_refuses_it_without_repeating_a_password(name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(Path(CONFIGS, name), environ={})
    assert "hunter2" not in repr(raised.value.problems) + str(raised.value)
