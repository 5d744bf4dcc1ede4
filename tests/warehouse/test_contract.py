"""The same configuration with another URL: the same report, the same evidence, on every engine."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.engines import named, running
from tests.shop import Shop
from tests.warehouse.answers import Answers, differences, evidence_of, report_of
from tests.warehouse.conftest import shop_on
from tests.warehouse.scenarios import SCENARIOS, Scenario, prepare

OTHERS = [
    pytest.param(engine.name, name, marks=engine.marks, id=f"{name}-{engine.name}")
    for name, scenario in SCENARIOS.items()
    for engine in running()
    if engine.name != "duckdb" and scenario.fits(engine) and engine.selects(name)
]


def answers(shop: Shop, scenario: Scenario) -> Answers:
    """A scenario, written and asked about."""
    prepare(shop)
    scenario.change(shop)
    shop.write()
    config, run = shop.config(), scenario.day + timedelta(days=1)
    results = {
        "report": report_of(
            config,
            date=run,
            data_date=scenario.day,
            now=scenario.now,
            driver_speaks=scenario.driver_speaks,
        )
    }
    if scenario.about:
        results |= evidence_of(
            config, scenario.about, scenario.day, scenario.now, driver_speaks=scenario.driver_speaks
        )
    return results


@cache
def expected(name: str) -> Answers:
    """What DuckDB answers."""
    with TemporaryDirectory() as folder:
        shop = Shop(Path(folder), named("duckdb").warehouse(Path(folder)))
        return answers(shop, SCENARIOS[name])


@pytest.mark.parametrize(("engine", "name"), OTHERS)
def test_the_same_answers_as_duckdb(
    engine: str, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    results = answers(shop_on(engine, request, tmp_path), SCENARIOS[name])
    assert "\n".join(differences(results, expected(name))) == ""
