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
    for name, told in SCENARIOS.items()
    for engine in running()
    if engine.name != "duckdb" and told.fits(engine) and engine.tells(name)
]


def answers(shop: Shop, told: Scenario) -> Answers:
    """A scenario, written and asked about."""
    prepare(shop)
    told.change(shop)
    shop.write()
    config, run = shop.config(), told.day + timedelta(days=1)
    found = {
        "report": report_of(
            config, date=run, data_date=told.day, now=told.now, driver_speaks=told.driver_speaks
        )
    }
    if told.about:
        found |= evidence_of(
            config, told.about, told.day, told.now, driver_speaks=told.driver_speaks
        )
    return found


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
    found = answers(shop_on(engine, request, tmp_path), SCENARIOS[name])
    assert "\n".join(differences(found, expected(name))) == ""
